/**
 * The projection onto patterns, J = P^T (P P^T)^-1 P: J xi = xi for every pattern xi, whatever their overlaps.
 * Made from an orthonormal basis Q of what the patterns span, J = Q^T Q, so that dependent patterns need no inverse.
 * @see Personnaz, Guyon, Dreyfus, J. Physique Lett. 46 (1985) L359; Kanter, Sompolinsky, Phys. Rev. A 35 (1987) 380
 */
import { ModelError } from '../../errors.ts'
import { dot, norm, row } from '../../math/algebra.ts'
import type { BaseRows } from './definition.ts'

/** A row whose part outside the rows before it is shorter than this part of it counts as dependent: patterns are float32. */
const LEAST_REST = 1e-6

/** Bases by the patterns that they are of: made at load and asked for by the plan. */
const known = new WeakMap<Float32Array, { readonly data: Float32Array; readonly rank: number }>()

/**
 * sqrt(N) Q, so that J = Q^T Q is a Hebbian coupling of these rows: as many rows as patterns, zeros in place of those that
 * depend on the patterns before them. Made when its data is asked for first.
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

/** @throws ModelError for patterns that span all states, of which J is the identity */
export function checkSpan({ rows, columns, data }: BaseRows): void {
  const { rank } = spanned(rows, columns, data)
  if (rank < columns) return
  throw new ModelError(
    `has ${rank} independent patterns for ${columns} neurons, so that J is the identity and every state is a fixed point; ` +
      (columns === 1 ? 'give the layer 2 neurons or more' : `give fewer than ${columns} patterns`),
  )
}

/** Modified Gram-Schmidt in float64, repeated where cancellation costs digits. */
function spanned(
  rows: number,
  columns: number,
  patterns: Float32Array,
): { readonly data: Float32Array; readonly rank: number } {
  const before = known.get(patterns)
  if (before !== undefined) return before
  // A sketch has no values.
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
