/** Layout of numbers in GPU buffers: padded rows, packed formats, matrices split into blocks. */
import { fromHalf, toHalf } from '../data/half.ts'
import { ModelError } from '../errors.ts'
import type { Memory, Rows } from '../model/model.ts'
import { packRow, rowOf, unpackRow } from '../model/signs.ts'
import type { Format } from './kernels.ts'

/** The limits of an adapter that a plan depends on, in bytes and counts. */
export interface Limits {
  readonly maxStorageBufferBindingSize: number
  readonly maxBufferSize: number
  readonly maxComputeWorkgroupsPerDimension: number
  readonly maxStorageBuffersPerShaderStage: number
  /** Total memory, if known. */
  readonly totalBytes?: number
}

/** Columns of a row of a vector in a buffer: N rounded up to a multiple of 4. */
export function vectorStride(size: number): number {
  return roundUp(size, 4)
}

export function roundUp(value: number, multiple: number): number {
  return Math.ceil(value / multiple) * multiple
}

/** Some consecutive rows of a matrix, in one buffer. */
export interface Block {
  readonly buffer: string
  /** First row, counted over all copies. */
  readonly start: number
  readonly count: number
  readonly bytes: number
}

/** A matrix, or one copy for each replica, in one or several buffers. */
export interface Matrix {
  readonly name: string
  /** 1 (shared by all replicas) or the number of replicas. */
  readonly copies: number
  /** Rows of one copy. */
  readonly rows: number
  readonly columns: number
  readonly format: Format
  /** True for one row in each copy, read as a vector; absent = read as a matrix. */
  readonly isVector?: true
  /**
   * Another order of the numbers of a row in its buffer: the smallest length of a row, and the index of each
   * number.
   */
  readonly order?: { readonly stride: number; readonly places: () => Uint32Array }
  /** Columns of a row in the buffer. */
  readonly stride: number
  readonly rowBytes: number
  readonly blocks: readonly Block[]
}

/** The properties of a matrix that determine its blocks. */
export type MatrixShape = Pick<
  Matrix,
  'name' | 'copies' | 'rows' | 'columns' | 'format' | 'isVector' | 'order'
>

/** The value of a 1 in the buffer of a memory: binary memories are +-|scale|, and their bits are the signs. */
export function unitOf({ format, scale }: Pick<Memory, 'format' | 'scale'>): number {
  return format === 'binary' ? Math.abs(scale) : 1
}

const BITS: Readonly<Record<Format, number>> = { f32: 32, f16: 16, binary: 1 }

/** Largest size of one block in bytes: SwiftShader cannot allocate the full GiB of its binding limit. */
const MOST_BLOCK_BYTES = 2 ** 29

/**
 * Splits a matrix at the adapter's binding limit: whole copies together while they fit, else each copy into blocks of
 * as many rows as fit, so that two matrices of equal shape are split at the same rows.
 * @throws ModelError if a single row does not fit
 */
export function planMatrix(shape: MatrixShape, limits: Limits): Matrix {
  const { name, copies, rows, columns, format, order } = shape
  const stride = roundUp(order?.stride ?? columns, format === 'binary' ? 32 : 4)
  const rowBytes = (stride * BITS[format]) / 8
  const limit = Math.min(limits.maxStorageBufferBindingSize, limits.maxBufferSize, MOST_BLOCK_BYTES)
  // Blocks begin at multiples of four rows, because products read vectors in groups of four.
  const least = Math.min(4, rows)
  if (least * rowBytes > limit) {
    throw new ModelError(
      `${least === 1 ? 'one row' : `${least} rows`} of \`${name}\` need${least === 1 ? 's' : ''} ${least * rowBytes} bytes, but this adapter binds at most ` +
        `${limit}; use fewer neurons`,
      { path: name },
    )
  }
  const mostRows = Math.floor(limit / rowBytes)
  const rowsPerBlock = mostRows > 4 ? mostRows - (mostRows % 4) : mostRows
  const total = copies * rows
  const spans: number[] = []
  if (rows <= rowsPerBlock) {
    const copiesPerBlock = Math.floor(rowsPerBlock / rows)
    for (let copy = 0; copy < copies; copy += copiesPerBlock) spans.push(copy * rows)
  } else {
    for (let copy = 0; copy < copies; copy++)
      for (let row = 0; row < rows; row += rowsPerBlock) spans.push(copy * rows + row)
  }
  const blocks = spans.map((start, index): Block => {
    const count = (spans[index + 1] ?? total) - start
    const buffer = spans.length === 1 ? `${name}/matrix` : `${name}/matrix#${index}`
    return { buffer, start, count, bytes: count * rowBytes }
  })
  return { ...shape, stride, rowBytes, blocks }
}

/** Pieces of a block with their place in the buffer: whole rows up to a number of bytes, or one row. */
export function slicesOf(
  { rowBytes }: Matrix,
  block: Block,
  mostBytes: number,
): { readonly slice: Block; readonly offset: number }[] {
  const most = Math.max(1, Math.floor(mostBytes / rowBytes))
  return Array.from({ length: Math.ceil(block.count / most) }, (_, index) => {
    const first = index * most
    const count = Math.min(most, block.count - first)
    return {
      slice: { buffer: block.buffer, start: block.start + first, count, bytes: count * rowBytes },
      offset: first * rowBytes,
    }
  })
}

