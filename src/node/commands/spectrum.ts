import { isDense, isSynapse, withViews } from '../../core/model/couplings.ts'
import { Command } from 'commander'
import { version } from '../../../package.json'
import { type Moment, biasesOf, sentAt, takenOf } from '../../core/analysis/flow.ts'
import { stabilityAt, stabilityEnds } from '../../core/analysis/jacobian.ts'
import { createCouplingProduct, createCouplings } from '../../core/analysis/coupling-product.ts'
import { type Ends, lanczos } from '../../core/analysis/lanczos.ts'
import { spectrumChart } from '../../core/analysis/spectrum-chart.ts'
import {
  DENSE_LIMIT,
  type StretchedLaw,
  reportCoupling,
  stretchedLaw,
  symmetricSpectrum,
} from '../../core/analysis/spectrum.ts'
import type { NpyArray } from '../../core/data/npy.ts'
import { encodeNpz } from '../../core/data/npz.ts'
import { ModelError } from '../../core/errors.ts'
import { matrixFacts } from '../../core/kinds/couplings/table.ts'
import { turnedBy } from '../../core/model/energy.ts'
import type { Layer, Model, Rows } from '../../core/model/model.ts'
import { createSimulation } from '../../core/run/simulation.ts'
import { drawChart } from '../chart.ts'
import { requestDevice } from '../device.ts'
import { limitsFor } from '../limits.ts'
import { createOutput, filesLike } from '../output.ts'
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
import { oneOf, positive, wholeNumber } from './parsers.ts'
import { advance, momentOf, withSpeedProbes } from './rest.ts'

interface SpectrumOptions extends ScenarioOptions {
  readonly adapter?: string
  readonly of: 'coupling' | 'jacobian'
  readonly at?: number | 'fixed-point'
  readonly speed: number
  readonly replica: number
  readonly top: number
  readonly out?: string
  readonly json?: true
}

/** `engram analyse spectrum`: eigenvalues of couplings or of the Jacobian, and what they say. */
export function spectrumCommand(): Command {
  const command = new Command('spectrum').description(
    'compute eigenvalues of the couplings, or of the Jacobian at a state of a run',
  )
  addScenarioOptions(command)
  addAdapterOption(command)
  return command
    .option('--of <what>', 'coupling or jacobian', oneOf('--of', ['coupling', 'jacobian']), 'coupling')
    .option(
      '--at <tick>',
      'a tick, or fixed-point for the state at rest (default: 0 for coupling, fixed-point for jacobian)',
      (text) => (text === 'fixed-point' ? text : wholeNumber('--at', 0, 2 ** 31 - 1)(text)),
    )
    .option(
      '--speed <v>',
      'a network is at rest when the largest |dx/dt| is below v',
      positive('--speed'),
      1e-4,
    )
    .option('--replica <r>', 'which replica, from 0', wholeNumber('--replica', 0, 65534), 0)
    .option(
      '--top <k>',
      'number of eigenvalues to print from either end',
      wholeNumber('--top', 1, DENSE_LIMIT),
      5,
    )
    .option('--out <folder>', 'write spectrum.npz, .json and figures to this folder; created if missing')
    .option('--json', 'print spectrum.json instead of the lines')
    .addHelpText('after', HELP)
    .action(spectrum)
}

