/** What `engram test` prints, as people and as other programs read it. Pure text. */
import { version } from '../../package.json'
import { markup } from '../core/analysis/markup.ts'
import type { Verdict } from '../core/run/claims.ts'
import type { AdapterInfo } from './device.ts'

/** What the test of one scenario has come to. */
export interface Tested {
  /** As it was given. */
  readonly file: string
  /** The label of a try of its lesson; absent for the scenario itself. */
  readonly tried?: string
  /** In s. */
  readonly seconds: number
  /** Why it could not be tested, in one line; absent where it could. */
  readonly error?: string
  /** Empty where the scenario claims nothing. */
  readonly verdicts: readonly Verdict[]
}

/** What is printed: at the beginning, after each scenario, and at the end. */
interface Reporter {
  readonly begin: string
  readonly after: (one: Tested, all: readonly Tested[]) => string
  readonly end: (
    all: readonly Tested[],
    adapter: Pick<AdapterInfo, 'name' | 'type' | 'driver'> | undefined,
  ) => string
}

export function isPassed({ error, verdicts }: Tested): boolean {
  return error === undefined && verdicts.every(({ state }) => state === 'holds')
}

/** Such as `8 of 9 claims hold in 3 scenarios`. */
export function summaryOf(all: readonly Tested[]): string {
  const verdicts = all.flatMap((one) => one.verdicts)
  const holding = verdicts.filter(({ state }) => state === 'holds').length
  const broken = all.filter(({ error }) => error !== undefined).length
  const count = all.filter(({ tried }) => tried === undefined).length
  const scenarios = `${count} scenario${count === 1 ? '' : 's'}`
  const claims = `${holding} of ${verdicts.length} claims hold in ${scenarios}`
  return broken === 0 ? claims : `${claims}, ${broken} could not be tested`
}

/** One line for each claim, and for a scenario without. */
interface Line {
  readonly word: 'pass' | 'FAIL' | 'none'
  /** Claim, or what is wrong with the scenario. */
  readonly text: string
  /** What was found; '' where there is nothing. */
  readonly found: string
}

function linesOf({ error, verdicts }: Tested): Line[] {
  if (error !== undefined) return [{ word: 'FAIL', text: error, found: '' }]
  if (verdicts.length === 0) return [{ word: 'none', text: 'claims nothing', found: '' }]
  return verdicts.map(({ state, claim, found }) => ({
    word: state === 'holds' ? 'pass' : 'FAIL',
    text: claim,
    found,
  }))
}

function plainLines(one: Tested): string {
  return linesOf(one)
    .map(({ word, text, found }) => `${word}  ${named(one, text)}${found === '' ? '' : `: ${found}`}\n`)
    .join('')
}

/** With the file in front; errors of the input have it already. */
function named(one: Tested, text: string): string {
  return text.startsWith(`${one.file}: `) ? text : `${titleOf(one)}: ${text}`
}

/** The file, and the try of its lesson. */
function titleOf({ file, tried }: Tested): string {
  return tried === undefined ? file : `${file}: ${tried}`
}

const plain: Reporter = {
  begin: '',
  after: plainLines,
  end: (all) => `${summaryOf(all)}\n`,
}

