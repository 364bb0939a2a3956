/** The arrays of a network in float64: its variables, their drives, and the effect of the stimulus on both. */
import { add, outer } from '../math/algebra.ts'
import { ModelError } from '../errors.ts'
import { madeOf } from '../kinds/bases/table.ts'
import { couplingFacts } from '../kinds/couplings/table.ts'
import { tracesOf } from '../kinds/rules/table.ts'
import type { Base, Coupling, Model } from '../model/model.ts'
import { shownAt } from '../model/stimulus.ts'
import { dealt, initialMemories, synapticBias, unmasked } from '../model/values.ts'

/** A tensor and a range of its entries. */
interface Share {
  readonly of: string
  readonly start: number
  readonly end: number
}

/** Arrays by name, at first those of tick 0 before its stimulus. */
export interface Variables {
  /** x, W, Xi, the traces of its rule and the factors of hyperedges, one array for each replica. All replicas share an array that never changes. */
  readonly values: Map<string, Float64Array[]>
  /** Arrays that are a part of the tensor of a coupling. */
  readonly shares: ReadonlyMap<string, Share>
  /** b of each layer, for each replica. */
  readonly biases: ReadonlyMap<string, Float64Array[]>
  /** The current that the stimulus adds to b, the same in all replicas. */
  readonly currents: ReadonlyMap<string, Float64Array>
  /** 1 where a clamp holds x. */
  readonly held: ReadonlyMap<string, Uint8Array>
  /** J of each synapse. */
  readonly bases: ReadonlyMap<string, Float64Array>
  /** kappa = strength / N of each synapse. */
  readonly kappas: ReadonlyMap<string, number>
  /** Lambda of each memory and hyperedge. */
  readonly lambdas: ReadonlyMap<string, Float64Array>
  /** x, W or Xi of one replica. */
  readonly state: (name: string, r: number) => Float64Array
  /** Step (1) of a tick: the stimulus sets states, clamps and currents; a later item overrides an earlier one. */
  readonly stimulate: (tick: number) => void
}

export function createVariables(model: Model): Variables {
  const replicas = Array.from({ length: model.replicas }, (_, r) => r)
  const values = new Map<string, Float64Array[]>()
  const biases = new Map<string, Float64Array[]>()
  const currents = new Map<string, Float64Array>()
  const held = new Map<string, Uint8Array>()
  const bases = new Map<string, Float64Array>()
  const lambdas = new Map<string, Float64Array>()
  const kappas = new Map<string, number>()

  for (const { name, size, init, bias } of model.layers) {
    values.set(
      name,
      replicas.map((r) => dealt(init, r)),
    )
    biases.set(
      name,
      replicas.map((r) => dealt(bias, r)),
    )
    currents.set(name, new Float64Array(size))
    held.set(name, new Uint8Array(size))
  }
  for (const synapse of model.synapses) {
    const N = get(currents, synapse.layer).length
    const J = baseCoupling(synapse.base, N)
    const W = synapse.init === undefined ? J : baseCoupling(synapse.init, N)
    bases.set(synapse.name, J)
    kappas.set(synapse.name, synapse.strength / N)
    values.set(
      synapse.name,
      replicas.map(() => (synapse.tau === undefined ? W : W.slice())),
    )
  }
  for (const memory of model.memories) {
    const xi = initialMemories(memory)
    lambdas.set(memory.name, synapticBias(memory, xi))
    values.set(
      memory.name,
      replicas.map(() => (memory.tau === undefined ? xi : xi.slice())),
    )
    for (const { name, layer } of tracesOf(memory)) {
      const N = get(currents, layer).length
      values.set(
        name,
        replicas.map(() => new Float64Array(N)),
      )
    }
  }

  for (const edge of model.hyperedges) {
    const parts = Float64Array.from(edge.factors.flatMap(({ init }) => [...init.data]))
    lambdas.set(edge.name, parts)
    values.set(
      edge.name,
      replicas.map(() => parts.slice()),
    )
  }
  const shares = new Map(model.couplings.flatMap(sharesOf))

  const state = (name: string, r: number): Float64Array => get(values, name)[r]!

  const stimulate = (tick: number): void => {
    for (const { name } of model.layers) {
      get(currents, name).fill(0)
      get(held, name).fill(0)
    }
    model.stimulus.forEach((item, index) => {
      const { kind, layer, patterns } = item
      const shown = shownAt(item, index, model.seed, tick)
      if (shown < 0) return
      if (kind === 'initial') {
        for (const r of replicas) {
          unmasked(patterns, r % patterns.rows, (i, value) => (state(layer, r)[i] = value))
        }
      } else if (kind === 'clamp') {
        unmasked(patterns, shown, (i, value) => {
          get(held, layer)[i] = 1
          for (const r of replicas) state(layer, r)[i] = value
        })
      } else {
        unmasked(patterns, shown, (i, value) => (get(currents, layer)[i]! += value))
      }
    })
  }

  return { values, shares, biases, currents, held, bases, kappas, lambdas, state, stimulate }
}

/** J, [N, N]: 0, a given matrix, or P^T P / N. */
function baseCoupling(base: Base, N: number): Float64Array {
  const made = madeOf(base)
  if (made === undefined) return new Float64Array(N * N)
  if ('matrix' in made) return Float64Array.from(made.matrix.data)
  const J = new Float64Array(N * N)
  for (let p = 0; p < made.patterns.rows; p++) {
    const pattern = dealt(made.patterns, p)
    add(J, outer(pattern, pattern))
  }
  return J.map((sum, k) => (made.zeroDiagonal && k % (N + 1) === 0 ? 0 : sum / N))
}

/** The arrays that a tensor consists of, by name. */
function sharesOf(coupling: Coupling): (readonly [string, Share])[] {
  let start = 0
  return (couplingFacts(coupling).arrays?.(coupling) ?? []).map(({ name, length }) => {
    const share = { of: coupling.name, start, end: start + length }
    start += length
    return [name, share] as const
  })
}

/** The entry under a name. */
export function get<T>(map: ReadonlyMap<string, T>, name: string): T {
  const entry = map.get(name)
  if (entry === undefined) {
    throw new ModelError(`the model has no \`${name}\` here; it has ${[...map.keys()].join(', ') || 'none'}`)
  }
  return entry
}
