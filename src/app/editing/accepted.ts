import { checkScenario } from '../../core/model/check.ts'
import { parseScenario } from '../../core/model/parse.ts'

/** True if this is a valid scenario; its files are not read. */
export function isAccepted(raw: unknown): boolean {
  try {
    checkScenario(parseScenario(raw))
    return true
  } catch {
    return false
  }
}
