import { readFileSync } from 'node:fs'
import { unzlibSync } from 'fflate'
import { expect, test } from 'vitest'
import { parseScenario } from '../../../src/core/model/parse.ts'
import { setValue } from '../../../src/core/model/path.ts'
import type { Scenario } from '../../../src/core/model/schema.ts'
import { figureCaption } from '../../../src/app/figures/caption.ts'
import { type ChartData, axisOf, chartMarks } from '../../../src/app/figures/chart.ts'
import {
  type Drawing,
  type Mark,
  POINTS,
  type Pixels,
  ROOM,
  widthOf,
  wrapped,
} from '../../../src/app/figures/drawing.ts'
import { chartsFigure, momentsFigure, pictureFigure, ticksOver } from '../../../src/app/figures/layout.ts'
import { BEHIND, INK, MUTED, RULE, light } from '../../../src/app/figures/light.ts'
import type { MapData } from '../../../src/app/figures/map.ts'
import { pdfOf } from '../../../src/app/figures/pdf.ts'
import { rangeOfStates, rasterOf } from '../../../src/app/figures/raster.ts'
import { svgOf } from '../../../src/app/figures/svg.ts'
import { figureOf, gridOf } from '../../../src/app/plots/grid.ts'
import { stopsOf } from '../../../src/app/views/colours.ts'
import type { Model } from '../../../src/core/model/model.ts'
import { createPast } from '../../../src/app/session/past.ts'

type TextMark = Extract<Mark, { kind: 'text' }>

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
  // Next to a long title there is no room, but below it.
  const long = chartsFigure([{ ...deep, title: 'x'.repeat(30) }], { width: 85, font: 8 }, '')
  expect(texts(long.marks)).toContain(deep.note)
  expect(long.height).toBeCloseTo(chartsFigure([deep], { width: 85, font: 8 }, '').height + 1.2 * 8, 9)
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
  // Of many changes close to each other each is in the plot or in the caption.
  const many = Array.from({ length: 12 }, (_, at) => ({
    time: 4 + at / 100,
    text: `hidden.lagrangian.gain ${at} → ${at + 1} at tick ${400 + at}`,
  }))
  const crowded = texts(chartsFigure([{ ...chart, markers: many }], { width: 85, font: 12 }, 'Own.').marks)
  const [inPlot, inCaption] = crowded.join('').replaceAll(' ', '').split('Infull:') as [string, string]
  expect(inPlot).toContain('gain0→1')
  for (const text of many.map((one) => one.text.replaceAll(' ', '')))
    expect(inPlot.includes(text) || inCaption.includes(text), text).toBe(true)
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
  // The title of the vertical axis is longer than it.
  for (const text of ['map of overlap', 'stimulus.0.fraction', 'neurons.hidden.beta', '(log scale)'])
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
  // Where two lines are too short for its path, it loses the first keys; the caption has them, once.
  const large = (caption: string): string[] =>
    texts(chartsFigure([data], { width: 85, font: 12 }, caption).marks)
  expect(large('')).toEqual(expect.arrayContaining(['…beta', '(log scale)']))
  expect(large('Own.').join(' ')).toContain('In full: neurons.hidden.beta (log scale).')
  expect(large('Own; neurons.hidden.beta 1 | 10.').join(' ')).not.toContain('In full')
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
  const pixels = { width: 2, height: 1, data: Uint8Array.of(255, 0, 0, 255, 0, 0, 0, 0) }
  const drawing = pictureFigure(
    {
      title: 'visible',
      panes: [{ label: 'tick 0 → τ ↓', pixels }],
      low: '−1',
      high: '1',
      stops: ['#000000', '#ffffff'],
    },
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
  expect(contents).toContain(
    `<${hex('tick 0 ')}> Tj\n/F3 8 Tf <ae> Tj\n/F1 8 Tf <20> Tj\n/F3 8 Tf <74> Tj\n/F1 8 Tf <20> Tj\n/F3 8 Tf <af> Tj`,
  )
  expect(contents).toContain('<9631> Tj')
  // Transparent is white.
  expect([...(streams[1] ?? [])]).toEqual([255, 0, 0, 255, 255, 255])
})

