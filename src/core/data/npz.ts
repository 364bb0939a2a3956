/** NumPy's archive format: a zip of .npy files. */
import { zipSync } from 'fflate'
import { ModelError } from '../errors.ts'
import {
  type NpyArray,
  type NpyData,
  checkCount,
  decodeNpy,
  decodeNpyText,
  encodeNpy,
  encodeNpyHeader,
} from './npy.ts'
import { createZipWriter } from './zip-writer.ts'
import { type Source, type ZipFile, readZip, readZipFrom } from './zip.ts'

/** A fixed date, so that equal arrays give equal bytes. Zip has no dates before 1980. */
const MTIME = new Date(1980, 0, 1)

/**
 * Writes named arrays as .npz, uncompressed; numpy.load reads it. Equal arrays give equal bytes.
 * @throws ModelError if a shape does not fit its data
 */
export function encodeNpz(arrays: Readonly<Record<string, NpyArray>>): Uint8Array {
  const files = Object.entries(arrays).map(([name, array]) => [`${name}.npy`, encodeNpy(array)] as const)
  return zipSync(Object.fromEntries(files), { level: 0, mtime: MTIME })
}

/** An array that is never whole: its numbers come in pieces, row-major, one behind the other. */
export interface PiecedArray {
  readonly shape: readonly number[]
  readonly pieces: AsyncIterable<Float32Array>
}

/** An array whose file is made already, such as one of texts. */
export interface EncodedArray {
  readonly npy: Uint8Array
}

/** The same of any type. */
export interface TypedPieces {
  readonly shape: readonly number[]
  /** An array of the type of the pieces; its values do not count. */
  readonly like: NpyData
  readonly pieces: Iterable<NpyData>
}

/**
 * Writes named arrays as `encodeNpz` does, but piece by piece: each is to be taken before the next is made. Equal arrays
 * give equal bytes, however they are cut. An archive of more than 4 GiB is zip64.
 * @param most - as `createZipWriter` takes it
 * @throws ModelError if a shape does not fit its data
 */
export async function* encodeNpzPieces(
  arrays: Readonly<Record<string, NpyArray | PiecedArray | TypedPieces | EncodedArray>>,
  most?: number,
): AsyncGenerator<Uint8Array, void, undefined> {
  const zip = createZipWriter(most)
  for (const [name, array] of Object.entries(arrays)) {
    if ('npy' in array) {
      yield zip.begin(`${name}.npy`, array.npy.length)
      zip.add(array.npy)
      yield array.npy
      yield zip.end()
      continue
    }
    const { shape } = array
    // It may be made when it is asked for.
    const data = 'data' in array ? array.data : undefined
    const like = data ?? ('like' in array ? array.like : undefined) ?? new Float32Array()
    const header = encodeNpyHeader(shape, like)
    const wanted = shape.reduce((product, length) => product * length, 1)
    if (data !== undefined) checkCount(shape, data.length)
    yield zip.begin(`${name}.npy`, header.length + wanted * like.BYTES_PER_ELEMENT)
    zip.add(header)
    yield header
    let count = 0
    const pieces = 'pieces' in array ? array.pieces : [data as NpyData]
    for await (const piece of pieces as AsyncIterable<NpyData>) {
      count += piece.length
      if (count > wanted) checkCount(shape, count)
      const bytes = new Uint8Array(piece.buffer, piece.byteOffset, piece.byteLength)
      zip.add(bytes)
      yield bytes
    }
    checkCount(shape, count)
    yield zip.end()
  }
  yield zip.close()
}

/**
 * Reads all arrays of a .npz file.
 * @param file - its bytes, or what reads ranges of them
 * @throws ModelError if the archive or one of its arrays is not readable
 */
export function decodeNpz(file: Uint8Array | Source): Record<string, NpyArray> {
  const files = file instanceof Uint8Array ? readZip(file) : readZipFrom(file)
  return Object.fromEntries(files.map((one) => [arrayName(one.name), decodeEntry(one)]))
}

/**
 * The names of the arrays of a .npz file.
 * @throws ModelError if the archive is not readable
 */
export function arrayNames(bytes: Uint8Array): string[] {
  return readZip(bytes).map(({ name }) => arrayName(name))
}

/**
 * Reads one array of a .npz file without unpacking the others. An array that is most of the file may be a view of its bytes.
 * @param name - may be left out when the archive holds a single array
 * @throws ModelError if there is no such array, naming those there are
 */
export function decodeNpzArray(bytes: Uint8Array, name?: string): NpyArray {
  const files = readZip(bytes)
  if (files.length === 0) throw new ModelError('holds no arrays; write at least one with numpy.savez')
  const wanted = files.filter((file) => name === undefined || arrayName(file.name) === name)
  const [file] = wanted
  if (file === undefined || wanted.length > 1) {
    const what = name === undefined ? 'holds several arrays' : `holds no array \`${name}\``
    throw new ModelError(
      `${what}; name one of ${files.map((one) => arrayName(one.name)).join(', ')} after a #`,
    )
  }
  const isMost = file.stored !== undefined && 2 * file.size > bytes.length
  return decodeEntry(isMost ? (readZip(bytes, true).find((one) => one.name === file.name) as ZipFile) : file)
}

/**
 * Reads one text of a .npz file, such as `format` of scipy.sparse.save_npz.
 * @returns undefined where there is no such array, or it is no text
 * @throws ModelError if the archive is not readable
 */
export function decodeNpzText(bytes: Uint8Array, name: string): string | undefined {
  const file = readZip(bytes).find((one) => arrayName(one.name) === name)
  return file && decodeNpyText(file.read())
}

function arrayName(file: string): string {
  return file.replace(/\.npy$/, '')
}

function decodeEntry({ name, read }: ZipFile): NpyArray {
  const content = read()
  try {
    return decodeNpy(content)
  } catch (error) {
    throw error instanceof ModelError ? new ModelError(`array \`${arrayName(name)}\` ${error.reason}`) : error
  }
}
