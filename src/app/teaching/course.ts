/** Whether a run goes as its lesson tells: which try is on, and what was changed since it began. */
import { setValue } from '../../core/model/path.ts'
import type { Scenario } from '../../core/model/schema.ts'
import { editedScenario } from '../editing/edited.ts'
import { differences } from '../editing/undo.ts'
import { changesText } from './changes.ts'
import type { Try } from './lessons.ts'

export interface Course {
  /** The try that is on. */
  readonly begun: Try | undefined
  /** The run is no longer as told. */
  readonly isOff: boolean
  /** What says so, to be shown while it is. */
  readonly offText: string
  /** @param shipped - the scenario that the lesson is about; absent where there is none */
  open(scenario: Scenario, shipped: Scenario | undefined): void
  /** The values of the open scenario have changed. */
  update(scenario: Scenario): void
  /** Starts the run anew with a try, or with the values as they were shipped. */
  start(wanted: Try | undefined): void
  /** To be called once a frame. @param tick - where the run is */
  at(tick: number): void
}

/**
 * @param begin - starts the run anew with the values of a scenario; resolves to false when it is refused
 * @param changed - called when something else is to be shown
 */
export function createCourse(begin: (scenario: Scenario) => Promise<boolean>, changed: () => void): Course {
  let shown: Scenario | undefined
  let shipped: Scenario | undefined
  let begun: Try | undefined
  let isOff = false
  let offText = ''
  /** Starts that are on their way. */
  let starting = 0
  let isChanged = false
  /** Ticks have passed with other values than those told of. */
  let isOffCourse = false

  const refresh = (): void => {
    isOff = false
    isChanged = false
    if (shipped !== undefined && shown !== undefined && starting === 0) {
      // Undone, a try is no longer on.
      if (begun !== undefined && differences(shipped, shown).length === 0) {
        begun = undefined
        isOffCourse = true
      }
      const found = differences(targetOf(shipped, begun), shown)
      isChanged = found.length > 0
      isOff = isChanged || isOffCourse
      offText = isChanged
        ? `Differs from the text. Changed: ${changesText(found)}.`
        : 'Differs from the text: values were changed during this run and set back.'
    }
    changed()
  }

  return {
    get begun() {
      return begun
    },
    get isOff() {
      return isOff
    },
    get offText() {
      return offText
    },
    open(scenario, origin) {
      shown = scenario
      shipped = origin
      begun = undefined
      isOffCourse = false
      refresh()
    },
    update(scenario) {
      shown = scenario
      refresh()
    },
    start(wanted) {
      if (shipped === undefined) return
      const from = shipped
      const before = begun
      begun = wanted
      starting++
      isOffCourse = false
      refresh()
      void begin(targetOf(from, wanted))
        .then((done) => {
          if (!done && shipped === from && begun === wanted) begun = before
        })
        .finally(() => {
          starting--
          refresh()
        })
    },
    at(tick) {
      const isLeft = tick > 0 && (isOffCourse || isChanged)
      if (isLeft === isOffCourse || starting > 0) return
      isOffCourse = isLeft
      refresh()
    },
  }
}

/** The shipped scenario with the values of a try. */
function targetOf(scenario: Scenario, wanted: Try | undefined): Scenario {
  let target: unknown = scenario
  for (const [path, value] of Object.entries(wanted?.set ?? {})) target = setValue(target, path, value)
  return editedScenario(target)
}
