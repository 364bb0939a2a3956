/** Loads a model from the text of a scenario file, in one call. */
import { checkObject, checkText, checkTexts } from './arguments.ts'
import { parseJson } from './json.ts'
import type { Model } from './model.ts'
import { parseScenario } from './parse.ts'
import { setValue } from './path.ts'
import { type ResolveOptions, resolveModel } from './resolve.ts'
import { checkSeed, withAssignments } from './variation.ts'

export interface LoadOptions {
  /** Assignments `path=value`, applied in order before validation. */
  readonly set?: readonly string[]
  /**
   * Values that vary by replica, as `path=from:to:steps`, `path=from:to:steps:log` or `path=0.1,0.2`; applied
   * after `set`, except for parts of `replicas`.
   */
  readonly vary?: readonly string[]
  readonly seed?: number
  readonly ticks?: number
  /** Allows pattern files outside the folder of the scenario. */
  readonly allowOutside?: boolean
}

/**
 * Parses, validates and resolves a scenario.
 * @param text - JSON
 * @param options - `file` names it in errors, `read` gets the bytes of a pattern file
 * @throws ModelError for the first error, also in an option, with file, JSON path, value and remedy
 */
export async function loadModel(text: string, options: LoadOptions & ResolveOptions): Promise<Model> {
  checkText('loadModel', text)
  checkObject(
    'loadModel',
    options,
    'read',
    'options with a function `read`, which gets the bytes of a pattern file',
  )
  checkTexts('the option `set`', options.set)
  checkTexts('the option `vary`', options.vary)
  let raw = withAssignments(parseJson(text, options.file), options.set ?? [], options.vary)
  if (options.seed !== undefined) raw = setValue(raw, 'seed', options.seed)
  if (options.ticks !== undefined) raw = setValue(raw, 'time.ticks', options.ticks)
  const scenario = parseScenario(raw, options.file)
  if (options.seed !== undefined) checkSeed(scenario)
  return resolveModel(scenario, options)
}
