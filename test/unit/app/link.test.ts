import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isShared, linkTo, LONGEST_LINK, scenarioOf } from '../../../src/app/share/link.ts'
import { ModelError } from '../../../src/core/model/errors.ts'
import { loadShipped } from '../../scenario.ts'

const PAGE = 'https://example.org/engram/?scenario=digits#old'
const { scenario } = await loadShipped('digits')
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
