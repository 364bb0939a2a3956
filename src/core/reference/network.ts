/**
 * The whole network in float64, written for reading, not for speed: the equations of docs/theory.md, line by
 * line. Tests compare the GPU with it.
 */
import { couplingFacts, matrixFacts } from '../kinds/couplings/table.ts'
import { add, row } from '../math/algebra.ts'
import { gainOf, integratorOf, stagesOf } from '../kinds/integrators/table.ts'
import { noiseOf } from '../kinds/noises/table.ts'
import { compiledRule, type Moving, movingRule, steadyDecay, tracesOf } from '../kinds/rules/table.ts'
import { updateFacts, updateWord } from '../kinds/updates/table.ts'
import { activation } from '../kinds/lagrangians/table.ts'
import { leakFacts, sentBy } from '../kinds/leaks/table.ts'
import type { Hyperedge, Layer, Memory, Model, Synapse } from '../model/model.ts'
import { tauAt, temperatureAt } from '../model/neuron-values.ts'
import { noise, updateDraw } from '../model/random.ts'
import { type Activations, type Energy, energyOf } from './energy.ts'
import { type Variables, createVariables, get } from './variables.ts'

/** A network that runs in float64. Every result has one entry for each replica, or a leading replica axis. */
export interface Reference {
  /** Ticks done. */
  readonly tick: number
  /** Does `ticks` ticks (default 1). */
  step(ticks?: number): void
  /** A copy of x [R, N], W [R, N, N] or Xi [R, N_to, N_from]. */
  read(name: string): Float64Array
  /** Replaces x, W or Xi by `values`, shaped as `read` gives them. */
  write(name: string, values: ArrayLike<number>): void
  /** g of a layer, [R][N]. */
  activations(layer: string): Float64Array[]
  /** I of a layer, [R][N]: the input from memories and synapses, without bias and current. */
  inputs(layer: string): Float64Array[]
  /** dx/dt, dW/dt or dXi/dt without noise, [R][...]; 0 for adiabatic, fixed and clamped variables. */
  velocity(name: string): Float64Array[]
  /** E, [R]. */
  energy(): Energy[]
}

/** A group of variables z that moves: tau dz/dt = gate (.) (drive - decay (.) z). */
interface Group {
  readonly name: string
  /** Time constant of entry k. */
  readonly tau: (k: number) => number
  readonly every: number
  readonly pull: (g: Activations, r: number) => Pull
}

interface Pull {
  /** [like z] */
  readonly drive: Float64Array
  /** Factor of the rate of entry k; absent = 1. */
  readonly gate?: (k: number) => number
  /** Factor of entry k; absent = 1. */
  readonly decay?: (k: number) => number
}

/**
 * Creates the float64 network of a model. The stimulus of tick 0 is already applied, so the state before the
 * first tick contains the cue. Between ticks, currents and clamps are those of the tick just done.
 * @param model - validated: shapes agree, no two joined layers are adiabatic
 * @throws ModelError if a method gets a name that the model does not have
 * @see docs/theory.md, "Dynamics", "Energy, and why it falls", "Time and rates" and "Noise"
 */
export function createReference(model: Model): Reference {
  const { variation } = model
  return variation === undefined ? createOne(model) : sideBySide(variation.points.map(createOne))
}

/** Independent networks as one, for parameters that vary by replica. */
function sideBySide(networks: readonly Reference[]): Reference {
  const all = <T>(of: (network: Reference) => readonly T[]): T[] => networks.flatMap(of)
  return {
    get tick() {
      return networks[0]?.tick ?? 0
    },
    step(ticks) {
      for (const network of networks) network.step(ticks)
    },
    read: (name) => Float64Array.from(all((network) => [...network.read(name)])),
    write(name, given) {
      const values = Float64Array.from(given)
      networks.forEach((network, index) =>
        network.write(name, row(values, values.length / networks.length, index)),
      )
    },
    activations: (name) => all((network) => network.activations(name)),
    inputs: (name) => all((network) => network.inputs(name)),
    velocity: (name) => all((network) => network.velocity(name)),
    energy: () => all((network) => network.energy()),
  }
}

