import { describe, expect, test } from 'vitest'
import { type Chart, type Mark, coloursOf, domainOf } from '../../../src/core/analysis/chart.ts'
import { drawChart } from '../../../src/node/chart.ts'

function chartOf(marks: Mark[], y: Partial<Chart['y']> = {}, x: Partial<Chart['x']> = {}): Chart {
  return { title: 'Test', x: { label: 'x', ...x }, y: { label: 'y', ...y }, marks }
}

/** The centres of all points. */
function centres(svg: string): number[][] {
  return [...svg.matchAll(/cx="([-\d.]+)" cy="([-\d.]+)" r="3"/g)].map(([, x, y]) => [Number(x), Number(y)])
}

describe('a chart', () => {
  test('puts points where its axes say, corners of the domain on corners of the frame', () => {
    const svg = drawChart(
      chartOf([{ kind: 'points', x: [0, 5, 10], y: [0, 1, 4] }], { domain: [0, 4] }, { domain: [0, 10] }),
      { width: 720, height: 420 },
    )
    expect(centres(svg)).toEqual([
      [72, 368],
      [386, 287],
      [700, 44],
    ])
  })

  test('puts equal ratios at equal distances on a log axis and leaves out what is not positive', () => {
    const svg = drawChart(
      chartOf([{ kind: 'points', x: [0, 1, 2, 3], y: [0, 1e-6, 1e-3, 1] }], {
        scale: 'log',
        domain: [1e-6, 1],
      }),
    )
    const ys = centres(svg).map(([, y]) => y!)
    expect(ys).toEqual([368, 206, 44])
    expect(svg).toContain('>10⁻⁶<')
  })

  test('leaves a gap in a line at NaN', () => {
    const svg = drawChart(chartOf([{ kind: 'line', x: [0, 1, 2, 3, 4], y: [1, 2, NaN, 2, 1] }]))
    const path = /class="line s0" d="([^"]*)"/.exec(svg)![1]!
    expect(path.match(/M/g)).toHaveLength(2)
    expect(svg).not.toContain('NaN')
  })

  test('draws error bars of twice their half length, to the bottom of a log axis where they end below 0', () => {
    const points = { kind: 'points', x: [1, 2], y: [2, 2], error: [1, 3] } as const
    const bars = (svg: string): number[][] =>
      [...svg.matchAll(/class="error s0" d="M[\d.]+ ([\d.]+)V([\d.]+)"/g)].map(([, a, b]) => [
        Number(a),
        Number(b),
      ])
    const linear = bars(drawChart(chartOf([points], { domain: [0, 4] })))
    expect(linear[0]).toEqual([125, 287])
    const log = bars(drawChart(chartOf([points], { domain: [1, 10], scale: 'log' })))
    expect(log[1]![1]).toBe(368)
  })

  test('draws no bar for a point without an interval', () => {
    const svg = drawChart(chartOf([{ kind: 'points', x: [1, 2], y: [2, 3], error: [NaN, NaN] }]))
    expect(centres(svg)).toHaveLength(2)
    expect(svg).not.toMatch(/class="error|NaN|undefined/)
  })

  test('names labelled marks in the legend, in lines that end before the right border', () => {
    const marks = Array.from({ length: 8 }, (_, k): Mark => ({
      kind: 'rule',
      of: 'y',
      at: k,
      label: `a rather long label number ${k}`,
    }))
    const svg = drawChart(chartOf(marks, { domain: [0, 8] }))
    const items = [...svg.matchAll(/x="([\d.]+)" y="([\d.]+)" text-anchor="start">a rather/g)]
    expect(items).toHaveLength(8)
    for (const [, x] of items) expect(Number(x) + 28 * 6.8).toBeLessThanOrEqual(720)
    expect(new Set(items.map(([, , y]) => y)).size).toBe(4)
  })

  test('escapes what XML would take for markup', () => {
    const svg = drawChart({ ...chartOf([]), title: 'a < b & "c"' })
    expect(svg).toContain('a &#60; b &#38; &#34;c&#34;')
    expect(svg.match(/<svg/g)).toHaveLength(1)
  })

  test('draws bars of a histogram between their edges, from 0 up', () => {
    const svg = drawChart(
      chartOf(
        [{ kind: 'histogram', edges: [0, 1, 2], heights: [1, 0] }],
        { domain: [0, 1] },
        { domain: [0, 2] },
      ),
    )
    expect([...svg.matchAll(/class="bar f0 s0" d="([^"]*)"/g)].map(([, d]) => d)).toEqual([
      'M72 368V44H386V368z',
    ])
  })
})

describe('the domain of a chart', () => {
  test('spans all marks with their errors and the foot of bars, but no rules', () => {
    const chart = chartOf([
      { kind: 'points', x: [1, 3], y: [2, 5], error: [0.5, 1] },
      { kind: 'histogram', edges: [-1, 0], heights: [3] },
      { kind: 'rule', of: 'y', at: 100 },
    ])
    expect(domainOf(chart, 'x')).toEqual([-1, 3])
    expect(domainOf(chart, 'y')).toEqual([0, 6])
  })

  test('is widened around a single number and is not empty without marks', () => {
    const line: Mark = { kind: 'line', x: [2, 2], y: [0, 0] }
    expect(domainOf(chartOf([line]), 'x')).toEqual([1, 3])
    expect(domainOf(chartOf([line]), 'y')).toEqual([-0.5, 0.5])
    expect(domainOf(chartOf([]), 'y')).toEqual([0, 1])
  })
})

test('marks take the colours in turn; one without a label shares that of the next labelled one', () => {
  expect(
    coloursOf([
      { kind: 'line', x: [], y: [], label: 'a' },
      { kind: 'line', x: [], y: [] },
      { kind: 'line', x: [], y: [], label: 'b' },
      { kind: 'line', x: [], y: [], label: 'c', colour: 0 },
      { kind: 'line', x: [], y: [], label: 'd' },
    ]),
  ).toEqual([0, 1, 1, 0, 2])
})
