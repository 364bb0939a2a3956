/** The scenario that a lesson is about, while values and lesson change. Pure. */
import { escaped } from '../../core/errors.ts'
import type { Lesson, Scenario } from '../../core/model/schema.ts'

export interface Told {
  /** Another scenario is opened. @param shipped - the shipped one of its name */
  open(home: Scenario, shipped: Scenario | undefined): void
  /** The lesson of a scenario: its own, or that of the shipped one of its name. */
  lessonOf(scenario: Scenario): Lesson | undefined
  /**
   * The scenario from which the tries of its lesson start: the shipped one for a shipped lesson, else the one with which the lesson
   * was opened or written.
   */
  of(scenario: Scenario): Scenario | undefined
  /** The lesson of a scenario was written for it. */
  written(scenario: Scenario): void
}

/** The lesson that a description stands for: its text, and what follows "Look for:". */
export function describedLesson({ description }: Pick<Scenario, 'description'>): Lesson {
  const [own = '', ...rest] = escaped(description.replace(/\s+/g, ' ')).split('Look for:')
  const look = rest.join('').trim()
  return {
    story: own.trim() === '' ? [] : [own.trim()],
    ...(look === '' ? {} : { lookFor: look }),
    tries: [],
  }
}

export function createTold(): Told {
  let shipped: Scenario | undefined
  let known = new Map<string, Scenario>()

  const lessonOf: Told['lessonOf'] = ({ lesson }) => lesson ?? shipped?.lesson
  const of: Told['of'] = (scenario) => {
    const lesson = lessonOf(scenario)
    if (lesson === undefined) return undefined
    const key = JSON.stringify(lesson)
    if (shipped !== undefined && key === JSON.stringify(shipped.lesson)) return shipped
    const found = known.get(key)
    if (found !== undefined) return found
    known.set(key, scenario)
    return scenario
  }
  return {
    open(home, origin) {
      shipped = origin
      known = new Map()
      of(home)
    },
    lessonOf,
    of,
    written: (scenario) => void known.set(JSON.stringify(lessonOf(scenario)), scenario),
  }
}
