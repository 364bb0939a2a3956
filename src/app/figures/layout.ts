/** Whole figures: plots, pictures, states over time, each with a caption. Pure. */
import { type ChartData, chartLeft, chartMarks, keyHeight } from './chart.ts'
import { type Drawing, type Mark, type Pixels, POINTS, ROOM, moved, widthOf, wrapped } from './drawing.ts'
import { INK, MUTED } from './light.ts'
import { type MapData, mapLeft, mapMarks } from './map.ts'
import { shadesOf } from './raster.ts'

export interface FigureSize {
  /** Millimetres. */
  readonly width: number
  /** Size of the letters in points. */
  readonly font: number
}

/** A picture in its panes, with the colours of its values. */
export interface PictureData {
  readonly title: string
  readonly panes: readonly { readonly label: string; readonly pixels: Pixels }[]
  readonly low: string
  readonly high: string
  /** From low to high. */
  readonly stops: readonly string[]
}

/** Plots and maps below each other; on a page wider than 120 mm two side by side. */
export function chartsFigure(
  charts: readonly (ChartData | MapData)[],
  { width, font }: FigureSize,
  caption: string,
): Drawing {
  const total = width * POINTS
  const across = width > 120 && charts.length > 1 ? 2 : 1
  const own = total / across
  const high = Math.min(0.62 * own, 22 * font)
  const size = { width: own, height: high, font }
  const lefts = charts.map((chart) => ('cells' in chart ? mapLeft(chart, size) : chartLeft(chart, size)))
  // The axes of a column stand in one line.
  const leftOf = (column: number): number => Math.max(...lefts.filter((_, at) => at % across === column))
  const marks: Mark[] = []
  let bottom = 0
  for (let first = 0; first < charts.length; first += across) {
    const row = charts.slice(first, first + across)
    const keys = row.map((chart, column) => ('cells' in chart ? 0 : keyHeight(chart, size, leftOf(column))))
    const whole = { ...size, height: high + Math.max(...keys) }
    for (const [column, chart] of row.entries()) {
      const drawn = ('cells' in chart ? mapMarks : chartMarks)(
        chart as ChartData & MapData,
        whole,
        leftOf(column),
      )
      marks.push(...moved(drawn, column * own, bottom))
    }
    bottom += whole.height + font
  }
  return captioned(marks, total, bottom, font, caption)
}

/** Panes side by side above the legend. */
export function pictureFigure(picture: PictureData, { width, font }: FigureSize, caption: string): Drawing {
  const total = width * POINTS
  const { panes } = picture
  const gap = font
  const label = panes.some((pane) => pane.label !== '') ? 1.6 * font : 0.4 * font
  // All panes have one height.
  const ratio = panes.reduce((sum, { pixels }) => sum + pixels.width / pixels.height, 0)
  const high = (total - gap * (panes.length - 1)) / Math.max(ratio, 1e-9)
  const marks: Mark[] = [text(picture.title, 0, font, font, { isBold: true })]
  const top = 1.4 * font + label
  let left = 0
  for (const { label: words, pixels } of panes) {
    const wide = (high * pixels.width) / pixels.height
    if (words !== '') marks.push(text(words, left, top - 0.5 * font, font, { fill: MUTED }))
    marks.push({ kind: 'image', x: left, y: top, width: wide, height: high, pixels })
    left += wide + gap
  }
  marks.push(...legendMarks(picture, total, top + high + 1.6 * font, font))
  return captioned(marks, total, top + high + 2.4 * font, font, caption)
}

/** The state of some neurons at a tick. */
export interface Moment {
  readonly label: string
  readonly pixels: Pixels
}

/** States in rows, with their ticks below. */
export function momentsFigure(
  moments: readonly Moment[],
  legend: Pick<PictureData, 'title' | 'low' | 'high' | 'stops'>,
  { width, font }: FigureSize,
  caption: string,
): Drawing {
  const total = width * POINTS
  const gap = 0.6 * font
  const [first] = moments
  const ratio = first === undefined ? 1 : first.pixels.height / first.pixels.width
  const across = Math.max(
    1,
    Math.min(moments.length, Math.ceil(Math.sqrt((moments.length * ratio * width) / 50))),
  )
  const wide = (total - gap * (across - 1)) / across
  const high = wide * ratio
  const step = high + 1.9 * font
  const top = 1.6 * font
  const marks: Mark[] = [text(legend.title, 0, font, font, { isBold: true })]
  moments.forEach(({ label, pixels }, index) => {
    const [x, y] = [(index % across) * (wide + gap), top + Math.floor(index / across) * step]
    marks.push({ kind: 'image', x, y, width: wide, height: high, pixels })
    marks.push(text(label, x + wide / 2, y + high + 1.1 * font, font, { anchor: 'middle' }))
  })
  const bottom = top + Math.ceil(moments.length / across) * step
  marks.push(...legendMarks(legend, total, bottom + 0.9 * font, font))
  return captioned(marks, total, bottom + 1.7 * font, font, caption)
}

function legendMarks(
  { low, high, stops }: Pick<PictureData, 'low' | 'high' | 'stops'>,
  width: number,
  base: number,
  font: number,
): Mark[] {
  const room = Math.max(widthOf(low, font), widthOf(high, font)) + 0.6 * font
  return [
    text(low, 0, base, font),
    text(high, width, base, font, { anchor: 'end' }),
    {
      kind: 'image',
      x: room,
      y: base - 0.75 * font,
      width: width - 2 * room,
      height: 0.8 * font,
      pixels: shadesOf(stops),
    },
  ]
}

function captioned(
  marks: readonly Mark[],
  width: number,
  bottom: number,
  font: number,
  caption: string,
): Drawing {
  const size = 0.9 * font
  const lines = caption === '' ? [] : wrapped(caption, size, ROOM * width)
  const written = lines.map((line, index) =>
    text(line, 0, bottom + (1 + 1.3 * index) * size, size, { fill: MUTED }),
  )
  return {
    width,
    height: bottom + (lines.length === 0 ? 0 : (1.3 * lines.length + 0.2) * size),
    marks: [...marks, ...written],
  }
}

function text(
  words: string,
  x: number,
  y: number,
  size: number,
  more: Partial<Extract<Mark, { kind: 'text' }>> = {},
): Mark {
  return { kind: 'text', x, y, text: words, size, anchor: 'start', fill: INK, ...more }
}

/**
 * Ticks of a contact sheet: 0, the last, and others evenly between, or ever further apart.
 * @param count - as many, fewer where ticks would be the same
 */
export function ticksOver(last: number, count: number, isLog: boolean): number[] {
  const steps = Math.max(1, count - 1)
  const at = (index: number): number =>
    isLog
      ? index === 0
        ? 0
        : Math.round(last ** (steps === 1 ? 1 : (index - 1) / (steps - 1)))
      : Math.round((last * index) / steps)
  return [...new Set(Array.from({ length: steps + 1 }, (_, index) => at(index)))].sort((a, b) => a - b)
}
