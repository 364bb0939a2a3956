import { promisify } from 'node:util'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { restBetweenPolls } from '../../../src/node/polling.ts'

/** What has been asked for, oldest first, and the clock, in ms. */
let asked: { readonly by: 'immediate' | 'timer'; readonly run: () => void }[]
let clock: number

beforeEach(() => {
  asked = []
  clock = 0
  vi.spyOn(performance, 'now').mockImplementation(() => clock)
  vi.stubGlobal('setImmediate', (run: () => void) => asked.push({ by: 'immediate', run }))
  vi.stubGlobal('setTimeout', (run: () => void) => asked.push({ by: 'timer', run }))
})

afterEach(() => {
  vi.unstubAllGlobals()
  vi.restoreAllMocks()
})

/** A function as add-ons make them: native, without a name. */
const native = (run: () => void): (() => void) =>
  Object.defineProperty(run.bind(undefined), 'name', { value: '' })

/** Polls until the clock is at `end`, a tenth of a millisecond each; how each poll was asked for. */
function wait(end: number, wrap: (run: () => void) => () => void): string[] {
  const ways: string[] = []
  const poll = wrap(() => {
    clock += 0.1
    if (clock < end) setImmediate(poll)
  })
  setImmediate(poll)
  for (let next = asked.shift(); next !== undefined; next = asked.shift()) {
    ways.push(next.by)
    next.run()
  }
  return ways
}

test('a wait of an add-on polls at once while it is short, then after a timer each; the next one begins anew', () => {
  const end = restBetweenPolls()
  for (let start = 0; start < 3; start++) {
    clock = 10 * start
    expect(new Set(wait(clock + 0.4, native))).toEqual(new Set(['immediate']))
    const ways = wait(clock + 3, native)
    expect(ways.slice(0, 4)).toEqual(['immediate', 'immediate', 'immediate', 'immediate'])
    expect(new Set(ways.slice(6))).toEqual(new Set(['timer']))
  }
  end()
})

test('functions of others are called at once, bound ones and methods of the language too', () => {
  const end = restBetweenPolls()
  for (const wrap of [
    (run: () => void) => run,
    (run: () => void) => run.bind(undefined),
    (run: () => void) => () => run(),
  ])
    expect(new Set(wait(clock + 3, wrap))).toEqual(new Set(['immediate']))
  end()
})

test('polls rest as long as one who asked for it is there, and once each has gone setImmediate is what it was', () => {
  const before = globalThis.setImmediate
  const [one, other] = [restBetweenPolls(), restBetweenPolls()]
  one()
  one()
  expect(wait(clock + 3, native)).toContain('timer')
  other()
  expect(globalThis.setImmediate).toBe(before)
  expect(wait(clock + 3, native)).not.toContain('timer')
})

test('a promise of setImmediate still settles', async () => {
  vi.unstubAllGlobals()
  const end = restBetweenPolls()
  await expect(promisify(setImmediate)('value')).resolves.toBe('value')
  end()
})
