/** Names in a draft: what there is, who names it, and what happens when it is renamed or removed. Pure. */
import type { Naming } from '../../core/kinds/fields.ts'
import { childOf, nodeAt, type SchemaNode, select } from '../../core/model/path.ts'
import { aboutOf, isObject, isOptional, type Keys, ROOT, slotOf, valueIn } from './schema.ts'

/** The parts of a scenario whose entries are named by other parts. Their names differ from each other. */
export const THINGS = ['neurons', 'synapses', 'memories'] as const

/** A name in a draft, as a text or as a key. */
export interface Reference {
  readonly keys: Keys
  readonly names: Naming
  readonly text: string
  readonly isKey: boolean
}

/** Every name under some keys. */
export function referencesIn(raw: unknown, under: Keys = []): Reference[] {
  const found: Reference[] = []
  const walk = (slot: SchemaNode, value: unknown, keys: Keys): void => {
    const node = select(slot, value)
    const names = aboutOf(slot).names ?? aboutOf(node).names
    if (typeof value === 'string' && names !== undefined)
      found.push({ keys, names, text: value, isKey: false })
    if (typeof value !== 'object' || value === null) return
    for (const [key, inner] of Object.entries(value)) {
      const place = [...keys, key]
      if (node.type === 'record' && names !== undefined)
        found.push({ keys: place, names, text: key, isKey: true })
      const child = childOf(node, key)
      if (child !== undefined) walk(child, inner, place)
    }
  }
  const slot = under.length === 0 ? ROOT : slotOf(raw, under)
  if (slot !== undefined) walk(slot, valueIn(raw, under), under)
  return found
}

/** The layers that an entry of the draft names, each once. */
export function layersIn(raw: unknown, keys: Keys): string[] {
  const texts = referencesIn(raw, keys).flatMap(({ names, text }) =>
    names === 'layer' || names === 'moving-layer' ? [text] : [],
  )
  return [...new Set(texts)]
}

/** The names of a sort that a draft has. */
export function namesFor(raw: unknown, names: Naming): string[] {
  const of = (group: string): string[] => Object.keys((valueIn(raw, [group]) as object | undefined) ?? {})
  const stimuli = valueIn(raw, ['stimulus'])
  switch (names) {
    case 'layer':
      return of('neurons')
    case 'moving-layer':
      return of('neurons').filter((name) => valueIn(raw, ['neurons', name, 'tau']) !== 0)
    case 'memory':
      return of('memories')
    case 'matrix':
      return [...of('memories'), ...of('synapses')]
    case 'any':
      return THINGS.flatMap(of)
    case 'probe':
      return of('probes')
    case 'rows':
      return [
        ...of('memories'),
        ...of('synapses'),
        ...(Array.isArray(stimuli) ? stimuli.map((_, index) => `stimulus.${index}`) : []),
      ]
    case 'parameter':
      return []
  }
}

/** A name for readers: a stimulus, which has a number only, with its kind and its layer. */
export function wordsOf(raw: unknown, name: string): string {
  const [, index] = /^stimulus\.(\d+)$/.exec(name) ?? []
  if (index === undefined) return name
  const words = ['kind', 'layer'].map((key) => valueIn(raw, ['stimulus', index, key]))
  return `stimulus ${index}: ${words.filter((word) => typeof word === 'string').join(', ')}`
}

/** The new name of an entry of a part; undefined if it is gone. */
export type Rename = (part: string, name: string) => string | undefined

/** A reference after a change of names; undefined if what it names is gone. */
function renamedText({ names, text }: Reference, rename: Rename): string | undefined {
  const thing = (name: string): string | undefined => {
    let now: string | undefined = name
    for (const part of THINGS) now = now === undefined ? undefined : rename(part, now)
    return now
  }
  const join = (...parts: (string | undefined)[]): string | undefined =>
    parts.includes(undefined) ? undefined : parts.join('.')
  const [first = '', second, ...rest] = text.split('.')
  switch (names) {
    case 'probe':
      return rename('probes', text)
    case 'rows':
      if (second === undefined) return thing(text)
      return first === 'stimulus'
        ? join(first, rename('stimulus', second))
        : join(thing(first), thing(second))
    case 'parameter':
      return second === undefined ? text : join(first, rename(first, second), ...rest)
    default:
      return thing(text)
  }
}

