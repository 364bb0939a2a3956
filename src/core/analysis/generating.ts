/**
 * The generating function. If memories join a linear visible layer v to adiabatic hidden layers, the hidden
 * layers can be eliminated. The result is their Lagrangians as a function of v and of the memories,
 *   calL(v; Xi) = sum_h L_h(h),  h = b_h + Xi v  (or b_h + Xi^T v, where the memory leads from h to v).
 * Its derivatives are the activation that reaches v, the energy, the velocity and the learning drive.
 * @see Lotito 2025; docs/theory.md, "Learning rules, and where Hebb comes from"
 */
import { isDense } from '../model/couplings.ts'
import { add, dot, row, squaredDistance, times, transposeTimes } from '../math/algebra.ts'
import { ModelError } from '../errors.ts'
import {
  activation,
  hessian,
  isIdentity,
  type Lagrangian,
  lagrangian,
  lagrangianFacts,
} from '../kinds/lagrangians/table.ts'
import { lagrangianTexts, tauAt } from '../model/neuron-values.ts'
import type { Layer, Memory, Model } from '../model/model.ts'
import { movingRule } from '../kinds/rules/table.ts'
import { dealt, initialMemories, synapticBias } from '../model/values.ts'
import { requireHessians } from './smooth.ts'

/** A network that has a generating function. */
export interface GeneratingNetwork {
  /** v: the one dynamic layer, linear with gain 1. */
  readonly visible: Layer
  /** The adiabatic layers. */
  readonly hidden: readonly Layer[]
  /** Each memory joins v with a hidden layer, in either direction. */
  readonly memories: readonly Memory[]
  /** Lambda of the memories with rule "hebbian"; their energy includes the distance from Lambda. */
  readonly lambdas: ReadonlyMap<string, Float64Array>
}

/** One replica at one moment: all arguments of calL and its derivatives. */
export interface Point {
  /** [N_v] */
  readonly v: Float64Array
  /** Xi by name, [N_to, N_from]. */
  readonly memories: ReadonlyMap<string, Float64Array>
  /** b and injected current of every layer, [N]. */
  readonly biases: ReadonlyMap<string, Float64Array>
  /** 1 where a clamp holds v, [N_v]; absent = nowhere. */
  readonly held?: Uint8Array
}

/** calL and its derivatives at a point. */
export interface Generated {
  /** calL(v; Xi) */
  readonly value: number
  /** dcalL/dv = Xi^T g_h, the input of v from all hidden layers, [N_v]. */
  readonly activation: Float64Array
  /** E = |v|^2 / 2 - b.v - calL, for rule "hebbian" + |Xi - Lambda|^2 / 2. */
  readonly energy: number
  /** |Xi - Lambda|^2 / 2 of all memories with rule "hebbian". */
  readonly elastic: number
  /** dv/dt = -(dE/dv) / tau_v, 0 where a clamp holds v, [N_v]. */
  readonly velocity: Float64Array
}

/**
 * The network of a model, if it has a generating function. It needs one dynamic layer, linear with gain 1, and
 * memories that join this layer to adiabatic layers of any Lagrangian. Synapses are not possible, nor is a clamp
 * on a hidden layer, because the layer would no longer follow v.
 * @throws ModelError that names the first layer, synapse or stimulus that is in the way, and the remedy
 */
