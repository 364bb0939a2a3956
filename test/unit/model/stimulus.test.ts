import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Stimulus } from '../../../src/core/model/model.ts'
import { showingStart, shownAt } from '../../../src/core/model/stimulus.ts'

const item = (parts: Partial<Stimulus> = {}, rows = 3): Stimulus => ({
  kind: 'clamp',
  layer: 'v',
  patterns: { rows, columns: 1, data: new Float32Array(rows) },
  start: 0,
  stop: Infinity,
  dwell: 1,
  gap: 0,
  order: 'cycle',
  ...parts,
})
const shown = (stimulus: Stimulus, ticks: number, seed = 1) =>
  Array.from({ length: ticks }, (_, tick) => shownAt(stimulus, 0, seed, tick))

describe('what a stimulus shows', () => {
  it('cycle: each row for dwell ticks, then a gap, again and again', () => {
    expect(shown(item(), 7)).toEqual([0, 1, 2, 0, 1, 2, 0])
    expect(shown(item({ dwell: 2, gap: 1 }), 11)).toEqual([0, 0, -1, 1, 1, -1, 2, 2, -1, 0, 0])
  })

  it('nothing before its start and from its stop on', () => {
    expect(shown(item({ start: 2, stop: 5 }), 7)).toEqual([-1, -1, 0, 1, 2, -1, -1])
  })

  it('once: a single pass, then off', () => {
    expect(shown(item({ order: 'once', dwell: 2 }, 2), 6)).toEqual([0, 0, 1, 1, -1, -1])
  })

  it('initial: at its start only', () => {
    expect(shown(item({ kind: 'initial', start: 2, stop: 3 }), 4)).toEqual([-1, -1, 0, -1])
  })

  it('shuffle: every pass shows every row once, in an order of its own', () => {
    const ticks = shown(item({ order: 'shuffle' }, 8), 24)
    const passes = [0, 8, 16].map((from) => ticks.slice(from, from + 8))
    for (const pass of passes) expect([...pass].sort()).toEqual([0, 1, 2, 3, 4, 5, 6, 7])
    expect(new Set(passes.map(String)).size).toBe(3)
  })

  it('shuffle: depends on seed, place and tick only, not on what was asked before', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(50), { minLength: 1, maxLength: 20 }), fc.nat(5), (ticks, index) => {
        const asked = item({ order: 'shuffle' }, 5)
        for (const tick of ticks) {
          const fresh = item({ order: 'shuffle' }, 5)
          expect(shownAt(asked, index, 7, tick)).toBe(shownAt(fresh, index, 7, tick))
        }
      }),
    )
    const other = item({ order: 'shuffle' }, 20)
    expect(shown(other, 20, 1)).not.toEqual(shown(other, 20, 2))
    const places = [0, 1].map((index) =>
      Array.from({ length: 20 }, (_, tick) => shownAt(other, index, 1, tick)),
    )
    expect(places[0]).not.toEqual(places[1])
  })

  it('random: rows in the shares of their probabilities, whatever came before, and none of probability 0', () => {
    const ticks = 40_000
    for (const probabilities of [undefined, [0, 0.7, 0.1, 0.2, 0]]) {
      const rows = 5
      const of = item({ order: 'random', ...(probabilities && { probabilities }) }, rows)
      const drawn = shown(of, ticks, 3)
      const shares = probabilities ?? Array.from({ length: rows }, () => 1 / rows)
      shares.forEach((share, row) => {
        const sigma = Math.sqrt(share * (1 - share) * ticks)
        const count = drawn.filter((one) => one === row).length
        expect(Math.abs(count - share * ticks)).toBeLessThanOrEqual(4 * sigma)
        // What follows a row has the same shares.
        const after = drawn.filter((_, tick) => tick > 0 && drawn[tick - 1] === 1)
        const next = after.filter((one) => one === row).length
        expect(Math.abs(next - share * after.length)).toBeLessThanOrEqual(
          4 * Math.sqrt(share * (1 - share) * after.length),
        )
      })
    }
  })

  it('dwell of a range: every number of it as often, both ends included, with the gap behind each', () => {
    const draws = 6000
    const of = item({ dwell: { min: 2, max: 4 }, gap: 1 }, 2)
    const lengths = new Map<number, number>()
    let at = 0
    for (let number = 0; number < draws; number++) {
      expect(showingStart(of, 0, 1, number)).toBe(at)
      let length = 0
      while (shownAt(of, 0, 1, at) === number % 2) [at, length] = [at + 1, length + 1]
      expect(shownAt(of, 0, 1, at)).toBe(-1)
      at++
      lengths.set(length, (lengths.get(length) ?? 0) + 1)
    }
    expect([...lengths.keys()].sort()).toEqual([2, 3, 4])
    for (const count of lengths.values())
      expect(Math.abs(count - draws / 3)).toBeLessThan(4 * Math.sqrt((draws * 2) / 9))
  })

  it('dwell of a range: a `unit` stretches each of them', () => {
    const coarse = item({ dwell: { min: 1, max: 5 }, gap: 2, order: 'random' })
    const fine = item({ dwell: { min: 1, max: 5, unit: 3 }, gap: 6, order: 'random' })
    expect(shown(fine, 900)).toEqual(shown(coarse, 300).flatMap((row) => [row, row, row]))
  })

  it('random, with any dwell: depends on seed, place and tick only, not on what was asked before', () => {
    const parts = { order: 'random', dwell: { min: 1, max: 9 }, gap: 1 } as const
    fc.assert(
      fc.property(fc.array(fc.nat(30_000), { minLength: 1, maxLength: 8 }), fc.nat(5), (ticks, index) => {
        const asked = item(parts, 5)
        for (const tick of ticks)
          expect(shownAt(asked, index, 7, tick)).toBe(shownAt(item(parts, 5), index, 7, tick))
      }),
      { numRuns: 30 },
    )
    const of = item(parts, 5)
    const other = (index: number, seed: number) =>
      Array.from({ length: 60 }, (_, tick) => shownAt(of, index, seed, tick))
    expect(other(0, 1)).not.toEqual(other(1, 1))
    expect(other(0, 1)).not.toEqual(other(0, 2))
  })
})
