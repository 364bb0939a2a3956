/** The runs of a visit in the storage of the tab, so that a reload has them; nothing leaves the browser. */
import { type KeptRun, readRuns, runsText } from './runs-text.ts'

const KEY = 'engram.runs'

/** The most characters: the storage of a tab holds about five million, and the networks need most of them. */
const MOST_CHARACTERS = 2 ** 20

export function keepRuns(runs: readonly KeptRun[]): void {
  // Less where the networks have taken the room.
  for (let most = MOST_CHARACTERS; most > 2 ** 10; most /= 4) {
    try {
      const text = runsText(runs, most)
      if (text === undefined) sessionStorage.removeItem(KEY)
      else sessionStorage.setItem(KEY, text)
      return
    } catch {
      // Without room for any, or where storage is forbidden, a reload has the runs of before.
    }
  }
}

export function recallRuns(): readonly KeptRun[] {
  try {
    return readRuns(sessionStorage.getItem(KEY) ?? '{"scenarios":[],"runs":[]}')
  } catch {
    // Of another version of the page, or damaged.
    return []
  }
}
