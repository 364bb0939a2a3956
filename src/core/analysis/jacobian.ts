/** Linear stability of the flow of the neurons at a state, in float64 (docs/theory.md, "Hyperbolicity and spectra"). */
import { couplingFacts, hasEnergy } from '../kinds/couplings/table.ts'
import { EigenvalueDecomposition, Matrix } from 'ml-matrix'
import { times } from '../math/algebra.ts'
import { ModelError } from '../errors.ts'
import { hessian } from '../kinds/lagrangians/table.ts'
import { mixedTimes } from '../model/energy.ts'
import type { Layer, Model } from '../model/model.ts'
import { tauAt } from '../model/neuron-values.ts'
import {
  type Couple,
  type Flow,
  type Moment,
  type Vectors,
  createFlow,
  effectiveCoupling,
  hessianDiagonal,
  isElementwise,
  parts,
  sentAt,
  tensorOf,
} from './flow.ts'
import { type Ends, lanczos } from './lanczos.ts'
import { requireHessians } from './smooth.ts'
import { DENSE_LIMIT, symmetricSpectrum } from './spectrum.ts'

export interface Stability {
  /** Eigenvalues of the Jacobian of dx/dt of the dynamic layers, in 1 / model time: their real parts, ascending. */
  readonly spectrum: Float64Array
  /** Their imaginary parts, in the same order; absent where the flow descends an energy, so that all eigenvalues are real. */
  readonly imaginary?: Float64Array
  /** Number of real parts below 0: the dimension of the stable manifold. */
  readonly stableDimension: number
  /** Distance of the spectrum from the imaginary axis. */
  readonly margin: number
  /** True if no eigenvalue is within the tolerance of 0. */
  readonly hyperbolic: boolean
}

/** Real parts closer to 0 than this, in 1 / model time, leave open whether a fixed point is hyperbolic. */
const HYPERBOLIC = 1e-6

/**
 * The Jacobian of tau dx/dt = -x + b + I over all dynamic layers, synapses and memories held fixed. With the couplings C
 * between layers, the Hessians M = d2L/dx2, and the adiabatic layers h eliminated, it is
 *   T^-1 (-1 + A M),   A = C + sum_h C_h M_h C_h^T,
 * with C_h' in place of C_h^T where a coupling is not symmetric. Where all are, its spectrum is that of the symmetric
 * T^-1/2 (-1 + M^1/2 A M^1/2) T^-1/2 if T and M commute: where a layer has one time constant, or each neuron its own activation.
 * A layer whose output leaks has M A in place of A M, M at b + I: the spectrum is the same function of A and M.
 * @param moment - states of all layers, adiabatic ones too, and the matrices of all synapses and memories
 * @param replica - whose bias it is
 */
export function stabilityAt(model: Model, moment: Moment, replica = 0): Stability {
  requireHessians(model.layers)
  const isSymmetric = model.couplings.every(hasEnergy) && mixedTimes(model.layers).length === 0
  const jacobian = jacobianOf(model, moment, replica, isSymmetric)
  const { spectrum, imaginary } = isSymmetric
    ? { spectrum: symmetricSpectrum(jacobian.rows, jacobian.to1DArray()), imaginary: undefined }
    : complexSpectrum(jacobian)
  const margin = spectrum.reduce((least, value) => Math.min(least, Math.abs(value)), Infinity)
  return {
    spectrum,
    ...(imaginary && { imaginary }),
    stableDimension: spectrum.filter((value) => value < 0).length,
    margin,
    hyperbolic: margin > HYPERBOLIC,
  }
}

/** Real and imaginary parts, in the order of the real ones. */
function complexSpectrum(matrix: Matrix): Required<Pick<Stability, 'spectrum' | 'imaginary'>> {
  const { realEigenvalues, imaginaryEigenvalues } = new EigenvalueDecomposition(matrix, {
    assumeSymmetric: false,
  })
  const order = realEigenvalues
    .map((_, index) => index)
    .sort(
      (a, b) =>
        realEigenvalues[a]! - realEigenvalues[b]! || imaginaryEigenvalues[a]! - imaginaryEigenvalues[b]!,
    )
  return {
    spectrum: Float64Array.from(order, (index) => realEigenvalues[index]!),
    imaginary: Float64Array.from(order, (index) => imaginaryEigenvalues[index]!),
  }
}

/** The stability as far as it follows from both ends of a spectrum. */
export interface EndStability {
  readonly ends: Ends
  /** Number of eigenvalues above 0; absent when it exceeds the number that was computed. */
  readonly unstable?: number
  /** Distance of the spectrum from 0, as far as it is known; absent with `unstable`. */
  readonly margin?: number
  readonly hyperbolic?: boolean
}

/** The most eigenvalues computed at the upper end. */
const MOST_UNSTABLE = 64

/**
 * Refuses a flow that descends no energy.
 * @param turned - the reason, from `turnedBy`
 * @throws ModelError with the alternative
 */
