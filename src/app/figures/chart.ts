/** A plot as marks: axes with titles, lines, bands, key. Pure. */
import { scaleLinear } from 'd3-scale'
import { type Behind, dashOf, reachOf } from '../plots/behind.ts'
import { powerText, stepText } from '../plots/draw.ts'
import { type Scale, logSplits, rangeOf, symlogSplits } from '../plots/scale.ts'
import { type Mark, type Point, ROOM, fitted, widthOf } from './drawing.ts'
import { BEHIND, INK, MUTED, RULE, light, tint } from './light.ts'

type Values = readonly (number | null)[]

export interface ChartLine {
  readonly label: string
  /** Such as `--line-2`. */
  readonly colour: string
  readonly values: Values
  readonly band?: { readonly low: Values; readonly high: Values }
}

/** A plot as the page shows it. */
export interface ChartData {
  readonly title: string
  /** Which of its numbers the plot shows. */
  readonly note?: string
  /** Titles of the axes, with their units. */
  readonly axes: { readonly x: string; readonly y: string }
  readonly times: readonly number[]
  readonly lines: readonly ChartLine[]
  /** Pinned runs. */
  readonly behind?: readonly Behind[]
  readonly scale: Scale
  /** Of a symlog scale. */
  readonly threshold: number
  readonly logTime: boolean
  /** Absent = the whole run. */
  readonly range?: { readonly min: number; readonly max: number }
  readonly isPoints: boolean
  /** Changes of parameters. */
  readonly markers?: readonly { readonly time: number; readonly text: string }[]
}

export interface ChartSize {
  readonly width: number
  readonly height: number
  /** Size of the letters. */
  readonly font: number
}

/** Height of a row of the key, in letters. */
const KEY_STEP = 1.3

interface Axis {
  readonly ticks: readonly { readonly at: number; readonly text: string }[]
  /** The part of the axis at a value, 0 to 1. */
  place(value: number): number
}

/** Marks of an axis. @param most - about as many ticks */
export function axisOf(
  scale: Scale,
  [low, high]: readonly [number, number],
  threshold: number,
  most: number,
): Axis {
  const of =
    scale === 'linear'
      ? (value: number): number => value
      : scale === 'log'
        ? Math.log10
        : (value: number): number => Math.asinh(value / threshold)
  const [from, to] = [of(low), of(high)]
  const place = (value: number): number => (of(value) - from) / (to - from)
  if (scale === 'linear') {
    const ticks = scaleLinear([low, high], [0, 1]).ticks(most)
    const text = stepText((ticks[1] ?? 1) - (ticks[0] ?? 0))
    return { ticks: ticks.map((at) => ({ at, text: text(at) })), place }
  }
  const splits = scale === 'log' ? logSplits(low, high) : symlogSplits(low, high, threshold)
  return { ticks: splits.map((at) => ({ at, text: powerText(at) })), place }
}

interface Box {
  readonly left: number
  readonly top: number
  readonly right: number
  readonly bottom: number
}

/** Dashed lines at changes of parameters. The texts stand below each other where one line has no room for them. */
function markerMarks(
  markers: NonNullable<ChartData['markers']>,
  {
    box,
    font,
    place,
  }: { readonly box: Box; readonly font: number; readonly place: (time: number) => number },
): Mark[] {
  const size = 0.85 * font
  /** Where the texts of each line end. */
  const ends: number[] = []
  return markers.flatMap(({ time, text }): Mark[] => {
    const share = place(time)
    if (!(share >= 0 && share <= 1)) return []
    const x = box.left + share * (box.right - box.left)
    const wide = widthOf(text, size) / ROOM
    const isLeft = x + wide > box.right && x - wide > box.left
    const from = isLeft ? x - 0.4 * font - wide : x + 0.4 * font
    const free = ends.findIndex((end) => end < from)
    const row = free === -1 ? ends.length : free
    ends[row] = from + wide
    return [
      {
        kind: 'path',
        points: [
          [x, box.top],
          [x, box.bottom],
        ],
        stroke: MUTED,
        width: font / 14,
        dash: [0.3 * font, 0.3 * font],
      },
      {
        kind: 'text',
        x: x + (isLeft ? -0.4 : 0.4) * font,
        y: box.top + (1 + 1.1 * row) * size,
        text,
        size,
        anchor: isLeft ? 'end' : 'start',
        fill: MUTED,
      },
    ]
  })
}

