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
      const list = value as Json[]
      return SIZE.test(constant) ? list.with(-1, scaled(list.at(-1)!)) : list.map(scaled)
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
const COUNT = '.count'

/** A length that a scenario states more than once, before and after a change. */
type Length = readonly [before: number, after: number]

interface Lengths {
  /** Of rows. */
  readonly columns: readonly Length[]
  /** Of the arrays that `sources` names. */
  readonly rows?: Length
  readonly sources: readonly string[]
}

/** Fits what has to have the same length as a size or a count that has changed. */
function fitted(scenario: ScenarioInput, changed: ScenarioInput, constant: string): ScenarioInput {
  const [before, after] = [valueAt(scenario, constant), valueAt(changed, constant)] as (Json | undefined)[]
  if (before === undefined || after === undefined) return changed
  const [group, name = ''] = constant.split('.')
  if (constant.endsWith(COUNT)) {
    const source = group === 'stimulus' ? `${group}.${name}` : name
    return withLengths(changed, { columns: [], rows: [before as number, after as number], sources: [source] })
  }
  if (!SIZE.test(constant)) return changed
  if (!Array.isArray(before)) {
    const length: Length = [before as number, after as number]
    const own = Object.entries(scenario.memories ?? {}).filter(
      ([, memory]) => 'to' in memory && memory.to === name,
    )
    return withLengths(changed, { columns: [length], rows: length, sources: own.map(([memory]) => memory) })
  }
  const [from, to] = [before.at(-1), (after as number[]).at(-1)] as [number, number]
  const columns: Length[] = [[from, to]]
  // Images of one width are shown to each other.
  const neurons = Object.entries(changed.neurons).map(([layer, spec]) => {
    const { size } = scenario.neurons[layer]!
    if (!Array.isArray(size) || size.at(-1) !== from) return [layer, spec] as const
    const one = size.slice(0, -1).reduce((product, side) => product * side, 1)
    columns.push([one * from, one * to])
    return [layer, { ...spec, size: size.with(-1, to) as typeof size }] as const
  })
  return withLengths({ ...changed, neurons: Object.fromEntries(neurons) }, { columns, sources: [] })
}

/** Rows of other lengths, other numbers of rows, and selections of the rows that there are. */
function withLengths(scenario: ScenarioInput, { columns, rows, sources }: Lengths): ScenarioInput {
  const resized = (list: readonly Json[], lengths: readonly Length[]): readonly Json[] => {
    const after = lengths.find(([before]) => before === list.length)?.[1]
    return after === undefined ? list : Array.from({ length: after }, (_, k) => list[k % list.length]!)
  }
  /** Whether a list has an entry for each row: of a memory, or of a probe of it. */
  const isOfRows = (path: string): boolean => {
    const [group, name = ''] = path.split('.')
    const probe = scenario.probes?.[name]
    return (
      (group === 'memories' && sources.includes(name)) ||
      (group === 'probes' && probe !== undefined && 'memory' in probe && sources.includes(probe.memory))
    )
  }
  const walk = (value: Json, path: string): Json => {
    const own = rows !== undefined && isOfRows(path) ? [rows] : []
    if (Array.isArray(value)) {
      const list = value as readonly Json[]
      if (path.endsWith('.select')) return resized(list, own)
      return path.endsWith('.values') && list.every(Array.isArray)
        ? resized(
            (list as readonly (readonly Json[])[]).map((row) => resized(row, columns)),
            own,
          )
        : list.map((inner, k) => walk(inner, join(path, String(k))))
    }
    if (typeof value !== 'object' || value === null) return value
    const inner = Object.fromEntries(
      Object.entries(value).map(([key, one]) => [key, walk(one, join(path, key))] as const),
    )
    const { of, select } = inner
    const most = rows?.[1] ?? 0
    return Array.isArray(select) && typeof of === 'string' && sources.includes(of) && most > 0
      ? { ...inner, select: (select as number[]).map((index) => index % most) }
      : inner
  }
  return walk(scenario as unknown as Json, '') as unknown as ScenarioInput
}

function join(path: string, key: string): string {
  return path === '' ? key : `${path}.${key}`
}
