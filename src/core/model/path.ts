/** Finds the schema at a JSON path such as `neurons.visible.tau`, for `--set`, controls and error messages. */
import { suggestion } from '../suggestion.ts'
import { ModelError } from '../errors.ts'
import type { Naming } from '../kinds/fields.ts'
import { scenarioSchema, type Control } from './schema.ts'

/** The fields of a valibot schema that this file reads. Pipes and descriptions are in `pipe`. */
export interface SchemaNode {
  readonly type: string
  readonly wrapped?: SchemaNode
  readonly default?: unknown
  readonly entries?: Readonly<Record<string, SchemaNode>>
  readonly value?: SchemaNode
  readonly item?: SchemaNode
  readonly items?: readonly SchemaNode[]
  readonly options?: readonly SchemaNode[] | readonly string[]
  readonly key?: string
  readonly literal?: unknown
  readonly pipe?: readonly PipeNode[]
}

export interface PipeNode {
  readonly type: string
  readonly requirement?: unknown
  readonly title?: string
  readonly description?: string
  readonly metadata?: { readonly control?: Control; readonly names?: Naming; readonly remedy?: string }
}

const root = scenarioSchema as unknown as SchemaNode

/** One value of a scenario for a control. */
export interface Field {
  readonly kind: 'number' | 'choice' | 'flag' | 'text' | 'other'
  readonly title: string
  readonly description: string
  readonly integer: boolean
  /** The options of a choice. */
  readonly options: readonly string[]
  /** Range of a slider; absent = show a number field. */
  readonly control?: Control
}

/**
 * Describes the value at a path of a scenario: its kind, its meaning and the range a slider should have.
 * @returns undefined if the schema has no such path
 */
export function fieldAt(scenario: unknown, path: string): Field | undefined {
  const node = nodeAt(scenario, keysIn(path))
  if (node === undefined) return undefined
  const pipe = node.pipe ?? []
  const kinds: Record<string, Field['kind']> = {
    number: 'number',
    picklist: 'choice',
    boolean: 'flag',
    string: 'text',
  }
  const kind = kinds[node.type] ?? 'other'
  const control = pipe.find((item) => item.metadata?.control)?.metadata?.control
  return {
    kind,
    title: pipe.find((item) => item.type === 'title')?.title ?? path.slice(path.lastIndexOf('.') + 1),
    description: pipe.find((item) => item.type === 'description')?.description ?? '',
    integer: pipe.some((item) => item.type === 'integer'),
    options: kind === 'choice' ? (node.options as readonly string[]) : [],
    ...(control ? { control } : {}),
  }
}

/**
 * Applies one `--set path=value` to a scenario before its validation. The value is read as JSON, else as text.
 * Array entries are numbered: `stimulus.0.stop=50`. A whole new entry may be added: `probes.e={"kind":"energy"}`.
 * @param raw - parsed JSON; not changed
 * @returns a copy with the value set
 * @throws ModelError if the path does not exist, with the nearest key
 */
export function setPath(raw: unknown, assignment: string): unknown {
  const equals = assignment.indexOf('=')
  if (equals < 1) {
    throw new ModelError(`--set takes path=value, such as time.dt=0.05, not ${show(assignment)}`)
  }
  const path = assignment.slice(0, equals).trim()
  const text = assignment.slice(equals + 1)
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    value = text
  }
  // `name=42` means the text.
  if (typeof value === 'number' && nodeAt(raw, keysIn(path))?.type === 'string') value = text
  return setValue(raw, path, value)
}

/** The same as `setPath` for a JavaScript value; undefined removes the entry. */
export function setValue(raw: unknown, path: string, value: unknown): unknown {
  return assign(root, raw, keysIn(path), 0, value)
}

/** The keys of a path. The path of a varied parameter is one key: `replicas.vary.neurons.v.tau.steps`. */
export function keysIn(path: string): string[] {
  const [, axis, rest] =
    /^replicas\.vary\.(.+?)(?:\.((?:from|to|steps|scale|values)(?:\.\d+)?))?$/.exec(path) ?? []
  if (axis === undefined) return path.split('.')
  return ['replicas', 'vary', axis, ...(rest === undefined ? [] : rest.split('.'))]
}

/** The value at a path; undefined if there is none. */
export function valueAt(raw: unknown, path: string): unknown {
  let value = raw
  for (const key of keysIn(path)) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined
    value = (value as Readonly<Record<string, unknown>>)[key]
  }
  return value
}

