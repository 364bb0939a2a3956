/** The colour scheme: that of the system, or the one the reader has chosen. public/scheme.js sets it before the first paint. */
import type { Scheme } from './colours.ts'

export type Choice = 'auto' | Scheme

const KEPT = 'engram.scheme'
const CHOICES: readonly Choice[] = ['auto', 'light', 'dark']
const darkSystem = matchMedia('(prefers-color-scheme: dark)')
const listeners: (() => void)[] = []

function currentScheme(): Scheme {
  return document.documentElement.dataset.scheme === 'dark' ? 'dark' : 'light'
}

/** The scheme in which an element is drawn: an embedded network may have another one than the page around it. */
export function schemeAt(element: Element): Scheme {
  const { colorScheme } = getComputedStyle(element.isConnected ? element : document.documentElement)
  return colorScheme === 'dark' ? 'dark' : 'light'
}

/** Calls back after every change of the scheme. */
export function onScheme(listener: () => void): void {
  listeners.push(listener)
}

/** A button that cycles through automatic, light and dark; the choice is stored. */
export function bindScheme(button: HTMLButtonElement): void {
  let choice = kept()
  const show = (): void => {
    const scheme = choice === 'auto' ? (darkSystem.matches ? 'dark' : 'light') : choice
    const isOther = scheme !== currentScheme()
    document.documentElement.dataset.scheme = scheme
    button.dataset.choice = choice
    button.ariaLabel = `Theme: ${choice === 'auto' ? 'automatic' : choice}`
    button.title = `${button.ariaLabel}; a click changes it`
    if (isOther) listeners.forEach((listener) => listener())
  }
  button.addEventListener('click', () => {
    choice = CHOICES[(CHOICES.indexOf(choice) + 1) % CHOICES.length] as Choice
    try {
      localStorage.setItem(KEPT, choice)
    } catch {
      // Blocked storage: the choice applies to this visit.
    }
    show()
  })
  darkSystem.addEventListener('change', show)
  show()
}

function kept(): Choice {
  try {
    const value = localStorage.getItem(KEPT)
    return CHOICES.find((one) => one === value) ?? 'auto'
  } catch {
    return 'auto'
  }
}
