/** Transforms of rows, applied before the damage. */
import type { Rows } from '../model.ts'
import type { Transform } from './schema.ts'
import { allocate, rowsIn, type Block } from './block.ts'
import { scaleTo } from './random-rows.ts'

/** The mean of all rows, `count` times. */
export function meanOf(block: Block, count: number): Block {
  const { columns } = block
  const sum = new Float64Array(columns)
  for (const [, row] of rowsIn(block))
    for (let column = 0; column < columns; column++)
      sum[column] = (sum[column] as number) + (row[column] as number)
  const mean = allocate(count, columns)
  for (const [, row] of rowsIn(mean)) row.set(sum.map((value) => value / block.rows))
  const { image } = block
  return image === undefined ? mean : { ...mean, image }
}

/** Applies one step to each row, in place. */
export function applyTransform(step: Exclude<Transform, { op: 'mean' }>, block: Rows): void {
  const { data, columns } = block
  switch (step.op) {
    case 'center':
      for (const [, row] of rowsIn(block)) {
        let sum = 0
        for (const value of row) sum += value
        for (let column = 0; column < columns; column++) row[column] = (row[column] as number) - sum / columns
      }
      return
    case 'normalize':
      for (const [index, row] of rowsIn(block)) scaleTo(row, step.norm, index)
      return
    case 'binarize': {
      // In float32, like the data: an entry equal to the threshold is not above it.
      const threshold = Math.fround(step.threshold)
      for (let index = 0; index < data.length; index++)
        data[index] = (data[index] as number) > threshold ? 1 : -1
      return
    }
    case 'scale':
      for (let index = 0; index < data.length; index++) data[index] = (data[index] as number) * step.factor
  }
}
