/**
 * The flow of the neurons of one replica in float64, with W and Xi fixed and no stimulus. It vanishes at a fixed
 * point. Its linear part is given as products, so that no matrix over all neurons is needed.
 * @see docs/theory.md, "Hyperbolicity and spectra"
 */
import { arraysOf, couplingFacts, hasEnergy } from '../kinds/couplings/table.ts'
import { isLinear, isMemory } from '../model/couplings.ts'
import { turnedBy } from '../model/energy.ts'
import { add, dot, row, times } from '../math/algebra.ts'
import { activation, hessian, isPerNeuron, neuronOf } from '../kinds/lagrangians/table.ts'
import { leakFacts, sentBy } from '../kinds/leaks/table.ts'
import type { Coupling, Layer, Model } from '../model/model.ts'
import { dealt } from '../model/values.ts'

/** One replica of a network at one moment: states of all layers and all couplings by name, row-major. */
export type Moment = Readonly<Record<string, ArrayLike<number>>>

/** One vector for each of some layers, by name. */
export type Vectors = ReadonlyMap<string, Float64Array>

/** C g: the input of every layer from the activations of some layers, without biases. */
export type Couple = (g: Vectors) => Vectors | Promise<Vectors>

export interface Flow {
  /** The dynamic layers; x holds all their neurons, in this order. */
  readonly dynamic: readonly Layer[]
  readonly adiabatic: readonly Layer[]
  /** N, neurons of all dynamic layers. */
  readonly size: number
  /** The reason why the flow descends no energy; absent if it descends one. */
  readonly withoutEnergy: string | undefined
  readonly couple: (g: Vectors) => Vectors
  /** The derivative of the input with respect to g, at the states of all layers. */
  readonly tangent: (states: Vectors) => (change: Vectors) => Vectors
  /** States of all layers by name; adiabatic layers are evaluated, x = b + I. */
  readonly states: (x: Float64Array) => Vectors
  /** The arguments of the activations of all layers: their states, or b + I where the output leaks. */
  readonly taken: (states: Vectors) => Vectors
  /** tau dx/dt, [N]: -x + b + I, or -x + g(b + I) where the output leaks. */
  readonly field: (x: Float64Array) => Float64Array
  /** E without the terms that only W and Xi change. */
  readonly energy: (x: Float64Array) => number
}

/**
 * The flow of one replica.
 * @param moment - the matrices of all synapses and memories
 * @param replica - whose bias it is
 */
