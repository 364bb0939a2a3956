/** A figure as marks in points (1/72 inch), y downwards: what the writers of SVG and PDF share. Pure. */

export type Point = readonly [x: number, y: number]

/** RGBA, row-major. */
export interface Pixels {
  readonly width: number
  readonly height: number
  readonly data: Uint8Array | Uint8ClampedArray
}

/** Colours are `#rrggbb`; `whole` is a text for which a mark has no room, or room for its beginning: the caption has it. */
export type Mark =
  | {
      readonly kind: 'path'
      readonly points: readonly Point[]
      readonly stroke?: string
      readonly width?: number
      readonly dash?: readonly number[]
      readonly fill?: string
      readonly whole?: string
    }
  | {
      readonly kind: 'text'
      readonly x: number
      /** The base line. */
      readonly y: number
      readonly text: string
      readonly size: number
      readonly anchor: 'start' | 'middle' | 'end'
      readonly isBold?: boolean
      readonly fill: string
      /** Upwards, as the title of a vertical axis. */
      readonly isTurned?: boolean
      readonly whole?: string
    }
  | {
      readonly kind: 'dots'
      readonly points: readonly Point[]
      readonly radius: number
      readonly fill: string
    }
  | {
      readonly kind: 'image'
      readonly x: number
      readonly y: number
      readonly width: number
      readonly height: number
      readonly pixels: Pixels
    }

export interface Drawing {
  readonly width: number
  readonly height: number
  readonly marks: readonly Mark[]
}

/** Part of a width that texts fill: the fonts that stand in for Helvetica are wider. */
export const ROOM = 0.85

/** Points in a millimetre. */
export const POINTS = 72 / 25.4

/** Advance widths of Helvetica in thousandths of the size, from the space on. (Adobe, Core 14 AFM) */
const WIDTHS: readonly number[] = [
  278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556, 556, 556,
  556, 556, 556, 556, 556, 278, 278, 584, 584, 584, 556, 1015, 667, 667, 722, 722, 667, 611, 778, 722, 278,
  500, 667, 556, 833, 722, 778, 667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 278, 278, 278, 469,
  556, 333, 556, 556, 500, 556, 556, 278, 556, 556, 222, 222, 500, 222, 833, 556, 556, 556, 556, 333, 500,
  278, 556, 500, 722, 500, 500, 500, 334, 260, 334, 584,
]

/** Signs that are much wider than a digit, in Helvetica or Symbol. */
const WIDE: Readonly<Record<string, number>> = {
  '→': 987,
  '←': 987,
  '↔': 1042,
  '↑': 603,
  '↓': 603,
  '…': 1000,
  '—': 1000,
  '∞': 713,
}

/** The width of a text in Helvetica; most letters that are not of ASCII count as a digit. */
export function widthOf(text: string, size: number): number {
  let sum = 0
  for (const letter of text) sum += WIDTHS[(letter.codePointAt(0) ?? 0) - 32] ?? WIDE[letter] ?? 556
  return (sum * size) / 1000
}

/**
 * A text in lines of a width; words in brackets stay together. A wider word is broken after the points of a
 * path, or where the line ends.
 * @param most - lines; the last of them ends with an ellipsis where there are more
 */
export function wrapped(text: string, size: number, width: number, most = Infinity): string[] {
  const fits = (line: string): boolean => widthOf(line, size) <= width
  const lines: string[] = []
  for (const word of text.split(/ (?![^(]*\))/)) {
    const last = lines.at(-1)
    if (last !== undefined && fits(`${last} ${word}`)) lines[lines.length - 1] = `${last} ${word}`
    else lines.push(...broken(word, fits))
  }
  if (lines.length <= most) return lines
  const before = lines.slice(0, most - 1)
  // The line that is cut is filled to its end.
  const letters = Array.from(text)
  let gone = Array.from(before.join('').replaceAll(' ', '')).length
  while (gone > 0) if (letters.shift() !== ' ') gone--
  let last = ''
  for (const letter of letters) {
    if (!fits(`${last}${letter}…`.trim())) break
    last += letter
  }
  return [...before, last === '' ? '' : `${last.trim()}…`]
}

function broken(word: string, fits: (line: string) => boolean): string[] {
  if (fits(word)) return [word]
  const lines: string[] = []
  for (const part of word.split(/(?<=[ ./_-])/))
    for (const piece of fits(part) ? [part] : part) {
      const last = lines.at(-1)
      if (last !== undefined && fits(last + piece)) lines[lines.length - 1] = last + piece
      else lines.push(piece)
    }
  return lines.map((line) => line.trim())
}

/** A text of a mark. */
export interface Written {
  readonly text: string
  /** Of the text that has no room. */
  readonly whole?: string
}

/** A text in at most so many lines that fit into a room. */
export function written(text: string, size: number, room: number, most: number): Written[] {
  const lines = wrapped(text, size, ROOM * room, most)
  const isCut = wrapped(text, size, ROOM * room).length > most
  return lines.map((line, at) => ({
    text: line,
    ...(isCut && at === lines.length - 1 ? { whole: text } : {}),
  }))
}

/** The marks at another place. */
export function moved(marks: readonly Mark[], dx: number, dy: number): Mark[] {
  return marks.map((mark) =>
    'points' in mark
      ? { ...mark, points: mark.points.map(([x, y]): Point => [x + dx, y + dy]) }
      : { ...mark, x: mark.x + dx, y: mark.y + dy },
  )
}
