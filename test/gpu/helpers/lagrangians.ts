/** Bounds on the float32 error of a Lagrangian's activation and value, from the accuracy WGSL asks of each function. */
import type { Lagrangian } from '../../../src/core/model/model.ts'
import { largest, ULP } from './within.ts'

/** The Lagrangian with its parameters as float32 holds them: the ones that the GPU computes with. */
export function single(l: Lagrangian): Lagrangian {
  const rounded = (value: unknown): unknown => {
    if (typeof value === 'number') return Math.fround(value)
    if (typeof value !== 'object') return value
    return Object.fromEntries(Object.entries(value as object).map(([key, inner]) => [key, rounded(inner)]))
  }
  return rounded(l) as Lagrangian
}

/** Results below the smallest normal float32 may be flushed to 0. */
const FLUSH = 2 ** -126

/** Relative error of pow(x, n) for an n that is not small and whole: exp2(n log2 x), log2 good to 2^-21 near 1. */
const power = (n: number): number => (Number.isInteger(n) && n <= 16 ? n * ULP : n * 2 ** -20 + 16 * ULP)

/**
 * How far g_i may be from the exact one, in one rounding a step of its formula; exp(z) is good to (3 + 2 |z|) ulp, a
 * quotient to 2.5 ulp, a sum of N terms to N ulp of the sum of their sizes.
 */
export function activationBound(l: Lagrangian, x: Float64Array, g: Float64Array): (i: number) => number {
  const N = x.length
  const size = (i: number): number => Math.abs(g[i] as number)
  switch (l.kind) {
    case 'linear':
      return (i) => ULP * size(i)
    case 'relu':
      return () => 0
    case 'power':
      return (i) => power(l.degree - 1) * size(i) + FLUSH
    case 'tanh':
      // 2 e / (1 - e^2) < 1.6 is what an error of e = exp(-2 |a x|) grows by for |a x| > 0.3; below it is a series.
      return (i) => 16 * ULP * size(i)
    case 'sigmoid':
      // Below float32 it may be 0.
      return (i) => (8 + 3 * Math.min(90, l.gain * Math.abs(x[i] as number))) * ULP * size(i) + FLUSH
    case 'softmax': {
      const top = x.reduce((a, b) => Math.max(a, b))
      return (i) => (N + 16 + 3 * l.beta * (top - (x[i] as number))) * ULP * size(i) + FLUSH
    }
    case 'layernorm': {
      const spread = spreadOf(x, l.eps)
      return (i) => (N + 16) * ULP * (size(i) + Math.abs(l.delta) + (l.gamma * largest(x)) / spread)
    }
    case 'spherical':
      return (i) => (N + 16) * ULP * size(i)
    case 'custom':
      // That of LAGRANGIANS: a quotient, a root, four products and a sum of positive numbers.
      return (i) => 16 * ULP * size(i)
  }
}

/** How far L(x) may be from the exact one, as `activationBound`. */
export function valueBound(l: Lagrangian, x: Float64Array, value: number): number {
  const N = x.length
  const sum = (term: (xi: number) => number): number => x.reduce((total, xi) => total + term(xi), 0)
  const rounding = (N + 16) * ULP
  switch (l.kind) {
    case 'linear':
    case 'relu':
    case 'spherical':
    case 'custom':
      return rounding * Math.abs(value)
    case 'power':
      return (rounding + power(l.degree)) * sum((xi) => Math.abs(xi) ** l.degree / l.degree) + FLUSH
    case 'tanh':
      // |z| - log 2 + log(1 + e^(-2|z|)) cancels for small z: twice the size of the result at 0.3.
      return 8 * rounding * Math.abs(value)
    case 'sigmoid':
      return rounding * sum((xi) => (Math.abs(l.gain * xi) + 1) / l.gain) + FLUSH / l.gain
    case 'softmax':
      return rounding * (largest(x) + (1 + Math.log(N)) / l.beta)
    case 'layernorm':
      return (
        rounding *
        (N * l.gamma * (spreadOf(x, l.eps) + largest(x)) + Math.abs(l.delta) * sum((xi) => Math.abs(xi)))
      )
  }
}

function spreadOf(x: Float64Array, eps: number): number {
  const mean = x.reduce((a, b) => a + b, 0) / x.length
  return Math.sqrt(x.reduce((a, b) => a + (b - mean) ** 2, 0) / x.length + eps)
}
