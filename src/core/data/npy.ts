/**
 * NumPy's array format: real numbers of every type, order of bytes and of indices are read. (npyjs returns a short or a wrong
 * array for truncated and object files, and converts booleans one by one; errors here are one clear line.)
 * @see https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
 */
import { ModelError } from '../errors.ts'
import { fromHalf } from './half.ts'

export type NpyData =
  Float32Array | Float64Array | Int8Array | Int16Array | Int32Array | Uint8Array | Uint16Array | Uint32Array

/** Numbers and their shape, row-major. */
export interface NpyArray {
  readonly shape: readonly number[]
  readonly data: NpyData
}

/** How numbers of a type are read one by one: those of another order of bytes, or that no array of JavaScript holds. */
interface Type {
  readonly bytes: number
  readonly get: (view: DataView, at: number, little: boolean) => number
  readonly array: new (count: number) => NpyData
  /** Such an array may be laid over bytes in the order of the machine. */
  readonly view?: new (buffer: ArrayBuffer, offset: number, count: number) => NpyData
}

/** By kind and bytes, as in `descr`; booleans are read as 0 and 1. */
const TYPES = {
  i1: { bytes: 1, get: (v, at) => v.getInt8(at), array: Int8Array, view: Int8Array },
  u1: { bytes: 1, get: (v, at) => v.getUint8(at), array: Uint8Array, view: Uint8Array },
  b1: { bytes: 1, get: (v, at) => (v.getUint8(at) === 0 ? 0 : 1), array: Uint8Array },
  i2: { bytes: 2, get: (v, at, l) => v.getInt16(at, l), array: Int16Array, view: Int16Array },
  u2: { bytes: 2, get: (v, at, l) => v.getUint16(at, l), array: Uint16Array, view: Uint16Array },
  i4: { bytes: 4, get: (v, at, l) => v.getInt32(at, l), array: Int32Array, view: Int32Array },
  u4: { bytes: 4, get: (v, at, l) => v.getUint32(at, l), array: Uint32Array, view: Uint32Array },
  i8: { bytes: 8, get: (v, at, l) => exact(v.getBigInt64(at, l)), array: Float64Array },
  u8: { bytes: 8, get: (v, at, l) => exact(v.getBigUint64(at, l)), array: Float64Array },
  f2: { bytes: 2, get: (v, at, l) => fromHalf(v.getUint16(at, l)), array: Float32Array },
  f4: { bytes: 4, get: (v, at, l) => v.getFloat32(at, l), array: Float32Array, view: Float32Array },
  f8: { bytes: 8, get: (v, at, l) => v.getFloat64(at, l), array: Float64Array, view: Float64Array },
} satisfies Readonly<Record<string, Type>>

/** A type of NumPy. */
type OwnType = keyof typeof TYPES

/** A type of numbers: those of NumPy, and bfloat16, the upper half of a float32. */
export type NpyType = OwnType | 'bf2'

const BFLOAT16: Type = { bytes: 2, get: (v, at, l) => bfloat16(v.getUint16(at, l)), array: Float32Array }

/** Names that numpy.load takes for kinds. */
const NAMES: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    [8, 16, 32, 64].flatMap((bits) =>
      [`int${bits}`, `uint${bits}`].map((name) => [name, `${name[0]}${bits / 8}`]),
    ),
  ),
  ...Object.fromEntries([16, 32, 64].map((bits) => [`float${bits}`, `f${bits / 8}`])),
  bool: 'b1',
}

/** What `descr` says of kinds that are not read. */
const OTHERS: Readonly<Record<string, string>> = {
  O: 'objects of Python',
  S: 'text',
  a: 'text',
  U: 'text',
  c: 'complex numbers',
  f: 'floats of more than 64 bits',
  M: 'dates',
  m: 'times',
  V: 'records',
}

/** A whole number of 64 bits, where float32, in which networks compute, has it. */
function exact(value: bigint): number {
  const number = Math.fround(Number(value))
  if (BigInt(number) === value) return number
  throw new ModelError(`holds ${value}, which float32 does not have exactly; save it with .astype('float32')`)
}