function createOne(model: Model): Reference {
  const { dt, integrator } = model.time
  const replicas = Array.from({ length: model.replicas }, (_, r) => r)
  const layers = new Map(model.layers.map((layer) => [layer.name, layer]))

  const variables = createVariables(model)
  const { values, shares, held, state, stimulate } = variables
  const { groups, activate, input } = createPulls(model, variables)
  /** Whether the update of a layer lets a neuron move in this tick. */
  const chosen = new Map<string, (index: number) => boolean>()
  let tick = 0

  stimulate(tick)

  return {
    get tick() {
      return tick
    },
    step(ticks = 1) {
      for (let done = 0; done < ticks; done++) {
        stimulate(tick)
        for (const r of replicas) advance(r)
        tick += 1
      }
    },
    read(name) {
      // An adiabatic x keeps the value of its last evaluation.
      for (const r of replicas) activate(r)
      const { of, start, end } = shares.get(name) ?? { of: name, start: 0, end: undefined }
      return Float64Array.from(get(values, of).flatMap((z) => [...z.subarray(start, end)]))
    },
    write(name, given) {
      const all = Float64Array.from(given)
      const share = shares.get(name)
      if (share !== undefined) {
        const { of, start, end } = share
        get(values, of).forEach((z, r) => {
          z.set(row(all, end - start, r), start)
        })
        return
      }
      values.set(
        name,
        get(values, name).map((z, r) => row(all, z.length, r).slice()),
      )
    },
    activations: (name) => replicas.map((r) => get(activate(r), name)),
    inputs: (name) => replicas.map((r) => input(get(layers, name), activate(r), r)),
    velocity(name) {
      const group = groups.find((other) => other.name === name)
      return replicas.map((r) => {
        const z = state(name, r)
        if (group === undefined) return new Float64Array(z.length)
        const { drive, gate = one, decay = one } = group.pull(activate(r), r)
        return z.map((zk, k) => (gate(k) * (drive[k]! - decay(k) * zk)) / group.tau(k))
      })
    },
    energy: () => replicas.map((r) => energyOf(model, variables, activate(r), r)),
  }

  /**
   * Step (3): every group that is due moves. All targets of a stage are computed before the first variable
   * changes, so that all groups use the old values. Groups slower than the tick are held during the stages. They
   * move afterwards, from the activations of the last stage.
   */
  function advance(r: number): void {
    const due = groups.filter(({ every }) => tick % every === every - 1)
    model.layers.forEach((layer, index) => {
      chosen.set(layer.name, chooserOf(layer, index, r))
    })
    const { stages } = integratorOf(integrator)
    const isStaged = ({ every }: Group): boolean => stagesOf(integrator, every).length > 1
    const staged = due.filter(isStaged)
    const start = new Map(staged.map(({ name }) => [name, state(name, r).slice()]))
    const sums = new Map(staged.map(({ name }) => [name, new Float64Array(state(name, r).length)]))
    let g = activate(r)
    stages.forEach(({ weight, reach }, stage) => {
      if (stage > 0) g = activate(r)
      const isLast = stage === stages.length - 1
      const gains = staged.map((group) => gainsOf(group, g, r))
      staged.forEach(({ name }, index) => {
        const z = state(name, r)
        const [from, sum] = [get(start, name), get(sums, name)]
        gains[index]!.forEach((gain, k) => {
          sum[k]! += weight * gain
          z[k] = from[k]! + (isLast ? sum[k]! : reach * gain)
        })
      })
    })
    const single = due.filter((group) => !isStaged(group))
    const gains = single.map((group) => gainsOf(group, g, r))
    single.forEach(({ name }, index) => add(state(name, r), gains[index]!))
    model.layers.forEach((layer, index) => {
      if (due.some(({ name }) => name === layer.name)) shake(layer, index, r)
    })
  }

  /** Which neurons move in this tick: the same in all stages. */
  function chooserOf({ size, every, update }: Layer, index: number, r: number): (index: number) => boolean {
    return updateFacts(update).chooser({
      size,
      step: Math.floor(tick / every),
      word: updateWord(update),
      draw: (counter) => updateDraw(model.seed, tick, index, r, counter),
    })
  }

  /** The gain of a group in a whole step of one stage. */
  function gainsOf({ name, tau, every, pull }: Group, g: Activations, r: number): Float64Array {
    const { drive, gate = one, decay = one } = pull(g, r)
    const h = (k: number): number => (dt * every) / tau(k)
    const moves = chosen.get(name)
    return state(name, r).map((z, k) =>
      moves?.(k) === false ? 0 : gainOf(integrator, h(k), gate(k), decay(k)) * (drive[k]! - decay(k) * z),
    )
  }

  /** x += sigma xi, where x moves: noise of temperature T in a step of the linear leak, xi ~ N(0, 1) or logistic. */
  function shake(layer: Layer, index: number, r: number): void {
    const { name, temperature, every, noise: kind } = layer
    if (temperature === 0) return
    const x = state(name, r)
    const amplitude = (i: number): number =>
      noiseOf(kind).amplitude(temperatureAt(layer, i), integrator, (dt * every) / tauAt(layer, i))
    get(held, name).forEach((clamped, i) => {
      if (!clamped && get(chosen, name)(i)) x[i]! += amplitude(i) * noise(model.seed, tick, index, r, i, kind)
    })
  }
}

