/** The density of a sparse matrix: the number of entries in each block of rows and columns. Pure. */
import type { SparsePattern } from '../../core/math/sparse.ts'
import { vectorStride } from '../../core/plan/layout.ts'
import type { Entry } from './tiling.ts'

/** The most blocks along each side: about the pixels of a picture. */
const MOST_BLOCKS = 256

export interface Density {
  /** Number of blocks, down and across. */
  readonly rows: number
  readonly columns: number
  /** Shape of the matrix. */
  readonly size: readonly [rows: number, columns: number]
  /** Shape of a block; the last ones may be cut. */
  readonly block: readonly [rows: number, columns: number]
  /** Entries of each block, [rows, stride]. */
  readonly counts: Float32Array<ArrayBuffer>
  readonly stride: number
}

/** Counts the stored entries; the result does not depend on their values. */
export function densityOf({ rows, columns, indices, indptr }: SparsePattern, most = MOST_BLOCKS): Density {
  const block = [Math.ceil(rows / most), Math.ceil(columns / most)] as const
  const [down, across] = [Math.ceil(rows / block[0]), Math.ceil(columns / block[1])]
  const stride = vectorStride(across)
  const counts = new Float32Array(down * stride)
  for (let row = 0; row < rows; row++) {
    const first = Math.floor(row / block[0]) * stride
    for (let entry = indptr[row]!; entry < indptr[row + 1]!; entry++)
      counts[first + Math.floor(indices[entry]! / block[1])]! += 1
  }
  return { rows: down, columns: across, size: [rows, columns], block, counts, stride }
}

export function countAt({ counts, stride }: Density, { row, column }: Entry): number {
  return counts[row * stride + column] ?? NaN
}

/** The rows and the columns of a block, in words. */
export function blockText({ size, block }: Density, { row, column }: Entry): string {
  return [row, column]
    .map((at, axis) => {
      const [length, first] = [block[axis]!, at * block[axis]!]
      const [one, more] = axis === 0 ? ['row', 'rows'] : ['column', 'columns']
      const last = Math.min(size[axis]!, first + length) - 1
      return last === first ? `${one} ${first}` : `${more} ${first} to ${last}`
    })
    .join(', ')
}
