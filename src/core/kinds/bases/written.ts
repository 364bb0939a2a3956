/** All entries of J on the host, for comparisons with J. */
import type { BaseRows, Made } from './definition.ts'
import { madeOnce } from './once.ts'

const hebbian = madeOnce(product)

/** J [N, N], computed at the first read of its data. */
export function writtenOut(made: NonNullable<Made>): BaseRows {
  return 'matrix' in made ? made.matrix : hebbian(made.patterns, made.zeroDiagonal)
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
