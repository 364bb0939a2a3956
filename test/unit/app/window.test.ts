import { expect, test } from 'vitest'
import { arrangementOf } from '../../../src/app/views/arrangement.ts'
import { WHOLE, cellAt, inside, panned, revealing, zoomed } from '../../../src/app/views/window.ts'

const sheet = { width: 300, height: 200 }

test('a zoom keeps the cell below the pointer in its place', () => {
  const window = zoomed(WHOLE, sheet, 4, 0.25, 0.75)
  expect(window).toEqual({ zoom: 4, left: 56.25, top: 112.5 })
  expect(cellAt(WHOLE, sheet, 0.25, 0.75)).toEqual({ x: 75, y: 150 })
  expect(cellAt(window, sheet, 0.25, 0.75)).toEqual({ x: 75, y: 150 })
})

test('a window never leaves its sheet, nor is larger than it, nor smaller than 6 cells', () => {
  expect(zoomed(WHOLE, sheet, 0.5, 0.5, 0.5)).toEqual(WHOLE)
  expect(zoomed(WHOLE, sheet, 1e6, 0, 0).zoom).toBe(50)
  expect(panned({ zoom: 2, left: 140, top: 0 }, sheet, 1, -1)).toEqual({ zoom: 2, left: 150, top: 0 })
  expect(inside({ zoom: 1, left: 20, top: -4 }, sheet)).toEqual(WHOLE)
  // Less than 6 cells cannot be zoomed into.
  expect(zoomed(WHOLE, { width: 4, height: 4 }, 3, 0.5, 0.5)).toEqual(WHOLE)
})

test('a cursor that leaves the window takes it along by no more than it needs', () => {
  const window = { zoom: 10, left: 100, top: 100 }
  expect(revealing(window, sheet, 110, 110)).toEqual(window)
  expect(revealing(window, sheet, 130, 110)).toEqual({ zoom: 10, left: 103, top: 100 })
  expect(revealing(window, sheet, 99, 0)).toEqual({ zoom: 10, left: 97, top: 0 })
})

test('cue and target have a row or a column where the state is not much smaller for it, else a stack', () => {
  const square = { width: 298, height: 298 }
  expect(arrangementOf(square, { width: 436, height: 390 }, 2)).toMatchObject({
    mode: 'stack',
    state: { width: 282, height: 282 },
    other: { width: 141, height: 141 },
  })
  expect(arrangementOf(square, { width: 900, height: 300 }, 2).mode).toBe('row')
  expect(arrangementOf({ width: 10, height: 5 }, { width: 220, height: 215 }, 1).mode).toBe('column')
  expect(arrangementOf(square, { width: 436, height: 390 }, 0)).toMatchObject({
    mode: 'alone',
    state: { width: 390, height: 390 },
  })
  // A companion too small to be seen leaves its place to the state.
  expect(arrangementOf(square, { width: 120, height: 120 }, 2).mode).toBe('alone')
})

test.each([1, 2])('with %i companions no arrangement is larger than its frame', (companions) => {
  for (const [width, height] of [
    [436, 390],
    [340, 340],
    [220, 180],
    [900, 200],
    [200, 900],
  ] as const) {
    for (const sheet of [
      { width: 28, height: 28 },
      { width: 40, height: 10 },
      { width: 10, height: 40 },
    ]) {
      const { mode, state, other } = arrangementOf(sheet, { width, height }, companions)
      const across = { alone: 0, row: companions, column: 0, stack: 1 }[mode]
      const down = { alone: 0, row: 0, column: companions, stack: 0 }[mode]
      expect(state.width + across * (other.width + 12)).toBeLessThanOrEqual(width)
      const name = mode === 'alone' ? 0 : 18
      expect(state.height + name + down * (other.height + name + 12)).toBeLessThanOrEqual(height)
      if (mode === 'stack') expect(companions * (other.height + name + 12) - 12).toBeLessThanOrEqual(height)
    }
  }
})