test('texts are measured as Helvetica, and wrapped', () => {
  expect(widthOf('engram', 1000)).toBe(556 + 556 + 556 + 333 + 556 + 833)
  // A wide word is broken after a point of its path, the last line that there may be is filled and cut.
  expect(wrapped('memories.xi.beta (log scale)', 10, 60)).toEqual(['memories.xi.', 'beta', '(log scale)'])
  expect(wrapped('memories.xi.beta (log scale)', 10, 60, 2)).toEqual(['memories.xi.', 'beta (log s…'])
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

/** The corners of a text: half of its height above the middle of small letters, half below. */
function cornersOf({ x, y, text, size, anchor, isBold, isTurned }: TextMark) {
  const wide = widthOf(text, size) * (isBold === true ? 1.08 : 1)
  const from = -wide * (anchor === 'start' ? 0 : anchor === 'middle' ? 0.5 : 1)
  const [up, down] = [0.72 * size, 0.2 * size]
  return isTurned === true
    ? { left: x - up, right: x + down, top: y - from - wide, bottom: y - from }
    : { left: x + from, right: x + from + wide, top: y - up, bottom: y + down }
}

/** What leaves a drawing, and pairs of texts that overlap. */
function faultsOf({ width, height, marks }: Drawing): string[] {
  const placed = marks.flatMap((mark) =>
    mark.kind === 'text' ? [{ text: mark.text, ...cornersOf(mark) }] : [],
  )
  const outside = placed.filter(
    ({ left, right, top, bottom }) => Math.min(left, top, width - right, height - bottom) < -1e-9,
  )
  const pairs = placed.flatMap((one, at) =>
    placed
      .slice(at + 1)
      .filter(
        (other) =>
          one.left < other.right &&
          other.left < one.right &&
          one.top < other.bottom &&
          other.top < one.bottom,
      )
      .map((other) => `“${one.text}” over “${other.text}”`),
  )
  const images = marks.filter(
    (mark) =>
      mark.kind === 'image' &&
      !(mark.width > 0 && mark.height > 0 && mark.x >= 0 && mark.x + mark.width <= width + 1e-9),
  )
  return [...outside.map(({ text }) => `“${text}” leaves`), ...pairs, ...images.map(() => 'an image leaves')]
}

test('no text leaves a figure or covers another, and what is cut is in the caption', () => {
  const path = 'synapses.visible-hidden.plasticity.learning-rate'
  const note = 'largest of each replica, with any pattern · 100 samples a second, of 25 replicas · tick 4000'
  const linesOf = (count: number, label: (at: number) => string, size = 1): ChartData['lines'] =>
    Array.from({ length: count }, (_, at) => ({
      label: label(at),
      colour: `--line-${at % 5}`,
      values: times.map((time) => size * Math.sin(time + at)),
    }))
  const changes = Array.from({ length: 30 }, (_, at) => ({
    time: at < 12 ? 0.3 * at : 5 + 0.01 * at,
    text: `${path} ${at} → ${at + 1} at tick ${100 * at}`,
  }))
  const log = linesOf(1, () => 'mean').map((line) => ({
    ...line,
    values: times.map((time) => 10 ** (9 * time - 60)),
  }))
  const plots: ChartData[] = [
    chart,
    { ...chart, title: 'speed', lines: linesOf(1, () => '') },
    {
      ...chart,
      title: `energy of ${path}`,
      note,
      axes: { x: `${path} (log scale)`, y: `${path} (overlap)` },
    },
    {
      ...chart,
      title: path.repeat(4),
      note: note.repeat(4),
      lines: linesOf(20, (at) => `${at} ${path.repeat(3)}`),
    },
    {
      ...chart,
      lines: linesOf(3, (at) => `#${at}`, 123456),
      times: times.map((time) => 1e5 * time),
      markers: changes.map(({ time, text }) => ({ time: 1e5 * time, text })),
    },
    {
      ...chart,
      lines: linesOf(2, (at) => `#${at}`, 1e-7),
      markers: [5, 9.9].map((time) => ({ time, text: `${path} 1 → 2 at tick 50` })),
    },
    { ...chart, lines: log, scale: 'log', logTime: true, times: times.map((time) => 10 ** (time - 4)) },
    {
      ...chart,
      lines: linesOf(2, (at) => `#${at}`, 1e6),
      scale: 'symlog',
      threshold: 1e-3,
      range: { min: 0.001, max: 0.00123 },
    },
  ]
  const mapOf = (down: number, across: number, note = ''): MapData => {
    const labels = (count: number) =>
      Array.from({ length: count }, (_, at) => String(Number((0.0123 * (at + 1)).toPrecision(3))))
    const cells = new Float64Array(down * across)
    const axes = { x: `${path} (log scale)`, y: 'neurons.hidden.lagrangian.beta (log scale)' }
    return {
      title: `map of ${note === '' ? 'overlap' : path}`,
      note,
      axes,
      down: labels(down),
      across: labels(across),
      cells,
      range: [-123456, 1.23e-7],
      stops: ['#000000', '#ffffff'],
    }
  }
  const maps = [
    mapOf(12, 12, note),
    ...[25, 37, 49, 60, 61].map((count) => mapOf(1, count)),
    mapOf(60, 3, note),
    mapOf(2, 2),
  ]
  const pixels = (width: number, height: number): Pixels => ({
    width,
    height,
    data: new Uint8Array(4 * width * height),
  })
  const legend = {
    title: `${path}, replica 12 · ${note}`,
    low: '−12345',
    high: '1.2e−7',
    stops: ['#000000', '#ffffff'],
  }
  const caption = `Dense memory; ${path} = 2; tick 4000 of dt = 0.05, seed 1.`
  for (const width of [85, 170])
    for (const font of [7, 8, 12]) {
      const size = { width, font }
      const figures: Readonly<Record<string, Drawing>> = {
        ...Object.fromEntries(
          [...plots, ...maps].map((one, at) => [`alone ${at}`, chartsFigure([one], size, caption)]),
        ),
        both: chartsFigure([...maps, ...plots], size, caption),
        picture: pictureFigure(
          { ...legend, panes: ['state', 'cue', 'target'].map((label) => ({ label, pixels: pixels(3, 2) })) },
          size,
          caption,
        ),
        narrow: pictureFigure(
          {
            ...legend,
            panes: ['state', 'target'].map((label, at) => ({ label, pixels: pixels(at === 0 ? 40 : 1, 4) })),
          },
          size,
          caption,
        ),
        ...Object.fromEntries(
          [1, 8, 60].map((count) => [
            `sheet of ${count}`,
            momentsFigure(
              Array.from({ length: count }, (_, at) => ({ tick: 12345 * at, pixels: pixels(2, 2) })),
              legend,
              size,
              caption,
            ),
          ]),
        ),
      }
      for (const [name, drawing] of Object.entries(figures)) {
        expect(faultsOf(drawing), `${name}, ${width} mm, ${font} pt`).toEqual([])
        const words = texts(drawing.marks)
        const whole = drawing.marks.flatMap((mark) => ('whole' in mark ? [mark.whole] : []))
        if (words.some((text) => text.endsWith('…'))) expect(whole.length, name).toBeGreaterThan(0)
        // Letters, because lines may break anywhere.
        const letters = words.join('').replaceAll(/[ …]/g, '')
        for (const text of [...new Set(whole)].slice(0, 12))
          expect(letters, name).toContain(text.replaceAll(/[ …]|\([^)]*\)$/g, ''))
      }
    }
})

test('a line without a name needs no row for a key', () => {
  const speed = { ...chart, lines: [{ ...chart.lines[0]!, label: '' }] }
  const [own, other] = [speed, chart].map((one) => chartsFigure([one], { width: 85, font: 8 }, ''))
  const top = ({ marks }: Drawing): number =>
    marks.flatMap((mark) =>
      mark.kind === 'path' && mark.stroke === INK && mark.points.length === 3 ? mark.points : [],
    )[0]![1]
  expect(top(own!)).toBeCloseTo(top(other!) - 1.2 * 8, 9)
  expect(own!.height).toBeCloseTo(other!.height - 1.2 * 8, 9)
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

test('a caption names the ranges of varied values, not the values that they replace', () => {
  const base = parseScenario({
    version: 1,
    name: 'Own',
    seed: 3,
    time: { dt: 0.1, ticks: 10 },
    neurons: { a: { size: 4, lagrangian: { kind: 'tanh', gain: 2 }, tau: 1 } },
  })
  const varied = (form: object, from = base): string =>
    figureCaption(
      [{ tick: 0, scenario: { ...(setValue(base, 'neurons.a.tau', 2) as Scenario), ...form } }],
      from,
      10,
    )
  const vary = { 'neurons.a.tau': { from: 0.1, to: 4, steps: 12, scale: 'log' } }
  expect(varied({ replicas: { count: 60, vary } })).toBe(
    'Own; neurons.a.tau 0.1 to 4 (12 values, log scale), 5 replicas at each point; tick 10 of dt = 0.1, seed 3.',
  )
  expect(
    varied({
      replicas: { vary: { 'neurons.a.lagrangian.gain': { values: [4, 1] }, seed: { values: [3, 4] } } },
    }),
  ).toBe('Own; neurons.a.lagrangian.gain 4 | 1, seed 3 | 4; neurons.a.tau = 2; tick 10 of dt = 0.1.')
})
