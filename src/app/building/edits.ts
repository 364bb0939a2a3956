/** Changes of a draft: add, connect, set. Pure. */
import { ModelError } from '../../core/errors.ts'
import type { Naming } from '../../core/kinds/fields.ts'
import { LAGRANGIANS } from '../../core/kinds/lagrangians/table.ts'
import type { Key } from '../../core/kinds/probes/definition.ts'
import { PROBES } from '../../core/kinds/probes/table.ts'
import { childOf, type SchemaNode } from '../../core/model/path.ts'
import type { Scenario } from '../../core/model/schema.ts'
import { withField } from '../controls/fields.ts'
import { isAccepted } from '../editing/accepted.ts'
import { freshName, layersIn, namesFor, THINGS } from './names.ts'
import empty from './templates/empty.json'
import {
  type Alternative,
  alternativesOf,
  bare,
  type Give,
  isObject,
  type Keys,
  ROOT,
  slotOf,
  startOf,
  startOfAlternative,
  valueIn,
} from './schema.ts'

/** A changed draft, and the entry to look at. */
export interface Edited {
  readonly raw: unknown
  readonly keys: Keys
}

/** An entry that can be added to a part of a scenario. */
export interface Addable {
  readonly part: string
  readonly isList: boolean
  /** Its kind; absent = the part has no kinds. */
  readonly alternative?: Alternative
}

/** Nouns of the entries of a part, for names and menus. */
export const NOUN: Readonly<Record<string, string>> = {
  neurons: 'layer',
  synapses: 'synapses',
  memories: 'memory',
  stimulus: 'stimulus',
  probes: 'probe',
  expect: 'claim',
}

/** The parts of a scenario that have entries. */
export const PARTS: readonly {
  readonly part: string
  readonly isList: boolean
  readonly slot: SchemaNode
}[] = Object.entries(ROOT.entries ?? {}).flatMap(([part, slot]) => {
  const node = bare(slot)
  const inner = node.type === 'record' ? node.value : node.type === 'array' ? node.item : undefined
  return inner === undefined ? [] : [{ part, isList: node.type === 'array', slot: inner }]
})

/** Everything that can be added, in the order of the schema. */
export const ADDABLE: readonly Addable[] = PARTS.flatMap(({ part, isList, slot }): Addable[] => {
  const alternatives = alternativesOf(slot)
  return alternatives.length === 1
    ? [{ part, isList }]
    : alternatives.map((alternative) => ({ part, isList, alternative }))
})

/** Neurons of a new layer; the schema allows one. */
const NEURONS = 64

/**
 * Gives the names of a draft to starting values, each time the next one.
 * @param layers - the layers that come first
 */
function giver(raw: unknown, layers: readonly string[] = []): Give {
  const given = new Map<string, number>()
  return (names: Naming) => {
    const family = names === 'moving-layer' ? 'layer' : names
    const all = namesFor(raw, names)
    const preferred = layers.filter((name) => all.includes(name))
    const order = [...preferred, ...all.filter((name) => !preferred.includes(name))]
    const at = given.get(family) ?? 0
    given.set(family, at + 1)
    return order[at] ?? order.at(-1)
  }
}

/** The draft with a new entry of a kind. */
export function added(
  raw: unknown,
  { part, isList, alternative }: Addable,
  layers: readonly string[] = [],
): Edited {
  const slot = PARTS.find((one) => one.part === part)!.slot
  const give = giver(raw, layers)
  const started = alternative === undefined ? startOf(slot, give) : startOfAlternative(alternative, give)
  const entry =
    isObject(started) && 'size' in started && part === 'neurons' ? { ...started, size: NEURONS } : started
  const whole = raw as Readonly<Record<string, unknown>>
  const before = whole[part]
  if (isList) {
    const list = Array.isArray(before) ? (before as readonly unknown[]) : []
    return { raw: { ...whole, [part]: [...list, entry] }, keys: [part, String(list.length)] }
  }
  const name = freshName(raw, part === 'probes' ? (alternative?.label ?? 'probe') : (NOUN[part] ?? part))
  const keys = [part, name]
  const plain = { ...whole, [part]: { ...(before as object | undefined), [name]: entry } }
  return { raw: part === 'probes' ? comparedWithStored(plain, keys) : plain, keys }
}

/** The draft in which a new probe compares with patterns that are stored, where some fit; new random ones would tell little. */
function comparedWithStored(raw: unknown, keys: Keys): unknown {
  const kind = valueIn(raw, [...keys, 'kind']) as keyof typeof PROBES
  // The patterns of a memory are those of the layer that it reads from, its first.
  const layerOf = (name: string): string | undefined => {
    if (name.includes('.')) return layersIn(raw, name.split('.'))[0]
    const part = THINGS.find((one) => valueIn(raw, [one, name]) !== undefined)
    return part === 'neurons' ? name : part && layersIn(raw, [part, name])[0]
  }
  const drafts = Object.entries<Key>(PROBES[kind].keys).flatMap(([key, about]) => {
    if (!('patternsFor' in about)) return []
    const layer = layerOf(String(valueIn(raw, [...keys, about.patternsFor])))
    return namesFor(raw, 'rows')
      .filter((of) => layerOf(of) === layer)
      .map((of) => withValue(raw, [...keys, key], { kind: 'rows', of }))
  })
  return drafts.find(isAccepted) ?? raw
}

