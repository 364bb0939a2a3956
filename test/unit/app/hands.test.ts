import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cellsUnder, lineOf, runsOf } from '../../../src/app/editing/brush.ts'
import { amountText, damaged, damageOf, shownRow } from '../../../src/app/editing/choices.ts'
import { cleared, painted, replaced } from '../../../src/app/editing/edits.ts'
import { freeRows } from '../../../src/app/editing/free.ts'
import { createLatest } from '../../../src/app/editing/latest.ts'
import { fitted, likenessOf, madeLike } from '../../../src/app/editing/likeness.ts'
import { type Store, cueOf, inkOf, storesOf, zeroRow } from '../../../src/app/editing/places.ts'
import { tileOf } from '../../../src/app/views/tiling.ts'
import type { Rows } from '../../../src/core/model/model.ts'
import type { DenseArray } from '../../../src/core/run/arrays.ts'
import type { Patterns } from '../../../src/core/model/patterns/schema.ts'
import { hidden, memory, resolve, scenario, visible } from '../model/resolving.ts'

const rowsOf = (...rows: number[][]): Rows => ({
  rows: rows.length,
  columns: rows[0]!.length,
  data: Float32Array.from(rows.flat()),
})
const mean = (row: ArrayLike<number>) => Array.from(row).reduce((sum, value) => sum + value, 0) / row.length
const norm = (row: ArrayLike<number>) => Math.hypot(...Array.from(row))

describe('a brush', () => {
  it('is round, stays inside the picture, and does not come in again on the other side', () => {
    const canvas = { ...tileOf(6, 6), columns: 36 }
    expect(cellsUnder(canvas, 14, 1)).toEqual([14])
    expect(cellsUnder(canvas, 14, 2)).toEqual([8, 13, 14, 15, 20])
    expect(cellsUnder(canvas, 6, 3)).toEqual([0, 1, 6, 7, 12, 13])
    expect(cellsUnder({ ...canvas, columns: 33 }, 32, 3)).toEqual([25, 26, 27, 31, 32])
  })

  it('leaves no gap on its way: each step goes to a neighbour', () => {
    const canvas = { ...tileOf(9, 9), columns: 81 }
    const cell = fc.nat(80)
    fc.assert(
      fc.property(cell, cell, (from, to) => {
        const line = lineOf(canvas, from, to)
        expect([line[0], line.at(-1)]).toEqual([from, to])
        for (const [index, next] of line.slice(1).entries()) {
          const last = line[index]!
          const [dx, dy] = [(next % 9) - (last % 9), Math.floor(next / 9) - Math.floor(last / 9)]
          expect(Math.max(Math.abs(dx), Math.abs(dy))).toBe(1)
        }
      }),
    )
  })

  it('stays in the channel that it is over, and its way goes over the gaps between channels as it is drawn', () => {
    // Channels 0 and 1 side by side, channel 2 below the first; each has 3 x 3 entries.
    const canvas = { ...tileOf(3, 3, 3), columns: 27 }
    expect(cellsUnder(canvas, 5, 3)).toEqual([1, 2, 4, 5, 7, 8])
    // As wide as from the middle of one channel over the gap to the next.
    expect(cellsUnder(canvas, 13, 6)).toEqual([9, 10, 11, 12, 13, 14, 15, 16, 17])
    expect(lineOf(canvas, 3, 13)).toEqual([3, 4, 5, 12, 13])
    expect(lineOf(canvas, 4, 22)).toEqual([4, 7, 19, 22])
    // From corner to corner, over the middle of the gaps.
    expect(lineOf(canvas, 15, 20)).toEqual([15, 20])
  })

  it('writes neighbouring cells together', () => {
    expect(runsOf([7, 3, 4, 5, 3])).toEqual([
      [3, 3],
      [7, 1],
    ])
  })
})

describe('edits', () => {
  const zeros: Patterns = { kind: 'zeros' }

  it('of many strokes stay as few as there are rows and values', () => {
    let patterns = painted(
      zeros,
      0,
      new Map([
        [3, 1],
        [4, 1],
      ]),
    )
    patterns = painted(patterns, 1, new Map([[3, 1]]))
    patterns = painted(
      patterns,
      0,
      new Map([
        [4, 0],
        [5, 1],
      ]),
    )
    expect(patterns.edits).toEqual([
      { op: 'paint', row: 0, columns: [3, 5], value: 1 },
      { op: 'paint', row: 1, columns: [3], value: 1 },
      { op: 'paint', row: 0, columns: [4], value: 0 },
    ])
  })

  it('a whole row takes the place of what was done to it before, to four digits', () => {
    const before = painted(painted(zeros, 0, new Map([[1, 1]])), 1, new Map([[1, 1]]))
    expect(replaced(before, 0, [1 / 3, 0]).edits).toEqual([
      { op: 'paint', row: 1, columns: [1], value: 1 },
      { op: 'row', row: 0, values: [0.3333, 0] },
    ])
    expect(cleared(before, 1, 2).edits).toEqual([
      { op: 'paint', row: 0, columns: [1], value: 1 },
      { op: 'clear', row: 1 },
    ])
  })

  it('a row that was added and then forgotten is still there for those behind it', () => {
    const added = replaced(replaced(zeros, 1, [1, 2]), 2, [3, 4])
    expect(cleared(added, 1, 2).edits).toEqual([
      { op: 'row', row: 1, values: [0, 0] },
      { op: 'row', row: 2, values: [3, 4] },
    ])
  })
})

