import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { erf, gaussianMean, gaussianTail } from '../../../src/core/analysis/gaussian.ts'
import { gradedOverlap, retrievalOverlap } from '../../../src/core/analysis/retrieval.ts'
import { estimate, mean, slope, studentQuantile } from '../../../src/core/analysis/statistics.ts'

describe('confidence intervals', () => {
  test.each([
    [1, 12.7062],
    [4, 2.7764],
    [12, 2.1788],
    [13, 2.1604],
    [30, 2.0423],
    [1000, 1.9623],
  ])('take the quantile of the t-distribution with %d degrees of freedom, %d', (degrees, quantile) => {
    expect(Math.abs(studentQuantile(degrees) - quantile)).toBeLessThan(1e-3)
  })

  test('are t s / sqrt(n) to each side of the mean', () => {
    const { mean, half, count } = estimate([1, 2, 3])
    expect([mean, count]).toEqual([2, 3])
    expect(half).toBeCloseTo(4.3027 / Math.sqrt(3), 4)
  })

  test('are unknown for a single value', () => {
    expect(estimate([5])).toEqual({ mean: 5, half: NaN, count: 1 })
  })
})

test('the slope of a line is found, and of scattered points the one of least squares', () => {
  expect(slope([1, 2, 4], [5, 3, -1])).toBeCloseTo(-2, 12)
  expect(slope([0, 1, 2], [0, 0, 1])).toBeCloseTo(0.5, 12)
})

describe('of numbers of any size', () => {
  /** Exponents of two at which the numbers below, times that, are normal and finite. */
  const sizes = fc.integer({ min: -1000, max: 1000 })
  const numbers = fc.array(fc.integer({ min: -1000, max: 1000 }), { minLength: 2, maxLength: 50 })
  const times = (values: readonly number[], exponent: number): number[] =>
    values.map((value) => value * 2 ** exponent)

  /** Equal but for the last digits, also where a subnormal number has few. */
  function expectNear(actual: number, expected: number, exponent: number): void {
    // 2^exponent may be no number of float64: half of it on each side.
    const [part, rest] = [2 ** Math.floor(exponent / 2), 2 ** Math.ceil(exponent / 2)]
    const off = Math.abs(actual / part / rest - expected)
    if (!(off <= 1e-12 * Math.abs(expected))) expect([exponent, actual]).toEqual([exponent, expected])
  }

  test('mean and interval scale with the numbers', () => {
    fc.assert(
      fc.property(numbers, sizes, (values, exponent) => {
        const plain = estimate(values)
        const scaled = estimate(times(values, exponent))
        expectNear(scaled.mean, plain.mean, exponent)
        expectNear(scaled.half, plain.half, exponent)
        expect(mean(times(values, exponent))).toBe(scaled.mean)
      }),
    )
  })

  test('the slope scales with y and against x', () => {
    fc.assert(
      fc.property(numbers, sizes, sizes, (y, up, across) => {
        fc.pre(Math.abs(up - across) < 990)
        const x = y.map((_, i) => i)
        expectNear(slope(times(x, across), times(y, up)), slope(x, y), up - across)
      }),
    )
  })

  test('at the ends of float64', () => {
    const { MAX_VALUE, MIN_VALUE } = Number
    expect(mean([MAX_VALUE, MAX_VALUE])).toBe(MAX_VALUE)
    expect(mean([MAX_VALUE, -MAX_VALUE])).toBe(0)
    expect(mean([MIN_VALUE, MIN_VALUE])).toBe(MIN_VALUE)
    expect(slope([0, 1e-300], [0, 1e-300])).toBe(1)
    expect(slope([0, 1e308], [0, 1e308])).toBe(1)
  })

  test('what is not finite stays so', () => {
    expect(mean([Infinity, 1])).toBe(Infinity)
    expect(mean([NaN, 1])).toBeNaN()
    expect(estimate([Infinity, 1]).half).toBeNaN()
  })
})

describe('Gaussian integrals', () => {
  test.each([
    [0.5, 0.5204998778130465],
    [2, 0.9953222650189527],
    [3.5, 0.9999992569016276],
    [-1, -0.8427007929497149],
  ])('erf(%d) = %d', (x, value) => {
    expect(Math.abs(erf(x) - value)).toBeLessThan(1e-12)
  })

  test.each([
    [0, 0.5],
    [2, 0.022750131948179195],
    [5, 2.866515718791939e-7],
    [10, 7.61985302416053e-24],
  ])('the tail above %d is %d', (z, value) => {
    expect(Math.abs(gaussianTail(z) / value - 1)).toBeLessThan(1e-10)
  })

  test('means of powers and of a cosine are exact', () => {
    expect(gaussianMean((z) => z ** 2)).toBeCloseTo(1, 12)
    expect(gaussianMean((z) => z ** 4)).toBeCloseTo(3, 11)
    expect(gaussianMean(Math.cos)).toBeCloseTo(Math.exp(-0.5), 12)
  })
})

describe('the retrieval overlap of Amit, Gutfreund and Sompolinsky', () => {
  test.each([
    [0.05, 0.99999],
    [0.1, 0.998],
    [0.12, 0.9932],
    [0.137, 0.9754],
  ])('at load %d is %d', (load, overlap) => {
    expect(Math.abs(retrievalOverlap(load) - overlap)).toBeLessThan(1e-4)
  })

  test('ends at 0.967 at load 0.138', () => {
    let load = 0.135
    while (!Number.isNaN(retrievalOverlap(load + 1e-5))) load += 1e-5
    expect(Math.abs(load - 0.138)).toBeLessThan(5e-4)
    expect(Math.abs(retrievalOverlap(load) - 0.967)).toBeLessThan(3e-3)
  })
})

describe('the retrieval overlap of graded neurons', () => {
  test.each([0.05, 0.1, 0.12])('goes over to that of steep ones at load %d', (load) => {
    const overlaps = [10, 20, 40].map((gain) => gradedOverlap({ load, gain, diagonal: false }))
    const distances = overlaps.map((overlap) => Math.abs(overlap - retrievalOverlap(load)))
    // The distance goes as 1 / gain^2.
    expect(distances[2]! / distances[0]!).toBeLessThan(0.1)
    expect(distances[2]).toBeLessThan(2e-4)
  })

  test('is that of a single pattern, m = tanh(c m), where there are few', () => {
    const overlap = gradedOverlap({ load: 1e-6, gain: 1.5, diagonal: true })
    expect(Math.abs(Math.tanh(1.5 * overlap) - overlap)).toBeLessThan(1e-5)
    expect(overlap).toBeGreaterThan(0.5)
  })

  test('is that of float64 networks of 1,600 neurons, 0.9888 +- 0.0009', () => {
    const overlap = gradedOverlap({ load: 0.1, gain: 1.2 / Math.sqrt(0.1), diagonal: true })
    expect(Math.abs(overlap - 0.9888)).toBeLessThan(9e-4)
  })

  test('is no number above the capacity', () => {
    expect(gradedOverlap({ load: 0.18, gain: 10, diagonal: false })).toBeNaN()
  })
})
