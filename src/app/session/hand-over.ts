/** The states that the next network keeps, what the one before leaves behind, and what a step back brings again. */
import { movingArrays } from '../../core/model/couplings.ts'
import { valueAt } from '../../core/model/path.ts'
import type { Scenario } from '../../core/model/schema.ts'
import type { DenseArray } from '../../core/run/arrays.ts'
import type { Sample, Series } from '../../core/run/series.ts'
import type { Simulation } from '../../core/run/simulation.ts'
import { differences } from '../editing/undo.ts'
import type { PlotsView } from '../plots/plots.ts'
import type { StageView } from '../views/stage.ts'
import { restarted, type Saved } from './autosave.ts'
import type { Opened } from './opened.ts'
import { carriedOver, carriedSeries, formerOf, type Renames, renamed, renamesOf } from './rebuild.ts'
import type { Era, Past } from './past.ts'
import { bytesOf, samplesOf } from './recorder.ts'

export { keepFocus } from '../focus.ts'

/** The most bytes of states that a step keeps. */
const MOST_BYTES = 64 * 2 ** 20

/** States that a step leaves behind. */
export interface Left {
  readonly tick: number
  /** Values that no array of the next network continues. */
  readonly arrays: Readonly<Record<string, DenseArray>>
  /** Samples that no probe of the next network continues, of the run that began with an era. */
  readonly sampled?: { readonly series: readonly Series[]; readonly since: Era | undefined }
  /** Present if nothing goes on: the whole run. */
  readonly run?: {
    readonly saved: Saved
    readonly series: readonly Series[]
    readonly eras: readonly Era[]
  }
  readonly bytes: number
}

export interface HandedOver {
  readonly tick: number
  /** Samples that continue in the new network. */
  readonly samples: readonly Sample[]
  readonly renames: Renames
  /** Undefined where nothing is left, or too much. */
  readonly left: Left | undefined
  /** The states that were lost or came back, in one line; empty = none. */
  readonly text: string
}

/** The whole run of a network, for a step that ends it; undefined where it is too large or not finite. */
export async function wholeRun(
  { simulation, recorder, autosave }: Opened,
  past: Pick<Past, 'until'>,
): Promise<Left | undefined> {
  const { tick, time } = simulation
  if (autosave.bytes > MOST_BYTES) return undefined
  try {
    const checkpoint = await simulation.checkpoint()
    if (!Object.values(checkpoint.arrays).every(({ data }) => data.every(Number.isFinite))) return undefined
    const run = { saved: { checkpoint, time }, series: recorder.series(), eras: past.until(Infinity) ?? [] }
    return { tick, arrays: {}, run, bytes: autosave.bytes }
  } catch {
    // A failed run has no valid states.
    return undefined
  }
}

/** Sets what has changed in the old network since the new one was made from `base`. */
export function follow(base: Scenario, { model: { scenario } }: Simulation, next: Simulation): void {
  for (const { path, to } of differences(base, scenario))
    if (next.parameters.includes(path) && valueAt(next.model.scenario, path) !== to)
      next.set(path, to as number)
}

/**
 * Copies the states that fit from the old, paused network to the new one.
 * @param base - the scenario that the new one was made from; later changes of parameters are applied again
 * @param back - states that the step which is taken back has left behind
 */
