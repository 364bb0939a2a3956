/** Watches the total energy where it may not rise (theory.md, section 1). */
import { compileCustom } from '../model/custom.ts'
import { jointMemory } from '../model/joint.ts'
import type { Model } from '../model/model.ts'
import type { Sample } from './series.ts'

export interface EnergyGuard {
  /** Looks at one energy sample; `quietSince` = ticks since which stimulus and parameters stood still. */
  observe(sample: Sample, quietSince: number): void
  /** One line about the rise, if there was one. */
  warning(): string | undefined
}

/**
 * A rise below this part of the sum of all terms' sizes is rounding: the terms are float32 sums, which differ from
 * the exact ones by some 2^-23 times the root of their length.
 */
const ROUNDING = 1e-5

const descends = new WeakMap<Model, boolean>()

/** True when dE/dt <= 0 holds for the exact dynamics of a model under constant input, in all its replicas. */
export function isDescending(model: Model): boolean {
  let known = descends.get(model)
  if (known === undefined) {
    known = (model.variation?.points ?? [model]).every(oneDescends)
    descends.set(model, known)
  }
  return known
}

function oneDescends(model: Model): boolean {
  const quiet = model.layers.every(({ temperature }) => temperature === 0)
  // A clamp that holds a part of a layer with a full Hessian lets the energy rise.
  const elementwise = (name: string): boolean => {
    const kind = model.layers.find((layer) => layer.name === name)?.lagrangian.kind
    return kind !== 'softmax' && kind !== 'layernorm' && kind !== 'spherical'
  }
  const wholeClamps = model.stimulus.every(
    ({ kind, layer, patterns }) => kind !== 'clamp' || patterns.free === undefined || elementwise(layer),
  )
  const convex = model.layers.every(
    ({ tau, lagrangian }) =>
      tau === 0 || lagrangian.kind !== 'custom' || compileCustom(lagrangian).falls === undefined,
  )
  const gated = model.memories.filter(({ rule }) => rule === 'gated')
  const energetic = model.memories.every(
    ({ rule, inputOffset }) => rule !== 'hebbian' || inputOffset === 'none',
  )
  return (
    quiet && convex && wholeClamps && energetic && (gated.length === 0 || jointMemory(model) !== undefined)
  )
}

/** Makes the guard of a run. */
export function createEnergyGuard(initial: Model, model: () => Model): EnergyGuard {
  const last = new Map<number, { tick: number; energy: number }>()
  let rise: { tick: number; size: number; replica: number; count: number } | undefined
  return {
    observe(sample, quietSince) {
      const { terms, tick } = sample
      if (terms === undefined) return
      if (!isDescending(model())) {
        last.clear()
        return
      }
      const count = terms.length / sample.value.length
      sample.value.forEach((energy, replica) => {
        const before = last.get(replica)
        last.set(replica, { tick, energy })
        if (before === undefined || before.tick < quietSince) return
        let scale = 0
        for (let term = 0; term < count; term++) scale += Math.abs(terms[replica * count + term] as number)
        const size = energy - before.energy
        if (!(size > ROUNDING * scale)) return
        rise ??= { tick, size, replica, count: 0 }
        rise.count++
      })
    },
    warning() {
      if (rise === undefined) return undefined
      const where = initial.replicas > 1 ? ` in replica ${rise.replica}` : ''
      const more = rise.count > 1 ? `, and in ${rise.count - 1} more samples` : ''
      return (
        `the energy rose by ${rise.size.toPrecision(3)} at tick ${rise.tick}${where}${more}, which the exact dynamics ` +
        `cannot do; use a smaller time.dt than ${model().time.dt} (0.1 of the smallest tau is safe)`
      )
    },
  }
}
