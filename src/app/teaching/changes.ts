/** Changes of a scenario in words. Pure. */
import type { Difference } from '../editing/undo.ts'
import { firstOf } from '../format.ts'

/** The most listed changes; further changes are counted. */
const MOST_LISTED = 6

/** The most characters of a value, because a pattern may have thousands. */
const LONGEST_VALUE = 40

/** Such as `seed 1 → 2, replicas 100 → 20`. */
export function changesText(changes: readonly Difference[]): string {
  const texts = changes.map(
    ({ path, from, to }) => `${path} ${valueText(from, path)} → ${valueText(to, path)}`,
  )
  return firstOf(texts, ', ', MOST_LISTED)
}

function valueText(value: unknown, path: string): string {
  if (value === undefined) return 'none'
  if (Array.isArray(value) && path.endsWith('.edits'))
    return value.length === 1 ? '1 edit' : `${value.length} edits`
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return text.length > LONGEST_VALUE ? `${text.slice(0, LONGEST_VALUE)}…` : text
}
