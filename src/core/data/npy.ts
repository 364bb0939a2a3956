/**
 * NumPy's array format, read and written: little endian, C order, real numbers. (npyjs returns a short or a wrong
 * array for truncated and object files, and converts booleans one by one; errors here are one clear line.)
 * @see https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
 */
import { ModelError } from '../model/errors.ts'

export type NpyData =
  Float32Array | Float64Array | Int8Array | Int16Array | Int32Array | Uint8Array | Uint16Array | Uint32Array

/** Numbers and their shape, row-major. */
export interface NpyArray {
  readonly shape: readonly number[]
  readonly data: NpyData
}

/** Types by their `descr`; booleans are read as 0 and 1. */
const types = {
  '<f4': Float32Array,
  '<f8': Float64Array,
  '|i1': Int8Array,
  '<i2': Int16Array,
  '<i4': Int32Array,
  '|u1': Uint8Array,
  '<u2': Uint16Array,
  '<u4': Uint32Array,
  '|b1': Uint8Array,
} as const

const MAGIC = '\x93NUMPY'

/**
 * Reads a .npy file. The result is a view of `bytes` where alignment allows it, otherwise a copy.
 * @throws ModelError if the file is not .npy, is truncated, or holds objects, text, complex numbers, big-endian or
 *   Fortran-ordered data
 */
export function decodeNpy(bytes: Uint8Array): NpyArray {
  if (latin1(bytes, 0, 6) !== MAGIC) {
    throw new ModelError('is not a NumPy .npy file; write it with numpy.save')
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const lengthBytes = bytes[6] === 1 ? 2 : 4
  const headerStart = 8 + lengthBytes
  if (bytes.length < headerStart) throw truncated('its header')
  const headerLength = lengthBytes === 2 ? view.getUint16(8, true) : view.getUint32(8, true)
  const dataStart = headerStart + headerLength
  if (bytes.length < dataStart) throw truncated('its header')

  const header = latin1(bytes, headerStart, dataStart)
  const descr = /'descr'\s*:\s*'([^']*)'/.exec(header)?.[1]
  const order = /'fortran_order'\s*:\s*(True|False)/.exec(header)?.[1]
  const dimensions = /'shape'\s*:\s*\(([\d,\s]*)\)/.exec(header)?.[1]
  if (
    order === undefined ||
    dimensions === undefined ||
    (descr === undefined && !header.includes("'descr'"))
  ) {
    throw new ModelError('has a malformed .npy header; write it with numpy.save')
  }
  const type =
    descr !== undefined && Object.hasOwn(types, descr) ? types[descr as keyof typeof types] : undefined
  if (type === undefined) {
    throw new ModelError(
      `has dtype ${descr ?? 'with fields'}, which is not read; save it with .astype('float32') ` +
        '(read are little-endian float32, float64, int8, int16, int32, uint8, uint16, uint32, bool)',
    )
  }
  const shape = dimensions.split(',').flatMap((part) => (part.trim() === '' ? [] : [Number(part)]))
  const count = shape.reduce((product, length) => product * length, 1)
  if (order === 'True' && shape.length > 1) {
    throw new ModelError('is in Fortran order; save it with numpy.ascontiguousarray')
  }
  const wanted = count * type.BYTES_PER_ELEMENT
  if (bytes.length - dataStart < wanted) {
    throw truncated(
      `shape (${shape.join(', ')}) of ${descr} needs ${wanted} bytes, it has ${bytes.length - dataStart}`,
    )
  }
  const offset = bytes.byteOffset + dataStart
  const data =
    offset % type.BYTES_PER_ELEMENT === 0
      ? new type(bytes.buffer as ArrayBuffer, offset, count)
      : new type(bytes.slice(dataStart, dataStart + wanted).buffer, 0, count)
  return { shape, data }
}

/**
 * Writes a .npy file that numpy.load reads, version 1.0.
 * @throws ModelError if the shape does not fit the data
 */
export function encodeNpy({ shape, data }: NpyArray): Uint8Array {
  checkCount(shape, data.length)
  const header = encodeNpyHeader(shape, data)
  const bytes = new Uint8Array(header.length + data.byteLength)
  bytes.set(header)
  bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), header.length)
  return bytes
}

/**
 * @param count - values there are
 * @throws ModelError if the shape holds more or fewer
 */
export function checkCount(shape: readonly number[], count: number): void {
  const wanted = shape.reduce((product, length) => product * length, 1)
  if (wanted !== count) {
    throw new ModelError(`shape (${shape.join(', ')}) holds ${wanted} values, the data has ${count}`)
  }
}

/**
 * What stands before the data of a .npy file.
 * @param like - of the type of the data
 */
export function encodeNpyHeader(shape: readonly number[], like: NpyData): Uint8Array {
  const descr = Object.entries(types).find(([, type]) => like instanceof type)?.[0] ?? ''
  const dimensions = shape.length === 1 ? `${shape[0]},` : shape.join(', ')
  const dictionary = `{'descr': '${descr}', 'fortran_order': False, 'shape': (${dimensions}), }`
  // The data starts at a multiple of 64 bytes; the header ends with a newline.
  const dataStart = Math.ceil((10 + dictionary.length + 1) / 64) * 64
  const header = MAGIC + '\x01\x00' + '\x00\x00' + dictionary.padEnd(dataStart - 11) + '\n'
  const bytes = new Uint8Array(dataStart)
  for (let index = 0; index < dataStart; index++) bytes[index] = header.charCodeAt(index)
  new DataView(bytes.buffer).setUint16(8, dataStart - 10, true)
  return bytes
}

function latin1(bytes: Uint8Array, from: number, to: number): string {
  let text = ''
  for (const byte of bytes.subarray(from, to)) text += String.fromCharCode(byte)
  return text
}

function truncated(what: string): ModelError {
  return new ModelError(`is truncated: ${what}; write or copy it again`)
}
