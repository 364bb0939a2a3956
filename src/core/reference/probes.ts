/** What a probe measures, in float64, for one replica (design.md, probes). */
import type { Rows } from '../model/model.ts'
import { dot, norm, row } from '../model/algebra.ts'

/**
 * Overlap of a layer with each pattern: m_p = xi_p . g / N.
 * @param g - activation, [N]
 * @returns m, [patterns]
 */
export function overlap(g: Float64Array, patterns: Rows): number[] {
  return rowsOf(patterns).map((pattern) => dot(pattern, g) / g.length)
}

/**
 * Cosine of each memory row with the pattern of the same index; 0 where one of the two is zero.
 * @param xi - memories, [rows, columns]
 * @returns cosines, [rows]
 */
export function similarity(xi: Float64Array, patterns: Rows): number[] {
  return rowsOf(patterns).map((pattern, mu) => {
    const memory = row(xi, patterns.columns, mu)
    const lengths = norm(memory) * norm(pattern)
    return lengths === 0 ? 0 : dot(memory, pattern) / lengths
  })
}

/**
 * Speed of a layer: max_i |dx_i/dt|, per unit of model time.
 * @param velocity - dx/dt, [N]
 */
export function speed(velocity: Float64Array): number {
  return velocity.reduce((top, v) => Math.max(top, Math.abs(v)), 0)
}

function rowsOf(patterns: Rows): Float64Array[] {
  const data = Float64Array.from(patterns.data)
  return Array.from({ length: patterns.rows }, (_, p) => row(data, patterns.columns, p))
}
