import { expect, test } from 'vitest'
import { createHistory } from '../../../src/app/plots/history.ts'
import type { Series } from '../../../src/core/run/series.ts'

function series(kind: Series['kind'], shape: readonly number[]): Series {
  return { name: 'p', kind, shape, tick: [], time: [], value: [] }
}

function sample(tick: number, ...value: number[]) {
  return { probe: 'p', tick, time: tick / 10, value: Float64Array.from(value) }
}

test('an overlap with replicas is drawn as mean, lowest and highest of the largest overlap in each', () => {
  const history = createHistory(series('overlap', [2, 3]), 2)
  history.push(sample(0, 0.1, 0.9, 0, 0.2, 0.1, 0.5))
  expect(history.chart()).toEqual({
    times: [0],
    lines: [{ id: 'main', label: 'mean of the largest', values: [0.7], band: { low: [0.5], high: [0.9] } }],
  })
  expect(history.chart(1).lines).toEqual([{ id: 'main', label: 'replica 1', values: [0.5] }])
  expect(history.note).toBe('largest of each replica, with any pattern')
  expect(createHistory(series('overlap', [2, 1]), 2).note).toBe('')
})

test('errors with replicas are drawn by the fewest in each, and without by the patterns that have the fewest', () => {
  const history = createHistory(series('errors', [2, 3]), 2)
  history.push(sample(0, 5, 2, 9, 7, 8, 4))
  expect(history.chart().lines).toEqual([
    { id: 'main', label: 'mean of the smallest', values: [3], band: { low: [2], high: [4] } },
  ])
  const single = createHistory(series('errors', [6]), 1)
  single.push(sample(0, 5, 2, 9, 7, 8, 4))
  expect(single.chart().lines.map(({ label }) => label)).toEqual(
    ['1', '5', '0', '3', '4'].map((index) => `pattern ${index}`),
  )
})

test('the note of a running mean says so', () => {
  const mean = 'mean over 100 ticks'
  expect(createHistory({ ...series('overlap', [3]), mean }, 1).note).toBe(mean)
  expect(createHistory({ ...series('speed', []), mean }, 1).note).toBe('mean over 100 ticks, max |dx/dt|')
})

test('rows of replicas are drawn as mean, lowest and highest of all rows, and one replica as the mean of its own', () => {
  const history = createHistory(series('similarity', [2, 2]), 2)
  history.push(sample(0, 0.5, 1, 0, 0.5))
  expect(history.chart().lines).toEqual([
    { id: 'main', label: 'mean', values: [0.5], band: { low: [0], high: [1] } },
  ])
  expect(history.chart(0).lines[0]?.values).toEqual([0.75])
})

test('an energy has its total and, as details, its terms; with replicas their means, or those of one', () => {
  const termNames = ['v', 'xi']
  const single = createHistory({ ...series('energy', []), terms: [], termNames }, 1)
  single.push({ ...sample(0, -2), terms: Float32Array.of(1, -3) })
  expect(single.chart().lines).toEqual([
    { id: 'total', label: 'total', values: [-2] },
    { id: 'term v', label: 'v', values: [1], isDetail: true },
    { id: 'term xi', label: 'xi', values: [-3], isDetail: true },
  ])
  const several = createHistory({ ...series('energy', [2]), terms: [], termNames }, 2)
  several.push({ ...sample(0, -2, 4), terms: Float32Array.of(1, -3, 2, 2) })
  const values = (replica?: number) => several.chart(replica).lines.map((line) => line.values[0])
  expect(values()).toEqual([1, 1.5, -0.5])
  expect(values(1)).toEqual([4, 2, 2])
})

test('of many patterns those are drawn that are the largest now, with all of their past', () => {
  const history = createHistory(series('overlap', [7]), 1)
  history.push(sample(0, 7, 6, 5, 4, 3, 2, 1))
  history.push(sample(1, 1, 2, 3, 4, 5, 6, 7))
  const { lines } = history.chart()
  expect(lines.map(({ id, label }) => `${id} ${label}`)).toEqual(
    ['6', '5', '4', '3', '2'].map((index) => `#${index} pattern ${index}`),
  )
  expect(lines[0]?.values).toEqual([1, 7])
})

test('a long run stays a bounded number of points that span all of it evenly', () => {
  const history = createHistory(series('energy', []), 1)
  for (let tick = 0; tick < 20_000; tick++) history.push(sample(tick, tick))
  const { times } = history.chart()
  expect(times.length).toBeGreaterThan(500)
  expect(times.length).toBeLessThanOrEqual(1200)
  expect(times[0]).toBe(0)
  expect(times.at(-1)).toBeGreaterThan(1990)
  const steps = times.slice(1).map((time, index) => Math.round(10 * (time - (times[index] as number))))
  expect(new Set(steps).size).toBe(1)
})

test('a value that is not finite is a gap', () => {
  const history = createHistory(series('energy', []), 1)
  history.push(sample(0, NaN))
  history.push(sample(1, 2))
  expect(history.chart().lines[0]?.values).toEqual([null, 2])
})

test('an overlap with known cues has a line of each replica with its own pattern', () => {
  const history = createHistory(series('overlap', [2, 3]), 2, () => [1, 0])
  history.push(sample(1, 0.9, 0.25, 0, 0.5, 0, 0.75))
  const own = history.chart().lines[1]
  expect([own?.label, own?.values]).toEqual(['with its own pattern', [0.375]])
  expect(history.chart(1).lines.map(({ values }) => values)).toEqual([[0.75], [0.5]])
})

test('a line ends where samples are missing, and goes on where there are others', () => {
  const valuesAt = (...ticks: number[]) => {
    const history = createHistory(series('speed', []), 1)
    for (const tick of ticks) history.push(sample(tick, 1))
    const { times, lines } = history.chart()
    return [times.map((time) => 10 * time), lines[0]?.values]
  }
  expect(valuesAt(0, 1, 2, 30, 31)).toEqual([
    [0, 1, 2, 16, 30, 31],
    [1, 1, 1, null, 1, 1],
  ])
  expect(valuesAt(0, 1, 2, 30)[1]).toEqual([1, 1, 1, null, 1])
  // Another spacing is no gap.
  expect(valuesAt(0, 1, 2, 12, 22)[1]).toEqual([1, 1, 1, 1, 1])
  expect(valuesAt(0, 100)[1]).toEqual([1, 1])
})
