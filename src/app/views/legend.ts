/** The colours of a picture and the values at their ends. */
import { format3 } from '../format.ts'
import type { Stops } from './colours.ts'
import { type Range, ends, isSigned } from './range.ts'

export interface Legend {
  readonly element: HTMLElement
  /** Its contents, for a copy. */
  readonly shown: { readonly low: string; readonly high: string; readonly stops: Stops }
  show(range: Range, stops: Stops): void
}

export function createLegend(): Legend {
  const element = document.createElement('div')
  element.className = 'legend'
  element.innerHTML =
    '<span class="legend-low"></span><span class="legend-bar"><span class="legend-zero" hidden>0</span></span><span class="legend-high"></span>'
  const part = (selector: string): HTMLElement => element.querySelector(selector) as HTMLElement
  const low = part('.legend-low')
  const high = part('.legend-high')
  const bar = part('.legend-bar')
  const zero = part('.legend-zero')
  let shownStops: Stops = []
  return {
    element,
    get shown() {
      return { low: low.textContent, high: high.textContent, stops: shownStops }
    },
    show(range, stops) {
      low.textContent = format3(range.low)
      high.textContent = format3(range.high)
      shownStops = shownPart(range, stops)
      bar.style.background = `linear-gradient(to right, ${shownStops.join(', ')})`
      zero.hidden = !isSigned(range) || range.high <= 0
      zero.style.left = `${(-100 * range.low) / (range.high - range.low)}%`
    },
  }
}

/** The colours of a range, nine of them: a part of the map if the range is not symmetric about 0. */
function shownPart(range: Range, stops: Stops): Stops {
  const { low, high } = ends(range)
  if (low === range.low && high === range.high) return stops
  return Array.from({ length: 9 }, (_, index) => {
    const value = range.low + ((range.high - range.low) * index) / 8
    const at = (8 * (value - low)) / (high - low)
    const below = Math.min(7, Math.floor(at))
    const share = Math.round(100 * (at - below))
    return `color-mix(in srgb, ${stops[below + 1] as string} ${share}%, ${stops[below] as string})`
  })
}
