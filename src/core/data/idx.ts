/**
 * The IDX format of the MNIST files: two zero bytes, the type, the number of dimensions, each dimension as a big-endian 32-bit
 * integer, then the numbers, big-endian.
 * @see http://yann.lecun.com/exdb/mnist/
 */
import { ModelError } from '../errors.ts'

export interface IdxArray {
  readonly shape: readonly number[]
  /** Row-major; of unsigned bytes a view of the file. */
  readonly data: Uint8Array | Int8Array | Int16Array | Int32Array | Float32Array | Float64Array
}

/** Bytes a number, and how one is read. */
interface Type {
  readonly bytes: number
  readonly make: (count: number) => Exclude<IdxArray['data'], Uint8Array>
  readonly get: (view: DataView, at: number) => number
}

const UNSIGNED_BYTE = 0x08

const TYPES: Readonly<Record<number, Type>> = {
  0x09: { bytes: 1, make: (n) => new Int8Array(n), get: (view, at) => view.getInt8(at) },
  0x0b: { bytes: 2, make: (n) => new Int16Array(n), get: (view, at) => view.getInt16(at) },
  0x0c: { bytes: 4, make: (n) => new Int32Array(n), get: (view, at) => view.getInt32(at) },
  0x0d: { bytes: 4, make: (n) => new Float32Array(n), get: (view, at) => view.getFloat32(at) },
  0x0e: { bytes: 8, make: (n) => new Float64Array(n), get: (view, at) => view.getFloat64(at) },
}

/**
 * Reads an IDX file, already unpacked if it came as gzip.
 * @throws ModelError if the file is not IDX, holds nothing, is truncated or goes on behind its numbers
 */
export function decodeIdx(bytes: Uint8Array): IdxArray {
  const dimensions = bytes[3] ?? 0
  if (bytes[0] !== 0 || bytes[1] !== 0 || dimensions === 0) {
    throw new ModelError('is not an IDX file (the format of MNIST); give one, or patterns of another kind')
  }
  const code = bytes[2] ?? 0
  const type = TYPES[code]
  if (code !== UNSIGNED_BYTE && type === undefined) {
    throw new ModelError(`is an IDX file of the unknown type 0x${hex(code)}; write or copy it again`)
  }
  const start = 4 + 4 * dimensions
  if (bytes.length < start) throw new ModelError('is truncated in its IDX header; write or copy it again')
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const shape = Array.from({ length: dimensions }, (_, index) => view.getUint32(4 + 4 * index))
  const count = shape.reduce((product, length) => product * length, 1)
  if (count === 0)
    throw new ModelError(`holds nothing: its shape is ${shape.join(' x ')}; write or copy it again`)
  const needed = count * (type?.bytes ?? 1)
  if (bytes.length - start !== needed) {
    const what = bytes.length - start < needed ? 'is truncated' : 'goes on behind its numbers'
    throw new ModelError(
      `${what}: ${shape.join(' x ')} needs ${needed} bytes, it has ${bytes.length - start}; write or copy it again`,
    )
  }
  if (type === undefined) return { shape, data: bytes.subarray(start, start + count) }
  const data = type.make(count)
  for (let index = 0; index < count; index++) data[index] = type.get(view, start + index * type.bytes)
  return { shape, data }
}

function hex(byte: number): string {
  return byte.toString(16).padStart(2, '0')
}
