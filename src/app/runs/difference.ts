/** Two arrays and their difference as pixels. Pure. */
import { stopNumbers } from '../views/colours.ts'
import { type Sheet } from '../views/sheet.ts'
import { entryAt } from '../views/tiling.ts'

/** The most pixels of a picture. */
export const MOST_PIXELS = 2 ** 22

/** The index of the value at each pixel of a sheet; -1 in gaps. */
export function pixelsOf(
  sheet: Pick<Sheet, 'width' | 'height' | 'rows' | 'columns'> & Parameters<typeof entryAt>[0],
): Int32Array {
  const { width, height, columns } = sheet
  return Int32Array.from({ length: width * height }, (_, pixel) => {
    const entry = entryAt(sheet, pixel % width, Math.floor(pixel / width))
    return entry === undefined ? -1 : entry.row * columns + entry.column
  })
}

export interface Extent {
  readonly low: number
  readonly high: number
  /** True if a value is below 0: the range is then symmetric about 0. */
  readonly signed: boolean
}

/** The common range of some arrays. */
export function extentOf(...arrays: readonly ArrayLike<number>[]): Extent {
  let [low, high] = [Infinity, -Infinity]
  for (const array of arrays)
    for (const value of Array.from(array)) {
      if (value < low) low = value
      if (value > high) high = value
    }
  if (!(low <= high)) return { low: 0, high: 1, signed: false }
  if (low < 0) {
    const size = Math.max(-low, high)
    return { low: -size, high: size, signed: true }
  }
  return low < high ? { low, high, signed: false } : { low, high: low + (Math.abs(low) || 1), signed: false }
}

export interface Difference {
  readonly values: Float32Array
  readonly largest: number
  readonly mean: number
}

/** a - b, the largest and the mean of its absolute values. */
export function differenceOf(a: ArrayLike<number>, b: ArrayLike<number>): Difference {
  let [largest, sum] = [0, 0]
  const values = Float32Array.from({ length: a.length }, (_, i) => {
    const value = (a[i] as number) - (b[i] as number)
    const size = Math.abs(value)
    if (size > largest) largest = size
    sum += size
    return value
  })
  return { values, largest, mean: a.length === 0 ? 0 : sum / a.length }
}

/** RGBA of each pixel, transparent in gaps. */
export function coloured(
  values: ArrayLike<number>,
  pixels: Int32Array,
  { low, high }: Extent,
  stops: readonly string[],
): Uint8ClampedArray<ArrayBuffer> {
  const numbers = stopNumbers(stops)
  const last = stops.length - 1
  const data = new Uint8ClampedArray(4 * pixels.length)
  pixels.forEach((index, pixel) => {
    if (index < 0) return
    const share = Math.min(1, Math.max(0, ((values[index] as number) - low) / (high - low)))
    if (Number.isNaN(share)) return
    const at = share * last
    const below = Math.min(last - 1, Math.floor(at))
    for (let channel = 0; channel < 3; channel++) {
      const from = numbers[4 * below + channel] as number
      const to = numbers[4 * (below + 1) + channel] as number
      data[4 * pixel + channel] = 255 * (from + (to - from) * (at - below))
    }
    data[4 * pixel + 3] = 255
  })
  return data
}