describe('a row made like others', () => {
  it('has their mean and norm where they share them', () => {
    const others = rowsOf([3, 1, 1, 3], [1, 3, 3, 1], [0, 0, 0, 0])
    const like = likenessOf(others)
    expect(like.mean).toBe(2)
    expect(like.norm).toBeCloseTo(Math.sqrt(20), 12)
    const row = madeLike([5, 0, -1, 7], like)
    expect(mean(row)).toBeCloseTo(2, 12)
    expect(norm(row)).toBeCloseTo(Math.sqrt(20), 12)
  })

  it('has their signs where they are signs, whatever their mean', () => {
    const like = likenessOf(rowsOf([2, -2, 2], [-2, -2, -2]))
    expect([...madeLike([0.1, -3, 0], like)]).toEqual([2, -2, -2])
  })

  it('stays as it is where they have nothing in common, or where there is but one', () => {
    expect(likenessOf(rowsOf([1, 2, 3], [4, 4, 9]))).toEqual({})
    expect(likenessOf(rowsOf([1, 2, 3]))).toEqual({})
    expect([...madeLike([1, 2, 3], {})]).toEqual([1, 2, 3])
  })

  it('does not count the row that it replaces', () => {
    expect(likenessOf(rowsOf([1, -1], [1, 1], [5, 3]), 2)).toEqual({ sign: 1 })
  })
})

it('an image of other proportions stands whole in the middle, on what surrounds it', () => {
  const wide = { width: 4, height: 2, data: Float32Array.of(0.5, 0.5, 0.5, 0.5, 0.5, 1, 1, 0.5) }
  const fit = fitted(wide, 4, 4)
  expect([...fit.slice(0, 4), ...fit.slice(12)]).toEqual(Array(8).fill(0.5))
  expect([...fit.slice(4, 12)]).toEqual([...wide.data])
})

describe('places', () => {
  const network = (stimulus: unknown[]) =>
    resolve(
      scenario({
        neurons: { visible: visible(), hidden: hidden() },
        memories: { xi: memory({ scale: 2 }) },
        stimulus,
        replicas: 2,
      }),
    )
  const initial = { kind: 'initial', layer: 'visible', patterns: { kind: 'rows', of: 'xi', select: [0, 1] } }
  const clamp = { ...initial, kind: 'clamp', start: 2, stop: 4, dwell: 1 }

  it('the cue is what holds the layer now, else what it starts from', async () => {
    const model = await network([initial, clamp])
    expect(cueOf(model, 'visible', 0)).toMatchObject({ path: 'stimulus.0.patterns', isHeld: false })
    // After 4 ticks the last one was tick 3, which shows row 1.
    const held = cueOf(model, 'visible', 4)!
    expect(held).toMatchObject({ path: 'stimulus.1.patterns', isHeld: true })
    expect([held.rowOf(0), held.rowOf(1)]).toEqual([1, 1])
    expect(cueOf(model, 'visible', 2)).toMatchObject({ path: 'stimulus.0.patterns', isHeld: false })
    expect(cueOf(await network([]), 'visible', 0)).toMatchObject({
      path: 'neurons.visible.init',
      kind: 'init',
    })
    expect(cueOf(model, 'hidden', 0)).toBeUndefined()
  })

  it('a memory becomes the cue of one replica or of all; damage stays, paint on it goes', async () => {
    const corrupt = { op: 'flip', fraction: 0.5 }
    const patterns = { ...initial.patterns, corrupt, edits: [{ op: 'clear', row: 1 }] }
    const model = await network([{ ...initial, patterns }])
    const [store] = storesOf(model, 'visible')
    const cue = cueOf(model, 'visible', 0)!
    const show = (whose: number | 'all') => shownRow(cue, store!, 2, whose, 2, [])
    expect(show(1)).toEqual({ kind: 'rows', of: 'xi', select: [0, 2], corrupt })
    expect(show(0)).toMatchObject({ select: [2, 1], edits: patterns.edits })
    expect(show('all')).toEqual({ kind: 'rows', of: 'xi', select: [2, 2], corrupt })
  })

  it('a row of a scaled memory becomes the cue without its scale', async () => {
    const model = await network([{ ...initial, patterns: { kind: 'zeros' } }])
    const [store] = storesOf(model, 'visible')
    const shown = shownRow(cueOf(model, 'visible', 0)!, store!, 2, 'all', 2, [])
    expect(shown).toEqual({ kind: 'rows', of: 'xi', select: [2], transform: [{ op: 'scale', factor: 0.5 }] })
  })

  it('a free row is one of zeros', () => {
    expect(zeroRow(rowsOf([1, 0], [0, 0], [0, 0]))).toBe(1)
    expect(zeroRow(rowsOf([1, 0]))).toBeUndefined()
  })

  it('a brush paints the extremes; nothing is 0, or the least of what is never below 0', () => {
    expect(inkOf([rowsOf([-0.51234, 4.5678])])).toEqual({ plus: 4.57, minus: -0.512, blank: 0 })
    expect(inkOf([rowsOf([0, 1])])).toEqual({ plus: 1, minus: 0, blank: 0 })
    expect(inkOf([rowsOf([0, 0])])).toEqual({ plus: 1, minus: -1, blank: 0 })
  })
})

