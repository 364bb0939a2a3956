/** The ticks of the pictures of a film. Pure. */
import { ModelError } from '../../core/errors.ts'

/** The most pictures of a film: it is in memory until it is saved. */
const MOST_FRAMES = 5000

/**
 * From the first to the last tick in equal steps; the last is always shown.
 * @throws ModelError for a range without a tick, or too many pictures
 */
export function framesOf(from: number, to: number, step: number): number[] {
  if (to < from) throw new ModelError(`tick ${to} is before tick ${from}; give a last tick that is later`)
  const count = Math.ceil((to - from) / step) + 1
  if (count > MOST_FRAMES)
    throw new ModelError(
      `the film would have ${count} pictures, at most ${MOST_FRAMES} fit; use more ticks a picture`,
    )
  return Array.from({ length: count }, (_, index) => Math.min(to, from + index * step))
}

/** The delay of a picture of a GIF in ms: a multiple of 10, and at least 20, below which players slow down. */
export function gifDelay(rate: number): number {
  return Math.max(20, 10 * Math.round(100 / rate))
}
