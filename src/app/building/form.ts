/** The fields of a form for any part of a scenario, from the schema. Pure. */
import type { Naming } from '../../core/kinds/fields.ts'
import { type SchemaNode, kindOf, show } from '../../core/model/path.ts'
import {
  type Alternative,
  aboutOf,
  alternativesOf,
  bare,
  chosenOf,
  isOptional,
  type Keys,
  slotOf,
  valueIn,
} from './schema.ts'

export interface FormField {
  readonly keys: Keys
  readonly title: string
  readonly description: string
  /** The value in the draft; undefined = none. */
  readonly value: unknown
  /** A value with its default filled in. */
  readonly shown: unknown
  readonly mayBeAbsent: boolean
  readonly input: 'number' | 'text' | 'name' | 'flag' | 'json' | 'none'
  readonly number: { readonly integer: boolean; readonly min: number; readonly max: number }
  readonly names?: Naming
  /** The alternatives of the value; empty = there is no choice. */
  readonly choices: readonly Alternative[]
  readonly chosen?: Alternative
  readonly inner: readonly FormField[]
  /** True for a record, to which entries can be added; `names` says what their keys name. */
  readonly isRecord: boolean
}

/** The number of entries up to which a tuple has a field for each. */
const MOST_ITEMS = 4

/** The fields of the value at some keys, without the value's own. */
export function fieldsOf(raw: unknown, keys: Keys): readonly FormField[] {
  return distinct(fieldOf(raw, keys)?.inner ?? [])
}

/** Fields with the same title get that of the field around them too, such as `base zeroDiagonal`. */
function distinct(fields: readonly FormField[]): readonly FormField[] {
  const counts = new Map<string, number>()
  const count = ({ title, inner }: FormField): void => {
    counts.set(title, (counts.get(title) ?? 0) + 1)
    inner.forEach(count)
  }
  fields.forEach(count)
  const named = (field: FormField, owner?: string): FormField => {
    const { title, inner } = field
    const isTwice = (counts.get(title) ?? 0) > 1 && !/^\d+$/.test(title)
    return {
      ...field,
      title: isTwice && owner !== undefined ? `${owner} ${title}` : title,
      inner: inner.map((one) => named(one, title)),
    }
  }
  return fields.map((field) => named(field))
}

/** The field of a value; undefined if the schema has no such place. */
export function fieldOf(raw: unknown, keys: Keys): FormField | undefined {
  const slot = slotOf(raw, keys)
  return slot && fieldIn(slot, valueIn(raw, keys), keys)
}

function fieldIn(slot: SchemaNode, value: unknown, keys: Keys): FormField {
  const about = aboutOf(slot)
  const alternatives = alternativesOf(slot)
  const byDefault = slot.type === 'optional' ? slot.default : undefined
  const shown = value ?? byDefault
  const isChoice = alternatives.length > 1
  const chosen = isChoice ? chosenOf(slot, shown, alternatives) : alternatives[0]
  const isWord = chosen !== undefined && 'word' in chosen
  const node = chosen === undefined || isWord ? undefined : bare(chosen.node)
  const own = aboutOf(node ?? slot)
  const names = about.names ?? own.names
  return {
    keys,
    title: about.title === '' ? (keys.at(-1) ?? '') : about.title,
    description: about.description === '' ? own.description : about.description,
    value,
    shown,
    mayBeAbsent: isOptional(slot),
    input: isWord && !isChoice ? 'flag' : inputOf(node, names, shown),
    number: { integer: own.integer, min: own.min, max: own.max },
    ...(names === undefined ? {} : { names }),
    choices: isChoice ? alternatives : [],
    ...(chosen === undefined ? {} : { chosen }),
    inner: node === undefined || (shown === undefined && keys.length > 0) ? [] : innerOf(node, shown, keys),
    isRecord: node?.type === 'record',
  }
}

function inputOf(
  node: SchemaNode | undefined,
  names: Naming | undefined,
  shown: unknown,
): FormField['input'] {
  switch (node?.type) {
    case 'number':
      return 'number'
    case 'string':
      return names === undefined || names === 'parameter' ? 'text' : 'name'
    case 'boolean':
      return 'flag'
    case 'array':
      return 'json'
    case 'strict_tuple':
      return Array.isArray(shown) && shown.length <= MOST_ITEMS ? 'none' : 'json'
    default:
      return 'none'
  }
}

/** The fields inside a value; those of an object that it must have come first. */
function innerOf(node: SchemaNode, value: unknown, keys: Keys): FormField[] {
  const at = (key: string, slot: SchemaNode): FormField =>
    fieldIn(slot, valueIn(value, [key]), [...keys, key])
  if (node.entries !== undefined)
    return Object.entries(node.entries)
      .filter(([, slot]) => !isFixed(slot))
      .map(([key, slot]) => at(key, slot))
      .sort((a, b) => Number(a.mayBeAbsent) - Number(b.mayBeAbsent))
  if (node.type === 'record' && node.value !== undefined) {
    const { value: slot } = node
    return Object.keys(value ?? {}).map((key) => ({ ...at(key, slot), title: key }))
  }
  if (node.type === 'strict_tuple' && (node.items?.length ?? 0) <= MOST_ITEMS)
    return (node.items ?? []).map((item, index) => at(String(index), item))
  return []
}

/** Words that a choice above has already chosen, and the version. */
function isFixed(slot: SchemaNode): boolean {
  return bare(slot).type === 'literal' && slot.type !== 'exact_optional'
}

/** The meaning of a place without a value. */
export function absentText({ shown }: FormField): string {
  return shown === undefined ? 'none' : show(shown)
}

/** A short line about an entry for the graph: its kind, or what is left of it. */
export function kindText(raw: unknown, keys: Keys): string {
  const slot = slotOf(raw, keys)
  const chosen = slot && chosenOf(slot, valueIn(raw, keys))
  const kind = chosen && kindOf(chosen.node, 'kind')
  if (typeof kind === 'string') return kind
  const own = valueIn(raw, [...keys, 'kind'])
  return typeof own === 'string' ? own : ''
}
