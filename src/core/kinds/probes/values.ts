/** The quantities of probes in float64, for one replica (docs/scenario.md, "Probes"). */
import { dot, norm } from '../../math/algebra.ts'
import type { Patterns, Target } from './definition.ts'

/**
 * Overlap of a layer with each pattern: m_p = xi_p . g / N.
 * @param g - activation, [N]
 * @returns m, [patterns]
 */
export function overlap(g: Float64Array, patterns: Patterns): number[] {
  return rowsOf(patterns).map((pattern) => dot(pattern, g) / g.length)
}

/**
 * Errors of a layer for each pattern: sum_i (1 - s_i sign g_i) / 2 over the entries of the pattern that are not 0, s their
 * signs. A neuron at 0 counts as half an error.
 * @param g - activation, [N]
 * @returns errors, [patterns]
 */
export function errors(g: Float64Array, patterns: Patterns): number[] {
  return rowsOf(patterns).map((pattern) => {
    const signs = pattern.map(Math.sign)
    return (dot(signs, signs) - dot(signs, g.map(Math.sign))) / 2
  })
}

/**
 * Overlap of the signs of a layer with the signs of each pattern: sum_i s_i sign(g_i) / N; signs of 0 are 0.
 * @param g - activation, [N]
 * @returns overlaps, [patterns]
 */
export function signOverlap(g: Float64Array, patterns: Patterns): number[] {
  return rowsOf(patterns).map((pattern) => dot(pattern.map(Math.sign), g.map(Math.sign)) / g.length)
}

/**
 * Cosine of each memory row with the pattern of the same index; 0 where one of the two is zero.
 * @param xi - memories, [rows, columns]
 * @returns cosines, [rows]
 */
export function similarity(xi: Float64Array, patterns: Patterns): number[] {
  return rowsOf(patterns).map((pattern, mu) => {
    const memory = nearOne(xi.subarray(mu * patterns.columns, (mu + 1) * patterns.columns))
    const target = nearOne(pattern)
    const lengths = norm(memory) * norm(target)
    return lengths === 0 ? 0 : dot(memory, target) / lengths
  })
}

/**
 * Mean square of A - scale T over all entries, or over those off the diagonal.
 * @param matrix - A, [rows, columns] as T
 * @returns the mean; 0 without entries
 */
export function distance(
  matrix: Float64Array,
  { matrix: T, isHollow }: Target<Patterns>,
  scale: number,
): number {
  let sum = 0
  for (let at = 0; at < matrix.length; at++) {
    if (isHollow && at % (T.columns + 1) === 0) continue
    sum += (matrix[at]! - scale * T.data[at]!) ** 2
  }
  return sum / Math.max(1, comparedEntries({ matrix: T, isHollow }))
}

/** Number of compared entries. */
export function comparedEntries({
  matrix: { rows, columns },
  isHollow,
}: Target<Pick<Patterns, 'rows' | 'columns'>>): number {
  return rows * columns - (isHollow ? rows : 0)
}

/**
 * Speed of a layer: max_i |dx_i/dt|, per unit of model time.
 * @param velocity - dx/dt, [N]
 */
export function speed(velocity: Float64Array): number {
  return velocity.reduce((top, v) => Math.max(top, Math.abs(v)), 0)
}

/** A row times the power of two that brings its largest entry near 1, so that its squares are finite. */
function nearOne(values: Float64Array): Float64Array {
  const top = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
  if (top === 0 || !Number.isFinite(top)) return values
  const scale = 2 ** -Math.max(Math.floor(Math.log2(top)), -1022)
  return values.map((value) => value * scale)
}

function rowsOf({ rows, columns, data }: Patterns): Float64Array[] {
  const all = Float64Array.from(data)
  return Array.from({ length: rows }, (_, p) => all.subarray(p * columns, (p + 1) * columns))
}
