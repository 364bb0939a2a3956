import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { deflateSync, strFromU8, strToU8 } from 'fflate'
import { describe, expect, test } from 'vitest'
import {
  hasChecksum,
  hashOf as hashFound,
  isShared,
  linkedScenario,
  linkTo,
  LONGEST_LINK,
  scenarioOf,
} from '../../../src/app/sharing/link.ts'
import { ModelError } from '../../../src/core/errors.ts'
import type { Scenario } from '../../../src/core/model/schema.ts'
import { loadShipped } from '../../scenario.ts'

const PAGE = 'https://example.org/engram/?scenario=digits#old'
const { scenario: shipped } = await loadShipped('digits')
// As the page links it.
const scenario = linkedScenario(shipped, shipped)
const hashOf = (link: string): string => new URL(link).hash

test('a link gives back the identical scenario, whatever its words and numbers', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'binary' }),
      fc.integer({ min: 0, max: 2 ** 32 - 1 }),
      fc.double({ min: 1e-6, max: 1e-2, noNaN: true }),
      (name, seed, dt) => {
        const own = { ...scenario, name, seed, time: { ...scenario.time, dt } }
        expect(scenarioOf(hashOf(linkTo(PAGE, own)))).toEqual(own)
      },
    ),
  )
})

test('a link has a lesson of its own, but not that of the shipped scenario whose name it has', () => {
  expect(scenario).not.toHaveProperty('lesson')
  const own = { ...shipped, lesson: { story: ['Mine.'], tries: [] } }
  expect(linkedScenario(own, shipped)).toEqual(own)
  expect(linkedScenario({ ...shipped, name: 'Mine' }, shipped)).toHaveProperty('lesson')
  expect(linkedScenario(own, undefined)).toEqual(own)
})

test.each(['?', '%23', '?scenario=digits%23', '?scenario=digits&'])(
  'a link whose # has become %s has the same hash',
  (sign) => {
    const hash = hashOf(linkTo(PAGE, scenario))
    expect(hashFound(new URL(`https://example.org/engram/${sign}${hash.slice(1)}`))).toBe(hash)
  },
)

