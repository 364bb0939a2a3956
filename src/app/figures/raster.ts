/** States as pixels, one for each neuron. Pure. */
import { type Stops, stopNumbers } from '../views/colours.ts'
import { pictureOf } from '../data/fit.ts'
import type { Pixels } from './drawing.ts'

/**
 * The values of a layer in colours, [height, width] of the layer, or a square where it has no sides. A value that is
 * not finite has no colour.
 * @param range - the values of the first and the last colour
 */
export function rasterOf(
  values: ArrayLike<number>,
  shape: readonly number[],
  [low, high]: readonly [number, number],
  stops: Stops,
): Pixels {
  const across = Math.ceil(Math.sqrt(values.length))
  const [height, width] = pictureOf(shape) ?? [Math.ceil(values.length / across), across]
  const data = new Uint8Array(4 * width * height)
  for (let index = 0; index < Math.min(values.length, width * height); index++) {
    const value = values[index] as number
    if (Number.isFinite(value))
      data.set(colourAt((value - low) / Math.max(high - low, 1e-30), stops), 4 * index)
  }
  return { width, height, data }
}

/** The range of several states: symmetric where there are values of both signs, else from 0. */
export function rangeOfStates(states: readonly ArrayLike<number>[]): readonly [number, number] {
  let [low, high] = [0, 0]
  for (const values of states)
    for (const value of Array.from(values)) {
      low = Math.min(low, value)
      high = Math.max(high, value)
    }
  if (low === 0) return [0, high === 0 ? 1 : high]
  const size = Math.max(-low, high)
  return [-size, size]
}

/** The colour at a part of the way from the first to the last, RGBA. */
export function colourAt(share: number, stops: Stops): readonly number[] {
  const last = stops.length - 1
  const at = last * Math.min(1, Math.max(0, Number.isFinite(share) ? share : 0))
  const below = Math.min(last - 1, Math.floor(at))
  const numbers = stopNumbers(stops.slice(below, below + 2))
  return [0, 1, 2, 3].map((part) => {
    const [a, b] = [numbers[part] as number, numbers[part + 4] as number]
    return Math.round(255 * (a + (b - a) * (at - below)))
  })
}

/** Colours of a legend: more than the eye tells apart in a column. */
const SHADES = 128

/** The colours of a legend, from the first to the last. */
export function shadesOf(stops: Stops): Pixels {
  const data = new Uint8Array(4 * SHADES)
  for (let at = 0; at < SHADES; at++) data.set(colourAt(at / (SHADES - 1), stops), 4 * at)
  return { width: SHADES, height: 1, data }
}
