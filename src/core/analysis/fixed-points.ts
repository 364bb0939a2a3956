/** Finds fixed points of the neurons from many starts, with W and Xi held fixed. */
import { storedBy } from '../kinds/bases/table.ts'
import { isDense, patternOf, withViews } from '../model/couplings.ts'
import { dot, norm, row } from '../math/algebra.ts'
import { ModelError } from '../errors.ts'
import { leakFacts } from '../kinds/leaks/table.ts'
import { withoutNoise } from '../model/neuron-values.ts'
import type { Factor, Hyperedge, Layer, Memory, Model, Rows, Synapse } from '../model/model.ts'
import { RandomStream } from '../model/random.ts'
import { dealt } from '../model/values.ts'
import { type Flow, type Moment, type Vectors, parts, sentAt } from './flow.ts'
import { stabilityEnds } from './jacobian.ts'
import { refine } from './newton.ts'

/** Memories to compare with the states of one layer. */
export interface Patterns {
  /** The memory or synapse that holds them. */
  readonly name: string
  readonly layer: string
  /** [P, N] */
  readonly rows: Rows
}

/**
 * The stored patterns of each layer: the rows of every memory that leads from a dynamic layer, and the patterns
 * of synapses with a hebbian base.
 * @param moment - the matrices of all memories
 */
export function patternsOf(model: Model, moment: Moment): Patterns[] {
  const dynamic = model.layers.filter(({ tau }) => tau > 0).map(({ name }) => name)
  return [
    ...model.couplings
      .filter(isDense)
      .filter(({ from }) => dynamic.includes(from))
      .map(({ name, from, init: { rows, columns } }) => ({
        name,
        layer: from,
        rows: { rows, columns, data: Float32Array.from(moment[name] as ArrayLike<number>) },
      })),
    ...model.synapses.flatMap(({ name, layer, base }) => {
      const rows = storedBy(base)
      return rows === undefined ? [] : [{ name, layer, rows }]
    }),
  ]
}

export interface StartOptions {
  readonly count: number
  /** Normal numbers as large as the memories, or the memories in turn. */
  readonly from: 'random' | 'memories'
  /** Standard deviation of the noise added to a memory, relative to the root mean square of its entries. */
  readonly noise: number
}

/**
 * The network to relax: a separate start for every replica, W and Xi fixed at their values at a moment, no
 * stimulus, no noise. A random start is an input: a layer whose output leaks starts at g of this input.
 * @param replica - whose bias it takes
 * @throws ModelError if it is to start from memories and has none
 */
export function restingModel(
  model: Model,
  moment: Moment,
  replica: number,
  { count, from, noise }: StartOptions,
): Model {
  const patterns = patternsOf(model, moment)
  if (from === 'memories' && patterns.length === 0) {
    throw new ModelError('is memories, but no dense memory leads from a dynamic layer; use --from random', {
      path: '--from',
    })
  }
  const layers = model.layers.map((layer): Layer => {
    const { name, size, bias, leak } = layer
    const stream = new RandomStream(model.seed, `fixed points ${name}`)
    const remembered = patterns.find((one) => one.layer === name)?.rows
    const scale = remembered === undefined ? 1 : norm(remembered.data) / Math.sqrt(remembered.data.length)
    const data = new Float32Array(count * size)
    for (let start = 0; start < count; start++) {
      for (let neuron = 0; neuron < size; neuron++) {
        const random = scale * stream.normal()
        data[start * size + neuron] =
          from === 'random' || remembered === undefined
            ? random
            : (remembered.data[(start % remembered.rows) * size + neuron] as number) + noise * random
      }
    }
    if (from === 'random')
      for (let start = 0; start < count; start++) {
        const own = data.subarray(start * size, (start + 1) * size)
        own.set(leakFacts(leak).goal(layer, Float64Array.from(own)))
      }
    return {
      ...withoutNoise(layer),
      bias: { rows: 1, columns: size, data: Float32Array.from(dealt(bias, replica)) },
      init: { rows: count, columns: size, data },
    }
  })
  return { ...model, ...heldFixed(model, moment), layers, replicas: count, stimulus: [] }
}