/** The title, with what is shown of it in the rest of the line. */
export function headMarks(
  { title, note = '' }: Pick<ChartData, 'title' | 'note'>,
  left: number,
  { width, font }: ChartSize,
): Mark[] {
  const base = { kind: 'text', y: 0.95 * font, anchor: 'start' } as const
  // Bold letters are wider.
  const from = left + (1.08 * widthOf(title, font)) / ROOM + 0.8 * font
  const room = width - from
  const small =
    [0.9, 0.75].map((part) => part * font).find((one) => widthOf(note, one) / ROOM <= room) ?? 0.75 * font
  const rest = fitted(note, small, room)
  return [
    { ...base, x: left, text: title, size: font, isBold: true, fill: INK },
    ...(rest === '' ? [] : [{ ...base, x: from, text: rest, size: small, fill: MUTED }]),
  ]
}

/** The numbers of the samples that a plot shows, of its own run or of a pinned one. */
function insideOf(
  { range, logTime }: Pick<ChartData, 'range' | 'logTime'>,
  times: readonly number[],
): number[] {
  return times.flatMap((time, index) => {
    const isShown = range === undefined || (time >= range.min && time <= range.max)
    return isShown && (!logTime || time > 0) ? [index] : []
  })
}

/** The axes of a plot, and the numbers of the samples that are on them. */
function axesOf(data: ChartData, { width, font }: ChartSize) {
  const { times, lines, behind = [], scale, threshold, logTime, range } = data
  const inside = insideOf(data, times)
  const edge = (time: number | undefined, otherwise: number): number => time ?? otherwise
  const own = [edge(times[inside[0] ?? -1], logTime ? 0.1 : 0), edge(times[inside.at(-1) ?? -1], 1)] as const
  const [first, last] = reachOf(behind, 'times', own, logTime) as [number, number]
  const xRange: readonly [number, number] =
    range !== undefined ? [range.min, range.max] : last > first ? [first, last] : [first, first + 1]
  let [low, high]: [number | null, number | null] = [null, null]
  for (const { values, band } of lines)
    for (const column of [values, ...(band === undefined ? [] : [band.low, band.high])])
      for (const index of inside) {
        const value = column[index]
        if (value == null || (scale === 'log' && value <= 0)) continue
        low = Math.min(low ?? value, value)
        high = Math.max(high ?? value, value)
      }
  ;[low, high] = reachOf(behind, 'values', [low, high], scale === 'log')
  const yAxis = axisOf(scale, rangeOf(scale, low, high), threshold, 5)
  const xAxis = axisOf(logTime ? 'log' : 'linear', xRange, 1, Math.max(2, Math.floor(width / (5 * font))))

  return { inside, xAxis, yAxis }
}

type Keyed = Pick<ChartData, 'lines' | 'behind'>

interface KeyEntry {
  readonly x: number
  readonly label: string
  readonly stroke: string
  readonly dash: readonly number[]
}

/** The lines of a plot with labels, and the pinned runs, in rows that fit into a width. */
function keyRows({ lines, behind = [] }: Keyed, room: number, font: number) {
  const rows: KeyEntry[][] = []
  let at = Infinity
  const entries = [
    ...lines.map(({ label, colour }) => ({ label, stroke: light(colour), dash: [] })),
    ...behind.map(({ name }, index) => ({ label: name, stroke: BEHIND, dash: dashOf(index, font / 10) })),
  ]
  for (const { label, stroke, dash } of entries) {
    if (label === '') continue
    const text = fitted(label, font, room - 1.6 * font)
    const wide = 1.6 * font + widthOf(text, font) / ROOM
    if (at + wide > room) {
      rows.push([])
      at = 0
    }
    rows.at(-1)?.push({ x: at, label: text, stroke, dash })
    at += wide + font
  }
  return rows
}

/** Height of the rows of the key beyond the first: the plot is higher by it. */
export function keyHeight(
  keyed: Keyed,
  { width, font }: Pick<ChartSize, 'width' | 'font'>,
  left: number,
): number {
  return Math.max(0, keyRows(keyed, width - left, font).length - 1) * KEY_STEP * font
}

/** Room for the vertical axis of a plot. */
export function chartLeft(data: ChartData, size: ChartSize): number {
  const { font } = size
  const widths = axesOf(data, size).yAxis.ticks.map(({ text }) => widthOf(text, font))
  return Math.max(...widths, font) / ROOM + 2.2 * font
}

/**
 * The marks of a plot, from the left upper corner.
 * @param left - room for the vertical axis, that of the plots above and below
 */
