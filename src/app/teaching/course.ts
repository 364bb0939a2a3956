/** Whether a run follows its lesson: the active try, and the changes since its start. */
import { setValue } from '../../core/model/path.ts'
import type { Scenario } from '../../core/model/schema.ts'
import { editedScenario } from '../editing/edited.ts'
import { differences } from '../editing/undo.ts'
import { changesText } from './changes.ts'
import type { Try } from './lessons.ts'

export interface Course {
  /** The active try. */
  readonly begun: Try | undefined
  /** True if the run differs from the text. */
  readonly isOff: boolean
  /** The notice for this case. */
  readonly offText: string
  /** @param shipped - the scenario of the lesson; absent if there is none */
  open(scenario: Scenario, shipped: Scenario | undefined): void
  /** The values of the open scenario have changed. */
  update(scenario: Scenario): void
  /** Starts the run again with a try, or with the shipped values. */
  start(wanted: Try | undefined): void
  /** Call once in each frame. @param tick - the present tick */
  at(tick: number): void
}

/**
 * @param begin - starts the run again with the values of a scenario; resolves to false if it is refused
 * @param changed - called when the display must change
 */
export function createCourse(begin: (scenario: Scenario) => Promise<boolean>, changed: () => void): Course {
  let shown: Scenario | undefined
  let shipped: Scenario | undefined
  let begun: Try | undefined
  let isOff = false
  let offText = ''
  /** Number of pending starts. */
  let starting = 0
  let isChanged = false
  /** True after ticks with values that differ from the text. */
  let isOffCourse = false

  const refresh = (): void => {
    isOff = false
    isChanged = false
    if (shipped !== undefined && shown !== undefined && starting === 0) {
      // An undone try is not active.
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
