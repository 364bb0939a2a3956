/** Spectra of couplings in float64, by a dense solver: for up to about a thousand neurons. */
import { EigenvalueDecomposition, Matrix } from 'ml-matrix'
import type { Rows } from '../model/model.ts'
import { kolmogorovDistance, marchenkoPastur } from './marchenko-pastur.ts'

/**
 * Eigenvalues of the hebbian coupling J = Xi^T Xi / N_h of a memory, [N_v], ascending. They are computed from
 * the smaller of Xi^T Xi and Xi Xi^T, whose nonzero eigenvalues are equal.
 * @param xi - [N_h, N_v]
 */
export function couplingSpectrum({ rows, columns, data }: Rows): Float64Array {
  const xi = Matrix.from1DArray(rows, columns, data)
  const gram = rows < columns ? xi.mmul(xi.transpose()) : xi.transpose().mmul(xi)
  const spectrum = new Float64Array(columns)
  // Only rounding makes an eigenvalue of a Gram matrix negative.
  spectrum.set(eigenvaluesOf(gram.div(rows)).map((value) => Math.max(0, value)))
  return spectrum.sort()
}

/**
 * Eigenvalues of a symmetric matrix, ascending.
 * @param size - N
 * @param values - [N, N], row-major; symmetric up to rounding
 */
export function symmetricSpectrum(size: number, values: ArrayLike<number>): Float64Array {
  return eigenvaluesOf(Matrix.from1DArray(size, size, Array.from(values)))
}

function eigenvaluesOf(matrix: Matrix): Float64Array {
  const { realEigenvalues } = new EigenvalueDecomposition(matrix, { assumeSymmetric: true })
  return Float64Array.from(realEigenvalues).sort()
}

/** The most neurons for the dense solver: larger matrices take too long. */
export const DENSE_LIMIT = 1024

/** The law of Marchenko and Pastur for a memory, stretched to the mean square of its entries. */
export interface StretchedLaw {
  /** N_v / N_h */
  readonly q: number
  /** Mean square of the entries of Xi. */
  readonly variance: number
  readonly edges: readonly [number, number]
  /** Share of the eigenvalues at 0. */
  readonly zeros: number
  readonly cumulative: (eigenvalue: number) => number
  /** Density of the part between the edges. */
  readonly density: (eigenvalue: number) => number
}

/** The spectrum of J for a memory with independent entries. */
export function stretchedLaw({ rows, columns, data }: Rows): StretchedLaw {
  const q = columns / rows
  const variance = data.reduce((sum, value) => sum + value * value, 0) / data.length
  const { edges, massAtZero, cumulative, density } = marchenkoPastur(q)
  return {
    q,
    variance,
    edges: [edges[0] * variance, edges[1] * variance],
    zeros: massAtZero,
    cumulative: (eigenvalue) =>
      variance === 0 ? Number(eigenvalue >= 0) : cumulative(eigenvalue / variance),
    density: (eigenvalue) => (variance === 0 ? 0 : density(eigenvalue / variance) / variance),
  }
}

/** A coupling as it is, next to the law. */
export interface CouplingReport {
  /** Eigenvalues of J = Xi^T Xi / N_h, ascending, [N_v]. */
  readonly spectrum: Float64Array
  /** Share of the eigenvalues at 0. */
  readonly zeros: number
  /** Largest difference from the cumulative shares of the law. */
  readonly kolmogorov: number
}

/** The whole spectrum of the hebbian coupling of a memory, compared with the law of Marchenko and Pastur. */
export function reportCoupling(xi: Rows): CouplingReport {
  const spectrum = couplingSpectrum(xi)
  const { cumulative } = stretchedLaw(xi)
  // A memory with equal rows has one nonzero eigenvalue; the others are 0 up to rounding.
  const tolerance = 1e-9 * (spectrum.at(-1) ?? 0)
  return {
    spectrum,
    zeros: spectrum.filter((value) => value <= tolerance).length / xi.columns,
    kolmogorov: kolmogorovDistance(spectrum, cumulative, tolerance),
  }
}
