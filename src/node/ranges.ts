/** Archives that are read in ranges: each array is in memory once, not in the file's bytes too. */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { ModelError } from '../core/errors.ts'
import type { Source } from '../core/data/zip.ts'
import { checkInput, inputError } from './scenario.ts'

/** Bytes that one call of the system reads. */
const MOST_AT_ONCE = 2 ** 30

/**
 * Reads a file while it is open.
 * @param use - may read ranges until it returns
 * @throws errors of the system, and ModelError if the file ends before its size
 */
export function withRanges<T>(file: string, use: (source: Source) => T): T {
  const opened = openSync(file, 'r')
  try {
    const read = (from: number, to: number): Uint8Array<ArrayBuffer> => {
      const bytes = new Uint8Array(to - from)
      for (let at = 0; at < bytes.length;) {
        const count = readSync(opened, bytes, at, Math.min(MOST_AT_ONCE, bytes.length - at), from + at)
        if (count === 0) throw new ModelError('is cut off; copy it again')
        at += count
      }
      return bytes
    }
    return use({ size: fstatSync(opened).size, read, isOwn: true })
  } finally {
    closeSync(opened)
  }
}

/**
 * The same for a file that the user has named.
 * @throws ModelError as `readInput` does, and with the file those of `use`
 */
export async function readInRanges<T>(file: string, use: (source: Source) => T): Promise<T> {
  await checkInput(file)
  try {
    return withRanges(file, use)
  } catch (error) {
    if (error instanceof ModelError) throw error.in(file)
    throw (error as NodeJS.ErrnoException).syscall === undefined ? error : inputError(file, error)
  }
}
