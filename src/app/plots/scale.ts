/** Scales of a plot: the choice for given values, the range, and the marks of the axis. Pure. */

/** symlog = logarithmic in both directions, linear around 0: uPlot's arcsinh. */
export type Scale = 'linear' | 'log' | 'symlog'

type Values = readonly (number | null)[]

/** Logarithmic scale for values: log for positive values, symlog if some are below 0. */
export function logScaleOf(lines: readonly Values[]): Scale {
  return lines.some((values) => values.some((value) => value !== null && value < 0)) ? 'symlog' : 'log'
}

/** The values that a scale can show; a logarithm cannot show 0. */
export function shownOn(scale: Scale, values: Values): (number | null)[] {
  return scale === 'log' ? values.map((value) => (value !== null && value > 0 ? value : null)) : [...values]
}

/** Below this size a symlog scale is linear: a power of ten, three decades below the largest value. */
export function thresholdOf(lines: readonly Values[]): number {
  let largest = 0
  for (const values of lines)
    for (const value of values) if (value !== null) largest = Math.max(largest, Math.abs(value))
  return largest === 0 ? 1 : 10 ** (Math.floor(Math.log10(largest)) - 3)
}

/** The range of values with a margin; a constant is a line in the middle, also with rounding errors. */
export function rangeOf(scale: Scale, low: number | null, high: number | null): [number, number] {
  if (scale === 'log') {
    if (low === null || high === null || low <= 0) return [0.1, 1]
    const room = high / low > 1 + 1e-5 ? (high / low) ** 0.06 : 2
    return [low / room, high * room]
  }
  if (low === null || high === null) return [0, 1]
  const size = Math.max(Math.abs(low), Math.abs(high))
  const span = high - low
  const room = span > 1e-5 * size ? 0.06 * span : 0.1 * size || 0.5
  return [low - room, high + room]
}

/** Marks of a logarithmic axis: powers of ten; within two decades also their 2 and 5 fold; in less than one, even steps. */
export function logSplits(low: number, high: number): number[] {
  if (!(low > 0) || !(high > low)) return []
  const decades = Math.log10(high / low)
  if (decades < 1) return evenSplits(low, high)
  const skip = Math.max(1, Math.ceil(decades / 8))
  const factors = decades <= 2 ? [1, 2, 5] : [1]
  const splits: number[] = []
  for (let exponent = Math.floor(Math.log10(low)); exponent <= Math.log10(high); exponent++) {
    if (exponent % skip !== 0) continue
    for (const factor of factors) {
      const at = Number(`${factor}e${exponent}`)
      if (at >= low && at <= high) splits.push(at)
    }
  }
  return splits
}

/** Marks of a symlog axis: those of a logarithmic one on either side of 0, beyond the threshold, and 0. */
export function symlogSplits(low: number, high: number, threshold: number): number[] {
  const side = (from: number, to: number): number[] => (to > from ? logSplits(from, to) : [])
  const above = side(Math.max(low, threshold), high)
  const below = side(Math.max(-high, threshold), -low)
  return [...below.reverse().map((at) => -at), ...(low <= 0 && high >= 0 ? [0] : []), ...above]
}

/** Three to six round numbers. */
function evenSplits(low: number, high: number): number[] {
  const rough = (high - low) / 4
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = power * ([1, 2, 5].find((factor) => factor * power >= rough) ?? 10)
  const first = Math.ceil(low / step)
  // If values are equal up to rounding, only a few steps can be distinguished.
  return Array.from({ length: 6 }, (_, index) => Number(((first + index) * step).toPrecision(12))).filter(
    (at) => at >= low && at <= high,
  )
}
