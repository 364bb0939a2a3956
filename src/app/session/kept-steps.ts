/** The steps to undo and to redo in the storage of the tab, so that a reload has them; nothing leaves the browser. */
import type { Scenario } from '../../core/model/schema.ts'
import { differences } from '../editing/undo.ts'
import { entryNow } from './entries.ts'
import { readSteps, stepsText } from './steps-text.ts'
import type { Workplace } from './workplace.ts'

const KEY = 'engram.steps'

/** The most characters: the storage of a tab holds about five million. */
const MOST_CHARACTERS = 2 ** 19

export function keepSteps({ opened, steps }: Workplace): void {
  const entry = entryNow()
  if (opened === undefined || entry === undefined) return
  const present = opened.simulation.model.scenario
  const [done, undone] = steps.all
  try {
    sessionStorage.setItem(KEY, stepsText({ entry, present, done, undone }, MOST_CHARACTERS))
  } catch {
    // Without room, or where storage is forbidden, one step leads back to the scenario when it was opened.
  }
}

/** Puts the steps of before a reload in place of the one that leads back to the scenario when it was opened. */
export function recallSteps({ opened, steps, canRedo }: Workplace): void {
  if (opened === undefined || canRedo || steps.all[0].length > 1) return
  try {
    const { entry, present, done, undone } = readSteps(sessionStorage.getItem(KEY) ?? '')
    if (entry !== entryNow() || !isSame(present, opened.simulation.model.scenario)) return
    const first = done[0]?.from ?? present
    const rest = isSame(opened.home, first) ? [] : [{ from: opened.home, to: first }]
    steps.recall([...rest, ...done], undone)
  } catch {
    // Of another version of the page, or damaged.
  }
}

function isSame(one: Scenario, other: Scenario): boolean {
  return differences(one, other).length === 0
}
