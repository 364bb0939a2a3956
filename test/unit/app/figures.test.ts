import { readFileSync } from 'node:fs'
import { unzlibSync } from 'fflate'
import { expect, test } from 'vitest'
import { parseScenario } from '../../../src/core/model/parse.ts'
import { setValue } from '../../../src/core/model/path.ts'
import type { Scenario } from '../../../src/core/model/schema.ts'
import { figureCaption } from '../../../src/app/figures/caption.ts'
import { type ChartData, axisOf, chartMarks } from '../../../src/app/figures/chart.ts'
import { type Mark, POINTS, ROOM, widthOf, wrapped } from '../../../src/app/figures/drawing.ts'
import { chartsFigure, momentsFigure, ticksOver } from '../../../src/app/figures/layout.ts'
import { BEHIND, INK, MUTED, RULE, light } from '../../../src/app/figures/light.ts'
import { pdfOf } from '../../../src/app/figures/pdf.ts'
import { rangeOfStates, rasterOf } from '../../../src/app/figures/raster.ts'
import { svgOf } from '../../../src/app/figures/svg.ts'
import { figureOf, gridOf } from '../../../src/app/plots/grid.ts'
import { stopsOf } from '../../../src/app/views/colours.ts'
import type { Model } from '../../../src/core/model/model.ts'
import { createPast } from '../../../src/app/session/past.ts'

const times = Array.from({ length: 101 }, (_, at) => at / 10)
const chart: ChartData = {
  title: 'overlap <m>',
  axes: { x: 'time', y: 'overlap' },
  times,
  lines: [
    { label: 'mean', colour: '--line-0', values: times.map((time) => Math.tanh(time)) },
    { label: '#2', colour: '--line-1', values: times.map((time) => (time === 5 ? null : -0.5)) },
  ],
  scale: 'linear',
  threshold: 1,
  logTime: false,
  isPoints: false,
}
const texts = (marks: readonly Mark[]): string[] =>
  marks.flatMap((mark) => (mark.kind === 'text' ? [mark.text] : []))
const curves = (marks: readonly Mark[], colour: string) =>
  marks.flatMap((mark) =>
    mark.kind === 'path' && mark.stroke === colour && mark.points.length > 2 ? [mark.points] : [],
  )

test('pinned runs stand behind with their names, on axes that have room for them', () => {
  const size = { width: 240, height: 150, font: 8 }
  const run = { name: 'gain 10', times: [0, 10, 20], lines: [[0, 4, 2]] }
  const marks = chartMarks({ ...chart, behind: [run, { ...run, name: 'gain 5' }] }, size)
  expect(texts(marks)).toEqual(expect.arrayContaining(['gain 10', 'gain 5', '20', '4']))
  const [line, dashed] = marks.filter(
    (mark): mark is Extract<Mark, { kind: 'path' }> =>
      mark.kind === 'path' && mark.stroke === BEHIND && mark.points.length === 3,
  )
  expect([line?.dash, dashed?.dash]).toEqual([[], [expect.closeTo(4), expect.closeTo(2.4)]])
  const [start, middle, end] = line!.points
  // Half of the way is half of the width, and 2 is half of 4.
  expect(middle![0] - start![0]).toBeCloseTo(end![0] - middle![0], 6)
  expect(start![1] - end![1]).toBeCloseTo(end![1] - middle![1], 6)
  expect(svgOf({ width: 240, height: 150, marks }, 'pins')).not.toContain('dasharray=""')
})

