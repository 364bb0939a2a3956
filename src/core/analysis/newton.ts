/** Fixed points to rounding error: Newton's method without a matrix. */
import { leakFacts } from '../kinds/leaks/table.ts'
import { dot, norm } from '../math/algebra.ts'
import type { Layer } from '../model/model.ts'
import { type Flow, effectiveCoupling, hessianProduct, parts } from './flow.ts'

export interface Refined {
  /** [N], all dynamic layers. */
  readonly x: Float64Array
  /** max |-x + b + I|, or of -x + g(b + I) where the output leaks */
  readonly residual: number
  /** True when the residual is within the tolerance. */
  readonly converged: boolean
}

/** A residual this small, relative to the largest |x| (at least 1), is rounding. */
const TOLERANCE = 1e-12
const MOST_STEPS = 40

/**
 * Solves tau dx/dt = 0 from a state near a solution: Newton steps, halved until the residual falls, and damped
 * iteration x += (tau dx/dt) / 2 where no Newton step makes it fall.
 */
export async function refine(flow: Flow, start: Float64Array): Promise<Refined> {
  let x = start
  let field = flow.field(x)
  for (let step = 0; ; step++) {
    const residual = largest(field)
    const converged = residual <= TOLERANCE * Math.max(1, largest(x))
    if (converged || step === MOST_STEPS) return { x, residual, converged }
    const direction = await solve(linearPart(flow, x), field)
    const before = norm(field)
    let isLess = false
    for (let part = 1; part > 1e-3 && !isLess; part /= 2) {
      const next = x.map((value, index) => value + part * (direction[index] as number))
      const nextField = flow.field(next)
      isLess = norm(nextField) < (1 - part / 10) * before
      if (isLess) [x, field] = [next, nextField]
    }
    // Only rounding is left, or a kink of the activation is in the way.
    for (let count = 0; count < 20 && !isLess; count++) {
      x = x.map((value, index) => value + (field[index] as number) / 2)
      field = flow.field(x)
    }
  }
}

/** u to u - A M u, the linear part of x - b - I at a state, or u - M A u of x - g(b + I) where the output leaks. */
function linearPart(flow: Flow, x: Float64Array): (u: Float64Array) => Promise<Float64Array> {
  const states = flow.states(x)
  const taken = flow.taken(states)
  const A = effectiveCoupling(flow, taken, flow.tangent(states))
  const hessians = flow.dynamic.map((layer) => hessianProduct(layer, taken.get(layer.name) as Float64Array))
  /** M of the layers whose input leaks (g of the state), or of those whose output leaks (g of the input). */
  const through = (vector: Float64Array, sendsState: boolean): Float64Array => {
    const result = vector.slice()
    parts(flow.dynamic, result).forEach(([, part], index) => {
      if (leakFacts((flow.dynamic[index] as Layer).leak).sendsState === sendsState)
        part.set(hessians[index]!(part))
    })
    return result
  }
  return async (u) => {
    const back = through(await A(through(u, false)), true)
    return u.map((value, index) => value - (back[index] as number))
  }
}

/** The most basis vectors; the spectrum of couplings has few large eigenvalues. */
const MOST_VECTORS = 80

/**
 * The method GMRES: x with A x = b up to 1e-10 of b, or the best in the space of MOST_VECTORS products.
 * @see Saad, Schultz (1986)
 */
async function solve(A: (u: Float64Array) => Promise<Float64Array>, b: Float64Array): Promise<Float64Array> {
  const length = norm(b)
  const basis = [b.map((value) => value / length)]
  /** R of the least-squares problem, by columns, the rotations that made it, and the rotated right-hand side. */
  const columns: number[][] = []
  const rotations: [number, number][] = []
  const right = [length]
  for (let step = 0; step < Math.min(MOST_VECTORS, b.length); step++) {
    const next = await A(basis[step] as Float64Array)
    const column = basis.map(() => 0)
    // Twice, because of rounding.
    for (let pass = 0; pass < 2; pass++) {
      basis.forEach((vector, index) => {
        const part = dot(next, vector)
        column[index]! += part
        for (let i = 0; i < next.length; i++) next[i]! -= part * vector[i]!
      })
    }
    const rest = norm(next)
    rotations.forEach(([c, s], index) => {
      const [upper, lower] = [column[index]!, column[index + 1]!]
      column[index] = c * upper + s * lower
      column[index + 1] = c * lower - s * upper
    })
    const diagonal = Math.hypot(column[step]!, rest)
    if (diagonal === 0) break
    const [c, s] = [column[step]! / diagonal, rest / diagonal]
    column[step] = diagonal
    columns.push(column)
    rotations.push([c, s])
    right.push(-s * right[step]!)
    right[step]! *= c
    if (Math.abs(right[step + 1]!) <= 1e-10 * length || rest <= 1e-14 * diagonal) break
    basis.push(next.map((value) => value / rest))
  }
  const weights = new Array<number>(columns.length).fill(0)
  for (let row = columns.length - 1; row >= 0; row--) {
    let rest = right[row]!
    for (let k = row + 1; k < columns.length; k++) rest -= columns[k]![row]! * weights[k]!
    weights[row] = rest / columns[row]![row]!
  }
  const x = new Float64Array(b.length)
  weights.forEach((weight, index) => {
    for (let i = 0; i < x.length; i++) x[i]! += weight * basis[index]![i]!
  })
  return x
}

function largest(values: Float64Array): number {
  return values.reduce((top, value) => Math.max(top, Math.abs(value)), 0)
}
