/** The part of a sheet that a picture shows, in cells. Pure. */

/** Of the proportions of the sheet, `zoom` times smaller than it, and inside of it. */
export interface Window {
  readonly zoom: number
  readonly left: number
  readonly top: number
}

/** Size of the sheet in cells. */
export interface Extents {
  readonly width: number
  readonly height: number
}

/** A place in fractions of a canvas. */
export interface Spot {
  readonly x: number
  readonly y: number
}

export const WHOLE: Window = { zoom: 1, left: 0, top: 0 }

/** Visible cells in the longer direction at the largest zoom. */
const FEWEST_CELLS = 6

/** Width and height of a window in cells. */
export function sizeOf({ zoom }: Window, { width, height }: Extents): Extents {
  return { width: width / zoom, height: height / zoom }
}

/** The nearest window inside of the sheet. */
export function inside({ zoom, left, top }: Window, sheet: Extents): Window {
  const most = Math.max(1, Math.max(sheet.width, sheet.height) / FEWEST_CELLS)
  const held = Math.min(most, Math.max(1, zoom))
  const clamp = (at: number, size: number): number => Math.min(size - size / held, Math.max(0, at))
  return { zoom: held, left: clamp(left, sheet.width), top: clamp(top, sheet.height) }
}

/** Zooms by a factor; the cell at a place, in fractions of the window, is fixed. */
export function zoomed(window: Window, sheet: Extents, factor: number, x: number, y: number): Window {
  const { zoom } = inside({ ...window, zoom: window.zoom * factor }, sheet)
  const before = sizeOf(window, sheet)
  const after = sizeOf({ ...window, zoom }, sheet)
  const left = window.left + x * (before.width - after.width)
  const top = window.top + y * (before.height - after.height)
  return inside({ zoom, left, top }, sheet)
}

/** Moves by fractions of the window. */
export function panned(window: Window, sheet: Extents, x: number, y: number): Window {
  const { width, height } = sizeOf(window, sheet)
  return inside({ ...window, left: window.left + x * width, top: window.top + y * height }, sheet)
}

/** The smallest move that makes a cell and a margin visible. */
export function revealing(window: Window, sheet: Extents, x: number, y: number): Window {
  const size = sizeOf(window, sheet)
  const along = (from: number, length: number, at: number): number => {
    const margin = Math.min(2, length / 4)
    return Math.min(at - margin, Math.max(at + 1 + margin - length, from))
  }
  return inside(
    {
      ...window,
      left: along(window.left, size.width, x),
      top: along(window.top, size.height, y),
    },
    sheet,
  )
}

/** The cell at a place in fractions of the window. */
export function cellAt(window: Window, sheet: Extents, x: number, y: number): { x: number; y: number } {
  const { width, height } = sizeOf(window, sheet)
  return { x: Math.floor(window.left + x * width), y: Math.floor(window.top + y * height) }
}

/** Place of a cell in fractions of the window. */
export function partOf(
  window: Window,
  sheet: Extents,
  x: number,
  y: number,
): Extents & { readonly x: number; readonly y: number } {
  const { width, height } = sizeOf(window, sheet)
  return {
    x: (x - window.left) / width,
    y: (y - window.top) / height,
    width: 1 / width,
    height: 1 / height,
  }
}
