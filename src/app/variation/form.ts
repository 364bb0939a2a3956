/** From a form to a varied scenario and to the words of the command line. Pure. */
import type { Control, AxisSpec, Scenario } from '../../core/model/schema.ts'
import { fieldAt, valueAt } from '../../core/model/path.ts'
import { readNumber } from '../controls/number.ts'

export interface AxisForm {
  readonly path: string
  /** A list of values; absent = a range. */
  readonly values?: readonly number[]
  /** Why the text of the list is refused. */
  readonly fault?: string
  readonly from: number
  readonly to: number
  readonly steps: number
  readonly isLog: boolean
}

export interface VariationForm {
  readonly axes: readonly AxisForm[]
  /** Replicas at each point: with other cues and noise, or with other seeds. */
  readonly repeats: number
  readonly by: 'replicas' | 'seeds'
  readonly ticks: number
}

/** The most replicas of a point at first: a scenario may have a hundred. */
const MOST_REPEATS = 10

/** The scenario with the axes of a form in `replicas.vary`; not yet parsed. */
export function variedScenario(scenario: Scenario, form: VariationForm): Scenario {
  const { axes, repeats, by, ticks } = form
  const isBySeed = by === 'seeds' && !axes.some(({ path }) => path === 'seed')
  const own = Object.fromEntries(axes.map((axis) => [axis.path, specOf(axis)]))
  const seeds = isBySeed && repeats > 1 ? { seed: { values: seedsFrom(scenario.seed, repeats) } } : {}
  const vary: Readonly<Record<string, AxisSpec>> = { ...own, ...seeds }
  const each = isBySeed ? 1 : repeats
  const points = Object.values(vary).reduce((n, { values, steps }) => n * (values?.length ?? steps ?? 1), 1)
  return {
    ...scenario,
    time: { ...scenario.time, ticks },
    replicas: { ...(each === 1 ? {} : { count: points * each }), vary },
  }
}

/**
 * Reads `0.5 1 2`, `0.5, 1, 2`, `0.5;1;2` and `0.5,1,2`; `0,5 1,5` are decimal commas.
 * @returns the numbers, or the reason why the text is no list
 */
export function readList(text: string): { readonly values: readonly number[] } | { readonly fault: string } {
  const words = text.split(/,?\s+|,?;|,$/).filter((word) => word !== '')
  const [only = ''] = words
  if (words.length === 1 && /^[^.,]*,[^.,]+$/.test(only))
    return {
      fault: `“${only}” may be one number or two; write ${only.replace(',', '.')} or ${only.replace(',', ', ')}.`,
    }
  const isSeparated = (word: string): boolean =>
    /,.*,/.test(word) || (word.includes('.') && word.includes(','))
  const numbers = words.flatMap((word) => (isSeparated(word) ? word.split(',') : [word]))
  const values: number[] = []
  for (const word of numbers.length === 0 ? [''] : numbers) {
    const reading = readNumber(word)
    if ('fault' in reading) return reading
    values.push(reading.value)
  }
  return { values }
}

/** The numbers of a list as a text that `readList` reads. */
export const listText = (values: readonly number[]): string => values.join(', ')

function seedsFrom(first: number, count: number): number[] {
  return Array.from({ length: count }, (_, index) => first + index)
}

function specOf({ values, from, to, steps, isLog }: AxisForm): AxisSpec {
  if (values !== undefined) return { values: [...values] }
  return { from, to, steps, ...(isLog ? { scale: 'log' as const } : {}) }
}

/** The form to begin with: a range around the present value. */
export function startingAxis(scenario: Scenario, path: string): AxisForm {
  const value = Number(valueAt(scenario, path) ?? 0)
  const { integer = false, control } = fieldAt(scenario, path) ?? {}
  if (integer) return { path, steps: 9, from: value, to: value + 8, isLog: false }
  return { path, steps: 9, ...rangeAround(value, control) }
}

function rangeAround(
  value: number,
  control: Control | undefined,
): Pick<AxisForm, 'from' | 'to' | 'isLog' | 'values'> {
  if (control !== undefined) {
    const { min, max, log = false } = control
    // A slider of many decades is more than a first look needs.
    if (log && max / min > 1000 && value > 0)
      return { from: round(Math.max(min, value / 10)), to: round(Math.min(max, value * 10)), isLog: true }
    // Zero is often a case of its own, such as an adiabatic layer.
    if (min === 0 && max > 1 && value > 0)
      return { from: round(value / 4), to: round(Math.min(max, value * 4)), isLog: true }
    return { from: min, to: max, isLog: log }
  }
  if (value === 0) return { from: 0, to: 1, isLog: false }
  return value > 0
    ? { from: round(value / 4), to: round(value * 4), isLog: true }
    : { from: round(2 * value), to: round(value / 2), isLog: false }
}

function round(value: number): number {
  return Number(value.toPrecision(3))
}

/** Replicas at each point at first: those of the scenario, up to a bound. */
export function startingRepeats({ replicas }: Scenario): number {
  return typeof replicas === 'number' ? Math.min(MOST_REPEATS, replicas) : 1
}

/** The command that runs a varied scenario in a file, such as `hopfield-vary.json`: the file has what varies. */
export function commandOf(file: string): string {
  return `engram run ${file} --out out/${file.replace(/\.[a-z]+$/, '')}`
}
