/** Means over independent networks, with confidence intervals for small samples. */

export interface Estimate {
  readonly mean: number
  /** Half length of the 95 % confidence interval of the mean, by the t-distribution; NaN for a single value. */
  readonly half: number
  readonly count: number
}

/** The mean of some numbers. */
export function mean(values: readonly number[]): number {
  const { exponent, scaled } = nearOne(values)
  return shifted(plainMean(scaled), exponent)
}

/**
 * Mean of independent values and its 95 % confidence interval, mean +- t(0.975, n - 1) s / sqrt(n).
 * @param values - at least one
 */
export function estimate(values: readonly number[]): Estimate {
  const count = values.length
  const { exponent, scaled } = nearOne(values)
  const centre = plainMean(scaled)
  const squares = scaled.reduce((sum, value) => sum + (value - centre) ** 2, 0)
  const half = studentQuantile(count - 1) * Math.sqrt(squares / (count - 1) / count)
  return { mean: shifted(centre, exponent), half: shifted(half, exponent), count }
}

/** Exponents of two between which neither sums nor squares of numbers leave float64. */
const ORDINARY = 400

/** Numbers divided by 2^exponent, so that their squares can be added; unchanged if the squares fit. */
function nearOne(values: readonly number[]): {
  readonly exponent: number
  readonly scaled: readonly number[]
} {
  const largest = values.reduce((top, value) => Math.max(top, Math.abs(value)), 0)
  const exponent = Math.floor(Math.log2(largest))
  return largest === 0 || !Number.isFinite(largest) || Math.abs(exponent) <= ORDINARY
    ? { exponent: 0, scaled: values }
    : { exponent, scaled: values.map((value) => shifted(value, -exponent)) }
}

/** value 2^exponent, in steps that are powers of two themselves. */
function shifted(value: number, exponent: number): number {
  let [rest, result] = [exponent, value]
  while (rest !== 0) {
    const step = Math.max(-1000, Math.min(1000, rest))
    result *= 2 ** step
    rest -= step
  }
  return result
}

function plainMean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

/** The first twelve quantiles; the series below is too inaccurate there. */
const FIRST = [12.706, 4.3027, 3.1824, 2.7764, 2.5706, 2.4469, 2.3646, 2.306, 2.2622, 2.2281, 2.201, 2.1788]

/** The 0.975 quantile of Student's t-distribution, good to 1e-3; NaN without a degree of freedom. */
export function studentQuantile(degrees: number): number {
  if (degrees < 1) return NaN
  const z = 1.959964
  return (
    FIRST[degrees - 1] ??
    z +
      (z ** 3 + z) / (4 * degrees) +
      (5 * z ** 5 + 16 * z ** 3 + 3 * z) / (96 * degrees ** 2) +
      (3 * z ** 7 + 19 * z ** 5 + 17 * z ** 3 - 15 * z) / (384 * degrees ** 3)
  )
}

/** Slope of the least-squares line through points. */
export function slope(x: readonly number[], y: readonly number[]): number {
  const [{ exponent, scaled }, above] = [nearOne(x), nearOne(y)]
  const [cx, cy] = [plainMean(scaled), plainMean(above.scaled)]
  let [over, under] = [0, 0]
  scaled.forEach((value, i) => {
    over += (value - cx) * (above.scaled[i]! - cy)
    under += (value - cx) ** 2
  })
  return shifted(over / under, above.exponent - exponent)
}
