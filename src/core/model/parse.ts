/** From parsed JSON to a scenario: the schema, and one line for a value that does not fit. */
import * as v from 'valibot'
import { ModelError, type Place } from '../errors.ts'
import {
  expected,
  keysOf,
  kindOf,
  list,
  namesAt,
  nodeAt,
  otherKindsKeys,
  type SchemaNode,
  show,
  valueAt,
} from './path.ts'
import { hint, suggestion } from '../suggestion.ts'
import { absentNumbers } from '../kinds/rules/table.ts'
import { scenarioSchema, type Scenario } from './schema.ts'
import { isHyperedgeSpec } from './specs.ts'

/**
 * Checks parsed JSON against the schema and fills in every default. `checkScenario` checks combinations of
 * values, `resolveModel` the pattern files.
 * @throws ModelError for the first value that does not fit, or for an unknown key before all others
 */
export function parseScenario(raw: unknown, file?: string): Scenario {
  requireOwnNames(raw, file)
  const result = v.safeParse(scenarioSchema, raw)
  if (result.success) return withRuleNumbers(result.output)
  const issues = result.issues.map((issue) => innermost(issue))
  // If a key is misspelt, the right key is missing too; the misspelling is reported.
  const issue = issues.find(isUnknownKey) ?? innermost(result.issues[0])
  throw new ModelError(explain(issue, raw), placeOf(issue.keys, file))
}

/**
 * Checks one number of a scenario as `parseScenario` would.
 * @throws ModelError without the value, which the caller adds
 */
export function checkNumber(scenario: Scenario, path: string, value: number): void {
  const node = nodeAt(scenario, path.split('.'))
  if (node === undefined) throw new Error(`the schema has no ${path}`)
  const result = v.safeParse(node as unknown as v.GenericSchema, value)
  if (result.success) return
  const [{ type, message }] = result.issues
  throw new ModelError(type === 'check' ? message : `must be ${expected(node)}`, { path })
}

/** Fills in the numbers of rules, whose defaults depend on the rule. */
function withRuleNumbers(scenario: Scenario): Scenario {
  const memories = Object.entries(scenario.memories).map(([name, spec]) => [
    name,
    isHyperedgeSpec(spec) ? spec : { ...spec, ...absentNumbers(spec) },
  ])
  return { ...scenario, memories: Object.fromEntries(memories) as Scenario['memories'] }
}

/** Names of built-in properties of JavaScript objects; valibot silently omits entries with these names. */
const RESERVED = ['constructor', 'prototype', '__proto__']

/** Refuses reserved names anywhere in a scenario. */
function requireOwnNames(raw: unknown, file?: string, path: readonly string[] = []): void {
  if (typeof raw !== 'object' || raw === null) return
  for (const name of RESERVED) {
    if (!Object.hasOwn(raw, name)) continue
    throw new ModelError(
      `the name \`${name}\` is reserved; choose another, such as \`${name.replaceAll('_', '')}1\``,
      placeOf([...path, name], file),
    )
  }
  for (const [key, value] of Object.entries(raw)) requireOwnNames(value, file, [...path, key])
}

/** The most letters of a key in a printed path. */
const MOST_SHOWN = 60

function placeOf(keys: readonly string[], file: string | undefined): Place {
  const shown = keys.map((key) => (key.length > MOST_SHOWN ? `${key.slice(0, MOST_SHOWN - 3)}...` : key))
  return { path: shown.join('.'), ...(file === undefined ? {} : { file }) }
}

interface Found {
  readonly issue: v.BaseIssue<unknown>
  readonly keys: readonly string[]
}

/** Selects the intended option of a union: the first in which a part fits; its error is then inside. */
function innermost(issue: v.BaseIssue<unknown>, above: readonly string[] = []): Found {
  const keys = [...above, ...(issue.path ?? []).map((item) => String(item.key))]
  const inner = (issue.issues ?? [])
    .filter((sub) => sub.path !== undefined)
    .map((sub) => innermost(sub, keys))
  // For a list that is too long, the option with the longest list applies.
  const first = inner.find((one) => !isSurplus(one)) ?? inner.at(-1)
  return inner.find(isUnknownKey) ?? first ?? { issue, keys }
}

