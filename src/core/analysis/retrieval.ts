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

interface Graded {
  /** alpha = P/N, > 0 */
  readonly load: number
  /** c, > 1 */
  readonly gain: number
  /** True = neurons couple to themselves with P/N, the diagonal of Xi^T Xi / N. */
  readonly diagonal: boolean
}

/**
 * Overlap m of the retrieval state with its pattern as N grows, for neurons u = tanh(c J u) with J = Xi^T Xi / N:
 *   u = tanh(c m + Gamma u + sigma z), m = E u, q = E u^2, U = (c / sigma) E z u, z normal,
 *   sigma = c sqrt(alpha q) / (1 - U), Gamma = c alpha / (1 - U), U times that without the diagonal.
 * For large c and without the diagonal the result approaches `retrievalOverlap`.
 * @returns NaN where there is no such state, or where Gamma > 1 lets u jump with z, which the integrals do not resolve
 * @see Shiino, Fukai, J. Phys. A 25 (1992) L375
 */
export function gradedOverlap({ load, gain, diagonal }: Graded): number {
  let [m, q, U] = [1, 1, 0.01]
  for (let iteration = 0; iteration < 5000; iteration++) {
    const sigma = (gain * Math.sqrt(load * q)) / (1 - U)
    const Gamma = (gain * load * (diagonal ? 1 : U)) / (1 - U)
    const next = [0, 0, 0]
    // The trapezoidal rule, with some points where u goes from -1 to 1.
    const step = 1 / Math.max(10, Math.ceil((4 * sigma) / (1 - Gamma)))
    for (let z = -8; z <= 8; z += step) {
      const weight = (step * Math.exp((-z * z) / 2)) / Math.sqrt(2 * Math.PI)
      const u = selfConsistent(gain * m + sigma * z, Gamma)
      next[0]! += weight * u
      next[1]! += weight * u * u
      next[2]! += (weight * gain * z * u) / sigma
    }
    const [dm, dq, dU] = [next[0]! - m, next[1]! - q, next[2]! - U]
    m += dm / 2
    q += dq / 2
    U += dU / 2
    if (!(U < 1 && m > 0.5 && Gamma < 1)) return NaN
    if (Math.abs(dm) + Math.abs(dq) + Math.abs(dU) < 1e-10) return m
  }
  return NaN
}

/** The root u of u = tanh(field + Gamma u) with the sign of the field: there is only one. */
function selfConsistent(field: number, Gamma: number): number {
  if (field < 0) return -selfConsistent(-field, Gamma)
  let u = 1
  // From above: the curve is concave, so that Newton's steps fall towards the root.
  for (let step = 0; step < 50; step++) {
    const t = Math.tanh(field + Gamma * u)
    const change = (u - t) / (1 - Gamma * (1 - t * t))
    u -= change
    if (Math.abs(change) < 1e-13) break
  }
  return u
}
