/** Changes of parameters in a plot: a dashed line at each, and its text where there is room. Pure. */
import { type Mark, ROOM, type Written, widthOf, written } from './drawing.ts'
import type { Box } from './frame.ts'
import { MUTED } from './light.ts'

export interface PlotChange {
  readonly time: number
  readonly text: string
}

/** The part of the height of a plot that the texts of changes may take. */
const SHARE = 0.7

/** The most lines of a text. */
const MOST_LINES = 3

/** The fewest letters that a line has room for. */
const LEAST_LETTERS = 6

interface Placing {
  readonly box: Box
  readonly font: number
  /** The part of the axis at a time, 0 to 1. */
  readonly place: (time: number) => number
}

/** A text stands right or left of its line, below those that are in its way, and else only in the caption. */
export function changeMarks(changes: readonly PlotChange[], { box, font, place }: Placing): Mark[] {
  const size = 0.85 * font
  const gap = 0.4 * font
  const step = 1.1 * size
  const rowCount = Math.max(1, Math.floor((SHARE * (box.bottom - box.top)) / step))
  /** Where the texts of each row are. */
  const rows = Array.from({ length: rowCount }, (): (readonly [number, number])[] => [])
  /** The first row from which all lines of a text have room. */
  const freeRow = (lines: number, [from, to]: readonly [number, number]): number =>
    rows.findIndex((_, row) => {
      const own = rows.slice(row, row + lines)
      return own.length === lines && own.flat().every(([start, end]) => end < from || start > to)
    })

  return changes.flatMap(({ time, text }): Mark[] => {
    const share = place(time)
    if (!(share >= 0 && share <= 1)) return []
    const x = box.left + share * (box.right - box.left)
    const right = { room: box.right - x - gap, anchor: 'start', from: x + gap, sign: 1 } as const
    const left = { room: x - gap - box.left, anchor: 'end', from: x - gap, sign: -1 } as const
    const wider = right.room < left.room ? [left, right] : [right, left]
    const texts: Mark[] = []
    const found = [
      ...[right, left].map((side) => ({ side, lines: written(text, size, side.room, 1) })),
      ...wider.map((side) => ({ side, lines: written(text, size, side.room, MOST_LINES) })),
    ].some(({ side, lines }, option) => {
      // The text has one line, or as many as there may be.
      if ((option < 2 && lines[0]?.whole !== undefined) || side.room < LEAST_LETTERS * 0.6 * size)
        return false
      const wide = Math.max(...lines.map((line: Written) => widthOf(line.text, size))) / ROOM
      const ends = [side.from, side.from + side.sign * wide].sort((a, b) => a - b) as [number, number]
      const row = freeRow(lines.length, ends)
      if (row === -1) return false
      lines.forEach((line, at) => {
        rows[row + at]?.push(ends)
        const y = box.top + size + (row + at) * step
        texts.push({ kind: 'text', x: side.from, y, ...line, size, anchor: side.anchor, fill: MUTED })
      })
      return true
    })
    const line: Mark = {
      kind: 'path',
      points: [
        [x, box.top],
        [x, box.bottom],
      ],
      stroke: MUTED,
      width: font / 14,
      dash: [0.3 * font, 0.3 * font],
      ...(found ? {} : { whole: text }),
    }
    return [line, ...texts]
  })
}
