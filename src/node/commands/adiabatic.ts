import { Command } from 'commander'
import { version } from '../../../package.json'
import type { Chart, Colour, Mark } from '../../core/analysis/chart.ts'
import {
  type Limit,
  TAUS,
  type Trajectory,
  atLimit,
  distanceBetween,
  fitPower,
  lagOf,
  limitNamed,
  limitsOf,
  refinedTime,
  refinementFor,
  tausFor,
  withTau,
} from '../../core/analysis/limits.ts'
import type { NpyArray } from '../../core/data/npy.ts'
import { encodeNpz } from '../../core/data/npz.ts'
import { ModelError } from '../../core/errors.ts'
import type { Model } from '../../core/model/model.ts'
import type { Limits } from '../../core/plan/layout.ts'
import { aligned } from '../../core/plan/print.ts'
import { createSimulation } from '../../core/run/simulation.ts'
import { drawChart } from '../chart.ts'
import { requestDevice } from '../device.ts'
import { type Watch, watchSignals } from '../interrupt.ts'
import { limitsFor } from '../limits.ts'
import { createOutput, filesLike } from '../output.ts'
import { type Progress, createProgress } from '../progress.ts'
import { print } from '../terminal.ts'
import {
  type ScenarioOptions,
  addAdapterOption,
  addScenarioOptions,
  loadOne,
  naming,
  planRun,
} from './options.ts'
import { wholeNumber } from './parsers.ts'
import { endIfAsked } from './rest.ts'

interface AdiabaticOptions extends ScenarioOptions {
  readonly adapter?: string
  readonly of?: readonly string[]
  readonly samples: number
  readonly out?: string
  readonly json?: true
}

/** `engram analyse adiabatic`: how fast a network comes to its limits as a time scale goes to an end. */
export function adiabaticCommand(): Command {
  const command = new Command('adiabatic').description(
    'measure how runs approach the adiabatic and the frozen limit, and fit the order',
  )
  addScenarioOptions(command)
  addAdapterOption(command)
  return command
    .option(
      '--of <name>',
      'a layer, synapse or memory; may be repeated (default: all with a limit)',
      (name: string, before: readonly string[] | undefined) => [...(before ?? []), name],
    )
    .option(
      '--samples <k>',
      'number of ticks at which runs are compared',
      wholeNumber('--samples', 1, 10000),
      20,
    )
    .option('--out <folder>', 'write adiabatic.npz, .json and .svg to this folder; created if missing')
    .option('--json', 'print adiabatic.json instead of the table')
    .addHelpText('after', HELP)
    .action(adiabatic)
}

const HELP = `
Layers: ${TAUS} runs with decreasing tau are compared with the adiabatic run, tau = 0. The first tau is a twentieth of the
fastest other neurons' tau; each further tau is half of the one before. The neurons start at the adiabatic states. All these
runs take steps of at most half the smallest tau. The lag of the neurons is then dt / (1 - exp(-dt/tau)) instead of tau.
Synapses and memories: ${TAUS} runs with increasing tau are compared with the frozen run, in which they do not change. The first
tau is four times the length of the run; each further tau is twice the one before.

The distance is the root mean square of the difference over the states of all other dynamic layers and replicas. The largest
distance over the samples counts. It goes as lag^p for tau to 0, and as tau^-p for tau to infinity. The order p is fitted by
least squares of the logarithms. For smooth activations p = 1. There is no order where two runs settle in different states.
Float32 rounding limits the distance to about 1e-7 of the states. If all states are clamped, all distances are 0.

Standard output: a table with one line for each run: name, tau, distance, and distance relative to the states. Then for each
limit "NAME.order<tab>p<tab>standard error". With --out a line "FILE<tab>path" for each file follows.

Files:
  FOLDER/adiabatic.npz   NAME.tau [${TAUS}], NAME.lag [${TAUS}], NAME.distance [${TAUS}], NAME.relative [${TAUS}]
  FOLDER/adiabatic.json  limits with order, standard error, factor, tau, distance; scenario, adapter, versions
  FOLDER/adiabatic.svg   distance over tau, with the fits

Exit code: 0 done, 1 the run failed, 2 the input is wrong or has no limit to compare with, 130 ended by Ctrl-C. Files are
written only with exit code 0.

Examples:
  engram analyse adiabatic scenarios/digits.json --set replicas=4 --ticks 40
  engram analyse adiabatic scenarios/fast-synapses.json --of recurrent --ticks 50 --out out/limits
  engram analyse adiabatic scenarios/dense-memory.json --set replicas=1 --ticks 20 --json | jq .limits.hidden.order`

