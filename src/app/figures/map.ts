/** A map of two varied parameters as marks: cells in colours, axes with titles, legend. Pure. */
import { format3 } from '../format.ts'
import type { Stops } from '../views/colours.ts'
import { type ChartSize, headMarks } from './chart.ts'
import { type Mark, ROOM, widthOf } from './drawing.ts'
import { INK, MUTED } from './light.ts'
import { rasterOf, shadesOf } from './raster.ts'

/** A map as the page shows it. */
export interface MapData {
  readonly title: string
  /** Which of its numbers the map shows. */
  readonly note?: string
  readonly axes: { readonly x: string; readonly y: string }
  /** The varied values in words, from the left and from the top. */
  readonly across: readonly string[]
  readonly down: readonly string[]
  /** [down, across] */
  readonly cells: ArrayLike<number>
  /** The values of the first and the last colour. */
  readonly range: readonly [number, number]
  readonly stops: Stops
}

/** Room for the vertical axis of a map. */
export function mapLeft({ down }: MapData, { font }: ChartSize): number {
  return Math.max(...down.map((text) => widthOf(text, font)), font) / ROOM + 2.2 * font
}

/**
 * The marks of a map, from the left upper corner.
 * @param left - room for the vertical axis, that of the plots above and below
 */
export function mapMarks(data: MapData, size: ChartSize, left = mapLeft(data, size)): Mark[] {
  const { width, height, font } = size
  const { across, down, cells, range, stops } = data
  const box = {
    left,
    top: 3 * font,
    right: width - 0.8 * font,
    bottom: height - 2.9 * font,
  }
  const cell = {
    width: (box.right - box.left) / across.length,
    height: (box.bottom - box.top) / down.length,
  }
  const marks: Mark[] = []
  const write = (
    text: string,
    x: number,
    y: number,
    more: Partial<Extract<Mark, { kind: 'text' }>> = {},
  ): void => {
    marks.push({ kind: 'text', x, y, text, size: font, anchor: 'start', fill: INK, ...more })
  }
  marks.push({
    kind: 'image',
    x: box.left,
    y: box.top,
    width: box.right - box.left,
    height: box.bottom - box.top,
    pixels: rasterOf(cells, [down.length, across.length], range, stops),
  })
  const wide = Math.max(...across.map((text) => widthOf(text, font))) / ROOM + 0.6 * font
  for (const at of shownOf(across.length, wide / cell.width))
    write(across[at] as string, box.left + (at + 0.5) * cell.width, box.bottom + 1.3 * font, {
      anchor: 'middle',
    })
  for (const at of shownOf(down.length, (1.2 * font) / cell.height))
    write(down[at] as string, box.left - 0.4 * font, box.top + (at + 0.5) * cell.height + 0.35 * font, {
      anchor: 'end',
    })
  write(data.axes.x, (box.left + box.right) / 2, box.bottom + 2.6 * font, { anchor: 'middle' })
  write(data.axes.y, 0.9 * font, (box.top + box.bottom) / 2, { anchor: 'middle', isTurned: true })
  marks.push(...headMarks(data, left, size))
  // The legend.
  const [low, high] = range.map(format3) as [string, string]
  const bar = box.left + widthOf(low, font) / ROOM + 0.5 * font
  write(low, box.left, 2.3 * font, { fill: MUTED })
  marks.push({
    kind: 'image',
    x: bar,
    y: 1.6 * font,
    width: 8 * font,
    height: 0.75 * font,
    pixels: shadesOf(stops),
  })
  write(high, bar + 8.5 * font, 2.3 * font, { fill: MUTED })
  return marks
}

/** Which of some labels are written: every n-th, so that they do not touch. @param size - of a label in cells */
function shownOf(count: number, size: number): number[] {
  const step = Math.max(1, Math.ceil(size))
  return Array.from({ length: Math.ceil(count / step) }, (_, index) => index * step)
}
