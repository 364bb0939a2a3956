import { Command } from 'commander'
import { version } from '../../../package.json'
import {
  type ComparedSample,
  QUANTITIES,
  type Quantity,
  compareAlong,
  comparedModel,
  sampleStride,
} from '../../core/analysis/comparison.ts'
import { generatingNetwork } from '../../core/analysis/generating.ts'
import type { NpyArray } from '../../core/data/npy.ts'
import { encodeNpz } from '../../core/data/npz.ts'
import { RunError } from '../../core/errors.ts'
import { aligned } from '../../core/plan/print.ts'
import { createSimulation } from '../../core/run/simulation.ts'
import { requestDevice } from '../device.ts'
import { Interruption, watchSignals } from '../interrupt.ts'
import { limitsFor } from '../limits.ts'
import { createOutput, filesLike } from '../output.ts'
import { createProgress } from '../progress.ts'
import { print } from '../terminal.ts'
import {
  type ScenarioOptions,
  addAdapterOption,
  addScenarioOptions,
  loadOne,
  naming,
  planRun,
  warn,
} from './options.ts'
import { wholeNumber } from './parsers.ts'

interface GeneratingOptions extends ScenarioOptions {
  readonly adapter?: string
  readonly samples: number
  readonly out?: string
  readonly json?: true
}

/** `engram analyse generating`: the full network against its generating function, along a trajectory. */
export function generatingCommand(): Command {
  const command = new Command('generating').description(
    'run a scenario and compare it with its generating function',
  )
  addScenarioOptions(command)
  addAdapterOption(command)
  return command
    .option(
      '--samples <k>',
      'compare at tick 0 and at k later ticks, evenly spaced',
      wholeNumber('--samples', 1, 2 ** 31 - 1),
      20,
    )
    .option('--out <folder>', 'write generating.npz and generating.json to this folder; created if missing')
    .option('--json', 'print generating.json instead of the table')
    .addHelpText('after', HELP)
    .action(generating)
}

const HELP = `
Requires one layer v that is dynamic and linear with gain 1, joined by memories to adiabatic hidden layers (tau 0) of any
Lagrangian L_h. Then one function of v and the memories determines the network: calL(v; Xi) = sum_h L_h(b_h + Xi v + o).
The offset o of row mu is -|Xi_mu|^2/2 for a memory with inputOffset "half-norm", else 0.
  activation  dcalL/dv, the input of v from all memories
  energy      |v|^2/2 - b.v - calL, and + |Xi - Lambda|^2/2 for each memory of rule hebbian: Lambda is the rest of Xi
  drive       dcalL/dXi, the drive of learning: g_h v^T, with the half-norm offset g_h,mu (v - Xi_mu) in row mu
  velocity    (b + dcalL/dv - v) / tau_v
The network runs on the GPU in float32. At every sample the right-hand sides are evaluated in float64 at the v and Xi of the
GPU, for each replica. A correct run differs by float32 rounding: relative differences of 1e-7 to 1e-4. They grow with the
slope of the Lagrangian, such as a large beta or degree.
Other networks are refused: a visible layer that is not linear, several dynamic layers, synapses, a clamped hidden layer.
The scenario's probes do not run. If k does not divide the ticks, the last sample is before the end.

Standard output: a table with one line for each quantity. Columns: the largest absolute difference over entries, replicas
and samples; the largest relative difference; tick and replica of the largest absolute difference. A relative
difference is relative to the terms of the quantity:
  activation  its largest entry                              drive     its largest entry
  energy      |v|^2/2 + |b.v| + |calL| + |Xi - Lambda|^2/2   velocity  largest entries of v, b and the activation over tau_v
With --out a line "FILE<tab>path" for each file follows.

Files, for S samples; with R > 1 replicas, an axis [R] follows:
  FOLDER/generating.npz   tick [S], time [S], energy.full [S], energy.generating [S]; for each quantity Q
                          Q.absolute [S] and Q.relative [S], the largest over entries. Read the file with numpy.load.
  FOLDER/generating.json  differences (the table), samples, stride, scenario with all defaults, seed, adapter,
                          versions, warnings; written last
Files of the same names are replaced.

Exit code: 0 done, 1 the run failed, 2 the input is wrong or has no generating function, 130 ended by Ctrl-C. Files are
written only with exit code 0.

Examples:
  engram analyse generating scenarios/digits.json
  engram analyse generating scenarios/digits.json --set replicas=3 --ticks 50 --samples 50 --out out/generating
  engram analyse generating scenarios/digits.json --json | jq .differences.energy.relative`

