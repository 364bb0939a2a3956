/** The results of all tasks as arrays over the grid. */
import type { NpyArray, NpyData } from '../data/npy.ts'
import type { Grid } from './grid.ts'

/** Named arrays of one point, as results.npz of a run of its own has them. */
export type PointArrays = Readonly<Record<string, NpyArray>>

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
  arrays(): Record<string, NpyArray>
  /** Names of the arrays whose shapes differ from point to point. */
  apart(): string[]
}

/** Arrays of one name: in one piece while all have one shape. */
interface Gathered {
  shape: readonly number[]
  /** By the number of the point; kept apart once shapes differ. */
  readonly points: Map<number, NpyArray>
  apart: boolean
}

const KEPT = /\.(tick|value|terms)$/

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

  const keep = (name: string, at: number, array: NpyArray): void => {
    const known = gathered.get(name)
    if (known === undefined) {
      gathered.set(name, { shape: array.shape, points: new Map([[at, array]]), apart: false })
      return
    }
    known.points.set(at, array)
    if (known.shape.join() !== array.shape.join()) known.apart = true
  }

  const write = (
    into: Record<string, NpyArray>,
    name: string,
    { shape: own, points, apart }: Gathered,
    lead: readonly number[],
  ): void => {
    if (!apart) {
      into[name] = spread(points, lead, own)
      return
    }
    for (const [at, array] of [...points].sort(([a], [b]) => a - b))
      into[[name, ...positionOf(at, lead)].join('.')] = array
  }

  return {
    add(point, seed, arrays) {
      const at = place([...point, seed])
      for (const [name, array] of Object.entries(arrays)) if (KEPT.test(name)) keep(name, at, array)
    },
    arrays() {
      const into: Record<string, NpyArray> = {}
      const means: Record<string, NpyArray> = {}
      for (const [name, found] of [...gathered].sort(([a], [b]) => (a < b ? -1 : 1))) {
        const isTick = name.endsWith('.tick')
        if (isTick && !found.apart && areSame(found.points)) {
          into[name] = [...found.points.values()][0] as NpyArray
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

function areSame(points: ReadonlyMap<number, NpyArray>): boolean {
  const all = [...points.values()]
  const [first] = all
  return all.every(({ data }) => data.every((value, index) => value === first?.data[index]))
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

/** One array of all points, NaN where one is missing; of ticks, which have no NaN, float64. */
function spread(
  points: ReadonlyMap<number, NpyArray>,
  lead: readonly number[],
  own: readonly number[],
): NpyArray {
  const length = own.reduce((product, size) => product * size, 1)
  const count = lead.reduce((product, size) => product * size, 1)
  const isSingle = [...points.values()].every(({ data }) => data instanceof Float32Array)
  const data = new (isSingle ? Float32Array : Float64Array)(count * length).fill(NaN)
  for (const [at, array] of points) data.set(array.data, at * length)
  return { shape: [...lead, ...own], data }
}

/** Mean of the seeds of each point and its standard error, s / sqrt(n): NaN for one seed. Other shapes than the first seed's are left out. */
function overSeeds(
  points: ReadonlyMap<number, NpyArray>,
  seeds: number,
): { readonly mean: Gathered; readonly sem: Gathered } {
  const groups = new Map<number, NpyArray[]>()
  for (const [at, array] of [...points].sort(([a], [b]) => a - b)) {
    const point = Math.floor(at / seeds)
    const group = groups.get(point) ?? []
    if (group.length === 0 || group[0]?.shape.join() === array.shape.join()) group.push(array)
    groups.set(point, group)
  }
  const mean = gatheredOf()
  const sem = gatheredOf()
  for (const [point, group] of groups) {
    const { shape } = group[0] as NpyArray
    const { means, errors } = statisticsOf(group.map(({ data }) => data))
    insert(mean, point, { shape, data: means })
    insert(sem, point, { shape, data: errors })
  }
  return { mean, sem }
}

function gatheredOf(): Gathered {
  return { shape: [], points: new Map(), apart: false }
}

function insert(into: Gathered, at: number, array: NpyArray): void {
  if (into.points.size === 0) into.shape = array.shape
  else if (into.shape.join() !== array.shape.join()) into.apart = true
  into.points.set(at, array)
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
export function pointOf(arrays: PointArrays, point: number, points: number): PointArrays {
  if (points === 1) return arrays
  const samples = Object.entries(arrays).filter(([name]) => KEPT.test(name))
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
  parts: readonly { readonly points: number; readonly arrays: PointArrays | undefined }[],
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
