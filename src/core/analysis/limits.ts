/**
 * Limits of time scales: adiabatic neurons (tau to 0), frozen synapses and memories (tau to infinity).
 * @see docs/theory.md, "Limits in which the answer is known"
 */
import { leakFacts } from '../kinds/leaks/table.ts'
import { layersOf } from '../kinds/couplings/table.ts'
import { integratorOf } from '../kinds/integrators/table.ts'
import { norm } from '../math/algebra.ts'
import { ModelError } from '../errors.ts'
import { groupsOf, isMemory, isSynapse, withViews } from '../model/couplings.ts'
import type { Coupling, Dwell, Model, Stimulus } from '../model/model.ts'
import { mean } from './statistics.ts'

/** One time scale and its limit. */
export interface Limit {
  /** A layer, a plastic synapse or a learning memory. */
  readonly name: string
  readonly kind: 'adiabatic' | 'frozen'
}

/**
 * The limits of a network: its adiabatic layers, else the fastest layer that can be adiabatic, and all plastic
 * groups.
 */
export function limitsOf(model: Model): Limit[] {
  const adiabatic = model.layers.filter(({ tau }) => tau === 0).map(({ name }) => name)
  const candidates = model.layers
    .filter(({ name }) => obstacle(model, name) === undefined)
    .sort((a, b) => a.tau - b.tau)
  const fast = adiabatic.length > 0 ? adiabatic : candidates.slice(0, 1).map(({ name }) => name)
  const plastic = [
    ...model.synapses.filter(({ tau, strength }) => tau !== undefined && strength > 0),
    ...model.couplings.filter((one) => !isSynapse(one) && one.tau !== undefined),
  ]
  return [
    ...fast.map((name): Limit => ({ name, kind: 'adiabatic' })),
    ...plastic.map(({ name }): Limit => ({ name, kind: 'frozen' })),
  ]
}

/**
 * The limit of one time scale.
 * @throws ModelError if the network has no group of that name, or the group has no limit
 */
export function limitNamed(model: Model, name: string): Limit {
  const all = groupsOf(model)
  const group = all.find((one) => one.name === name)
  if (group === undefined) {
    throw new ModelError(
      `there is no \`${name}\` in this network; choose one of ${all.map((one) => one.name).join(', ')}`,
    )
  }
  if ('lagrangian' in group) {
    const reason = obstacle(model, name)
    if (reason !== undefined) throw new ModelError(reason, { path: `neurons.${name}` })
    return { name, kind: 'adiabatic' }
  }
  if (group.tau === undefined || ('strength' in group && group.strength === 0)) {
    throw new ModelError(`\`${name}\` does not change and cannot be frozen; choose another`, {
      path: `${'from' in group ? 'memories' : 'synapses'}.${name}`,
    })
  }
  return { name, kind: 'frozen' }
}

/** The reason why a layer cannot be adiabatic; undefined if it can. */
function obstacle(model: Model, name: string): string | undefined {
  const leaking = model.layers.find((layer) => layer.name === name && leakFacts(layer.leak).sendsState)
  if (leaking !== undefined)
    return `layer \`${name}\` has leak "${leaking.leak}" and cannot be adiabatic; choose another layer, or leave the leak out`
  const synapse = model.synapses.find(({ layer }) => layer === name)
  if (synapse !== undefined) {
    return `layer \`${name}\` has the synapses \`${synapse.name}\` and cannot be adiabatic; choose another layer`
  }
  const joined = model.couplings.flatMap((one) => {
    const ends = layersOf(one)
    return ends.includes(name) ? ends.filter((other) => other !== name) : []
  })
  const other = model.layers.find((layer) => joined.includes(layer.name) && layer.tau === 0)
  if (other !== undefined)
    return `a memory joins layer \`${name}\` with \`${other.name}\`, which is adiabatic; choose another layer`
  const rest = model.layers.filter((layer) => layer.name !== name && layer.tau > 0)
  if (rest.length === 0) return `layer \`${name}\` is the only one that moves; choose another`
  return undefined
}

/** The network with a time scale at its limit. */
export function atLimit(model: Model, { name, kind }: Limit): Model {
  if (kind === 'adiabatic') return withTau(model, name, 0)
  const couplings = model.couplings.map((coupling): Coupling => {
    if (coupling.name !== name) return coupling
    if (isSynapse(coupling)) {
      const { tau, ...still } = coupling
      return { ...still, strength: 0 }
    }
    if (isMemory(coupling)) {
      const { tau, bias, ...still } = coupling
      return { ...still, rule: 'fixed' }
    }
    const { tau, ...still } = coupling
    return { ...still, rule: 'fixed' }
  })
  return { ...model, ...withViews(couplings) }
}

