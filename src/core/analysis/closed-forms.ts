/** Closed-form solutions, to compare with simulations. */

export interface GatedLearning {
  /** Cosine of the row and its target at the start. */
  readonly start: number
  /** Fraction of the ticks in which the row is active, p. */
  readonly share: number
  /** tau_Xi */
  readonly tau: number
  /** Length of the target over the length of the row at the start; 1 in Lotito's case. */
  readonly length?: number
}

/**
 * Cosine between a memory row and the pattern v it is gated towards, after model time t:
 *   Xi(t) = e Xi(0) + (1 - e) v, e = exp(-t p / tau)
 *   cos = (e a + (1 - e) l) / sqrt(e^2 + (1 - e)^2 l^2 + 2 e (1 - e) l a),
 * a the cosine at the start, l = |v| / |Xi(0)|.
 * @see Lotito 2025, appendix B; docs/theory.md, "Limits in which the answer is known"
 */
export function gatedSimilarity(time: number, { start, share, tau, length = 1 }: GatedLearning): number {
  const kept = Math.exp((-time * share) / tau)
  const taken = (1 - kept) * length
  return (kept * start + taken) / Math.sqrt(kept ** 2 + taken ** 2 + 2 * kept * taken * start)
}
