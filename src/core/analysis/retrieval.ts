import { erf } from './gaussian.ts'

/**
 * Overlap m of the retrieval state of the classical network with its pattern as N grows, at temperature 0:
 *   m = erf(y), y (sqrt(2 alpha) + (2 / sqrt pi) exp(-y^2)) = erf(y), the largest y.
 * @param load - alpha = P/N, > 0
 * @returns NaN above the capacity, where there is no such state
 * @see Amit, Gutfreund, Sompolinsky (1987), eq. 5.5
 */
export function retrievalOverlap(load: number): number {
  const excess = (y: number): number =>
    erf(y) - y * (Math.sqrt(2 * load) + (2 / Math.sqrt(Math.PI)) * Math.exp(-y * y))
  // For large y it is negative; the first sign change from above is the retrieval state.
  let y = 1 / Math.sqrt(2 * load) + 1
  const step = 1e-3
  while (y > 0.5 && excess(y) < 0) y -= step
  if (y <= 0.5) return NaN
  let [low, high] = [y, y + step]
  for (let k = 0; k < 40; k++) {
    const middle = (low + high) / 2
    if (excess(middle) > 0) low = middle
    else high = middle
  }
  return erf(low)
}