/** The draft with one entry of a part under another name, in its place; everything that names it follows. */
export function renamed(raw: unknown, part: string, from: string, to: string): unknown {
  const rename: Rename = (one, name) => (one === part && name === from ? to : name)
  const own = valueIn(raw, [part]) as Readonly<Record<string, unknown>> | undefined
  const entries: [string, unknown][] = Object.entries(own ?? {})
  const moved: [string, unknown][] = entries.map(([name, value]) => [name === from ? to : name, value])
  const renewed: unknown = Object.fromEntries(moved)
  return withNames({ ...(raw as object), [part]: renewed }, rename)
}

function withNames(raw: unknown, rename: Rename): unknown {
  const walk = (slot: SchemaNode, value: unknown, keys: Keys): unknown => {
    const node = select(slot, value)
    const names = aboutOf(slot).names ?? aboutOf(node).names
    const renameOne = (text: string, isKey: boolean): string =>
      names === undefined ? text : (renamedText({ keys, names, text, isKey }, rename) ?? text)
    if (typeof value === 'string') return renameOne(value, false)
    if (typeof value !== 'object' || value === null) return value
    const inner = (key: string, one: unknown): unknown => {
      const child = childOf(node, key)
      return child === undefined ? one : walk(child, one, [...keys, key])
    }
    if (Array.isArray(value)) return value.map((one: unknown, index) => inner(String(index), one))
    return Object.fromEntries(
      Object.entries(value).map(([key, one]) => [
        node.type === 'record' ? renameOne(key, true) : key,
        inner(key, one),
      ]),
    )
  }
  return walk(ROOT, raw, [])
}

/** Marks a removed entry of a list until the numbers of the others have been adapted. */
const GONE = Symbol('gone')

/** The draft without an entry, and without everything that cannot be without it. */
export function removed(raw: unknown, keys: Keys): unknown {
  const next: unknown = structuredClone(raw)
  const gone = new Map<string, Set<string>>()
  const drop = (place: Keys): void => {
    const [part = '', name, ...rest] = place
    if (name !== undefined && rest.length === 0) gone.set(part, (gone.get(part) ?? new Set()).add(name))
    const parent = valueIn(next, place.slice(0, -1)) as Record<string, unknown>
    const key = place.at(-1) as string
    if (Array.isArray(parent)) (parent as unknown[])[Number(key)] = GONE
    else Reflect.deleteProperty(parent, key)
  }
  drop(keys)
  const rename: Rename = (part, name) => (gone.get(part)?.has(name) === true ? undefined : name)
  for (;;) {
    const dangling = referencesIn(next).find((one) => renamedText(one, rename) === undefined)
    if (dangling === undefined) break
    drop(removable(next, dangling))
  }
  const shown = (valueIn(next, ['stimulus']) ?? []) as readonly unknown[]
  const before = (index: number): number => shown.slice(0, index).filter((one) => one === GONE).length
  const shift: Rename = (part, name) =>
    part === 'stimulus' && Number(name) < shown.length ? String(Number(name) - before(Number(name))) : name
  return withNames(compacted(next), shift)
}

/** A value without what is gone, and without the lists of which nothing is left. */
function compacted(value: unknown): unknown {
  if (Array.isArray(value)) return value.filter((one) => one !== GONE).map(compacted)
  if (!isObject(value)) return value
  const isEmptied = (one: unknown): boolean =>
    Array.isArray(one) && one.length > 0 && one.every((entry) => entry === GONE)
  const entries: [string, unknown][] = Object.entries(value)
  return Object.fromEntries(
    entries.filter(([, one]) => !isEmptied(one)).map(([key, one]) => [key, compacted(one)]),
  )
}

/** The smallest part around a reference that can be left out. */
function removable(raw: unknown, { keys, isKey }: Reference): Keys {
  const siblings = valueIn(raw, keys.slice(0, -1))
  if (isKey && isObject(siblings) && Object.keys(siblings).length > 1) return keys
  for (let length = isKey ? keys.length - 1 : keys.length; length > 1; length--) {
    const place = keys.slice(0, length)
    const slot = slotOf(raw, place)
    const around = nodeAt(raw, place.slice(0, -1))?.type
    if ((slot !== undefined && isOptional(slot)) || around === 'record' || around === 'array') return place
  }
  return keys.slice(0, 1)
}

/** A name that nothing has: the base, else with a number. */
export function freshName(raw: unknown, base: string): string {
  const taken = new Set([...namesFor(raw, 'any'), ...namesFor(raw, 'probe')])
  for (let number = 1; ; number++) {
    const name = number === 1 ? base : `${base}${number}`
    if (!taken.has(name)) return name
  }
}