async function generating(scenario: string, options: GeneratingOptions): Promise<void> {
  const loaded = await loadOne(scenario, options)
  const network = await naming(scenario, () => generatingNetwork(loaded))
  const stride = sampleStride(loaded.time.ticks, options.samples)
  const model = comparedModel(loaded, network, stride)
  const requested = await requestDevice(options.adapter === undefined ? {} : { adapter: options.adapter })
  const { device, info } = requested
  let fault: string | undefined
  device.addEventListener('uncapturederror', ({ error }) => (fault ??= error.message))
  try {
    const limits = limitsFor(requested)
    await naming(scenario, () => planRun(model, limits))
    const output =
      options.out === undefined
        ? undefined
        : await createOutput(options.out, { earlier: filesLike(/^generating(-\w[\w-]*)?\.(npz|json|svg)$/) })
    const simulation = await createSimulation(device, model, { limits, resident: 'off' })
    const samples: ComparedSample[] = []
    const progress = createProgress(0, model.time.ticks)
    const watch = watchSignals()
    try {
      for await (const sample of compareAlong(simulation, network, stride, options.samples)) {
        samples.push(sample)
        progress.update(sample.tick)
        if (watch.signal !== undefined) {
          throw new Interruption(
            watch.signal,
            `ended by ${watch.signal} at tick ${sample.tick}; nothing is written`,
          )
        }
      }
      if (fault !== undefined) throw new RunError(`WebGPU refused a command: ${fault}`)
    } finally {
      watch.stop()
      progress.stop()
      simulation.destroy()
    }
    warn(simulation.warnings)

    const content = {
      differences: Object.fromEntries(QUANTITIES.map((quantity) => [quantity, worstOf(samples, quantity)])),
      samples: samples.length,
      stride,
      scenario: model.scenario,
      seed: model.seed,
      adapter: { name: info.name, type: info.type, driver: info.driver },
      versions: { engram: version, node: process.version },
      warnings: simulation.warnings,
    }
    const text = `${JSON.stringify(content, null, 2)}\n`
    const lines = table(samples)
    if (output !== undefined) {
      lines.push(
        `generating.npz\t${await output.write('generating.npz', encodeNpz(arraysOf(samples)))}`,
        `generating.json\t${await output.write('generating.json', text)}`,
      )
    }
    print(options.json ? text : `${lines.join('\n')}\n`)
  } finally {
    requested.release()
  }
}

/** The largest differences of one quantity over all samples and replicas. */
interface Worst {
  readonly absolute: number
  readonly relative: number
  /** Where the absolute one is. */
  readonly tick: number
  readonly replica: number
}

function worstOf(samples: readonly ComparedSample[], quantity: Quantity): Worst {
  let worst: Worst = { absolute: 0, relative: 0, tick: 0, replica: 0 }
  for (const { tick, replicas } of samples) {
    replicas.forEach(({ differences }, replica) => {
      const { absolute, relative } = differences[quantity]
      if (relative > worst.relative) worst = { ...worst, relative }
      if (absolute > worst.absolute) worst = { ...worst, absolute, tick, replica }
    })
  }
  return worst
}

function table(samples: readonly ComparedSample[]): string[] {
  const rows = QUANTITIES.map((quantity) => {
    const { absolute, relative, tick, replica } = worstOf(samples, quantity)
    return [quantity, absolute.toExponential(2), relative.toExponential(2), String(tick), String(replica)]
  })
  return aligned([['quantity', 'absolute', 'relative', 'tick', 'replica'], ...rows], [1, 2, 3, 4])
}

/** The arrays of generating.npz. */
function arraysOf(samples: readonly ComparedSample[]): Record<string, NpyArray> {
  const count = samples[0]?.replicas.length ?? 0
  const shape = count > 1 ? [samples.length, count] : [samples.length]
  const collect = (of: (comparison: ComparedSample['replicas'][number]) => number): NpyArray => ({
    shape,
    data: Float64Array.from(samples.flatMap(({ replicas }) => replicas.map(of))),
  })
  return {
    tick: { shape: [samples.length], data: Int32Array.from(samples, ({ tick }) => tick) },
    time: { shape: [samples.length], data: Float64Array.from(samples, ({ time }) => time) },
    'energy.full': collect(({ energy }) => energy.full),
    'energy.generating': collect(({ energy }) => energy.generating),
    ...Object.fromEntries(
      QUANTITIES.flatMap((quantity) => [
        [`${quantity}.absolute`, collect(({ differences }) => differences[quantity].absolute)],
        [`${quantity}.relative`, collect(({ differences }) => differences[quantity].relative)],
      ]),
    ),
  }
}