test('the curves of a figure are the data, on axes with ticks and titles', () => {
  const marks = chartMarks(chart, { width: 240, height: 150, font: 8 })
  const written = texts(marks)
  for (const text of ['time', 'overlap', 'overlap <m>', 'mean', '#2', '0', '4', '8', '−0.5', '1'])
    expect(written).toContain(text)
  const label = (text: string): { x: number; y: number } =>
    marks.find((mark): mark is Extract<Mark, { kind: 'text' }> => mark.kind === 'text' && mark.text === text)!
  // The scales from the labels: x in the middle of its label, y 0.35 letters above its base line.
  const left = label('4').x - (label('8').x - label('4').x)
  const perTime = (label('8').x - label('4').x) / 4
  const zero = label('−0.5').y - (label('−0.5').y - label('1').y) / 3 - 0.35 * 8
  const perValue = (label('1').y - label('−0.5').y) / 1.5
  const [line] = curves(marks, light('--line-0'))
  expect(line).toHaveLength(101)
  line?.forEach(([x, y], at) => {
    expect(x).toBeCloseTo(left + times[at]! * perTime, 6)
    expect(y).toBeCloseTo(zero + Math.tanh(times[at]!) * perValue, 6)
  })
  // A gap divides a line.
  expect(curves(marks, light('--line-1')).map(({ length }) => length)).toEqual([50, 50])
  for (const mark of marks)
    if ('points' in mark)
      for (const [x, y] of mark.points) {
        expect(x).toBeGreaterThanOrEqual(0)
        expect(x).toBeLessThanOrEqual(240)
        expect(y).toBeGreaterThanOrEqual(0)
        expect(y).toBeLessThanOrEqual(150)
      }
})

test('every line of a plot is in its key, in as many rows as it needs, and the plot keeps its height', () => {
  for (const count of [1, 4, 9]) {
    const lines = Array.from({ length: count }, (_, at) => ({
      label: at === 8 ? 'x'.repeat(80) : `pattern ${at}`,
      colour: '--line-0',
      values: chart.times.map(() => at),
    }))
    const { marks } = chartsFigure([{ ...chart, lines }, chart], { width: 85, font: 8 }, '')
    const keys = marks.flatMap((mark) =>
      mark.kind === 'text' && /^(pattern|x)/.test(mark.text) ? [mark] : [],
    )
    expect(keys).toHaveLength(count)
    keys.forEach(({ x, y, text }, index) => {
      expect(x + widthOf(text, 8) / ROOM).toBeLessThanOrEqual(85 * POINTS)
      // Below the one before, or right of it.
      const before = keys[index - 1]
      if (before?.y === y) expect(x).toBeGreaterThan(before.x + widthOf(before.text, 8) / ROOM)
      else if (before !== undefined) expect(y).toBeGreaterThan(before.y + 8)
    })
    const boxes = marks.flatMap((mark) =>
      mark.kind === 'path' && mark.stroke === INK && mark.points.length === 3 ? [mark.points] : [],
    )
    const [own, other] = boxes.map((points) => points[1]![1] - points[0]![1])
    expect(own).toBeCloseTo(other!, 9)
    expect(boxes[0]![0]![1]).toBeGreaterThan(keys.at(-1)!.y)
  }
})

test('an axis has as many round ticks as fit; powers of ten on a logarithmic one', () => {
  expect(axisOf('linear', [0, 10], 1, 5).ticks.map(({ text }) => text)).toEqual([
    '0',
    '2',
    '4',
    '6',
    '8',
    '10',
  ])
  const log = axisOf('log', [1e-3, 1e3], 1, 5)
  expect(log.ticks.map(({ at }) => at)).toContain(0.001)
  expect(log.place(1)).toBeCloseTo(0.5, 12)
  const symlog = axisOf('symlog', [-100, 100], 0.1, 5)
  expect(symlog.place(0)).toBeCloseTo(0.5, 12)
  expect(symlog.place(10) + symlog.place(-10)).toBeCloseTo(1, 12)
  // A range of the plot leaves the other samples out.
  const [line] = curves(
    chartMarks({ ...chart, range: { min: 2, max: 4 } }, { width: 240, height: 150, font: 8 }),
    light('--line-0'),
  )
  expect(line).toHaveLength(21)
})