function assign(
  schema: SchemaNode,
  raw: unknown,
  keys: readonly string[],
  depth: number,
  value: unknown,
): unknown {
  if (depth === keys.length) return value
  const key = keys[depth] as string
  const place = { path: keys.slice(0, depth + 1).join('.') }
  const node = select(schema, raw)
  const child = childOf(node, key)

  if (node.type === 'array' || node.type === 'strict_tuple') {
    const list: readonly unknown[] = Array.isArray(raw) ? raw : []
    if (child === undefined || Number(key) >= list.length) {
      throw new ModelError(`no such entry; the list has ${list.length} entries, numbered from 0`, place)
    }
    return list.map((entry, index) =>
      index === Number(key) ? assign(child, entry, keys, depth + 1, value) : entry,
    )
  }

  const isObject = typeof raw === 'object' && raw !== null && !Array.isArray(raw)
  if (!isObject && raw !== undefined) {
    const whole = keys.slice(0, depth).join('.')
    throw new ModelError(
      `\`${whole}\` is ${show(raw)} and has no parts; set it as a whole: ${whole}=VALUE`,
      place,
    )
  }
  const object = (raw ?? {}) as Readonly<Record<string, unknown>>
  const known = node.type === 'record' ? Object.keys(object) : keysOf(node)
  const adds = node.type === 'record' && depth === keys.length - 1 && typeof value === 'object'
  if (child === undefined && node !== schema && childOf(schema, key) !== undefined)
    throw new ModelError(`has no meaning here; leave it out (known here: ${known.join(', ')})`, place)
  if (child === undefined || (!known.includes(key) && !adds)) {
    if (known.length === 0 && keys[0] === 'replicas')
      throw new ModelError('needs values to vary; add --vary seed=1,2,3', place)
    // A short name, such as `beta`, may be the end of a path. Tries of a lesson have paths as keys, wrong ones too.
    const isEnd = (path: string): boolean =>
      path.endsWith(`.${keys.join('.')}`) && !path.startsWith('lesson.')
    const ends = depth === 0 ? pathsIn(schema, raw).filter(isEnd) : []
    const near = ends.length > 0 ? suggestion(keys.join('.'), ends) : suggestion(key, known)
    throw new ModelError(`unknown key${near}`, place)
  }
  const old = Object.hasOwn(object, key) ? object[key] : undefined
  const next = assign(child, old, keys, depth + 1, value)
  // A key with the value undefined still counts, so a removed entry is deleted with its key.
  if (next === undefined && node.type === 'record')
    return Object.fromEntries(Object.entries(object).filter(([name]) => name !== key))
  return { ...object, [key]: next }
}

/** All paths below a value: those that are set, and those of keys that are not. */
function pathsIn(schema: SchemaNode, raw: unknown): string[] {
  const node = select(schema, raw)
  const value = (typeof raw === 'object' ? raw : undefined) as Readonly<Record<string, unknown>> | undefined
  const own = Object.keys(value ?? {})
  const keys = node.type === 'record' || Array.isArray(raw) ? own : keysOf(node)
  return keys.flatMap((key) => {
    const child = childOf(node, key)
    const below = child === undefined ? [] : pathsIn(child, value?.[key])
    return [key, ...below.map((path) => `${key}.${path}`)]
  })
}

/** The schema of the value at a path; unions are resolved by the values in `raw`. */
export function nodeAt(raw: unknown, keys: readonly string[]): SchemaNode | undefined {
  let node: SchemaNode | undefined = root
  let value = raw
  for (const key of keys) {
    node = childOf(select(node, value), key)
    if (node === undefined) return undefined
    value = typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[key] : undefined
  }
  return select(node, value)
}

/** The keys that an object of another kind could have at this place. */
export function otherKindsKeys(raw: unknown, keys: readonly string[]): string[] {
  const slot = slotAt(raw, keys)
  return slot === undefined ? [] : keysOf(slot)
}

/** The possible words and the possible kinds of objects at this place, independent of its value. */
export function namesAt(
  raw: unknown,
  keys: readonly string[],
): { readonly words: readonly string[]; readonly kinds: readonly string[] } {
  const slot = slotAt(raw, keys)
  const options = slot === undefined ? [] : optionsOf(slot)
  return {
    words: options.flatMap((node) => (node.type === 'picklist' ? (node.options as readonly string[]) : [])),
    kinds: options.flatMap((node) =>
      node.type === 'variant'
        ? (node.options as readonly SchemaNode[]).map((option) => String(kindOf(option, node.key)))
        : [],
    ),
  }
}

/** The schema of a place with its unions unresolved. */
export function slotAt(raw: unknown, keys: readonly string[]): SchemaNode | undefined {
  const parent = nodeAt(raw, keys.slice(0, -1))
  return parent === undefined || keys.length === 0 ? undefined : childOf(parent, keys.at(-1) as string)
}

/** The options of a union, or the schema itself. */
function optionsOf(node: SchemaNode): readonly SchemaNode[] {
  if (node.wrapped !== undefined) return optionsOf(node.wrapped)
  return node.type === 'union' ? (node.options as readonly SchemaNode[]) : [node]
}

/** Resolves optional, union and variant to the schema for `raw`; a variant stays if no option fits. */
export function select(node: SchemaNode, raw: unknown): SchemaNode {
  if (node.wrapped !== undefined) return select(node.wrapped, raw === undefined ? node.default : raw)
  if (node.type !== 'union' && node.type !== 'variant') return node
  const options = node.options as readonly SchemaNode[]
  if (node.type === 'variant') {
    const kind =
      typeof raw === 'object' && raw !== null ? (raw as Record<string, unknown>)[node.key ?? ''] : undefined
    return options.find((option) => tellsKind(option, node.key, kind)) ?? node
  }
  const accepting = options.filter((option) => accepts(option, raw))
  const keys = typeof raw === 'object' && raw !== null ? Object.keys(raw) : []
  // For a list the option of its length, for an object the option with its keys.
  const fitting =
    accepting.find(({ items }) => Array.isArray(raw) && items?.length === raw.length) ??
    accepting.find(({ entries }) => entries !== undefined && keys.every((key) => key in entries)) ??
    accepting[0]
  return fitting === undefined ? node : select(fitting, raw)
}

