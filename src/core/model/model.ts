/**
 * A network, validated and with every array resolved: plain readonly data that the plan, the reference and the
 * page read. `resolveModel` makes it from a scenario.
 */
import type { BaseOf } from '../kinds/bases/table.ts'
import type { Attention } from '../kinds/couplings/attention.ts'
import type { Ends } from '../kinds/couplings/definition.ts'
import type { Product } from '../kinds/couplings/product.ts'
import type { MemoryKind, OwnOf } from '../kinds/couplings/table.ts'
import type { IntegratorKind } from '../kinds/integrators/table.ts'
import type { Lagrangian } from '../kinds/lagrangians/table.ts'
import type { NeuronRow } from '../kinds/neuron-row.ts'
import type { LeakKind } from '../kinds/leaks/table.ts'
import type { NoiseKind } from '../kinds/noises/table.ts'
import type { ProbeKind, ProbeOf } from '../kinds/probes/table.ts'
import type { Rule } from '../kinds/rules/table.ts'
import type { Update } from '../kinds/updates/table.ts'
import type { SparsePattern } from '../math/sparse.ts'
import type { Scenario } from './schema.ts'

/** Dense rows, row-major, float32. `free` marks (with 1) the entries that a mask leaves alone. */
export interface Rows {
  readonly rows: number
  readonly columns: number
  /** [rows, columns]; where there are signs, unpacked from them at each call, which a large memory had better avoid. */
  readonly data: Float32Array
  /** The same in bits, of a binary memory. */
  readonly signs?: Signs
  /** [rows, columns], or absent when no entry is masked. */
  readonly free?: Uint8Array
  /** Class of each row as the file of its labels says, -1 where none; absent when there are no labels. */
  readonly labels?: readonly number[]
  /** Of a sparse matrix, whose entries are one row: where they stand. */
  readonly pattern?: SparsePattern
}

/** Rows of signs, each in whole words of 32 bits, the first column the lowest bit. */
export interface Signs {
  readonly words: Uint32Array
  /** What a 1 stands for; a 0 stands for its negative. */
  readonly unit: number
}

export type { Lagrangian, Update }

/** One layer of neurons, x. */
export interface Layer {
  readonly name: string
  /** N, at least 1. */
  readonly size: number
  /** [N] or [height, width] with height * width = N. */
  readonly shape: readonly number[]
  readonly lagrangian: Lagrangian
  /** Time constant in model time, of the fastest neuron where they differ; 0 = adiabatic. */
  readonly tau: number
  readonly every: number
  /** Of the warmest neuron where they differ. */
  readonly temperature: number
  /** What differs from neuron to neuron; the numbers of the Lagrangian that do stand in it. */
  readonly own?: { readonly tau?: NeuronRow; readonly temperature?: NeuronRow }
  readonly noise: NoiseKind
  /** Whether x is the input that is collected, or the output that is sent. */
  readonly leak: LeakKind
  /** Which neurons move in a step. */
  readonly update: Update
  /** b: one row for all replicas, or rows dealt to the replicas in turn. */
  readonly bias: Rows
  /** x(0): rows dealt to the replicas in turn. */
  readonly init: Rows
}

/** What all lateral couplings W of one layer have. */
interface CommonSynapse {
  readonly name: string
  readonly layer: string
  /** Time constant; absent = W stays at J. */
  readonly tau?: number
  readonly every: number
  /** kappa * N, at least 0. */
  readonly strength: number
  readonly base: Base
  /** W(0) of plastic synapses; absent = J. */
  readonly init?: Base
  /** W_ii stays 0; J and W(0) have no diagonal. */
  readonly zeroDiagonal: boolean
  /** W g is minus the derivative of an energy; else W may differ from W^T, and the energy has no term of it. */
  readonly symmetric: boolean
}

/** J, [N, N], symmetric where the synapses are; of sparse ones the list of its entries, [1, entries]. */
export type Base = BaseOf<Rows>

/** W with all its entries. */
export interface LateralSynapse extends CommonSynapse {
  readonly kind: 'lateral'
}

/** W with the entries alone that its base has. */
export interface SparseSynapse extends CommonSynapse {
  readonly kind: 'sparse-lateral'
}

export type Synapse = LateralSynapse | SparseSynapse

/** What all memories Xi between two layers have. */
export interface CommonMemory {
  readonly name: string
  readonly from: string
  readonly to: string
  /** The layers that it sends to: both, `to` alone (forward), or `from` alone (backward). */
  readonly direction: Ends['direction']
  readonly rule: Rule
  /** Time constant; absent for rule "fixed". */
  readonly tau?: number
  readonly every: number
  /** Xi(0), the scenario's scale already applied. */
  readonly init: Rows
  /** Lambda; absent = 0 (gated) or Xi(0) (hebbian). */
  readonly bias?: Rows
  /** The scenario's scale: what a set sign of the binary format stands for. */
  readonly scale: number
}

