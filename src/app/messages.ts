/** Messages of the page: a temporary line, or a permanent failure. */
import './messages.css'
import { ModelError, RunError, escaped } from '../core/errors.ts'

/** Milliseconds for which a line stays, and extra ms for each character. */
const SHOWN = 3000
const SHOWN_PER_CHARACTER = 40

/** Milliseconds in which a line fades, as in the styles. */
const FADE = 150

/** A button of a message. */
export interface Action {
  readonly label: string
  readonly act: () => void
}

export interface Messages {
  /** One temporary line. @param isAdded - behind the line that is shown */
  notice(text: string, isAdded?: boolean): void
  /**
   * One line that stays until the next `clear`, with a button for the remedy. Without a remedy, the next press or key after the time to
   * read it takes it away.
   */
  warn(text: string, action?: Action): void
  /** A failure in place of the pictures, with a button for the remedy. */
  failure(title: string, text: string, action?: Action, more?: Node): void
  /** Removes a line, if it is shown, that is no longer true. */
  withdraw(text: string): void
  clear(): void
}

export function createMessages(places: { toast: HTMLElement; failure: HTMLElement }): Messages {
  let timer: ReturnType<typeof setTimeout> | undefined
  const { toast, failure } = places
  /** Number of messages. */
  let count = 0
  const show = (text: string): void => {
    clearTimeout(timer)
    count++
    toast.textContent = plainText(text)
    toast.classList.add('shown')
  }
  const hide = (): void => {
    clearTimeout(timer)
    toast.classList.remove('shown')
    timer = setTimeout(() => toast.replaceChildren(), FADE)
  }
  const soon = (text: string, act: () => void): void => {
    timer = setTimeout(act, SHOWN + SHOWN_PER_CHARACTER * text.length)
  }
  return {
    warn(text, action) {
      show(text)
      if (action === undefined) {
        const own = count
        const pressed = (): void => {
          if (own === count) hide()
        }
        soon(text, () => {
          for (const press of ['pointerdown', 'keydown'])
            addEventListener(press, pressed, { capture: true, once: true })
        })
        return
      }
      const remedy = buttonOf(action.label, () => {
        hide()
        action.act()
      })
      const row = document.createElement('div')
      row.append(remedy, buttonOf('Dismiss', hide))
      toast.append(row)
    },
    notice(text, isAdded = false) {
      const before = isAdded && toast.classList.contains('shown') ? toast.firstChild?.textContent : ''
      const whole = [before, text].filter(Boolean).join(' ')
      show(whole)
      soon(whole, hide)
    },
    failure(title, text, action, more) {
      const heading = document.createElement('h2')
      heading.textContent = title
      const body = document.createElement('p')
      body.textContent = plainText(text)
      failure.replaceChildren(heading, body, ...(more === undefined ? [] : [more]))
      if (action !== undefined) failure.append(buttonOf(action.label, action.act))
      failure.hidden = false
    },
    withdraw(text) {
      if (toast.firstChild?.textContent === plainText(text)) hide()
    },
    clear() {
      failure.hidden = true
      hide()
    },
  }
}

function buttonOf(label: string, act: () => void): HTMLButtonElement {
  const button = document.createElement('button')
  button.type = 'button'
  button.textContent = label
  button.addEventListener('click', act)
  return button
}

/** One line without marks of code: names stand in the quotes that values have. */
export function plainText(text: string): string {
  return escaped(text.replace(/\s+/g, ' ').replace(/`([^`]*)`/g, '"$1"'))
}

/** An error as one sentence for the reader. */
export function textOf(error: unknown): string {
  if (error instanceof ModelError || error instanceof RunError) return plainText(error.message)
  return plainText(error instanceof Error ? `${error.name}: ${error.message}` : String(error))
}
