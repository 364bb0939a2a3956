/** What a sweep varies: for each path its values, and the seeds of whole runs. */
import { ModelError } from '../errors.ts'
import { setPath, show } from '../model/path.ts'
import type { AxisSpec } from '../model/schema.ts'
import { valuesOf } from '../model/variation.ts'

/** A path of the scenario and its values, as JSON has them. */
export interface SweepAxis {
  readonly path: string
  readonly values: readonly unknown[]
}

/** All points of a sweep: each value of each axis, with each seed. */
export interface Grid {
  /** The first is the slowest. */
  readonly over: readonly SweepAxis[]
  readonly seeds: readonly number[]
}

/** Most points of a sweep: task numbers have six digits. */
const MOST_POINTS = 1_000_000

/**
 * Reads one `--over`: `path=from:to:steps`, `path=from:to:steps:log`, a list such as `path=0.1,0.2` or `path=euler,heun`, or a JSON
 * list such as `path=[{"kind": "tanh"}, {"kind": "sign"}]`. A value is JSON, else text, as `--set` takes it.
 * @throws ModelError if it cannot be read
 */
export function readOver(assignment: string): SweepAxis {
  const place = { path: '--over' }
  const equals = assignment.indexOf('=')
  const [path, text] = [assignment.slice(0, equals).trim(), assignment.slice(equals + 1).trim()]
  if (equals < 1 || path === '' || text === '')
    throw new ModelError(
      `takes path=from:to:steps, path=from:to:steps:log or path=0.1,0.2, not ${show(assignment)}`,
      place,
    )
  return axisOf(path, wordsOf(text, { path: `${place.path} ${path}` }), place.path)
}

/**
 * An axis from its values or from its range.
 * @param spec - a list of values, or a range such as `0:1:5` or `0.1:10:5:log`
 * @param where - what names it in errors
 * @throws ModelError for an empty list, a value that stands twice, or a range that is none
 */
export function axisOf(path: string, spec: unknown, where: string): SweepAxis {
  const place = { path: where }
  const range = typeof spec === 'string' ? rangeIn(spec, { path: `${where} ${path}` }) : undefined
  if (range === undefined && !Array.isArray(spec))
    throw new ModelError(`${path} takes a list of values or from:to:steps, not ${show(spec)}`, place)
  const values: readonly unknown[] =
    range === undefined ? (spec as unknown[]) : valuesOf(range, { path: `${where} ${path}` })
  if (values.length === 0) throw new ModelError(`${path} has no values; give one at least`, place)
  if (path === 'seed')
    throw new ModelError('seeds of whole runs are given with --seeds, such as --seeds 1:20', place)
  const twice = firstTwice(values)
  if (twice !== undefined)
    throw new ModelError(`${path} has the value ${show(twice)} twice; leave one out`, place)
  return { path, values }
}

/** A range as text, a JSON list as its entries, else the words between commas that no bracket or quote holds. */
function wordsOf(text: string, place: { readonly path: string }): unknown {
  if (rangeIn(text, place) !== undefined) return text
  if (text.startsWith('[')) {
    try {
      return JSON.parse(text) as unknown
    } catch {
      // Words, one of which may begin with a bracket.
    }
  }
  const words = text.match(/(?:"(?:[^"\\]|\\.)*"|\{(?:[^{}]|\{(?:[^{}]|\{[^{}]*\})*\})*\}|\[[^\]]*\]|[^,])+/g)
  return (words ?? []).map((word) => valueOf(word.trim()))
}

function valueOf(word: string): unknown {
  try {
    return JSON.parse(word) as unknown
  } catch {
    return word
  }
}

