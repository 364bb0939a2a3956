/**
 * The entry under the pointer or cursor: a mark in all panes, and its values, which are read again as they
 * change.
 */
import type { Simulation } from '../../core/run/simulation.ts'
import { formatDigits } from '../format.ts'
import { variedText } from '../vary.ts'
import { NO_ROW } from './companions.ts'
import { countAt } from './density.ts'
import type { Pointed } from './figure.ts'
import { type Spot, createPeek } from './peek.ts'
import type { Picture } from './picture.ts'
import { createReadout } from './readout.ts'
import { placeOf } from './sheet.ts'

/** Milliseconds between two readings of a value. */
const READ_INTERVAL = 100

export interface Pointing {
  /** The reader points at an entry of a picture, or at none. */
  point(picture: Picture, at: Pointed | undefined): void
  /** Reads the values again at intervals; call with every drawing. */
  update(now: number): void
  destroy(): void
}

/**
 * @param replica - whose matrices are shown
 * @param place - of the pictures
 */
export function createPointing(simulation: Simulation, replica: () => number, place: HTMLElement): Pointing {
  const peek = createPeek(simulation)
  const readout = createReadout(place)
  let pointed: { readonly picture: Picture; readonly at: Pointed } | undefined
  let readAt = -Infinity
  let later: ReturnType<typeof setTimeout> | undefined

  const readValues = (): void => {
    clearTimeout(later)
    const wanted = pointed
    if (wanted === undefined) return
    const { picture, at } = wanted
    const { entry, event } = at
    const { density } = picture.sheet
    const reading =
      density === undefined
        ? peek.read(spotsOf(picture, at, replica()))
        : Promise.resolve([countAt(density, entry)])
    if (reading === undefined) {
      later = setTimeout(readValues, READ_INTERVAL / 2)
      return
    }
    readAt = performance.now()
    void reading.then((values) => {
      if (pointed !== wanted || values.length === 0) return
      const place =
        event === undefined ? picture.figure.rectOf(entry) : new DOMRect(event.clientX, event.clientY)
      const varied = picture.sheet.kind === 'neurons' ? variedText(simulation.model, entry.row) : ''
      const lines = linesOf(picture, entry, values)
      readout.show(varied === '' ? lines : [...lines, varied], place, event === undefined)
    })
  }

  return {
    point(picture, at) {
      if (pointed !== undefined && pointed.picture !== picture) pointed.picture.figure.mark(undefined)
      picture.figure.mark(at?.entry)
      pointed = at === undefined ? undefined : { picture, at }
      if (at === undefined) readout.hide()
      else readValues()
    },
    update(now) {
      if (now - readAt >= READ_INTERVAL) readValues()
    },
    destroy() {
      clearTimeout(later)
      pointed = undefined
      readout.destroy()
      peek.destroy()
    },
  }
}

/** Rows of the blocks of each pane of a picture. */
function spotsOf({ sheet, companions, rows }: Picture, { entry }: Pointed, replica: number): Spot[] {
  return [
    {
      source: sheet,
      row: entry.row + (sheet.copies > 1 ? replica * sheet.rows : 0),
      column: entry.column,
      ...(sheet.array !== undefined && { array: sheet.array }),
    },
    ...companions.map(({ blocks, stride }, index): Spot => ({
      source: { blocks, stride, format: 'f32', scale: 1 },
      row: rows[index]?.[entry.row] ?? NO_ROW,
      column: entry.column,
    })),
  ]
}

function linesOf(
  { sheet, companions, rows }: Picture,
  entry: Pointed['entry'],
  values: readonly number[],
): string[] {
  const text = (value: number | undefined): string =>
    value === undefined || Number.isNaN(value) ? '–' : formatDigits(value, 5)
  return [
    `${placeOf(sheet, entry)}, ${text(values[0])}`,
    ...companions.map(({ role }, index) => {
      const row = rows[index]?.[entry.row] ?? NO_ROW
      return row === NO_ROW ? `no ${role}` : `${role} ${text(values[index + 1])} (pattern ${row})`
    }),
  ]
}
