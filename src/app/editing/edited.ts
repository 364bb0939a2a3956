/** Scenarios after edits. Pure. */
import { parseScenario } from '../../core/model/parse.ts'
import type { Scenario } from '../../core/model/schema.ts'

/** The scenario after edits, without undefined values. */
export function editedScenario(edited: unknown): Scenario {
  return parseScenario(JSON.parse(JSON.stringify(edited)))
}
