/** Which files of the reader the browser keeps no longer. Pure. */
import { ModelError } from '../../core/errors.ts'
import { OWN } from './own.ts'

/** The most bytes of all files; the oldest are removed. */
const MOST_BYTES = 512 * 2 ** 20

/** Milliseconds that a file is kept: a week. */
const LIFE = 7 * 24 * 60 * 60 * 1000

/** The error for a file of the reader that a reload has lost. */
export function lost(path: string): ModelError {
  const [, stem] = OWN.exec(path) ?? []
  const name = stem === undefined ? path : stem.replace(/-/g, ' ')
  return new ModelError(
    `your data "${name}" was in this browser only, and is no longer stored; ` +
      'drop it again, or open the .engram file if you saved "Network with its data"',
  )
}

/** The keys of the files that are too old, or too many. */
export function outdated(
  files: readonly { readonly key: string; readonly at: number; readonly bytes: number }[],
  now: number,
): string[] {
  let sum = 0
  return files
    .toSorted((a, b) => b.at - a.at)
    .filter(({ at, bytes }) => (sum += bytes) > MOST_BYTES || now - at > LIFE)
    .map(({ key }) => key)
}
