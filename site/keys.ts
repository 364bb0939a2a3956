/** The reference of the keys of a scenario, from the published JSON Schema. */

/** The part of JSON Schema (draft 7) that `schema/scenario.schema.json` uses. */
interface Schema {
  readonly $ref?: string
  readonly $defs?: Readonly<Record<string, Schema>>
  readonly type?: string
  readonly description?: string
  readonly default?: unknown
  readonly const?: string | number
  readonly enum?: readonly unknown[]
  readonly properties?: Readonly<Record<string, Schema>>
  readonly required?: readonly string[]
  readonly additionalProperties?: Schema | boolean
  readonly items?: Schema | readonly Schema[]
  readonly anyOf?: readonly Schema[]
  readonly oneOf?: readonly Schema[]
  readonly minimum?: number
  readonly maximum?: number
  readonly exclusiveMinimum?: number
  readonly exclusiveMaximum?: number
  readonly minItems?: number
  readonly maxItems?: number
  readonly maxLength?: number
  readonly maxProperties?: number
  readonly minProperties?: number
  readonly pattern?: string
}

/** Headings of the definitions of the schema. */
const TITLES: Readonly<Record<string, string>> = {
  lagrangian: 'Lagrangians',
  patterns: 'Patterns',
  values: 'Values for each neuron',
  transform: 'Transforms',
  corrupt: 'Damage',
  edit: 'Edits',
}

interface Row {
  readonly key: string
  /** The kind of the object with the key, if its parent has several kinds. */
  readonly of?: string
  readonly schema: Schema
  readonly isRequired: boolean
}

/** A table of keys for each object, and a section for each kind. */
export function keysPage(schema: Schema): string {
  const lines = [
    '---',
    'pageClass: keys',
    '---',
    '',
    '# Keys of a scenario',
    '',
    'Made from [the JSON Schema](https://json-schema.org) `schema/scenario.schema.json`, which editors read as you type. NAME is a name of yours: a letter, then letters, digits, `_` and `-`. [Scenarios in detail](scenario.md) tells what the keys do together.',
    '',
  ]
  const whole = Object.entries(schema.properties ?? {})
  const plain = whole.filter(([, one]) => !hasSection(one))
  lines.push(
    '## The file',
    '',
    ...tableOf(plain.flatMap(([key, one]) => rowsOf(key, one, isRequired(schema, key)))),
  )
  for (const [key, one] of whole) if (hasSection(one)) lines.push(...sectionOf(key, one))
  for (const [name, title] of Object.entries(TITLES)) {
    const definition = schema.$defs?.[name]
    if (definition === undefined) continue
    lines.push(
      `## ${title}`,
      '',
      ...descriptionOf(definition),
      ...kindsOf(definition, schema.$defs ?? {}, title),
    )
  }
  return lines.join('\n')
}

function hasSection({ additionalProperties, items }: Schema): boolean {
  return typeof additionalProperties === 'object' || (items !== undefined && 'oneOf' in items)
}

/** The section of a key whose value is a map by name, or a list. */
function sectionOf(key: string, schema: Schema): string[] {
  const { additionalProperties, items } = schema
  const [entry, path] =
    typeof additionalProperties === 'object'
      ? [additionalProperties, `${key}.NAME`]
      : [items as Schema, `${key}.N`]
  return [
    `## ${key}`,
    '',
    ...descriptionOf(schema),
    `Each \`${path}\` is an object.`,
    '',
    ...(entry.oneOf === undefined ? tableOf(propertiesOf(entry, '')) : kindsOf(entry, {}, key)),
    ...bases(entry, path),
  ]
}

/** Couplings computed from patterns, a key of several objects. */
function bases(entry: Schema, path: string): string[] {
  const base = entry.properties?.base?.anyOf?.find(({ oneOf }) => oneOf !== undefined)
  if (base === undefined) return []
  const own = (base.oneOf ?? []).filter(({ $ref }) => $ref === undefined)
  return [
    `### Bases`,
    '',
    `\`${path}.base\` and \`${path}.init\` are 0, [patterns](#patterns) that are the matrix itself, or one of`,
    '',
    ...own.flatMap((one) => [`\`${kindOf(one)}\`:`, '', ...tableOf(propertiesOf(one, ''))]),
  ]
}

/** A heading and a table for each kind. */
function kindsOf(schema: Schema, definitions: Readonly<Record<string, Schema>>, above: string): string[] {
  return (schema.oneOf ?? []).flatMap((one) => {
    const target = one.$ref === undefined ? one : definitions[nameOf(one.$ref)]
    if (target === undefined) return []
    const kind = kindOf(target)
    const heading = [`### ${kind} {#${slug(above)}-${kind}}`, '', ...descriptionOf(target)]
    const like = above === TITLES.values ? definitions[`patterns-${kind}`] : undefined
    if (like === undefined) return [...heading, ...tableOf(propertiesOf(target, ''))]
    const more = propertiesOf(target, '').filter(({ key }) => like.properties?.[key] === undefined)
    return [...heading, `The keys of [patterns](#patterns-${kind}), of one row, and`, '', ...tableOf(more)]
  })
}

function kindOf({ properties }: Schema): string {
  return String((properties?.kind ?? properties?.op)?.const)
}

function propertiesOf(schema: Schema, path: string): Row[] {
  return Object.entries(schema.properties ?? {}).flatMap(([key, one]) =>
    rowsOf(`${path}${key}`, one, isRequired(schema, key)),
  )
}