test('a link is of the page alone, with characters that no program changes', () => {
  const link = linkTo(PAGE, scenario)
  expect(link).toMatch(/^https:\/\/example\.org\/engram\/#s1=[\w-]+$/)
  expect(isShared(hashOf(link))).toBe(true)
  expect(isShared('#plots')).toBe(false)
})

describe('a link is refused in one line that says what to do', () => {
  const hash = hashOf(linkTo(PAGE, scenario))
  test.each([
    ['cut short', hash.slice(0, -20), 'copy it again'],
    ['empty', '#s1=', 'copy it again'],
    ['no base64', '#s1=%%%', 'copy it again'],
    ['of another version', hash.replace('s1', 's2'), 'has the format s2, this page reads s1'],
    [
      'of a scenario that is not valid',
      hashOf(linkTo(PAGE, { ...scenario, replicas: 0 })),
      'replicas: must be',
    ],
    ['too long', `#s1=${'A'.repeat(LONGEST_LINK)}`, `at most ${LONGEST_LINK}`],
  ])('%s', (_, broken, message) => {
    expect(() => scenarioOf(broken)).toThrow(ModelError)
    expect(() => scenarioOf(broken)).toThrow(message)
  })
})

/** As versions before the checksum made them. */
function oldLinkTo(own: Scenario): string {
  const text = strFromU8(deflateSync(strToU8(JSON.stringify(own)), { level: 9 }), true)
  return `#s1=${btoa(text).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')}`
}

/** What the browser makes of an address. */
function seen(hash: string): string {
  return new URL(`https://example.org/engram/${hash}`).hash
}

test('a link with any one character removed, changed or added opens the same scenario or is refused', () => {
  const whole = hashOf(linkTo(PAGE, scenario))
  const signs = [...Array.from('AzZ09_-%= #.+é'), '\u202e', '\u0000']
  let refused = 0
  // Without its first sign it is no hash.
  for (let at = 1; at <= whole.length; at++) {
    const [before, after] = [whole.slice(0, at), whole.slice(at + 1)]
    const changed = [
      before + after,
      ...signs.flatMap((sign) => [before + sign + after, before + sign + whole.slice(at)]),
    ]
    for (const hash of changed.map(seen)) {
      expect(isShared(hash), hash).toBe(true)
      try {
        expect(scenarioOf(hash), hash).toEqual(scenario)
      } catch (error) {
        if (!(error instanceof ModelError)) throw error
        refused++
      }
    }
  }
  expect(refused).toBeGreaterThan(20 * whole.length)
})

test('a link of which several characters are changed, or two stand in the place of each other, is refused', () => {
  const whole = hashOf(linkTo(PAGE, scenario))
  const place = fc.integer({ min: 4, max: whole.length - 2 })
  fc.assert(
    fc.property(
      fc.array(fc.tuple(place, fc.constantFrom(...Array.from('ABCxyz019_-'))), {
        minLength: 2,
        maxLength: 6,
      }),
      (edits) => {
        const signs = Array.from(whole)
        for (const [at, sign] of edits) signs[at] = sign
        fc.pre(signs.join('') !== whole)
        expect(() => scenarioOf(signs.join(''))).toThrow('the link is damaged')
      },
    ),
  )
  for (let at = 4; at + 2 < whole.length; at++) {
    const swapped = whole.slice(0, at) + whole[at + 1]! + whole[at]! + whole.slice(at + 2)
    if (swapped !== whole) expect(() => scenarioOf(swapped), swapped).toThrow('the link is damaged')
  }
})

describe('a link opens the same scenario after what programs do to it', () => {
  const whole = hashOf(linkTo(PAGE, scenario))
  const encoded = (text: string): string =>
    Array.from(text)
      .map((sign) => `%${sign.charCodeAt(0).toString(16).padStart(2, '0')}`)
      .join('')
  test.each([
    ['percent-encoding of the prefix', whole.replace('=', '%3D')],
    ['percent-encoding of every sign', `#${encoded(whole.slice(1))}`],
    ['percent-encoding of some', `#${whole.slice(1).replace(/[a-f]/g, encoded)}`],
    ['percent-encoding twice', `#${encoded(encoded(whole.slice(1, 60)))}${whole.slice(60)}`],
    ['lines of a mail', `${whole.slice(0, 70)}%20%0A${whole.slice(70, 140)}=\r\n${whole.slice(140)}`],
    [
      'a soft hyphen and a space without width',
      `${whole.slice(0, 90)}\u00ad${whole.slice(90, 95)}\u200b${whole.slice(95)}`,
    ],
    ...[
      '.',
      ',',
      ';',
      ':',
      '!',
      '?',
      ')',
      ']',
      '}',
      '>',
      '"',
      "'",
      '”',
      '»',
      '…',
      '。',
      '*',
      '`',
      '&gt;',
      '&quot;',
      '>.',
      ').',
      '%3E',
      '%29',
      '%22.',
      '.%20',
      '==',
    ].map((added): [string, string] => [`${added} at its end`, whole + added]),
  ])('%s', (_, changed) => {
    for (const hash of [changed, seen(changed)]) {
      expect(isShared(hash)).toBe(true)
      expect(scenarioOf(hash)).toEqual(scenario)
      expect(hasChecksum(hash)).toBe(true)
    }
  })
})

test('a link of an older version opens and is known to have no checksum', () => {
  const old = oldLinkTo(scenario)
  for (const hash of [old, `${old}.`, old.replace('=', '%3D')]) {
    expect(scenarioOf(hash)).toEqual(scenario)
    expect(hasChecksum(hash)).toBe(false)
  }
  expect(() => scenarioOf(old.slice(0, -20))).toThrow('the link is damaged')
})

test('a link that the Python package made opens', () => {
  const link = readFileSync('python/tests/link.txt', 'utf8').trim()
  const { name, time, neurons } = scenarioOf(`#${link}`)
  expect(name).toBe('from Python é')
  expect(time).toMatchObject({ dt: 0.1, ticks: 10 })
  expect(neurons.v!.init).toEqual({ kind: 'values', values: [[0.1, -2]] })
})
