/** Whole figures: plots, pictures, states over time, each with a caption. Pure. */
import { type ChartData, chartLeft, chartMarks, chartSpace } from './chart.ts'
import {
  type Drawing,
  type Mark,
  type Pixels,
  POINTS,
  ROOM,
  moved,
  widthOf,
  wrapped,
  written,
} from './drawing.ts'
import { type ChartSize, wholeHeight } from './frame.ts'
import { INK, MUTED } from './light.ts'
import { type MapData, mapLeft, mapMarks, mapSpace } from './map.ts'
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

/** Height of a line of a title, in letters. */
const LINE = 1.2

/** A plot or a map that is laid out. */
interface Part {
  readonly left: number
  space(left: number): ReturnType<typeof chartSpace>
  marks(left: number, space: ReturnType<typeof chartSpace>): Mark[]
}

function partOf(chart: ChartData | MapData, size: ChartSize): Part {
  return 'cells' in chart
    ? {
        left: mapLeft(chart, size),
        space: (left) => mapSpace(chart, left, size),
        marks: (left, space) => mapMarks(chart, size, left, space),
      }
    : {
        left: chartLeft(chart, size),
        space: (left) => chartSpace(chart, left, size),
        marks: (left, space) => chartMarks(chart, size, left, space),
      }
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
  // Large letters in a narrow figure leave room for the axes.
  const size = { width: own, height: Math.max(10 * font, Math.min(0.62 * own, 22 * font)), font }
  const parts = charts.map((chart) => partOf(chart, size))
  // The axes of a column stand in one line.
  const leftOf = (column: number): number =>
    Math.max(...parts.filter((_, at) => at % across === column).map(({ left }) => left))
  const marks: Mark[] = []
  let bottom = 0
  for (let first = 0; first < parts.length; first += across) {
    const row = parts.slice(first, first + across)
    const spaces = row.map((part, column) => part.space(leftOf(column)))
    const space = {
      above: Math.max(...spaces.map(({ above }) => above)),
      below: Math.max(...spaces.map(({ below }) => below)),
    }
    for (const [column, part] of row.entries())
      marks.push(...moved(part.marks(leftOf(column), space), column * own, bottom))
    bottom += wholeHeight(space, size) + font
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
  const { marks, bottom } = headed(picture.title, total, font)
  const top = bottom + 0.4 * font + label
  let left = 0
  for (const { label: words, pixels } of panes) {
    const wide = (high * pixels.width) / pixels.height
    for (const line of words === '' ? [] : written(words, font, wide, 1))
      if (line.text !== '')
        marks.push({ ...text('', left, top - 0.5 * font, font, { fill: MUTED }), ...line })
    marks.push({ kind: 'image', x: left, y: top, width: wide, height: high, pixels })
    left += wide + gap
  }
  marks.push(...legendMarks(picture, total, top + high + 1.6 * font, font))
  return captioned(marks, total, top + high + 2.4 * font, font, caption)
}

/** The state of some neurons at a tick. */
export interface Moment {
  readonly tick: number
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
  const wish = Math.min(moments.length, Math.ceil(Math.sqrt((moments.length * ratio * width) / 50)))
  const fits = (words: string, count: number): boolean =>
    moments.every(
      ({ tick }) => widthOf(`${words}${tick}`, font) / ROOM <= (total - gap * (count - 1)) / count,
    )
  // Where the word has no room, the title says what the numbers are.
  const words = fits('tick ', wish) ? 'tick ' : ''
  let across = Math.max(1, wish)
  while (across > 1 && !fits(words, across)) across--
  const wide = (total - gap * (across - 1)) / across
  const high = wide * ratio
  const step = high + 1.9 * font
  const { marks, bottom: top } = headed(
    words === '' ? `${legend.title}, at ticks` : legend.title,
    total,
    font,
  )
  moments.forEach(({ tick, pixels }, index) => {
    const [x, y] = [(index % across) * (wide + gap), top + 0.6 * font + Math.floor(index / across) * step]
    marks.push({ kind: 'image', x, y, width: wide, height: high, pixels })
    marks.push(text(`${words}${tick}`, x + wide / 2, y + high + 1.1 * font, font, { anchor: 'middle' }))
  })
  const bottom = top + 0.6 * font + Math.ceil(moments.length / across) * step
  marks.push(...legendMarks(legend, total, bottom + 0.9 * font, font))
  return captioned(marks, total, bottom + 1.7 * font, font, caption)
}

/** The title of a picture, and the base line of its last line. */
function headed(
  title: string,
  width: number,
  font: number,
): { readonly marks: Mark[]; readonly bottom: number } {
  const lines = written(title, 1.08 * font, width, 3)
  return {
    marks: lines.map((line, at) => ({
      ...text('', 0, (1 + LINE * at) * font, font, { isBold: true }),
      ...line,
    })),
    bottom: (1 + LINE * (lines.length - 1)) * font,
  }
}

function legendMarks(
  { low, high, stops }: Pick<PictureData, 'low' | 'high' | 'stops'>,
  width: number,
  base: number,
  font: number,
): Mark[] {
  const room = Math.max(widthOf(low, font), widthOf(high, font)) / ROOM + 0.6 * font
  return [
    text(low, 0, base, font),
    text(high, width, base, font, { anchor: 'end' }),
    {
      kind: 'image',
      x: room,
      y: base - 0.75 * font,
      width: Math.max(1, width - 2 * room),
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
  const lines = caption === '' ? [] : wrapped(caption + wholeText(marks, caption), size, ROOM * width)
  const texts = lines.map((line, index) =>
    text(line, 0, bottom + (1 + 1.3 * index) * size, size, { fill: MUTED }),
  )
  return {
    width,
    height: bottom + (lines.length === 0 ? 0 : (1.3 * lines.length + 0.2) * size),
    marks: [...marks, ...texts],
  }
}

/** The most texts that a caption repeats. */
const MOST_WHOLE = 12

/** The texts that are cut or left out above the caption. */
function wholeText(marks: readonly Mark[], caption: string): string {
  const texts = marks.flatMap((mark) => ('whole' in mark ? [mark.whole] : []))
  // A path in the caption needs no repetition for what follows in brackets.
  const others = [...new Set(texts)].filter((one) => !caption.includes(one.replace(/ \([^)]*\)$/, '')))
  if (others.length === 0) return ''
  const rest = others.length - MOST_WHOLE
  return ` In full: ${others.slice(0, MOST_WHOLE).join('; ')}${rest > 0 ? `; and ${rest} more` : ''}.`
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
