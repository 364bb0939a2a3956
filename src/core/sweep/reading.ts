/** What was collected, read back point by point: for tables and charts. */
import type { NpyArray } from '../data/npy.ts'
import type { GridArray } from './collect.ts'
import type { Grid } from './grid.ts'

/** What a collector has. */
export type GridArrays = Readonly<Record<string, GridArray>>

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
export function arrayAt(arrays: GridArrays, name: string, position: Position): NpyArray | undefined {
  return (arrays[[name, ...position].join('.')] ?? arrays[name])?.at(position)
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
