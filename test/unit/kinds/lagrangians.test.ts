import { describe, expect, it } from 'vitest'
import type { Lagrangian } from '../../../src/core/model/model.ts'
import { RandomStream } from '../../../src/core/model/random.ts'
import { dot, times } from '../../../src/core/math/algebra.ts'
import { activation, hessian, lagrangian } from '../../../src/core/kinds/lagrangians/table.ts'
import { LAGRANGIANS } from '../../lagrangians.ts'

const N = 6

/** Random states of size 1, of size 1000, and with one entry of 1000 among small ones. */
function states(purpose: string): Float64Array[] {
  const stream = new RandomStream(7, purpose)
  const draw = (scale: number) => Float64Array.from({ length: N }, () => scale * stream.normal())
  const spiked = (spike: number) => draw(1).map((x, i) => (i === 2 ? spike : x))
  return [...Array.from({ length: 10 }, () => draw(1)), draw(1e3), draw(1e3), spiked(1e3), spiked(-1e3)]
}

/** (f(x + h e_j) - f(x - h e_j)) / 2h, with the step that float64 really takes. */
function centralDifference<T>(
  x: Float64Array,
  j: number,
  f: (x: Float64Array) => T,
  minus: (a: T, b: T) => T,
) {
  const h = 1e-5 * Math.max(1, Math.abs(x[j]!))
  const up = x.map((xi, i) => (i === j ? xi + h : xi))
  const down = x.map((xi, i) => (i === j ? xi - h : xi))
  return { difference: minus(f(up), f(down)), width: up[j]! - down[j]! }
}

const largest = (values: Float64Array) => values.reduce((top, value) => Math.max(top, Math.abs(value)), 0)

describe.each(Object.entries(LAGRANGIANS))('%s', (name, l) => {
  // Truncation is of order h^2 = 1e-10; rounding of order 1e-16 times the function over h.
  it('has the gradient of its Lagrangian as activation', () => {
    for (const x of states(name)) {
      const g = activation(l, x)
      const tolerance = 1e-6 * (1 + largest(g))
      for (let j = 0; j < N; j++) {
        const { difference, width } = centralDifference(
          x,
          j,
          (at) => lagrangian(l, at),
          (a, b) => a - b,
        )
        expect(Math.abs(difference / width - g[j]!)).toBeLessThan(tolerance)
      }
    }
  })

  it('has the Jacobian of its activation as Hessian', () => {
    for (const x of states(name)) {
      const M = hessian(l, x)
      const tolerance = 1e-6 * (1 + largest(M))
      for (let j = 0; j < N; j++) {
        const { difference, width } = centralDifference(
          x,
          j,
          (at) => activation(l, at),
          (a, b) => a.map((ai, i) => ai - b[i]!),
        )
        difference.forEach((change, i) => {
          expect(Math.abs(change / width - M[i * N + j]!)).toBeLessThan(tolerance)
        })
      }
    }
  })

  // Down to rounding: where softmax saturates, g - g^2 loses what is below 1e-16.
  it('is convex: its Hessian is symmetric and never negative', () => {
    const stream = new RandomStream(8, name)
    for (const x of states(name)) {
      const M = hessian(l, x)
      M.forEach((value, k) => expect(value).toBe(M[(k % N) * N + Math.floor(k / N)]))
      for (let trial = 0; trial < 20; trial++) {
        const y = Float64Array.from({ length: N }, () => stream.normal())
        expect(dot(y, times(M, y))).toBeGreaterThanOrEqual(-1e-15 * (1 + largest(M)) * dot(y, y))
      }
    }
  })

  it('stays finite at 1000 in size', () => {
    for (const value of [1e3, -1e3]) {
      const x = new Float64Array(N).fill(value)
      const all = [lagrangian(l, x), ...activation(l, x), ...hessian(l, x)]
      expect(all.every(Number.isFinite)).toBe(true)
    }
  })
})

describe('closed forms', () => {
  const x = Float64Array.of(0.5, -1, 2)
  const one = (l: Lagrangian, at: number) => {
    const state = Float64Array.of(at)
    return [lagrangian(l, state), activation(l, state)[0], hessian(l, state)[0]]
  }

  it('the softmax Hessian is beta (diag g - g g^T), the activation e^(beta x) over its sum', () => {
    const beta = 0.8
    const weights = x.map((xi) => Math.exp(beta * xi))
    const sum = weights.reduce((a, b) => a + b)
    const M = hessian({ kind: 'softmax', beta }, x)
    for (let i = 0; i < 3; i++) {
      for (let j = 0; j < 3; j++) {
        const diagonal = i === j ? weights[i]! / sum : 0
        expect(M[i * 3 + j]).toBeCloseTo(beta * (diagonal - (weights[i]! * weights[j]!) / sum ** 2), 14)
      }
    }
    expect(lagrangian({ kind: 'softmax', beta }, x)).toBeCloseTo(Math.log(sum) / beta, 14)
  })

  it('layernorm activations have mean delta and standard deviation gamma as eps goes to 0', () => {
    const g = activation({ kind: 'layernorm', gamma: 2, delta: 0.5, eps: 1e-14 }, x)
    const mean = g.reduce((a, b) => a + b) / 3
    const variance = g.reduce((sum, gi) => sum + (gi - mean) ** 2, 0) / 3
    expect(mean).toBeCloseTo(0.5, 12)
    expect(variance).toBeCloseTo(4, 12)
  })

  it('spherical activations have length 1 as eps goes to 0', () => {
    const g = activation({ kind: 'spherical', eps: 1e-14 }, x)
    expect(dot(g, g)).toBeCloseTo(1, 12)
  })

  it('a rectified power of degree 2 is relu, an unrectified one is linear', () => {
    for (const at of [-1.5, 0, 2]) {
      expect(one({ kind: 'power', degree: 2, rectified: true }, at)).toEqual(one({ kind: 'relu' }, at))
      expect(one({ kind: 'power', degree: 2, rectified: false }, at)).toEqual(
        one({ kind: 'linear', gain: 1 }, at),
      )
    }
  })

  it('an unrectified power of odd degree has an even activation, as adiabatic dense memories use it', () => {
    const cube: Lagrangian = { kind: 'power', degree: 3, rectified: false }
    expect(one(cube, -2)).toEqual([-8 / 3, 4, -4])
  })

  it('log cosh, log(1 + e^x) and log-sum-exp are linear far out and keep their digits', () => {
    expect(one({ kind: 'tanh', gain: 2 }, -1e3)).toEqual([1e3 - Math.LN2 / 2, -1, 0])
    expect(one({ kind: 'sigmoid', gain: 2 }, 1e3)).toEqual([1e3, 1, 0])
    expect(one({ kind: 'sigmoid', gain: 2 }, -1e3)).toEqual([0, 0, 0])
    const pair = Float64Array.of(1e3, 1e3)
    expect(lagrangian({ kind: 'softmax', beta: 2 }, pair)).toBeCloseTo(1e3 + Math.LN2 / 2, 12)
    expect([...activation({ kind: 'softmax', beta: 2 }, pair)]).toEqual([0.5, 0.5])
    expect(hessian({ kind: 'tanh', gain: 1 }, Float64Array.of(30))[0]).toBeCloseTo(4 * Math.exp(-60), 38)
  })
})
