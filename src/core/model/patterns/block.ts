/** Rows on their way into a model. */
import { ModelError } from '../../errors.ts'
import type { Rows } from '../model.ts'
import { signRows } from '../signs.ts'

export interface Block extends Rows {
  /** [height, width] of the images that the rows are. */
  readonly image?: readonly [number, number]
  /** The data belongs to something else too and must be copied before it is changed. */
  readonly shared: boolean
}

/** Most entries of one array: 4 GiB of float32, or 1 GiB of signs. */
const MAX_ENTRIES = 2 ** 30
export const MAX_SIGNS = 2 ** 33

/** Rows of zeros. */
export function allocate(rows: number, columns: number): Block {
  const entries = rows * columns
  try {
    if (entries <= MAX_ENTRIES) return { rows, columns, data: new Float32Array(entries), shared: false }
  } catch {
    // The engine has less than that to give.
  }
  throw tooLarge(`${rows} x ${columns} values`, entries * 4)
}

export function tooLarge(what: string, bytes: number): ModelError {
  return new ModelError(
    `${what} need ${bytes / 2 ** 30} GiB, more than there is for one array; use fewer rows or a smaller layer`,
  )
}

/** The same rows in memory of their own. */
export function editable(block: Block): Block {
  const { signs, ...rest } = block
  if (signs !== undefined) return { ...rest, data: block.data.slice(), shared: false }
  return block.shared ? { ...block, data: block.data.slice(), shared: false } : block
}

/** Only what a model keeps of a block. */
export function toRows(block: Block): Rows {
  const { rows, columns, signs, free, labels, pattern } = block
  const rest = {
    rows,
    columns,
    ...(free === undefined ? {} : { free }),
    ...(labels === undefined ? {} : { labels }),
    ...(pattern === undefined ? {} : { pattern }),
  }
  return signs === undefined ? { ...rest, data: block.data } : signRows(rest, signs)
}

/** Each row with its number. */
export function* rowsIn(block: Rows): Generator<[number, Float32Array]> {
  for (let row = 0; row < block.rows; row++) {
    yield [row, block.data.subarray(row * block.columns, (row + 1) * block.columns)]
  }
}