test('SVG has the width of a column and its texts as texts', () => {
  const svg = svgOf(chartsFigure([chart, chart], { width: 85, font: 8 }, 'Own network; beta = 2.'), 'a & b')
  expect(svg).toContain('width="85mm"')
  expect(svg).toContain('<title>a &amp; b</title>')
  expect(svg).toMatch(/<text [^>]*>overlap &lt;m&gt;<\/text>/)
  expect(svg).toMatch(/<text [^>]*rotate\(-90\)[^>]*>overlap<\/text>/)
  expect(svg).toContain('>Own network; beta = 2.</text>')
  expect(svg).not.toMatch(/NaN|undefined|Infinity/)
})

test('the axes of a column stand in one line, and a plot says which of its numbers it shows', () => {
  // The numbers of the second plot are wider.
  const deep = {
    ...chart,
    title: 'energy',
    note: 'largest of each replica, with any pattern',
    lines: [{ label: 'total', colour: '--line-0', values: times.map((time) => -10_000 + time) }],
  }
  const axes = (marks: readonly Mark[]): number[] =>
    marks.flatMap((mark) =>
      mark.kind === 'path' && mark.stroke === INK && mark.points.length === 3 ? [mark.points[0]![0]] : [],
    )
  const alone = [chart, deep].flatMap((one) => axes(chartMarks(one, { width: 240, height: 150, font: 8 })))
  expect(alone[1]).toBeGreaterThan(alone[0]! + 5)
  const { marks } = chartsFigure([chart, deep], { width: 85, font: 8 }, '')
  expect(axes(marks)).toEqual([alone[1], alone[1]])
  // Two columns have axes of their own.
  const [first, second, third] = axes(chartsFigure([chart, deep, chart], { width: 174, font: 8 }, '').marks)
  expect(first).toBe(third)
  expect(second).toBeCloseTo(alone[1]! + (87 * 72) / 25.4, 9)
  expect(texts(marks)).toContain(deep.note)
  // A long title leaves room for the beginning.
  const short = texts(chartMarks({ ...deep, title: 'x'.repeat(30) }, { width: 240, height: 150, font: 8 }))
  expect(short.filter((text) => text.endsWith('…'))).toEqual([expect.stringMatching(/^largest of/)])
})

test('a change of a parameter is a dashed line at its time, with its text', () => {
  const marked = {
    ...chart,
    markers: [
      { time: 4, text: 'xi.tau 1 → 2 at tick 40' },
      { time: 4.1, text: 'hidden.gain 1 → 3 at tick 41' },
      { time: 50, text: 'later' },
    ],
  }
  const svg = svgOf(chartsFigure([marked], { width: 85, font: 8 }, ''), '')
  const dashed = [...svg.matchAll(/<path d="M(\S+) (\S+)L(\S+) (\S+)" [^>]*stroke-dasharray/g)]
  expect(dashed).toHaveLength(2)
  // At the tick of the axis with the same time.
  const [, at] = /<text x="(\S+)" [^>]*>4<\/text>/.exec(svg)!
  expect(dashed[0]!.slice(1, 4)).toEqual([at, expect.anything(), at])
  // The texts stand below each other.
  const lines = ['xi.tau 1 → 2 at tick 40', 'hidden.gain 1 → 3 at tick 41'].map(
    (text) => new RegExp(`<text x="\\S+" y="(\\S+)" [^>]*>${text}</text>`).exec(svg)![1],
  )
  expect(Number(lines[1])).toBeGreaterThan(Number(lines[0]) + 6)
  expect(svg).not.toContain('later')
  const pdf = pdfOf(chartsFigure([marked], { width: 85, font: 8 }, ''), '')
  expect(pdf.length).toBeGreaterThan(pdfOf(chartsFigure([chart], { width: 85, font: 8 }, ''), '').length)
})

