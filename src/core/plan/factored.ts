/** The parts of a factored synapse (couplings/factors.ts). */
import { type Deferred, deferredArrays } from './deferred.ts'
import type { Derived } from './derived.ts'
import type { Matrix } from './layout.ts'
import type { Operation } from './operation.ts'

/** A factored synapse. */
export interface Factored {
  readonly name: string
  /** P [patterns, N] of a Hebbian J. */
  readonly patterns?: Matrix
  /** Buffer of the diagonal [N] that J omits. */
  readonly diagonal?: string
  /** J as a matrix: given, or with too many patterns. */
  readonly base?: Matrix
  /** For plastic synapses. */
  readonly deferral?: Deferral
  /** Computes the matrix J if needed. */
  readonly hebbianInit: readonly Operation[]
  /** Compute the matrix `NAME` of W, and factor it again: for reading and writing W. */
  readonly materialise: readonly Operation[]
  readonly setFromDense: readonly Operation[]
}

/** U and its pending updates. */
export interface Deferral {
  /** U [replicas, N, N]; a folded U does not use the entries below the diagonal. */
  readonly excess: Matrix
  readonly isFolded: boolean
  /** [replicas, 16, N] */
  readonly ring: Matrix
  /** First of its words in the clock record. */
  readonly ringWord: number
  /** An update: stored in the ring, or applied together with the pending ones. */
  readonly appendActivation: Operation
  readonly rankKUpdate: readonly Operation[]
  /** Applies pending updates to U without a new update. */
  readonly flush: readonly Operation[]
  readonly update: Deferred['update']
}

/** W, which is computed on demand. */
export function derivedMatrix(
  { name, hebbianInit, materialise, setFromDense }: Factored,
  demanded: ReadonlySet<string>,
): Derived {
  const bound = [...hebbianInit, ...materialise, ...setFromDense].flatMap(({ buffers }) =>
    Object.values(buffers),
  )
  return {
    name,
    buffers: [...new Set(bound)].filter((buffer) => demanded.has(buffer)),
    made: 'demand',
    setup: hebbianInit,
    make: materialise,
    takeBack: setFromDense,
  }
}

/** Its pending updates, if plastic. */
export function deferredOf({ name, deferral }: Factored): Deferred[] {
  if (deferral === undefined) return []
  const { ringWord, flush, update } = deferral
  return [{ name, arrays: deferredArrays(name), word: ringWord, flush, update }]
}