export async function handOver(
  old: Opened,
  next: Simulation,
  base: Scenario,
  past: Pick<Past, 'until'>,
  back?: Left,
): Promise<HandedOver> {
  const { simulation, recorder } = old
  const renames = renamesOf(base, next.model.scenario)
  follow(base, simulation, next)
  // A failed run has no valid states.
  const isSound = await simulation.flush().then(
    () => true,
    () => false,
  )
  if (back?.run !== undefined) {
    const { saved, series } = back.run
    const left = await wholeRun(old, past)
    await next.restore(restarted(saved))
    return { tick: back.tick, samples: samplesOf(series), renames, left, text: '' }
  }
  const carried = carriedOver(simulation.model, next.model, simulation.tick, renames)
  const kept = isSound ? carried.kept : []
  if (kept.length === 0) {
    const left = isSound ? await wholeRun(old, past) : undefined
    const text =
      simulation.tick === 0
        ? ''
        : `Built anew, from tick 0: no state of the network before fits.${remedy(left)}`
    return { tick: 0, samples: [], renames, left, text }
  }
  const { tick } = simulation
  const initial = await next.checkpoint()
  const arrays = { ...initial.arrays }
  for (const name of kept) arrays[name] = await simulation.read(formerOf(name, renames))
  const again = Object.entries(back?.arrays ?? {}).filter(([name, { data }]) => {
    const place = arrays[name]
    return !kept.includes(name) && place?.data.length === data.length
  })
  Object.assign(arrays, Object.fromEntries(again))
  const origin = { tick, time: simulation.time }
  const restored = { ...initial, tick, origin, arrays, series: [] }
  if (tick === 0) {
    await next.restore(restored)
    return { tick, samples: [], renames, left: undefined, text: '' }
  }
  const names = leftNames(simulation, next, kept, renames)
  const before = recorder.series()
  const going = carriedSeries(before, next.series, renames)
  const since = past.until(Infinity)?.[0]
  const left = await leftBy(old, names, {
    series: before.filter(({ name }) => !isNamed(going, renames.probes.get(name) ?? name)),
    since,
  })
  // Samples come back to the run that they are of, up to the present tick.
  const came = back?.sampled?.since === since ? back?.sampled?.series : undefined
  const returning = carriedSeries(came ?? [], next.series).filter(({ name }) => !isNamed(going, name))
  const samples = samplesOf([...going, ...returning]).filter((sample) => sample.tick <= tick)
  const isCarried = (probe: string): boolean => isNamed(going, probe) || isNamed(returning, probe)
  // The others begin with the present state, as the start of a run does.
  const first: Sample[] = []
  const stop = next.onSample((sample) => {
    const { probe } = sample
    const isKnown = samples.some((one) => one.probe === probe && one.tick === tick)
    if (!isNamed(going, probe) && !isKnown) first.push(sample)
  })
  await next.restore(restored, { resample: true })
  await next.step(0)
  await next.flush()
  stop()
  const returned = again.map(([name]) => name)
  const probes = before
    .filter(({ tick }) => tick.length > 0)
    .map(({ name }) => renames.probes.get(name) ?? name)
    .filter((name) => !isCarried(name) && next.series.some((other) => other.name === name))
  const started = [...carried.anew.filter((name) => !returned.includes(name)), ...probes]
  const replaced = carried.anew.map((name) => formerOf(name, renames))
  const { redrawn } = carried
  const gone = names.filter((name) => !replaced.includes(name))
  const facts = [
    ...(started.length === 0 ? [] : [`${listed(started)} start${plural(started)} anew at tick ${tick}`]),
    ...(gone.length === 0 ? [] : [`the values of ${listed(gone)} are lost`]),
    ...(redrawn.length === 0
      ? []
      : [
          `renamed ${redrawn.map((name) => `\`${formerOf(name, renames)}\` → \`${name}\``).join(', ')}: other random rows`,
        ]),
    ...(returned.length === 0
      ? []
      : [`${listed(returned)} return${plural(returned)} as at tick ${back?.tick ?? tick}`]),
  ].join('; ')
  const text =
    facts === ''
      ? ''
      : `${facts[0]?.toUpperCase()}${facts.slice(1)}; the rest goes on.${returned.length > 0 ? '' : remedy(left)}`
  return { tick, samples: [...samples, ...first], renames, left, text }
}

/** Names of the arrays whose values no array of the next network continues. The state of an adiabatic layer follows from others. */
function leftNames(old: Simulation, next: Simulation, kept: readonly string[], renames: Renames): string[] {
  const places = [...kept, ...next.model.layers.filter(({ tau }) => tau === 0).map(({ name }) => name)]
  const continued = places.map((name) => formerOf(name, renames))
  return movingArrays(old.model).filter((name) => !continued.includes(name))
}

async function leftBy(
  { simulation, autosave }: Opened,
  names: readonly string[],
  sampled: NonNullable<Left['sampled']>,
): Promise<Left | undefined> {
  if (names.length > 0 && autosave.bytes > MOST_BYTES) return undefined
  const arrays: Record<string, DenseArray> = {}
  for (const name of names) arrays[name] = await simulation.read(name)
  const ofArrays = Object.values(arrays).reduce((sum, { data }) => sum + data.byteLength, 0)
  const ofSamples = samplesOf(sampled.series).reduce((sum, sample) => sum + bytesOf(sample), 0)
  const hasSamples = ofSamples > 0 && ofSamples <= MOST_BYTES
  if (ofArrays === 0 && !hasSamples) return undefined
  const { tick } = simulation
  return hasSamples
    ? { tick, arrays, sampled, bytes: ofArrays + ofSamples }
    : { tick, arrays, bytes: ofArrays }
}

function isNamed(series: readonly Series[], name: string): boolean {
  return series.some((one) => one.name === name)
}

/** The pictures and plots of a reader under the new names. */
export function renamedViews<P extends { readonly plots: PlotsView }>(
  stage: StageView,
  look: P,
  { parts, probes }: Renames,
): readonly [StageView, P] {
  const windows = new Map([...stage.windows].map(([name, window]) => [renamed(name, parts), window]))
  const plots = new Map([...look.plots.plots].map(([name, one]) => [probes.get(name) ?? name, one]))
  return [
    { ...stage, large: renamed(stage.large, parts), windows },
    { ...look, plots: { ...look.plots, plots } },
  ]
}

function listed(names: readonly string[]): string {
  return names.map((name) => `\`${name}\``).join(', ')
}

function plural(names: readonly string[]): string {
  return names.length === 1 ? 's' : ''
}

function remedy(left: Left | undefined): string {
  return left === undefined ? '' : ' Undo brings the values back.'
}
