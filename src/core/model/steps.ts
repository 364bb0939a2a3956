/**
 * Warnings before a run about steps that are too long for the flow.
 *
 * A layer x that is updated at the rate r (1 - exp(-step/tau), or step/tau) maps x to x + r (b + I(x) - x). It
 * oscillates with period 2 if an eigenvalue of R^(1/2) (1 - K) R^(1/2) is above 2, with K = D^(1/2) C D^(1/2), C
 * the symmetric couplings (those with an energy), D the steepest slopes of the activations and R the rates.
 * @see Marcus, Westervelt, Dynamics of iterated-map neural networks, Phys. Rev. A 40 (1989)
 */
import { forEachEntry } from '../math/sparse.ts'
import { madeOf } from '../kinds/bases/table.ts'
import { COUPLINGS, hasEnergy, layersOf, matrixFacts } from '../kinds/couplings/table.ts'
import { groupsOf, isSynapse } from './couplings.ts'
import { lagrangianFacts } from '../kinds/lagrangians/table.ts'
import { updateFacts } from '../kinds/updates/table.ts'
import { INTEGRATORS } from '../kinds/integrators/table.ts'
import type { Coupling, Layer, Memory, Model, Rows } from './model.ts'

/**
 * Longest step of a coupled group, as a fraction of its time constant; a longer step does not approximate the
 * flow.
 */
const LONGEST = 0.5

/** The most entries of couplings whose norm is computed, and the number of power iterations. */
const MOST_ENTRIES = 2 ** 21
const ROUNDS = 40

/** One warning for each group whose step is too long. */
export function stepWarnings(model: Model): string[] {
  return longSteps(model).map(({ line }) => line)
}

/** The largest time.dt without a warning; undefined if that of the model gives none. */
export function largestStep(model: Model): number | undefined {
  const largest = longSteps(model).map((one) => one.largest)
  return largest.length === 0 ? undefined : Math.min(...largest)
}

/** Groups whose step is too long: the warning, and their largest time.dt. */
function longSteps(model: Model): { readonly line: string; readonly largest: number }[] {
  const points = model.variation?.points ?? [model]
  const flips = flip(model, points)
  return coupledGroups(model).flatMap(({ path, name }) => {
    const groups = points.map((point) => ({ point, group: groupOf(point, name) }))
    const longest = groups.reduce((a, b) =>
      ratioOf(a.group, a.point.time.dt) >= ratioOf(b.group, b.point.time.dt) ? a : b,
    )
    const { dt } = longest.point.time
    const { every } = longest.group
    const tau = longest.group.tau ?? Infinity
    const ratio = ratioOf(longest.group, dt)
    const isFlipping = flips?.layer === name
    const bounds = [...(ratio > LONGEST ? [LONGEST / ratio] : []), ...(flips && (isFlipping || ratio > LONGEST) ? [flips.factor] : [])] // prettier-ignore
    // A scenario of one tick is a single update, not a flow.
    if (bounds.length === 0 || model.time.ticks <= every) return []
    const largest = floor(Math.min(...bounds) * dt)
    const why = isFlipping
      ? 'more than its couplings allow'
      : `more than ${LONGEST} of the time constant of a coupled group`
    const line =
      `${path}: dt ${dt} * every ${every} / tau ${tau} = ${short(ratio)}, ${why}, so it may oscillate or ` +
      `rest where the exact dynamics do not; set time.dt to ${largest} at most`
    return [{ line, largest }]
  })
}

type Group = Layer | Coupling

function groupOf(model: Model, name: string): Group {
  return groupsOf(model).find((one) => one.name === name) as Group
}

function ratioOf({ tau, every }: Group, dt: number): number {
  return tau === undefined || tau === 0 ? 0 : (dt * every) / tau
}

/** The rate of a layer in one update. */
function rateOf(group: Group, { dt, integrator }: Model['time']): number {
  const ratio = ratioOf(group, dt)
  return INTEGRATORS[integrator].rate(ratio)
}

