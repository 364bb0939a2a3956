/** Integrals over Gaussian variables. */

/** Points of the rule, and how many standard deviations it spans to each side. */
const [POINTS, REACH] = [161, 8]

/** E f(z) for a standard normal z, by the trapezoidal rule, which is exact to rounding for smooth f. */
export function gaussianMean(f: (z: number) => number): number {
  const step = (2 * REACH) / (POINTS - 1)
  let sum = 0
  for (let k = 0; k < POINTS; k++) {
    const z = -REACH + k * step
    sum += f(z) * Math.exp((-z * z) / 2)
  }
  return (sum * step) / Math.sqrt(2 * Math.PI)
}

/**
 * erf(x), by its series for small and its continued fraction for large x; good to 1e-12.
 * @see Abramowitz, Stegun (1964), 7.1.6 and 7.1.14
 */
export function erf(x: number): number {
  if (x < 0) return -erf(-x)
  if (x > 3) return 1 - 2 * gaussianTail(x * Math.SQRT2)
  let [term, sum] = [x, x]
  for (let n = 1; term > 1e-17 * sum; n++) {
    term *= (2 * x * x) / (2 * n + 1)
    sum += term
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum
}

/** The share of a standard normal variable above z. */
export function gaussianTail(z: number): number {
  if (z < 3) return (1 - erf(z / Math.SQRT2)) / 2
  let fraction = 0
  for (let k = 60; k > 0; k--) fraction = k / (z + fraction)
  return Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI) / (z + fraction)
}
