/** Scenarios with one constant changed. */
import { parseScenario } from '../model/parse.ts'
import { valueAt } from '../model/path.ts'
import type { ScenarioInput } from '../model/schema.ts'

/** Numbers that are no constants of a network: numbers of copies and of rows, seeds, and probes, which only read. */
const NO_CONSTANTS: readonly RegExp[] = [/^(version|seed|replicas\.count)$/, /(^|\.)select$/, /^probes$/]

type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json }

function isNumbers(value: Json): boolean {
  return (
    typeof value === 'number' ||
    (Array.isArray(value) && value.length > 0 && (value as Json[]).every(isNumbers))
  )
}

function isZero(value: Json): boolean {
  return Array.isArray(value) ? (value as Json[]).every(isZero) : value === 0
}

/** The paths of all constants of a scenario that are not 0 and do not vary by replica, in the order of the file. */
export function constantsOf(scenario: ScenarioInput): string[] {
  const found: string[] = []
  const { replicas } = scenario
  const varied = typeof replicas === 'object' ? Object.keys(replicas.vary) : []
  const walk = (value: Json, path: string): void => {
    const isCount = path === 'replicas' && typeof value === 'number'
    if (isCount || varied.includes(path) || NO_CONSTANTS.some((one) => one.test(path))) return
    if (isNumbers(value)) {
      if (!isZero(value)) found.push(path)
    } else if (typeof value === 'object' && value !== null)
      for (const [key, inner] of Object.entries(value)) walk(inner, join(path, key))
  }
  walk(scenario as unknown as Json, '')
  return found
}

/**
 * A scenario with a constant times a factor; rounded where the scenario needs an integer. Unchanged without the constant. Probes that
 * sample the end of the run still do, and lists whose length the constant states are cut or repeated.
 */
export function withFactor(scenario: ScenarioInput, constant: string, factor: number): ScenarioInput {
  const changed = fitted(scenario, scaledBy(scenario, constant, factor), constant)
  const { probes, time } = scenario
  if (changed.time.ticks === time.ticks || changed.time.ticks === 0 || probes === undefined) return changed
  return {
    ...changed,
    probes: Object.fromEntries(
      Object.entries(probes).map(([name, probe]) => [
        name,
        probe.every === time.ticks ? { ...probe, every: changed.time.ticks } : probe,
      ]),
    ),
  }
}

function scaledBy(scenario: ScenarioInput, constant: string, factor: number): ScenarioInput {
  const changed = (scale: (value: number) => number): ScenarioInput => {
    const walk = (value: Json, path: string): Json => {
      if (path === constant) return scaled(value)
      if (Array.isArray(value)) return (value as Json[]).map((inner, k) => walk(inner, join(path, String(k))))
      if (typeof value === 'object' && value !== null)
        return Object.fromEntries(
          Object.entries(value).map(([key, inner]) => [key, walk(inner, join(path, key))]),
        )
      return value
    }
    const scaled = (value: Json): Json => {
      if (!Array.isArray(value)) return scale(value as number)
      // Of an image the width.
      return SIZE.test(constant) ? value.with(-1, scaled(value.at(-1) as Json)) : (value as Json[]).map(scaled)
    }
    return walk(scenario as unknown as Json, '') as unknown as ScenarioInput
  }
  const exact = changed((value) => value * factor)
  try {
    parseScenario(exact)
    return exact
  } catch {
    // Halves of odd numbers: 3 becomes 2, and 1 becomes 0, which is refused.
    return changed((value) => (value === 1 && factor < 1 ? 0 : Math.round(value * factor)))
  }
}

/** The size of a layer, and the number of patterns. */
const SIZE = /^neurons\.[^.]+\.size$/
const COUNT = /\.count$/

/** A length that a scenario states twice, before and after the change. */
type Length = readonly [before: number, after: number]

/** Fits what has to have the same length as a size or a count that has changed. */
function fitted(scenario: ScenarioInput, changed: ScenarioInput, constant: string): ScenarioInput {
  const [before, after] = [valueAt(scenario, constant), valueAt(changed, constant)] as (Json | undefined)[]
  if (before === undefined || after === undefined) return changed
  if (COUNT.test(constant)) return withLengths(changed, [[before as number, after as number]], 'selected')
  if (!SIZE.test(constant)) return changed
  if (!Array.isArray(before)) return withLengths(changed, [[before as number, after as number]], 'all')
  const [from, to] = [before, after] as [number[], number[]]
  const product = (shape: readonly number[]): number => shape.reduce((all, side) => all * side, 1)
  // Images of one width are shown to each other.
  const neurons = Object.entries(changed.neurons).map(([name, layer]) => {
    const { size } = layer
    const isAlike = Array.isArray(size) && size.at(-1) === from.at(-1)
    return [name, isAlike ? { ...layer, size: size.with(-1, to.at(-1)!) } : layer] as const
  })
  return withLengths(
    { ...changed, neurons: Object.fromEntries(neurons) },
    [
      [product(from), product(to)],
      [from.at(-1)!, to.at(-1)!],
    ],
    'all',
  )
}

/**
 * Lists of other lengths: columns of values, rows of values and of selections of memories and probes; and selections within the new
 * length.
 */
function withLengths(
  scenario: ScenarioInput,
  lengths: readonly Length[],
  which: 'all' | 'selected',
): ScenarioInput {
  const resized = (list: readonly Json[]): readonly Json[] => {
    const after = lengths.find(([before]) => before === list.length)?.[1]
    return after === undefined || which === 'selected'
      ? list
      : Array.from({ length: after }, (_, k) => list[k % list.length]!)
  }
  const within = (list: readonly Json[]): readonly Json[] => {
    const most = Math.max(...(list as number[]))
    const after = lengths.find(([before]) => most < before)?.[1]
    return after === undefined || after < 1 ? list : (list as number[]).map((index) => index % after)
  }
  const walk = (value: Json, path: string): Json => {
    const hasRows = /^(memories|probes)\./.test(path)
    if (Array.isArray(value)) {
      const own = value as readonly Json[]
      if (path.endsWith('.select')) return within(hasRows ? resized(own) : own)
      if (!path.endsWith('.values') || !own.every(Array.isArray)) return own.map((inner, k) => walk(inner, join(path, String(k))))
      const wide = (own as (readonly Json[])[]).map(resized)
      return hasRows ? resized(wide) : wide
    }
    if (typeof value !== 'object' || value === null) return value
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, walk(inner, join(path, key))]))
  }
  return walk(scenario as unknown as Json, '') as unknown as ScenarioInput
}

function join(path: string, key: string): string {
  return path === '' ? key : `${path}.${key}`
}
