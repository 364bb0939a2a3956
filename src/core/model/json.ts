import { parse, printParseErrorCode, visit, type ParseError } from 'jsonc-parser'
import { ModelError, type Place } from '../errors.ts'
import { show } from './path.ts'

/** Largest depth of brackets; a scenario has about ten. */
const MOST_DEPTH = 100

/** Definition of a scenario, for error messages. */
export const SCENARIO = 'a scenario is a JSON object, such as {"version": 1, "time": {...}, "neurons": {...}}'

/**
 * Parses the JSON of a scenario, strictly: an object, no comments, no trailing commas, no key twice in one object, brackets
 * at most 100 deep.
 * @throws ModelError with line and column (from 1) of the first mistake, or with the kind of value found instead
 *   of an object
 */
export function parseJson(text: string, file?: string): unknown {
  const json = text.replace(/^\uFEFF/, '')
  const place = file === undefined ? {} : { file }
  if (/^(\0|[^\0]\0)/.test(json)) throw unmarked(place)
  if (json.trim() === '') throw new ModelError(`is empty; ${SCENARIO}`, place)
  const deep = tooDeep(json)
  if (deep !== undefined) {
    throw new ModelError(
      `is not a scenario: its brackets are more than ${MOST_DEPTH} deep at ${position(json, deep)}; correct it there`,
      place,
    )
  }
  let value: unknown
  try {
    value = JSON.parse(json)
  } catch {
    // JSON.parse finds the error, jsonc-parser its position.
    const errors: ParseError[] = []
    parse(json, errors, { disallowComments: true, allowTrailingComma: false })
    const { offset, error } = errors[0] ?? { offset: json.length, error: undefined }
    const what = error === undefined ? 'invalid syntax' : words(printParseErrorCode(error))
    throw new ModelError(
      `broken JSON at ${position(json, offset)}: ${what}; correct it there or just before`,
      place,
    )
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new ModelError(`is ${kindOf(value)}, not a scenario; ${SCENARIO}`, place)
  const twice = duplicate(json)
  if (twice !== undefined) {
    const where = position(json, twice.offset)
    throw new ModelError(
      `key "${twice.key}" occurs twice in one object, again at ${where}; remove or rename one`,
      place,
    )
  }
  return value
}

/** UTF-16 has a zero byte in every letter of JSON; without a mark its byte order is unknown. */
function unmarked(place: Place): ModelError {
  return new ModelError('is UTF-16 without a byte order mark, or not a text; save it as UTF-8', place)
}

/** The kind of a JSON value that is not an object, with the value if short. */
function kindOf(value: unknown): string {
  if (value === null) return 'the JSON value null'
  if (Array.isArray(value))
    return `a JSON list of ${value.length} ${value.length === 1 ? 'entry' : 'entries'}`
  return `the JSON ${typeof value} ${show(value)}`
}

/** Position at which brackets are too deep for recursive parsers; undefined if there is none. */
function tooDeep(json: string): number | undefined {
  let depth = 0
  // Brackets inside a string do not count.
  for (const { 0: token, index } of json.matchAll(/"(?:[^"\\]|\\.)*"|[[{\]}]/gs)) {
    if (token === '[' || token === '{') depth++
    else if (token === ']' || token === '}') depth--
    if (depth > MOST_DEPTH) return index
  }
  return undefined
}

/** JSON.parse silently keeps the last of equal keys: a copied layer would be lost. */
function duplicate(json: string): { key: string; offset: number } | undefined {
  const open: Set<string>[] = []
  let found: { key: string; offset: number } | undefined
  visit(json, {
    onObjectBegin: () => void open.push(new Set()),
    onObjectEnd: () => void open.pop(),
    onObjectProperty: (key, offset) => {
      const keys = open.at(-1)
      if (keys?.has(key)) found ??= { key, offset }
      keys?.add(key)
    },
  })
  return found
}

function position(json: string, offset: number): string {
  const lines = json.slice(0, offset).split('\n')
  return `line ${lines.length}, column ${(lines.at(-1) ?? '').length + 1}`
}

/** `CommaExpected` as `comma expected`. */
function words(name: string): string {
  return name.replace(/([a-z])([A-Z])/g, '$1 $2').toLowerCase()
}
