/** What was collected, read back point by point: for tables and charts. */
import type { NpyArray } from '../data/npy.ts'
import type { Grid } from './grid.ts'

type Arrays = Readonly<Record<string, NpyArray>>

/** A point with one seed: its index on each axis of the grid, that of the seed last. */
export type Position = readonly number[]

/** All positions, the last axis the fastest. */
export function positionsOf({ over, seeds }: Grid): Position[] {
  const lengths = [...over.map(({ values }) => values.length), seeds.length]
  return lengths.reduce<Position[]>(
    (positions, length) =>
      positions.flatMap((position) => Array.from({ length }, (_, index) => [...position, index])),
    [[]],
  )
}

/** The array of a probe at a position, as a single run has it; undefined where there is none. */
export function arrayAt(
  arrays: Arrays,
  name: string,
  position: Position,
  lengths: readonly number[],
): NpyArray | undefined {
  const apart = arrays[[name, ...position].join('.')]
  if (apart !== undefined) return apart
  const whole = arrays[name]
  if (whole === undefined) return undefined
  if (name.endsWith('.tick') && whole.shape.length === 1) return whole
  const shape = whole.shape.slice(lengths.length)
  const size = shape.reduce((product, length) => product * length, 1)
  const at = position.reduce((index, one, axis) => index * (lengths[axis] as number) + one, 0)
  const data = whole.data.subarray(at * size, (at + 1) * size)
  return { shape, data }
}

/** The mean of the numbers of each sample: NaN where the point is missing. */
export function courseOf({ shape, data }: NpyArray): Float64Array {
  const [samples = 0] = shape
  const length = data.length / Math.max(1, samples)
  return Float64Array.from({ length: samples }, (_, sample) => {
    let sum = 0
    for (let k = 0; k < length; k++) sum += data[sample * length + k] as number
    return sum / length
  })
}
