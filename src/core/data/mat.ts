/**
 * MATLAB's format of level 5, as `save` with -v6 or -v7 and scipy.io.savemat write it: full numeric and logical arrays, plain or
 * compressed. (mat-for-js reads it too, under the GPL.)
 * @see MAT-File Format, MathWorks, chapter 1
 */
import { ModelError } from '../errors.ts'
import { inflate } from './inflate.ts'
import { type NpyArray, type NpyType, decodeNumbers, inRows } from './npy.ts'
import { unnamed } from './safetensors.ts'

/** Types in which numbers are stored, by their codes. */
const STORED: Readonly<Record<number, NpyType>> = {
  1: 'i1',
  2: 'u1',
  3: 'i2',
  4: 'u2',
  5: 'i4',
  6: 'u4',
  7: 'f4',
  9: 'f8',
  12: 'i8',
  13: 'u8',
}

const [MATRIX, COMPRESSED] = [14, 15]

/** Classes of arrays that are not numbers. */
const OTHERS: Readonly<Record<number, string>> = {
  1: 'a cell array',
  2: 'a struct',
  3: 'an object',
  4: 'text',
  5: 'a sparse matrix',
}

const HEADER = 128

interface Element {
  readonly type: number
  readonly bytes: Uint8Array
  /** Where the next begins. */
  readonly next: number
}

/**
 * Reads one array, its rows as MATLAB shows them.
 * @param name - may be left out where there is one alone
 * @throws ModelError if the file is damaged, of another level, or has no such array, naming those there are
 */
export function decodeMat(bytes: Uint8Array, name?: string): NpyArray {
  const { found, little } = matricesOf(bytes)
  const names = [...found.keys()]
  const wanted = name ?? (names.length === 1 ? names[0] : undefined)
  const parts = wanted === undefined ? undefined : found.get(wanted)
  if (wanted === undefined || parts === undefined) throw unnamed('array', name, names)
  return arrayOf(wanted, parts, little)
}

/**
 * The names of the arrays.
 * @throws ModelError if the file is damaged, or of another level
 */
export function matNames(bytes: Uint8Array): string[] {
  return [...matricesOf(bytes).found.keys()]
}

function matricesOf(bytes: Uint8Array): {
  readonly found: ReadonlyMap<string, readonly Element[]>
  readonly little: boolean
} {
  const start = String.fromCharCode(...bytes.subarray(0, 10))
  if (start === 'MATLAB 7.3' || start.startsWith('\x89HDF'))
    throw new ModelError('is of MATLAB 7.3 (HDF5), which is not read; save it with -v7')
  const marks = String.fromCharCode(...bytes.subarray(126, HEADER))
  if (bytes.length < HEADER || (marks !== 'IM' && marks !== 'MI'))
    throw new ModelError('is not a .mat file of MATLAB 5 to 7; save it with -v7')
  const little = marks === 'IM'
  const found = new Map<string, readonly Element[]>()
  for (let at = HEADER; at < bytes.length;) {
    const element = elementAt(bytes, at, little)
    at = element.next
    const matrix = element.type === COMPRESSED ? unpacked(element.bytes, little) : element
    if (matrix.type !== MATRIX) continue
    const parts = partsOf(matrix.bytes, little)
    const own = parts[2] === undefined ? '' : String.fromCharCode(...parts[2].bytes)
    if (own !== '') found.set(own, parts)
  }
  return { found, little }
}

function arrayOf(name: string, [flags, dimensions, , real]: readonly Element[], little: boolean): NpyArray {
  const word = flags === undefined || flags.bytes.length < 4 ? 0 : viewOf(flags.bytes).getUint32(0, little)
  const other = OTHERS[word & 0xff]
  if (other !== undefined)
    throw new ModelError(`holds ${other} in \`${name}\`, which is not read; save it as a full numeric array`)
  if ((word & 0x800) !== 0)
    throw new ModelError(`holds complex numbers in \`${name}\`, which are not read; save real(${name})`)
  const type = real === undefined ? undefined : STORED[real.type]
  if (dimensions === undefined || real === undefined || type === undefined)
    throw damaged(`\`${name}\` has no numbers`)
  const view = viewOf(dimensions.bytes)
  const shape = Array.from({ length: view.byteLength >> 2 }, (_, axis) => view.getInt32(4 * axis, little))
  const { data } = decodeNumbers(real.bytes, type, shape, `\`${name}\``, little)
  return { shape, data: inRows(data, shape) }
}

/** The elements of an array: flags, dimensions, name, numbers; no more of them are looked at. */
function partsOf(bytes: Uint8Array, little: boolean): Element[] {
  const parts: Element[] = []
  for (let at = 0; at < bytes.length && parts.length < 4;) {
    const part = elementAt(bytes, at, little)
    parts.push(part)
    at = part.next
  }
  return parts
}

/** A tag of 8 bytes and its bytes, filled up to a multiple of 8; up to 4 bytes stand in the tag itself. */
function elementAt(bytes: Uint8Array, at: number, little: boolean): Element {
  if (at + 8 > bytes.length) throw damaged('it is cut off')
  const view = viewOf(bytes)
  const word = view.getUint32(at, little)
  const short = word >>> 16
  if (short > 4) throw damaged('an element has no such size')
  if (short > 0) return { type: word & 0xffff, bytes: bytes.subarray(at + 4, at + 4 + short), next: at + 8 }
  const size = view.getUint32(at + 4, little)
  const end = at + 8 + size
  if (end > bytes.length) throw damaged('it is cut off')
  const next = word === COMPRESSED ? end : at + 8 + Math.ceil(size / 8) * 8
  return { type: word, bytes: bytes.subarray(at + 8, end), next }
}

function unpacked(bytes: Uint8Array, little: boolean): Element {
  return elementAt(inflate(bytes), 0, little)
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

function damaged(what: string): ModelError {
  return new ModelError(`is not a readable .mat file (${what}); write or copy it again`)
}
