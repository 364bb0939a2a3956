/** The results of all tasks as arrays over the grid. */
import type { NpyArray, NpyData } from '../data/npy.ts'
import type { TypedPieces } from '../data/npz.ts'
import type { Grid } from './grid.ts'

/** Named arrays of one run, as its results.npz has them. */
type RunArrays = Readonly<Record<string, NpyArray>>

/** An array of a point, which is read each time that it is asked for. */
export interface PointArray {
  readonly shape: readonly number[]
  /** An array of its type; the values do not count. */
  readonly like: NpyData
  readonly read: () => NpyData
}

/** Named arrays of one point, as results.npz of a run of its own has them. */
export type PointArrays = Readonly<Record<string, PointArray>>

/** An array over the grid. Its pieces are the arrays of the points, and no two of them are held at the same time. */
export interface GridArray extends TypedPieces {
  /** The array of a point by its index on each axis, as a single run has it; undefined where the point is missing. */
  at(position: readonly number[]): NpyArray | undefined
}

/** Puts together what the points have, in whatever order they come. */
export interface Collector {
  /**
   * @param point - one value for each axis
   * @param arrays - `P.tick`, `P.value` and `P.terms` of each probe P; others are left out
   */
  add(point: readonly unknown[], seed: number, arrays: PointArrays): void
  /**
   * For each probe P `P.tick` [S], and `P.value` with one leading axis for each axis of the grid and one for the seeds; `P.terms`
   * likewise; `mean.P` and `sem.P`, float64, over the seeds that are there. Missing points are NaN. Ticks that differ from point to
   * point have the leading axes too. Where shapes differ each point has an array of its own, with its indices behind the name:
   * `P.value.0.2.1`, `mean.P.0.2`.
   */
  arrays(): Record<string, GridArray>
  /** Names of the arrays whose shapes differ from point to point. */
  apart(): string[]
}

/** Arrays of one name: in one piece while all have one shape. */
interface Gathered {
  shape: readonly number[]
  /** By the number of the point; kept apart once shapes differ. */
  readonly points: Map<number, PointArray>
  apart: boolean
}

/** Arrays of samples. */
export const SAMPLES = /\.(tick|value|terms)$/

export function createCollector({ over, seeds }: Grid): Collector {
  const axes = [...over.map(({ values }) => values), seeds as readonly unknown[]]
  const shape = axes.map((values) => values.length)
  const indices = axes.map((values) => new Map(values.map((value, index) => [JSON.stringify(value), index])))
  const gathered = new Map<string, Gathered>()

  const place = (point: readonly unknown[]): number =>
    point.reduce<number>((at, value, axis) => {
      const index = indices[axis]?.get(JSON.stringify(value))
      if (index === undefined) throw new Error(`the grid has no ${JSON.stringify(value)} on axis ${axis}`)
      return at * (shape[axis] as number) + index
    }, 0)

  const keep = (name: string, at: number, array: PointArray): void => {
    const known = gathered.get(name) ?? gatheredOf()
    gathered.set(name, known)
    insert(known, at, array)
  }

  const write = (
    into: Record<string, GridArray>,
    name: string,
    { shape: own, points, apart }: Gathered,
    lead: readonly number[],
  ): void => {
    if (!apart) {
      into[name] = spread(points, lead, own)
      return
    }
    for (const [at, array] of [...points].sort(([a], [b]) => a - b))
      into[[name, ...positionOf(at, lead)].join('.')] = whole(array)
  }

  return {
    add(point, seed, arrays) {
      const at = place([...point, seed])
      for (const [name, array] of Object.entries(arrays)) if (SAMPLES.test(name)) keep(name, at, array)
    },
    arrays() {
      const into: Record<string, GridArray> = {}
      const means: Record<string, GridArray> = {}
      for (const [name, found] of [...gathered].sort(([a], [b]) => (a < b ? -1 : 1))) {
        const isTick = name.endsWith('.tick')
        if (isTick && !found.apart && areSame(found.points)) {
          into[name] = whole([...found.points.values()][0] as PointArray)
          continue
        }
        write(into, name, found, shape)
        if (!name.endsWith('.value')) continue
        const probe = name.slice(0, -'.value'.length)
        const { mean, sem } = overSeeds(found.points, seeds.length)
        const lead = shape.slice(0, -1)
        write(means, `mean.${probe}`, mean, lead)
        write(means, `sem.${probe}`, sem, lead)
      }
      return { ...into, ...means }
    },
    apart: () => [...gathered].flatMap(([name, { apart }]) => (apart ? [name] : [])).sort(),
  }
}

function areSame(points: ReadonlyMap<number, PointArray>): boolean {
  const [first, ...others] = points.values()
  const data = first?.read()
  return others.every(({ read }) => read().every((value, index) => value === data?.[index]))
}

/** The index of a point on each axis. */
function positionOf(at: number, lead: readonly number[]): number[] {
  const position: number[] = []
  for (const length of [...lead].reverse()) {
    position.unshift(at % length)
    at = Math.floor(at / length)
  }
  return position
}

/** The same array at all positions. */
function whole({ shape, like, read }: PointArray): GridArray {
  return { shape, like, pieces: again(() => [read()]), at: () => ({ shape, data: read() }) }
}

