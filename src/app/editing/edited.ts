/** Scenarios as edits leave them. Pure. */
import { parseScenario } from '../../core/model/parse.ts'
import type { Scenario } from '../../core/model/schema.ts'

/** The scenario that edits have made; values that are undefined are not there. */
export function editedScenario(edited: unknown): Scenario {
  return parseScenario(JSON.parse(JSON.stringify(edited)))
}
