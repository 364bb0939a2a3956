/** The colour scheme that the reader prefers. */
import type { Scheme } from './colours.ts'

export const darkScheme = matchMedia('(prefers-color-scheme: dark)')

export function currentScheme(): Scheme {
  return darkScheme.matches ? 'dark' : 'light'
}