/** All couplings, fixed at their values at a moment. */
export function heldFixed(model: Model, moment: Moment): ReturnType<typeof withViews> {
  const memories = model.memories.map(({ tau, bias, ...memory }): Memory => {
    const data = Float32Array.from(moment[memory.name] as ArrayLike<number>)
    const { rows, columns, pattern } = memory.init
    return { ...memory, rule: 'fixed', init: { rows, columns, data, ...(pattern && { pattern }) } }
  })
  const synapses = model.synapses.map(({ tau, init, ...synapse }): Synapse => {
    if (tau === undefined) return { ...synapse, strength: 0 }
    const { name, layer } = synapse
    const size = model.layers.find((one) => one.name === layer)?.size ?? 0
    const data = Float32Array.from(moment[name] as ArrayLike<number>)
    const pattern = patternOf(synapse)
    const matrix =
      pattern === undefined
        ? { rows: size, columns: size, data }
        : { rows: 1, columns: data.length, data, pattern }
    return { ...synapse, strength: 0, base: { kind: 'matrix', matrix } }
  })
  const hyperedges = model.hyperedges.map(({ tau, ...edge }): Hyperedge => ({
    ...edge,
    rule: 'fixed',
    factors: edge.factors.map((factor): Factor => {
      const { rows, columns } = factor.init
      const data = Float32Array.from(moment[`${edge.name}.${factor.part}`] as ArrayLike<number>)
      return { ...factor, init: { rows, columns, data } }
    }),
  }))
  return withViews([...memories, ...synapses, ...hyperedges])
}

export type PointKind = 'memory' | 'mixture' | 'spurious' | 'zero'

export interface Description {
  readonly kind: PointKind
  /** The memories in this point, such as `xi 3` or `-xi 3`; for a spurious point the nearest memory. */
  readonly members: readonly string[]
  /** Cosine of the activations with the memory or with the mixture. */
  readonly cosine: number
}

/** Smallest cosine at which a point counts as a memory or as a mixture of memories. */
export const ALIKE = 0.9

/** The largest number of memories in a mixture. */
export const MOST_MEMBERS = 7

/**
 * The memories that make up the activations of a state: one memory with a cosine of at least `ALIKE` (its
 * negative if the cosine is below 0), or the 2 to `MOST_MEMBERS` nearest. The activations are then their sum
 * with the best weights (linear neurons), or the signs of their sum with equal weights (saturating neurons), to
 * the same cosine.
 * @param g - activations, by layer
 */
export function describe(g: Vectors, patterns: readonly Patterns[]): Description {
  const ranks: readonly PointKind[] = ['memory', 'mixture', 'spurious', 'zero']
  const all = patterns.map((one) => describeBy(g.get(one.layer) as Float64Array, one))
  all.sort((a, b) => ranks.indexOf(a.kind) - ranks.indexOf(b.kind) || Math.abs(b.cosine) - Math.abs(a.cosine))
  if (all[0] !== undefined) return all[0]
  const isZero = [...g.values()].every((values) => norm(values) <= 1e-9 * Math.sqrt(values.length))
  return { kind: isZero ? 'zero' : 'spurious', members: [], cosine: 0 }
}

function describeBy(g: Float64Array, { name, rows }: Patterns): Description {
  const { columns, data } = rows
  const memories = Float64Array.from(data)
  const scale = norm(data) / Math.sqrt(data.length)
  if (norm(g) <= 1e-9 * scale * Math.sqrt(g.length)) return { kind: 'zero', members: [], cosine: 0 }
  const near = Array.from({ length: rows.rows }, (_, mu) => ({
    mu,
    cosine: cosineOf(g, row(memories, columns, mu)),
  }))
    .sort((a, b) => Math.abs(b.cosine) - Math.abs(a.cosine))
    .slice(0, MOST_MEMBERS)
  const label = ({ mu, cosine }: (typeof near)[number]): string => `${cosine < 0 ? '-' : ''}${name} ${mu}`
  const [first] = near
  if (first === undefined) return { kind: 'spurious', members: [], cosine: 0 }
  if (Math.abs(first.cosine) >= ALIKE)
    return { kind: 'memory', members: [label(first)], cosine: Math.abs(first.cosine) }
  /** The part of g that is orthogonal to the memories so far, and an orthonormal basis of these memories. */
  const basis: Float64Array[] = []
  const equal = new Float64Array(g.length)
  let explained = 0
  for (const [index, one] of near.entries()) {
    const memory = row(memories, columns, one.mu).slice()
    const length = norm(memory)
    for (let i = 0; i < equal.length; i++) equal[i]! += (Math.sign(one.cosine) * memory[i]!) / length
    for (const other of basis) {
      const part = dot(memory, other)
      for (let i = 0; i < memory.length; i++) memory[i]! -= part * other[i]!
    }
    const rest = norm(memory)
    if (rest > 1e-6 * length) {
      basis.push(memory.map((value) => value / rest))
      explained += (dot(g, basis.at(-1)!) / norm(g)) ** 2
    }
    const cosine = Math.max(Math.sqrt(explained), cosineOf(g, equal.map(Math.sign)))
    if (index > 0 && cosine >= ALIKE)
      return { kind: 'mixture', members: near.slice(0, index + 1).map(label), cosine }
  }
  return { kind: 'spurious', members: [label(first)], cosine: Math.abs(first.cosine) }
}