it('damage of every kind is read back as it was set', () => {
  const patterns: Patterns = { kind: 'zeros', corrupt: { op: 'occlude', fraction: 0.5, side: 'left' } }
  for (const kind of ['flip', 'gaussian', 'occlude', 'mask'] as const)
    expect(damageOf(damaged(patterns, kind, 0.25).corrupt)).toEqual({ kind, amount: 0.25 })
  expect(damaged(patterns, 'occlude', 0.25).corrupt).toMatchObject({ side: 'left' })
  expect(damaged(patterns, 'none', 0)).toEqual({ kind: 'zeros' })
})

describe('rows that are free', () => {
  const read = (name: string): Promise<DenseArray> =>
    name === 'hidden/activations'
      ? // Two replicas of three neurons: row 1 is used least, then row 2.
        Promise.resolve({ shape: [2, 3], data: Float32Array.of(1, 0.25, -0.5, 1, -0.25, 0.5) })
      : Promise.reject(new Error(`\`${name}\` is not asked for`))
  const store = async (...rows: number[][]): Promise<Store> => {
    const model = await resolve(scenario())
    return { ...(storesOf(model, 'visible')[0] as Store), to: 'hidden', learns: false, rows: rowsOf(...rows) }
  }

  it('are those of zeros, without a look at the network while there are enough', async () => {
    const own = await store([1, 2], [0, 0], [0, 0])
    const free = await freeRows({ read: () => Promise.reject(new Error('read')) }, own, 2)
    expect(free.map(({ row, replaces }) => [row, replaces])).toEqual([
      [1, false],
      [2, false],
    ])
  })

  it('are then those that are used least, which lose what they held', async () => {
    const free = await freeRows({ read }, await store([0, 0], [1, 1], [2, 2]), 3)
    expect(free.map(({ row, replaces }) => [row, replaces])).toEqual([
      [0, false],
      [1, true],
      [2, true],
    ])
  })

  it('lie behind the last where rows can be added', async () => {
    const { to: _, ...own } = await store([1, 1], [0, 0])
    const free = await freeRows({ read }, own, 3)
    expect(free.map(({ row }) => row)).toEqual([1, 2, 3])
    expect(free.some(({ replaces }) => replaces)).toBe(false)
  })
})

describe('of acts that wait', () => {
  it('the last alone is done, after the one under way', async () => {
    const done: number[] = []
    const latest = createLatest()
    const act = (one: number) => async (): Promise<void> => {
      await Promise.resolve()
      done.push(one)
    }
    await Promise.all([1, 2, 3].map((one) => latest(act(one))))
    expect(done).toEqual([1, 3])
    await latest(act(4))
    expect(done).toEqual([1, 3, 4])
  })

  it('one that fails does not stop those that come later', async () => {
    const latest = createLatest()
    await expect(latest(() => Promise.reject(new Error('no')))).rejects.toThrow('no')
    let isDone = false
    await latest(async () => {
      isDone = await Promise.resolve(true)
    })
    expect(isDone).toBe(true)
  })
})

it('an amount of damage is a share of the neurons, of noise a deviation', () => {
  expect(amountText('flip', 0.254)).toBe('25 %')
  expect(amountText('gaussian', 0.254)).toBe('σ 0.25')
})
