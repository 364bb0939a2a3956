/** Reading the files a scenario names: only from its folder, each once. */
import { gunzip } from '../data/gzip.ts'
import { ModelError } from '../errors.ts'

/**
 * Reads a file by its path relative to the scenario, as the scenario writes it (so a page must encode it before it
 * makes a URL of it). Rejects with ModelError if there is none.
 */
export type Read = (path: string) => Promise<Uint8Array>

/** A reader that refuses paths outside the folder unless allowed, unpacks gzip and remembers what it has read. */
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

/** A reader that notes the SHA-256 of each file that it has read, by its path. */
export function noting(read: Read, hashes: Map<string, string>): Read {
  return async (path) => {
    const bytes = await read(path)
    if (!hashes.has(path)) hashes.set(path, await sha256(bytes))
    return bytes
  }
}

/** Browsers have it wherever they have WebGPU. */
interface Digests {
  readonly crypto: {
    readonly subtle: { digest(algorithm: 'SHA-256', data: Uint8Array): Promise<ArrayBuffer> }
  }
}

async function sha256(bytes: Uint8Array): Promise<string> {
  const digest = await (globalThis as unknown as Digests).crypto.subtle.digest('SHA-256', bytes)
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('')
}

/** Runs a decoder, putting the name of the file in front of what it has to say. */
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

/** The error for a path that leads out of the folder of the scenario. */
export function outside(path: string): ModelError {
  return new ModelError(
    `"${path}" is outside the folder of the scenario; move the file beside the scenario and give its relative path, ` +
      'or use --allow-outside',
  )
}

/** Refuses absolute paths, URLs and paths that climb out of the folder, with / or \ between the parts. */
function requireInside(path: string): void {
  // A colon may stand in a name: run:1.png. A letter and a colon are a drive.
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
