/** Where the entries of a sparse matrix are: how many there are in each block of rows and columns. Pure. */
import type { SparsePattern } from '../../core/math/sparse.ts'
import { vectorStride } from '../../core/plan/layout.ts'
import type { Entry } from './tiling.ts'

/** Most blocks along either side: about as many as a picture has pixels. */
const MOST_BLOCKS = 256

export interface Density {
  /** Blocks below and beside each other. */
  readonly rows: number
  readonly columns: number
  /** Of the matrix. */
  readonly size: readonly [rows: number, columns: number]
  /** Of a block; the last ones may be cut. */
  readonly block: readonly [rows: number, columns: number]
  /** Entries of each block, [rows, stride]. */
  readonly counts: Float32Array<ArrayBuffer>
  readonly stride: number
}

/** Counts the entries that there are; values play no part, so that it holds while they change. */
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