/** @see https://testanything.org/tap-version-13-specification.html */
const tap: Reporter = {
  begin: 'TAP version 13\n',
  after(one, all) {
    const before = all.slice(0, -1).flatMap(linesOf).length
    return linesOf(one)
      .map(({ word, text, found }, index) => {
        // A # would begin a directive.
        const name = named(one, text).replace(/[\\#]/g, '\\$&')
        const line = `${word === 'FAIL' ? 'not ok' : 'ok'} ${before + index + 1} - ${name}`
        if (word === 'none') return `${line} # SKIP no claims\n`
        return found === '' ? `${line}\n` : `${line}\n  ---\n  found: ${JSON.stringify(found)}\n  ...\n`
      })
      .join('')
  },
  end: (all) => `1..${all.flatMap(linesOf).length}\n`,
}

/** The XML of JUnit, as CI servers read it. */
const junit: Reporter = {
  begin: '',
  after: () => '',
  end(all) {
    const suites = all.map((one) => {
      const lines = linesOf(one)
      const cases = lines.map(({ word, text, found }) => {
        const name = one.error === undefined ? text : 'can be tested'
        const start = `    <testcase classname="${xml(titleOf(one))}" name="${xml(name)}"`
        if (word === 'pass') return `${start}/>`
        const inside =
          word === 'none'
            ? '<skipped/>'
            : one.error === undefined
              ? `<failure message="${xml(found)}"/>`
              : `<error message="${xml(one.error)}"/>`
        return `${start}>${inside}</testcase>`
      })
      return [
        `  <testsuite name="${xml(titleOf(one))}" ${countsOf([one])} time="${one.seconds.toFixed(3)}">`,
        ...cases,
        '  </testsuite>',
      ].join('\n')
    })
    const seconds = all.reduce((sum, one) => sum + one.seconds, 0)
    return [
      '<?xml version="1.0" encoding="UTF-8"?>',
      `<testsuites name="engram" ${countsOf(all)} time="${seconds.toFixed(3)}">`,
      ...suites,
      '</testsuites>\n',
    ].join('\n')
  },
}

function countsOf(all: readonly Tested[]): string {
  const count = (isCounted: (one: Tested, line: Line) => boolean): number =>
    all.flatMap((one) => linesOf(one).filter((line) => isCounted(one, line))).length
  const errors = count(({ error }) => error !== undefined)
  const failures = count(({ error }, { word }) => error === undefined && word === 'FAIL')
  return `tests="${count(() => true)}" failures="${failures}" errors="${errors}" skipped="${count((_, { word }) => word === 'none')}"`
}

/** Text for an attribute. XML 1.0 has no control characters, which become \uXXXX, and no U+FFFE or U+FFFF, which become "?". */
function xml(text: string): string {
  return markup(text).replace(/[\ufffe\uffff]/g, '?')
}

const json: Reporter = {
  begin: '',
  after: () => '',
  end: (all, adapter) =>
    `${JSON.stringify(
      {
        passed: all.every(isPassed),
        summary: summaryOf(all),
        version,
        ...(adapter && { adapter }),
        scenarios: all.map(({ file, tried, seconds, error, verdicts }) => ({
          file,
          ...(tried === undefined ? {} : { try: tried }),
          passed: isPassed({ file, seconds, verdicts, ...(error === undefined ? {} : { error }) }),
          seconds: Number(seconds.toFixed(3)),
          ...(error === undefined ? {} : { error }),
          claims: verdicts,
        })),
      },
      null,
      2,
    )}\n`,
}

/**
 * The plain lines, and an annotation for each claim that fails.
 * @see https://docs.github.com/actions/reference/workflow-commands-for-github-actions
 */
const github: Reporter = {
  begin: '',
  after(one) {
    const annotations = linesOf(one).flatMap(({ word, text, found }) => {
      if (word !== 'FAIL') return []
      const title = one.error === undefined ? 'A claim fails' : 'A scenario cannot be tested'
      return [
        `::error file=${property(one.file)},title=${property(title)}::${message(`${one.tried === undefined ? '' : `${one.tried}: `}${text}${found === '' ? '' : `: ${found}`}`)}\n`,
      ]
    })
    return `${inert(plainLines(one))}${annotations.join('')}`
  },
  end: (all) => `${summaryOf(all)}\n`,
}

/** Commands of the older form are found anywhere in a line. */
export function inert(text: string): string {
  return text.replaceAll('##[', '# #[')
}

function message(text: string): string {
  return inert(text).replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
}

function property(text: string): string {
  return message(text).replaceAll(':', '%3A').replaceAll(',', '%2C')
}

export const REPORTERS = { plain, tap, junit, json, github } as const satisfies Readonly<
  Record<string, Reporter>
>
export type ReporterName = keyof typeof REPORTERS
