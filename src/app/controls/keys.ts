/** The keys of the page: one table binds them and fills the help. Any module may add to it. */

import type { Panel } from '../dialog.ts'
import type { Key } from './key.ts'

const table: Key[] = []

/**
 * Adds keys; keys with the same label share a line of the help.
 * @param at - where in the help
 * @throws Error if a key has a meaning already
 */
export function addKeys(keys: readonly Key[], at: 'start' | 'end' = 'end'): void {
  let place = at === 'start' ? 0 : table.length
  for (const one of keys) {
    const isTaken = table.some(
      (other) =>
        other.key === one.key &&
        other.ctrl === one.ctrl &&
        other.shift === one.shift &&
        other.when === undefined &&
        one.when === undefined,
    )
    if (isTaken) throw new Error(`the key ${one.key} has two meanings`)
    table.splice(place++, 0, one)
  }
}

/** Parts of the page on their way that will take the keys. */
let coming = 0

/** While a part that takes the keys is loaded, no key acts: the next keys are meant for that part. */
export function holdKeys<T>(loading: Promise<T>): Promise<T> {
  coming++
  // The part takes the focus a moment after it is there.
  return loading.finally(() => setTimeout(() => setTimeout(() => coming--)))
}

/**
 * Starts to listen, and lets `?` and a button open the help.
 * @param failed - is told that the list of keys cannot be loaded
 */
export function bindKeys(button: HTMLButtonElement, failed: (reason: unknown) => void): void {
  let help: Panel | undefined
  const toggle = (): void => {
    if (help?.element.open === true) {
      help.close()
      return
    }
    holdKeys(import('./keys-list.ts')).then(({ showKeys }) => {
      if (help?.element.open !== true) help = showKeys(table)
    }, failed)
  }
  addKeys([{ key: '?', label: 'This help', act: toggle }])
  button.addEventListener('click', toggle)
  document.addEventListener(
    'keydown',
    (event) => {
      if (coming > 0 && event.key !== 'Escape' && !event.ctrlKey && !event.metaKey && !event.altKey) {
        event.preventDefault()
        event.stopPropagation()
        return
      }
      const wanted = table.find((one) => matches(one, event))
      if (wanted === undefined || isTaken(event, wanted)) return
      const open = document.querySelector('dialog[open]')
      if (open !== null && (open !== help?.element || wanted.act !== toggle)) return
      event.preventDefault()
      wanted.act()
      // Some controls stop the propagation of keys, so the page listens in the capture phase.
    },
    true,
  )
}

function matches({ key, ctrl, shift, when }: Key, event: KeyboardEvent): boolean {
  if (when?.() === false) return false
  if (event.altKey || (event.ctrlKey || event.metaKey) !== (ctrl === true)) return false
  // Shift is part of the character; only with Ctrl it distinguishes keys.
  if (ctrl === true && event.shiftKey !== (shift === true)) return false
  return event.key.toLowerCase() === key
}

/** True if the focused element uses the key. */
function isTaken(event: KeyboardEvent, { inFields }: Key): boolean {
  const { key, ctrlKey, metaKey } = event
  // The element itself, also inside a shadow tree. The graph of a network has buttons of SVG.
  const [target] = event.composedPath()
  if (!(target instanceof Element)) return false
  if (inFields !== undefined && target.matches(inFields)) return false
  if (target.matches('textarea, input:not([type=range], [type=checkbox]), [contenteditable]')) return true
  if (target.closest('[role=menu]') !== null) return true
  if (target.matches('select')) return !ctrlKey && !metaKey
  // A brush at the cell of the cursor takes the space bar.
  return (
    key === ' ' &&
    target.matches(
      'button, input, summary, [role=button], [data-tool=paint] .pane canvas:not(:has(+ [hidden]))',
    )
  )
}