test('the map of two values is an image of its cells, with its values and titles as texts', () => {
  const model = {
    variation: {
      axes: [
        { path: 'neurons.hidden.beta', values: [1, 10], log: true },
        { path: 'stimulus.0.fraction', values: [0, 0.25, 0.5], log: false },
      ],
      repetitions: 2,
    },
    replicas: 12,
  } as unknown as Model
  const grid = gridOf(model)!
  // Two replicas of each point, the second row of cells 0.5 above the first.
  const cells = grid.spreadOf([0, 0, 0.1, 0.1, 0.2, 0.2, 0.5, 0.5, 0.6, 0.6, 0.9, 1.1])
  const data = figureOf(grid, cells, 'overlap', true)
  const drawing = chartsFigure([data], { width: 85, font: 8 }, '')
  const svg = svgOf(drawing, '')
  for (const text of ['map of overlap', 'stimulus.0.fraction', 'neurons.hidden.beta (log scale)'])
    expect(svg).toContain(`>${text}</text>`)
  for (const text of ['1', '10', '0', '0.25', '0.5']) expect(svg).toContain(`>${text}</text>`)
  expect(svg.match(/<image /g)).toHaveLength(2)
  const [image] = drawing.marks.filter((mark) => mark.kind === 'image')
  expect([image?.pixels.width, image?.pixels.height]).toEqual([3, 2])
  // The colours of the lowest and of the highest value, at the places of their points.
  const stops = stopsOf('light', false)
  const hex = (at: number): string =>
    `#${Array.from(image!.pixels.data.slice(4 * at, 4 * at + 3), (part) => part.toString(16).padStart(2, '0')).join('')}`
  expect([hex(0), hex(5)]).toEqual([stops[0], stops.at(-1)])
  expect(pdfOf(drawing, '').length).toBeGreaterThan(1000)
  // One value is a curve with its band.
  const curve = gridOf({
    variation: { axes: [model.variation!.axes[0]], repetitions: 2 },
    replicas: 4,
  } as unknown as Model)!
  const line = figureOf(curve, curve.spreadOf([0, 1, 2, 4]), 'overlap', false)
  expect(line).toMatchObject({
    times: [1, 10],
    lines: [{ values: [0.5, 3], band: { low: [0, 2], high: [1, 4] } }],
    logTime: true,
  })
})

