/** The list of keys in the help; loaded at its first use. */
import type { Key } from './key.ts'
import './keys.css'

const NAMES: Readonly<Record<string, string>> = { ' ': 'Space', pagedown: 'PageDown', pageup: 'PageUp' }

/** Fills the help: keys with the same label share a line. */
export function fill(list: HTMLElement, table: readonly Key[]): void {
  const isMac = /mac|iphone|ipad/i.test(navigator.userAgent)
  const lines = new Map<string, Key[]>()
  for (const key of table) lines.set(key.label, [...(lines.get(key.label) ?? []), key])
  list.replaceChildren(
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
}
