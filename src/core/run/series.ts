/** The samples of a run so far, on the host. */
import { meanText } from '../kinds/probes/table.ts'
import type { Model } from '../model/model.ts'
import { isRecorded } from '../model/rest.ts'
import type { Plan } from '../plan/plan.ts'
import type { ProbePlan } from '../plan/probes.ts'
import { copiesOf, placesOf, unpackArray } from './arrays.ts'
import { plainOf } from './columns.ts'
import type { RawSample } from './readback.ts'

/** One sample of a probe. */
export interface Sample {
  readonly probe: string
  readonly tick: number
  readonly time: number
  /** [...replicas, ...shape]; for energy the total. */
  readonly value: Float64Array | Float32Array
  /** Energy only: [...replicas, terms]. */
  readonly terms?: Float32Array
}

/** All samples of a probe. The arrays are read only; where a simulation keeps them they grow as it runs. */
export interface Series {
  readonly name: string
  readonly kind: ProbePlan['probe']['kind']
  /** The running mean in words, where samples are means. */
  readonly mean?: string
  /** Shape of one value, the replica axis first where there is one. */
  readonly shape: readonly number[]
  readonly tick: readonly number[]
  readonly time: readonly number[]
  readonly value: readonly (Float64Array | Float32Array)[]
  readonly terms?: readonly Float32Array[]
  readonly termNames?: readonly string[]
}

/** Empty series for all probes of a plan whose samples are results, which come first. */
export function createSeries(plan: Plan, model: Model): Series[] {
  const recorded = plan.probes.filter(({ probe }) => isRecorded(probe))
  return recorded.map(({ probe, shape, terms, copies }): Series => {
    const replicas = model.replicas > 1 ? [model.replicas] : []
    const mean = meanText(probe)
    const own = { name: probe.name, kind: probe.kind, ...(mean !== undefined && { mean }) }
    const base = { ...own, tick: [], time: [], value: [] }
    if (copies !== undefined) return { ...base, shape: snapshotShape(plan, model, copies, shape) }
    if (terms !== undefined) return { ...base, shape: replicas, terms: [], termNames: terms }
    return { ...base, shape: [...replicas, ...shape] }
  })
}

const flats = new WeakMap<Series, Series>()

/**
 * A series that can be cloned, as for a worker: each of its lists becomes a plain array when it is asked for.
 * @param flat - its lists are those of columns
 */
export function cloneable(flat: Series): Series {
  const series = { ...flat }
  for (const key of ['tick', 'time', 'value', 'terms'] as const) {
    const list: readonly unknown[] | undefined = flat[key]
    if (list === undefined) continue
    let plain: readonly unknown[] | undefined
    Object.defineProperty(series, key, { enumerable: true, get: () => (plain ??= plainOf(list)) })
  }
  flats.set(series, flat)
  return series
}

/** The series behind one that can be cloned: no array is made of its lists. */
export function flatOf(series: Series): Series {
  return flats.get(series) ?? series
}

/** Bytes of one sample: tick, time, and its numbers. */
export function sampleBytes({ shape, termNames }: Pick<Series, 'shape' | 'termNames'>): number {
  const numbers = shape.reduce((product, length) => product * length, 1)
  return 12 + (termNames === undefined ? 4 : 8 + 4 * termNames.length) * numbers
}

function snapshotShape(plan: Plan, model: Model, name: string, shape: readonly number[]): readonly number[] {
  const copies = plan.matrices.get(name)?.copies ?? model.replicas
  return copies > 1 ? [copies, ...shape] : shape
}

/** Reads a raw sample as a value of its probe; the arrays are copies. */
export function readSample(plan: Plan, model: Model, raw: RawSample, time: number): Sample {
  const { probe, shape, copies, terms: names } = plan.probes[raw.probe] as ProbePlan
  const base = { probe: probe.name, tick: raw.tick, time }
  if (copies !== undefined) {
    const places = placesOf(copiesOf(plan, model, copies), raw.data.buffer, raw.data.byteOffset)
    const { data } = unpackArray(plan, model, copies, places)
    return { ...base, value: data }
  }
  if (names === undefined) return { ...base, value: raw.data.slice() }
  const terms = raw.data.slice()
  const count = shape[0] as number
  const value = new Float64Array(model.replicas)
  for (let replica = 0; replica < model.replicas; replica++)
    for (let term = 0; term < count; term++)
      value[replica] = (value[replica] as number) + (terms[replica * count + term] as number)
  return { ...base, value, terms }
}