/** @throws ModelError for numbers without a number of steps */
function rangeIn(text: string, place: { readonly path: string }): AxisSpec | undefined {
  const parts = text.split(':')
  const isLog = parts.length === 4 && parts[3] === 'log'
  if (parts.length !== 3 && !isLog) return undefined
  const numbers = parts.slice(0, 3).map((part) => (part.trim() === '' ? NaN : Number(part)))
  const [from, to, steps] = numbers as [number, number, number]
  if (numbers.some(Number.isNaN)) return undefined
  if (!Number.isInteger(steps) || steps < 1)
    throw new ModelError(`has ${show(steps)} steps in ${show(text)}; give a whole number of 1 or more`, place)
  return { from, to, steps, ...(isLog ? { scale: 'log' as const } : {}) }
}

/**
 * Reads `--seeds`: `1:20` (both included), or a list of such and of single seeds, `1:5,8`.
 * @throws ModelError if it cannot be read
 */
export function readSeeds(text: string): number[] {
  const place = { path: '--seeds' }
  const seeds = text.split(',').flatMap((part) => {
    const [, first, last = first] = /^\s*(\d+)(?::(\d+))?\s*$/.exec(part) ?? []
    const [from, to] = [Number(first), Number(last)]
    if (first === undefined || to < from || to >= 2 ** 32)
      throw new ModelError(
        `takes FIRST:LAST or a list of seeds from 0 to ${2 ** 32 - 1}, such as 1:20 or 1,5,9, not ${show(text)}`,
        place,
      )
    if (to - from >= MOST_POINTS) throw tooMany(to - from + 1)
    return Array.from({ length: to - from + 1 }, (_, k) => from + k)
  })
  const twice = firstTwice(seeds)
  if (twice !== undefined) throw new ModelError(`has the seed ${show(twice)} twice; leave one out`, place)
  return seeds
}

function firstTwice(values: readonly unknown[]): unknown {
  const known = new Set<string>()
  return values.find((value) => {
    const key = JSON.stringify(value)
    if (known.has(key)) return true
    known.add(key)
    return false
  })
}

/**
 * The number of points.
 * @throws ModelError if there are too many, or a path stands twice
 */
export function sizeOf({ over, seeds }: Grid): number {
  const path = firstTwice(over.map((axis) => axis.path))
  if (path !== undefined)
    throw new ModelError(`${show(path)} is given twice; give all its values at once`, { path: '--over' })
  const points = over.reduce((product, { values }) => product * values.length, seeds.length)
  if (points > MOST_POINTS) throw tooMany(points)
  return points
}

function tooMany(points: number): ModelError {
  return new ModelError(
    `${points} points, there may be ${MOST_POINTS}; give fewer values or seeds, or a second sweep`,
    { path: 'sweep' },
  )
}

/**
 * The scenario at a point.
 * @param raw - parsed JSON; not changed
 * @param values - one for each axis
 * @throws ModelError if there is no such path
 */
export function scenarioAt(raw: unknown, over: readonly SweepAxis[], values: readonly unknown[]): unknown {
  return over.reduce((scenario, { path }, axis) => {
    const value = values[axis]
    return setPath(scenario, `${path}=${typeof value === 'string' ? value : JSON.stringify(value)}`)
  }, raw)
}

/**
 * What a grid lacks that an earlier one has: the sweep goes on with all its points, so that none may go.
 * @returns one line, or undefined where the grid has all of it
 */
export function lostFrom(before: Grid, now: Grid): string | undefined {
  const paths = (grid: Grid): string => grid.over.map(({ path }) => path).join(', ') || 'nothing'
  if (paths(before) !== paths(now)) return `it is over ${paths(before)}, not over ${paths(now)}`
  const lost = (what: string, had: readonly unknown[], has: readonly unknown[]): string | undefined => {
    const keys = new Set(has.map((value) => JSON.stringify(value)))
    const gone = had.find((value) => !keys.has(JSON.stringify(value)))
    return gone === undefined ? undefined : `it has ${what} ${show(gone)}, which is not given now`
  }
  return (
    before.over
      .map(({ path, values }, axis) => lost(`the value of ${path}`, values, now.over[axis]?.values ?? []))
      .find((line) => line !== undefined) ?? lost('the seed', before.seeds, now.seeds)
  )
}