/**
 * One block of a matrix, packed for its buffer, from dense rows of one copy.
 * @param dense - [rows, columns], used for every copy, or the rows of each copy
 */
export function packBlock(
  matrix: Matrix,
  block: Block,
  dense: Float32Array | Rows | ((copy: number) => Rows),
): Uint8Array<ArrayBuffer> {
  const { columns, rows, stride, format, rowBytes, order } = matrix
  const bytes = new Uint8Array(block.bytes)
  for (let index = 0; index < block.count; index++) {
    const from = (block.start + index) % rows
    const given =
      dense instanceof Float32Array
        ? dense.subarray(from * columns, (from + 1) * columns)
        : rowOf(typeof dense === 'function' ? dense(Math.floor((block.start + index) / rows)) : dense, from)
    const row = order === undefined ? given : ordered(given, stride, order)
    if (format === 'f32') {
      new Float32Array(bytes.buffer, index * rowBytes, stride).set(row)
    } else if (format === 'f16') {
      const halves = new Uint16Array(bytes.buffer, index * rowBytes, stride)
      for (let column = 0; column < row.length; column++) halves[column] = toHalf(row[column] as number)
    } else {
      packRow(row, new Uint32Array(bytes.buffer, index * rowBytes, stride / 32))
    }
  }
  return bytes
}

/**
 * The same bytes as `packBlock`: a view of the rows where they are in memory as in the buffer, so that a large matrix is not
 * copied before it is uploaded. Do not change it.
 */
export function blockBytes(
  matrix: Matrix,
  block: Block,
  dense: Float32Array | Rows | ((copy: number) => Rows),
): Uint8Array<ArrayBuffer> {
  const { columns, rows, stride, format, order } = matrix
  // The copy of the first row; rows are in memory as in the buffer only within one copy.
  const own = typeof dense === 'function' ? dense(Math.floor(block.start / rows)) : dense
  const data = own instanceof Float32Array ? own : own.signs === undefined ? own.data : undefined
  const first = block.start % rows
  const isAlike = format === 'f32' && order === undefined && stride === columns && first + block.count <= rows
  if (data === undefined || !isAlike) return packBlock(matrix, block, dense)
  const { buffer, byteOffset } = data.subarray(first * columns, (first + block.count) * columns)
  return new Uint8Array(buffer as ArrayBuffer, byteOffset, block.bytes)
}

/** A row in the order of its buffer. */
function ordered(row: Float32Array, stride: number, { places }: NonNullable<Matrix['order']>): Float32Array {
  const line = new Float32Array(stride)
  places().forEach((place, index) => (line[place] = row[index] as number))
  return line
}

/** The dense rows of a block, unpacked: the inverse of `packBlock`. */
export function unpackBlock(
  matrix: Matrix,
  block: Block,
  bytes: ArrayBuffer,
  offset: number,
  scale: number,
  target: Float32Array,
): void {
  const { columns, stride, format, rowBytes, order } = matrix
  if (order !== undefined) {
    const { order: _, ...plain } = matrix
    const line = new Float32Array(stride)
    for (let index = 0; index < block.count; index++) {
      const one = { ...block, start: 0, count: 1 }
      unpackBlock({ ...plain, columns: stride }, one, bytes, offset + index * rowBytes, scale, line)
      const to = (block.start + index) * columns
      order.places().forEach((place, at) => (target[to + at] = line[place] as number))
    }
    return
  }
  if (format === 'f32' && columns === stride) {
    target.set(new Float32Array(bytes, offset, block.count * columns), block.start * columns)
    return
  }
  for (let index = 0; index < block.count; index++) {
    const start = offset + index * rowBytes
    const to = (block.start + index) * columns
    if (format === 'f32') {
      target.set(new Float32Array(bytes, start, columns), to)
    } else if (format === 'f16') {
      const halves = new Uint16Array(bytes, start, stride)
      for (let column = 0; column < columns; column++)
        target[to + column] = fromHalf(halves[column] as number)
    } else {
      const words = new Uint32Array(bytes, start, stride / 32)
      unpackRow(words, scale, target.subarray(to, to + columns))
    }
  }
}

/** Rows padded to the stride of a vector. */
export function gatherRows(
  columns: number,
  chosen: readonly { readonly rows: Rows; readonly row: number }[],
): Float32Array<ArrayBuffer> {
  const stride = vectorStride(columns)
  const gathered = new Float32Array(chosen.length * stride)
  chosen.forEach(({ rows, row }, place) => {
    gathered.set(rowOf(rows, row), place * stride)
  })
  return gathered
}

/** `count` rows padded to the stride of a vector; row k is row k mod rows of the source. */
export function dealRows(rows: Rows, count: number): Float32Array<ArrayBuffer> {
  const stride = vectorStride(rows.columns)
  const dealt = new Float32Array(count * stride)
  for (let place = 0; place < count; place++) {
    dealt.set(rowOf(rows, place % rows.rows), place * stride)
  }
  return dealt
}
