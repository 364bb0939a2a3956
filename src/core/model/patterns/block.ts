/** Rows before they become part of a model. */
import { ModelError } from '../../errors.ts'
import type { Rows } from '../model.ts'
import { signRows } from '../signs.ts'

export interface Block extends Rows {
  /** [height, width] if the rows are images. */
  readonly image?: readonly [number, number]
  /** True if the data is shared and must be copied before a change. */
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
    // The JavaScript engine cannot allocate this array.
  }
  throw tooLarge(`${rows} x ${columns} values`, entries * 4)
}

export function tooLarge(what: string, bytes: number): ModelError {
  return new ModelError(
    `${what} need ${bytes / 2 ** 30} GiB, too much for one array; use fewer rows or a smaller layer`,
  )
}

/** A copy of the rows. */
export function editable(block: Block): Block {
  const { signs, ...rest } = block
  if (signs !== undefined) return { ...rest, data: block.data.slice(), shared: false }
  return block.shared ? { ...block, data: block.data.slice(), shared: false } : block
}

/** The fields of a block that a model stores. */
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

/** Each row with its index. */
export function* rowsIn(block: Rows): Generator<[number, Float32Array]> {
  for (let row = 0; row < block.rows; row++) {
    yield [row, block.data.subarray(row * block.columns, (row + 1) * block.columns)]
  }
}
