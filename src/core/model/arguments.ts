/** Checks of arguments of the library, for callers without type checks. */
import { ModelError } from '../errors.ts'
import { show } from './path.ts'

/** @throws ModelError unless it is a string */
export function checkText(what: string, value: unknown): void {
  if (typeof value !== 'string') throw wrong(what, 'a string', value)
}

/** @throws ModelError unless it is a list of strings, or left out */
export function checkTexts(what: string, value: unknown): void {
  if (value === undefined) return
  if (!Array.isArray(value) || !value.every((one) => typeof one === 'string'))
    throw wrong(what, 'a list of strings', value)
}

/** @throws ModelError unless it can be called */
export function checkFunction(what: string, value: unknown): void {
  if (typeof value !== 'function') throw wrong(what, 'a function', value)
}

/** @throws ModelError unless it is an array or a typed array */
export function checkNumbers(what: string, value: unknown): void {
  if (!Array.isArray(value) && !ArrayBuffer.isView(value)) throw wrong(what, 'an array of numbers', value)
}

/** @throws ModelError unless it is a list */
export function checkList(what: string, value: unknown): void {
  if (!Array.isArray(value)) throw wrong(what, 'a list', value)
}

/** @throws ModelError unless it is an object of entries by name */
export function checkRecord(what: string, value: unknown): void {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw wrong(what, 'entries by name', value)
}

/** @throws ModelError unless it is a number */
export function checkNumber(what: string, value: unknown): void {
  if (typeof value !== 'number') throw wrong(what, 'a number', value)
}

/** @throws ModelError unless it is an object that has a property */
export function checkObject(what: string, value: unknown, property: string, takes: string): void {
  if (typeof value !== 'object' || value === null || !(property in value)) throw wrong(what, takes, value)
}

/** @throws ModelError unless it is a number above 0, or left out */
export function checkPositive(what: string, value: unknown): void {
  if (value !== undefined && !(typeof value === 'number' && value > 0))
    throw wrong(what, 'a number above 0', value)
}

function wrong(what: string, takes: string, value: unknown): ModelError {
  return new ModelError(`${what} takes ${takes}, not ${shown(value)}`)
}

function shown(value: unknown): string {
  if (typeof value === 'function') return 'a function'
  // The value may be large or circular.
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? 'another object' : show(value)
}
