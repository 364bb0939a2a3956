/** The help with the list of keys; loaded at its first use. */
import { type Panel, createPanel } from '../dialog.ts'
import type { Key } from './key.ts'
import './keys.css'

const NAMES: Readonly<Record<string, string>> = {
  ' ': 'Space',
  enter: 'Enter',
  pagedown: 'PageDown',
  pageup: 'PageUp',
}

/**
 * Shows the keys that act now; keys with the same label share a line. A label is a button too: a telephone has no keys.
 */
export function showKeys(table: readonly Key[]): Panel {
  const panel = createPanel('keys', 'Keys', () => panel.element.remove())
  const isMac = /mac|iphone|ipad/i.test(navigator.userAgent)
  const lines = new Map<string, Key[]>()
  for (const key of table)
    if (key.when?.() !== false) lines.set(key.label, [...(lines.get(key.label) ?? []), key])
  const list = document.createElement('dl')
  list.append(
    ...[...lines].map(([label, keys]) => {
      const line = document.createElement('div')
      const term = document.createElement('dt')
      for (const [index, { key, ctrl, shift }] of keys.entries()) {
        if (index > 0) term.append(' or ')
        const parts = [
          ...(ctrl ? [isMac ? '⌘' : 'Ctrl'] : []),
          ...(shift ? [isMac ? '⇧' : 'Shift'] : []),
          NAMES[key] ?? key.toUpperCase(),
        ]
        parts.forEach((part, place) => {
          const sign = document.createElement('kbd')
          sign.textContent = part
          if (place > 0) term.append('+')
          term.append(sign)
        })
      }
      const meaning = document.createElement('dd')
      // The help itself is open already.
      if (keys.some(({ key }) => key === '?')) meaning.textContent = label
      else meaning.append(actOf(panel, label, keys))
      line.append(term, meaning)
      return line
    }),
  )
  const note = document.createElement('p')
  note.textContent = 'Sliders: arrow keys, Home and End. Esc closes.'
  panel.body.append(list, note)
  panel.open()
  return panel
}

function actOf(panel: Panel, label: string, keys: readonly Key[]): HTMLElement {
  const button = document.createElement('button')
  button.type = 'button'
  button.textContent = label
  button.addEventListener('click', () => {
    panel.close()
    keys[0]?.act()
  })
  return button
}
