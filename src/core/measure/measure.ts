/**
 * Measures a GPU within a time: how fast it copies, and the works of works.ts in every form that the planner may choose. The
 * result of every form is compared with the float64 reference first; a form with a wrong result is reported and not timed.
 */
import { ModelError, RunError } from '../errors.ts'
import { abilitiesOf } from '../gpu/adapter.ts'
import { loadModel } from '../model/load.ts'
import type { Model } from '../model/model.ts'
import { reportedKey } from '../plan/reports.ts'
import { rooflineOf } from '../plan/roofline.ts'
import { medianOf } from '../plan/tuning.ts'
import { createReference } from '../reference/network.ts'
import { type Simulation, createSimulation } from '../run/simulation.ts'
import { copyBandwidth } from './bandwidth.ts'
import { differenceOf } from './difference.ts'
import type { DeviceReport, Measurement } from './report.ts'
import { MEASURED_WORKS, type MeasuredWork, type Way } from './works.ts'

/** A global of every runtime, but not part of ECMAScript. */
declare const performance: { readonly now: () => number }

export interface MeasureOptions {
  /** Seconds that all takes, roughly: sizes follow. Default 120. */
  readonly seconds?: number
  /** Ids of works; default: all. */
  readonly works?: readonly string[]
  /** The part that is done, the next step in words, and what has been measured so far. */
  readonly onProgress?: (share: number, step: string, measured: readonly Measurement[]) => void
  /** The largest difference to float64 that is accepted; tests force others. */
  readonly tolerance?: number
  /** Awaited between steps of at most some hundred milliseconds; an error ends the measurement. */
  readonly interrupt?: () => void | Promise<void>
  /** Name and version of the driver, where that is known. */
  readonly driver?: string
  /** Version of engram. */
  readonly program?: string
}

/** Differences that single precision may make, as a part of the largest entry: sums of some hundred numbers, some ticks. */
const TOLERANCE = 1e-4

/** A form that takes so many times as long as the fastest one is not timed at larger sizes. */
const HOPELESS = 4

const ROUNDS = 5

/** Milliseconds that a round should take at most. */
const ROUND = 200

/** Ticks of a round at most. */
const MOST_TICKS = 20_000

/** A form that may be timed. */
interface Ready {
  readonly way: Way
  readonly difference: number
}

/** What the functions below need. */
interface Measuring {
  readonly device: GPUDevice
  readonly bandwidth: number
  readonly tolerance: number
  readonly pause: () => Promise<void>
  readonly now: () => number
}

/**
 * Measures a device.
 * @throws RunError if the device is lost
 * @throws the error of `interrupt`
 */
export async function measureDevice(device: GPUDevice, options: MeasureOptions = {}): Promise<DeviceReport> {
  const { seconds = 120, works, onProgress, interrupt, driver = '', program = '' } = options
  const { tolerance = TOLERANCE } = options
  const now = (): number => performance.now()
  const began = now()
  const end = began + 1000 * seconds
  const measured: Measurement[] = []
  const tell = (step: string): void =>
    onProgress?.(Math.min(1, (now() - began) / (end - began)), step, measured)
  const pause = async (): Promise<void> => interrupt?.()
  tell('copies')
  await pause()
  const bandwidth = await copyBandwidth(device)
  const measuring: Measuring = { device, bandwidth, tolerance, pause, now }
  const chosen = MEASURED_WORKS.filter(({ id }) => works?.includes(id) ?? true)
  for (const [index, work] of chosen.entries()) {
    const until = now() + (end - now()) / (chosen.length - index)
    measured.push(...(await measureWork(measuring, work, until, tell)))
    tell(work.title)
  }
  const { lanes, software } = abilitiesOf(device)
  const { vendor, architecture, device: model, description } = device.adapterInfo
  return {
    version: 1,
    program,
    date: new Date().toISOString(),
    adapter: { vendor, architecture, device: model, description, driver, software },
    lanes,
    features: [...device.features].sort(),
    limits: limitsOf(device),
    seconds: (now() - began) / 1000,
    bandwidth,
    measurements: measured,
    kernels: [...new Set(measured.flatMap(({ kernels }) => kernels))].sort(),
  }
}

function limitsOf({ limits }: GPUDevice): Record<string, number> {
  const found: Record<string, number> = {}
  // They are getters of the prototype.
  for (const name in limits) {
    const value = limits[name as keyof GPUSupportedLimits]
    if (typeof value === 'number') found[name] = value
  }
  return found
}