function cosineOf(a: Float64Array, b: Float64Array): number {
  const lengths = norm(a) * norm(b)
  return lengths === 0 ? 0 : dot(a, b) / lengths
}

export interface FixedPoint extends Description {
  /** States of all dynamic layers, one after the other, [N]. */
  readonly x: Float64Array
  /** Number of starts that came to rest here. */
  readonly basin: number
  readonly energy: number
  /** max |-x + b + I|, or of -x + g(b + I) where the output leaks */
  readonly residual: number
  /** Number of unstable directions; absent when it exceeds the number that was computed. */
  readonly unstable?: number
  /** Largest eigenvalue of the Jacobian, in 1 / model time. */
  readonly largest: number
  readonly hyperbolic: boolean
}

export interface FixedPoints {
  /** The largest basin first. */
  readonly points: readonly FixedPoint[]
  /** Index of the point that each start reached, -1 without rest or point, [K]. */
  readonly of: Int32Array
  /** Starts that slowed down where there is no fixed point: Newton's method finds none there. */
  readonly slowed: number
}

/** Before refinement, two states are merged if their distance relative to the largest |x| is below this. */
const NEAR = 1e-3
/** The same bound after refinement. */
const SAME = 1e-6
/** The largest residual of a fixed point, relative to the largest |x| (at least 1). */
const FOUND = 1e-6

/**
 * Refines the end states by Newton's method in float64, merges equal points, and classifies each.
 * @param rested - the state of every start, [K, N] row-major over all dynamic layers
 * @param isResting - whether each came to rest, [K]
 * @param each - called after each start, with their number
 */
export async function findFixedPoints(
  flow: Flow,
  patterns: readonly Patterns[],
  rested: Float64Array,
  isResting: readonly boolean[],
  each: (done: number) => void | Promise<void> = () => undefined,
): Promise<FixedPoints> {
  const found: {
    readonly rough: Float64Array[]
    readonly x: Float64Array
    residual: number
    basin: number
  }[] = []
  const of = new Int32Array(isResting.length).fill(-1)
  /** Where Newton's method found no point. */
  const ghosts: Float64Array[] = []
  let slowed = 0
  for (const [start, isAtRest] of isResting.entries()) {
    await each(start)
    if (!isAtRest) continue
    const rough = row(rested, flow.size, start)
    if (ghosts.some((one) => areNear(one, rough, NEAR))) {
      slowed++
      continue
    }
    let index = found.findIndex((point) => point.rough.some((one) => areNear(one, rough, NEAR)))
    if (index < 0) {
      const { x, residual } = await refine(flow, rough)
      if (residual > FOUND * x.reduce((most, value) => Math.max(most, Math.abs(value)), 1)) {
        ghosts.push(rough)
        slowed++
        continue
      }
      index = found.findIndex((point) => areNear(point.x, x, SAME))
      if (index < 0) index = found.push({ rough: [], x, residual, basin: 0 }) - 1
      found[index]?.rough.push(rough)
    }
    of[start] = index
    found[index]!.basin++
  }
  const order = found.map((_, index) => index).sort((a, b) => found[b]!.basin - found[a]!.basin || a - b)
  const points: FixedPoint[] = []
  for (const index of order) {
    const { x, residual, basin } = found[index]!
    const states = flow.states(x)
    const { ends, unstable, hyperbolic } = await stabilityEnds(
      flow,
      flow.taken(states),
      flow.tangent(states),
      4,
    )
    points.push({
      ...describe(sentAt(flow.dynamic, states), patterns),
      x,
      basin,
      residual,
      energy: flow.energy(x),
      ...(unstable === undefined ? {} : { unstable }),
      largest: ends.highest.values[0] as number,
      hyperbolic: hyperbolic ?? false,
    })
  }
  return { points, of: of.map((index) => (index < 0 ? -1 : order.indexOf(index))), slowed }
}

function areNear(a: Float64Array, b: Float64Array, tolerance: number): boolean {
  let [difference, size] = [0, 0]
  for (let i = 0; i < a.length; i++) {
    difference = Math.max(difference, Math.abs(a[i]! - b[i]!))
    size = Math.max(size, Math.abs(a[i]!), Math.abs(b[i]!))
  }
  return difference <= tolerance * Math.max(size, 1e-6)
}

/** States of one dynamic layer at all points, [F, N] row-major. */
export function statesOf(flow: Flow, points: readonly FixedPoint[], layer: string): Float64Array {
  return Float64Array.from(
    points.flatMap(({ x }) => Array.from(new Map(parts(flow.dynamic, x)).get(layer) ?? [])),
  )
}
