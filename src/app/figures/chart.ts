/** A plot as marks: axes with titles, lines, bands, key. Pure. */
import { scaleLinear } from 'd3-scale'
import { type Behind, dashOf, reachOf } from '../plots/behind.ts'
import { powerText, stepText } from '../plots/draw.ts'
import { type Scale, logSplits, rangeOf, symlogSplits } from '../plots/scale.ts'
import { type PlotChange, changeMarks } from './changes.ts'
import { type Mark, type Point, ROOM, type Written, widthOf, written } from './drawing.ts'
import {
  type ChartSize,
  type Framed,
  KEY_STEP,
  type Space,
  axesHeight,
  boxOf,
  headMarks,
  keyBase,
  leftOf,
  spaceOf,
  titleMarks,
} from './frame.ts'
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
export interface ChartData extends Framed {
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
  readonly markers?: readonly PlotChange[]
}

interface Tick {
  readonly at: number
  readonly text: string
}

interface Axis {
  readonly ticks: readonly Tick[]
  /** The part of the axis at a value, 0 to 1. */
  place(value: number): number
}

/**
 * Marks of an axis.
 * @param most - about as many ticks
 * @param isRoom - whether the labels of ticks have room; there are fewer until they do
 */
export function axisOf(
  scale: Scale,
  [low, high]: readonly [number, number],
  threshold: number,
  most: number,
  isRoom: (ticks: readonly Tick[], place: Axis['place']) => boolean = () => true,
): Axis {
  const of =
    scale === 'linear'
      ? (value: number): number => value
      : scale === 'log'
        ? Math.log10
        : (value: number): number => Math.asinh(value / threshold)
  const [from, to] = [of(low), of(high)]
  const place = (value: number): number => (of(value) - from) / (to - from)
  const choices =
    scale === 'linear'
      ? Array.from({ length: most }, (_, fewer) => linearTicks(low, high, most - fewer))
      : fewerAndFewer(scale === 'log' ? logSplits(low, high) : symlogSplits(low, high, threshold))
  const ticks = choices.find((choice) => isRoom(choice, place)) ?? choices.at(-1)?.slice(0, 1) ?? []
  return { ticks, place }
}

function linearTicks(low: number, high: number, most: number): Tick[] {
  const ticks = scaleLinear([low, high], [0, 1]).ticks(most)
  const text = stepText((ticks[1] ?? 1) - (ticks[0] ?? 0))
  return ticks.map((at) => ({ at, text: text(at) }))
}

