import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isDue, isSampled, samplesBetween } from '../../../src/core/plan/clock.ts'

const every = fc.integer({ min: 1, max: 1000 })
const ticks = fc.integer({ min: 0, max: 3000 })

test('a group is updated in the last tick of each `every`', () => {
  expect([0, 1, 2, 3, 4, 5].filter((tick) => isDue(tick, 3))).toEqual([2, 5])
  expect([0, 1, 2].filter((tick) => isDue(tick, 1))).toEqual([0, 1, 2])
})

test('the updates of a run advance a group by all of its time but a rest below one step', () => {
  fc.assert(
    fc.property(every, ticks, (step, end) => {
      let updates = 0
      for (let tick = 0; tick < end; tick++) if (isDue(tick, step)) updates++
      expect(end - updates * step).toBeGreaterThanOrEqual(0)
      expect(end - updates * step).toBeLessThan(step)
    }),
  )
})

test('a group is updated in a tick exactly when a probe of its rate samples after it', () => {
  fc.assert(fc.property(every, ticks, (step, tick) => isDue(tick, step) === isSampled(tick + 1, step)))
})

test('every probe samples the state before the first tick', () => {
  fc.assert(fc.property(every, (step) => isSampled(0, step)))
})

test('samplesBetween counts the samples', () => {
  fc.assert(
    fc.property(every, ticks, ticks, (step, a, b) => {
      const [from, to] = a < b ? [a, b] : [b, a]
      let count = 0
      for (let tick = from + 1; tick <= to; tick++) if (isSampled(tick, step)) count++
      expect(samplesBetween(from, to, step)).toBe(count)
    }),
  )
})

test('splitting a run does not change how many samples it has', () => {
  fc.assert(
    fc.property(every, ticks, ticks, (step, first, second) => {
      const whole = samplesBetween(0, first + second, step)
      expect(samplesBetween(0, first, step) + samplesBetween(first, first + second, step)).toBe(whole)
    }),
  )
})

test('groups of two rates meet at every common multiple and nowhere else', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 20 }), (a, b) => {
      const both = Array.from({ length: a * b }, (_, tick) => tick).filter((t) => isDue(t, a) && isDue(t, b))
      const gcd = (x: number, y: number): number => (y === 0 ? x : gcd(y, x % y))
      const multiple = (a * b) / gcd(a, b)
      expect(both).toEqual(Array.from({ length: (a * b) / multiple }, (_, k) => (k + 1) * multiple - 1))
    }),
  )
})
