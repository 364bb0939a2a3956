/** Reads the schema of scenarios for forms and completion: meanings, alternatives, starting values. Pure. */
import type { Naming } from '../../core/kinds/fields.ts'
import { LAGRANGIAN_KINDS, LAGRANGIANS } from '../../core/kinds/lagrangians/table.ts'
import {
  childOf,
  expected,
  kindOf,
  nodeAt,
  type PipeNode,
  type SchemaNode,
  select,
  show,
} from '../../core/model/path.ts'
import type { Control } from '../../core/model/schema.ts'

export type Keys = readonly string[]

/** The root of the schema. */
export const ROOT = nodeAt({}, []) as SchemaNode

/** The meaning of a place, from its schema. */
export interface About {
  readonly title: string
  readonly description: string
  readonly names?: Naming
  readonly control?: Control
  readonly integer: boolean
  readonly min: number
  readonly max: number
}

/** A schema without the marks that it may be missing. */
export function bare(slot: SchemaNode): SchemaNode {
  return slot.wrapped === undefined ? slot : bare(slot.wrapped)
}

export function aboutOf(slot: SchemaNode): About {
  const pipe: PipeNode[] = []
  for (let node: SchemaNode | undefined = slot; node !== undefined; node = node.wrapped)
    pipe.push(...(node.pipe ?? []))
  const find = (type: string): PipeNode | undefined => pipe.find((item) => item.type === type)
  const limit = (type: string): number | undefined => find(type)?.requirement as number | undefined
  const metadata = pipe.flatMap((item) => item.metadata ?? [])
  const names = metadata.find((one) => one.names !== undefined)?.names
  const control = metadata.find((one) => one.control !== undefined)?.control
  return {
    title: find('title')?.title ?? '',
    description: find('description')?.description ?? '',
    integer: find('integer') !== undefined,
    min: limit('min_value') ?? -Infinity,
    max: limit('max_value') ?? Infinity,
    ...(names === undefined ? {} : { names }),
    ...(control === undefined ? {} : { control }),
  }
}

/** One of the values that a place may have: a word, or a value of some form. */
export interface Alternative {
  readonly label: string
  readonly description: string
  readonly node: SchemaNode
  /** The value itself, of a word. */
  readonly word?: unknown
}

/** All alternatives of a place; one if it has no choice. */
export function alternativesOf(slot: SchemaNode): readonly Alternative[] {
  const node = bare(slot)
  const options = (node.options ?? []) as readonly SchemaNode[]
  switch (node.type) {
    case 'union':
      return options.flatMap(alternativesOf)
    case 'variant':
      return options.map((option) => ({
        label: String(kindOf(option, node.key)),
        description: aboutOf(option).description,
        node: option,
      }))
    case 'picklist':
      return (node.options as readonly string[]).map((word) => ({ label: word, description: '', node, word }))
    case 'literal':
      return [{ label: show(node.literal), description: '', node, word: node.literal }]
    case 'strict_tuple':
      return [{ label: `${node.items?.length} numbers`, description: '', node }]
    case 'strict_object':
      return [{ label: Object.keys(node.entries ?? {}).join(', '), description: '', node }]
    default:
      return [{ label: NOUNS[node.type] ?? node.type, description: '', node }]
  }
}

const NOUNS: Readonly<Record<string, string>> = { number: 'number', array: 'list' }

/** The alternative that a value has chosen. */
export function chosenOf(
  slot: SchemaNode,
  value: unknown,
  alternatives: readonly Alternative[] = alternativesOf(slot),
): Alternative | undefined {
  const node = select(slot, value)
  const word = alternatives.find((one) => 'word' in one && one.word === value)
  return word ?? alternatives.find((one) => !('word' in one) && one.node === node)
}

/** Gives names that exist to starting values. */
export type Give = (names: Naming) => string | undefined

/** A value for a place: what is required, and nothing more. */
export function startOf(slot: SchemaNode, give: Give): unknown {
  const node = bare(slot)
  const about = aboutOf(slot)
  switch (node.type) {
    case 'number':
      return startingNumber(about)
    case 'string':
      return about.names === undefined ? '' : (give(about.names) ?? '')
    case 'boolean':
      return false
    case 'literal':
      return node.literal
    case 'picklist':
      return node.options?.[0]
    case 'strict_object':
      return Object.fromEntries(
        Object.entries(node.entries ?? {}).flatMap(([key, entry]) =>
          isOptional(entry) ? [] : [[key, startOf(entry, give)]],
        ),
      )
    case 'record':
      return startingRecord(node, about, give)
    case 'strict_tuple':
      return (node.items ?? []).map((item) => startOf(item, give))
    case 'array':
      return about.names === undefined && node.item !== undefined ? [startOf(node.item, give)] : []
    default: {
      const alternatives = alternativesOf(slot)
      const found = alternatives.find(isCalm) ?? alternatives.find(isWhole) ?? alternatives[0]
      return found === undefined ? null : startOfAlternative(found, give)
    }
  }
}

export function startOfAlternative(alternative: Alternative, give: Give): unknown {
  return 'word' in alternative ? alternative.word : startOf(alternative.node, give)
}

export function isOptional({ type }: SchemaNode): boolean {
  return type === 'optional' || type === 'exact_optional'
}

function startingNumber({ min, max, control }: About): number {
  if (control !== undefined && (control.min > 1 || control.max < 1))
    return Number(((control.min + control.max) / 2).toPrecision(1))
  return Math.min(Math.max(1, min), max < 1 ? max / 2 : max)
}

/** Entries of the first names that there are, for keys that are names. */
function startingRecord(node: SchemaNode, { names }: About, give: Give): unknown {
  const keys = names === undefined ? [] : [give(names), give(names)]
  const entries = [...new Set(keys)].flatMap((key) =>
    key === undefined || node.value === undefined ? [] : [[key, startOf(node.value, give)] as const],
  )
  return Object.fromEntries(entries)
}

/** Lagrangians whose activations are bounded: a network of them does not diverge. */
const CALM = new Set<unknown>(LAGRANGIAN_KINDS.filter((kind) => LAGRANGIANS[kind].isBounded))

function isCalm({ node }: Alternative): boolean {
  return CALM.has(kindOf(node, 'kind')) && isWhole({ node })
}

/** True if a value needs no file and no free text. */
function isWhole({ node }: Pick<Alternative, 'node'>): boolean {
  const inner = bare(node)
  if (inner.type === 'string') return aboutOf(node).names !== undefined
  if (inner.type === 'strict_object')
    return Object.values(inner.entries ?? {}).every((entry) => isOptional(entry) || isWhole({ node: entry }))
  if (inner.type === 'array') return inner.item === undefined || isWhole({ node: inner.item })
  if (inner.type === 'union' || inner.type === 'variant')
    return (inner.options as readonly SchemaNode[]).some((option) => isWhole({ node: option }))
  return true
}

/** The schema of a place with its choices open. */
export function slotOf(raw: unknown, keys: Keys): SchemaNode | undefined {
  const parent = nodeAt(raw, keys.slice(0, -1))
  return keys.length === 0 ? ROOT : parent && childOf(parent, keys.at(-1) as string)
}

/** A line about a place: the values that it may have, and its default. */
export function valuesText(slot: SchemaNode): string {
  const byDefault = slot.type === 'optional' ? `; default ${show(slot.default)}` : ''
  return `${expected(slot)}${byDefault}`
}

/** The value at keys; undefined if there is none. */
export function valueIn(raw: unknown, keys: Keys): unknown {
  let value = raw
  for (const key of keys) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined
    value = (value as Readonly<Record<string, unknown>>)[key]
  }
  return value
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
