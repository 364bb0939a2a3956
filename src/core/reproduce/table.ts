/** Checks as text for the command line, reports and the page. */
import type { Check, KeptCheck, Source } from './reproduction.ts'

/** Heads of the columns of `checkCells`. */
export const CHECK_HEADER = ['', 'expected', 'measured', '95 % interval', 'tolerance', 'from', '']

const SIGNS: Readonly<Record<Check['relation'], string>> = { near: '', 'at least': '>= ', 'at most': '<= ' }

/** Words for the kinds of source. */
const KINDS: Readonly<Record<Source['kind'], string>> = {
  paper: 'paper',
  'closed form': 'closed form',
  theory: 'theory',
  program: 'own float64',
  unknown: 'not stated',
}

/**
 * A check as the cells of a table: what, expected, measured, interval, tolerance, kind of source, pass or FAIL. Networks with equal
 * numbers have no interval.
 */
export function checkCells(check: KeptCheck): string[] {
  const { what, relation, expected, measured, half, networks, tolerance, passed, source } = check
  return [
    what,
    `${SIGNS[relation]}${digits(expected)}`,
    digits(measured),
    half === undefined || half === 0 ? '' : `+- ${digits(half, 2)} (${networks ?? 1} networks)`,
    relation === 'near' ? digits(tolerance, 2) : '',
    KINDS[source.kind],
    passed ? 'pass' : 'FAIL',
  ]
}

/** The sources of the expected numbers, a line each, in the order of the checks. */
export function sourceLines(checks: readonly KeptCheck[]): string[] {
  return [...new Set(checks.map(({ source }) => sourceText(source)))]
}

/** How many of the expected numbers come from each kind of source, the most frequent first. */
export function sourceCounts(checks: readonly KeptCheck[]): string {
  const counts = new Map<string, number>()
  for (const { source } of checks) counts.set(KINDS[source.kind], (counts.get(KINDS[source.kind]) ?? 0) + 1)
  const parts = [...counts].sort(([, a], [, b]) => b - a).map(([kind, count]) => `${count} ${kind}`)
  return `${checks.length} expected numbers: ${parts.join(', ')}`
}

function sourceText(source: Source): string {
  const kind = KINDS[source.kind]
  switch (source.kind) {
    case 'paper':
      return `${kind}: ${source.paper}, ${source.place}`
    case 'closed form':
      return `${kind}: ${source.formula}`
    case 'theory':
      return `${kind}: ${source.equations}`
    case 'program':
      return `${kind}: ${source.command}`
    case 'unknown':
      return `${kind}: the file is of an earlier version`
  }
}

/** A number for a table. */
function digits(value: number, count = 4): string {
  const size = Math.abs(value)
  return size !== 0 && (size < 1e-3 || size >= 1e5)
    ? value.toExponential(count - 1)
    : String(Number(value.toPrecision(count)))
}
