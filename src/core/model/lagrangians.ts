/**
 * The Lagrangians of docs/theory.md, "Lagrangians", in float64. A convex L(x) gives a layer everything: its
 * activation g = dL/dx, its Hessian M = d2L/dx2 >= 0 and its energy x.g - L.
 * @see Krotov, Hopfield, arXiv:2008.06996; Krotov, arXiv:2107.06446
 */
import { compileCustom } from './custom.ts'
import type { Lagrangian } from './model.ts'
import { logCosh, logistic, softplus } from './operations.ts'

type Kind = Lagrangian['kind']
type Of<K extends Kind> = Extract<Lagrangian, { kind: K }>

interface Definition<L> {
  /** L(x) */
  readonly value: (l: L, x: Float64Array) => number
  /** g = dL/dx, [N] */
  readonly activation: (l: L, x: Float64Array) => Float64Array
  /** M = d2L/dx2, [N, N] */
  readonly hessian: (l: L, x: Float64Array) => Float64Array
}

/** L(x) = sum_i F(x_i): then g_i = F'(x_i) and M is diagonal with F''(x_i). */
function additive<L>(
  F: (l: L, x: number) => number,
  first: (l: L, x: number) => number,
  second: (l: L, x: number) => number,
): Definition<L> {
  return {
    value: (l, x) => x.reduce((sum, xi) => sum + F(l, xi), 0),
    activation: (l, x) => x.map((xi) => first(l, xi)),
    hessian: (l, x) => square(x.length, (i, j) => (i === j ? second(l, x[i]!) : 0)),
  }
}

const definitions: { readonly [K in Kind]: Definition<Of<K>> } = {
  linear: additive(
    ({ gain }, x) => (gain / 2) * x * x,
    ({ gain }, x) => gain * x,
    ({ gain }) => gain,
  ),

  relu: additive(
    (_, x) => Math.max(x, 0) ** 2 / 2,
    (_, x) => Math.max(x, 0),
    (_, x) => (x > 0 ? 1 : 0),
  ),

  // Unrectified, x^n/n, it is convex for even n only.
  power: additive(
    ({ degree, rectified }, x) => (rectified ? Math.max(x, 0) : x) ** degree / degree,
    ({ degree, rectified }, x) => (rectified ? Math.max(x, 0) : x) ** (degree - 1),
    // The guard matters for degree 2, where 0^0 = 1 would stand for every negative x.
    ({ degree, rectified }, x) => (rectified && x <= 0 ? 0 : (degree - 1) * x ** (degree - 2)),
  ),

  tanh: additive(
    ({ gain }, x) => logCosh(gain * x) / gain,
    ({ gain }, x) => Math.tanh(gain * x),
    // 1 - tanh^2 = 1 / cosh^2, which keeps its digits where tanh is 1.
    ({ gain }, x) => gain / Math.cosh(gain * x) ** 2,
  ),

  sigmoid: additive(
    ({ gain }, x) => softplus(gain * x) / gain,
    ({ gain }, x) => logistic(gain * x),
    ({ gain }, x) => gain * logistic(gain * x) * logistic(-gain * x),
  ),

  softmax: {
    value: ({ beta }, x) => {
      const top = maximum(x)
      return top + Math.log(x.reduce((sum, xi) => sum + Math.exp(beta * (xi - top)), 0)) / beta
    },
    activation: softmax,
    hessian: (l, x) => {
      const g = softmax(l, x)
      return square(x.length, (i, j) => l.beta * ((i === j ? g[i]! : 0) - g[i]! * g[j]!))
    },
  },

  layernorm: {
    value: ({ gamma, delta, eps }, x) => {
      const { spread } = standardize(x, eps)
      return x.length * gamma * spread + delta * x.reduce((sum, xi) => sum + xi, 0)
    },
    activation: ({ gamma, delta, eps }, x) => standardize(x, eps).z.map((zi) => gamma * zi + delta),
    hessian: ({ gamma, eps }, x) => {
      const { z, spread } = standardize(x, eps)
      return square(
        x.length,
        (i, j) => (gamma / spread) * ((i === j ? 1 : 0) - (1 + z[i]! * z[j]!) / x.length),
      )
    },
  },

  spherical: {
    value: length,
    activation: (l, x) => {
      const r = length(l, x)
      return x.map((xi) => xi / r)
    },
    hessian: (l, x) => {
      const r = length(l, x)
      return square(x.length, (i, j) => ((i === j ? 1 : 0) - (x[i]! / r) * (x[j]! / r)) / r)
    },
  },

  custom: additive(
    (l, x) => compileCustom(l).value(x),
    (l, x) => compileCustom(l).activation(x),
    (l, x) => compileCustom(l).slope(x),
  ),
}

/** The entry for one Lagrangian. TypeScript cannot see that the entry under `l.kind` takes an `l`. */
function definitionOf(l: Lagrangian): Definition<Lagrangian> {
  return definitions[l.kind] as Definition<Lagrangian>
}

/**
 * L(x), the Lagrangian of a layer.
 * @param x - state, [N]
 */
export function lagrangian(l: Lagrangian, x: Float64Array): number {
  return definitionOf(l).value(l, x)
}

/**
 * The activation g = dL/dx.
 * @param x - state, [N]
 * @returns g, [N]
 */
export function activation(l: Lagrangian, x: Float64Array): Float64Array {
  return definitionOf(l).activation(l, x)
}

/**
 * The Hessian M = d2L/dx2, symmetric and not negative.
 * @param x - state, [N]
 * @returns M, [N, N], row-major
 */
export function hessian(l: Lagrangian, x: Float64Array): Float64Array {
  return definitionOf(l).hessian(l, x)
}

/** e^(beta x_i) / sum_j e^(beta x_j), the maximum subtracted first. */
function softmax({ beta }: { beta: number }, x: Float64Array): Float64Array {
  const top = maximum(x)
  const weights = x.map((xi) => Math.exp(beta * (xi - top)))
  const sum = weights.reduce((a, b) => a + b, 0)
  return weights.map((weight) => weight / sum)
}

/** z = (x - mean) / spread with spread = sqrt(var + eps); var divides by N. */
function standardize(x: Float64Array, eps: number): { z: Float64Array; spread: number } {
  const mean = x.reduce((sum, xi) => sum + xi, 0) / x.length
  const variance = x.reduce((sum, xi) => sum + (xi - mean) ** 2, 0) / x.length
  const spread = Math.sqrt(variance + eps)
  return { z: x.map((xi) => (xi - mean) / spread), spread }
}

/** sqrt(sum x^2 + eps) */
function length({ eps }: { eps: number }, x: Float64Array): number {
  return Math.sqrt(x.reduce((sum, xi) => sum + xi * xi, eps))
}

function maximum(x: Float64Array): number {
  return x.reduce((a, b) => Math.max(a, b), -Infinity)
}

/** An [N, N] matrix from its entries. */
function square(N: number, entry: (i: number, j: number) => number): Float64Array {
  return Float64Array.from({ length: N * N }, (_, k) => entry(Math.floor(k / N), k % N))
}
