/** The scenario that a try of a lesson starts. */
import { ModelError } from '../errors.ts'
import { setValue } from './path.ts'
import { parseScenario } from './parse.ts'
import type { Scenario, Try } from './schema.ts'

/**
 * The scenario that a try starts: that of the lesson with the values of the try. Claims of the try take the place of those of the
 * scenario.
 * @throws ModelError for a path that does not exist, with the nearest, or a value that does not fit
 */
export function scenarioOfTry(scenario: Scenario, { set, expect }: Pick<Try, 'set' | 'expect'>): Scenario {
  const changed = withValues(scenario, set)
  return expect === undefined ? changed : { ...changed, expect }
}

/**
 * The scenario with the values of a try; the rest stays.
 * @throws ModelError as `scenarioOfTry`
 */
export function withValues(scenario: Scenario, set: Try['set']): Scenario {
  let target: unknown = scenario
  for (const [path, value] of Object.entries(set)) {
    if (/^(lesson|version)(\.|$)/.test(path))
      throw new ModelError('a try cannot change this; leave it out', { path })
    target = setValue(target, path, value ?? undefined)
  }
  // Without what has been removed.
  return parseScenario(JSON.parse(JSON.stringify(target)))
}
