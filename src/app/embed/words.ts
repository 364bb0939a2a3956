/** Parses the words of attributes and styles. Pure. */
import type { Scheme } from '../views/colours.ts'
import { readNumber } from '../controls/number.ts'

/** The parts to show: pictures, plots, or both with controls. */
export const VIEWS = ['picture', 'plots', 'full'] as const
export type View = (typeof VIEWS)[number]

/** From the words of `color-scheme`: a page that supports both follows the system. */
export function schemeOf(words: string, isDarkSystem: boolean): Scheme {
  const [light, dark] = ['light', 'dark'].map((word) => words.split(/\s+/).includes(word))
  return dark === true && (light !== true || isDarkSystem) ? 'dark' : 'light'
}

/** Ticks per second of the attribute `speed`, or the reason why it is invalid. */
export function paceOf(text: string): number | string {
  if (text === 'fastest') return Infinity
  const reading = readNumber(text, { min: 0.1 })
  return 'value' in reading ? reading.value : `speed: ${reading.fault} Or write fastest.`
}
