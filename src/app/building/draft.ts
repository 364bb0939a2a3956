/** Reads the text of a draft as the command line reads a file. Pure. */
import { parse, type ParseError } from 'jsonc-parser'
import { ModelError } from '../../core/errors.ts'
import { checkScenario } from '../../core/model/check.ts'
import { parseJson } from '../../core/model/json.ts'
import { keysIn } from '../../core/model/path.ts'
import { parseScenario } from '../../core/model/parse.ts'
import type { Scenario } from '../../core/model/schema.ts'
import { withoutDefaults } from './defaults.ts'
import type { Keys } from './schema.ts'
import { printed, spanOf } from './text.ts'

/** A mistake, and its place in the text. */
export interface Fault {
  readonly message: string
  /** Absent where the text is no JSON. */
  readonly keys?: Keys
  readonly from: number
  readonly to: number
}

export interface Reading {
  /** The parsed JSON; absent if the text is none. */
  readonly raw?: unknown
  /** The scenario, if it is valid as far as can be told without its files. */
  readonly scenario?: Scenario
  readonly fault?: Fault
}

export function readDraft(text: string): Reading {
  let raw: unknown
  try {
    raw = parseJson(text)
  } catch (error) {
    return { fault: faultOf(text, error) }
  }
  try {
    const scenario = parseScenario(raw)
    checkScenario(scenario)
    return { raw, scenario }
  } catch (error) {
    return { raw, fault: faultOf(text, error) }
  }
}

/**
 * The message of the command line, and its place in the text.
 * @throws the error itself, if it is none of the input's
 */
export function faultOf(text: string, error: unknown): Fault {
  if (!(error instanceof ModelError)) throw error
  const { path } = error.place
  const message = new ModelError(error.reason, path === undefined ? {} : { path }).message
  if (path === undefined || path === '') {
    const errors: ParseError[] = []
    parse(text, errors, { disallowComments: true, allowTrailingComma: false })
    const [first] = errors
    return first === undefined
      ? { message, from: 0, to: 0 }
      : { message, from: first.offset, to: first.offset + first.length }
  }
  const keys = keysIn(path)
  // An unknown key is wrong by its name, whatever its value.
  const [from, to] = spanOf(text, keys, /^(unknown key|has no meaning here)/.test(error.reason))
  return { message, keys, from, to }
}

/** The text of a scenario, without what is so by default. */
export function textOfScenario(scenario: Scenario): string {
  return `${printed(withoutDefaults(scenario))}\n`
}