export function createFlow(model: Model, moment: Moment, replica = 0): Flow {
  const dynamic = model.layers.filter(({ tau }) => tau > 0)
  const adiabatic = model.layers.filter(({ tau }) => tau === 0)
  const size = dynamic.reduce((sum, layer) => sum + layer.size, 0)
  // An offset is the same for every g: it is in the biases.
  const couplings = model.couplings.map((one) =>
    isMemory(one) ? { ...one, inputOffset: 'none' as const } : one,
  )
  const matrices = new Map(couplings.map((one) => [one.name, tensorOf(one, moment)]))
  const couple = coupleOn(model.layers, couplings, matrices)
  const biases = biasesOf(model, moment, replica)
  const states = (x: Float64Array): Vectors => {
    const all = new Map(parts(dynamic, x))
    const input = couple(sentAt(dynamic, all))
    for (const { name } of adiabatic) {
      const h = (biases.get(name) as Float64Array).slice()
      add(h, input.get(name) as Float64Array)
      all.set(name, h)
    }
    return all
  }

  return {
    dynamic,
    adiabatic,
    size,
    withoutEnergy: turnedBy(model),
    couple,
    tangent(all) {
      if (model.couplings.every(isLinear)) return couple
      const g = sentAt(model.layers, all)
      const slopes = couplings.flatMap((one) => {
        const { layers, targets, slope } = couplingFacts(one)
        const tensor = matrices.get(one.name) as Float64Array
        return targets(one).flatMap((to) =>
          layers(one)
            .filter((from) => from !== to || layers(one).length === 1)
            .map((from) => ({ to, from, matrix: slope(one, tensor, g, to, from) })),
        )
      })
      return (change) => {
        const result = new Map(model.layers.map(({ name, size: N }) => [name, new Float64Array(N)]))
        for (const { to, from, matrix } of slopes) {
          const moved = change.get(from)
          if (moved !== undefined) add(result.get(to) as Float64Array, times(matrix, moved))
        }
        return result
      }
    },
    states,
    taken: (all) => takenOf(model.layers, all, biases, couple(sentAt(model.layers, all))),
    field(x) {
      const input = couple(sentAt(model.layers, states(x)))
      const result = x.map((value) => -value)
      parts(dynamic, result).forEach(([name, part], index) => {
        const layer = dynamic[index] as Layer
        const u = (biases.get(name) as Float64Array).slice()
        add(u, input.get(name) as Float64Array)
        add(part, leakFacts(layer.leak).goal(layer, u))
      })
      return result
    },
    energy(x) {
      const all = states(x)
      const g = sentAt(model.layers, all)
      let energy = 0
      for (const layer of model.layers) {
        const [state, sent, b] = [all, g, biases].map((of) => of.get(layer.name) as Float64Array)
        energy += leakFacts(layer.leak).energy(layer, state!, sent!, b!)
      }
      for (const coupling of couplings.filter(hasEnergy))
        energy += couplingFacts(coupling).energy(coupling, matrices.get(coupling.name) as Float64Array, g)
      return energy
    },
  }
}

/** The biases of one replica, offsets of memories among them. */
export function biasesOf({ layers, memories }: Model, moment: Moment, replica: number): Vectors {
  const biases = new Map(layers.map(({ name, bias }) => [name, dealt(bias, replica)]))
  for (const { name, to, init, inputOffset } of memories) {
    if (inputOffset === 'none') continue
    const xi = Float64Array.from(moment[name] as ArrayLike<number>)
    const b = biases.get(to) as Float64Array
    for (let mu = 0; mu < init.rows; mu++) {
      const memory = row(xi, init.columns, mu)
      b[mu] = (b[mu] as number) - dot(memory, memory) / 2
    }
  }
  return biases
}

/** The activations of layers at their states: g(x), or x where the output leaks. */
export function sentAt(layers: readonly Layer[], states: Vectors): Vectors {
  return new Map(layers.map((layer) => [layer.name, sentBy(layer, states.get(layer.name) as Float64Array)]))
}

/**
 * The arguments of the activations of layers: x, or b + I where the output leaks. @param input - I, the sum over
 * couplings at these states
 */
export function takenOf(layers: readonly Layer[], states: Vectors, biases: Vectors, input: Vectors): Vectors {
  return new Map(
    layers.map(({ name, leak }) => {
      const u = (biases.get(name) as Float64Array).slice()
      add(u, input.get(name) as Float64Array)
      return [name, leakFacts(leak).argument(states.get(name) as Float64Array, u)]
    }),
  )
}

/** The tensor of a coupling at a moment, in float64. */
export function tensorOf(coupling: Coupling, moment: Moment): Float64Array {
  const parts = arraysOf(coupling).map((name) => {
    const values = moment[name]
    if (values === undefined) throw new Error(`the moment has no \`${name}\``)
    return Float64Array.from(values)
  })
  return parts.length === 1
    ? (parts[0] as Float64Array)
    : Float64Array.from(parts.flatMap((part) => [...part]))
}

/** The parts of a vector over several layers, as views. */
export function parts(layers: readonly Layer[], x: Float64Array): [string, Float64Array][] {
  let start = 0
  return layers.map(({ name, size }) => {
    const part = x.subarray(start, start + size)
    start += size
    return [name, part]
  })
}

