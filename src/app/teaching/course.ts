/** Whether a run follows its lesson: the active try, and the changes since its start. */
import { scenarioOfTry } from '../../core/model/lesson.ts'
import type { Scenario, Try } from '../../core/model/schema.ts'
import { valueChanges } from '../editing/undo.ts'
import { changesText } from './changes.ts'

export interface Course {
  /** The active try. */
  readonly begun: Try | undefined
  /** The scenario that the text speaks of now: that of the lesson, or with the values of the active try. */
  readonly target: Scenario | undefined
  /** True until a run is begun. */
  readonly isStarting: boolean
  /** True if the run differs from the text. */
  readonly isOff: boolean
  /** The notice for this case. */
  readonly offText: string
  /** @param told - the scenario that the lesson is about; absent if there is none */
  open(scenario: Scenario, told: Scenario | undefined): void
  /** The values of the open scenario have changed. @param told - the scenario that the lesson is about now */
  update(scenario: Scenario, told: Scenario | undefined): void
  /**
   * Starts the run again with a try, or with the values of the lesson's scenario.
   * @throws ModelError if the values of the try do not fit
   */
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
  let told: Scenario | undefined
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
    if (told !== undefined && shown !== undefined && starting === 0) {
      // An undone try is not active.
      if (begun !== undefined && valueChanges(told, shown).length === 0) {
        begun = undefined
        isOffCourse = true
      }
      const found = valueChanges(targetOf(told, begun), shown)
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
    get target() {
      return told && targetOf(told, begun)
    },
    get isStarting() {
      return starting > 0
    },
    get isOff() {
      return isOff
    },
    get offText() {
      return offText
    },
    open(scenario, of) {
      shown = scenario
      told = of
      begun = undefined
      isOffCourse = false
      refresh()
    },
    update(scenario, of) {
      shown = scenario
      // A try of another text is no longer told of.
      if (of !== told) begun = undefined
      told = of
      refresh()
    },
    start(wanted) {
      if (told === undefined) return
      const from = told
      const target = targetOf(from, wanted)
      const before = begun
      begun = wanted
      starting++
      isOffCourse = false
      refresh()
      void begin(shown?.lesson === undefined ? target : { ...target, lesson: shown.lesson })
        .then((done) => {
          if (!done && told === from && begun === wanted) begun = before
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

/** The scenario of a lesson with the values of a try. */
function targetOf(scenario: Scenario, wanted: Try | undefined): Scenario {
  return scenarioOfTry(scenario, wanted ?? { set: {} })
}
