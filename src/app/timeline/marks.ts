/** Drawings of a lane: updates, the range of a time constant, shown patterns. */
import type { Model } from '../../core/model/model.ts'
import { type Era, dueTicks, showings, spansBetween } from './schedule.ts'

/** Pixels between marks below which they become a band. */
const LEAST_SPACING = 3

/** The drawn window: ticks [to - ticks, to) on a width in pixels. */
export interface Frame {
  readonly to: number
  readonly ticks: number
  readonly width: number
  readonly height: number
  readonly colour: (name: string) => string
}

const xOf = ({ to, ticks, width }: Frame, tick: number): number => ((tick - to + ticks) / ticks) * width

/** A mark at each update; if marks are closer than pixels, a band with the darkness of their density. */
export function drawUpdates(
  context: CanvasRenderingContext2D,
  frame: Frame,
  colour: string,
  eras: readonly Era[],
  top = 0,
): void {
  const { to, ticks, width, height } = frame
  context.fillStyle = colour
  for (const span of spansBetween(eras, Math.max(0, to - ticks), to)) {
    const spacing = (span.every / ticks) * width
    if (spacing < LEAST_SPACING) {
      const left = xOf(frame, span.from)
      context.globalAlpha = Math.min(0.75, 0.25 + 0.5 / spacing)
      context.fillRect(left, top + height * 0.3, xOf(frame, span.to) - left, height * 0.4)
      context.globalAlpha = 1
      continue
    }
    const size = Math.max(1, Math.min(4, spacing * 0.4))
    for (const tick of dueTicks(span)) context.fillRect(xOf(frame, tick + 1) - size, top, size, height)
  }
}

/** The remaining weight of the past in a group: exp(-age / tau). */
export function drawReach(
  context: CanvasRenderingContext2D,
  frame: Frame,
  colour: string,
  tauTicks: number,
): void {
  const { ticks, width, height } = frame
  context.fillStyle = colour
  const column = Math.max(2, Math.round(width / 200))
  for (let x = 0; x < width; x += column) {
    const age = ((width - x - column / 2) / width) * ticks
    context.globalAlpha = 0.32 * Math.exp(-age / tauTicks)
    context.fillRect(x, 0, column, height)
  }
  context.globalAlpha = 1
}

export function drawShowings(
  context: CanvasRenderingContext2D,
  frame: Frame,
  item: Model['stimulus'][number],
  index: number,
  seed: number,
): void {
  const { to, ticks, width, height, colour } = frame
  const from = Math.max(0, to - ticks)
  const found = showings(item, index, seed, from, to, width / 2)
  context.fillStyle = colour('--muted')
  if (found === undefined) {
    context.globalAlpha = 0.5
    const left = xOf(frame, Math.max(from, item.start))
    context.fillRect(left, height * 0.3, xOf(frame, Math.min(to, item.stop)) - left, height * 0.4)
    context.globalAlpha = 1
    return
  }
  context.font = `${Math.round(height * 0.7)}px ${getComputedStyle(context.canvas).fontFamily}`
  context.textBaseline = 'middle'
  context.textAlign = 'center'
  for (const { from: start, to: end, row } of found) {
    const left = xOf(frame, start)
    const right = Math.max(left + 2, xOf(frame, end) - 1)
    context.globalAlpha = row % 2 === 0 ? 0.28 : 0.45
    context.fillStyle = colour('--muted')
    context.fillRect(left, 1, right - left, height - 2)
    context.globalAlpha = 1
    const text = `row ${row}`
    if (item.kind === 'initial' || context.measureText(text).width + 6 > right - left) continue
    context.fillStyle = colour('--text')
    context.fillText(text, (left + right) / 2, height / 2 + 1)
  }
}