/** One array of all points, NaN where one is missing; of ticks, which have no NaN, float64. */
function spread(
  points: ReadonlyMap<number, PointArray>,
  lead: readonly number[],
  own: readonly number[],
): GridArray {
  const length = own.reduce((product, size) => product * size, 1)
  const count = lead.reduce((product, size) => product * size, 1)
  const isSingle = [...points.values()].every(({ like }) => like instanceof Float32Array)
  const Type = isSingle ? Float32Array : Float64Array
  const of = (array: PointArray): NpyData => {
    const data = array.read()
    return data instanceof Type ? data : Type.from(data)
  }
  function* pieces(): Generator<NpyData> {
    const missing = new Type(points.size < count ? length : 0).fill(NaN)
    for (let at = 0; at < count; at++) {
      const array = points.get(at)
      yield array === undefined ? missing : of(array)
    }
  }
  return {
    shape: [...lead, ...own],
    like: new Type(),
    pieces: again(pieces),
    at(position) {
      const array = points.get(position.reduce((index, one, axis) => index * (lead[axis] as number) + one, 0))
      return array && { shape: own, data: of(array) }
    },
  }
}

/** What can be gone through several times. */
function again<T>(pieces: () => Iterable<T>): Iterable<T> {
  return { [Symbol.iterator]: () => pieces()[Symbol.iterator]() }
}

/** Mean of the seeds of each point and its standard error, s / sqrt(n): NaN for one seed. Other shapes than the first seed's are left out. */
function overSeeds(
  points: ReadonlyMap<number, PointArray>,
  seeds: number,
): { readonly mean: Gathered; readonly sem: Gathered } {
  const groups = new Map<number, PointArray[]>()
  for (const [at, array] of [...points].sort(([a], [b]) => a - b)) {
    const point = Math.floor(at / seeds)
    const group = groups.get(point) ?? []
    if (group.length === 0 || group[0]?.shape.join() === array.shape.join()) group.push(array)
    groups.set(point, group)
  }
  const like = new Float64Array()
  const gather = (which: 'means' | 'errors'): Gathered => {
    const into = gatheredOf()
    for (const [point, group] of groups) {
      const { shape } = group[0] as PointArray
      insert(into, point, { shape, like, read: () => statisticsOf(group.map(({ read }) => read()))[which] })
    }
    return into
  }
  return { mean: gather('means'), sem: gather('errors') }
}

function gatheredOf(): Gathered {
  return { shape: [], points: new Map(), apart: false }
}

function insert(into: Gathered, at: number, array: PointArray): void {
  if (into.points.size === 0) into.shape = array.shape
  into.points.set(at, array)
  if (into.shape.join() !== array.shape.join()) into.apart = true
}

function statisticsOf(samples: readonly NpyData[]): {
  readonly means: Float64Array
  readonly errors: Float64Array
} {
  const length = samples[0]?.length ?? 0
  const count = samples.length
  const means = new Float64Array(length)
  const errors = new Float64Array(length)
  for (let index = 0; index < length; index++) {
    let sum = 0
    for (const data of samples) sum += data[index] as number
    const mean = sum / count
    let squares = 0
    for (const data of samples) squares += ((data[index] as number) - mean) ** 2
    means[index] = mean
    errors[index] = count < 2 ? NaN : Math.sqrt(squares / (count - 1) / count)
  }
  return { means, errors }
}

/**
 * The samples of one point of a run that varies by replica, as a run of its own has them.
 * @param point - its number among `points`, which all have as many replicas
 */
export function pointOf(arrays: RunArrays, point: number, points: number): RunArrays {
  if (points === 1) return arrays
  const samples = Object.entries(arrays).filter(([name]) => SAMPLES.test(name))
  return Object.fromEntries(
    samples.map(([name, array]) => {
      if (name.endsWith('.tick')) return [name, array]
      const [count = 0, replicas = points, ...rest] = array.shape
      const each = replicas / points
      const length = each * rest.reduce((product, size) => product * size, 1)
      const data = array.data.slice(0, count * length)
      for (let sample = 0; sample < count; sample++) {
        const from = (sample * points + point) * length
        data.set(array.data.subarray(from, from + length), sample * length)
      }
      return [name, { shape: [count, ...(each > 1 ? [each] : []), ...rest], data }]
    }),
  )
}

/**
 * The arrays of parts of a run as that run would have them: the inverse of `pointOf`. Points of a part that is missing are NaN.
 * @param parts - arrays of the points from `from` on; undefined = they have failed
 * @param replicas - of a point
 */
export function joinParts(
  parts: readonly { readonly points: number; readonly arrays: RunArrays | undefined }[],
  replicas: number,
): Record<string, NpyArray> {
  const points = parts.reduce((sum, part) => sum + part.points, 0)
  const names = new Set(parts.flatMap(({ arrays }) => Object.keys(arrays ?? {})))
  const into: Record<string, NpyArray> = {}
  for (const name of [...names].filter((one) => /\.(tick|time|value|terms)$/.test(one))) {
    const known = parts.find(({ arrays }) => arrays?.[name] !== undefined)
    const like = known?.arrays?.[name] as NpyArray
    if (/\.(tick|time)$/.test(name)) {
      into[name] = like
      continue
    }
    const own = replicas * (known?.points ?? 1)
    const [samples = 0, ...rest] = like.shape
    const entry = own > 1 ? rest.slice(1) : rest
    const length = entry.reduce((product, size) => product * size, 1)
    const all = replicas * points
    const data = new (like.data instanceof Float32Array ? Float32Array : Float64Array)(
      samples * all * length,
    ).fill(NaN)
    let from = 0
    for (const part of parts) {
      const width = part.points * replicas * length
      const found = part.arrays?.[name]?.data
      if (found?.length === samples * width)
        for (let sample = 0; sample < samples; sample++)
          data.set(found.subarray(sample * width, (sample + 1) * width), sample * all * length + from)
      from += width
    }
    into[name] = { shape: [samples, all, ...entry], data }
  }
  return into
}