/** All forms of a work: compared, then timed at the largest size that fits the time. */
async function measureWork(
  measuring: Measuring,
  work: MeasuredWork,
  until: number,
  tell: (step: string) => void,
): Promise<Measurement[]> {
  const { device, now } = measuring
  const { lanes } = abilitiesOf(device)
  const ways = work.ways.filter((way) => (way.lanes ?? 1) <= lanes)
  const wrong: Measurement[] = []
  const ready: Ready[] = []
  tell(`${work.title}: comparing`)
  const { model, expected } = await expectedOf(work)
  for (const way of ways) {
    await measuring.pause()
    const checked = await check(measuring, work, way, model, expected)
    if ('refused' in checked) wrong.push({ ...rowOf(work, way, work.checked.size), ...checked })
    else ready.push({ way, ...checked })
  }
  const timed = new Map<Way, Measurement>()
  let open = ready
  /** Of the size before: ms for one tick of all its forms, and the operations of a tick. */
  let last: { readonly ms: number; readonly operations: number } | undefined
  for (const size of work.sizes) {
    if (open.length === 0) break
    tell(`${work.title}: ${size.toLocaleString('en')} ${work.unit}`)
    await measuring.pause()
    try {
      const grown = await modelOf(work, size)
      const found: { readonly one: Ready; readonly row: Measurement; readonly ms: number }[] = []
      for (const one of open) {
        const share = Math.max(0, until - now()) / (open.length - found.length)
        const row = await time(measuring, work, one, grown, size, share)
        found.push({ one, row, ms: medianOf(row.ms) })
        timed.set(one.way, row)
        await measuring.pause()
      }
      const best = Math.min(...found.map(({ ms }) => ms))
      const next = found.filter(({ ms }) => ms <= HOPELESS * best)
      open = next.map(({ one }) => one)
      const ms = next.reduce((sum, one) => sum + one.ms, 0)
      const operations = Math.max(...found.map(({ row }) => row.operations))
      const growth = last === undefined ? 4 : operations / last.operations
      last = { ms, operations }
      // Warming up, and one round at least.
      if (4 * growth * ms > until - now()) break
    } catch (error) {
      if (!(error instanceof ModelError || error instanceof RunError)) throw error
      // Where smaller ones were measured, the adapter has no memory for this one.
      if (timed.size === 0) throw error
      break
    }
  }
  return [...timed.values(), ...wrong]
}

async function modelOf(work: MeasuredWork, size: number): Promise<Model> {
  const read = (path: string): Promise<Uint8Array> =>
    Promise.reject(new ModelError(`${path} is no part of a measurement`))
  return loadModel(JSON.stringify(work.scenario(size)), { file: work.id, read })
}

/** The model at the size of the comparison, and its array in float64. */
async function expectedOf(
  work: MeasuredWork,
): Promise<{ readonly model: Model; readonly expected: Float64Array }> {
  const model = await modelOf(work, work.checked.size)
  const reference = createReference(model)
  reference.step(work.checked.ticks)
  return { model, expected: reference.read(work.read) }
}

/** The difference of a form to the reference, or why the form is not timed. */
async function check(
  { device, tolerance }: Measuring,
  { checked, read }: MeasuredWork,
  { options }: Way,
  model: Model,
  expected: Float64Array,
): Promise<{ readonly difference: number } | { readonly difference?: number; readonly refused: string }> {
  try {
    const simulation = await createSimulation(device, model, options)
    try {
      await simulation.step(checked.ticks)
      await simulation.flush()
      const difference = differenceOf((await simulation.read(read)).data, expected)
      if (difference <= tolerance) return { difference }
      return { difference, refused: `differs from float64 by ${difference.toExponential(1)}` }
    } finally {
      simulation.destroy()
    }
  } catch (error) {
    if (!(error instanceof ModelError || error instanceof RunError)) throw error
    return { refused: error.message }
  }
}

function rowOf(work: MeasuredWork, way: Way, size: number): Measurement {
  return {
    work: work.id,
    title: work.title,
    way: way.name,
    size,
    unit: work.unit,
    kernels: [],
    ms: [],
    dispatches: 0,
    bytes: 0,
    operations: 0,
    share: 0,
  }
}

/** The times of one form, in rounds. */
async function time(
  { device, bandwidth, pause, now }: Measuring,
  work: MeasuredWork,
  { way, difference }: Ready,
  model: Model,
  size: number,
  share: number,
): Promise<Measurement> {
  const begun = now()
  const simulation = await createSimulation(device, model, way.options)
  try {
    const advance = async (ticks: number): Promise<number> => {
      const start = now()
      await simulation.step(ticks)
      await simulation.flush()
      return (now() - start) / ticks
    }
    await advance(1)
    await pause()
    const once = await advance(2)
    const left = Math.max(0, share - (now() - begun))
    const round = Math.max(once, Math.min(ROUND, left / (2 * ROUNDS)))
    const ticks = Math.max(1, Math.min(MOST_TICKS, Math.round(round / once)))
    // Submits find their length.
    if (ticks > 2) await advance(ticks)
    const { dispatches } = simulation.counts
    const ms: number[] = []
    while (ms.length < ROUNDS && (ms.length === 0 || now() - begun < share)) {
      await pause()
      ms.push(await advance(ticks))
    }
    const { bytes, operations } = rooflineOf(simulation.plan, model, { bandwidth })
    return {
      ...rowOf(work, way, size),
      difference,
      kernels: kernelsOf(simulation),
      ms,
      dispatches: (simulation.counts.dispatches - dispatches) / (ms.length * ticks),
      bytes,
      operations,
      share: bytes / (medianOf(ms) / 1000) / bandwidth,
    }
  } finally {
    simulation.destroy()
  }
}

/** Keys of the kernels of a tick. */
function kernelsOf({ plan }: Simulation): string[] {
  const operations = plan.batched === undefined ? plan.tick : [plan.batched.operation]
  return [...new Set(operations.map(({ kernel }) => reportedKey(kernel.key)))]
}
