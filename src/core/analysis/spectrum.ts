/** Spectra of couplings in float64, by a dense solver: for up to about a thousand neurons. */
import { EigenvalueDecomposition, Matrix } from 'ml-matrix'
import type { Rows } from '../model/model.ts'
import { kolmogorovDistance, marchenkoPastur } from './marchenko-pastur.ts'

/**
 * Eigenvalues of the hebbian coupling J = Xi^T Xi / N_h of a memory, [N_v], ascending. They are taken from the smaller
 * one of Xi^T Xi and Xi Xi^T, which share all that are not 0.
 * @param xi - [N_h, N_v]
 */
export function couplingSpectrum({ rows, columns, data }: Rows): Float64Array {
  const xi = Matrix.from1DArray(rows, columns, data)
  const gram = rows < columns ? xi.mmul(xi.transpose()) : xi.transpose().mmul(xi)
  const spectrum = new Float64Array(columns)
  // A Gram matrix has no negative eigenvalues but by rounding.
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

/** Neurons up to which the dense solver answers in reasonable time. */
export const DENSE_LIMIT = 1024

/** A coupling next to the law that independent entries follow. */
export interface CouplingReport {
  /** The memory whose J = Xi^T Xi / N_h it is. */
  readonly name: string
  /** Ascending, [N_v]. */
  readonly spectrum: Float64Array
  /** N_v / N_h */
  readonly q: number
  /** Mean square of the entries of Xi; the law for entries of unit variance is stretched by it. */
  readonly variance: number
  /** Edges of the law of Marchenko and Pastur, stretched. */
  readonly edges: readonly [number, number]
  /** Share of the eigenvalues at 0: measured, and by the law. */
  readonly zeros: { readonly measured: number; readonly law: number }
  /** Largest difference of the cumulative shares. */
  readonly kolmogorov: number
}

/** The spectrum of the hebbian coupling of a memory, compared with the law of Marchenko and Pastur. */
export function reportCoupling(name: string, xi: Rows): CouplingReport {
  const { rows, columns, data } = xi
  const q = columns / rows
  const variance = data.reduce((sum, value) => sum + value * value, 0) / data.length
  const spectrum = couplingSpectrum(xi)
  const law = marchenkoPastur(q)
  // What a memory of equal rows has apart from its one eigenvalue is 0 but for rounding.
  const tolerance = 1e-9 * (1 + (spectrum.at(-1) ?? 0))
  const scale = variance === 0 ? 1 : variance
  return {
    name,
    spectrum,
    q,
    variance,
    edges: [law.edges[0] * variance, law.edges[1] * variance],
    zeros: {
      measured: spectrum.filter((value) => value <= tolerance).length / columns,
      law: law.massAtZero,
    },
    kolmogorov: kolmogorovDistance(
      spectrum.map((value) => value / scale),
      law.cumulative,
      tolerance / scale,
    ),
  }
}
