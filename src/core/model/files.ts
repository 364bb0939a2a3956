/** Reads the files of a scenario: only from its folder, each once. */
import { arrayFile } from '../data/array.ts'
import { gunzip } from '../data/gzip.ts'
import { ModelError } from '../errors.ts'

/**
 * Reads a file by its path relative to the scenario, as the scenario writes it (so a page must encode it before it
 * makes a URL of it). Rejects with ModelError if there is none.
 */
export type Read = (path: string) => Promise<Uint8Array>

/** A reader that refuses paths outside the folder unless allowed, unpacks gzip and caches files. */
export function createReader(read: Read, allowOutside: boolean): Read {
  const known = new Map<string, Promise<Uint8Array>>()
  return async (path) => {
    if (!allowOutside) requireInside(path)
    let bytes = known.get(path)
    if (bytes === undefined) {
      bytes = read(path).then((content) => naming(path, () => gunzip(content)))
      known.set(path, bytes)
    }
    return bytes
  }
}

/** A reader that records the SHA-256 of each file by its path. */
export function noting(read: Read, hashes: Map<string, string>): Read {
  return async (path) => {
    const bytes = await read(path)
    if (!hashes.has(path)) hashes.set(path, await sha256Of(bytes))
    return bytes
  }
}

/** Keys of a scenario that name files. */
export const FILE_KEYS = ['path', 'paths', 'labels']

/** The files that a scenario names, each once; an array of an archive (data.npz#name) is its archive. */
export function filesNamed(scenario: unknown): string[] {
  const names = new Set<string>()
  const find = (value: unknown, key: string): void => {
    if (typeof value === 'string' && FILE_KEYS.includes(key)) names.add(arrayFile(value)?.file ?? value)
    if (typeof value !== 'object' || value === null) return
    for (const [name, part] of Object.entries(value)) find(part, Array.isArray(value) ? key : name)
  }
  find(scenario, '')
  return [...names]
}

/**
 * SHA-256 of each file that some scenarios name, by its path.
 * @throws ModelError for a file that cannot be read
 */
export async function hashesOf(
  scenarios: readonly unknown[],
  read: Read,
  allowOutside: boolean,
): Promise<Record<string, string>> {
  const names = new Set(scenarios.flatMap(filesNamed))
  const hashes = new Map<string, string>()
  const noted = noting(createReader(read, allowOutside), hashes)
  for (const name of names) await noted(name)
  return Object.fromEntries(hashes)
}

/** Available in every browser with WebGPU. */
interface Digests {
  readonly crypto: {
    readonly subtle: { digest(algorithm: 'SHA-256', data: Uint8Array): Promise<ArrayBuffer> }
  }
}

/** SHA-256 in hexadecimal digits. */
export async function sha256Of(bytes: Uint8Array): Promise<string> {
  const digest = await (globalThis as unknown as Digests).crypto.subtle.digest('SHA-256', bytes)
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('')
}

/** Runs a decoder, and adds the name of the file to its errors. */
export function naming<T>(path: string, decode: () => T): T {
  try {
    return decode()
  } catch (error) {
    throw error instanceof ModelError ? new ModelError(`${path} ${error.reason}`) : error
  }
}

/** The same of a decoder that takes its time. */
export async function namingAsync<T>(path: string, decode: () => Promise<T>): Promise<T> {
  try {
    return await decode()
  } catch (error) {
    return naming(path, () => {
      throw error
    })
  }
}

/** The error for a path outside the folder of the scenario. */
export function outside(path: string): ModelError {
  return new ModelError(
    `"${path}" is outside the folder of the scenario; move the file next to the scenario and give its relative path, ` +
      'or use --allow-outside',
  )
}

/** Refuses absolute paths, URLs and paths that climb out of the folder, with / or \ between the parts. */
function requireInside(path: string): void {
  // A name may contain a colon: run:1.png. A letter and a colon are a drive.
  const absolute = /^([/\\]|[A-Za-z]:|[A-Za-z][A-Za-z0-9+.-]*:\/\/)/.test(path)
  let depth = 0
  let climbs = false
  for (const part of path.split(/[/\\]/)) {
    if (part === '..') depth--
    else if (part !== '' && part !== '.') depth++
    climbs ||= depth < 0
  }
  if (absolute || climbs || path.includes('\0')) throw outside(path)
}
