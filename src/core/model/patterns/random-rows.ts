/** Random patterns, drawn in float64. */
import { ModelError } from '../../errors.ts'
import type { RandomStream } from '../random.ts'
import type { Patterns } from './schema.ts'

type RandomSpec = Extract<Patterns, { kind: 'random' }>

/**
 * Draws `count` rows into `data`, one after the other.
 * @param data - [count, columns], row-major
 * @param choices - chooses the entries of correlated rows that are always +1; a separate stream, so that the
 *   other entries do not depend on the correlation
 * @throws ModelError if there are more orthogonal rows than columns, or a row to scale is all zeros
 */
export function drawRows(
  spec: RandomSpec,
  data: Float32Array,
  columns: number,
  stream: RandomStream,
  choices: RandomStream,
): void {
  const count = data.length / columns
  if (spec.distribution === 'orthogonal') {
    data.set(orthogonalRows(count, columns, spec.norm ?? Math.sqrt(columns), stream))
    return
  }
  const norm = spec.norm ?? (spec.distribution === 'sphere' ? Math.sqrt(columns) : undefined)
  const zeros = Math.round((spec.sparsity ?? 0) * columns)
  const share = Math.sqrt(spec.correlation ?? 0)
  const row = new Float64Array(columns)
  for (let index = 0; index < count; index++) {
    for (let column = 0; column < columns; column++) {
      row[column] = spec.distribution === 'binary' ? (stream.word() < 2 ** 31 ? -1 : 1) : stream.normal()
    }
    if (share > 0)
      for (let column = 0; column < columns; column++) if (choices.uniform() < share) row[column] = 1
    for (const column of chosen(stream, zeros, columns)) row[column] = 0
    if (norm !== undefined) scaleTo(row, norm, index)
    data.set(row, index * columns)
  }
}

/**
 * Mutually orthogonal rows of one norm, in directions uniform on the sphere: normal rows made orthogonal by modified
 * Gram-Schmidt, repeated where cancellation costs accuracy.
 * @returns [count, columns], row-major; inner products are 0 to float64 rounding
 * @throws ModelError if count > columns
 */
export function orthogonalRows(
  count: number,
  columns: number,
  norm: number,
  stream: RandomStream,
): Float64Array {
  if (count > columns) {
    throw new ModelError(
      `${count} rows of ${columns} columns cannot be orthogonal to each other; set count to ${columns} at most ` +
        'or the distribution to "sphere"',
    )
  }
  const data = new Float64Array(count * columns)
  for (let index = 0; index < count; index++) {
    const row = data.subarray(index * columns, (index + 1) * columns)
    for (let column = 0; column < columns; column++) row[column] = stream.normal()
    let before: number
    do {
      before = length(row)
      for (let other = 0; other < index; other++) {
        const unit = data.subarray(other * columns, (other + 1) * columns)
        const projection = dot(unit, row)
        for (let column = 0; column < columns; column++) {
          row[column] = (row[column] as number) - projection * (unit[column] as number)
        }
      }
    } while (length(row) < before / 2)
    scaleTo(row, 1, index)
  }
  for (let index = 0; index < data.length; index++) data[index] = (data[index] as number) * norm
  return data
}

/** `count` random indices from 0 to length - 1. */
export function chosen(stream: RandomStream, count: number, length: number): number[] {
  return count === 0 ? [] : stream.permutation(length).slice(0, count)
}

/**
 * Scales a row to an L2 norm, in place.
 * @param index - its index, for the error
 * @throws ModelError if the row is all zeros
 */
export function scaleTo(row: Float64Array | Float32Array, norm: number, index: number): void {
  const old = length(row)
  if (old === 0) {
    throw new ModelError(`row ${index} is all zeros and cannot be scaled to the norm ${norm}; leave it out`)
  }
  for (let column = 0; column < row.length; column++) row[column] = ((row[column] as number) / old) * norm
}

function length(row: Float64Array | Float32Array): number {
  return Math.sqrt(dot(row, row))
}

function dot(a: Float64Array | Float32Array, b: Float64Array | Float32Array): number {
  let sum = 0
  for (let index = 0; index < a.length; index++) sum += (a[index] as number) * (b[index] as number)
  return sum
}