/** Groups whose target depends on their own state; for others every step is exact. */
function coupledGroups(model: Model): { readonly path: string; readonly name: string }[] {
  const { layers, couplings } = model
  const moves = (name: string): boolean => !isHeld(model, name)
  /** True if the output of a layer returns to it through couplings: directly, or through another dynamic layer. */
  const feedsBack = (coupling: Coupling, name: string): boolean => {
    const ends = layersOf(coupling)
    return ends.includes(name) && (ends.length === 1 || ends.some((other) => other !== name && moves(other)))
  }
  return [
    ...layers
      .filter(
        ({ name, tau }) =>
          tau > 0 && isFlow(model, name) && moves(name) && couplings.some((one) => feedsBack(one, name)),
      )
      .map(({ name }) => ({ path: `neurons.${name}`, name })),
    ...[...couplings.filter(isSynapse), ...couplings.filter((one) => !isSynapse(one))]
      .filter((one) => one.tau !== undefined && layersOf(one).some(moves))
      .map(({ kind, name }) => ({ path: `${COUPLINGS[kind].under}.${name}`, name })),
  ]
}

/** False for a layer whose steps do not approximate a flow: its activation jumps, or its neurons move one at a time. */
function isFlow({ layers }: Model, layer: string): boolean {
  return layers.every(
    ({ name, lagrangian, update }) =>
      name !== layer ||
      (lagrangianFacts(lagrangian).withoutHessian === undefined && !updateFacts(update).movesOne),
  )
}

/** True if clamps hold all of a layer in every tick. */
function isHeld({ stimulus, time }: Model, name: string): boolean {
  const clamps = stimulus
    .filter(
      ({ kind, layer, patterns, gap, order }) =>
        kind === 'clamp' && layer === name && patterns.free === undefined && gap === 0 && order !== 'once',
    )
    .sort((a, b) => a.start - b.start)
  const end = clamps.reduce((until, { start, stop }) => (start <= until ? Math.max(until, stop) : until), 0)
  return end > 0 && end >= time.ticks
}

/** Bound of the states of a layer, from its initial states and its external input. */
function reachOf({ stimulus }: Model, { name, init, bias }: Layer): number {
  const shown = stimulus.flatMap(({ layer, patterns }) => (layer === name ? [patterns] : []))
  return [init, bias, ...shown].reduce(
    (top, { data }) => data.reduce((largest, value) => Math.max(largest, Math.abs(value)), top),
    0,
  )
}

