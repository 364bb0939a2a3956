/** The values with which the ticks of a run were computed, since tick 0. Pure. */
import type { Scenario } from '../../core/model/schema.ts'

/** Values that were in force from a tick on. */
export interface Era {
  readonly tick: number
  readonly scenario: Scenario
}

export interface Past {
  /** The eras with at least one tick, or the present one; the oldest first. @param tick - the present tick */
  until(tick: number): readonly [Era, ...Era[]] | undefined
  /** A run begins. */
  begin(scenario: Scenario, tick: number): void
  /** A run goes on that was left. @param left - its eras then */
  resume(left: readonly Era[]): void
  /** Other values are in force. @param tick - number of ticks before */
  changed(scenario: Scenario, tick: number): void
}

export function createPast(): Past {
  let eras: Era[] = []
  return {
    until(tick) {
      const [first, ...later] = eras
      return first && [first, ...later.filter((era) => era.tick < tick)]
    },
    begin(scenario, tick) {
      eras = [{ tick, scenario }]
    },
    resume(left) {
      eras = [...left]
    },
    changed(scenario, tick) {
      // An era without a tick has computed nothing.
      eras = [...eras.filter((era) => era.tick < tick), { tick, scenario }]
    },
  }
}
