/** Linear stability of the flow of the neurons at a state, in float64 (theory.md, section 1, hyperbolicity). */
import { EigenvalueDecomposition, Matrix } from 'ml-matrix'
import { hessian } from '../model/lagrangians.ts'
import type { Layer, Model } from '../model/model.ts'
import { symmetricSpectrum } from './spectrum.ts'

/** One replica of a network at one moment: states of all layers and all couplings by name, row-major. */
export type Moment = Readonly<Record<string, ArrayLike<number>>>

export interface Stability {
  /** Eigenvalues of the Jacobian of dx/dt of the dynamic layers, in 1 / model time, ascending; all real. */
  readonly spectrum: Float64Array
  /** Number of eigenvalues below 0: the dimension of the stable manifold. */
  readonly stableDimension: number
  /** Distance of the spectrum from 0. */
  readonly margin: number
  /** True when no eigenvalue is within the tolerance of 0. */
  readonly hyperbolic: boolean
}

/**
 * The Jacobian of tau dx/dt = -x + b + I over all dynamic layers, synapses and memories held fixed. With the couplings C
 * between layers, the Hessians M = d2L/dx2, and the adiabatic layers h eliminated, it is
 *   T^-1 (-1 + A M),   A = C + sum_h C_h M_h C_h^T,
 * whose spectrum is that of the symmetric T^-1/2 (-1 + M^1/2 A M^1/2) T^-1/2: T is one number a layer and M one block.
 * @param moment - states of all layers, adiabatic ones too, and the matrices of all synapses and memories
 * @param tolerance - how far from 0 an eigenvalue has to be, in 1 / model time
 */
export function stabilityAt(model: Model, moment: Moment, tolerance = 1e-6): Stability {
  const jacobian = symmetricJacobian(model, moment)
  const spectrum = symmetricSpectrum(jacobian.rows, jacobian.to1DArray())
  const margin = spectrum.reduce((least, value) => Math.min(least, Math.abs(value)), Infinity)
  return {
    spectrum,
    stableDimension: spectrum.filter((value) => value < 0).length,
    margin,
    hyperbolic: margin > tolerance,
  }
}

/** T^-1/2 (-1 + M^1/2 A M^1/2) T^-1/2 over the neurons of all dynamic layers, in the order of the model. */
function symmetricJacobian(model: Model, moment: Moment): Matrix {
  const dynamic = model.layers.filter(({ tau }) => tau > 0)
  const adiabatic = model.layers.filter(({ tau }) => tau === 0)
  const couplings = couplingsOf(model, moment)
  const hessianOf = (layer: Layer): Matrix =>
    matrixOf(layer.size, layer.size, hessian(layer.lagrangian, Float64Array.from(found(moment, layer.name))))
  const roots = new Map(dynamic.map((layer) => [layer.name, squareRoot(hessianOf(layer))]))
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
      const scaled = between(roots.get(to.name) as Root, block, roots.get(from.name) as Root)
      scaled.div(Math.sqrt(to.tau * from.tau))
      jacobian.setSubMatrix(scaled, starts.get(to.name) as number, starts.get(from.name) as number)
    }
    const start = starts.get(to.name) as number
    for (let neuron = start; neuron < start + to.size; neuron++)
      jacobian.set(neuron, neuron, jacobian.get(neuron, neuron) - 1 / to.tau)
  }
  return jacobian
}

/** C between any two layers, [to, from]: what the input of one gets from the activations of the other. */
function couplingsOf(model: Model, moment: Moment): ReadonlyMap<string, ReadonlyMap<string, Matrix>> {
  const couplings = new Map(model.layers.map(({ name }) => [name, new Map<string, Matrix>()]))
  const join = (to: string, from: string, matrix: Matrix): void => {
    const row = couplings.get(to)
    const before = row?.get(from)
    row?.set(from, before === undefined ? matrix : Matrix.add(before, matrix))
  }
  for (const { name, layer } of model.synapses) {
    const size = model.layers.find((one) => one.name === layer)?.size ?? 0
    join(layer, layer, matrixOf(size, size, found(moment, name)))
  }
  for (const { name, from, to, init } of model.memories) {
    const xi = matrixOf(init.rows, init.columns, found(moment, name))
    join(to, from, xi)
    join(from, to, xi.transpose())
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

/** The symmetric root of a Hessian: its diagonal where it has nothing else. */
type Root = { readonly diagonal: number[] } | { readonly full: Matrix }

/** The symmetric root of a symmetric matrix without negative eigenvalues (but by rounding). */
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
