import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Stimulus } from '../../../src/core/model/model.ts'
import { shownAt } from '../../../src/core/model/stimulus.ts'

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
})
