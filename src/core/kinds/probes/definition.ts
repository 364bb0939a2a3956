/** What an entry of the table of probes says. */

/** What a key of a probe names. */
export type Named = 'layer' | 'moving-layer' | 'memory' | 'matrix' | 'any'

/** A key that a scenario gives beside `kind` and `every`. */
export type Key =
  | { readonly names: Named; readonly description: string }
  /** Patterns that are compared with the layer or the rows of the memory under the key of that name. */
  | { readonly patternsFor: 'layer' | 'memory' }
  /** A matrix that is compared with the memory or the synapses under the key `of`: its rows, or the patterns of which it is made. */
  | { readonly targetFor: 'of'; readonly description: string }
  | { readonly number: number; readonly description: string }

export type Keys = Readonly<Record<string, Key>>

/** Rows that a probe compares with, as far as the table looks at them. */
export interface Patterns {
  readonly rows: number
  readonly columns: number
  readonly data: ArrayLike<number>
}

/** What all entries of a matrix are compared with. */
export interface Target<R> {
  readonly matrix: R
  /** The diagonal is not compared: that of synapses. */
  readonly isHollow: boolean
}

/** A probe with its patterns loaded. */
export type Resolved<K extends string, E extends Keys, R> = {
  readonly kind: K
  readonly name: string
  readonly every: number
} & { readonly [N in keyof E]: Loaded<E[N], R> }

/** The type of a key of a probe in a model, after the patterns are loaded. */
type Loaded<D, R> = D extends { readonly patternsFor: string }
  ? R
  : D extends { readonly targetFor: string }
    ? Target<R>
    : D extends { readonly number: number }
      ? number
      : string

/** What a probe can see of a network in float64; one entry for each replica, or a leading replica axis. */
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
  /** What stands beside the heading, and with replicas; '' = nothing. */
  readonly note: string
  readonly bandNote: string
  /** Of several numbers of a replica the one that stands for them. */
  readonly ofReplica: 'mean' | 'largest'
  /** What its line is called where there are lines of terms as well; '' = it has none. */
  readonly label: string
  /** Its values are parts of 1: all of them have the same digits, and colours from 0 or -1 to 1. */
  readonly isShare: boolean
  /** The map of what varies shows it before others. */
  readonly leads: boolean
}

/** What the guard of a run watches: nothing, an energy that may not rise, or a layer that may not flip. */
export type Guarded = 'nothing' | 'descent' | { readonly speedOf: string }

interface Facts<P> {
  /** For the schema. */
  readonly description: string
  /** What it looks at, for people. */
  readonly text: (p: P) => string
}

/** A probe whose samples are numbers that a kernel leaves in the ring. */
export interface Measure<P> extends Facts<P> {
  /** What a sample should be, [replicas][numbers]. */
  readonly exact: (p: P, network: Network) => number[][]
  /** Names of the numbers of a sample, of a replica: of its `count` values, and of its terms. */
  readonly columns: (count: number, terms: readonly string[]) => readonly string[]
  readonly plot: Plot
  readonly guard: (p: P) => Guarded
  /** The layer that is nearest to the pattern with the largest value, if that is what the values say. */
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