/** One limit as it was measured. */
interface Measured extends Limit {
  /** p of factor tau^p or factor tau^-p, and its standard error; absent where no state differs. */
  readonly order?: number
  readonly error?: number
  readonly factor?: number
  readonly taus: readonly number[]
  /** What the law is fitted over: the lag in steps of dt, or tau. */
  readonly lags: readonly number[]
  readonly distances: readonly number[]
  /** Distances over the root mean square of the states at the limit. */
  readonly relative: readonly number[]
  readonly dt: number
}

async function adiabatic(scenario: string, options: AdiabaticOptions): Promise<void> {
  const loaded = await loadOne(scenario, options)
  const model = { ...loaded, probes: [] }
  const limits = await naming(scenario, () => chosen(model, options.of))
  const requested = await requestDevice(options.adapter === undefined ? {} : { adapter: options.adapter })
  try {
    const { device, info } = requested
    const deviceLimits = limitsFor(requested)
    await naming(scenario, () => planRun(model, deviceLimits))
    const output =
      options.out === undefined
        ? undefined
        : await createOutput(options.out, { earlier: filesLike(/^adiabatic(-\w[\w-]*)?\.(npz|json|svg)$/) })
    const measured: Measured[] = []
    const runs = limits.map((limit) => planLimit(model, limit))
    const total = runs.reduce((sum, { fine }) => sum + (TAUS + 1) * fine.time.ticks, 0)
    const progress = createProgress(0, total)
    const watch = watchSignals()
    try {
      let done = 0
      for (const run of runs) {
        const session = { device, limits: deviceLimits, samples: options.samples, progress, watch, done }
        measured.push(await measure(run, session))
        done += (TAUS + 1) * run.fine.time.ticks
      }
    } finally {
      watch.stop()
      progress.stop()
    }
    const content = {
      limits: Object.fromEntries(measured.map(({ name, ...rest }) => [name, rest])),
      samples: options.samples,
      scenario: loaded.scenario,
      adapter: { name: info.name, type: info.type, driver: info.driver },
      versions: { engram: version, node: process.version },
    }
    const text = `${JSON.stringify(content, null, 2)}\n`
    const lines = table(measured)
    if (output !== undefined) {
      lines.push(
        `adiabatic.npz\t${await output.write('adiabatic.npz', encodeNpz(arraysOf(measured)))}`,
        `adiabatic.svg\t${await output.write('adiabatic.svg', drawChart(chartOf(measured, loaded)))}`,
        `adiabatic.json\t${await output.write('adiabatic.json', text)}`,
      )
    }
    print(options.json ? text : `${lines.join('\n')}\n`)
  } finally {
    requested.release()
  }
}

/** @throws ModelError if there is no limit */
function chosen(model: Model, of: AdiabaticOptions['of']): Limit[] {
  if (model.time.ticks < 1)
    throw new ModelError('is 0, there is nothing to compare; set it to 1 or more', { path: 'time.ticks' })
  if (of !== undefined) return of.map((name) => limitNamed(model, name))
  const limits = limitsOf(model)
  if (limits.length === 0) {
    throw new ModelError(
      'has no layer that could be adiabatic and nothing that learns: there is no limit to compare with',
    )
  }
  return limits
}

interface PlannedLimit {
  readonly limit: Limit
  readonly taus: readonly number[]
  /** The model in steps that are fine enough for all taus. */
  readonly fine: Model
}

function planLimit(model: Model, limit: Limit): PlannedLimit {
  const taus = tausFor(model, limit)
  return { limit, taus, fine: refinedTime(model, refinementFor(model, limit, taus)) }
}

interface Session {
  readonly device: GPUDevice
  readonly limits: Limits
  readonly samples: number
  readonly progress: Progress
  readonly watch: Watch
  /** Ticks before. */
  readonly done: number
}

