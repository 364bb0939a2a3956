import { expect, test } from 'vitest'
import type { Verdict } from '../../../src/core/run/claims.ts'
import { REPORTERS, type ReporterName, type Tested } from '../../../src/node/reporters.ts'

const verdict = (state: Verdict['state'], claim: string, found: string): Verdict => ({
  probe: 'p',
  claim,
  state,
  found,
  value: state === 'fails' ? NaN : 0.5,
  tick: 7,
})

/** A scenario whose name would be commands, markup and directives, one without claims, one that cannot be loaded. */
const FILE = 'a, b:<&"\'#%5.json'
const ALL: Tested[] = [
  {
    file: FILE,
    seconds: 0.25,
    verdicts: [verdict('holds', 'p >= 0.4', '0.5'), verdict('fails', 'p <= 1', 'NaN, replica 3')],
  },
  { file: 'none.json', seconds: 0, verdicts: [] },
  { file: 'x.json', seconds: 0, verdicts: [], error: 'x.json: ##[add-mask]a\u0001 100 %' },
]
const ADAPTER = { name: 'adapter', type: 'software', driver: 'd' } as const

function printed(name: ReporterName): string {
  const { begin, after, end } = REPORTERS[name]
  return [begin, ...ALL.map((one, index) => after(one, ALL.slice(0, index + 1))), end(ALL, ADAPTER)].join('')
}

test('plain has a line for each claim', () => {
  expect(printed('plain')).toBe(
    [
      `pass  ${FILE}: p >= 0.4: 0.5`,
      `FAIL  ${FILE}: p <= 1: NaN, replica 3`,
      'none  none.json: claims nothing',
      'FAIL  x.json: ##[add-mask]a\u0001 100 %',
      '1 of 2 claims hold in 3 scenarios, 1 could not be tested\n',
    ].join('\n'),
  )
})

test('TAP numbers them, and no name is a directive', () => {
  expect(printed('tap').split('\n')).toEqual([
    'TAP version 13',
    'ok 1 - a, b:<&"\'\\#%5.json: p >= 0.4',
    '  ---',
    '  found: "0.5"',
    '  ...',
    'not ok 2 - a, b:<&"\'\\#%5.json: p <= 1',
    '  ---',
    '  found: "NaN, replica 3"',
    '  ...',
    'ok 3 - none.json: claims nothing # SKIP no claims',
    'not ok 4 - x.json: \\#\\#[add-mask]a\u0001 100 %',
    '1..4',
    '',
  ])
})

test('annotations of GitHub have every sign escaped that would end them or begin another', () => {
  const lines = printed('github').split('\n')
  expect(lines.filter((line) => line.startsWith('::'))).toEqual([
    '::error file=a%2C b%3A<&"\'#%255.json,title=A claim fails::p <= 1: NaN, replica 3',
    '::error file=x.json,title=A scenario cannot be tested::x.json: # #[add-mask]a\u0001 100 %25',
  ])
  expect(lines.some((line) => line.includes('##['))).toBe(false)
})

test('JSON has all verdicts; NaN is null', () => {
  expect(JSON.parse(printed('json'))).toMatchObject({
    passed: false,
    adapter: ADAPTER,
    scenarios: [
      {
        file: FILE,
        passed: false,
        seconds: 0.25,
        claims: [
          { state: 'holds', value: 0.5 },
          { state: 'fails', value: null },
        ],
      },
      { file: 'none.json', passed: true, claims: [] },
      { file: 'x.json', passed: false, error: 'x.json: ##[add-mask]a\u0001 100 %' },
    ],
  })
})

test('JUnit is well-formed XML that counts', () => {
  const text = printed('junit')
  expect(tagsOf(text)).toEqual([
    'testsuites tests="4" failures="1" errors="1" skipped="1"',
    'testsuite tests="2" failures="1" errors="0" skipped="0"',
    'testcase',
    'testcase',
    'failure',
    'testsuite tests="1" failures="0" errors="0" skipped="1"',
    'testcase',
    'skipped',
    'testsuite tests="1" failures="0" errors="1" skipped="0"',
    'testcase',
    'error',
  ])
  expect(text).toContain('classname="a, b:&#60;&#38;&#34;&#39;#%5.json"')
  expect(text).toContain('<failure message="NaN, replica 3"/>')
})

/** Reads XML that has elements and attributes alone. @throws where a tag is not closed, or a sign stands as it may not */
function tagsOf(text: string): string[] {
  const open: string[] = []
  const found: string[] = []
  let rest = text.replace(/^<\?xml version="1\.0" encoding="UTF-8"\?>/, '')
  const tag = /^\s*<(\/?)([a-z]+)((?:\s+[a-z]+="[^"<&\p{Cc}]*(?:&#\d+;[^"<&\p{Cc}]*)*")*)\s*(\/?)>/u
  while (rest.trim() !== '') {
    const match = tag.exec(rest)
    if (match === null) throw new Error(`not well-formed at ${rest.slice(0, 80)}`)
    const [whole, closes, name = '', attributes = '', isEmpty] = match
    rest = rest.slice(whole.length)
    if (closes === '/') {
      if (open.pop() !== name) throw new Error(`</${name}> closes another`)
      continue
    }
    const counts = /tests="\d+" failures="\d+" errors="\d+" skipped="\d+"/.exec(attributes)?.[0]
    found.push(counts === undefined ? name : `${name} ${counts}`)
    if (isEmpty !== '/') open.push(name)
  }
  if (open.length > 0) throw new Error(`<${open.join()}> is not closed`)
  return found
}
