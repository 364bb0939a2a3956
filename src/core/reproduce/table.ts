/** Checks as text for the command line, reports and the page. */
import type { Check } from './reproduction.ts'

/** Heads of the columns of `checkCells`. */
export const CHECK_HEADER = ['', 'published', 'measured', '95 % interval', 'tolerance', '']

const SIGNS: Readonly<Record<Check['relation'], string>> = { near: '', 'at least': '>= ', 'at most': '<= ' }

/** A check as the cells of a table: what, published, measured, interval, tolerance, pass or FAIL. */
export function checkCells(check: Check): string[] {
  const { what, relation, published, measured, half, networks, tolerance, passed } = check
  return [
    what,
    `${SIGNS[relation]}${digits(published)}`,
    digits(measured),
    half === undefined ? '' : `+- ${digits(half, 2)} (${networks ?? 1} networks)`,
    relation === 'near' ? digits(tolerance, 2) : '',
    passed ? 'pass' : 'FAIL',
  ]
}

/** A number for a table. */
function digits(value: number, count = 4): string {
  const size = Math.abs(value)
  return size !== 0 && (size < 1e-3 || size >= 1e5)
    ? value.toExponential(count - 1)
    : String(Number(value.toPrecision(count)))
}