async function measure({ limit, taus, fine }: PlannedLimit, session: Session): Promise<Measured> {
  const { name } = limit
  const compared = fine.layers
    .filter((layer) => layer.name !== name && layer.tau > 0)
    .map((layer) => layer.name)
  let done = session.done
  const run = async (
    model: Model,
    start?: Float32Array,
  ): Promise<{ states: Float64Array[]; start: Float32Array }> => {
    const result = await trajectory(model, compared, name, start, { ...session, done })
    done += fine.time.ticks
    return result
  }
  const { states: reference, start } = await run(atLimit(fine, limit))
  const size = reference.reduce(
    (top, values) => Math.max(top, Math.sqrt(values.reduce((sum, x) => sum + x * x, 0) / values.length)),
    0,
  )
  const distances: number[] = []
  for (const tau of taus) {
    const { states } = await run(withTau(fine, name, tau), limit.kind === 'adiabatic' ? start : undefined)
    distances.push(distanceBetween(states, reference))
  }
  // Where the neurons are clamped nothing differs.
  const isFitted = distances.every((distance) => distance > 0 && Number.isFinite(distance))
  const lags = taus.map((tau) => (limit.kind === 'adiabatic' ? lagOf(fine, tau) : tau))
  const law = isFitted ? fitPower(lags, distances) : undefined
  return {
    ...limit,
    ...(law === undefined
      ? {}
      : { factor: law.factor, order: limit.kind === 'adiabatic' ? law.slope : -law.slope, error: law.error }),
    taus,
    lags,
    distances,
    relative: distances.map((distance) => (distance === 0 ? 0 : distance / size)),
    dt: fine.time.dt,
  }
}

/** The states of some layers along a run, one after the other, and what a layer starts with. */
async function trajectory(
  model: Model,
  layers: readonly string[],
  name: string,
  start: Float32Array | undefined,
  { device, limits, samples, progress, watch, done }: Session,
): Promise<{ states: Trajectory & Float64Array[]; start: Float32Array }> {
  const simulation = await createSimulation(device, model, { limits, resident: 'off' })
  try {
    await simulation.step(0)
    if (start !== undefined) simulation.write(name, start)
    const first = (await simulation.read(name)).data
    const states: Float64Array[] = []
    const { ticks } = model.time
    const count = Math.min(samples, ticks)
    for (let sample = 1; sample <= count; sample++) {
      await simulation.step(Math.round((ticks * sample) / count) - simulation.tick)
      const arrays: number[] = []
      for (const layer of layers) for (const value of (await simulation.read(layer)).data) arrays.push(value)
      states.push(Float64Array.from(arrays))
      progress.update(done + simulation.tick)
      endIfAsked(watch, `at tick ${simulation.tick} of a run for ${name}`)
    }
    return { states, start: first }
  } finally {
    simulation.destroy()
  }
}

function table(measured: readonly Measured[]): string[] {
  const rows = measured.flatMap(({ name, kind, taus, distances, relative }) =>
    taus.map((tau, index) => [
      name,
      kind,
      String(Number(tau.toPrecision(4))),
      (distances[index] as number).toExponential(3),
      (relative[index] as number).toExponential(3),
    ]),
  )
  return [
    ...aligned([['name', 'limit', 'tau', 'distance', 'relative'], ...rows], [2, 3, 4]),
    ...measured.map(({ name, order, error }) =>
      order === undefined || error === undefined
        ? `${name}.order\tnone: no state differs from the limit`
        : `${name}.order\t${order.toFixed(3)}\t${error.toFixed(3)}`,
    ),
  ]
}

function arraysOf(measured: readonly Measured[]): Record<string, NpyArray> {
  const vector = (values: readonly number[]): NpyArray => ({
    shape: [values.length],
    data: Float64Array.from(values),
  })
  return Object.fromEntries(
    measured.flatMap(({ name, taus, lags, distances, relative }) => [
      [`${name}.tau`, vector(taus)],
      [`${name}.lag`, vector(lags)],
      [`${name}.distance`, vector(distances)],
      [`${name}.relative`, vector(relative)],
    ]),
  )
}

/** Distance over tau of every limit, with its fit. */
function chartOf(measured: readonly Measured[], model: Model): Chart {
  const marks = measured.flatMap((one, index): Mark[] => {
    const { name, kind, lags, distances, factor, order, error } = one
    const colour = (index % 5) as Colour
    const label = `${name}, ${kind}`
    const points = { kind: 'points', colour, x: lags, y: distances } as const
    if (factor === undefined || order === undefined || error === undefined) return [{ ...points, label }]
    const slope = kind === 'adiabatic' ? order : -order
    return [
      { ...points, label: `${label}: order ${order.toFixed(2)} ± ${error.toFixed(2)}` },
      { kind: 'line', colour, dashed: true, x: lags, y: lags.map((lag) => factor * lag ** slope) },
    ]
  })
  return {
    title: `Distance from the limit${model.scenario.name === '' ? '' : `, ${model.scenario.name}`}`,
    x: { label: 'tau (adiabatic: with the lag of the steps)', scale: 'log' },
    y: { label: 'rms difference of the states', scale: 'log' },
    marks,
  }
}
