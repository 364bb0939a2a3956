/** When the tour begins: at a first visit, by its key and by `?tour=1`. It is loaded when it is first wanted. */
import { type Messages, textOf } from '../messages.ts'

/** Where it is remembered that the tour has begun once. */
const SEEN = 'engram.tour'

/** True for a first visit of a person; `?tour=1` and `?tour=0` decide it otherwise. */
export function wantsTour(): boolean {
  const asked = new URLSearchParams(location.search).get('tour')
  if (asked !== null) return asked === '1'
  if (navigator.webdriver) return false
  try {
    return localStorage.getItem(SEEN) === null
  } catch {
    // Without a memory it would start at every visit.
    return false
  }
}

/** Loads the tour and opens it; once begun it does not start by itself again. */
export async function openTour(messages: Messages): Promise<void> {
  try {
    const { startTour } = await import('./tour.ts')
    noteSeen()
    startTour()
  } catch (error) {
    messages.notice(`The tour could not be loaded: ${textOf(error)}`)
  }
}

function noteSeen(): void {
  try {
    localStorage.setItem(SEEN, 'seen')
  } catch {
    // Blocked storage: it may come again.
  }
}