/** C g in float64: the sum over all couplings, for every layer. */
function coupleOn(
  sizes: readonly Layer[],
  couplings: readonly Coupling[],
  matrices: Vectors,
): Flow['couple'] {
  return (g) => {
    const input = new Map(sizes.map(({ name, size }) => [name, new Float64Array(size)]))
    const send = (to: string, values: Float64Array): void => add(input.get(to) as Float64Array, values)
    for (const coupling of couplings) {
      const { layers, targets, input: sent } = couplingFacts(coupling)
      const ends = layers(coupling)
      for (const end of targets(coupling)) {
        const others = ends.length === 1 ? ends : ends.filter((other) => other !== end)
        if (others.every((other) => g.has(other)))
          send(end, sent(coupling, matrices.get(coupling.name) as Float64Array, g, end))
      }
    }
    return input
  }
}

/** A linear map of a vector of one length. */
export type Linear = (u: Float64Array) => Float64Array

/** The most neurons of a whole layer whose Hessian is stored as a matrix. */
const HESSIAN_LIMIT = 1024

/** True if the activation of a neuron depends on this neuron alone, so that the Hessian is diagonal. */
export function isElementwise({ lagrangian }: Layer): boolean {
  return isPerNeuron(lagrangian)
}

/** The diagonal of an elementwise layer's Hessian M = d2L/dx2, [N]. */
export function hessianDiagonal({ lagrangian: l }: Layer, x: Float64Array): Float64Array {
  return x.map((_, neuron) => hessian(neuronOf(l, neuron), x.subarray(neuron, neuron + 1))[0] as number)
}

/** u to M u for the Hessian M of a layer at the argument of its activation; for a large whole layer by central differences of its activation. */
export function hessianProduct(layer: Layer, x: Float64Array): Linear {
  const { lagrangian: l, size, shape } = layer
  if (isElementwise(layer)) {
    const diagonal = hessianDiagonal(layer, x)
    return (u) => u.map((value, neuron) => value * (diagonal[neuron] as number))
  }
  if (size <= HESSIAN_LIMIT) {
    const M = hessian(l, x, shape)
    return (u) => times(M, u)
  }
  return (u) => {
    const largest = u.reduce((top, value) => Math.max(top, Math.abs(value)), 0)
    if (largest === 0) return new Float64Array(size)
    // The truncation goes with the square of the step, the rounding with its inverse.
    const step = 1e-5 / largest
    const up = activation(
      l,
      x.map((value, neuron) => value + step * (u[neuron] as number)),
      shape,
    )
    const down = activation(
      l,
      x.map((value, neuron) => value - step * (u[neuron] as number)),
      shape,
    )
    return up.map((value, neuron) => (value - (down[neuron] as number)) / (2 * step))
  }
}

/**
 * y to A y: a change y of the activations of the dynamic layers changes their input by A y, directly and through
 * the adiabatic layers:
 *   A = C + sum_h C_h M_h C_h^T.
 * @param taken - the arguments of the activations of all layers
 * @param couple - C, in float64 or on a GPU
 */
export function effectiveCoupling(
  { dynamic, adiabatic }: Pick<Flow, 'dynamic' | 'adiabatic'>,
  taken: Vectors,
  couple: Couple,
): (y: Float64Array) => Promise<Float64Array> {
  const hessians = adiabatic.map(
    (layer) => [layer.name, hessianProduct(layer, taken.get(layer.name) as Float64Array)] as const,
  )
  return async (y) => {
    const input = await couple(new Map(parts(dynamic, y)))
    const result = new Float64Array(y.length)
    const take = (from: Vectors): void => {
      for (const [name, part] of parts(dynamic, result)) add(part, from.get(name) as Float64Array)
    }
    take(input)
    if (hessians.length > 0)
      take(await couple(new Map(hessians.map(([name, M]) => [name, M(input.get(name) as Float64Array)]))))
    return result
  }
}
