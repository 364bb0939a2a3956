/** NumPy's archive format: a zip of .npy files. */
import { unzipSync, zipSync } from 'fflate'
import { ModelError } from '../model/errors.ts'
import { decodeNpy, encodeNpy, type NpyArray } from './npy.ts'

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

/**
 * Reads all arrays of a .npz file.
 * @throws ModelError if the archive or one of its arrays is not readable
 */
export function decodeNpz(bytes: Uint8Array): Record<string, NpyArray> {
  const arrays: Record<string, NpyArray> = {}
  for (const [file, content] of Object.entries(unzip(bytes, () => true))) {
    arrays[arrayName(file)] = decodeEntry(arrayName(file), content)
  }
  return arrays
}

/**
 * Reads one array of a .npz file without unpacking the others.
 * @param name - may be left out when the archive holds a single array
 * @throws ModelError if there is no such array, naming those there are
 */
export function decodeNpzArray(bytes: Uint8Array, name?: string): NpyArray {
  const names: string[] = []
  unzip(bytes, (file) => {
    names.push(arrayName(file))
    return false
  })
  const wanted = name ?? (names.length === 1 ? names[0] : undefined)
  if (wanted === undefined || !names.includes(wanted)) {
    const what = name === undefined ? 'holds several arrays' : `holds no array \`${name}\``
    throw new ModelError(`${what}; name one of ${names.join(', ')} after a #`)
  }
  const [content] = Object.values(unzip(bytes, (file) => arrayName(file) === wanted))
  return decodeEntry(wanted, content as Uint8Array)
}

function unzip(bytes: Uint8Array, filter: (file: string) => boolean): Record<string, Uint8Array> {
  try {
    return unzipSync(bytes, { filter: ({ name }) => filter(name) })
  } catch (error) {
    throw new ModelError(
      `is not a readable .npz archive (${error instanceof Error ? error.message : String(error)}); write or copy it again`,
    )
  }
}

function arrayName(file: string): string {
  return file.replace(/\.npy$/, '')
}

function decodeEntry(name: string, content: Uint8Array): NpyArray {
  try {
    return decodeNpy(content)
  } catch (error) {
    throw error instanceof ModelError ? new ModelError(`array \`${name}\` ${error.reason}`) : error
  }
}