/** The network with another time constant. */
export function withTau(model: Model, name: string, tau: number): Model {
  const set = <T extends { readonly name: string }>(groups: readonly T[]): T[] =>
    groups.map((group) => (group.name === name ? { ...group, tau } : group))
  return { ...model, layers: set(model.layers), ...withViews(set(model.couplings)) }
}

function refinedDwell(dwell: Dwell, factor: number): Dwell {
  return typeof dwell === 'number' ? dwell * factor : { ...dwell, unit: (dwell.unit ?? 1) * factor }
}

/** The same run with steps `factor` times finer; synapses and memories keep the length of their steps. */
export function refinedTime(model: Model, factor: number): Model {
  const couplings = model.couplings.map((coupling) => ({ ...coupling, every: coupling.every * factor }))
  return {
    ...model,
    time: { ...model.time, dt: model.time.dt / factor, ticks: model.time.ticks * factor },
    ...withViews(couplings),
    stimulus: model.stimulus.map((item): Stimulus => ({
      ...item,
      start: item.start * factor,
      stop: item.stop * factor,
      dwell: refinedDwell(item.dwell, factor),
      gap: item.gap * factor,
    })),
  }
}

/** Number of time constants tried, each half (adiabatic) or twice (frozen) the previous one. */
export const TAUS = 4

/**
 * The time constants that are tried for a limit: adiabatic ones from a twentieth of the fastest other neurons' down, frozen ones
 * from four times the length of the run up.
 */
export function tausFor(model: Model, { name, kind }: Limit): number[] {
  const duration = model.time.dt * model.time.ticks
  const others = model.layers.filter((layer) => layer.name !== name && layer.tau > 0).map(({ tau }) => tau)
  const first = kind === 'adiabatic' ? Math.min(...others) / 20 : 4 * duration
  return Array.from({ length: TAUS }, (_, k) => (kind === 'adiabatic' ? first / 2 ** k : first * 2 ** k))
}

/** Largest step, as a fraction of the smallest tau. */
const STEP = 1 / 2

/** The factor by which the steps must be finer to resolve the neurons of the smallest tau. */
export function refinementFor({ time }: Model, { kind }: Limit, taus: readonly number[]): number {
  return kind === 'adiabatic' ? Math.max(1, Math.ceil(time.dt / (STEP * Math.min(...taus)) - 1e-9)) : 1
}

/**
 * The lag of neurons with a time constant behind their input, in steps of dt: dt divided by the rate, which is
 * tau for dt to 0. Distances from the adiabatic run are proportional to this lag.
 */
export function lagOf({ time: { dt, integrator } }: Model, tau: number): number {
  return dt / integratorOf(integrator).rate(dt / tau)
}

/** The states of the dynamic layers at some moments, [samples, all replicas and neurons]. */
export type Trajectory = readonly Float64Array[]

/** Root mean square of the difference of two trajectories, the largest over their samples. */
export function distanceBetween(a: Trajectory, b: Trajectory): number {
  return a.reduce((top, values, sample) => {
    const other = b[sample] as Float64Array
    const difference = values.map((value, index) => value - (other[index] as number))
    return Math.max(top, norm(difference) / Math.sqrt(values.length))
  }, 0)
}

/** A power law distance = factor tau^slope, by least squares of the logarithms. */
export interface PowerLaw {
  readonly factor: number
  readonly slope: number
  /** Standard error of the slope. */
  readonly error: number
}

/**
 * Fits a power law.
 * @param x - > 0
 * @param y - > 0; at least three
 */
export function fitPower(x: readonly number[], y: readonly number[]): PowerLaw {
  const [u, w] = [x.map(Math.log), y.map(Math.log)]
  const [mu, mw] = [mean(u), mean(w)]
  const square = u.reduce((sum, value) => sum + (value - mu) ** 2, 0)
  const slope = u.reduce((sum, value, index) => sum + (value - mu) * ((w[index] as number) - mw), 0) / square
  const rest = u.reduce(
    (sum, value, index) => sum + ((w[index] as number) - mw - slope * (value - mu)) ** 2,
    0,
  )
  return {
    factor: Math.exp(mw - slope * mu),
    slope,
    error: Math.sqrt(rest / (u.length - 2) / square),
  }
}
