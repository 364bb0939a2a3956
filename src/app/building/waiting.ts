/** Drafts that do not run yet, which outlive a reload, and the mark on the button "Network" that one waits. */
import './waiting.css'
import type { Scenario } from '../../core/model/schema.ts'
import type { Messages } from '../messages.ts'
import { createDrafts } from '../session/drafts.ts'
import { entryNow } from '../session/entries.ts'
import type { Opened } from '../session/opened.ts'

/** Texts that do not run yet, each with the scenario that ran then. */
export const drafts = createDrafts<{ readonly text: string; readonly running: Scenario }>('network')

/** The same scenario opened again begins without the draft. */
export const draftOf = (home: Opened['home'] | undefined): string => JSON.stringify([entryNow(), home])

/** The message, which is no longer needed when the draft is seen. */
export const WAITS = 'A draft of this network waits; it does not run yet.'

/** The draft that was announced last, or whose panel was open. */
let known = ''

/**
 * Marks the button if a draft waits.
 * @param messages - announces it, once; absent for one that the reader has just seen
 */
export function markWaiting(button: HTMLButtonElement, home: Opened['home'], messages?: Messages): void {
  const of = draftOf(home)
  const isWaiting = drafts.find(of) !== undefined
  const usual = (button.dataset.title ??= button.title)
  button.title = isWaiting ? `${usual}: a draft waits` : usual
  button.toggleAttribute('data-draft', isWaiting)
  const isNew = known !== of
  known = of
  if (isWaiting && isNew && button.checkVisibility())
    messages?.warn(WAITS, {
      label: 'Open it',
      act: () => button.click(),
    })
}
