import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { stepText } from '../../../src/app/plots/draw.ts'
import { createPalette, shownOf } from '../../../src/app/plots/shown.ts'
import { createMarkers, markerText } from '../../../src/app/plots/markers.ts'
import {
  logScaleOf,
  logSplits,
  rangeOf,
  shownOn,
  symlogSplits,
  thresholdOf,
} from '../../../src/app/plots/scale.ts'
import { createPlotView, zoomed } from '../../../src/app/plots/view.ts'

describe('a logarithmic scale', () => {
  test('is a plain one unless a value is below 0; then sizes keep their signs', () => {
    expect(logScaleOf([[0, 1, null], [5]])).toBe('log')
    expect(
      logScaleOf([
        [0, 1],
        [2, -1e-9],
      ]),
    ).toBe('symlog')
  })

  test('leaves a gap where a value is 0, and nowhere else', () => {
    expect(shownOn('log', [0, 1e-30, null, 2])).toEqual([null, 1e-30, null, 2])
    expect(shownOn('symlog', [0, -1, 2])).toEqual([0, -1, 2])
    expect(shownOn('linear', [0, -1])).toEqual([0, -1])
  })

  test('is marked within its range, in order, at round numbers', () => {
    const exponent = fc.integer({ min: -120, max: 120 })
    const width = fc.integer({ min: 1, max: 100 })
    fc.assert(
      fc.property(exponent, width, (start, length) => {
        const [low, high] = [10 ** (start / 10), 10 ** ((start + length) / 10)]
        const splits = logSplits(low, high)
        expect(splits.length).toBeGreaterThanOrEqual(1)
        expect(splits.length).toBeLessThanOrEqual(9)
        expect(splits.every((at) => at >= low && at <= high)).toBe(true)
        expect([...splits].sort((a, b) => a - b)).toEqual(splits)
        expect(splits.map((at) => Number(at.toPrecision(3)))).toEqual(splits)
      }),
    )
  })

  test('is marked at powers of ten, within two decades also at their 2 and 5 fold', () => {
    expect(logSplits(0.02, 300)).toEqual([0.1, 1, 10, 100])
    expect(logSplits(0.9, 60)).toEqual([1, 2, 5, 10, 20, 50])
  })

  test('in both directions is marked on both sides and at 0', () => {
    expect(symlogSplits(-200, 5000, 1)).toEqual([-100, -10, -1, 0, 1, 10, 100, 1000])
    expect(symlogSplits(-500, -20, 1).every((at) => at < 0)).toBe(true)
    expect(thresholdOf([[-400, 3], [null]])).toBe(0.1)
  })

  test('has all of its values within its range, with room on both sides', () => {
    const size = fc.integer({ min: -1000, max: 1000 }).map((exponent) => 10 ** (exponent / 100))
    fc.assert(
      fc.property(size, size, (a, b) => {
        const [low, high] = a < b ? [a, b] : [b, a]
        for (const scale of ['linear', 'log', 'symlog'] as const) {
          const [from, to] = rangeOf(scale, low, high)
          expect(from).toBeLessThan(low)
          expect(to).toBeGreaterThan(high)
          if (scale === 'log') expect(from).toBeGreaterThan(0)
        }
      }),
    )
  })
})

describe('zooming', () => {
  test('in and out again around a time gives the range back, on both scales', () => {
    const whole = { min: 1e-9, max: 1e9 }
    fc.assert(
      fc.property(fc.double({ min: 0.01, max: 0.99, noNaN: true }), fc.boolean(), (share, logTime) => {
        const range = { min: 2, max: 9 }
        const around = logTime ? 2 * 4.5 ** share : 2 + 7 * share
        const inside = zoomed(range, 0.5, around, logTime, whole)!
        expect(inside.max - inside.min).toBeLessThan(range.max - range.min)
        expect(inside.min <= around && inside.max >= around).toBe(true)
        const again = zoomed(inside, 2, around, logTime, whole)!
        expect(again.min).toBeCloseTo(range.min, 9)
        expect(again.max).toBeCloseTo(range.max, 9)
      }),
    )
  })

  test('out of the whole run shows the whole run', () => {
    expect(zoomed({ min: 3, max: 6 }, 4, 4, false, { min: 0, max: 10 })).toBeUndefined()
  })

  test('to nothing shows the whole run', () => {
    const view = createPlotView(createMarkers(), () => undefined)
    view.zoom({ min: 1, max: 2 })
    expect(view.range).toEqual({ min: 1, max: 2 })
    view.zoom({ min: 2, max: 2 })
    expect(view.range).toBeUndefined()
  })
})