function isSurplus({ issue }: Found): boolean {
  return issue.type === 'strict_tuple' && issue.expected === 'never'
}

function isUnknownKey({ issue }: Found): boolean {
  return issue.type === 'strict_object' && issue.expected === 'never'
}

function explain(found: Found, raw: unknown): string {
  const { issue, keys } = found
  if (isUnknownKey(found)) return unknownKey(keys, raw)
  if (issue.type === 'regex' || issue.type === 'check') {
    const [reason, ...remedies] = issue.message.split('; ')
    return [`${reason}, not ${show(issue.input)}`, ...remedies].join('; ')
  }
  if (issue.type === 'max_length') return issue.message
  if (issue.type === 'min_length') return 'must not be empty'
  if (issue.type === 'min_entries') return 'must have at least one entry'
  if (isSurplus(found)) return `${show(issue.input)} is one too many; leave it out`
  const node = nodeAt(raw, keys)
  const options = node?.type === 'picklist' ? (node.options as readonly string[]) : discriminators(keys, raw)
  const wanted =
    options.length > 0 ? list(options.map(show)) : node === undefined ? issue.expected : expected(node)
  if (issue.input === undefined) return `is missing; must be ${wanted}`
  const hint =
    typeof issue.input === 'string' ? hintFor(issue.input, keys, raw, options) : sharedHint(keys, raw)
  return `must be ${wanted}, not ${show(issue.input)}${hint || remedyAt(node)}`
}

/** The remedy of the schema for a value of another type. */
function remedyAt(node: SchemaNode | undefined): string {
  const nodes = [node, ...((node?.type === 'union' ? node.options : []) as readonly SchemaNode[])]
  const remedy = nodes.flatMap((one) => one?.pipe ?? []).find(({ metadata }) => metadata?.remedy)
  return remedy === undefined ? '' : `; ${remedy.metadata?.remedy}`
}

/** The reason why a number of a Lagrangian of the whole layer cannot be a row. */
function sharedHint(keys: readonly string[], raw: unknown): string {
  const [group, , part, key] = keys
  if (group !== 'neurons' || part !== 'lagrangian' || key === undefined) return ''
  const row = valueAt(raw, keys.join('.'))
  const kind = valueAt(raw, [...keys.slice(0, -1), 'kind'].join('.'))
  return typeof row === 'object' && row !== null && 'kind' in row
    ? `; the neurons of a ${String(kind)} layer share one ${key}`
    : ''
}

/** The remedy for a wrong word: a word in place of an object, an object in place of the word, or the nearest name. */
function hintFor(word: string, keys: readonly string[], raw: unknown, options: readonly string[]): string {
  const here = namesAt(raw, keys)
  if (here.words.length > 0 && here.kinds.includes(word))
    return `; write "${keys.at(-1)}": {"kind": "${word}", ...}`
  const place = keys.slice(0, -1)
  const around = discriminators(keys, raw).length > 0 ? namesAt(raw, place).words : []
  if (around.includes(word)) return `; write "${place.at(-1)}": "${word}"`
  const known = [...options, ...around]
  if (options.length === 0 && here.words.length > 0) known.push(...here.words, ...here.kinds)
  return hint(word, known)
}

/** The possible kinds, if the path ends at the key that distinguishes variants. */
function discriminators(keys: readonly string[], raw: unknown): string[] {
  const parent = nodeAt(raw, keys.slice(0, -1))
  if (parent?.type !== 'variant' || parent.key !== keys.at(-1)) return []
  return (parent.options as readonly SchemaNode[]).map((option) => String(kindOf(option, parent.key)))
}

function unknownKey(keys: readonly string[], raw: unknown): string {
  const key = keys.at(-1) as string
  const parent = keys.slice(0, -1)
  const node = nodeAt(raw, parent)
  if (otherKindsKeys(raw, parent).includes(key)) {
    const known = node === undefined ? [] : keysOf(node)
    return `has no meaning here; leave it out (known here: ${known.join(', ')})`
  }
  return `unknown key${suggestion(key, node === undefined ? [] : keysOf(node))}`
}