test('PDF is one page of that width, with texts that can be edited and its table in place', () => {
  const drawing = momentsFigure(
    [
      {
        label: 'tick 0 → τ',
        pixels: { width: 2, height: 1, data: Uint8Array.of(255, 0, 0, 255, 0, 0, 0, 0) },
      },
    ],
    { title: 'visible', low: '−1', high: '1', stops: ['#000000', '#ffffff'] },
    { width: 174, font: 8 },
    '',
  )
  const bytes = pdfOf(drawing, 'ξ')
  const latin = new TextDecoder('latin1')
  const text = latin.decode(bytes)
  expect(text.startsWith('%PDF-1.4')).toBe(true)
  const [, width] = /\/MediaBox \[0 0 (\S+)/.exec(text)!
  expect(Number(width)).toBeCloseTo(174 * POINTS, 2)
  expect(text).toContain('/Title <feff03be>')
  const start = Number(/startxref\n(\d+)/.exec(text)![1])
  const offsets = [...text.slice(start).matchAll(/^(\d{10}) 00000 n/gm)].map(([, at]) => Number(at))
  offsets.forEach((at, index) => expect(text.slice(at)).toMatch(new RegExp(`^${index + 1} 0 obj\n`)))
  const streams = [...text.matchAll(/\/Length (\d+) >>\nstream\n/g)].map((found) => {
    const from = found.index + found[0].length
    return unzlibSync(bytes.subarray(from, from + Number(found[1])))
  })
  const contents = latin.decode(streams[0])
  const hex = (word: string): string =>
    Array.from(word, (letter) => letter.charCodeAt(0).toString(16)).join('')
  expect(contents).toContain(`/F2 8 Tf <${hex('visible')}> Tj`)
  // An arrow and a letter of Greek are of the font Symbol; a minus is an en dash.
  expect(contents).toContain(`<${hex('tick 0 ')}> Tj\n/F3 8 Tf <ae> Tj\n/F1 8 Tf <20> Tj\n/F3 8 Tf <74> Tj`)
  expect(contents).toContain('<9631> Tj')
  // Transparent is white.
  expect([...(streams[1] ?? [])]).toEqual([255, 0, 0, 255, 255, 255])
})

test('texts are measured as Helvetica, and wrapped', () => {
  expect(widthOf('engram', 1000)).toBe(556 + 556 + 556 + 333 + 556 + 833)
  const lines = wrapped('one two three four five six', 10, 60)
  expect(lines.join(' ')).toBe('one two three four five six')
  for (const line of lines) expect(widthOf(line, 10)).toBeLessThanOrEqual(60)
})

test('states over time are at tick 0, at the last, and evenly or ever further apart between', () => {
  expect(ticksOver(100, 5, false)).toEqual([0, 25, 50, 75, 100])
  expect(ticksOver(1000, 5, true)).toEqual([0, 1, 10, 100, 1000])
  expect(ticksOver(2, 9, false)).toEqual([0, 1, 2])
  expect(ticksOver(50, 2, true)).toEqual([0, 50])
  expect(
    rangeOfStates([
      [0, 2],
      [1, -3],
    ]),
  ).toEqual([-3, 3])
  const { width, height, data } = rasterOf([-1, 0, 1], [3], [-1, 1], ['#000000', '#808080', '#ffffff'])
  expect([width, height]).toEqual([2, 2])
  expect([...data]).toEqual([0, 0, 0, 255, 128, 128, 128, 255, 255, 255, 255, 255, 0, 0, 0, 0])
})

test('the colours of figures are those of the light theme', () => {
  const css = readFileSync('src/app/parts.css', 'utf8')
  const first = (name: string): string => new RegExp(`${name}: (#\\w{6})`).exec(css)![1]!
  expect([INK, MUTED, RULE]).toEqual(['--text', '--muted', '--grid'].map(first))
  for (let line = 0; line < 5; line++) expect(light(`--line-${line}`)).toBe(first(`--line-${line}`))
})

test('a caption names the values that differ from the scenario', () => {
  const from = parseScenario({
    version: 1,
    name: 'Own',
    time: { dt: 0.1, ticks: 10 },
    neurons: { a: { size: 4, lagrangian: { kind: 'tanh', gain: 2 }, tau: 1 } },
  })
  const past = createPast()
  const caption = (tick: number): string => figureCaption(past.until(tick)!, from, tick)
  past.begin(from, 0)
  expect(caption(3)).toBe('Own; the values of the scenario; tick 3 of dt = 0.1, seed 1.')
  const slow = setValue(from, 'neurons.a.tau', 2.5) as Scenario
  past.begin(slow, 0)
  expect(caption(3)).toContain('Own; neurons.a.tau = 2.5; tick 3')
  // Values that have computed nothing yet are not in the figure, nor is a lesson.
  past.changed({ ...from, lesson: { story: ['Text'], tries: [] } }, 3)
  expect(caption(3)).toBe('Own; neurons.a.tau = 2.5; tick 3 of dt = 0.1, seed 1.')
  expect(caption(4)).toContain('tau = 2.5; neurons.a.tau 2.5 → 1 at tick 3; tick 4')
  past.changed(slow, 5)
  past.changed(from, 6)
  past.changed(from, 7)
  expect(caption(7)).toContain(
    '→ 1 at tick 3, neurons.a.tau 1 → 2.5 at tick 5, neurons.a.tau 2.5 → 1 at tick 6; tick 7',
  )
  past.changed(slow, 7)
  past.changed(from, 8)
  past.changed(slow, 9)
  expect(caption(10)).toContain('; neurons.a.tau changed during the run, from tick 3 on; tick 10')
})
