/**
 * Earlier names of variants. Old checkpoints, summary.json files, tuning records and command lines contain them;
 * they are read as the present names and never written.
 */

/** Earlier names by present name, also as part of `recall:xi` (a product of one matrix) and `recall f32 8x8` (a shape). */
const FORMER = {
  matvec: 'recall',
  'matvec-transposed': 'project',
  symv: 'fold',
  attention: 'attend',
} as const

/** Earlier values by present value, for each variant. */
const FORMER_VALUES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  resident: { subgroup: 'shared', invocation: 'lone' },
}

/** Maps `recall:xi` to `matvec:xi` and `recall f32 8x8` to `matvec f32 8x8`; other names are unchanged. */
export function currentName(name: string): string {
  const end = name.search(/[: ]|$/)
  return currentIn(FORMER, name.slice(0, end)) + name.slice(end)
}

/**
 * The present value of a variant.
 * @param name - a result of `currentName`
 */
export function currentValue<T>(name: string, value: T): T | string {
  const former = Object.hasOwn(FORMER_VALUES, name) ? FORMER_VALUES[name] : undefined
  return former === undefined || typeof value !== 'string' ? value : currentIn(former, value)
}

/** A record with present names; of two names for one variant the last counts. */
export function withCurrentNames<T>(record: Readonly<Record<string, T>>): Record<string, T> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [currentName(name), value]))
}

function currentIn(former: Readonly<Record<string, string>>, text: string): string {
  return Object.entries(former).find(([, before]) => before === text)?.[0] ?? text
}
