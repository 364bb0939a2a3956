/** The entries of a sparse matrix: drawn, or from a file of SciPy. */
import { decodeNpzArray, decodeNpzText } from '../../data/npz.ts'
import type { NpyData } from '../../data/npy.ts'
import { ModelError } from '../../errors.ts'
import type { SparseInit } from '../../kinds/couplings/sparse.ts'
import type { SparsePattern } from '../../math/sparse.ts'
import { naming } from '../files.ts'
import { RandomStream } from '../random.ts'
import { allocate, type Block } from './block.ts'
import type { Sources } from './sources.ts'
import type { Want } from './want.ts'

type Between = NonNullable<Want['between']>

/**
 * Loads or draws the entries of a sparse matrix.
 * @returns one row of all entries, every one finite, with their rows and columns
 * @throws ModelError with the path of the error
 */
export async function loadSparse(
  init: SparseInit,
  { path, between }: Pick<Want, 'path' | 'between'>,
  { seed, read }: Pick<Sources, 'seed' | 'read'>,
): Promise<Block> {
  if (between === undefined) throw new Error(`${path} is not a sparse matrix`)
  if (init.kind === 'random-sparse') return drawn(init, between, new RandomStream(seed, path), path)
  try {
    const bytes = await read(init.path)
    return naming(init.path, () => fromFile(bytes, between))
  } catch (error) {
    throw error instanceof ModelError ? new ModelError(error.reason, { path: `${path}.path` }) : error
  }
}

/** `degree` different columns in every row, uniform among all choices [Floyd, see Bentley, CACM 30 (1987) 754]. */
function drawn(
  { degree, distribution }: Extract<SparseInit, { kind: 'random-sparse' }>,
  { rows, columns, from }: Between,
  stream: RandomStream,
  path: string,
): Block {
  if (degree > columns)
    throw new ModelError(
      `is ${degree}, but layer \`${from}\` has ${columns} neurons; set it to ${columns} at most`,
      {
        path: `${path}.degree`,
      },
    )
  const block = allocate(1, rows * degree)
  const { data } = block
  const indices = new Uint32Array(rows * degree)
  const indptr = Uint32Array.from({ length: rows + 1 }, (_, row) => row * degree)
  /** The last row that used a column, from 1. */
  const taken = new Uint32Array(columns)
  for (let row = 0; row < rows; row++) {
    const start = row * degree
    for (let k = 0; k < degree; k++) {
      const last = columns - degree + k
      const wanted = stream.integer(last + 1)
      const column = taken[wanted] === row + 1 ? last : wanted
      taken[column] = row + 1
      indices[start + k] = column
    }
    indices.subarray(start, start + degree).sort()
    for (let k = 0; k < degree; k++)
      data[start + k] = distribution === 'binary' ? (stream.word() < 2 ** 31 ? -1 : 1) : stream.normal()
  }
  return { ...block, pattern: { rows, columns, degree, indices, indptr } }
}

/** The arrays that scipy.sparse.save_npz writes for a matrix in CSR format. */
function fromFile(bytes: Uint8Array, between: Between): Block {
  const format = decodeNpzText(bytes, 'format')
  if (format !== 'csr')
    throw new ModelError(
      format === undefined
        ? 'contains no sparse matrix; write it with scipy.sparse.save_npz(path, matrix.tocsr())'
        : `contains a sparse matrix of format "${format}"; write it with scipy.sparse.save_npz(path, matrix.tocsr())`,
    )
  const member = (name: string): NpyData => decodeNpzArray(bytes, name).data
  const { rows, columns, to, from } = between
  const [height, width] = member('shape')
  if (height !== rows || width !== columns)
    throw new ModelError(
      `is [${height}, ${width}], but layer \`${to}\` has ${rows} neurons${to === from ? '' : ` and \`${from}\` has ${columns}`}; ` +
        `give a matrix of [${rows}, ${columns}]`,
    )
  const [given, columnOf, starts] = [member('data'), member('indices'), member('indptr')]
  const entries = given.length
  if (entries === 0) throw new ModelError('has no entries; give a matrix with at least one')
  checkStarts(starts, rows, entries)
  if (columnOf.length !== entries)
    throw new ModelError(`has ${entries} entries in \`data\` and ${columnOf.length} in \`indices\`; ${AGAIN}`)
  checkColumns(columnOf, starts, rows, columns)
  const block = allocate(1, entries)
  block.data.set(given)
  const wrong = block.data.findIndex((value) => !Number.isFinite(value))
  if (wrong >= 0)
    throw new ModelError(
      `has the entry ${wrong} ${block.data[wrong]} in float32; every entry must be a finite number`,
    )
  const degree = degreeOf(starts, rows)
  const pattern: SparsePattern = {
    rows,
    columns,
    ...(degree !== undefined && { degree }),
    indices: new Uint32Array(columnOf),
    indptr: new Uint32Array(starts),
  }
  return { ...block, pattern }
}

const AGAIN = 'write it again with scipy.sparse.save_npz'

function checkStarts(starts: NpyData, rows: number, entries: number): void {
  if (starts.length !== rows + 1)
    throw new ModelError(`has ${starts.length} numbers in \`indptr\` for ${rows} rows; ${AGAIN}`)
  for (let row = 0; row < rows; row++) {
    const [start, end] = [starts[row]!, starts[row + 1]!]
    if (start > end || (row === 0 && start !== 0))
      throw new ModelError(`has row ${row} from entry ${start} to ${end} in \`indptr\`; ${AGAIN}`)
  }
  if (starts[rows] !== entries)
    throw new ModelError(`has ${entries} entries, but \`indptr\` counts ${starts[rows]}; ${AGAIN}`)
}

function checkColumns(columnOf: NpyData, starts: NpyData, rows: number, columns: number): void {
  for (let row = 0; row < rows; row++) {
    const end = starts[row + 1]!
    for (let entry = starts[row]!; entry < end; entry++) {
      const column = columnOf[entry]!
      if (column < 0 || column >= columns)
        throw new ModelError(
          `has an entry in row ${row}, column ${column}, but there are ${columns} columns; ${AGAIN}`,
        )
      if (entry === starts[row] || column > columnOf[entry - 1]!) continue
      throw new ModelError(
        column === columnOf[entry - 1]
          ? `has two entries in row ${row}, column ${column}; call matrix.sum_duplicates() and save it again`
          : `has column ${column} after ${columnOf[entry - 1]} in row ${row}; call matrix.sort_indices() and save it again`,
      )
    }
  }
}

/** Entries of a row, if all rows have the same number. */
function degreeOf(starts: NpyData, rows: number): number | undefined {
  const degree = starts[1]!
  for (let row = 1; row < rows; row++) if (starts[row + 1]! - starts[row]! !== degree) return undefined
  return degree
}
