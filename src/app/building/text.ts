/** The text of a draft: printed once, then changed only where the draft changes. Pure. */
import { findNodeAtLocation, type JSONPath, type Node, parseTree } from 'jsonc-parser'
// Not from the index, which the first script of the page has: it would have these too.
import { applyEdit, setProperty } from 'jsonc-parser/lib/esm/impl/edit.js'
import { isObject, type Keys } from './schema.ts'

const WIDTH = 100
const INDENT = '  '

/** JSON with short objects and lists on one line, as scenario files are written. */
export function printed(value: unknown, indent = ''): string {
  const flat = oneLine(value)
  if (typeof value !== 'object' || value === null) return flat
  const isShort = indent.length + flat.length <= WIDTH && (Array.isArray(value) || !holdsObjects(value))
  if (isShort && !(isObject(value) && indent === '')) return flat
  const inner = indent + INDENT
  if (Array.isArray(value) && value.every((one) => typeof one !== 'object' || one === null))
    return `[\n${filled(value, inner)}\n${indent}]`
  const lines = Array.isArray(value)
    ? value.map((one: unknown) => inner + printed(one, inner))
    : Object.entries(value).map(
        ([key, one]) => `${inner}${JSON.stringify(key)}: ${printed(one as unknown, inner)}`,
      )
  const [open, close] = Array.isArray(value) ? '[]' : '{}'
  return lines.length === 0 ? `${open}${close}` : `${open}\n${lines.join(',\n')}\n${indent}${close}`
}

function oneLine(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(oneLine).join(', ')}]`
  if (!isObject(value)) return JSON.stringify(value)
  const entries = Object.entries(value).map(([key, one]) => `${JSON.stringify(key)}: ${oneLine(one)}`)
  return entries.length === 0 ? '{}' : `{ ${entries.join(', ')} }`
}

function holdsObjects(value: object): boolean {
  return Object.values(value).some((one: unknown) => isObject(one) && Object.keys(one).length > 2)
}

/** Numbers, as many in a line as there is room for. */
function filled(values: readonly unknown[], indent: string): string {
  const lines: string[] = []
  let line = ''
  values.forEach((value, index) => {
    const word = `${JSON.stringify(value)}${index === values.length - 1 ? '' : ','}`
    if (line !== '' && indent.length + line.length + word.length + 1 > WIDTH) {
      lines.push(indent + line)
      line = ''
    }
    line = line === '' ? word : `${line} ${word}`
  })
  return [...lines, indent + line].join('\n')
}

/** The text of one draft turned into that of another: what stays equal keeps its layout, its order and its comments. */
export function patched(text: string, from: unknown, to: unknown): string {
  let next = text
  const set = (keys: Keys, value: unknown): void => {
    const path = pathOf(next, keys)
    if (value === undefined) {
      next = edited(next, path, undefined)
      return
    }
    // A new place first gets null, whose layout is right; then its value in our own layout.
    const found = nodeIn(next, path)
    if (found === undefined) next = edited(next, path, null)
    const node = found ?? nodeIn(next, path)
    if (node === undefined) return
    const line = next.lastIndexOf('\n', node.offset) + 1
    const indent = /^[ \t]*/.exec(next.slice(line))?.[0] ?? ''
    next = next.slice(0, node.offset) + printed(value, indent) + next.slice(node.offset + node.length)
  }
  const walk = (before: unknown, after: unknown, keys: Keys): void => {
    if (Object.is(before, after)) return
    if (Array.isArray(before) && Array.isArray(after) && before.length === after.length) {
      before.forEach((one: unknown, index) => walk(one, after[index], [...keys, String(index)]))
      return
    }
    if (!isObject(before) || !isObject(after)) {
      if (JSON.stringify(before) !== JSON.stringify(after)) set(keys, after)
      return
    }
    let old = before
    const moved = renamedKey(before, after)
    if (moved !== undefined) {
      const [name, now] = moved
      const key = nodeIn(next, pathOf(next, [...keys, name]))?.parent?.children?.[0]
      if (key !== undefined)
        next = next.slice(0, key.offset) + JSON.stringify(now) + next.slice(key.offset + key.length)
      old = Object.fromEntries(
        Object.entries(before).map(([one, value]) => [one === name ? now : one, value]),
      )
    }
    for (const key of Object.keys(old)) if (!Object.hasOwn(after, key)) set([...keys, key], undefined)
    for (const [key, value] of Object.entries(after))
      if (value === undefined) continue
      else if (Object.hasOwn(old, key)) walk(old[key], value, [...keys, key])
      else set([...keys, key], value)
  }
  walk(from, to, [])
  return next
}

/** The one key of an object that has another name in its place; undefined if more has changed. */
function renamedKey(
  before: Readonly<Record<string, unknown>>,
  after: Readonly<Record<string, unknown>>,
): readonly [string, string] | undefined {
  const [old, now] = [Object.keys(before), Object.keys(after)]
  if (old.length !== now.length) return undefined
  const places = old.flatMap((key, index) => (key === now[index] ? [] : [index]))
  const [place] = places
  if (place === undefined || places.length > 1 || old.includes(now[place]!)) return undefined
  return [old[place]!, now[place]!]
}

const FORMAT = { formattingOptions: { insertSpaces: true, tabSize: INDENT.length, eol: '\n' } }

function nodeIn(text: string, path: JSONPath): Node | undefined {
  const tree = parseTree(text)
  return tree && findNodeAtLocation(tree, path)
}

/** Keys as a path of jsonc-parser, in which places in a list are numbers. */
function pathOf(text: string, keys: Keys): JSONPath {
  const tree = parseTree(text)
  const path: (string | number)[] = []
  for (const key of keys) {
    const around = tree && (path.length === 0 ? tree : findNodeAtLocation(tree, path))
    path.push(around?.type === 'array' ? Number(key) : key)
  }
  return path
}

/**
 * Start and end in the text of the value at some keys, or of the smallest part around it that there is.
 * @param isName - the last key itself, not its value
 */
export function spanOf(text: string, keys: Keys, isName = false): readonly [number, number] {
  for (let length = keys.length; length > 0; length--) {
    const node = nodeIn(text, pathOf(text, keys.slice(0, length)))
    if (node === undefined) continue
    const key = node.parent?.type === 'property' ? node.parent.children?.[0] : undefined
    // A whole entry is marked by its name.
    if (key !== undefined && (isName || length < keys.length || node.type === 'object'))
      return [key.offset, key.offset + key.length]
    return [node.offset, node.offset + node.length]
  }
  return [0, 0]
}

/** The text with a value in a place. */
function edited(text: string, path: JSONPath, value: null | undefined): string {
  return setProperty(text, path, value, FORMAT)
    .sort((a, b) => b.offset - a.offset)
    .reduce(applyEdit, text)
}
