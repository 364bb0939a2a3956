/**
 * The projection onto patterns, J = P^T (P P^T)^-1 P: J xi = xi for every pattern xi, whatever their overlaps.
 * J = Q^T Q with an orthonormal basis Q of the span of the patterns, so dependent patterns are possible.
 * @see Personnaz, Guyon, Dreyfus, J. Physique Lett. 46 (1985) L359; Kanter, Sompolinsky, Phys. Rev. A 35 (1987) 380
 */
import { ModelError } from '../../errors.ts'
import { dot, norm, row } from '../../math/algebra.ts'
import type { BaseRows } from './definition.ts'

/**
 * A row counts as dependent if its component orthogonal to the rows before it is below this fraction of its
 * length; patterns are float32.
 */
const LEAST_REST = 1e-6

/** Bases by their patterns: computed at load, read again by the plan. */
const known = new WeakMap<Float32Array, { readonly data: Float32Array; readonly rank: number }>()

/**
 * sqrt(N) Q, so that J = Q^T Q is the Hebbian coupling of these rows: one row for each pattern, zero if the
 * pattern depends on the patterns before it. Computed at the first read of its data.
 */
export function spanOf({ rows, columns, data }: BaseRows): BaseRows {
  return {
    rows,
    columns,
    get data() {
      return spanned(rows, columns, data).data
    },
  }
}

/** @throws ModelError for patterns that span all states, because J is then the identity */
export function checkSpan({ rows, columns, data }: BaseRows): void {
  const { rank } = spanned(rows, columns, data)
  if (rank < columns) return
  throw new ModelError(
    `has ${rank} independent patterns for ${columns} neurons, so J is the identity and every state is a fixed point; ` +
      `give fewer than ${columns} patterns`,
  )
}

/** Modified Gram-Schmidt in float64, repeated after cancellation. */
function spanned(
  rows: number,
  columns: number,
  patterns: Float32Array,
): { readonly data: Float32Array; readonly rank: number } {
  const before = known.get(patterns)
  if (before !== undefined) return before
  // A sketch contains no values.
  if (patterns.length === 0) return { data: new Float32Array(0), rank: 0 }
  const basis = new Float64Array(rows * columns)
  const taken: Float64Array[] = []
  for (let p = 0; p < rows && taken.length < columns; p++) {
    const own = row(basis, columns, p)
    own.set(patterns.subarray(p * columns, (p + 1) * columns))
    const whole = norm(own)
    let last: number
    let rest = whole
    do {
      last = rest
      for (const other of taken) {
        const share = dot(other, own)
        for (let i = 0; i < columns; i++) own[i]! -= share * other[i]!
      }
      rest = norm(own)
    } while (rest < last / 2 && rest > LEAST_REST * whole)
    const isNew = rest > LEAST_REST * whole
    for (let i = 0; i < columns; i++) own[i] = isNew ? own[i]! / rest : 0
    if (isNew) taken.push(own)
  }
  const scale = Math.sqrt(columns)
  const made = { data: Float32Array.from(basis, (value) => scale * value), rank: taken.length }
  known.set(patterns, made)
  return made
}
