/** Starts the tour: at a first visit, by its key and by `?tour=1`. The tour is loaded at the first use. */
import { type Messages, textOf } from '../messages.ts'
import type { Run } from './tour.ts'

/** Key of the storage for a started tour. */
const SEEN = 'engram.tour'

/** True for a first visit of a person; `?tour=1` and `?tour=0` decide it otherwise. */
export function wantsTour(): boolean {
  const asked = new URLSearchParams(location.search).get('tour')
  if (asked !== null) return asked === '1'
  if (navigator.webdriver) return false
  try {
    return localStorage.getItem(SEEN) === null
  } catch {
    // Without storage the tour would start at every visit.
    return false
  }
}

/** Pauses the run, then loads and opens the tour; a started tour does not start automatically again. */
export async function openTour(messages: Messages, run: Run): Promise<void> {
  const played = run.playing
  run.pause()
  try {
    const { startTour } = await import('./tour.ts')
    noteSeen()
    startTour(run, played)
  } catch (error) {
    if (played) run.play()
    messages.notice(`The tour could not be loaded: ${textOf(error)}`)
  }
}

function noteSeen(): void {
  try {
    localStorage.setItem(SEEN, 'seen')
  } catch {
    // Blocked storage: the tour may start again.
  }
}