/** The kind of an option of a variant. */
export function kindOf(option: SchemaNode, key = ''): unknown {
  const node = option.entries?.[key]
  return node?.wrapped === undefined ? node?.literal : node.wrapped.literal
}

/** True if an option has a kind; without a kind, the default. */
function tellsKind(option: SchemaNode, key: string | undefined, kind: unknown): boolean {
  return kind === undefined
    ? option.entries?.[key ?? '']?.default !== undefined
    : kindOf(option, key) === kind
}

function accepts(node: SchemaNode, raw: unknown): boolean {
  if (Array.isArray(raw)) return node.type === 'strict_tuple' || node.type === 'array'
  if (typeof raw === 'object') return node.type === 'variant' || node.type === 'strict_object'
  if (node.type === 'picklist') return (node.options as readonly unknown[]).includes(raw)
  return node.type === typeof raw || (node.type === 'literal' && node.literal === raw)
}

export function childOf(node: SchemaNode, key: string): SchemaNode | undefined {
  if (node.type === 'record') return node.value
  if (node.type === 'array') return /^\d+$/.test(key) ? node.item : undefined
  if (node.type === 'strict_tuple') return node.items?.[Number(key)]
  if (node.entries !== undefined) return Object.hasOwn(node.entries, key) ? node.entries[key] : undefined
  if (node.type === 'variant' || node.type === 'union') {
    for (const option of node.options as readonly SchemaNode[]) {
      const child = childOf(option, key)
      if (child !== undefined) return child
    }
  }
  return undefined
}

/** The possible keys of an object; for a variant, those of all options. */
export function keysOf(node: SchemaNode): string[] {
  if (node.wrapped !== undefined) return keysOf(node.wrapped)
  if (node.entries !== undefined) return Object.keys(node.entries)
  if (node.type !== 'variant' && node.type !== 'union') return []
  return [...new Set((node.options as readonly SchemaNode[]).flatMap(keysOf))]
}

/** The expected value, in words: `a number > 0`, `"cycle", "shuffle" or "once"`. */
export function expected(node: SchemaNode): string {
  switch (node.type) {
    case 'optional':
    case 'exact_optional':
      return expected(node.wrapped as SchemaNode)
    case 'number':
      return numberText(node.pipe ?? [])
    case 'string':
      return 'text'
    case 'boolean':
      return 'true or false'
    case 'literal':
      return show(node.literal)
    case 'picklist':
      return list((node.options as readonly string[]).map(show))
    case 'array':
      return 'a list [...]'
    case 'strict_tuple':
      return `a list of ${node.items?.length} numbers`
    case 'variant': {
      const kinds = (node.options as readonly SchemaNode[]).map((option) => kindOf(option, node.key))
      return `an object with "${node.key}" ${list(kinds.map(show))}`
    }
    case 'union':
      // The words of a picklist are merged into the list.
      return list(
        (node.options as readonly SchemaNode[]).flatMap((option) =>
          option.type === 'picklist' ? (option.options as readonly string[]).map(show) : [expected(option)],
        ),
      )
    case 'strict_object': {
      const [key, ...others] = keysOf(node)
      return key === undefined || others.length > 0 ? 'an object {...}' : `an object {"${key}": ...}`
    }
    case 'record':
      return 'an object {"NAME": ...}'
    default:
      return 'an object {...}'
  }
}

function numberText(pipe: readonly PipeNode[]): string {
  const limit = (type: string) => pipe.find((item) => item.type === type)?.requirement as number | undefined
  const noun = pipe.some((item) => item.type === 'integer') ? 'an integer' : 'a number'
  const min = limit('min_value')
  const max = limit('max_value')
  if (min !== undefined && max !== undefined) return `${noun} from ${min} to ${max}`
  const bounds = [
    ['>=', min],
    ['>', limit('gt_value')],
    ['<=', max],
    ['<', limit('lt_value')],
  ].flatMap(([sign, bound]) => (bound === undefined ? [] : [`${sign} ${bound}`]))
  return [noun, bounds.join(' and ')].filter((part) => part !== '').join(' ')
}

/** `a, b or c`. */
export function list(items: readonly string[]): string {
  const last = items[items.length - 1] ?? ''
  return items.length < 2 ? last : `${items.slice(0, -1).join(', ')} or ${last}`
}

/** A value as one short line. */
export function show(value: unknown): string {
  // JSON has neither infinity nor undefined.
  const plain = typeof value === 'number' || value === undefined
  const text = plain ? String(value) : JSON.stringify(value)
  return text.length > 60 ? `${text.slice(0, 57)}...` : text
}
