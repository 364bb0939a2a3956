/**
 * The IDX format of the MNIST files, of unsigned bytes: two zero bytes, the type 0x08, the number of dimensions, each
 * dimension as a big-endian 32-bit integer, then the bytes.
 * @see http://yann.lecun.com/exdb/mnist/
 */
import { ModelError } from '../model/errors.ts'

export interface IdxArray {
  readonly shape: readonly number[]
  /** A view of the file, row-major. */
  readonly data: Uint8Array
}

const UNSIGNED_BYTE = 0x08

/**
 * Reads an IDX file, already unpacked if it came as gzip.
 * @throws ModelError if the file is not IDX of unsigned bytes, or is truncated
 */
export function decodeIdx(bytes: Uint8Array): IdxArray {
  const dimensions = bytes[3] ?? 0
  if (bytes[0] !== 0 || bytes[1] !== 0 || dimensions === 0) {
    throw new ModelError('is not an IDX file (the format of MNIST); give one, or patterns of another kind')
  }
  if (bytes[2] !== UNSIGNED_BYTE) {
    throw new ModelError(
      `is an IDX file of type 0x${hex(bytes[2] ?? 0)}; only unsigned bytes (0x08) are read; convert it to .npy`,
    )
  }
  const start = 4 + 4 * dimensions
  if (bytes.length < start) throw new ModelError('is truncated in its IDX header; write or copy it again')
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const shape = Array.from({ length: dimensions }, (_, index) => view.getUint32(4 + 4 * index))
  const count = shape.reduce((product, length) => product * length, 1)
  if (bytes.length - start < count) {
    throw new ModelError(
      `is truncated: ${shape.join(' x ')} needs ${count} bytes, it has ${bytes.length - start}; write or copy it again`,
    )
  }
  return { shape, data: bytes.subarray(start, start + count) }
}

function hex(byte: number): string {
  return byte.toString(16).padStart(2, '0')
}
