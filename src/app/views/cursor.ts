/** Moves of the cursor of a picture by keys. Pure. */
import type { Sheet } from './sheet.ts'
import { CHANNEL_GAP, type Entry, cellOf, entryAt } from './tiling.ts'
import { type Window, sizeOf } from './window.ts'

/** The next entry in a direction, over gaps and frames. */
export function nextEntry(sheet: Sheet, from: Entry, x: number, y: number): Entry | undefined {
  const at = cellOf(sheet, from)
  for (let more = 0; more <= reachOf(sheet) + 1; more++) {
    const next = entryAt(sheet, at.x + x + Math.sign(x) * more, at.y + y + Math.sign(y) * more)
    if (next !== undefined) return next
  }
  return undefined
}

/** The entry in the middle of the visible part, or one next to it. */
export function middleEntry(sheet: Sheet, window: Window): Entry {
  const { width, height } = sizeOf(window, sheet)
  const x = Math.floor(window.left + width / 2)
  const y = Math.floor(window.top + height / 2)
  for (let more = 0; more <= reachOf(sheet); more++) {
    const found =
      entryAt(sheet, x + more, y) ?? entryAt(sheet, x, y + more) ?? entryAt(sheet, x + more, y + more)
    if (found !== undefined) return found
  }
  return { row: 0, column: 0 }
}

/** The most cells between two adjacent entries. */
function reachOf({ frameX, frameY, gapX, gapY }: Sheet): number {
  return Math.max(CHANNEL_GAP, 2 * (frameX + frameY) + gapX + gapY)
}
