/**
 * Names that variants had in earlier versions. Checkpoints, summary.json, records of tuning and command lines of before hold
 * them; they are read as the names of today, and never written.
 */

/** By today's name: what it was called. A product of one matrix, as in `recall:xi`, and a shape, as in `recall f32 8x8`, too. */
const FORMER = {
  matvec: 'recall',
  'matvec-transposed': 'project',
  symv: 'fold',
  attention: 'attend',
} as const

/** The same for values, by variant. */
const FORMER_VALUES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  resident: { subgroup: 'shared', invocation: 'lone' },
}

/** `recall:xi` is `matvec:xi`, `recall f32 8x8` is `matvec f32 8x8`; all else as it is. */
export function currentName(name: string): string {
  const end = name.search(/[: ]|$/)
  return currentIn(FORMER, name.slice(0, end)) + name.slice(end)
}

/**
 * The value that a variant had under another name.
 * @param name - as `currentName` gives it
 */
export function currentValue<T>(name: string, value: T): T | string {
  const former = Object.hasOwn(FORMER_VALUES, name) ? FORMER_VALUES[name] : undefined
  return former === undefined || typeof value !== 'string' ? value : currentIn(former, value)
}

/** A record by names, of the same values; of two names for the same the last counts. */
export function withCurrentNames<T>(record: Readonly<Record<string, T>>): Record<string, T> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [currentName(name), value]))
}

function currentIn(former: Readonly<Record<string, string>>, text: string): string {
  return Object.entries(former).find(([, before]) => before === text)?.[0] ?? text
}