export function generatingNetwork(model: Model): GeneratingNetwork {
  const hidden = model.layers.filter(({ tau }) => tau === 0)
  const [visible, other] = model.layers.filter(({ tau }) => tau > 0)
  if (visible === undefined) {
    throw new ModelError('are all adiabatic (tau 0); set the tau of the visible layer above 0', {
      path: 'neurons',
    })
  }
  if (hidden.length === 0) {
    const last = model.layers.at(-1) as Layer
    throw new ModelError(
      last === visible
        ? `layer \`${visible.name}\` is the only layer, but a generating function needs an adiabatic hidden layer; ` +
            'add one with tau 0 and memories between the two'
        : `layer \`${last.name}\` has tau ${last.tau}, but a generating function needs an adiabatic hidden layer; ` +
            `set neurons.${last.name}.tau to 0`,
      { path: 'neurons' },
    )
  }
  if (other !== undefined) {
    throw new ModelError(
      `is ${other.tau}, but a generating function allows one dynamic layer, here \`${visible.name}\`; ` +
        `set it to 0 or leave \`${other.name}\` out`,
      { path: `neurons.${other.name}.tau` },
    )
  }
  if (!isIdentity(visible.lagrangian)) {
    throw new ModelError(
      `layer \`${visible.name}\` is ${kindText(visible.lagrangian)}, but a ` +
        'generating function needs a visible layer that is linear with gain 1; set it to {"kind": "linear"}',
      { path: `neurons.${visible.name}.lagrangian` },
    )
  }
  const [synapse] = model.synapses
  if (synapse !== undefined) {
    throw new ModelError(
      `couples the neurons of \`${synapse.layer}\`, but a generating function contains the hidden layers only; ` +
        'leave the synapses out',
      { path: `synapses.${synapse.name}` },
    )
  }
  const [edge] = model.hyperedges
  if (edge !== undefined)
    throw new ModelError(
      `is a ${edge.kind}, but a generating function needs memories that are matrices; leave it out`,
      { path: `memories.${edge.name}.kind` },
    )
  const shared = model.memories.find((memory) => !isDense(memory))
  if (shared !== undefined)
    throw new ModelError(
      `is a ${shared.kind}, but a generating function needs memories that are matrices; write its weights as a memory of kind "dense"`,
      { path: `memories.${shared.name}.kind` },
    )
  const oneWay = model.memories.find(({ direction }) => direction !== 'both')
  if (oneWay !== undefined)
    throw new ModelError(
      'is one-way and has no energy, so there is no generating function; use direction "both"',
      { path: `memories.${oneWay.name}.direction` },
    )
  model.stimulus.forEach(({ kind: shown, layer }, index) => {
    if (shown === 'clamp' && layer !== visible.name) {
      throw new ModelError(
        `clamps the hidden layer \`${layer}\`, which then does not follow \`${visible.name}\`; use "current" or leave ` +
          'it out',
        { path: `stimulus.${index}` },
      )
    }
  })
  const lambdas = model.memories
    .filter(({ rule }) => movingRule(rule)?.isElastic)
    .map((memory) => [memory.name, synapticBias(memory, initialMemories(memory))] as const)
  return { visible, hidden, memories: model.memories, lambdas: new Map(lambdas) }
}

/** Text of a Lagrangian that is not the identity; with its numbers if its kind includes the identity. */
function kindText(l: Lagrangian): string {
  if (lagrangianFacts(l).isIdentity === undefined) return l.kind
  return `${l.kind} with ${lagrangianTexts(l).join(', ')}`
}

/**
 * The point at which a replica of the network starts: v(0), Xi(0) as its format holds it, and the biases; no stimulus.
 */
export function initialPoint(network: GeneratingNetwork, replica = 0): Point {
  const { visible, hidden, memories } = network
  return {
    v: dealt(visible.init, replica),
    memories: new Map(memories.map((memory) => [memory.name, initialMemories(memory)])),
    biases: new Map([visible, ...hidden].map(({ name, bias }) => [name, dealt(bias, replica)])),
  }
}

/**
 * The generating function at a point, and what its derivative by v gives:
 *   calL(v; Xi) = sum_h L_h(b_h + Xi v + o),  dcalL/dv = sum_h Xi^T g_h,
 * o_mu = -|Xi_mu|^2 / 2 with inputOffset "half-norm", else 0. A memory from h to v sends Xi^T v to h and its o
 * to v, so it adds o.v to calL.
 */
export function generate(network: GeneratingNetwork, point: Point): Generated {
  const { visible, hidden, memories, lambdas } = network
  const { v, held } = point
  const b = entry(point.biases, visible.name)
  const states = hiddenStates(network, point)
  let value = 0
  for (const layer of hidden) value += lagrangian(layer.lagrangian, entry(states, layer.name), layer.shape)
  const gradient = new Float64Array(v.length)
  let elastic = 0
  for (const memory of memories) {
    const xi = entry(point.memories, memory.name)
    if (memory.from === visible.name) {
      add(gradient, transposeTimes(xi, hiddenActivation(network, states, memory.to)))
    } else {
      const o = offsets(memory, xi)
      value += dot(o, v)
      add(gradient, times(xi, hiddenActivation(network, states, memory.from)))
      add(gradient, o)
    }
    const lambda = lambdas.get(memory.name)
    if (lambda !== undefined) elastic += squaredDistance(xi, lambda) / 2
  }
  return {
    value,
    activation: gradient,
    elastic,
    energy: dot(v, v) / 2 - dot(b, v) - value + elastic,
    velocity: v.map((vi, i) => (held?.[i] ? 0 : (b[i]! + gradient[i]! - vi) / tauAt(visible, i))),
  }
}