const HELP = `
--of coupling: for each memory, the spectrum of the Hebbian coupling J = Xi^T Xi / N_h of its "from" layer. The spectrum is
compared with the Marchenko-Pastur law for independent entries of the same mean square, q = N_v / N_h: edges, share of
zeros, and Kolmogorov distance. For synapses, the spectrum of W.

--of jacobian: the spectrum of tau dx/dt = -x + b + I over all dynamic layers, in units of 1 / model time. Adiabatic layers
are eliminated; W and Xi are fixed. The state is hyperbolic when no eigenvalue is within 1e-6 of 0. With --at fixed-point
the scenario runs until it is at rest, for at most ten times its ticks.

The spectrum is computed in float64 from the values on the GPU. A dense solver handles up to ${DENSE_LIMIT} neurons; for a memory,
its smaller layer counts. Above that, Lanczos with full reorthogonalisation finds both ends. The products run on the GPU,
and no N x N matrix except W is stored. residual.low and residual.high bound the distance of the values at either end from
an eigenvalue; bytes is the GPU memory. Close eigenvalues at an end are less accurate, and equal ones may count once. For a
large Jacobian, eigenvalues are found from the top until one is below 0, at most 64. With more above 0 the verdict is null.
An eigenvalue within 1e-5 of the largest counts as 0 there.

Standard output: lines "NAME.key<tab>value", with the eigenvalues at either end. With --out a line "FILE<tab>path" for each
file follows.

Files:
  FOLDER/spectrum.npz       NAME.eigenvalues [N] for each coupling, or jacobian.eigenvalues [N], ascending. With one-way
                            couplings these are the real parts, and jacobian.imaginary [N] has the imaginary parts.
  FOLDER/spectrum-NAME.svg  histogram of each spectrum or of its ends, with the density of the law
  FOLDER/spectrum.json      results, tick, time, scenario with all defaults, adapter, versions; written last

Exit code: 0 done, 1 the run failed or did not come to rest, 2 the input is wrong, 130 ended by Ctrl-C.

Examples:
  engram analyse spectrum scenarios/dense-memory.json
  engram analyse spectrum scenarios/digits.json --of jacobian --set replicas=1
  engram analyse spectrum scenarios/fast-synapses.json --of jacobian --at 0 --json`

/** What there is to say of a spectrum, besides its eigenvalues. */
type Entry = Readonly<Record<string, string | number | boolean | null>>

interface Result {
  readonly entries: Readonly<Record<string, Entry>>
  readonly spectra: Readonly<Record<string, Float64Array>>
  /** Imaginary parts of eigenvalues that are not all real. */
  readonly imaginary?: Readonly<Record<string, Float64Array>>
  /** What the spectrum of a random coupling would be. */
  readonly laws: Readonly<Record<string, StretchedLaw>>
}

async function spectrum(scenario: string, options: SpectrumOptions): Promise<void> {
  const loaded = await loadOne(scenario, options)
  await naming(scenario, () => checkSizes(loaded, options))
  const model = withSpeedProbes(loaded)
  const requested = await requestDevice(options.adapter === undefined ? {} : { adapter: options.adapter })
  try {
    const limits = limitsFor(requested)
    await naming(scenario, () => planRun(model, limits))
    const output =
      options.out === undefined
        ? undefined
        : await createOutput(options.out, { earlier: filesLike(/^spectrum(-\w[\w-]*)?\.(npz|json|svg)$/) })
    const simulation = await createSimulation(requested.device, model, { limits, resident: 'off' })
    try {
      const at = options.at ?? (options.of === 'coupling' ? 0 : 'fixed-point')
      await advance(simulation, at, options.speed)
      warn(simulation.warnings)
      const moment = await momentOf(simulation, options.replica)
      const {
        entries,
        spectra,
        imaginary = {},
        laws,
      } = await naming(scenario, () =>
        options.of === 'coupling'
          ? couplings(requested.device, model, moment, options.top)
          : jacobian(requested.device, model, moment, options.top, options.replica),
      )
      const { info } = requested
      const content = {
        of: options.of,
        tick: simulation.tick,
        time: simulation.time,
        replica: options.replica,
        results: entries,
        scenario: model.scenario,
        adapter: { name: info.name, type: info.type, driver: info.driver },
        versions: { engram: version, node: process.version },
        warnings: simulation.warnings,
      }
      const text = `${JSON.stringify(content, null, 2)}\n`
      const lines = [`tick\t${simulation.tick}`, ...linesOf(entries), ...ends(spectra, options.top)]
      if (output !== undefined) {
        const arrays = [
          ...Object.entries(spectra).map(([name, data]) => [`${name}.eigenvalues`, data] as const),
          ...Object.entries(imaginary).map(([name, data]) => [`${name}.imaginary`, data] as const),
        ].map(([name, data]): [string, NpyArray] => [name, { shape: [data.length], data }])
        lines.push(
          `spectrum.npz\t${await output.write('spectrum.npz', encodeNpz(Object.fromEntries(arrays)))}`,
        )
        for (const [name, eigenvalues] of Object.entries(spectra)) {
          const { coupling, method, neurons } = entries[name] ?? {}
          const title = `${String(coupling ?? 'Jacobian')} of ${name === 'jacobian' ? 'the flow' : name}, ${String(neurons)} neurons`
          const chart = spectrumChart(title, eigenvalues, method === 'dense', laws[name])
          const file = `spectrum-${name}.svg`
          lines.push(`${file}\t${await output.write(file, drawChart(chart))}`)
        }
        lines.push(`spectrum.json\t${await output.write('spectrum.json', text)}`)
      }
      print(options.json ? text : `${lines.join('\n')}\n`)
    } finally {
      simulation.destroy()
    }
  } finally {
    requested.release()
  }
}

