/** What a scenario may write for an update, and what becomes of it. */
import { describe, expect, test } from 'vitest'
import { UPDATE_KINDS, updateKind, updateOf } from '../../../src/core/kinds/updates/table.ts'
import { checkScenario } from '../../../src/core/model/check.ts'
import { parseScenario } from '../../../src/core/model/parse.ts'
import { fieldAt, setPath } from '../../../src/core/model/path.ts'
import { runningPaths } from '../../../src/core/model/running.ts'
import type { ScenarioInput } from '../../../src/core/model/schema.ts'

const scenario = (update?: unknown, tau = 1): ScenarioInput => ({
  version: 1,
  time: { dt: 1, ticks: 1 },
  neurons: {
    v: {
      size: 3,
      lagrangian: { kind: 'tanh' },
      tau,
      ...(update === undefined ? {} : { update: update as 'one' }),
    },
  },
})

describe('neurons.NAME.update', () => {
  test.each(UPDATE_KINDS)('%s is what it is written as', (kind) => {
    const update = updateOf(kind)
    expect(updateKind(update)).toBe(kind)
    expect(parseScenario(scenario(update)).neurons.v?.update).toEqual(update)
  })

  test('is all where nothing is said', () => {
    expect(parseScenario(scenario()).neurons.v?.update).toBe('all')
  })

  test.each([
    ['some', 'neurons.v.update: must be "all", "one", "cycle" or an object {"probability": ...}, not "some"'],
    [{ probability: 0 }, 'neurons.v.update.probability: must be a number > 0 and <= 1, not 0'],
    [{ probability: 1.5 }, 'neurons.v.update.probability: must be a number > 0 and <= 1, not 1.5'],
    [{ chance: 0.5 }, 'neurons.v.update.chance: unknown key'],
    [{}, 'neurons.v.update.probability: is missing'],
  ])('%j is refused in one line that names what may stand there', (update, line) => {
    expect(() => parseScenario(scenario(update))).toThrow(line)
  })

  test('of an adiabatic layer is all', () => {
    expect(() => checkScenario(parseScenario(scenario({ probability: 0.5 }, 0)))).toThrow(
      'neurons.v.update: is {"probability":0.5}, but an adiabatic layer (tau 0) follows its input in every tick; ' +
        'leave it out or set tau above 0',
    )
  })

  test('its probability is a number like any other: it may change while the network runs, and has a slider', () => {
    const path = 'neurons.v.update.probability'
    const parsed = parseScenario(scenario({ probability: 0.5 }))
    expect(runningPaths(parsed)).toContain(path)
    expect(runningPaths(parseScenario(scenario('one')))).not.toContain(path)
    expect(fieldAt(parsed, path)).toMatchObject({ kind: 'number', control: { min: 0.01, max: 1 } })
    expect(setPath(scenario({ probability: 0.5 }), `${path}=0.25`)).toMatchObject(
      scenario({ probability: 0.25 }),
    )
  })
})
