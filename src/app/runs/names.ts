/** Names of runs by the values in which they differ. Pure. */
import { escaped } from '../../core/errors.ts'
import type { Scenario } from '../../core/model/schema.ts'
import { type Difference, valueChanges } from '../editing/undo.ts'
import { formatDigits } from '../format.ts'

/** The most values in a name; further values are counted. */
const MOST_NAMED = 3

/** The most characters of a value that is text. */
const LONGEST = 24

/** Keys that say little alone: the key before stands in front. */
const BARE = ['kind', 'op', 'count', 'size']

/**
 * Short names of paths, all different: the last key, with its owner where two are equal, else the path.
 * @param taken - names that something else has
 */
export function keysOf(paths: readonly string[], taken: readonly string[] = []): string[] {
  const short = paths.map((path) => {
    const keys = path.split('.').filter((key) => !/^\d+$/.test(key))
    const last = keys.at(-1) ?? path
    const [before = last] = keys.slice(-2, -1)
    return BARE.includes(last) ? before : last
  })
  const isUnique = (name: string, all: readonly string[]): boolean =>
    all.filter((other) => other === name).length === 1 && !taken.includes(name)
  const owned = paths.map((path, index) => {
    const own = short[index] as string
    if (isUnique(own, short)) return own
    const [owner = own] = path.split('.').slice(1, 2)
    return owner === own ? path : `${owner} ${own}`
  })
  return paths.map((path, index) => {
    const own = owned[index] as string
    return isUnique(own, owned) ? own : path
  })
}

/** A value in a few characters. */
export function valueText(value: unknown): string {
  if (value === undefined) return 'none'
  if (typeof value === 'number') return formatDigits(value, 4)
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return text.length > LONGEST ? `${text.slice(0, LONGEST - 1)}…` : text
}

/** Such as `gain 5, beta 2`, the values after the changes; empty without changes. */
export function changesName(changes: readonly Difference[]): string {
  const shown = changes.slice(0, MOST_NAMED)
  const keys = keysOf(shown.map(({ path }) => path))
  const words = shown.map(({ to }, index) => {
    const key = keys[index] as string
    if (to === undefined) return `no ${key}`
    return typeof to === 'object' ? `other ${key}` : `${key} ${valueText(to)}`
  })
  const more = changes.length - shown.length
  return [...words, ...(more > 0 ? [`${more} more`] : [])].join(', ')
}

/** The name of a run next to the present scenario: that of another scenario, else what differs, else its seed, else its number. */
export function runName(present: Scenario, scenario: Scenario, number: number): string {
  if (present.name !== scenario.name && scenario.name !== '') return escaped(scenario.name)
  const changes = valueChanges(present, scenario)
  const values = changes.filter(({ path }) => path !== 'seed')
  const named = changesName(values.length > 0 ? values : changes)
  return named === '' ? `run ${number}` : named
}