/**
 * What can be analysed at all.
 * @throws ModelError that names what is missing
 */
function checkSizes(model: Model, { of, replica }: SpectrumOptions): void {
  if (replica >= model.replicas)
    throw new ModelError(`is ${replica}, the scenario has ${model.replicas} replicas, numbered from 0`, {
      path: '--replica',
    })
  const sizes =
    of === 'jacobian'
      ? [{ path: 'neurons', neurons: sum(model.layers.filter(({ tau }) => tau > 0).map(({ size }) => size)) }]
      : model.synapses.map(({ name, layer }) => ({
          path: `synapses.${name}`,
          neurons: model.layers.find((one) => one.name === layer)?.size ?? 0,
        }))
  if (of === 'coupling' && !model.couplings.some((one) => isDense(one) || isSynapse(one)))
    throw new ModelError(
      'has neither dense memories nor synapses: there is no coupling matrix; use --of jacobian',
    )
  for (const { path, neurons } of sizes) {
    if (neurons === 0)
      throw new ModelError('no layer is dynamic: there is no flow; set a tau above 0', { path })
  }
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}

async function couplings(device: GPUDevice, model: Model, moment: Moment, top: number): Promise<Result> {
  const entries: Record<string, Entry> = {}
  const spectra: Record<string, Float64Array> = {}
  const laws: Record<string, StretchedLaw> = {}
  for (const { name, init } of model.couplings.filter(isDense)) {
    const { rows, columns } = init
    const xi: Rows = { rows, columns, data: Float32Array.from(moment[name] ?? []) }
    const law = stretchedLaw(xi)
    const isDense = Math.min(rows, columns) <= DENSE_LIMIT
    const { eigenvalues, found } = isDense ? denseCoupling(xi) : await largeCoupling(device, model, xi, top)
    spectra[name] = eigenvalues
    laws[name] = law
    entries[name] = {
      coupling: 'Xi^T Xi / N_h',
      neurons: columns,
      smallest: eigenvalues[0] ?? null,
      largest: eigenvalues.at(-1) ?? null,
      q: law.q,
      variance: law.variance,
      'law.low': law.edges[0],
      'law.high': law.edges[1],
      'law.zeros': law.zeros,
      ...found,
    }
  }
  for (const synapse of model.synapses) {
    const { name, layer } = synapse
    const size = model.layers.find((one) => one.name === layer)?.size ?? 0
    const { eigenvalues, found } =
      size <= DENSE_LIMIT
        ? {
            eigenvalues: symmetricSpectrum(
              size,
              matrixFacts(synapse).matrix(synapse, Float64Array.from(moment[name] ?? [])),
            ),
            found: { method: 'dense' },
          }
        : await largeSynapse(device, model, moment, name, top)
    spectra[name] = eigenvalues
    entries[name] = {
      coupling: 'W',
      neurons: size,
      smallest: eigenvalues[0] ?? null,
      largest: eigenvalues.at(-1) ?? null,
      ...found,
    }
  }
  return { entries, spectra, laws }
}

interface Found {
  /** Ascending; of a large coupling only those at either end. */
  readonly eigenvalues: Float64Array
  readonly found: Entry
}

function denseCoupling(xi: Rows): Found {
  const { spectrum: eigenvalues, zeros, kolmogorov } = reportCoupling(xi)
  return { eigenvalues, found: { method: 'dense', zeros, kolmogorov } }
}

/** Both ends by the method of Lanczos. */
async function largeCoupling(device: GPUDevice, model: Model, xi: Rows, top: number): Promise<Found> {
  const { product, bytes, destroy } = await createCouplingProduct(device, xi, model.scenario)
  try {
    return foundBy(await lanczos(xi.columns, product, { count: top }), bytes)
  } finally {
    destroy()
  }
}

