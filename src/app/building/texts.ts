/** The texts of a draft by the networks they have built, so that undo finds its text again. Pure. */
import { keysIn } from '../../core/model/path.ts'
import type { Scenario } from '../../core/model/schema.ts'
import { differences } from '../editing/undo.ts'
import { textOfScenario } from './draft.ts'
import { withValue } from './edits.ts'
import { valueIn } from './schema.ts'
import { patched } from './text.ts'

/** Texts that are kept, as many as there are steps to undo. */
const MOST_TEXTS = 200

export interface Texts {
  /** Keeps the text of a scenario in place of an earlier one. */
  keep(scenario: Scenario, text: string): void
  /** The last text of the same values. */
  of(scenario: Scenario): string | undefined
  clear(): void
}

export function createTexts(): Texts {
  let kept: { readonly scenario: Scenario; readonly text: string }[] = []
  const isOf =
    (scenario: Scenario) =>
    (one: { readonly scenario: Scenario }): boolean =>
      differences(one.scenario, scenario).length === 0
  return {
    keep(scenario, text) {
      const place = kept.findIndex(isOf(scenario))
      if (place >= 0) kept.splice(place, 1)
      kept.push({ scenario, text })
      if (kept.length > MOST_TEXTS) kept.shift()
    },
    of: (scenario) => kept.find(isOf(scenario))?.text,
    clear() {
      kept = []
    },
  }
}

/**
 * A text with the values that differ between two scenarios; new parts are written without what is so by default.
 * @param raw - the JSON of the text
 */
export function followed(text: string, raw: unknown, from: Scenario, to: Scenario): string {
  const short: unknown = JSON.parse(textOfScenario(to))
  let next = raw
  for (const { path, to: value } of differences(from, to)) {
    const keys = keysIn(path)
    next = withValue(next, keys, value === undefined ? undefined : (valueIn(short, keys) ?? value))
  }
  return patched(text, raw, next)
}
