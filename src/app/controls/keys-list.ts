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

/** Shows the keys that act now; keys with the same label share a line. */
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
      meaning.textContent = label
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
