/** Adapts rows to the statistics of other rows, and converts images to rows. Pure. */
import { type Image, resize } from '../../core/data/image.ts'
import type { Rows } from '../../core/model/model.ts'

/** Largest relative spread at which the means or norms of rows count as equal. */
const ALIKE = 1e-3

/** Common properties of rows. */
export interface Likeness {
  /** Every entry is -size or +size. */
  readonly sign?: number
  readonly mean?: number
  /** L2 norm. */
  readonly norm?: number
}

/**
 * The common properties of all rows except rows of zeros and one given row; none if fewer than two rows are
 * left.
 */
export function likenessOf(rows: Rows, except?: number): Likeness {
  const means: number[] = []
  const norms: number[] = []
  const { columns } = rows
  let sign: number | undefined
  for (let row = 0; row < rows.rows; row++) {
    if (row === except) continue
    const values = rows.data.subarray(row * columns, (row + 1) * columns)
    let [sum, squares, low, high] = [0, 0, Infinity, 0]
    for (const value of values) {
      sum += value
      squares += value * value
      low = Math.min(low, Math.abs(value))
      high = Math.max(high, Math.abs(value))
    }
    if (squares === 0) continue
    means.push(sum / columns)
    norms.push(Math.sqrt(squares))
    sign ??= high
    if (low < high * (1 - ALIKE) || Math.abs(high - sign) > sign * ALIKE) sign = NaN
  }
  const [norm = 0] = norms
  const [mean = 0] = means
  if (norms.length < 2) return {}
  if (sign !== undefined && !Number.isNaN(sign)) return { sign }
  const isOneNorm = norms.every((other) => Math.abs(other - norm) <= ALIKE * norm)
  // Relative to the size of an entry, because a mean may be 0.
  const isOneMean = means.every((other) => Math.abs(other - mean) <= (ALIKE * norm) / Math.sqrt(columns))
  return { ...(isOneMean ? { mean } : {}), ...(isOneNorm ? { norm } : {}) }
}

/** Values with the common signs, or the common mean and norm, of other rows; unchanged if there are none. */
export function madeLike(values: ArrayLike<number>, { sign, mean, norm }: Likeness): Float64Array {
  const row = Float64Array.from(values)
  if (sign !== undefined) return row.map((value) => (value > 0 ? sign : -sign))
  const { length } = row
  if (mean !== undefined) {
    const own = row.reduce((sum, value) => sum + value, 0) / length
    for (let index = 0; index < length; index++) row[index] = row[index]! - own
  }
  const offset = mean ?? 0
  if (norm === undefined) return row.map((value) => value + offset)
  const size = Math.sqrt(row.reduce((sum, value) => sum + value * value, 0))
  if (size === 0) return row
  // A constant is orthogonal to values with mean 0.
  const room = mean === undefined ? norm : Math.sqrt(Math.max(0, norm * norm - offset * offset * length))
  return row.map((value) => (value * room) / size + offset)
}

/** Likeness in words, for a notice. */
export function likenessText({ sign, mean, norm }: Likeness): string {
  if (sign !== undefined) return 'as signs, like the others'
  const parts = [...(mean === undefined ? [] : ['mean']), ...(norm === undefined ? [] : ['norm'])]
  return parts.length === 0 ? 'as it is' : `with the ${parts.join(' and ')} of the others`
}

/** A whole image, centred in a frame of other proportions, on the median of its border. */
export function fitted(image: Image, width: number, height: number): Float32Array {
  const scale = Math.min(width / image.width, height / image.height)
  const inner = resize(
    image,
    Math.max(1, Math.round(image.width * scale)),
    Math.max(1, Math.round(image.height * scale)),
  )
  const data = new Float32Array(width * height).fill(borderOf(image))
  const left = Math.floor((width - inner.width) / 2)
  const top = Math.floor((height - inner.height) / 2)
  for (let row = 0; row < inner.height; row++) {
    data.set(inner.data.subarray(row * inner.width, (row + 1) * inner.width), (top + row) * width + left)
  }
  return data
}

function borderOf({ width, height, data }: Image): number {
  const border = Array.from(data).filter((_, index) => {
    const [x, y] = [index % width, Math.floor(index / width)]
    return x === 0 || y === 0 || x === width - 1 || y === height - 1
  })
  border.sort((a, b) => a - b)
  return border[Math.floor(border.length / 2)] ?? 0
}
