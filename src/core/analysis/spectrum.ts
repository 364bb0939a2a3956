/** Spectra of couplings in float64, by a dense solver: for up to about a thousand neurons. */
import { EigenvalueDecomposition, Matrix } from 'ml-matrix'
import type { Rows } from '../model/model.ts'

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
  spectrum.set(symmetricSpectrum(gram.div(rows)).map((value) => Math.max(0, value)))
  return spectrum.sort()
}

/**
 * Eigenvalues of a symmetric matrix, ascending.
 * @param matrix - [N, N]; only symmetric up to rounding
 */
export function symmetricSpectrum(matrix: Matrix): Float64Array {
  const { realEigenvalues } = new EigenvalueDecomposition(matrix, { assumeSymmetric: true })
  return Float64Array.from(realEigenvalues).sort()
}