export function requireDescent(turned: string | undefined): void {
  if (turned !== undefined)
    throw new ModelError(
      `${turned}, so eigenvalues may be complex, and the ends of the spectrum do not show this; use \`analyse spectrum --of ` +
        `jacobian\`, which computes all eigenvalues of at most ${DENSE_LIMIT} neurons`,
    )
}

/**
 * The ends of the spectrum of the Jacobian of `stabilityAt`, by the method of Lanczos with products of the couplings.
 * Eigenvalues are sought from the top until one is below 0, so that all above it are known; equal ones may count once.
 * @param taken - the arguments of the activations of all layers, adiabatic ones too
 * @param couple - products with the couplings, in float64 or on a GPU
 * @param precision - relative precision of these products: an eigenvalue this close to 0 counts as 0
 * @throws ModelError for a flow that descends no energy, and for a dynamic softmax, layernorm or spherical layer of more than DENSE_LIMIT neurons
 */
export async function stabilityEnds(
  flow: Pick<Flow, 'dynamic' | 'adiabatic' | 'size' | 'withoutEnergy'>,
  taken: Vectors,
  couple: Couple,
  top: number,
  precision = 0,
): Promise<EndStability> {
  requireHessians([...flow.dynamic, ...flow.adiabatic])
  requireDescent(flow.withoutEnergy)
  const A = effectiveCoupling(flow, taken, couple)
  const roots = flow.dynamic.map((layer) => rootProduct(layer, taken.get(layer.name) as Float64Array))
  const scaled = (vector: Float64Array): Float64Array => {
    const result = vector.slice()
    parts(flow.dynamic, result).forEach(([, part], index) => {
      const layer = flow.dynamic[index] as Layer
      const slowed = part.map((value, neuron) => value / Math.sqrt(tauAt(layer, neuron)))
      part.set((roots[index] as (u: Float64Array) => Float64Array)(slowed))
    })
    return result
  }
  const product = async (u: Float64Array): Promise<Float64Array> => {
    const back = scaled(await A(scaled(u)))
    parts(flow.dynamic, back).forEach(([, part], index) => {
      const layer = flow.dynamic[index] as Layer
      const own = parts(flow.dynamic, u)[index]?.[1] as Float64Array
      own.forEach((value, i) => (part[i] = (part[i] as number) - value / tauAt(layer, i)))
    })
    return back
  }
  for (let count = Math.min(top, flow.size); ; count = Math.min(2 * count, flow.size)) {
    const ends = await lanczos(flow.size, product, { count })
    const { values } = ends.highest
    const scale = Math.max(...Array.from(values, Math.abs), ...Array.from(ends.lowest.values, Math.abs))
    const tolerance = Math.max(HYPERBOLIC, precision * scale)
    const shown: Ends = {
      ...ends,
      lowest: firstOf(ends.lowest, top),
      highest: firstOf(ends.highest, Math.max(top, values.findIndex((value) => value <= tolerance) + 1)),
    }
    if ((values.at(-1) as number) < -tolerance || count === flow.size) {
      const margin = values.reduce((least, value) => Math.min(least, Math.abs(value)), Infinity)
      const unstable = values.filter((value) => value > 0).length
      return { ends: shown, unstable, margin, hyperbolic: margin > tolerance }
    }
    if (count >= MOST_UNSTABLE) return { ends: shown }
  }
}

function firstOf({ values, residuals }: Ends['lowest'], count: number): Ends['lowest'] {
  return { values: values.slice(0, count), residuals: residuals.slice(0, count) }
}

/** u to M^1/2 u for the Hessian M of a layer. */
function rootProduct(layer: Layer, x: Float64Array): (u: Float64Array) => Float64Array {
  const { name, size, lagrangian, shape } = layer
  if (isElementwise(layer)) {
    const diagonal = hessianDiagonal(layer, x).map((value) => Math.sqrt(Math.max(0, value)))
    return (u) => u.map((value, neuron) => value * (diagonal[neuron] as number))
  }
  if (size > DENSE_LIMIT) {
    throw new ModelError(
      `is ${lagrangian.kind} with ${size} neurons; the Jacobian of a dynamic ${lagrangian.kind} layer takes at most ` +
        `${DENSE_LIMIT}; use a smaller layer, or tau 0`,
      { path: `neurons.${name}` },
    )
  }
  const root = squareRoot(matrixOf(size, size, hessian(lagrangian, x, shape)))
  if ('diagonal' in root) return (u) => u.map((value, neuron) => value * (root.diagonal[neuron] as number))
  const full = Float64Array.from(root.full.to1DArray())
  return (u) => times(full, u)
}

/**
 * T^-1/2 (-1 + M^1/2 A M^1/2) T^-1/2 over the neurons of all dynamic layers, in the order of the model, or
 * T^-1 (-1 + A M), which has the same spectrum and needs no symmetry.
 */