/** A memory of one kind. */
export type MemoryOf<K extends MemoryKind> = CommonMemory & { readonly kind: K } & OwnOf<K>

/** Xi is the matrix between its layers, [N_to, N_from]. */
export type DenseMemory = MemoryOf<'dense'>

/** Xi is a filter bank, [F, C kh kw]. */
export type ConvolutionMemory = MemoryOf<'convolution'>

/** Xi is a sparse matrix between its layers; the tensor is the list of its entries, [1, entries]. */
export type SparseMemory = MemoryOf<'sparse'>

export type Memory = { readonly [K in MemoryKind]: MemoryOf<K> }[MemoryKind]

/** One of the arrays of a hyperedge. Of a product: the part of its patterns that belongs to one layer, [count, N]. */
export interface Factor {
  /** The second half of the name of the array, such as `what` of `p.what`. */
  readonly part: string
  /** The layer whose activations it is multiplied with. */
  readonly layer: string
  readonly init: Rows
}

/** What all hyperedges have. */
interface CommonHyperedge {
  readonly name: string
  readonly factors: readonly Factor[]
  readonly rule: Rule
  /** Time constant; absent for rule "fixed". */
  readonly tau?: number
  readonly every: number
}

/** Patterns that two to four layers share; the parts of all of them move together. */
export interface ProductEdge extends CommonHyperedge, Product {
  readonly kind: 'product'
  readonly factors: readonly Factor[]
}

/** Attention among the tokens of one layer; its factors are W_Q and W_K, each [heads size, D]. */
export interface AttentionEdge extends CommonHyperedge, Attention {
  readonly kind: 'attention'
}

/** A coupling that joins layers in a way of its own. */
export type Hyperedge = ProductEdge | AttentionEdge

export type Coupling = Memory | Synapse | Hyperedge

declare const viewed: unique symbol

/** A part of `couplings`, made together with them (`withViews`). */
type View<T> = readonly T[] & { readonly [viewed]: true }

/** One stimulus item; `shownAt` tells which pattern it shows at a tick. */
export interface Stimulus {
  readonly kind: 'initial' | 'clamp' | 'current'
  readonly layer: string
  readonly patterns: Rows
  readonly start: number
  /** First tick at which it is off again; Infinity = never. */
  readonly stop: number
  readonly dwell: Dwell
  readonly gap: number
  readonly order: 'cycle' | 'shuffle' | 'once' | 'random'
  /** Of the order `random`: how often each row is drawn; absent = all alike. */
  readonly probabilities?: readonly number[]
}

/** Ticks for which a pattern is shown: always as many, or `unit` times (default 1) a whole number that is drawn from a range. */
export type Dwell = number | { readonly min: number; readonly max: number; readonly unit?: number }

/** A probe with its patterns loaded: a memory has as many rows as those that it is compared with. */
export type Probe = { readonly [K in ProbeKind]: ProbeOf<K, Rows> }[ProbeKind]

/** One parameter that differs from replica to replica. */
export interface Axis {
  /** Path in the scenario, such as `neurons.hidden.lagrangian.beta`. */
  readonly path: string
  /** What it takes in turn. */
  readonly values: readonly number[]
  /** Its values divide the range into equal ratios. */
  readonly log: boolean
}

/** How parameters vary by replica: a grid of points, each with the same number of replicas. */
export interface Variation {
  /** The first is the slowest. */
  readonly axes: readonly Axis[]
  /** Replicas of each point: replica r belongs to point floor(r / repetitions) and is its replica r mod repetitions. */
  readonly repetitions: number
  /** The network of each point as it would be alone; what does not vary is shared with the others. */
  readonly points: readonly Model[]
}

export interface Model {
  /** The scenario with every default written out, `--set` and `--seed` applied. */
  readonly scenario: Scenario
  readonly seed: number
  readonly time: {
    readonly dt: number
    readonly ticks: number
    readonly integrator: IntegratorKind
    /** Ends the run once the speed of a layer is below a bound in all replicas. */
    readonly until?: { readonly layer: string; readonly below: number; readonly every: number }
  }
  readonly replicas: number
  /** Absent = all replicas have the same parameters. */
  readonly variation?: Variation
  readonly layers: readonly Layer[]
  /** In the order in which what they send to a layer is summed. */
  readonly couplings: readonly Coupling[]
  readonly synapses: View<Synapse>
  readonly memories: View<Memory>
  readonly hyperedges: View<Hyperedge>
  readonly stimulus: readonly Stimulus[]
  readonly probes: readonly Probe[]
  /** SHA-256 of the content of each file that the scenario names, as it names it. */
  readonly files: Readonly<Record<string, string>>
  /** What is allowed but probably not meant, one line each. */
  readonly warnings: readonly string[]
}