describe('a marker', () => {
  test('says what was changed, from what to what, and when', () => {
    const marker = { path: 'memories.xi.tau', tick: 40, time: 4, before: 250, value: 0.12345 }
    expect(markerText(marker)).toBe('xi.tau 250 → 0.123 at tick 40')
    expect(markerText({ ...marker, path: 'stimulus.0.amplitude' })).toMatch(/^stimulus\.0\.amplitude /)
  })

  const change = (path: string, tick: number, before: number, value: number) => ({
    path,
    tick,
    time: tick / 10,
    before,
    value,
  })

  test('stands for all moves of one drag, from its first tick and value to its last value', () => {
    const markers = createMarkers()
    markers.add(change('memories.xi.tau', 40, 250, 240), 0)
    markers.add(change('memories.xi.tau', 43, 240, 200), 100)
    markers.add(change('memories.xi.tau', 47, 200, 120), 250)
    expect(markers.list).toEqual([{ path: 'memories.xi.tau', tick: 40, time: 4, before: 250, value: 120 }])
  })

  test('is another one for another parameter, and after a pause', () => {
    const markers = createMarkers()
    markers.add(change('time.dt', 1, 0.1, 0.2), 0)
    markers.add(change('memories.xi.tau', 2, 250, 240), 10)
    markers.add(change('memories.xi.tau', 9, 240, 230), 5000)
    expect(markers.list.map(({ tick }) => tick)).toEqual([1, 2, 9])
  })

  test('goes away when the value comes back to what it was', () => {
    const markers = createMarkers()
    markers.add(change('time.dt', 4, 0.1, 0.2), 0)
    markers.add(change('time.dt', 4, 0.2, 0.1), 5000)
    expect(markers.list).toEqual([])
  })

  test('makes room for newer ones', () => {
    const markers = createMarkers()
    for (let tick = 0; tick < 500; tick++) markers.add(change('time.dt', tick, tick, tick + 1), tick * 1000)
    expect(markers.list).toHaveLength(200)
    expect(markers.list.at(-1)?.tick).toBe(499)
  })
})

test('a line keeps its colour while others come and go', () => {
  const palette = createPalette()
  palette.keep(['#0', '#1', '#2'])
  const before = palette.of('#2')
  palette.keep(['#2', '#7', '#0'])
  expect(palette.of('#2')).toBe(before)
  expect(new Set(['#2', '#7', '#0'].map((id) => palette.of(id))).size).toBe(3)
})

test('logarithmic time leaves out the sample at 0, hidden lines are not drawn, a band has two edges', () => {
  const chart = {
    times: [0, 1, 2],
    lines: [
      { id: 'a', label: 'a', values: [1, 2, 3], band: { low: [0, 1, 2], high: [2, 3, 4] } },
      { id: 'b', label: 'b', values: [5, 6, 7] },
    ],
  }
  const shown = shownOf(chart, ({ id }) => id === 'b', false, { logTime: true })
  expect(shown.data).toEqual([
    [1, 2],
    [2, 3],
    [1, 2],
    [3, 4],
  ])
})

describe('the marks of a linear axis', () => {
  test('never read alike, whatever their distance and size', () => {
    const steps = fc.record({
      factor: fc.constantFrom(1, 2, 2.5, 5),
      power: fc.integer({ min: -8, max: 8 }),
      first: fc.integer({ min: -1000, max: 1000 }),
    })
    fc.assert(
      fc.property(steps, ({ factor, power, first }) => {
        const step = Number(`${factor}e${power}`)
        const texts = [0, 1, 2, 3, 4].map((index) => stepText(step)((first + index) * step))
        expect(new Set(texts).size).toBe(5)
      }),
    )
  })

  test('are as short as they can be', () => {
    expect([0, 0.2, 0.4].map(stepText(0.2))).toEqual(['0', '0.2', '0.4'])
    expect([-2.5, 0, 2.5].map(stepText(2.5))).toEqual(['−2.5', '0', '2.5'])
    expect([1, 1.000002].map(stepText(2e-6))).toEqual(['1', '1.000002'])
    expect([0, 1e-7, 2e-7].map(stepText(1e-7))).toEqual(['0', '1e−7', '2e−7'])
    expect([1e6, 1.5e6].map(stepText(5e5))).toEqual(['1.0e6', '1.5e6'])
    expect([-123456, -123456.5].map(stepText(0.5))).toEqual(['−123456', '−123456.5'])
  })
})
