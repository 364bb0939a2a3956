/** Completion and documentation in the text of a draft, from the schema. Pure. */
import { findNodeAtOffset, getLocation, getNodePath, getNodeValue, type Node, parseTree } from 'jsonc-parser'
import { nodeAt, type SchemaNode, show } from '../../core/model/path.ts'
import { namesFor } from './names.ts'
import {
  aboutOf,
  alternativesOf,
  bare,
  isObject,
  isOptional,
  type Keys,
  slotOf,
  startOf,
  startOfAlternative,
  valueIn,
  valuesText,
} from './schema.ts'
import { printed } from './text.ts'

export interface Proposal {
  readonly label: string
  /** The text to put in. */
  readonly apply: string
  readonly detail: string
  readonly info: string
  readonly type: 'property' | 'enum' | 'variable'
}

export interface Proposals {
  readonly from: number
  readonly to: number
  readonly options: readonly Proposal[]
}

/** Keys that are missing around a place in the text, or the values that it may have. */
export function proposalsAt(text: string, offset: number): Proposals | undefined {
  const { path, isAtPropertyKey, previousNode } = getLocation(text, offset)
  const keys = path.map(String)
  const tree = parseTree(text)
  const raw: unknown = tree && valueOf(tree)
  const isInside =
    previousNode !== undefined &&
    previousNode.type !== 'object' &&
    previousNode.type !== 'array' &&
    previousNode.offset <= offset &&
    offset <= previousNode.offset + previousNode.length
  const word = /[\w$-]*$/.exec(text.slice(0, offset))?.[0].length ?? 0
  const from = isInside ? previousNode.offset : offset - word
  const to = isInside ? previousNode.offset + previousNode.length : offset
  const options = isAtPropertyKey
    ? keyProposals(raw, keys.slice(0, -1), keys.at(-1) ?? '', text.slice(to))
    : valueProposals(raw, keys)
  return options.length === 0 ? undefined : { from, to, options }
}

/** @param behind - the text behind the key: without a colon a value is put in too, and a comma before another key */
function keyProposals(raw: unknown, around: Keys, own: string, behind: string): Proposal[] {
  const hasValue = !/^\s*:/.test(behind)
  const comma = /^\s*"/.test(behind) ? ',' : ''
  const node = nodeAt(raw, around)
  const given = valueIn(raw, around)
  const taken = new Set(isObject(given) ? Object.keys(given) : [])
  taken.delete(own)
  const give = giverOf(raw)
  const proposal = (key: string, slot: SchemaNode): Proposal => {
    const about = aboutOf(slot)
    const start = slot.type === 'optional' ? slot.default : startOf(slot, give)
    const value = hasValue ? `: ${printed(start, '  ').replace(/\s+/g, ' ')}${comma}` : ''
    return {
      label: `"${key}"`,
      apply: `"${key}"${value}`,
      detail: isOptional(slot) ? '' : 'required',
      info: [about.description, valuesText(slot)].filter((line) => line !== '').join(' '),
      type: 'property',
    }
  }
  if (node?.type === 'record' && node.value !== undefined) {
    const { names } = aboutOf(node)
    const { value } = node
    const known = names === undefined ? [] : namesFor(raw, names)
    return known.filter((name) => !taken.has(name)).map((name) => proposal(name, value))
  }
  // Of a variant without a kind, the key that chooses it.
  if (node?.type === 'variant' && node.key !== undefined) {
    const first = (node.options as readonly SchemaNode[])[0]?.entries?.[node.key]
    return first === undefined ? [] : [proposal(node.key, first)]
  }
  return Object.entries(node?.entries ?? {}).flatMap(([key, slot]) =>
    taken.has(key) ? [] : [proposal(key, slot)],
  )
}

function valueProposals(raw: unknown, keys: Keys): Proposal[] {
  const slot = slotOf(raw, keys)
  const discriminated = kindProposals(raw, keys)
  if (discriminated.length > 0) return discriminated
  if (slot === undefined) return []
  const about = aboutOf(slot)
  const give = giverOf(raw)
  if (bare(slot).type === 'string' && about.names !== undefined)
    return namesFor(raw, about.names).map((name) => ({
      label: `"${name}"`,
      apply: `"${name}"`,
      detail: about.names ?? '',
      info: about.description,
      type: 'variable' as const,
    }))
  if (bare(slot).type === 'boolean')
    return ['true', 'false'].map((word) => ({
      label: word,
      apply: word,
      detail: '',
      info: about.description,
      type: 'enum' as const,
    }))
  const alternatives = alternativesOf(slot)
  const isChoice = alternatives.length > 1 || 'word' in (alternatives[0] ?? {})
  return (isChoice ? alternatives : []).map((one) => ({
    label: 'word' in one ? show(one.word) : one.label,
    apply: printed(startOfAlternative(one, give), '  ').replace(/\s+/g, ' '),
    detail: '',
    info: one.description === '' ? about.description : one.description,
    type: 'enum' as const,
  }))
}

/** The kinds of the variant around a key that chooses it. */
function kindProposals(raw: unknown, keys: Keys): Proposal[] {
  const key = keys.at(-1)
  const slot = keys.length < 2 ? undefined : slotOf(raw, keys.slice(0, -1))
  if (slot === undefined || key === undefined) return []
  return alternativesOf(slot).flatMap(({ label, description, node }) =>
    bare(node).entries?.[key] !== undefined && bare(bare(node).entries![key]!).type === 'literal'
      ? [{ label: `"${label}"`, apply: `"${label}"`, detail: '', info: description, type: 'enum' as const }]
      : [],
  )
}

/** Gives the first name of a sort. */
function giverOf(raw: unknown): (names: Parameters<typeof namesFor>[1]) => string | undefined {
  return (names) => namesFor(raw, names)[0]
}

export interface Documentation {
  readonly from: number
  readonly to: number
  readonly lines: readonly string[]
}

/** The documentation of the value, or of the key, at a place in the text. */
export function documentationAt(text: string, offset: number): Documentation | undefined {
  const tree = parseTree(text)
  const node = tree && findNodeAtOffset(tree, offset)
  if (tree === undefined || node === undefined) return undefined
  const property = node.parent?.type === 'property' && node.parent.children?.[0] === node
  const keys = getNodePath(property ? (node.parent.children[1] ?? node) : node).map(String)
  if (keys.length === 0) return undefined
  const raw: unknown = valueOf(tree)
  const slot = slotOf(raw, keys)
  if (slot === undefined) return undefined
  const about = aboutOf(slot)
  const chosen = nodeAt(raw, keys)
  const own = chosen === undefined ? '' : aboutOf(chosen).description
  const lines = [keys.join('.'), about.description, own === about.description ? '' : own, valuesText(slot)]
  return { from: node.offset, to: node.offset + node.length, lines: lines.filter((line) => line !== '') }
}

function valueOf(tree: Node): unknown {
  return getNodeValue(tree) as unknown
}
