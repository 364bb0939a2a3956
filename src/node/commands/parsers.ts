/** Parsers of the values of options. */
import { ModelError } from '../../core/errors.ts'

/** A parser of whole numbers for an option, 1e9 and 2.5e3 among them. */
export function wholeNumber(option: string, min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text)
    if (/^\d+(\.\d+)?(e\+?\d+)?$/i.test(text) && Number.isInteger(value) && value >= min && value <= max)
      return value
    throw new ModelError(`must be an integer from ${min} to ${max}, not "${text}"`, { path: option })
  }
}

/** A parser of one of some words. */
export function oneOf(option: string, words: readonly string[]): (text: string) => string {
  return (given) => {
    if (words.includes(given)) return given
    throw new ModelError(`must be ${words.join(' or ')}, not "${given}"`, { path: option })
  }
}

/** A parser of positive numbers. */
export function positive(option: string): (text: string) => number {
  return (given) => {
    const value = Number(given)
    if (given.trim() !== '' && Number.isFinite(value) && value > 0) return value
    throw new ModelError(`must be a number above 0, not "${given}"`, { path: option })
  }
}