/** The draft with two layers joined by a memory with the ends of `endsOf`, or one layer by synapses. */
export function connected(raw: unknown, from: string, to: string): Edited {
  const part = from === to ? 'synapses' : 'memories'
  const found = ADDABLE.find((one) => one.part === part)!
  return added(raw, found, endsOf(raw, from, to))
}

/**
 * The layer of the patterns and the layer with a neuron for each, of a memory between two layers: in the order in which they were
 * chosen, unless the first is a layer in which one neuron wins and that nothing feeds yet.
 */
export function endsOf(raw: unknown, from: string, to: string): readonly [string, string] {
  return isWinner(raw, from) && !isWinner(raw, to) && !isUsed(raw, from) ? [to, from] : [from, to]
}

/** True if the neurons of a layer compete. */
function isWinner(raw: unknown, layer: string): boolean {
  const kind = valueIn(raw, ['neurons', layer, 'lagrangian', 'kind'])
  return (
    typeof kind === 'string' && Object.hasOwn(LAGRANGIANS, kind) && 'logSumExp' in LAGRANGIANS[kind as never]
  )
}

/** True if a coupling or a stimulus names a layer. */
function isUsed(raw: unknown, layer: string): boolean {
  return PARTS.some(
    ({ part }) =>
      ['synapses', 'memories', 'stimulus'].includes(part) &&
      Object.keys(valueIn(raw, [part]) ?? {}).some((key) => layersIn(raw, [part, key]).includes(layer)),
  )
}

/** The draft with a value at some keys; undefined removes it. */
export function withValue(raw: unknown, keys: Keys, value: unknown): unknown {
  const [key, ...rest] = keys
  if (key === undefined) return value
  const inner = withValue(valueIn(raw, [key]), rest, value)
  if (Array.isArray(raw)) return raw.map((one: unknown, index) => (index === Number(key) ? inner : one))
  const others = Object.entries(raw ?? {})
  if (inner === undefined) return Object.fromEntries(others.filter(([name]) => name !== key))
  return { ...(raw ?? {}), [key]: inner }
}

/**
 * The draft with a value, and with the other changes that it needs in a valid scenario.
 * @param scenario - of a valid draft
 * @returns the scenario of the changed draft, or undefined where only the value changes
 */
export function withConsequences(scenario: Scenario, keys: Keys, value: unknown): unknown {
  if (keys.some((key) => key.includes('.'))) return undefined
  try {
    return withField(scenario, keys.join('.'), value)
  } catch (error) {
    if (error instanceof ModelError) return undefined
    throw error
  }
}

/** The draft with another alternative at some keys; values under the same keys stay. */
export function switched(raw: unknown, keys: Keys, alternative: Alternative): unknown {
  const before = valueIn(raw, keys)
  const start = startOfAlternative(alternative, giver(raw))
  if (!isObject(start)) return withValue(raw, keys, start)
  const node = bare(alternative.node)
  const same = Object.entries(isObject(before) ? before : {}).filter(([key, value]) => {
    const slot = childOf(node, key)
    return slot !== undefined && bare(slot).type !== 'literal' && fits(slot, value)
  })
  return withValue(raw, keys, { ...start, ...Object.fromEntries(same) })
}

/** True if a value has the form of a place, as far as a look at it tells. */
function fits(slot: SchemaNode, value: unknown): boolean {
  return alternativesOf(slot).some(({ node, ...one }) => {
    if ('word' in one) return one.word === value
    const { type, entries } = bare(node)
    if (Array.isArray(value)) return type === 'array' || type === 'strict_tuple'
    if (isObject(value))
      return type === 'record' || (entries !== undefined && Object.keys(value).every((key) => key in entries))
    return type === typeof value
  })
}

/** The draft with another entry in a record. */
export function withEntry(raw: unknown, keys: Keys, name: string): unknown {
  const slot = slotOf({ ...(raw as object) }, [...keys, name])
  return slot === undefined ? raw : withValue(raw, [...keys, name], startOf(slot, giver(raw)))
}

/** A changed draft without the text of the empty template, which is no longer true once there is another part, or one less. */
export function withoutHint(before: unknown, after: unknown): unknown {
  const names = (raw: unknown): string =>
    JSON.stringify(PARTS.map(({ part }) => Object.keys(valueIn(raw, [part]) ?? {})))
  const isHint = valueIn(after, ['description']) === empty.description
  return isHint && names(before) !== names(after) ? withValue(after, ['description'], undefined) : after
}