/** Most bytes of a header; numpy.load takes 10,000. */
const MOST_HEADER = 2 ** 16

const MAGIC = '\x93NUMPY'

/**
 * Reads a .npy file. The result is a view of `bytes` where alignment allows it, otherwise a copy.
 * @throws ModelError if the file is not .npy, is truncated or goes on behind its numbers, holds objects, text or complex numbers,
 *   or integers of 64 bits that float32 does not have
 */
export function decodeNpy(bytes: Uint8Array): NpyArray {
  if (latin1(bytes, 0, 6) !== MAGIC) {
    throw new ModelError('is not a NumPy .npy file; write it with numpy.save')
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const [version = 1] = bytes.subarray(6)
  if (version < 1 || version > 3)
    throw new ModelError(
      `is a .npy file of version ${version}; versions 1 to 3 are read, write it with numpy.save`,
    )
  const lengthBytes = version === 1 ? 2 : 4
  const headerStart = 8 + lengthBytes
  if (bytes.length < headerStart) throw truncated('its header')
  const headerLength = lengthBytes === 2 ? view.getUint16(8, true) : view.getUint32(8, true)
  const dataStart = headerStart + headerLength
  if (bytes.length < dataStart) throw truncated('its header')
  if (headerLength > MOST_HEADER)
    throw new ModelError('has a malformed .npy header; write it with numpy.save')

  const header = latin1(bytes, headerStart, dataStart)
  const descr = /['"]descr['"]\s*:\s*['"]([^'"]*)['"]/.exec(header)?.[1]
  const order = /['"]fortran_order['"]\s*:\s*(True|False)/.exec(header)?.[1]
  const dimensions = /['"]shape['"]\s*:\s*\(([\dL,\s]*)\)/.exec(header)?.[1]
  const isTwice = ['descr', 'fortran_order', 'shape'].some(
    (key) => header.split(new RegExp(`['"]${key}['"]\\s*:`)).length > 2,
  )
  if (
    order === undefined ||
    dimensions === undefined ||
    !/['"]descr['"]/.test(header) ||
    isTwice ||
    header.includes('\0')
  ) {
    throw new ModelError('has a malformed .npy header; write it with numpy.save')
  }
  const [, endian = '', word = ''] = /^([<>=|]?)(\w+)(?:\[.*)?$/.exec(descr ?? '') ?? []
  const kind = Object.hasOwn(NAMES, word) ? (NAMES[word] as string) : word
  const type: Type | undefined = Object.hasOwn(TYPES, kind) ? TYPES[kind as OwnType] : undefined
  if (type === undefined) {
    const what = OTHERS[descr === undefined ? 'V' : (kind[0] ?? '')] ?? 'numbers of an unknown type'
    throw new ModelError(
      // Other numbers lose nothing that a network could take.
      `has dtype ${descr ?? 'with fields'} (${what}), which is not read; save ${kind.startsWith('c') ? 'a real array, such as its .real or its .imag' : "it with .astype('float32')"}`,
    )
  }
  // Python 2 wrote 3L for 3.
  const shape = dimensions.split(',').flatMap((part) => (part.trim() === '' ? [] : [parseInt(part, 10)]))
  const count = shape.reduce((product, length) => product * length, 1)
  const wanted = count * type.bytes
  const given = bytes.length - dataStart
  if (given !== wanted) {
    const lengths = `shape (${shape.join(', ')}) of ${descr} needs ${wanted} bytes, it has ${given}`
    if (given < wanted) throw truncated(lengths)
    // numpy.load takes no notice of them: they may be a second array, or a damaged shape.
    throw new ModelError(
      `goes on behind its numbers: ${lengths}; write one array with numpy.save, or copy it again`,
    )
  }
  const data = numbers(bytes.subarray(dataStart, dataStart + wanted), type, count, endian !== '>')
  return { shape, data: order === 'True' && shape.length > 1 ? inRows(data, shape) : data }
}

/** The text of a .npy file that holds one, in bytes or in code points of four; undefined = it holds something else. */
export function decodeNpyText(bytes: Uint8Array): string | undefined {
  const [version = 1] = bytes.subarray(6)
  const isShort = version === 1
  if (latin1(bytes, 0, 6) !== MAGIC || bytes.length < 12) return undefined
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const start = isShort ? 10 + view.getUint16(8, true) : 12 + view.getUint32(8, true)
  if (!/['"]descr['"]\s*:\s*['"][<>=|]?[SU]\d+['"]/.test(latin1(bytes, 8, Math.min(start, MOST_HEADER))))
    return undefined
  return latin1(bytes, start, bytes.length).replaceAll('\0', '')
}

/** Numbers in the order in which they stand; a view where alignment allows it. */
function numbers(bytes: Uint8Array, type: Type, count: number, little: boolean): NpyData {
  if (type.view !== undefined && (little || type.bytes === 1)) {
    return bytes.byteOffset % type.bytes === 0
      ? new type.view(bytes.buffer as ArrayBuffer, bytes.byteOffset, count)
      : new type.view(new Uint8Array(bytes).buffer, 0, count)
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const data = new type.array(count)
  for (let index = 0; index < count; index++) data[index] = type.get(view, index * type.bytes, little)
  return data
}

/**
 * Numbers that stand row-major in other formats.
 * @param what - they are called in errors
 * @throws ModelError if there are more or fewer bytes than the shape needs, or an integer that float32 does not have
 */
export function decodeNumbers(
  bytes: Uint8Array,
  kind: NpyType,
  shape: readonly number[],
  what: string,
  little = true,
): NpyArray {
  const type: Type = kind === 'bf2' ? BFLOAT16 : TYPES[kind]
  const count = shape.reduce((product, length) => product * length, 1)
  if (count * type.bytes !== bytes.length)
    throw new ModelError(
      `is damaged: ${what} of shape (${shape.join(', ')}) needs ${count * type.bytes} bytes, it has ${bytes.length}; write or copy it again`,
    )
  return { shape, data: numbers(bytes, type, count, little) }
}

const halfView = new DataView(new ArrayBuffer(4))

function bfloat16(bits: number): number {
  halfView.setUint16(0, bits)
  return halfView.getFloat32(0)
}

/** From Fortran order, the first index running fastest, to rows. */
export function inRows(data: NpyData, shape: readonly number[]): NpyData {
  const rows = data.slice()
  const strides = shape.map((_, axis) =>
    shape.slice(0, axis).reduce((product, length) => product * length, 1),
  )
  const index = shape.map(() => 0)
  let from = 0
  for (let to = 0; to < data.length; to++) {
    rows[to] = data[from] as number
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const [length, stride] = [shape[axis] as number, strides[axis] as number]
      const next = (index[axis] as number) + 1
      from += stride
      index[axis] = next
      if (next < length) break
      from -= length * stride
      index[axis] = 0
    }
  }
  return rows
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
  const [kind, type] =
    Object.entries<Type>(TYPES).find(([, { view }]) => view !== undefined && like instanceof view) ?? []
  return headerOf(`${type?.bytes === 1 ? '|' : '<'}${kind}`, shape)
}

function headerOf(descr: string, shape: readonly number[]): Uint8Array {
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

/** Writes texts as a .npy file of one axis that numpy.load reads. */
export function encodeNpyTexts(texts: readonly string[]): Uint8Array {
  const points = texts.map((text) => Array.from(text, (sign) => sign.codePointAt(0) as number))
  const length = points.reduce((most, { length }) => Math.max(most, length), 1)
  const data = new Uint32Array(texts.length * length)
  points.forEach((text, index) => data.set(text, index * length))
  const header = headerOf(`<U${length}`, [texts.length])
  const bytes = new Uint8Array(header.length + data.byteLength)
  bytes.set(header)
  bytes.set(new Uint8Array(data.buffer), header.length)
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