/** Both ends of the spectrum of a W. */
async function largeSynapse(
  device: GPUDevice,
  model: Model,
  moment: Moment,
  name: string,
  top: number,
): Promise<Found> {
  const synapses = model.synapses.filter((synapse) => synapse.name === name)
  const own = model.layers.find(({ name: layer }) => layer === synapses[0]?.layer) as Layer
  const { couple, bytes, destroy } = await createCouplings(
    device,
    { ...model, layers: [own], ...withViews(synapses) },
    moment,
  )
  try {
    const product = async (x: Float64Array): Promise<Float64Array> =>
      (await couple(new Map([[own.name, x]]))).get(own.name) as Float64Array
    return foundBy(await lanczos(own.size, product, { count: top }), bytes)
  } finally {
    destroy()
  }
}

/** What both ends of a spectrum tell. */
function foundBy({ lowest, highest, steps }: Ends, bytes: number): Found {
  return {
    eigenvalues: Float64Array.from([...lowest.values, ...highest.values.toReversed()]),
    found: {
      method: 'lanczos',
      products: steps,
      'residual.low': Math.max(...lowest.residuals),
      'residual.high': Math.max(...highest.residuals),
      bytes,
    },
  }
}

/** Relative precision of eigenvalues from products in float32. */
const PRECISION = 1e-5

async function jacobian(
  device: GPUDevice,
  model: Model,
  moment: Moment,
  top: number,
  replica: number,
): Promise<Result> {
  const dynamic = model.layers.filter(({ tau }) => tau > 0)
  const adiabatic = model.layers.filter(({ tau }) => tau === 0)
  const size = sum(dynamic.map((layer) => layer.size))
  if (size <= DENSE_LIMIT) {
    const stability = stabilityAt(model, moment, replica)
    const { spectrum: eigenvalues, imaginary, hyperbolic, margin, stableDimension } = stability
    const unstable = eigenvalues.filter((value) => value > 0).length
    return jacobianResult(size, eigenvalues, {
      method: 'dense',
      hyperbolic,
      margin,
      stable: stableDimension,
      unstable,
      ...(imaginary && { 'imaginary.largest': Math.max(...imaginary) }),
    }, imaginary) // prettier-ignore
  }
  const { couple, bytes, destroy } = await createCouplings(device, model, moment)
  try {
    const states = new Map(model.layers.map(({ name }) => [name, Float64Array.from(moment[name] ?? [])]))
    const input = await couple(sentAt(model.layers, states))
    const taken = takenOf(model.layers, states, biasesOf(model, moment, replica), input)
    const withoutEnergy = turnedBy(model)
    const stability = await stabilityEnds(
      { dynamic, adiabatic, size, withoutEnergy },
      taken,
      couple,
      top,
      PRECISION,
    )
    const { eigenvalues, found } = foundBy(stability.ends, bytes)
    const { unstable, margin, hyperbolic } = stability
    return jacobianResult(size, eigenvalues, {
      hyperbolic: hyperbolic ?? null,
      margin: margin ?? null,
      stable: unstable === undefined ? null : size - unstable,
      unstable: unstable ?? null,
      ...found,
    })
  } finally {
    destroy()
  }
}

function jacobianResult(
  neurons: number,
  eigenvalues: Float64Array,
  entry: Entry,
  imaginary?: Float64Array,
): Result {
  const [smallest, largest] = [eigenvalues[0] ?? null, eigenvalues.at(-1) ?? null]
  return {
    entries: { jacobian: { neurons, ...entry, smallest, largest } },
    spectra: { jacobian: eigenvalues },
    ...(imaginary && { imaginary: { jacobian: imaginary } }),
    laws: {},
  }
}

/** The results as lines `NAME.key<tab>value`. */
function linesOf(entries: Result['entries']): string[] {
  return Object.entries(entries).flatMap(([name, entry]) =>
    Object.entries(entry).map(([key, value]) => `${name}.${key}\t${text(value)}`),
  )
}

function text(value: Entry[string]): string {
  return typeof value === 'number' ? String(Number(value.toPrecision(6))) : String(value)
}

/** The eigenvalues at either end. */
function ends(spectra: Result['spectra'], top: number): string[] {
  return Object.entries(spectra).flatMap(([name, eigenvalues]) => {
    const listed = (values: Float64Array): string => Array.from(values, text).join(' ')
    return [
      `${name}.lowest\t${listed(eigenvalues.slice(0, top))}`,
      `${name}.highest\t${listed(eigenvalues.slice(-top).reverse())}`,
    ]
  })
}
