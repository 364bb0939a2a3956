/** Both ends of the spectrum of a large symmetric matrix, from products with vectors. */
import { EigenvalueDecomposition, Matrix } from 'ml-matrix'
import { dot, norm } from '../math/algebra.ts'
import { RandomStream } from '../model/random.ts'

/** Eigenvalues at one end, the outermost first. */
export interface End {
  readonly values: Float64Array
  /** |A y - theta y| of each Ritz pair: there is an eigenvalue of A within this distance. */
  readonly residuals: Float64Array
}

export interface Ends {
  readonly lowest: End
  readonly highest: End
  /** Number of products that were needed. */
  readonly steps: number
}

export interface LanczosOptions {
  /** Number of eigenvalues to find at each end. */
  readonly count: number
  /** Largest residual, relative to the largest eigenvalue in size. */
  readonly tolerance?: number
  /** The most products, and the most stored basis vectors. */
  readonly maxSteps?: number
  readonly seed?: number
}

/** The residuals are computed after this number of steps, and again after each further quarter. */
const FIRST_LOOK = 10

/**
 * The method of Lanczos with full reorthogonalisation: no matrix, `steps` vectors of memory. An eigenvalue of
 * multiplicity k is found once for each new start outside the invariant subspace. A residual refers to the
 * product as computed.
 * @param size - N
 * @param product - A x for a symmetric A, [N]
 * @see Golub, Van Loan, Matrix computations, chapter 10
 */
export async function lanczos(
  size: number,
  product: (x: Float64Array) => Promise<ArrayLike<number>>,
  options: LanczosOptions,
): Promise<Ends> {
  const { count, tolerance = 1e-5, seed = 1 } = options
  const maxSteps = Math.min(size, options.maxSteps ?? 200)
  const stream = new RandomStream(seed, 'lanczos')
  const basis: Float64Array[] = []
  const diagonal: number[] = []
  const offDiagonal: number[] = []
  let scale = 0
  let nextLook = Math.max(FIRST_LOOK, 2 * count)

  const fresh = (): Float64Array => {
    const vector = orthogonalize(
      Float64Array.from({ length: size }, () => stream.normal()),
      basis,
    )
    const length = norm(vector)
    return vector.map((value) => value / length)
  }

  let next = fresh()
  for (;;) {
    basis.push(next)
    const image = Float64Array.from(await product(next))
    const alpha = dot(next, image)
    diagonal.push(alpha)
    const rest = orthogonalize(image, basis)
    const beta = norm(rest)
    scale = Math.max(scale, Math.abs(alpha) + beta)
    const steps = basis.length
    // Float32 products have an error of about 1e-7 of the scale; smaller values count as 0.
    const isInvariant = beta <= 1e-6 * scale
    if (steps === maxSteps || steps >= nextLook) {
      nextLook = Math.ceil(steps * 1.25)
      const ends = ritz(diagonal, offDiagonal, isInvariant ? 0 : beta, count)
      const worst = Math.max(0, ...ends.lowest.residuals, ...ends.highest.residuals)
      if (steps === maxSteps || worst <= tolerance * scale) return { ...ends, steps }
    }
    offDiagonal.push(isInvariant ? 0 : beta)
    next = isInvariant ? fresh() : rest.map((value) => value / beta)
  }
}

/** The part of a vector that is orthogonal to a basis; done twice because of rounding. In place. */
function orthogonalize(vector: Float64Array, basis: readonly Float64Array[]): Float64Array {
  for (let pass = 0; pass < 2; pass++) {
    for (const other of basis) {
      const part = dot(vector, other)
      for (let index = 0; index < vector.length; index++)
        vector[index] = (vector[index] as number) - part * (other[index] as number)
    }
  }
  return vector
}

/** Ritz values of the tridiagonal matrix, and their residuals: beta times the last entry of each eigenvector. */
function ritz(
  diagonal: readonly number[],
  offDiagonal: readonly number[],
  beta: number,
  count: number,
): { readonly lowest: End; readonly highest: End } {
  const size = diagonal.length
  const tridiagonal = Matrix.zeros(size, size)
  diagonal.forEach((value, index) => tridiagonal.set(index, index, value))
  offDiagonal.slice(0, size - 1).forEach((value, index) => {
    tridiagonal.set(index, index + 1, value)
    tridiagonal.set(index + 1, index, value)
  })
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(tridiagonal, {
    assumeSymmetric: true,
  })
  const pairs = realEigenvalues
    .map((value, index) => ({ value, residual: Math.abs(beta * eigenvectorMatrix.get(size - 1, index)) }))
    .sort((a, b) => a.value - b.value)
  const end = (taken: typeof pairs): End => ({
    values: Float64Array.from(taken, ({ value }) => value),
    residuals: Float64Array.from(taken, ({ residual }) => residual),
  })
  return { lowest: end(pairs.slice(0, count)), highest: end(pairs.slice(-count).reverse()) }
}
