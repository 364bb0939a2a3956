/** Which files of the reader the browser keeps no longer. Pure. */
import { arrayFile } from '../../core/data/array.ts'
import { ModelError } from '../../core/errors.ts'
import { FILE_KEYS, type Read, filesNamed } from '../../core/model/files.ts'
import { parseScenario } from '../../core/model/parse.ts'
import type { Scenario } from '../../core/model/schema.ts'
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

/**
 * A scenario with random signs in the place of those whose files are gone.
 * @throws ModelError where a part cannot be random
 */
export async function withoutLost(scenario: Scenario, read: Read): Promise<Scenario> {
  const gone = new Set<string>()
  for (const path of filesNamed(scenario)) await read(path).catch(() => gone.add(path))
  const isGone = (value: unknown): boolean =>
    Array.isArray(value)
      ? value.some(isGone)
      : typeof value === 'string' && gone.has(arrayFile(value)?.file ?? value)
  const without = (value: unknown): unknown => {
    if (typeof value !== 'object' || value === null) return value
    if (Array.isArray(value)) return value.map(without)
    if ('kind' in value && FILE_KEYS.some((key) => isGone(value[key as never])))
      return { kind: 'random', distribution: 'binary' }
    return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, without(part)]))
  }
  return parseScenario(without(scenario))
}
