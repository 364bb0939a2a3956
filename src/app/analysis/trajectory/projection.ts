/** Projections of states onto planes: that of two patterns, and that of the first two principal components. Pure. */
import { dot } from '../../../core/math/algebra.ts'

export type Vector = Float64Array | Float32Array
export type Pair = readonly [number, number]

/**
 * Coordinates in the plane of two patterns: a and b of the point a xi1 + b xi2 that is nearest to a state.
 * @returns undefined if the patterns are parallel
 */
export function createPlane(xi1: Vector, xi2: Vector): ((state: Vector) => Pair) | undefined {
  const [g11, g12, g22] = [dot(xi1, xi1), dot(xi1, xi2), dot(xi2, xi2)]
  const determinant = g11 * g22 - g12 * g12
  if (!(determinant > 1e-12 * g11 * g22)) return undefined
  return (state) => {
    const [p1, p2] = [dot(xi1, state), dot(xi2, state)]
    return [(g22 * p1 - g12 * p2) / determinant, (g11 * p2 - g12 * p1) / determinant]
  }
}

/** The first two principal components of states. */
export interface Components {
  readonly mean: Float64Array
  /** Orthonormal directions, of the largest variance first. */
  readonly axes: readonly [Float64Array, Float64Array]
  /** Their fractions of the total variance. */
  readonly shares: Pair
}

/** Passes over the states for the first components; later ones begin at the components before. */
const FIRST_PASSES = 40
const LATER_PASSES = 4

/** The least square of a direction, in units of that of the vector of which it is left. */
const LEAST_SQUARE = 1e-20

/**
 * Principal components by orthogonal iteration on the covariance, which is never formed: O(states * neurons) a pass.
 * @param before - components of almost the same states: fewer passes, and the signs stay
 */
export function componentsOf(states: readonly Vector[], before?: Components): Components {
  const size = states[0]?.length ?? 0
  const mean = new Float64Array(size)
  for (const state of states) state.forEach((value, i) => (mean[i] = mean[i]! + value / states.length))
  const centred = states.map((state) => Float64Array.from(state, (value, i) => value - mean[i]!))
  const total = centred.reduce((sum, state) => sum + dot(state, state), 0)
  // Fewer than three states may have left an axis without a direction.
  const fits = before?.mean.length === size && before.axes.every((axis) => dot(axis, axis) > 0)
  // The states farthest from the mean, and a direction that is not its multiple.
  const start = fits ? before.axes : startOf(centred, size)
  let [u, v] = orthonormal(start[0], start[1])
  for (let pass = 0; pass < (fits ? LATER_PASSES : FIRST_PASSES); pass++)
    [u, v] = orthonormal(spread(centred, u), spread(centred, v))
  const share = (axis: Float64Array): number =>
    total === 0 ? 0 : centred.reduce((sum, state) => sum + dot(axis, state) ** 2, 0) / total
  const [first, second] = [share(u), share(v)]
  return first >= second
    ? { mean, axes: [u, v], shares: [first, second] }
    : { mean, axes: [v, u], shares: [second, first] }
}

/** The coordinates of a state on two components. */
export function onComponents({ mean, axes: [u, v] }: Components, state: Vector): Pair {
  let [x, y] = [0, 0]
  for (let i = 0; i < mean.length; i++) {
    const value = state[i]! - mean[i]!
    x += u[i]! * value
    y += v[i]! * value
  }
  return [x, y]
}

function startOf(centred: readonly Float64Array[], size: number): [Float64Array, Float64Array] {
  const sizes = centred.map((state) => dot(state, state))
  const farthest = centred[sizes.indexOf(Math.max(...sizes))] ?? new Float64Array(size)
  // Not symmetric, so that it is not orthogonal to a component by accident.
  const other = Float64Array.from({ length: size }, (_, i) => Math.sin(1 + 1.7 * i))
  return [farthest.slice(), other]
}

/** C u without C: sum of s (s.u) over the centred states s. */
function spread(centred: readonly Float64Array[], u: Float64Array): Float64Array {
  const out = new Float64Array(u.length)
  for (const state of centred) {
    const weight = dot(state, u)
    for (let i = 0; i < out.length; i++) out[i] = out[i]! + weight * state[i]!
  }
  return out
}

/** The second is 0 where it has no direction of its own: what is left of a multiple of the first is rounding. */
function orthonormal(a: Float64Array, b: Float64Array): [Float64Array, Float64Array] {
  const u = scaled(a)
  const along = dot(u, b)
  const rest = b.map((value, i) => value - along * u[i]!)
  return [u, dot(rest, rest) > LEAST_SQUARE * dot(b, b) ? scaled(rest) : rest.fill(0)]
}

function scaled(a: Float64Array): Float64Array {
  const length = Math.sqrt(dot(a, a))
  return length < 1e-150 ? a.slice() : a.map((value) => value / length)
}