/** All marks of an axis of powers, the powers of ten alone, and every n-th of them; 0 stays. */
function fewerAndFewer(splits: readonly number[]): Tick[][] {
  const isPower = (at: number): boolean => at === 0 || /^-?1e/.test(at.toExponential())
  const powers = splits.filter(isPower)
  const base = powers.length > 1 ? powers : splits
  const zero = Math.max(0, base.indexOf(0))
  const every = (n: number): number[] => base.filter((_, index) => (index - zero) % n === 0)
  return [splits, ...base.map((_, index) => every(index + 1))].map((ticks) =>
    ticks.map((at) => ({ at, text: powerText(at) })),
  )
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

/** The horizontal axis of a plot, and the numbers of the samples that are on it. */
function xAxisOf(data: ChartData, left: number, size: ChartSize) {
  const { times, behind = [], logTime, range } = data
  const { width, font } = size
  const inside = insideOf(data, times)
  const edge = (time: number | undefined, otherwise: number): number => time ?? otherwise
  const own = [edge(times[inside[0] ?? -1], logTime ? 0.1 : 0), edge(times[inside.at(-1) ?? -1], 1)] as const
  const [first, last] = reachOf(behind, 'times', own, logTime) as [number, number]
  const ends: readonly [number, number] =
    range !== undefined ? [range.min, range.max] : last > first ? [first, last] : [first, first + 1]
  const most = Math.max(2, Math.floor(width / (5 * font)))
  const isRoom = (ticks: readonly Tick[], place: Axis['place']): boolean => {
    const middles = ticks.map((tick) => labelMiddle(tick, place, left, size))
    const wide = ticks.map(({ text }) => widthOf(text, font) / ROOM)
    return ticks.every((_, at) => {
      const apart = (middles[at] as number) - (middles[at - 1] ?? -Infinity)
      return apart > ((wide[at] as number) + (wide[at - 1] ?? 0)) / 2 + 0.4 * font
    })
  }
  return { inside, xAxis: axisOf(logTime ? 'log' : 'linear', ends, 1, most, isRoom) }
}

/** The middle of a label below the axis: at its tick, but not beyond the edge of the figure. */
function labelMiddle({ at, text }: Tick, place: Axis['place'], left: number, size: ChartSize): number {
  const { width, font } = size
  const x = left + place(at) * (width - 0.8 * font - left)
  return Math.min(x, width - widthOf(text, font) / ROOM / 2)
}

/** The vertical axis of a plot. */
function yAxisOf(data: ChartData, size: ChartSize): Axis {
  const { times, lines, behind = [], scale, threshold } = data
  const inside = insideOf(data, times)
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
  const least = (1.15 * size.font) / axesHeight(size)
  return axisOf(scale, rangeOf(scale, low, high), threshold, 5, (ticks, place) =>
    ticks.every(({ at }, index) => {
      const before = ticks[index - 1]
      return before === undefined || place(at) - place(before.at) > least
    }),
  )
}

type Keyed = Pick<ChartData, 'lines' | 'behind'>

interface KeyEntry {
  readonly x: number
  readonly label: Written
  readonly stroke: string
  readonly dash: readonly number[]
}

/** The lines of a plot with labels, and the pinned runs, in rows that fit into a width. */
function keyRows({ lines, behind = [] }: Keyed, room: number, font: number) {
  const rows: KeyEntry[][] = []
  let at = Infinity
  const entries = [
    ...lines.map(({ label, colour }) => ({ name: label, stroke: light(colour), dash: [] })),
    ...behind.map(({ name }, index) => ({ name, stroke: BEHIND, dash: dashOf(index, font / 10) })),
  ]
  for (const { name, stroke, dash } of entries) {
    const [label] = written(name, font, room - 1.6 * font, 1)
    if (name === '' || label === undefined) continue
    const wide = 1.6 * font + widthOf(label.text, font) / ROOM
    if (at + wide > room) {
      rows.push([])
      at = 0
    }
    rows.at(-1)?.push({ x: at, label, stroke, dash })
    at += wide + font
  }
  return rows
}

/** The room that a plot needs above and below its axes. */
export function chartSpace(data: ChartData, left: number, size: ChartSize): Space {
  return spaceOf(data, keyRows(data, size.width - left, size.font).length, left, size)
}

/** Room for the vertical axis of a plot. */
export function chartLeft(data: ChartData, size: ChartSize): number {
  return leftOf(
    data,
    yAxisOf(data, size).ticks.map(({ text }) => text),
    size,
  )
}

/**
 * The marks of a plot, from the left upper corner.
 * @param left - room for the vertical axis, that of the plots above and below
 * @param space - above and below the axes, that of the plots beside
 */
export function chartMarks(
  data: ChartData,
  size: ChartSize,
  left = chartLeft(data, size),
  space = chartSpace(data, left, size),
): Mark[] {
  const { font } = size
  const { times, lines, scale, isPoints } = data
  const { inside, xAxis } = xAxisOf(data, left, size)
  const yAxis = yAxisOf(data, size)
  const box = boxOf(space, left, size)
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
  for (const tick of xAxis.ticks) {
    const { at, text } = tick
    marks.push({
      kind: 'path',
      points: [
        [x(at), box.bottom],
        [x(at), box.bottom + 0.3 * font],
      ],
      stroke: INK,
      width: pen,
    })
    const middle = labelMiddle(tick, (value) => xAxis.place(value), left, size)
    write(text, middle, box.bottom + 1.3 * font, { anchor: 'middle' })
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
  marks.push(...changeMarks(data.markers ?? [], { box, font, place: (time) => xAxis.place(time) }))
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

  marks.push(...titleMarks(data, box, size), ...headMarks(data, left, size))
  const first = keyBase(data, left, size)
  for (const [row, entries] of keyRows(data, size.width - left, font).entries()) {
    const base = first + KEY_STEP * row * font
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
      write(label.text, from + 1.6 * font, base, { fill: MUTED, ...label })
    }
  }
  return marks
}
