/** What a synapse in factors is made of (couplings/factors.ts). */
import { type Deferred, deferredArrays } from './deferred.ts'
import type { Derived } from './derived.ts'
import type { Matrix } from './layout.ts'
import type { Operation } from './operation.ts'

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
  readonly hebbianInit: readonly Operation[]
  /** Write W down in its matrix `NAME`, and take it back from there: for reading and writing W. */
  readonly materialise: readonly Operation[]
  readonly setFromDense: readonly Operation[]
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
  readonly appendActivation: Operation
  readonly rankKUpdate: readonly Operation[]
  /** Brings U up to date without an update. */
  readonly flush: readonly Operation[]
  readonly update: Deferred['update']
}

/** W, which is made on demand. */
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

/** Its updates that are pending, where it is plastic. */
export function deferredOf({ name, deferral }: Factored): Deferred[] {
  if (deferral === undefined) return []
  const { ringWord, flush, update } = deferral
  return [{ name, arrays: deferredArrays(name), word: ringWord, flush, update }]
}