/**
 * The learning drive of a memory, dcalL/dXi = g_h v^T, [N_to, N_from]; see `drive` for the half-norm offset.
 * @param name - of the memory
 */
export function generatedDrive(network: GeneratingNetwork, point: Point, name: string): Float64Array {
  const memory = network.memories.find((one) => one.name === name)
  if (memory === undefined) throw new ModelError(`the network has no memory \`${name}\``)
  const states = hiddenStates(network, point)
  const g = (layer: string): Float64Array =>
    layer === network.visible.name ? point.v : hiddenActivation(network, states, layer)
  return drive(memory, entry(point.memories, name), g(memory.to), g(memory.from))
}

/**
 * The drive of a memory by the activations of its two layers: g_to g_from^T. With inputOffset "half-norm" it is
 * g_to (.) (1 g_from^T - Xi), because the offset -|Xi_mu|^2 / 2 has a derivative too.
 * @returns [N_to, N_from]
 */
export function drive(
  { inputOffset }: Memory,
  xi: Float64Array,
  to: Float64Array,
  from: Float64Array,
): Float64Array {
  const pull = inputOffset === 'half-norm' ? 1 : 0
  const result = new Float64Array(xi.length)
  for (let mu = 0, k = 0; mu < to.length; mu++)
    for (let i = 0; i < from.length; i++, k++) result[k] = to[mu]! * (from[i]! - pull * xi[k]!)
  return result
}

/**
 * The curvature d2calL/dv2 = sum_h A^T M_h A with A = dh/dv and M_h the Hessian of L_h. For one linear hidden layer of
 * gain 1/N_h it is the Hebbian coupling J = Xi^T Xi / N_h.
 * @returns [N_v, N_v], symmetric
 */
export function curvature(network: GeneratingNetwork, point: Point): Float64Array {
  const { visible, hidden, memories } = network
  requireHessians(hidden)
  const states = hiddenStates(network, point)
  const N = visible.size
  const result = new Float64Array(N * N)
  for (const layer of hidden) {
    const A = new Float64Array(layer.size * N)
    for (const { name, from, to } of memories) {
      const xi = entry(point.memories, name)
      if (to === layer.name) add(A, xi)
      if (from === layer.name) add(A, transpose(xi, layer.size))
    }
    const columns = transpose(A, N)
    const M = hessian(layer.lagrangian, entry(states, layer.name), layer.shape)
    for (let j = 0; j < N; j++) {
      const pulled = times(M, row(columns, layer.size, j))
      for (let i = 0; i < N; i++) result[i * N + j]! += dot(row(columns, layer.size, i), pulled)
    }
  }
  return result
}

/** h of every hidden layer, [N_h]. */
function hiddenStates(
  { visible, hidden, memories }: GeneratingNetwork,
  point: Point,
): ReadonlyMap<string, Float64Array> {
  const states = new Map(hidden.map(({ name }) => [name, entry(point.biases, name).slice()]))
  for (const memory of memories) {
    const xi = entry(point.memories, memory.name)
    if (memory.from === visible.name) {
      add(entry(states, memory.to), times(xi, point.v))
      add(entry(states, memory.to), offsets(memory, xi))
    } else {
      add(entry(states, memory.from), transposeTimes(xi, point.v))
    }
  }
  return states
}

function hiddenActivation(
  { hidden }: GeneratingNetwork,
  states: ReadonlyMap<string, Float64Array>,
  name: string,
): Float64Array {
  const layer = hidden.find((one) => one.name === name) as Layer
  return activation(layer.lagrangian, entry(states, name), layer.shape)
}

/** o, the offset that a memory adds to Xi g_from for its `to` layer, [N_to]. */
function offsets({ inputOffset, init }: Memory, xi: Float64Array): Float64Array {
  return Float64Array.from({ length: init.rows }, (_, mu) => {
    if (inputOffset === 'none') return 0
    const memoryRow = row(xi, init.columns, mu)
    return -dot(memoryRow, memoryRow) / 2
  })
}

/** The transpose of a matrix with `columns` columns. */
function transpose(matrix: Float64Array, columns: number): Float64Array {
  const rows = matrix.length / columns
  return matrix.map((_, k) => matrix[(k % rows) * columns + Math.floor(k / rows)]!)
}

/** The array under a name. */
function entry(map: ReadonlyMap<string, Float64Array>, name: string): Float64Array {
  const found = map.get(name)
  if (found === undefined) throw new ModelError(`the point has no array \`${name}\``)
  return found
}
