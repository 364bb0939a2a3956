/** A map of two varied parameters as marks: cells in colours, axes with titles, legend. Pure. */
import { format3 } from '../format.ts'
import type { Stops } from '../views/colours.ts'
import { type Mark, ROOM, widthOf } from './drawing.ts'
import {
  type ChartSize,
  type Framed,
  type Space,
  boxOf,
  headMarks,
  keyBase,
  leftOf,
  spaceOf,
  titleMarks,
} from './frame.ts'
import { INK, MUTED } from './light.ts'
import { rasterOf, shadesOf } from './raster.ts'

/** A map as the page shows it. */
export interface MapData extends Framed {
  /** The varied values in words, from the left and from the top. */
  readonly across: readonly string[]
  readonly down: readonly string[]
  /** [down, across] */
  readonly cells: ArrayLike<number>
  /** The values of the first and the last colour. */
  readonly range: readonly [number, number]
  readonly stops: Stops
}

/** The room that a map needs above and below its cells: its legend is one row. */
export function mapSpace(data: MapData, left: number, size: ChartSize): Space {
  return spaceOf(data, 1, left, size)
}

/** Room for the vertical axis of a map. */
export function mapLeft(data: MapData, size: ChartSize): number {
  return leftOf(data, data.down, size)
}

/**
 * The marks of a map, from the left upper corner.
 * @param left - room for the vertical axis, that of the plots above and below
 * @param space - above and below the cells, that of the plots beside
 */
export function mapMarks(
  data: MapData,
  size: ChartSize,
  left = mapLeft(data, size),
  space = mapSpace(data, left, size),
): Mark[] {
  const { width, font } = size
  const { across, down, cells, range, stops } = data
  const box = boxOf(space, left, size)
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
  for (const at of shownOf(across.length, wide / cell.width)) {
    const text = across[at] as string
    const middle = box.left + (at + 0.5) * cell.width
    const isInside = middle + widthOf(text, font) / ROOM / 2 <= width
    if (isInside) write(text, middle, box.bottom + 1.3 * font, { anchor: 'middle' })
  }
  for (const at of shownOf(down.length, (1.2 * font) / cell.height))
    write(down[at] as string, box.left - 0.4 * font, box.top + (at + 0.5) * cell.height + 0.35 * font, {
      anchor: 'end',
    })
  marks.push(...titleMarks(data, box, size), ...headMarks(data, left, size))
  // The legend.
  const base = keyBase(data, left, size)
  const [low, high] = range.map(format3) as [string, string]
  const [lowWidth, highWidth] = [low, high].map((text) => widthOf(text, font) / ROOM) as [number, number]
  const bar = box.left + lowWidth + 0.5 * font
  const barWidth = Math.max(1, Math.min(8 * font, width - bar - 0.5 * font - highWidth))
  write(low, box.left, base, { fill: MUTED })
  marks.push({
    kind: 'image',
    x: bar,
    y: base - 0.7 * font,
    width: barWidth,
    height: 0.75 * font,
    pixels: shadesOf(stops),
  })
  write(high, bar + barWidth + 0.5 * font, base, { fill: MUTED })
  return marks
}

/** Which of some labels are written: every n-th, so that they do not touch. @param size - of a label in cells */
function shownOf(count: number, size: number): number[] {
  const step = Math.max(1, Math.ceil(size))
  return Array.from({ length: Math.ceil(count / step) }, (_, index) => index * step)
}
