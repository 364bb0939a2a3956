/**
 * A row for each kind of Lagrangian: the ones that every grid runs over, and bounds on the float32 error of activation and
 * value, from the accuracy WGSL asks of each function.
 */
import { asCustom, type Lagrangian, lagrangianFacts } from '../src/core/kinds/lagrangians/table.ts'
import { largest, ULP } from './gpu/helpers/within.ts'

interface Row<L> {
  /** By name, with parameters that are not the defaults. */
  readonly examples: Readonly<Record<string, L>>
  /**
   * How far g_i may be from the exact one, in one rounding a step of its formula; exp(z) is good to (3 + 2 |z|) ulp, a
   * quotient to 2.5 ulp, a sum of N terms to N ulp of the sum of their sizes.
   */
  readonly activation: (l: L, x: Float64Array, g: Float64Array) => (i: number) => number
  /** How far L(x) may be from the exact one. */
  readonly value: (l: L, x: Float64Array, value: number) => number
}

/** Results below the smallest normal float32 may be flushed to 0. */
const FLUSH = 2 ** -126

const rounding = (x: Float64Array): number => (x.length + 16) * ULP
const sum = (x: Float64Array, term: (xi: number) => number): number =>
  x.reduce((total, xi) => total + term(xi), 0)
const relative =
  (ulp: (N: number) => number): Row<Lagrangian>['activation'] =>
  (_, x, g) =>
  (i) =>
    ulp(x.length) * ULP * Math.abs(g[i] as number)
const summed: Row<Lagrangian>['value'] = (_, x, value) => rounding(x) * Math.abs(value)

/** Relative error of pow(x, n) for an n that is not small and whole: exp2(n log2 x), log2 good to 2^-21 near 1. */
const power = (n: number): number => (Number.isInteger(n) && n <= 16 ? n * ULP : n * 2 ** -20 + 16 * ULP)

const ROWS: { readonly [K in Lagrangian['kind']]: Row<Extract<Lagrangian, { kind: K }>> } = {
  linear: {
    examples: { linear: { kind: 'linear', gain: 0.7 } },
    activation: relative(() => 1),
    value: summed,
  },
  relu: { examples: { relu: { kind: 'relu' } }, activation: () => () => 0, value: summed },
  power: {
    examples: {
      'power rectified': { kind: 'power', degree: 3, rectified: true },
      'power unrectified': { kind: 'power', degree: 4, rectified: false },
    },
    activation: (l, _, g) => (i) => power(l.degree - 1) * Math.abs(g[i] as number) + FLUSH,
    value: (l, x) =>
      (rounding(x) + power(l.degree)) * sum(x, (xi) => Math.abs(xi) ** l.degree / l.degree) + FLUSH,
  },
  tanh: {
    examples: { tanh: { kind: 'tanh', gain: 2 } },
    // 2 e / (1 - e^2) < 1.6 is what an error of e = exp(-2 |a x|) grows by for |a x| > 0.3; below it is a series.
    activation: relative(() => 16),
    // |z| - log 2 + log(1 + e^(-2|z|)) cancels for small z: twice the size of the result at 0.3.
    value: (_, x, value) => 8 * rounding(x) * Math.abs(value),
  },
  sign: { examples: { sign: { kind: 'sign' } }, activation: () => () => 0, value: summed },
  sigmoid: {
    examples: { sigmoid: { kind: 'sigmoid', gain: 1.5 } },
    // Below float32 it may be 0.
    activation: (l, x, g) => (i) =>
      (8 + 3 * Math.min(90, l.gain * Math.abs(x[i] as number))) * ULP * Math.abs(g[i] as number) + FLUSH,
    value: (l, x) => rounding(x) * sum(x, (xi) => (Math.abs(l.gain * xi) + 1) / l.gain) + FLUSH / l.gain,
  },
  softmax: {
    examples: { softmax: { kind: 'softmax', beta: 3 } },
    activation(l, x, g) {
      const top = x.reduce((a, b) => Math.max(a, b))
      return (i) =>
        (x.length + 16 + 3 * l.beta * (top - (x[i] as number))) * ULP * Math.abs(g[i] as number) + FLUSH
    },
    value: (l, x) => rounding(x) * (largest(x) + (1 + Math.log(x.length)) / l.beta),
  },
  layernorm: {
    examples: { layernorm: { kind: 'layernorm', gamma: 0.4, delta: 0.1, eps: 1e-2 } },
    activation(l, x, g) {
      const spread = spreadOf(x, l.eps)
      return (i) =>
        rounding(x) * (Math.abs(g[i] as number) + Math.abs(l.delta) + (l.gamma * largest(x)) / spread)
    },
    value: (l, x) =>
      rounding(x) *
      (x.length * l.gamma * (spreadOf(x, l.eps) + largest(x)) +
        Math.abs(l.delta) * sum(x, (xi) => Math.abs(xi))),
  },
  spherical: {
    examples: { spherical: { kind: 'spherical', eps: 1e-2 } },
    activation: relative((N) => N + 16),
    value: summed,
  },
  custom: {
    examples: {
      custom: {
        kind: 'custom',
        activation: 'x / sqrt(1 + x * x / (ceiling * ceiling))',
        lagrangian: 'ceiling * ceiling * sqrt(1 + x * x / (ceiling * ceiling))',
        parameters: { ceiling: 1.5 },
      },
    },
    // A quotient, a root, four products and a sum of positive numbers.
    activation: relative(() => 16),
    value: summed,
  },
}

