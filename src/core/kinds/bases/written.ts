/** Couplings J with all their entries, on the host: for what compares with J and does not couple by it. */
import type { BaseRows, Made } from './definition.ts'

/** Matrices by the patterns that they are of, with and without their diagonal. */
const known = { whole: new WeakMap<Float32Array, Float32Array>(), hollow: new WeakMap<Float32Array, Float32Array>() } // prettier-ignore

/** J [N, N], made when its data is asked for first. */
export function writtenOut(made: NonNullable<Made>): BaseRows {
  if ('matrix' in made) return made.matrix
  const { patterns, zeroDiagonal } = made
  const { columns } = patterns
  return {
    rows: columns,
    columns,
    get data() {
      // A sketch has no values.
      if (patterns.data.length === 0) return patterns.data
      const cache = zeroDiagonal ? known.hollow : known.whole
      const J = cache.get(patterns.data) ?? product(patterns, zeroDiagonal)
      cache.set(patterns.data, J)
      return J
    },
  }
}

/** P^T P / N in float64, rounded once. */
function product({ rows, columns: N, data }: BaseRows, zeroDiagonal: boolean): Float32Array {
  const J = new Float32Array(N * N)
  const line = new Float64Array(N)
  for (let i = 0; i < N; i++) {
    line.fill(0)
    for (let p = 0; p < rows; p++) {
      const own = data[p * N + i]! / N
      for (let j = 0; j <= i; j++) line[j]! += own * data[p * N + j]!
    }
    if (zeroDiagonal) line[i] = 0
    for (let j = 0; j <= i; j++) {
      J[i * N + j] = line[j]!
      J[j * N + i] = line[j]!
    }
  }
  return J
}
