/** One picture of a network with its companions: its figure and its prints. */
import { formatDigits } from '../format.ts'
import { frameStops, stopsOf } from './colours.ts'
import type { Companion, Showing } from './companions.ts'
import type { Drawn } from './drawing.ts'
import type { Figure } from './figure.ts'
import type { Painter } from './painter.ts'
import { pictureSettings as settings } from './preferences.ts'
import { type Range, isSigned, nextRange } from './range.ts'
import { schemeAt } from './scheme.ts'
import type { Sheet } from './sheet.ts'
import { sizeOf } from './window.ts'

/** The drawn parts of a picture: its sheet and its companions. */
export interface Part {
  readonly sheet: Sheet
  readonly companions: readonly Companion[]
  /** Number of its first print; one for each companion follows. */
  readonly first: number
}

export interface Picture extends Part, Drawn {
  readonly companions: Part['companions']
  readonly figure: Figure
  /** The rows of the companions. */
  readonly rows: readonly Uint32Array[]
  /** Applies range, colours, size and window to the next drawing. */
  refresh(): void
  /** Clears the range before a new run. */
  restart(): void
}

/**
 * @param key - key of the reader's stored choices
 * @param replica - the shown replica of matrices and activations
 */
export function createPicture(
  key: string,
  part: Part,
  figure: Figure,
  painter: Painter,
  replica: () => number,
): Picture {
  const { sheet, companions, first } = part
  const rows: Uint32Array[] = []
  /** Ranges of companions with a separate scale. */
  const scales = companions.map((companion) => scaleOf(companion.at(0)))
  let measured: Range | undefined
  /** The activation of a neuron whose frame is brightest. */
  let brightest = 1
  const rangeNow = (): Range | undefined => settings.rangeOf(key) ?? measured

  const refresh = (): void => {
    const range = rangeNow()
    if (range === undefined) return
    const scheme = schemeAt(figure.element)
    const stopsFor = (of: Range) => stopsOf(scheme, isSigned(of), settings.maps)
    const stops = stopsFor(range)
    figure.panes.forEach(({ width, height }, index) => {
      if (width === 0) return
      const scale = scales[index - 1]
      painter.look(first + index, {
        range: scale ?? range,
        stops: scale === undefined ? stops : stopsFor(scale),
        frameStops: frameStops(scheme),
        width,
        height,
        window: figure.window,
        replica: replica(),
        brightest,
      })
    })
    figure.legend(range, stops)
    const [pane] = figure.panes
    figure.note(sheet.note + (pane === undefined ? '' : passedOver(sheet, figure, pane.width)))
  }

  return {
    ...part,
    figure,
    get range() {
      return rangeNow()
    },
    rows,
    refresh,
    place(tick) {
      companions.forEach((companion, index) => {
        const showing = companion.at(tick)
        const before = rows[index]
        if (before === undefined || before.some((row, replica) => row !== showing.rows[replica])) {
          rows[index] = showing.rows.slice()
          painter.place(first + 1 + index, showing.rows)
        }
        const scale = scaleOf(showing)
        if (scale?.low !== scales[index]?.low || scale?.high !== scales[index]?.high) {
          scales[index] = scale
          refresh()
        }
        figure.tell(companion.role, showing)
      })
    },
    paint(encoder, timing) {
      if (rangeNow() === undefined) return
      figure.panes.forEach(({ context, width }, index) => {
        if (width === 0) return
        painter.draw(encoder, first + index, context.getCurrentTexture().createView(), timing?.pass())
      })
    },
    adopt(all) {
      const own = all.slice(first, first + 1 + companions.length)
      const together = own.filter((_, index) => scales[index - 1] === undefined)
      const low = Math.max(...together.map(({ extent }) => extent.low))
      const high = Math.max(...together.map(({ extent }) => extent.high))
      const next = nextRange(measured, low, high)
      const activations = own[0]?.activations
      const bright =
        activations === undefined
          ? 1
          : nextRange({ low: 0, high: brightest }, 0, Math.max(activations.low, activations.high)).high
      if (next.low === measured?.low && next.high === measured.high && bright === brightest) return false
      measured = next
      brightest = bright
      refresh()
      return true
    },
    restart() {
      measured = undefined
    },
  }
}

/** The range of a companion, if it differs from that of the state. */
function scaleOf({ extent }: Showing): Range | undefined {
  return extent && nextRange(undefined, extent.low, extent.high)
}

/** The note if there are more entries than pixels. */
function passedOver(sheet: Sheet, figure: Figure, pixels: number): string {
  const entries = sizeOf(figure.window, sheet).width / pixels
  return pixels > 0 && entries > 1.01
    ? ` · each pixel one of ${formatDigits(entries, 2)} × ${formatDigits(entries, 2)} ${sheet.density === undefined ? 'entries' : 'blocks'}`
    : ''
}
