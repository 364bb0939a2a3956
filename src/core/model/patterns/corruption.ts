/** Damage to rows: noise, covered parts and masks. */
import { ModelError } from '../../errors.ts'
import type { Rows } from '../model.ts'
import { show } from '../path.ts'
import type { RandomStream } from '../random.ts'
import type { Corrupt } from './schema.ts'
import { rowsIn } from './block.ts'
import { chosen } from './random-rows.ts'

/**
 * Damages each row, in place.
 * @param shape - [height, width] of the rows as images; absent = one line
 * @returns the free entries of a mask; their data is set to 0
 */
export function applyCorrupt(
  corrupt: Corrupt,
  block: Rows,
  shape: readonly [number, number] | undefined,
  stream: RandomStream,
): Uint8Array | undefined {
  const { data, columns } = block
  switch (corrupt.op) {
    case 'flip':
      for (const [, row] of rowsIn(block)) {
        for (const column of chosen(stream, Math.round(corrupt.fraction * columns), columns)) {
          row[column] = -(row[column] as number)
        }
      }
      return undefined
    case 'gaussian':
      for (let index = 0; index < data.length; index++) {
        data[index] = (data[index] as number) + corrupt.sigma * stream.normal()
      }
      return undefined
    case 'occlude': {
      const [top, left, height, width] = covered(corrupt, shape, columns)
      const lineLength = shape?.[1] ?? columns
      for (const [, row] of rowsIn(block)) {
        for (let line = top; line < top + height; line++) {
          row.fill(0, line * lineLength + left, line * lineLength + left + width)
        }
      }
      return undefined
    }
    case 'mask': {
      const free = new Uint8Array(data.length)
      for (let row = 0; row < block.rows; row++) {
        for (const column of chosen(stream, Math.round(corrupt.fraction * columns), columns)) {
          free[row * columns + column] = 1
          data[row * columns + column] = 0
        }
      }
      return free
    }
  }
}

/** [row, column, height, width] of the part that `occlude` sets to 0. */
function covered(
  corrupt: Extract<Corrupt, { op: 'occlude' }>,
  shape: readonly [number, number] | undefined,
  columns: number,
): readonly [number, number, number, number] {
  const [height, width] = shape ?? [1, columns]
  if (corrupt.rectangle !== undefined) {
    const [row, column, high, wide] = corrupt.rectangle
    if (row + high > height || column + wide > width) {
      throw new ModelError(
        `corrupt.rectangle ${show(corrupt.rectangle)} leaves the ${height} x ${width} image; it is [row, column, height, ` +
          'width] in pixels',
      )
    }
    return corrupt.rectangle
  }
  const { fraction = 0, side = 'bottom' } = corrupt
  // For a single line, top and bottom are its beginning and end.
  const sides = { top: 'left', bottom: 'right', left: 'left', right: 'right' } as const
  const lines = Math.round(fraction * height)
  const across = Math.round(fraction * width)
  switch (shape === undefined ? sides[side] : side) {
    case 'top':
      return [0, 0, lines, width]
    case 'bottom':
      return [height - lines, 0, lines, width]
    case 'left':
      return [0, 0, height, across]
    case 'right':
      return [0, width - across, height, across]
  }
}
