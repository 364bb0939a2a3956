/** The visible part of a sheet, and the entry of the cursor. Pure. */
import { middleEntry, nextEntry } from './cursor.ts'
import type { Sheet } from './sheet.ts'
import { type Entry, cellOf, entryAt } from './tiling.ts'
import { type Spot, WHOLE, type Window, cellAt, inside, panned, partOf, revealing, zoomed } from './window.ts'

/** A rectangle in fractions of the window. */
export type Part = ReturnType<typeof partOf>

export interface Sight {
  readonly window: Window
  readonly cursor: Entry | undefined
  /** Shows a part of the sheet, limited to its size; undefined = all of it. */
  see(window: Window | undefined): void
  /** Zooms about a place in fractions of the window; default: the cursor or the middle. */
  readonly zoom: (factor: number, about?: Spot) => void
  /** Moves by fractions of the window; false at the border. */
  pan(by: Spot): boolean
  /** The next entry from the cursor in a direction, from the middle without one; the visible part follows. */
  step(x: number, y: number): Entry | undefined
  mark(entry: Entry | undefined): void
  /** The entry at a place in fractions of the window; undefined in gaps and frames. */
  entryUnder(spot: Spot): Entry | undefined
  partOf(entry: Entry): Part
}

/** @param changed - called when the visible part changes */
export function createSight(sheet: Sheet, changed: () => void): Sight {
  let window: Window = WHOLE
  let cursor: Entry | undefined

  const look = (next: Window): boolean => {
    if (next.zoom === window.zoom && next.left === window.left && next.top === window.top) return false
    window = next
    changed()
    return true
  }
  const partOfEntry = (entry: Entry): Part => {
    const { x, y } = cellOf(sheet, entry)
    return partOf(window, sheet, x, y)
  }
  const middle = (): Spot => {
    const { x, y, width, height } = cursor === undefined ? ALL : partOfEntry(cursor)
    return { x: x + width / 2, y: y + height / 2 }
  }

  return {
    get window() {
      return window
    },
    get cursor() {
      return cursor
    },
    see: (next = WHOLE) => void look(inside(next, sheet)),
    zoom: (factor, { x, y } = middle()) => void look(zoomed(window, sheet, factor, x, y)),
    pan: ({ x, y }) => look(panned(window, sheet, x, y)),
    step(x, y) {
      const next = cursor === undefined ? middleEntry(sheet, window) : nextEntry(sheet, cursor, x, y)
      if (next === undefined) return undefined
      const cell = cellOf(sheet, next)
      look(revealing(window, sheet, cell.x, cell.y))
      return next
    },
    mark(entry) {
      cursor = entry
    },
    entryUnder({ x, y }) {
      const cell = cellAt(window, sheet, x, y)
      return entryAt(sheet, cell.x, cell.y)
    },
    partOf: partOfEntry,
  }
}

const ALL: Part = { x: 0, y: 0, width: 1, height: 1 }
