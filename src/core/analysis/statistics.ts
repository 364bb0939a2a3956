/** Means over independent networks, with intervals that a small number of them allows. */

export interface Estimate {
  readonly mean: number
  /** Half length of the 95 % confidence interval of the mean, by the t-distribution; NaN for a single value. */
  readonly half: number
  readonly count: number
}

/**
 * Mean of independent values and its 95 % confidence interval, mean +- t(0.975, n - 1) s / sqrt(n).
 * @param values - at least one
 */
export function estimate(values: readonly number[]): Estimate {
  const count = values.length
  const mean = values.reduce((sum, value) => sum + value, 0) / count
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0)
  return { mean, half: studentQuantile(count - 1) * Math.sqrt(squares / (count - 1) / count), count }
}

/** The first twelve, where the series below is not good enough. */
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
  const [cx, cy] = [x, y].map((values) => values.reduce((sum, value) => sum + value, 0) / values.length) as [
    number,
    number,
  ]
  let [over, under] = [0, 0]
  x.forEach((value, i) => {
    over += (value - cx) * (y[i]! - cy)
    under += (value - cx) ** 2
  })
  return over / under
}
