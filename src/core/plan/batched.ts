/** The form of a network in which many ticks are one dispatch: all that an engine and a scheduler need to be told of it. */
import type { Model } from '../model/model.ts'
import type { Operation } from './operation.ts'

/** What leaves or enters the arena, around every dispatch. */
export interface ArenaPart {
  readonly buffer: string
  /** Bytes from the beginning of the arena. */
  readonly offset: number
  readonly bytes: number
  /** True when the kernel changes it. */
  readonly writes: boolean
}

/** One dispatch for as many ticks as the clock has records, in place of `stimulate`, `tick` and `probes`. */
export interface Batched {
  /** Invocations that share a replica. */
  readonly lanes: number
  /** Replicas in a workgroup. */
  readonly together: number
  /**
   * How many dispatches take about as long as compiling this kernel does, on a software adapter: a run that has more of
   * them to do without it is sooner done with it.
   */
  readonly worth: number
  /** How many dispatches take about as long as a tick of this kernel does, on a software adapter. */
  readonly effort: number
  readonly operation: Operation
  /** False when a parameter asks for something that was left out. */
  readonly knows: (model: Model) => boolean
  /** The buffer in which it computes, and what is copied there and back. */
  readonly arena: string
  readonly parts: readonly ArenaPart[]
  /**
   * Bits of the clock's word `flags` of a tick that is run.
   * @param shown - the row that each stimulus shows, or -1
   */
  readonly flags: (model: Model, tick: number, shown: ArrayLike<number>) => number
}
