/** Parts of the small random networks in the experiments on the numerics. */
import { RandomStream } from '../model/random.ts'
import { ModelError } from '../errors.ts'
import type { Model } from '../model/model.ts'
import type { ScenarioInput } from '../model/schema.ts'
import { createReference } from '../reference/network.ts'
import type { Stated } from './reproduction.ts'

/** Neurons of the two layers. */
export const [N_V, N_H] = [6, 5]

type LagrangianInput = ScenarioInput['neurons'][string]['lagrangian']

/** Each with a size of states and couplings at which its network is well behaved. */
export const LAGRANGIANS: Readonly<
  Record<string, { readonly l: LagrangianInput; readonly bounded: boolean }>
> = {
  linear: { l: { kind: 'linear', gain: 0.7 }, bounded: false },
  relu: { l: { kind: 'relu' }, bounded: false },
  power: { l: { kind: 'power', degree: 3 }, bounded: false },
  'even power': { l: { kind: 'power', degree: 4, rectified: false }, bounded: false },
  tanh: { l: { kind: 'tanh', gain: 2 }, bounded: true },
  sigmoid: { l: { kind: 'sigmoid', gain: 2 }, bounded: true },
  softmax: { l: { kind: 'softmax', beta: 2 }, bounded: true },
  layernorm: { l: { kind: 'layernorm', gamma: 1, eps: 0.1 }, bounded: true },
  spherical: { l: { kind: 'spherical', eps: 0.1 }, bounded: true },
}

/** Source of a number that the float64 network gives. */
export const REFERENCE: Stated = {
  kind: 'program',
  command: 'the network of src/core/reference, which the experiment runs next to the GPU',
}

/** The states of variables of the float64 network, concatenated, at tick 0 and after each `every` ticks. */
export function exactStates(model: Model, names: readonly string[], every = model.time.ticks): number[] {
  const reference = createReference(model)
  const states = (): number[] => names.flatMap((name) => [...reference.read(name)])
  const all = states()
  for (let tick = every; tick <= model.time.ticks; tick += every) {
    reference.step(every)
    all.push(...states())
  }
  return all
}

/** Largest distance of trajectories, a list of numbers a sample; the ends are compared if one has more samples. */
export function apartInTime(a: readonly ArrayLike<number>[], b: readonly ArrayLike<number>[]): number {
  const samples = Math.min(a.length, b.length)
  return Math.max(...a.slice(a.length - samples).map((sample, k) => distance(sample, b.at(k - samples)!)))
}

/** E of the float64 network at the start and at the end. */
export function exactEnergies(model: Model): readonly [number, number] {
  const reference = createReference(model)
  const first = reference.energy()[0]!.total
  reference.step(model.time.ticks)
  return [first, reference.energy()[0]!.total]
}

type Random = Extract<NonNullable<ScenarioInput['neurons'][string]['init']>, { kind: 'random' }>

export function normal(sigma: number): Random {
  return { kind: 'random', distribution: 'normal', transform: [{ op: 'scale', factor: sigma }] }
}

/** Rows of normal float32 numbers in the scenario itself, so that the comparison does not depend on the program. */
export function normalRows(
  seed: number,
  purpose: string,
  count: number,
  columns: number,
  sigma = 1,
): number[][] {
  const stream = new RandomStream(seed, purpose)
  return Array.from({ length: count }, () =>
    Array.from({ length: columns }, () => Math.fround(sigma * stream.normal())),
  )
}

/** A symmetric coupling with entries of some size. */
export function symmetric(
  sigma: number,
  size: number,
): NonNullable<NonNullable<ScenarioInput['synapses']>[string]['base']> {
  return {
    kind: 'hebbian',
    patterns: { ...normal(Math.sqrt(sigma * Math.sqrt(size))), count: size },
    zeroDiagonal: false,
  }
}

/**
 * Largest distance of an entry.
 * @throws ModelError if one has more entries
 */
export function distance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length)
    throw new ModelError(
      `${a.length} numbers cannot be compared with ${b.length}: the scenario has layers of other sizes than the experiment`,
    )
  return Math.max(...Array.from(a, (value, i) => Math.abs(value - b[i]!)))
}
