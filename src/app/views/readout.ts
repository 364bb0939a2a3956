/** The readout next to the pointer: place and values. */
import { topOf } from '../top.ts'

export interface Readout {
  /**
   * @param at - the rectangle to keep clear of, on the screen; @param isSpoken - true for moves by keys, for
   *   screen readers
   */
  show(lines: readonly string[], at: DOMRect, isSpoken: boolean): void
  hide(): void
  destroy(): void
}

const MARGIN = 12

/** @param place - of the pictures */
export function createReadout(place: HTMLElement): Readout {
  const element = document.createElement('div')
  element.className = 'readout'
  // In the top layer positions are relative to the screen.
  element.popover = 'manual'
  element.setAttribute('role', 'status')
  topOf(place).append(element)
  return {
    show(lines, at, isSpoken) {
      element.setAttribute('aria-live', isSpoken ? 'polite' : 'off')
      const text = lines.join('\n')
      if (element.textContent !== text) element.textContent = text
      if (!element.matches(':popover-open')) element.showPopover()
      const { offsetWidth, offsetHeight } = element
      const { clientWidth, clientHeight } = document.documentElement
      const right = at.right + MARGIN
      const left = right + offsetWidth > clientWidth ? at.left - MARGIN - offsetWidth : right
      const below = at.bottom + MARGIN
      const top = below + offsetHeight > clientHeight ? at.top - MARGIN - offsetHeight : below
      element.style.left = `${Math.max(4, left)}px`
      element.style.top = `${Math.max(4, top)}px`
    },
    hide() {
      if (element.matches(':popover-open')) element.hidePopover()
    },
    destroy: () => element.remove(),
  }
}
