/** Files of the reader's own data in memory: scenarios name them as other files, until the page is reloaded. */
import { crc32 } from '../../core/data/crc32.ts'

const FOLDER = 'own/'
const files = new Map<string, Uint8Array>()

/** Keeps a file. @returns its path in scenarios; equal contents of one name have one path */
export function keepOwn(name: string, bytes: Uint8Array): string {
  const stem = name.replace(/[^A-Za-z0-9_-]+/g, '-').replace(/^-+|-+$/g, '') || 'data'
  const path = `${FOLDER}${stem.slice(0, 40)}-${crc32(bytes).toString(16).padStart(8, '0')}.npy`
  files.set(path, bytes)
  return path
}

export function ownFile(path: string): Uint8Array | undefined {
  return files.get(path)
}
