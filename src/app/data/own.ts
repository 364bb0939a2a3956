/** Files of the reader's own data in memory: scenarios name them as other files. Pure. */
import { crc32 } from '../../core/data/crc32.ts'

const FOLDER = 'own/'
/** A path of own data, and what it is called. */
export const OWN = /^own\/(.*)-[0-9a-f]{8}\.npy$/
const files = new Map<string, Uint8Array>()
/** Paths that a reload does not lose. */
const saved = new Set<string>()

/** Keeps a file. @returns its path in scenarios; equal contents of one name have one path */
export function keepOwn(name: string, bytes: Uint8Array): string {
  const stem =
    name
      .replace(/\.[^.\s]+(?=\s|$)/, '')
      .replace(/[^A-Za-z0-9_-]+/g, '-')
      .replace(/^-+|-+$/g, '') || 'data'
  const path = `${FOLDER}${stem.slice(0, 40)}-${crc32(bytes).toString(16).padStart(8, '0')}.npy`
  files.set(path, bytes)
  return path
}

export function ownFile(path: string): Uint8Array | undefined {
  return files.get(path)
}

/** True if a scenario with these files has own data: a link cannot hold it. */
export function hasOwn(paths: readonly string[]): boolean {
  return paths.some((path) => files.has(path))
}

/** Takes a file that a reload has not lost. */
export function restoreOwn(path: string, bytes: Uint8Array): void {
  files.set(path, bytes)
  saved.add(path)
}

/** Notes that a reload does not lose files. */
export function noteSaved(paths: readonly string[]): void {
  for (const path of paths) saved.add(path)
}

/** True for a file that a reload would lose. */
export function isUnsaved(path: string): boolean {
  return files.has(path) && !saved.has(path)
}
