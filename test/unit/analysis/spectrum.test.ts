import { Matrix } from 'ml-matrix'
import { describe, expect, it } from 'vitest'
import { kolmogorovDistance, marchenkoPastur } from '../../../src/core/analysis/marchenko-pastur.ts'
import { histogramOf, spanOf } from '../../../src/core/analysis/spectrum-chart.ts'
import { couplingSpectrum, symmetricSpectrum } from '../../../src/core/analysis/spectrum.ts'
import { RandomStream } from '../../../src/core/model/random.ts'
import { normalRows, rowsOf, signRows } from '../../build.ts'

describe('the law of Marchenko and Pastur', () => {
  it.each([0.1, 0.25, 0.9, 1, 1.1, 4])(
    'has the whole mass, mean 1 and second moment 1 + q at q = %d',
    (q) => {
      const { edges, massAtZero, density, cumulative } = marchenkoPastur(q)
      const [low, high] = edges
      expect(cumulative(high)).toBeCloseTo(1, 12)
      expect(cumulative(high - 1e-9)).toBeCloseTo(1, 6)
      expect(cumulative(low)).toBe(massAtZero)
      // Moments by the midpoint rule on the same substitution, from the density alone.
      const steps = 20000
      const moment = (power: number): number => {
        let sum = 0
        for (let k = 0; k < steps; k++) {
          const angle = (Math.PI * (k + 0.5)) / steps
          const value = (low + high) / 2 - ((high - low) / 2) * Math.cos(angle)
          sum += value ** power * density(value) * ((high - low) / 2) * Math.sin(angle) * (Math.PI / steps)
        }
        return sum
      }
      expect(moment(0) + massAtZero).toBeCloseTo(1, 6)
      expect(moment(1)).toBeCloseTo(1, 6)
      expect(moment(2)).toBeCloseTo(1 + q, 6)
    },
  )

  it('has the edges (1 -+ sqrt q)^2', () => {
    expect(marchenkoPastur(1 / 4).edges).toEqual([0.25, 2.25])
    expect(marchenkoPastur(1).edges).toEqual([0, 4])
    expect(marchenkoPastur(4).edges).toEqual([1, 9])
    expect(marchenkoPastur(4).massAtZero).toBe(0.75)
  })

  it('its density is the slope of its cumulative share', () => {
    for (const q of [0.25, 1, 4]) {
      const { density, cumulative, edges } = marchenkoPastur(q)
      for (const part of [0.1, 0.3, 0.5, 0.7, 0.9]) {
        const at = edges[0] + part * (edges[1] - edges[0])
        const slope = (cumulative(at + 1e-3) - cumulative(at - 1e-3)) / 2e-3
        expect(Math.abs(slope - density(at))).toBeLessThan(2e-3 * density(at))
      }
    }
  })
})

describe('the distance of Kolmogorov', () => {
  const uniform = (value: number): number => Math.min(1, Math.max(0, value))

  it('is half a step for numbers in the middles of equal intervals', () => {
    expect(kolmogorovDistance([0.125, 0.375, 0.625, 0.875], uniform)).toBeCloseTo(0.125, 12)
  })

  it('is the largest share that a number takes alone', () => {
    expect(kolmogorovDistance([0.5, 0.5, 0.5], uniform)).toBeCloseTo(0.5, 12)
  })

  it('sees no distance in a jump that the law has as well', () => {
    const jump = (value: number): number => (value < 0 ? 0 : 1)
    expect(kolmogorovDistance([-1e-12, 0, 1e-12], jump, 1e-9)).toBe(0)
  })
})

describe('the spectrum of J = Xi^T Xi / N_h', () => {
  const memory = (kind: 'normal' | 'binary', rows: number, columns: number, seed = 1) => {
    const stream = new RandomStream(seed, `${kind} ${rows} ${columns}`)
    return kind === 'normal' ? normalRows(stream, rows, columns) : signRows(stream, rows, columns)
  }

  it('is that of the matrix itself, from either Gram matrix', () => {
    for (const [rows, columns] of [
      [5, 9],
      [9, 5],
    ] as const) {
      const xi = memory('normal', rows, columns)
      const dense = Matrix.from1DArray(rows, columns, xi.data)
      const direct = symmetricSpectrum(columns, dense.transpose().mmul(dense).div(rows).to1DArray())
      const spectrum = couplingSpectrum(xi)
      expect(spectrum).toHaveLength(columns)
      spectrum.forEach((value, index) => expect(value).toBeCloseTo(direct[index] as number, 10))
    }
  })

  it('of orthogonal rows of norm sqrt(N_v) is N_v / N_h for each row and 0 for the rest', () => {
    const spectrum = couplingSpectrum(
      rowsOf([
        [1, 1, 1, 1],
        [1, -1, 1, -1],
      ]),
    )
    expect([...spectrum].map((value) => Number(value.toFixed(12)))).toEqual([0, 0, 2, 2])
  })

  // The largest eigenvalues scatter around the edge by about N^(-2/3) of it.
  it.each([
    ['normal', 1 / 4],
    ['normal', 1],
    ['normal', 4],
    ['binary', 1 / 4],
    ['binary', 1],
    ['binary', 4],
  ] as const)('of independent %s entries follows the law at q = %d, the closer the larger', (kind, q) => {
    const law = marchenkoPastur(q)
    const distances = [32, 128, 256].map((smaller) => {
      const [visible, hidden] = q <= 1 ? [smaller, smaller / q] : [smaller * q, smaller]
      const spectrum = couplingSpectrum(memory(kind, hidden, visible))
      if (smaller === 256) {
        expect(Math.abs((spectrum.at(-1) as number) - law.edges[1])).toBeLessThan(0.1 * law.edges[1])
        const zeros = spectrum.filter((value) => value < 1e-9).length
        expect(zeros / visible).toBeCloseTo(law.massAtZero, 12)
        const smallest = spectrum[zeros] as number
        expect(Math.abs(smallest - law.edges[0])).toBeLessThan(0.15)
      }
      return kolmogorovDistance(spectrum, law.cumulative, 1e-9)
    })
    const [small = 0, middle = 0, large = 0] = distances
    expect(middle).toBeLessThan(small)
    expect(large).toBeLessThan(middle)
    // Eigenvalues repel each other: the distance is a few steps of 1/N, not 1/sqrt(N).
    expect(large).toBeLessThan(5 / 256)
  })

  it('a coupling divided by N_v instead of N_h is told apart', () => {
    const xi = memory('normal', 512, 128)
    const wrong = couplingSpectrum(xi).map((value) => value * 4)
    expect(kolmogorovDistance(wrong, marchenkoPastur(1 / 4).cumulative)).toBeGreaterThan(0.3)
  })
})

describe('the range of a spectrum', () => {
  it('has one value, alone or with rounding, in the middle of an axis, and keeps the ends of several', () => {
    const same = Float64Array.of(-1 - 1e-7, -1, -1)
    const [low, high] = spanOf(same)
    expect([low, high]).toEqual([expect.closeTo(-1.5, 6), expect.closeTo(-0.5, 6)])
    const { edges, densities } = histogramOf(same, low, high)
    // All of them within.
    const width = edges[1]! - edges[0]!
    expect(densities.reduce((sum, density) => sum + density * width, 0)).toBeCloseTo(1, 9)
    expect([...spanOf(Float64Array.of(0, 0))]).toEqual([-0.5, 0.5])
    expect([...spanOf(Float64Array.of(-1, -0.9))]).toEqual([-1, -0.9])
  })
})
