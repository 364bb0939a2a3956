/** Matrices that are computed from patterns at the first read, and cached as long as the patterns exist. */
import type { BaseRows } from './definition.ts'

type Make = (patterns: BaseRows, zeroDiagonal: boolean) => Float32Array

/**
 * Creates a function from patterns to J [N, N].
 * @param make - computes its entries; called once for each array of patterns, with and without the diagonal
 */
export function madeOnce(make: Make): (patterns: BaseRows, zeroDiagonal: boolean) => BaseRows {
  const whole = new WeakMap<Float32Array, Float32Array>()
  const hollow = new WeakMap<Float32Array, Float32Array>()
  return (patterns, zeroDiagonal) => ({
    rows: patterns.columns,
    columns: patterns.columns,
    get data() {
      // A sketch contains no values.
      if (patterns.data.length === 0) return patterns.data
      const known = zeroDiagonal ? hollow : whole
      const J = known.get(patterns.data) ?? make(patterns, zeroDiagonal)
      known.set(patterns.data, J)
      return J
    },
  })
}
