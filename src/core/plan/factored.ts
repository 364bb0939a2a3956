/** What a synapse in factors is made of (synapses.ts). */
import type { Model } from '../model/model.ts'
import type { Matrix } from './layout.ts'
import type { Operation } from './operation.ts'

/** Updates that one rewrite of U carries out: those in the ring, and its own. */
export const RING = 16

/**
 * Words of the clock record for each synapse: how many activations are in its ring, fade, 1 - fade, which a slow one needs to
 * more digits than fade has, and the weights w_k.
 */
export const RING_WORDS = 3 + RING

/** A synapse in factors. */
export interface Factored {
  readonly name: string
  /** P [patterns, N] of a Hebbian J. */
  readonly patterns?: Matrix
  /** Buffer of the diagonal [N] that J does not have. */
  readonly diagonal?: string
  /** J that was given, or has too many patterns. */
  readonly base?: Matrix
  /** Of plastic synapses. */
  readonly deferral?: Deferral
  /** Makes J where a matrix of it is needed. */
  readonly imprint: readonly Operation[]
  /** Write W down in its matrix `NAME`, and take it back from there: for reading and writing W. */
  readonly express: readonly Operation[]
  readonly absorb: readonly Operation[]
}

/** U and what is to be added to it. */
export interface Deferral {
  /** U [replicas, N, N]; of a folded one what is below the diagonal is left alone. */
  readonly excess: Matrix
  readonly isFolded: boolean
  /** [replicas, 16, N] */
  readonly ring: Matrix
  /** First of its words in the clock record. */
  readonly ringWord: number
  /** An update: remembered, or with all before it. */
  readonly remember: Operation
  readonly rewrite: readonly Operation[]
  /** Brings U up to date without an update. */
  readonly flush: readonly Operation[]
  /** What an update does to fade and weights: w -> (1 - rate) w, and a new one of rate * factor. */
  readonly update: (model: Model) => {
    readonly every: number
    readonly rate: number
    readonly factor: number
  }
}

/** What is bound to buffers on demand. */
export function onDemand({ imprint, express, absorb }: Factored): Operation[] {
  return [...imprint, ...express, ...absorb]
}
