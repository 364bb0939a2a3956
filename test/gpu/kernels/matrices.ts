/** Matrices for kernel tests: random entries of one format, packed and split as a plan does. */
import type { RandomStream } from '../../../src/core/model/random.ts'
import type { Format } from '../../../src/core/plan/kernels.ts'
import { type Block, type Matrix, packBlock, planMatrix } from '../../../src/core/plan/layout.ts'
import { roundToHalf } from '../../../src/core/math/algebra.ts'

export interface Packed {
  readonly matrix: Matrix
  readonly blocks: readonly { readonly block: Block; readonly bytes: Uint8Array }[]
  /** Entries as the format holds them, [copies, rows, columns]. */
  readonly dense: Float64Array
  /** One copy, [rows, columns]. */
  copy(r: number): Float64Array
}

export interface Shape {
  readonly copies: number
  readonly rows: number
  readonly columns: number
  readonly format?: Format
  /** Most rows in a block; absent = all in one. */
  readonly blockRows?: number
}

export function packed(stream: RandomStream, shape: Shape): Packed {
  const { copies, rows, columns, format = 'f32', blockRows = Infinity } = shape
  const values = Float32Array.from({ length: copies * rows * columns }, () => {
    if (format === 'binary') return stream.word() & 1 ? 1 : -1
    const value = Math.fround(stream.normal())
    return format === 'f16' ? roundToHalf(value) : value
  })
  return pack(values, shape, blockRows)
}

export function pack(values: Float32Array, shape: Shape, blockRows: number): Packed {
  const { copies, rows, columns, format = 'f32' } = shape
  const limits = (bytes: number) => ({
    maxStorageBufferBindingSize: bytes,
    maxBufferSize: bytes,
    maxComputeWorkgroupsPerDimension: 65535,
    maxStorageBuffersPerShaderStage: 10,
  })
  const plan = { name: 'A', copies, rows, columns, format }
  const whole = planMatrix(plan, limits(2 ** 30))
  const matrix = blockRows === Infinity ? whole : planMatrix(plan, limits(blockRows * whole.rowBytes))
  const tall = { ...matrix, rows: rows * copies }
  const dense = Float64Array.from(values)
  return {
    matrix,
    blocks: matrix.blocks.map((block) => ({ block, bytes: packBlock(tall, block, values) })),
    dense,
    copy: (r) => {
      const start = (copies === 1 ? 0 : r) * rows * columns
      return dense.slice(start, start + rows * columns)
    },
  }
}

/** [replicas, stride] of normal numbers, `padding` behind each row. */
export function vectors(
  stream: RandomStream,
  replicas: number,
  size: number,
  padding: number,
  stride = Math.ceil(size / 4) * 4,
): Float32Array<ArrayBuffer> {
  const result = new Float32Array(replicas * stride).fill(padding)
  for (let r = 0; r < replicas; r++) for (let i = 0; i < size; i++) result[r * stride + i] = stream.normal()
  return result
}

/** Row r of `vectors`, in float64. */
export function vectorOf(
  array: Float32Array,
  r: number,
  size: number,
  stride = Math.ceil(size / 4) * 4,
): Float64Array {
  return Float64Array.from(array.subarray(r * stride, r * stride + size))
}