/** The layer that oscillates first, and the factor by which its step must be shorter. */
function flip(
  model: Model,
  points: readonly Model[],
): { readonly layer: string; readonly factor: number } | undefined {
  const layers = model.layers.flatMap(({ name, size, tau }) => {
    const own = points.map((point) => ({ point, layer: groupOf(point, name) as Layer }))
    const slopes = own.map(({ point, layer }) =>
      lagrangianFacts(layer.lagrangian).steepest(layer.lagrangian, reachOf(point, layer)),
    )
    if (tau === 0 || isHeld(model, name) || !isFlow(model, name) || slopes.includes(undefined)) return []
    const weights = own.map(({ point, layer }, index) => ({
      rate: rateOf(layer, point.time),
      slope: slopes[index] as number,
      layer,
      point,
    }))
    const fastest = weights.reduce((a, b) => (a.rate >= b.rate ? a : b))
    const slope = Math.max(...weights.map((one) => one.slope))
    return [{ ...fastest, name, size, slope }]
  })
  const [worst] = [...layers].sort((a, b) => b.rate - a.rate)
  if (worst === undefined) return undefined
  const couplings = couplingsOf(model, new Set(layers.map(({ name }) => name)))
  const entries = couplings.reduce((sum, { rows }) => sum + rows.rows * rows.columns, 0)
  if (couplings.length === 0 || entries > MOST_ENTRIES) return undefined

  // Power iteration with R^(1/2) (1 - K) R^(1/2) + a bound of its lowest eigenvalue, so that the largest dominates.
  const bounds = couplings.map(boundsOf)
  const steepest = Math.max(...layers.map(({ rate, slope }) => rate * slope))
  const shift = bounds.reduce((sum, { norm }) => sum + norm, 0) * steepest
  const back = bounds.reduce((sum, one) => sum + one.back, 0) * steepest
  // The cheap bound first: it is enough for most networks.
  if (!Number.isFinite(shift) || worst.rate + back <= 2) return undefined
  let y = new Map(layers.map(({ name, size }, index) => [name, start(size, index)]))
  let largest = 0
  for (let round = 0; round < ROUNDS; round++) {
    const weighted = new Map(layers.map(({ name, rate, slope }) => [name, y.get(name)!.map((v) => v * Math.sqrt(rate * slope))])) // prettier-ignore
    const input = new Map(layers.map(({ name, size }) => [name, new Float64Array(size)]))
    for (const coupling of couplings) addProduct(coupling, weighted, input)
    const next = new Map(
      layers.map(({ name, rate, slope }) => [
        name,
        y.get(name)!.map((v, i) => rate * v - Math.sqrt(rate * slope) * input.get(name)![i]! + shift * v),
      ]),
    )
    const length = Math.sqrt([...next.values()].reduce((sum, v) => sum + v.reduce((s, e) => s + e * e, 0), 0))
    largest = length - shift
    y = new Map([...next].map(([name, v]) => [name, v.map((e) => e / (length || 1))]))
  }
  if (!(largest > 2)) return undefined
  const rate = (worst.rate * 2) / largest
  const ratio = INTEGRATORS[worst.point.time.integrator].ratio(rate)
  return { layer: worst.name, factor: ratio / ratioOf(worst.layer, worst.point.time.dt) }
}

interface Link {
  readonly from: string
  readonly to: string
  readonly rows: Rows
  /** The diagonal that is removed from P^T P / N for patterns P as rows; absent if the rows are the coupling. */
  readonly hollow?: Float64Array
}

/**
 * The couplings of dynamic layers. A Hebbian coupling with its diagonal, like an adiabatic layer, is positive;
 * without the diagonal its negative part is bounded by the missing diagonal.
 */
function couplingsOf({ layers, synapses, memories }: Model, moving: ReadonlySet<string>): Link[] {
  const sizes = new Map(layers.map(({ name, size }) => [name, size]))
  return [
    ...synapses.filter(hasEnergy).flatMap(({ layer, base }): Link[] => {
      const made = madeOf(base)
      if (!moving.has(layer) || made === undefined) return []
      const ends = { from: layer, to: layer }
      if ('matrix' in made) return [{ ...ends, rows: made.matrix }]
      return made.zeroDiagonal ? [{ ...ends, rows: made.patterns, hollow: diagonalOf(made.patterns) }] : []
    }),
    ...memories.filter(hasEnergy).flatMap((memory): Link[] => {
      const { from, to } = memory
      return moving.has(from) && moving.has(to) ? [{ from, to, rows: matrixBetween(memory, sizes) }] : []
    }),
  ]
}

/** A memory as the dense matrix between its layers, computed at the first read. */
function matrixBetween(memory: Memory, sizes: ReadonlyMap<string, number>): Rows {
  const { isMatrix, matrix } = matrixFacts(memory)
  // A sparse matrix is not converted to a dense one.
  if (isMatrix || memory.init.pattern !== undefined) return memory.init
  const known = written.get(memory.init)
  if (known !== undefined) return known
  let data: Float32Array | undefined
  const made = {
    rows: sizes.get(memory.to) ?? 0,
    columns: sizes.get(memory.from) ?? 0,
    get data() {
      return (data ??= Float32Array.from(matrix(memory, Float64Array.from(memory.init.data))))
    },
  }
  written.set(memory.init, made)
  return made
}

