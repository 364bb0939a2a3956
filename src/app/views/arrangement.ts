/** The layout of the state, cue and target of a layer in a frame, and the pixels of each canvas. Pure. */
import type { Extents, Window } from './window.ts'

/** CSS pixels between two panes, and the height of the name above each. */
export const PANE_GAP = 12
export const PANE_NAME = 18

/** A smaller companion is hidden. */
const SMALLEST = 64

/** In a stack a companion has this fraction of the size of the state. */
const PART = 0.5

/** Equal panes are preferred if the state is smaller at most by this factor. */
const WORTH = 0.85

/** The largest side of a canvas; larger ones show no more. */
const MOST_PIXELS = 2048

/** Up to this number of cells in one direction each cell gets a pixel, even if the canvas is shown smaller. */
const MOST_CELLS = 640

export interface Arrangement {
  /** The state alone; a row or a column of equal panes; or the state next to a column of smaller ones. */
  readonly mode: 'alone' | 'row' | 'column' | 'stack'
  /** Sizes of canvases in CSS pixels. */
  readonly state: Extents
  readonly other: Extents
}

/** The arrangement with the largest state and visible companions. */
export function arrangementOf(sheet: Extents, room: Extents, companions: number): Arrangement {
  const { width, height } = sheet
  const of = (scale: number): Extents => ({
    width: Math.max(0, Math.floor(width * scale)),
    height: Math.max(0, Math.floor(height * scale)),
  })
  const none = { width: 0, height: 0 }
  const alone = Math.min(room.width / width, room.height / height)
  const named = room.height - PANE_NAME
  const row = Math.min((room.width - companions * PANE_GAP) / (companions + 1) / width, named / height)
  const column = Math.min(
    room.width / width,
    (room.height - companions * PANE_GAP - (companions + 1) * PANE_NAME) / (companions + 1) / height,
  )
  const stacked = room.height - companions * PANE_NAME - (companions - 1) * PANE_GAP
  const stack = Math.min(
    (room.width - PANE_GAP) / (1 + PART) / width,
    named / height,
    stacked / (companions * PART) / height,
  )
  const fits = (scale: number): boolean => scale * Math.max(width, height) >= SMALLEST
  const equal = Math.max(row, column)
  if (companions > 0 && fits(equal) && equal >= WORTH * stack) {
    return { mode: row >= column ? 'row' : 'column', state: of(equal), other: of(equal) }
  }
  if (companions > 0 && fits(PART * stack))
    return { mode: 'stack', state: of(stack), other: of(PART * stack) }
  return { mode: 'alone', state: of(alone), other: none }
}

/**
 * Pixels of a canvas that is shown at a size: a whole number of pixels for each cell, which the browser scales
 * smoothly, so that all cells have the same size; one pixel for several cells if there are too many. A part of a
 * sheet has the pixels of the screen.
 */
export function pixelsOf(sheet: Extents, { zoom }: Window, width: number, height: number): Extents {
  if (width < 1 || height < 1) return { width: 0, height: 0 }
  const perCell = Math.max(1, Math.ceil(width / sheet.width - 0.01))
  const largest = perCell * Math.max(sheet.width, sheet.height)
  if (zoom === 1 && largest <= (perCell === 1 ? MOST_CELLS : MOST_PIXELS)) {
    return { width: sheet.width * perCell, height: sheet.height * perCell }
  }
  return {
    width: Math.min(MOST_PIXELS, Math.round(width)),
    height: Math.min(MOST_PIXELS, Math.round(height)),
  }
}