export function chartMarks(data: ChartData, size: ChartSize, left = chartLeft(data, size)): Mark[] {
  const { width, height, font } = size
  const { times, lines, scale, isPoints } = data
  const { inside, xAxis, yAxis } = axesOf(data, size)
  const box = {
    left,
    top: 3 * font + keyHeight(data, size, left),
    right: width - 0.8 * font,
    bottom: height - 2.9 * font,
  }
  const x = (time: number): number => box.left + xAxis.place(time) * (box.right - box.left)
  const y = (value: number): number => box.bottom - yAxis.place(value) * (box.bottom - box.top)
  const pen = font / 14
  const marks: Mark[] = []
  const write = (
    text: string,
    from: number,
    base: number,
    more: Partial<Extract<Mark, { kind: 'text' }>> = {},
  ): void => {
    marks.push({ kind: 'text', x: from, y: base, text, size: font, anchor: 'start', fill: INK, ...more })
  }

  for (const { at, text } of yAxis.ticks) {
    marks.push({
      kind: 'path',
      points: [
        [box.left, y(at)],
        [box.right, y(at)],
      ],
      stroke: RULE,
      width: pen,
    })
    write(text, box.left - 0.4 * font, y(at) + 0.35 * font, { anchor: 'end' })
  }
  for (const { at, text } of xAxis.ticks) {
    marks.push({
      kind: 'path',
      points: [
        [x(at), box.bottom],
        [x(at), box.bottom + 0.3 * font],
      ],
      stroke: INK,
      width: pen,
    })
    write(text, x(at), box.bottom + 1.3 * font, { anchor: 'middle' })
  }

  const shown = (value: number | null | undefined): value is number =>
    value != null && (scale !== 'log' || value > 0)
  /** The parts of a line between gaps. */
  const pieces = (values: Values, at = inside, own = times): Point[][] => {
    const found: Point[][] = [[]]
    for (const index of at) {
      const value = values[index]
      if (shown(value)) found.at(-1)?.push([x(own[index] as number), y(value)])
      else if ((found.at(-1)?.length ?? 0) > 0) found.push([])
    }
    return found.filter(({ length }) => length > 0)
  }
  for (const [index, run] of (data.behind ?? []).entries()) {
    const at = insideOf(data, run.times)
    for (const points of run.lines.flatMap((values) => pieces(values, at, run.times)))
      marks.push({ kind: 'path', points, stroke: BEHIND, width: pen, dash: dashOf(index, font / 10) })
  }
  for (const { band, colour } of lines) {
    if (band === undefined || isPoints) continue
    const both = inside.filter((index) => shown(band.low[index]) && shown(band.high[index]))
    const along = (values: Values): Point[] =>
      both.map((index) => [x(times[index] as number), y(values[index] as number)])
    if (both.length > 1)
      marks.push({
        kind: 'path',
        points: [...along(band.high), ...along(band.low).reverse()],
        fill: tint(colour),
      })
  }
  for (const { values, colour } of lines) {
    const stroke = light(colour)
    for (const points of pieces(values))
      marks.push(
        isPoints || points.length === 1
          ? { kind: 'dots', points, radius: 0.2 * font, fill: stroke }
          : { kind: 'path', points, stroke, width: 2 * pen },
      )
  }
  marks.push(...markerMarks(data.markers ?? [], { box, font, place: (time) => xAxis.place(time) }))
  marks.push({
    kind: 'path',
    points: [
      [box.left, box.top],
      [box.left, box.bottom],
      [box.right, box.bottom],
    ],
    stroke: INK,
    width: pen,
  })

  write(data.axes.x, (box.left + box.right) / 2, box.bottom + 2.6 * font, { anchor: 'middle' })
  write(data.axes.y, 0.9 * font, (box.top + box.bottom) / 2, { anchor: 'middle', isTurned: true })
  marks.push(...headMarks(data, left, size))
  for (const [row, entries] of keyRows(data, width - left, font).entries()) {
    const base = (2.3 + KEY_STEP * row) * font
    for (const { x: along, label, stroke, dash } of entries) {
      const from = left + along
      marks.push({
        kind: 'path',
        points: [
          [from, base - 0.35 * font],
          [from + 1.2 * font, base - 0.35 * font],
        ],
        stroke,
        width: 2 * pen,
        dash,
      })
      write(label, from + 1.6 * font, base, { fill: MUTED })
    }
  }
  return marks
}
