/** What the page has to say: a line that goes away, or a failure that stays. */
import { ModelError, RunError } from '../core/model/errors.ts'

/** Milliseconds for which a line stays, and the more for each character of it. */
const SHOWN = 3000
const SHOWN_PER_CHARACTER = 40

export interface Messages {
  /** One line, for a while. */
  notice(text: string): void
  /** One line that stays until the next `clear`. */
  warn(text: string): void
  /** A failure in place of the pictures, with a way on. */
  failure(title: string, text: string, action?: { readonly label: string; readonly act: () => void }): void
  clear(): void
}

export function createMessages(places: { toast: HTMLElement; failure: HTMLElement }): Messages {
  let timer = 0
  const { toast, failure } = places
  const show = (text: string): void => {
    clearTimeout(timer)
    toast.textContent = text
    toast.classList.add('shown')
  }
  return {
    warn: show,
    notice(text) {
      show(text)
      timer = setTimeout(() => toast.classList.remove('shown'), SHOWN + SHOWN_PER_CHARACTER * text.length)
    },
    failure(title, text, action) {
      const heading = document.createElement('h2')
      heading.textContent = title
      const body = document.createElement('p')
      body.textContent = text
      failure.replaceChildren(heading, body)
      if (action !== undefined) {
        const button = document.createElement('button')
        button.type = 'button'
        button.textContent = action.label
        button.addEventListener('click', action.act)
        failure.append(button)
      }
      failure.hidden = false
    },
    clear() {
      failure.hidden = true
      toast.classList.remove('shown')
    },
  }
}

/** An error as one sentence for the reader. */
export function textOf(error: unknown): string {
  if (error instanceof ModelError || error instanceof RunError) return error.message
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error)
}
