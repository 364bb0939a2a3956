/** The frame of a plot or a map: its title with a note, and the titles of its axes, in as many lines as they need. Pure. */
import { type Mark, ROOM, type Written, widthOf, written } from './drawing.ts'
import { INK, MUTED } from './light.ts'

/** The texts of a frame. */
export interface Framed {
  readonly title: string
  /** Which of its numbers are shown. */
  readonly note?: string
  /** Titles of the axes, with their units. */
  readonly axes: { readonly x: string; readonly y: string }
}

export interface ChartSize {
  readonly width: number
  /** Of a plot with a title, a key and titles of axes of one line each; others are higher, so that their axes are as high. */
  readonly height: number
  /** Size of the letters. */
  readonly font: number
}

/** Heights above and below the axes. */
export interface Space {
  readonly above: number
  readonly below: number
}

export interface Box {
  readonly left: number
  readonly top: number
  readonly right: number
  readonly bottom: number
}

/** Height of a row of the key, in letters. */
export const KEY_STEP = 1.3

/** Height of a line of other texts, in letters. */
const LINE = 1.2

/** The most lines of the title of an axis, and of the texts above a plot. */
const MOST_TITLE_LINES = 2
const MOST_LINES = 3

/** Bold letters are wider. */
const BOLD = 1.08

/** The height of the axes. */
export function axesHeight({ height, font }: ChartSize): number {
  return height - 5.9 * font
}

/** The axes of a plot or a map in its space. */
export function boxOf({ above }: Space, left: number, size: ChartSize): Box {
  const { width, font } = size
  return { left, top: above, right: width - 0.8 * font, bottom: above + axesHeight(size) }
}

/** The height of a plot or a map with all of its texts. */
export function wholeHeight({ above, below }: Space, size: ChartSize): number {
  return above + axesHeight(size) + below
}

/** The room that texts, and a key of some rows, need around a plot or a map. */
export function spaceOf(framed: Framed, rows: number, left: number, size: ChartSize): Space {
  const { font } = size
  const key = rows === 0 ? 0.85 : 2.05 + KEY_STEP * (rows - 1)
  return {
    above: headBase(framed, left, size) + key * font,
    below: (2.9 + LINE * (xTitle(framed, left, size).length - 1)) * font,
  }
}

/** Room for the title of the vertical axis and for its labels. */
export function leftOf({ axes }: Framed, labels: readonly string[], size: ChartSize): number {
  const { font } = size
  const lines = yTitle(axes.y, size).length
  return (
    Math.max(...labels.map((text) => widthOf(text, font)), font) / ROOM + (2.2 + LINE * (lines - 1)) * font
  )
}

/** The base line of the first row of the key. */
export function keyBase(framed: Framed, left: number, size: ChartSize): number {
  return headBase(framed, left, size) + 1.35 * size.font
}

const xTitle = ({ axes }: Framed, left: number, { width, font }: ChartSize): Written[] =>
  axisTitle(axes.x, font, width - left)

const yTitle = (title: string, size: ChartSize): Written[] => axisTitle(title, size.font, axesHeight(size))

/** A title in two lines at most: a path that is longer loses its first keys, such as `…beta (log scale)`. */
function axisTitle(title: string, font: number, room: number): Written[] {
  const keys = title.split(/(?<=\.)(?=[A-Za-z_])/)
  for (let gone = 0; gone < keys.length; gone++) {
    const lines = written(
      `${gone === 0 ? '' : '…'}${keys.slice(gone).join('')}`,
      font,
      room,
      MOST_TITLE_LINES,
    )
    if (lines.at(-1)?.whole !== undefined) continue
    return gone === 0 ? lines : lines.map((line, at) => (at === 0 ? { ...line, whole: title } : line))
  }
  return written(title, font, room, MOST_TITLE_LINES)
}

/** The titles of the axes. */
export function titleMarks(framed: Framed, box: Box, size: ChartSize): Mark[] {
  const { font } = size
  const base = { kind: 'text', size: font, anchor: 'middle', fill: INK } as const
  return [
    ...xTitle(framed, box.left, size).map((line, at) => ({
      ...base,
      ...line,
      x: (box.left + box.right) / 2,
      y: box.bottom + (2.6 + LINE * at) * font,
    })),
    ...yTitle(framed.axes.y, size).map((line, at) => ({
      ...base,
      ...line,
      x: (0.9 + LINE * at) * font,
      y: (box.top + box.bottom) / 2,
      isTurned: true,
    })),
  ]
}

/** The lines above a plot: the title, and the note in the rest of its line, or below where it has no room there. */
function headLines({ title, note = '' }: Framed, left: number, { width, font }: ChartSize) {
  const room = width - left
  const titles = written(title, BOLD * font, room, MOST_LINES)
  const after = (BOLD * widthOf(title, font)) / ROOM + 0.8 * font
  const beside = [0.9, 0.75]
    .map((part) => part * font)
    .find((size) => titles.length === 1 && after + widthOf(note, size) / ROOM <= room)
  const isBelow = beside === undefined && note !== ''
  return {
    titles,
    notes: isBelow ? written(note, 0.9 * font, room, MOST_LINES) : [],
    ...(beside !== undefined && note !== '' ? { beside: { x: left + after, size: beside } } : {}),
  }
}

/** The base line of the last line above a plot. */
function headBase(framed: Framed, left: number, size: ChartSize): number {
  const { titles, notes } = headLines(framed, left, size)
  return (0.95 + LINE * (titles.length + notes.length - 1)) * size.font
}

/** The title, with what is shown of it. */
export function headMarks(framed: Framed, left: number, size: ChartSize): Mark[] {
  const { font } = size
  const { titles, notes, beside } = headLines(framed, left, size)
  const y = (line: number): number => (0.95 + LINE * line) * font
  const base = { kind: 'text', x: left, anchor: 'start' } as const
  return [
    ...titles.map((line, at) => ({ ...base, ...line, y: y(at), size: font, isBold: true, fill: INK })),
    ...(beside === undefined ? [] : [{ ...base, ...beside, y: y(0), text: framed.note ?? '', fill: MUTED }]),
    ...notes.map((line, at) => ({
      ...base,
      ...line,
      y: y(titles.length + at),
      size: 0.9 * font,
      fill: MUTED,
    })),
  ]
}