/** One of each kind at least: the rows of every grid over Lagrangians. */
export const LAGRANGIANS: Readonly<Record<string, Lagrangian>> = Object.assign(
  {},
  ...Object.values(ROWS).map(({ examples }) => examples),
) as Record<string, Lagrangian>

/** Those that have a Hessian: for analyses, and for flows in continuous time. */
export const SMOOTH: Readonly<Record<string, Lagrangian>> = Object.fromEntries(
  Object.entries(LAGRANGIANS).filter(([, l]) => lagrangianFacts(l).withoutHessian === undefined),
)

/** Built-in Lagrangians, and the same by their formulas. */
export const BUILT_IN_AS_CUSTOM: Readonly<Record<string, readonly [Lagrangian, Lagrangian]>> =
  Object.fromEntries(
    ['linear', 'relu', 'power rectified', 'power unrectified', 'tanh', 'sigmoid', 'sign'].map((name) => {
      const builtIn = LAGRANGIANS[name]!
      return [name, [builtIn, asCustom(builtIn)]] as const
    }),
  )

/** The Lagrangian with its parameters as float32 holds them: the ones that the GPU computes with. */
export function single(l: Lagrangian): Lagrangian {
  const rounded = (value: unknown): unknown => {
    if (typeof value === 'number') return Math.fround(value)
    if (typeof value !== 'object') return value
    return Object.fromEntries(Object.entries(value as object).map(([key, inner]) => [key, rounded(inner)]))
  }
  return rounded(l) as Lagrangian
}

/** How far g_i may be from the exact one. */
export function activationBound(l: Lagrangian, x: Float64Array, g: Float64Array): (i: number) => number {
  return rowOf(l).activation(l, x, g)
}

/** How far L(x) may be from the exact one. */
export function valueBound(l: Lagrangian, x: Float64Array, value: number): number {
  return rowOf(l).value(l, x, value)
}

/** TypeScript cannot see that the row under `l.kind` takes an `l`. */
function rowOf(l: Lagrangian): Row<Lagrangian> {
  return ROWS[l.kind] as Row<Lagrangian>
}

function spreadOf(x: Float64Array, eps: number): number {
  const mean = x.reduce((a, b) => a + b, 0) / x.length
  return Math.sqrt(x.reduce((a, b) => a + (b - mean) ** 2, 0) / x.length + eps)
}