function jacobianOf(model: Model, moment: Moment, replica: number, isSymmetric: boolean): Matrix {
  const dynamic = model.layers.filter(({ tau }) => tau > 0)
  const adiabatic = model.layers.filter(({ tau }) => tau === 0)
  const states = new Map(model.layers.map(({ name }) => [name, Float64Array.from(found(moment, name))]))
  const couplings = couplingsOf(model, moment, sentAt(model.layers, states))
  const taken = createFlow(model, moment, replica).taken(states)
  const hessianOf = ({ name, size, lagrangian, shape }: Layer): Matrix =>
    matrixOf(size, size, hessian(lagrangian, taken.get(name) as Float64Array, shape))
  const roots = new Map(isSymmetric ? dynamic.map((layer) => [layer.name, squareRoot(hessianOf(layer))]) : [])
  const inner = new Map(adiabatic.map((layer) => [layer.name, hessianOf(layer)]))

  const starts = new Map<string, number>()
  let total = 0
  for (const { name, size } of dynamic) {
    starts.set(name, total)
    total += size
  }
  const jacobian = Matrix.zeros(total, total)
  for (const to of dynamic) {
    for (const from of dynamic) {
      const block = Matrix.zeros(to.size, from.size)
      const direct = couplings.get(to.name)?.get(from.name)
      if (direct !== undefined) block.add(direct)
      for (const hidden of adiabatic) {
        const up = couplings.get(hidden.name)?.get(from.name)
        const down = couplings.get(to.name)?.get(hidden.name)
        if (up === undefined || down === undefined) continue
        block.add(down.mmul(inner.get(hidden.name) as Matrix).mmul(up))
      }
      const scaled = isSymmetric
        ? between(roots.get(to.name) as Root, block, roots.get(from.name) as Root)
        : block.mmul(hessianOf(from))
      for (let i = 0; i < to.size; i++)
        for (let j = 0; j < from.size; j++) {
          const time = isSymmetric ? Math.sqrt(tauAt(to, i) * tauAt(from, j)) : tauAt(to, i)
          scaled.set(i, j, scaled.get(i, j) / time)
        }
      jacobian.setSubMatrix(scaled, starts.get(to.name) as number, starts.get(from.name) as number)
    }
    const start = starts.get(to.name) as number
    for (let i = 0; i < to.size; i++)
      jacobian.set(start + i, start + i, jacobian.get(start + i, start + i) - 1 / tauAt(to, i))
  }
  return jacobian
}

/**
 * C between any two layers, [to, from]: the derivative of the input of one with respect to the activations g of
 * the other.
 */
function couplingsOf(
  model: Model,
  moment: Moment,
  g: Vectors,
): ReadonlyMap<string, ReadonlyMap<string, Matrix>> {
  const couplings = new Map(model.layers.map(({ name }) => [name, new Map<string, Matrix>()]))
  const join = (to: string, from: string, matrix: Matrix): void => {
    const row = couplings.get(to)
    const before = row?.get(from)
    row?.set(from, before === undefined ? matrix : Matrix.add(before, matrix))
  }
  const sizes = new Map(model.layers.map(({ name, size }) => [name, size]))
  for (const coupling of model.couplings) {
    const { layers, targets, slope } = couplingFacts(coupling)
    const tensor = tensorOf(coupling, moment)
    for (const to of targets(coupling))
      for (const from of layers(coupling)) {
        if (to === from && layers(coupling).length > 1) continue
        join(
          to,
          from,
          matrixOf(sizes.get(to) ?? 0, sizes.get(from) ?? 0, slope(coupling, tensor, g, to, from)),
        )
      }
  }
  return couplings
}

function found(moment: Moment, name: string): ArrayLike<number> {
  const values = moment[name]
  if (values === undefined) throw new Error(`the moment has no \`${name}\``)
  return values
}

function matrixOf(rows: number, columns: number, values: ArrayLike<number>): Matrix {
  return Matrix.from1DArray(rows, columns, Array.from(values))
}

/** The symmetric root of a Hessian; only the diagonal if the Hessian is diagonal. */
type Root = { readonly diagonal: number[] } | { readonly full: Matrix }

/** The symmetric root of a symmetric matrix whose eigenvalues are not negative, up to rounding. */
function squareRoot(matrix: Matrix): Root {
  const rootOf = (value: number): number => Math.sqrt(Math.max(0, value))
  const diagonal = matrix.diagonal()
  if (Matrix.sub(matrix, Matrix.diag(diagonal)).norm() === 0) return { diagonal: diagonal.map(rootOf) }
  const { eigenvectorMatrix, realEigenvalues } = new EigenvalueDecomposition(matrix, {
    assumeSymmetric: true,
  })
  const scaled = eigenvectorMatrix.clone().mulRowVector(realEigenvalues.map(rootOf))
  return { full: scaled.mmul(eigenvectorMatrix.transpose()) }
}

/** left block right; diagonal roots only scale rows and columns. */
function between(left: Root, block: Matrix, right: Root): Matrix {
  const half = 'full' in left ? left.full.mmul(block) : block.clone().mulColumnVector(left.diagonal)
  return 'full' in right ? half.mmul(right.full) : half.mulRowVector(right.diagonal)
}