interface Pulls {
  /** All groups that move. */
  readonly groups: readonly Group[]
  /** Step (2): g of the dynamic layers from x as it is, then the adiabatic layers, x = b + current + I. */
  readonly activate: (r: number) => Activations
  /** I = sum Xi^T g_to + sum Xi g_from + sum W g, over the couplings that send to the layer. */
  readonly input: (layer: Layer, g: Activations, r: number) => Float64Array
}

/** The pulls, tau dz/dt, of the variables of a network. */
function createPulls(
  model: Model,
  { state, biases, currents, held, bases, kappas, lambdas }: Variables,
): Pulls {
  const dynamic = model.layers.filter((layer) => layer.tau > 0)
  const adiabatic = model.layers.filter((layer) => layer.tau === 0)

  const groups: Group[] = [
    ...dynamic.map((layer) => ({
      ...layer,
      tau: (i: number) => tauAt(layer, i),
      pull: neuronPull(layer),
    })),
    ...model.synapses.flatMap((synapse) => {
      const { tau } = synapse
      return tau === undefined ? [] : [{ ...synapse, tau: () => tau, pull: synapsePull(synapse) }]
    }),
    ...model.memories.flatMap((memory) => {
      const rule = movingRule(memory.rule)
      const { tau } = memory
      return rule === undefined || tau === undefined
        ? []
        : [{ ...memory, tau: () => tau, pull: memoryPull(memory, rule) }]
    }),
    ...model.memories.flatMap((memory) =>
      tracesOf(memory).map(({ name, layer, time, followed }) => ({
        name,
        tau: () => time,
        every: memory.every,
        pull: (g: Activations) => ({ drive: get(g, layer).map(followed) }),
      })),
    ),
    ...model.hyperedges.flatMap((edge) => {
      const rule = movingRule(edge.rule)
      const { tau } = edge
      return rule === undefined || tau === undefined
        ? []
        : [{ ...edge, tau: () => tau, pull: edgePull(edge, rule) }]
    }),
  ]

  return { groups, activate, input }

  function activate(r: number): Activations {
    const g = new Map<string, Float64Array>()
    for (const layer of dynamic) g.set(layer.name, sentBy(layer, state(layer.name, r)))
    for (const layer of adiabatic) {
      const x = state(layer.name, r)
      const clamped = get(held, layer.name)
      drive(layer, g, r).forEach((target, i) => {
        if (!clamped[i]) x[i] = target
      })
      g.set(layer.name, activation(layer.lagrangian, x, layer.shape))
    }
    return g
  }

  function input(layer: Layer, g: Activations, r: number): Float64Array {
    const I = new Float64Array(layer.size)
    for (const coupling of model.couplings) {
      const { targets, input: sent } = couplingFacts(coupling)
      if (targets(coupling).includes(layer.name))
        add(I, sent(coupling, state(coupling.name, r), g, layer.name))
    }
    return I
  }

  /** b + current + I */
  function drive(layer: Layer, g: Activations, r: number): Float64Array {
    const target = input(layer, g, r)
    add(target, get(biases, layer.name)[r]!)
    add(target, get(currents, layer.name))
    return target
  }

  /** tau dx/dt = -x + u, or -x + g(u) where the output leaks, u = b + current + I; 0 where a clamp holds x. */
  function neuronPull(layer: Layer): Group['pull'] {
    const clamped = get(held, layer.name)
    const { goal } = leakFacts(layer.leak)
    return (g, r) => ({
      drive: goal(layer, drive(layer, g, r)),
      gate: (i) => (clamped[i] ? 0 : 1),
    })
  }

  /** tau dW/dt = -(W - J) + kappa g g^T [DH92], of g g^T without its diagonal where W has none */
  function synapsePull(synapse: Synapse): Group['pull'] {
    const J = get(bases, synapse.name)
    const kappa = get(kappas, synapse.name)
    const W = (r: number): Float64Array => state(synapse.name, r)
    return (g, r) => {
      const correlation = couplingFacts(synapse).drive(synapse, g, (to, from) => to * from, W(r))
      const isLeftOut = (k: number): boolean => {
        if (!synapse.zeroDiagonal) return false
        const [row, column] = placeIn(synapse, k, Math.sqrt(J.length))
        return row === column
      }
      return { drive: J.map((Jk, k) => (isLeftOut(k) ? Jk : Jk + kappa * correlation[k]!)) }
    }
  }

  /** tau dXi/dt by the rule of the memory. */
  function memoryPull(memory: Memory, rule: Moving): Group['pull'] {
    const lambda = get(lambdas, memory.name)
    if ('compile' in rule) return entrywisePull(memory, lambda)
    if ('traces' in rule) return tracedPull(memory, lambda)
    const { gate, decay } = rule
    return (g, r) => {
      const to = get(g, memory.to)
      const rowOf = (k: number): number => to[placeIn(memory, k, memory.init.columns)[0]]!
      const driven = couplingFacts(memory).drive(memory, g, rule.drive, state(memory.name, r))
      return {
        drive: lambda.map((Lambda, k) => Lambda + driven[k]!),
        ...(gate && { gate: (k) => gate(rowOf(k)) }),
        ...(decay && { decay: (k) => decay(rowOf(k)) }),
      }
    }
  }

  /** The same by a rule with traces: its functions of the activations take the place of the activations. */
  function tracedPull(memory: Memory, lambda: Float64Array): Group['pull'] {
    const traces = tracesOf(memory)
    const left = steadyDecay(memory.rule)
    return (g, r) => {
      const seen = new Map(g)
      for (const { name, layer, seen: seenOf } of traces)
        seen.set(
          layer,
          get(g, layer).map((gi, i) => seenOf(gi, state(name, r)[i]!)),
        )
      const driven = couplingFacts(memory).drive(memory, seen, (to, from) => to * from, state(memory.name, r))
      return { drive: lambda.map((Lambda, k) => Lambda + driven[k]!), decay: () => left }
    }
  }

  /** The same by a custom rule. */
  function entrywisePull(memory: Memory, lambda: Float64Array): Group['pull'] {
    const { name, from, to, rule } = memory
    const written = compiledRule(rule)
    if (written === undefined) throw new Error(`the rule of \`${name}\` is not written out`)
    return (g, r) => {
      const xi = state(name, r)
      const entry = (k: number) => {
        const [row, column] = placeIn(memory, k, memory.init.columns)
        return { to: get(g, to)[row]!, from: get(g, from)[column]!, w: xi[k]!, base: lambda[k]! }
      }
      return { drive: xi.map((_, k) => written.drive(entry(k))), decay: (k) => written.decay(entry(k)) }
    }
  }

  /** tau dA/dt of the factors of a hyperedge by its rule, which has neither a gate nor a decay. */
  function edgePull(edge: Hyperedge, rule: Moving): Group['pull'] {
    const lambda = get(lambdas, edge.name)
    if (!('drive' in rule)) throw new Error(`\`${edge.name}\` has a rule that is written out`)
    return (g, r) => {
      const driven = couplingFacts(edge).drive(edge, g, rule.drive, state(edge.name, r))
      return { drive: lambda.map((Lambda, k) => Lambda + driven[k]!) }
    }
  }
}

/** Row and column of an entry: kinds without them cannot have a rule with a gate or a decay. */
function placeIn(coupling: Memory | Synapse, entry: number, columns: number): readonly [number, number] {
  const place = matrixFacts(coupling).placeOf?.(coupling, entry, columns)
  if (place === undefined) throw new Error(`an entry of \`${coupling.name}\` joins many pairs`)
  return place
}

/** Gate 1 and decay 1. */
function one(): number {
  return 1
}