/** The row of a key, and rows for the keys of the objects that it may be. */
function rowsOf(key: string, schema: Schema, required: boolean): Row[] {
  const choices = [...(schema.anyOf ?? []), ...(schema.oneOf ?? [])].flatMap((one) => [
    one,
    ...(one.oneOf ?? []),
  ])
  const nested = [schema, ...choices].flatMap((one) => {
    const kind = one.properties?.kind?.const
    if (BASES.has(String(kind))) return []
    const rows = propertiesOf(one, `${key}.`)
    return kind === undefined ? rows : rows.slice(1).map((row) => ({ ...row, of: String(kind) }))
  })
  const named = [schema, ...choices]
    .map(({ additionalProperties }) => additionalProperties)
    .filter((one): one is Schema => typeof one === 'object')
    .flatMap((one) => rowsOf(`${key}.${key === 'replicas.vary' ? 'PATH' : 'NAME'}`, one, false))
  return [{ key, schema, isRequired: required }, ...nested, ...named]
}

/** Couplings computed from patterns have separate tables. */
const BASES: ReadonlySet<string> = new Set(['hebbian', 'pseudoinverse', 'storkey'])

function isRequired({ required }: Schema, key: string): boolean {
  return required?.includes(key) ?? false
}

function tableOf(rows: readonly Row[]): string[] {
  const lines = rows.map(({ key, of, schema, isRequired: required }) =>
    rowOf([
      of === undefined ? code(key) : `${code(key)} (${of})`,
      [typeOf(schema), rangeOf(schema)].filter((one) => one !== '').join(', '),
      required ? 'required' : defaultOf(schema),
      text(schema.description ?? ''),
    ]),
  )
  return ['| key | value | default | what |', '| --- | --- | --- | --- |', ...lines, '']
}

function rowOf(cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
}

function defaultOf({ default: value }: Schema): string {
  return value === undefined ? '' : json(value)
}

function typeOf(schema: Schema): string {
  const { $ref, type, items, anyOf, oneOf } = schema
  if ($ref !== undefined) {
    const name = nameOf($ref)
    const [family = '', kind] = name.split('-')
    const target = slug(TITLES[family] ?? family)
    return `[${kind ?? family}](#${kind === undefined ? target : `${target}-${kind}`})`
  }
  if (schema.const !== undefined) return json(schema.const)
  if (schema.enum !== undefined) return schema.enum.map(json).join(', ')
  const choices = anyOf ?? oneOf
  if (choices !== undefined) {
    const types = choices.flatMap((one) => (one.oneOf ?? [one]).map(typeOf))
    const some = types.filter((one) => !one.includes('(#patterns'))
    return [...new Set([...some, ...(some.length < types.length ? ['[patterns](#patterns)'] : [])])].join(
      ' or ',
    )
  }
  if (Array.isArray(items)) return `[${(items as readonly Schema[]).map(typeOf).join(', ')}]`
  if (items !== undefined) return `list of ${typeOf(items as Schema)}`
  if (schema.properties?.kind?.const !== undefined)
    return BASES.has(kindOf(schema)) ? `[${kindOf(schema)}](#bases)` : `object (${kindOf(schema)})`
  return { integer: 'whole number', boolean: 'true or false' }[type ?? ''] ?? type ?? 'any'
}

/** Bounds of a number, or of its alternatives; lengths of lists and texts. */
function rangeOf(schema: Schema): string {
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum, minItems, maxItems, items } = schema
  const bounds = [
    ...(minimum === undefined || maximum === undefined
      ? [
          ...(minimum === undefined ? [] : [`≥ ${number(minimum)}`]),
          ...(exclusiveMinimum === undefined ? [] : [`> ${number(exclusiveMinimum)}`]),
          ...(maximum === undefined ? [] : [`≤ ${number(maximum)}`]),
        ]
      : [`${number(minimum)} to ${number(maximum)}`]),
    ...(exclusiveMaximum === undefined ? [] : [`< ${number(exclusiveMaximum)}`]),
    ...(Array.isArray(items) || minItems === undefined ? [] : [`${minItems} or more`]),
    ...(Array.isArray(items) || maxItems === undefined ? [] : [`${maxItems} at most`]),
    ...(schema.maxLength === undefined ? [] : [`${schema.maxLength} characters at most`]),
    ...(schema.minProperties === undefined ? [] : [`${schema.minProperties} names or more`]),
    ...(schema.maxProperties === undefined ? [] : [`${schema.maxProperties} names at most`]),
  ]
  const each =
    items === undefined ? [] : (Array.isArray(items) ? (items as Schema[]) : [items as Schema]).map(rangeOf)
  const choices = (schema.anyOf ?? schema.oneOf ?? []).filter(({ properties }) => properties === undefined)
  const inner = [...each.filter((one) => one !== '').map((one) => `each ${one}`), ...choices.map(rangeOf)]
  return [...new Set([bounds.join(', '), ...inner].filter((one) => one !== ''))].join(', ')
}

function number(value: number): string {
  return value >= 1e5 ? value.toLocaleString('en') : String(value)
}

function descriptionOf({ description }: Schema): string[] {
  return description === undefined ? [] : [text(description), '']
}

function nameOf(reference: string): string {
  return reference.replace('#/$defs/', '')
}

function slug(title: string): string {
  return title.toLowerCase().replaceAll(' ', '-')
}

/** Outside code, `<` would begin a tag. */
function text(description: string): string {
  return description
    .split('`')
    .map((piece, index) =>
      index % 2 === 1 ? piece : piece.replace(/[<>{}]/g, (sign) => `&#${sign.charCodeAt(0)};`),
    )
    .join('`')
}

function code(text: string): string {
  return `\`${text}\``
}

/** A value as written in a scenario. */
function json(value: unknown): string {
  return code(JSON.stringify(value))
}
