/**
 * Storkey's rule: patterns of -1 and +1 are learnt one after the other, each without the part that J already stores,
 *   J_ij += (xi_i xi_j - xi_i h_ji - xi_j h_ij) / N,   h_ij = sum_(k != i, j) J_ik xi_k
 * from J = 0. Like Hebb's rule it is local and incremental; its capacity is N / sqrt(2 ln N) patterns, Hebb's N
 * / (2 ln N).
 * @see Storkey, Increasing the capacity of a Hopfield network without sacrificing functionality, ICANN 1997, LNCS 1327, 451
 */
import { ModelError } from '../../errors.ts'
import type { BaseRows } from './definition.ts'
import { madeOnce } from './once.ts'

/** J [N, N] by Storkey's rule. */
export const storkeyOf = madeOnce(learnt)

/** @throws ModelError for an entry that is neither -1 nor +1 */
export function checkSigns({ columns, data }: BaseRows): void {
  const wrong = data.findIndex((value) => Math.abs(value) !== 1)
  if (wrong < 0) return
  throw new ModelError(
    `row ${Math.floor(wrong / columns)}, column ${wrong % columns} is ${data[wrong]}, but storkey learns only patterns of -1 and +1; ` +
      'add the transform {"op": "binarize"}',
  )
}

function learnt({ rows, columns: N, data }: BaseRows, zeroDiagonal: boolean): Float32Array {
  const J = new Float64Array(N * N)
  /** sum_(k != i) J_ik xi_k: the diagonal is excluded. */
  const field = new Float64Array(N)
  for (let p = 0; p < rows; p++) {
    const xi = data.subarray(p * N, (p + 1) * N)
    for (let i = 0; i < N; i++) {
      let sum = 0
      for (let k = 0; k < N; k++) sum += J[i * N + k]! * xi[k]!
      field[i] = sum - J[i * N + i]! * xi[i]!
    }
    for (let i = 0; i < N; i++) {
      const [mine, own] = [xi[i]!, field[i]!]
      J[i * N + i]! += (1 - 2 * mine * own) / N
      for (let j = 0; j < i; j++) {
        // h_ij = field_i - J_ij xi_j, h_ji = field_j - J_ij xi_i; both squares are 1.
        const at = i * N + j
        const next = J[at]! + (mine * xi[j]! - mine * field[j]! - xi[j]! * own + 2 * J[at]!) / N
        J[at] = next
        J[j * N + i] = next
      }
    }
  }
  if (zeroDiagonal) for (let i = 0; i < N; i++) J[i * N + i] = 0
  return Float32Array.from(J)
}
