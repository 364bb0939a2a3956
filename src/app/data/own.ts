/** Files of the reader's own data in memory: scenarios name them as other files, until the page is reloaded. */
import { crc32 } from '../../core/data/crc32.ts'
import { ModelError } from '../../core/errors.ts'

const FOLDER = 'own/'
const files = new Map<string, Uint8Array>()
/** Paths that the reader has saved together with the scenario. */
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

/** Notes that files are saved outside the page. */
export function noteSaved(paths: readonly string[]): void {
  for (const path of paths) saved.add(path)
}

/** True for a file that a reload would lose. */
export function isUnsaved(path: string): boolean {
  return files.has(path) && !saved.has(path)
}

/** The error for a file of the reader's own data that a reload has lost; undefined for other files. */
export function lostOwn(path: string): ModelError | undefined {
  const [, stem] = /^own\/(.*)-[0-9a-f]{8}\.npy$/.exec(path) ?? []
  if (stem === undefined) return undefined
  return new ModelError(
    `your data "${stem.replace(/-/g, ' ')}" was in this page only, and a reload forgets it; ` +
      'drop it again, or open the .engram file if you saved "Network with its data"',
  )
}
