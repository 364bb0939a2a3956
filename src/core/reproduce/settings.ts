/** Changes of the scenarios of an experiment by `--set path=value`. */
import { ModelError } from '../errors.ts'
import { parseScenario } from '../model/parse.ts'
import { setPath, valueAt } from '../model/path.ts'
import type { ScenarioInput } from '../model/schema.ts'
import { suggestion } from '../suggestion.ts'

export interface Settings {
  /**
   * The scenario with each value that it has set.
   * @throws ModelError for an assignment or a value that cannot be read
   */
  readonly change: (scenario: ScenarioInput) => ScenarioInput
  /** @throws ModelError for a path that no scenario so far had, with the nearest paths */
  readonly check: () => void
}

/** @param assignments - `path=value`, as for `engram run --set` */
export function settingsOf(id: string, assignments: readonly string[]): Settings {
  const missing = new Set(assignments)
  const known = new Set<string>()
  return {
    change(scenario) {
      // With its defaults.
      const whole: unknown = parseScenario(scenario)
      for (const path of pathsOf(whole)) known.add(path)
      const changed = assignments.reduce((before: unknown, assignment) => {
        const equals = assignment.indexOf('=')
        const path = assignment.slice(0, Math.max(0, equals)).trim()
        if (equals > 0 && valueAt(whole, path) === undefined) return before
        missing.delete(assignment)
        return setPath(before, assignment)
      }, scenario) as ScenarioInput
      // JSON, which a scenario becomes, has no Infinity to name.
      if (changed !== scenario) parseScenario(changed)
      return changed
    },
    check() {
      const [first] = missing
      if (first === undefined) return
      const path = first.slice(0, first.indexOf('=')).trim()
      throw new ModelError(`no scenario of ${id} has \`${path}\`${suggestion(path, [...known])}`, {
        path: '--set',
      })
    },
  }
}

/** The paths of all values, and of the objects around them. */
function pathsOf(value: unknown): string[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return []
  return Object.entries(value).flatMap(([key, inner]) => [
    key,
    ...pathsOf(inner).map((path) => `${key}.${path}`),
  ])
}
