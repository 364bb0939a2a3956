/** Sparsity patterns of matrices, by rows and by columns. */

/** The stored entries of a matrix: compressed sparse rows. */
export interface SparsePattern {
  /** Of the matrix: neurons of the layer `to`. */
  readonly rows: number
  /** Of the matrix: neurons of the layer `from`. */
  readonly columns: number
  /** Entries of a row, if all rows have the same number. */
  readonly degree?: number
  /** The column of each entry, row by row and ascending in a row. */
  readonly indices: Uint32Array<ArrayBuffer>
  /** Row i has the entries [indptr[i], indptr[i + 1]). */
  readonly indptr: Uint32Array<ArrayBuffer>
}

/** Every stored entry, row by row. */
export function forEachEntry(
  { rows, indices, indptr }: SparsePattern,
  visit: (entry: number, row: number, column: number) => void,
): void {
  for (let row = 0; row < rows; row++)
    for (let entry = indptr[row]!; entry < indptr[row + 1]!; entry++) visit(entry, row, indices[entry]!)
}

const rowsByColumns = new WeakMap<Uint32Array, Uint32Array<ArrayBuffer>>()

/** The row of each entry; computed once. */
export function rowsOf(pattern: SparsePattern): Uint32Array<ArrayBuffer> {
  const known = rowsByColumns.get(pattern.indices)
  if (known !== undefined) return known
  const rows = new Uint32Array(pattern.indices.length)
  forEachEntry(pattern, (entry, row) => (rows[entry] = row))
  rowsByColumns.set(pattern.indices, rows)
  return rows
}

const transposes = new WeakMap<Uint32Array, Transposed>()

/** The same entries, column by column. */
export interface Transposed {
  readonly pattern: SparsePattern
  /** The place of each entry in the rows. */
  readonly positions: Uint32Array<ArrayBuffer>
}

/** The pattern of the transposed matrix; computed once. */
export function transposedPattern(pattern: SparsePattern): Transposed {
  const known = transposes.get(pattern.indices)
  if (known !== undefined) return known
  const { rows, columns, indices } = pattern
  const indptr = new Uint32Array(columns + 1)
  for (const column of indices) indptr[column + 1]! += 1
  for (let column = 0; column < columns; column++) indptr[column + 1]! += indptr[column]!
  const next = indptr.slice()
  const of = new Uint32Array(indices.length)
  const positions = new Uint32Array(indices.length)
  forEachEntry(pattern, (entry, row, column) => {
    const place = next[column]!
    next[column] = place + 1
    of[place] = row
    positions[place] = entry
  })
  const made = { pattern: { rows: columns, columns: rows, indices: of, indptr }, positions }
  transposes.set(indices, made)
  return made
}
