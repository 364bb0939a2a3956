import fc from 'fast-check'
import { expect, test } from 'vitest'
import { dueTicks, nextWindow, showings, spansBetween } from '../../../src/app/timeline/schedule.ts'
import type { Model } from '../../../src/core/model/model.ts'
import { shownAt } from '../../../src/core/model/stimulus.ts'
import { isDue } from '../../../src/core/plan/clock.ts'

const tick = fc.integer({ min: 0, max: 400 })
const every = fc.integer({ min: 1, max: 60 })

test('a lane is marked in exactly the ticks in which the scheduler updates its group, through changes of its rate', () => {
  fc.assert(
    fc.property(
      every,
      fc.array(fc.tuple(fc.integer({ min: 1, max: 90 }), every), { maxLength: 3 }),
      tick,
      tick,
      (first, changes, a, b) => {
        let at = 0
        const eras = [
          { tick: 0, every: first },
          ...changes.map(([after, next]) => ({ tick: (at += after), every: next })),
        ]
        const [from, to] = a < b ? [a, b] : [b, a]
        const marked = spansBetween(eras, from, to).flatMap(dueTicks)
        const due = Array.from({ length: to - from }, (_, k) => from + k).filter((t) =>
          isDue(t, eras.findLast((era) => era.tick <= t)!.every),
        )
        expect(marked).toEqual(due)
      },
    ),
  )
})

test('the stimulus lane shows in each tick the row that the network is shown, and nothing in gaps', () => {
  const shape = fc.record({
    start: fc.integer({ min: 0, max: 50 }),
    length: fc.integer({ min: 1, max: 300 }),
    dwell: fc.oneof(
      fc.integer({ min: 1, max: 20 }),
      fc.record({ min: fc.integer({ min: 1, max: 5 }), max: fc.integer({ min: 5, max: 20 }) }),
    ),
    gap: fc.integer({ min: 0, max: 20 }),
    rows: fc.integer({ min: 1, max: 5 }),
    order: fc.constantFrom('cycle', 'shuffle', 'once', 'random'),
  })
  fc.assert(
    fc.property(shape, tick, tick, ({ start, length, rows, ...own }, a, b) => {
      const patterns = { rows, columns: 1, data: new Float32Array(rows) }
      const item: Model['stimulus'][number] = {
        kind: 'clamp',
        layer: 'v',
        patterns,
        start,
        stop: start + length,
        ...own,
      }
      const [from, to] = a < b ? [a, b] : [b, a]
      const found = showings(item, 2, 7, from, to, 1000)!
      for (let t = from; t < to; t++) {
        const shown = found.filter((showing) => showing.from <= t && t < showing.to).map(({ row }) => row)
        const row = shownAt(item, 2, 7, t)
        expect(shown).toEqual(row === -1 ? [] : [row])
      }
    }),
  )
})

test('more showings than there is room for are not listed one by one', () => {
  const patterns = { rows: 2, columns: 1, data: new Float32Array(2) }
  const item = {
    kind: 'clamp',
    layer: 'v',
    patterns,
    start: 0,
    stop: Infinity,
    dwell: 1,
    gap: 1,
    order: 'cycle',
  } as const
  expect(showings(item, 0, 1, 0, 1000, 100)).toBeUndefined()
})

test('windows grow and shrink by the same steps', () => {
  expect(nextWindow(50, true)).toBe(100)
  expect(nextWindow(100, false)).toBe(50)
  expect(nextWindow(100_000, true)).toBe(100_000)
})
