/** Types of an entry of the table of probes. */

/** The kind of object that a key of a probe names. */
export type Named = 'layer' | 'moving-layer' | 'memory' | 'matrix' | 'any'

/** A key of a scenario next to `kind` and `every`. */
export type Key =
  | { readonly names: Named; readonly description: string }
  /** Patterns to compare with the layer or with the rows of the memory under the key of that name. */
  | { readonly patternsFor: 'layer' | 'memory' }
  /** A matrix to compare with the memory or the synapses under the key `of`: its rows, or patterns to compute it from. */
  | { readonly targetFor: 'of'; readonly description: string }
  /** A number with its default, and the range outside which a scenario is warned of it. */
  | { readonly number: number; readonly usual?: readonly [number, number]; readonly description: string }

export type Keys = Readonly<Record<string, Key>>

/** Rows of a probe, with the fields that the table reads. */
export interface Patterns {
  readonly rows: number
  readonly columns: number
  readonly data: ArrayLike<number>
}

/** The target for all entries of a matrix. */
export interface Target<R> {
  readonly matrix: R
  /** True if the diagonal is not compared, as for synapses. */
  readonly isHollow: boolean
}

/** A probe with its patterns loaded. */
export type Resolved<K extends string, E extends Keys, R> = {
  readonly kind: K
  readonly name: string
  readonly every: number
  /** Ticks of a running mean of the samples. */
  readonly averageOver?: number
  /** First tick of a running mean of the samples. */
  readonly averageSince?: number
} & { readonly [N in keyof E]: Loaded<E[N], R> }

/** The type of a key of a probe in a model, after the patterns are loaded. */
type Loaded<D, R> = D extends { readonly patternsFor: string }
  ? R
  : D extends { readonly targetFor: string }
    ? Target<R>
    : D extends { readonly number: number }
      ? number
      : string

/**
 * The quantities of a network in float64 that probes read; one entry for each replica, or a leading replica
 * axis.
 */
export interface Network {
  /** x [R, N], W [R, N, N] or Xi [R, N_to, N_from]. */
  read(name: string): Float64Array
  /** g of a layer. */
  activations(layer: string): Float64Array[]
  /** dx/dt without noise; 0 where a clamp holds x. */
  velocity(layer: string): Float64Array[]
  energy(): readonly { readonly terms: Readonly<Record<string, number>> }[]
}

/** How the page draws a probe. */
export interface Plot {
  /** Text next to the heading, also with replicas; '' = none. */
  readonly note: string
  readonly bandNote: string
  /** Reduces several numbers of a replica to one. */
  readonly ofReplica: 'mean' | 'largest' | 'smallest'
  /** Name of its line next to lines of terms; '' = no line. */
  readonly label: string
  /** True if values are fractions of 1: equal number of digits, colours from 0 or -1 to 1. */
  readonly isShare: boolean
  /** The measured quantity, for an axis; absent = the kind. */
  readonly formula?: string
  /** How to read the values, for readers who meet them first. */
  readonly reading?: string
  /** True if the map of varied values shows this probe first. */
  readonly leads: boolean
}

/** The check during a run: none, an energy that must not rise, or a layer that must not oscillate. */
export type Guarded = 'nothing' | 'descent' | { readonly speedOf: string }

interface Facts<P> {
  /** For the schema. */
  readonly description: string
  /** Description for people. */
  readonly text: (p: P) => string
}

/** A probe whose samples are numbers that a kernel writes into the ring. */
export interface Measure<P> extends Facts<P> {
  /** The reference values of a sample, [replicas][numbers]. */
  readonly exact: (p: P, network: Network) => number[][]
  /** Names of the numbers of one replica in a sample: its `count` values, and its terms. */
  readonly columns: (count: number, terms: readonly string[]) => readonly string[]
  readonly plot: Plot
  readonly guard: (p: P) => Guarded
  /** The layer whose nearest pattern has the largest value, if the values measure this. */
  readonly target: (p: P) => string | undefined
}

/** A probe that copies a state: no time series. */
export interface Copy<P> extends Facts<P> {
  /** The layer, memory or synapse. */
  readonly of: (p: P) => string
}

/** An entry whose samples are numbers. */
export function measure<const E extends Keys>(keys: E, facts: Measure<Resolved<string, E, Patterns>>) {
  return { isMeasured: true as const, keys, ...facts }
}

/** An entry whose samples are copies. */
export function copy<const E extends Keys>(keys: E, facts: Copy<Resolved<string, E, Patterns>>) {
  return { isMeasured: false as const, keys, ...facts }
}
