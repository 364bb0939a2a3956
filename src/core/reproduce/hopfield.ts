/** The classical network that several experiments start from: random patterns in the couplings of one layer. */
import { mean } from '../analysis/statistics.ts'
import type { ScenarioInput } from '../model/schema.ts'
import type { Simulation } from '../run/simulation.ts'

export interface HopfieldOptions {
  readonly name: string
  readonly description: string
  readonly seed: number
  /** N */
  readonly size: number
  /** P = load N, rounded. */
  readonly load: number
  /** Gain of the tanh; a large gain replaces the sign. */
  readonly gain?: number
  readonly dt: number
  /** Length of the run in tau_x. */
  readonly duration: number
  /** kappa N of the plasticity; 0 = fixed synapses. */
  readonly strength?: number
  readonly tauSynapse?: number
  /** Fraction of wrong signs in the cue. */
  readonly flipped?: number
  /** Number of cues: each has a different pattern and a copy of the network. */
  readonly cues: number
  /** Samples of the overlap after the first; default one, at the end. */
  readonly samples?: number
}

/**
 * J = Xi^T Xi / N without diagonal, +-1 patterns, tau_x = 1; copy r starts on pattern r. The result is the
 * overlap of each copy with each of the cued patterns.
 */
export function hopfieldScenario(options: HopfieldOptions): ScenarioInput {
  const { name, description, seed, size, load, dt, duration, cues } = options
  const { gain = 10, strength = 0, tauSynapse, flipped = 0, samples = 1 } = options
  const ticks = Math.round(duration / dt)
  const select = Array.from({ length: cues }, (_, cue) => cue)
  const cued = { kind: 'rows', of: 'recurrent', select } as const
  return {
    version: 1,
    name,
    description,
    seed,
    time: { dt, ticks },
    neurons: {
      visible: {
        size,
        lagrangian: { kind: 'tanh', gain },
        tau: 1,
        init: flipped === 0 ? cued : { ...cued, corrupt: { op: 'flip', fraction: flipped } },
      },
    },
    synapses: {
      recurrent: {
        layer: 'visible',
        ...(strength > 0 && tauSynapse !== undefined && { tau: tauSynapse, strength }),
        base: {
          kind: 'hebbian',
          patterns: { kind: 'random', count: Math.round(load * size), distribution: 'binary' },
        },
      },
    },
    probes: {
      overlap: {
        kind: 'overlap',
        layer: 'visible',
        patterns: cued,
        every: Math.max(1, Math.round(ticks / samples)),
      },
    },
    replicas: cues,
  }
}

/** Overlap of each copy with its own pattern, at each sample, [samples][cues]. */
export function ownOverlaps({ series, model }: Simulation): number[][] {
  const { value } = series.find(({ name }) => name === 'overlap') as Simulation['series'][number]
  const copies = model.replicas
  return value.map((row) => {
    const patterns = row.length / copies
    return Array.from({ length: copies }, (_, copy) => row[copy * patterns + (copy % patterns)] as number)
  })
}

/** Mean own overlap of all copies at the end of a run. */
export function finalOverlap(simulation: Simulation): number {
  return mean(ownOverlaps(simulation).at(-1) ?? [])
}