const written = new WeakMap<Rows, Rows>()

/** The diagonal of P^T P / N. */
function diagonalOf({ rows, columns, data }: Rows): Float64Array {
  const diagonal = new Float64Array(columns)
  for (let k = 0; k < rows * columns; k++) diagonal[k % columns]! += data[k]! ** 2 / columns
  return diagonal
}

/** Adds C y: a matrix of one layer once, one between two layers both ways. */
function addProduct(
  { from, to, rows: { rows, columns, data, pattern }, hollow }: Link,
  y: ReadonlyMap<string, Float64Array>,
  into: ReadonlyMap<string, Float64Array>,
): void {
  const [left, right] = [y.get(to)!, y.get(from)!]
  const [toLeft, toRight] = [into.get(to)!, into.get(from)!]
  if (hollow !== undefined) {
    for (let p = 0; p < rows; p++) {
      let overlap = 0
      for (let j = 0; j < columns; j++) overlap += (data[p * columns + j]! * right[j]!) / columns
      for (let j = 0; j < columns; j++) toLeft[j]! += data[p * columns + j]! * overlap
    }
    hollow.forEach((entry, j) => (toLeft[j]! -= entry * right[j]!))
    return
  }
  if (pattern !== undefined) {
    forEachEntry(pattern, (entry, i, j) => {
      toLeft[i]! += data[entry]! * right[j]!
      toRight[j]! += data[entry]! * left[i]!
    })
    return
  }
  for (let i = 0; i < rows; i++) {
    let sum = 0
    for (let j = 0; j < columns; j++) {
      const entry = data[i * columns + j]!
      sum += entry * right[j]!
      if (from !== to) toRight[j]! += entry * left[i]!
    }
    toLeft[i]! += sum
  }
}

/** Upper bounds of the spectral norm of a coupling, and of its negative part: at most the missing diagonal. */
function boundsOf({ rows, hollow }: Link): { readonly norm: number; readonly back: number } {
  const norm = bound(rows)
  if (hollow === undefined) return { norm, back: norm }
  const back = hollow.reduce((a, b) => Math.max(a, b), 0)
  return { norm: norm ** 2 / rows.columns + back, back }
}

const norms = new WeakMap<Rows, number>()

/**
 * sqrt(|A|_1 |A|_inf), an upper bound of the spectral norm; cached, because every change of a parameter reads it
 * again.
 */
function bound(matrix: Rows): number {
  const known = norms.get(matrix)
  if (known !== undefined) return known
  const { data, pattern } = matrix
  const { rows, columns } = pattern ?? matrix
  const across = new Float64Array(rows)
  const down = new Float64Array(columns)
  const add = (k: number, i: number, j: number): void => {
    const size = Math.abs(data[k]!)
    across[i]! += size
    down[j]! += size
  }
  if (pattern !== undefined) forEachEntry(pattern, add)
  else data.forEach((_, k) => add(k, Math.floor(k / columns), k % columns))
  const largest = (sums: Float64Array): number => sums.reduce((a, b) => Math.max(a, b), 0)
  const norm = Math.sqrt(largest(across) * largest(down))
  norms.set(matrix, norm)
  return norm
}

/** A start vector that is not orthogonal to the eigenvectors of simple couplings, different for each layer. */
function start(size: number, layer: number): Float64Array {
  return Float64Array.from({ length: size }, (_, k) => Math.sin(12.9898 * (k + 1) + 78.233 * layer))
}

function short(value: number): number {
  return Number(value.toPrecision(4))
}

/** Three digits, never more than the value itself. */
function floor(value: number): number {
  const unit = 10 ** (Math.floor(Math.log10(value)) - 2)
  return Number((Math.floor(value / unit + 1e-9) * unit).toPrecision(3))
}
