/** The form of a network with many ticks in one dispatch, as engine and scheduler use it. */
import type { Model } from '../model/model.ts'
import type { Operation } from './operation.ts'

/** A copy into or out of the arena, before or after every dispatch. */
export interface ArenaPart {
  readonly buffer: string
  /** Bytes from the beginning of the arena. */
  readonly offset: number
  readonly bytes: number
  /** True if the kernel changes it. */
  readonly writes: boolean
}

/** One dispatch for all ticks in the records of the clock, in place of `stimulate`, `tick` and `probes`. */
export interface Batched {
  /** Invocations that share a replica. */
  readonly lanes: number
  /** Replicas in a workgroup. */
  readonly together: number
  /**
   * Compile time of this kernel on a software adapter, as a number of dispatches: the kernel is worth compiling
   * for a run that needs more dispatches without it.
   */
  readonly worth: number
  /** Time of a tick of this kernel on a software adapter, as a number of dispatches. */
  readonly effort: number
  readonly operation: Operation
  /** False if a parameter needs a part that the kernel omits. */
  readonly knows: (model: Model) => boolean
  /** The buffer of the kernel, and the copies to and from it. */
  readonly arena: string
  readonly parts: readonly ArenaPart[]
  /**
   * Bits of the clock's word `flags` for a tick.
   * @param shown - the row that each stimulus shows, or -1
   */
  readonly flags: (model: Model, tick: number, shown: ArrayLike<number>) => number
}
