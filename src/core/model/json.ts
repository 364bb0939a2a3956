import { parse, printParseErrorCode, visit, type ParseError } from 'jsonc-parser'
import { ModelError } from '../errors.ts'

/** Most brackets inside one another; a scenario has some ten. */
const MOST_DEPTH = 100

/**
 * Parses JSON, strictly: no comments, no trailing commas, no key twice in one object, brackets at most 100 deep.
 * @throws ModelError with line and column (from 1) of the first mistake
 */
export function parseJson(text: string, file?: string): unknown {
  const json = text.replace(/^\uFEFF/, '')
  const place = file === undefined ? {} : { file }
  const deep = tooDeep(json)
  if (deep !== undefined) {
    throw new ModelError(
      `is no scenario: its brackets are more than ${MOST_DEPTH} deep at ${position(json, deep)}; correct it there`,
      place,
    )
  }
  let value: unknown
  try {
    value = JSON.parse(json)
  } catch {
    // JSON.parse decides; jsonc-parser knows where.
    const errors: ParseError[] = []
    parse(json, errors, { disallowComments: true, allowTrailingComma: false })
    const { offset, error } = errors[0] ?? { offset: json.length, error: undefined }
    const what = error === undefined ? 'invalid syntax' : words(printParseErrorCode(error))
    throw new ModelError(
      `broken JSON at ${position(json, offset)}: ${what}; correct it there or just before`,
      place,
    )
  }
  const twice = duplicate(json)
  if (twice !== undefined) {
    const where = position(json, twice.offset)
    throw new ModelError(
      `key "${twice.key}" stands twice in one object, again at ${where}; remove or rename one`,
      place,
    )
  }
  return value
}

/** Where brackets are too deep for parsers that call themselves; undefined where they are not. */
function tooDeep(json: string): number | undefined {
  let depth = 0
  // Brackets in a text are none.
  for (const { 0: token, index } of json.matchAll(/"(?:[^"\\]|\\.)*"|[[{\]}]/gs)) {
    if (token === '[' || token === '{') depth++
    else if (token === ']' || token === '}') depth--
    if (depth > MOST_DEPTH) return index
  }
  return undefined
}

/** JSON.parse keeps the last of equal keys and says nothing: a copied layer would vanish. */
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
