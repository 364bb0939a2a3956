/**
 * A network, validated and with every array resolved: plain readonly data for the plan, the reference and the
 * page. `resolveModel` builds it from a scenario.
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
  /** [rows, columns]; unpacked from `signs` at each read if there are signs, which is expensive for a large memory. */
  readonly data: Float32Array
  /** The same as bits, for a binary memory. */
  readonly signs?: Signs
  /** [rows, columns], or absent when no entry is masked. */
  readonly free?: Uint8Array
  /** Class of each row from the file of labels, -1 if none; absent without labels. */
  readonly labels?: readonly number[]
  /** For a sparse matrix, whose entries form one row: their rows and columns. */
  readonly pattern?: SparsePattern
}

/** Rows of signs, each in whole words of 32 bits, the first column the lowest bit. */
export interface Signs {
  readonly words: Uint32Array
  /** The value of a 1; a 0 is its negative. */
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
  /** Time constant in model time; the smallest if neurons differ; 0 = adiabatic. */
  readonly tau: number
  readonly every: number
  /** The largest temperature if neurons differ. */
  readonly temperature: number
  /** Numbers that differ from neuron to neuron, without those of the Lagrangian, which are in `lagrangian`. */
  readonly own?: { readonly tau?: NeuronRow; readonly temperature?: NeuronRow }
  readonly noise: NoiseKind
  /** Whether x is the input or the output of a neuron. */
  readonly leak: LeakKind
  /** Which neurons move in a step. */
  readonly update: Update
  /** b: one row for all replicas, or rows assigned to the replicas in turn. */
  readonly bias: Rows
  /** x(0): rows assigned to the replicas in turn. */
  readonly init: Rows
}

/** Fields of all lateral couplings W of one layer. */
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
  /** True if W g is minus the derivative of an energy; otherwise W may differ from W^T, and the energy omits W. */
  readonly symmetric: boolean
}

/** J, [N, N], symmetric if the synapses are; for sparse synapses the list of its entries, [1, entries]. */
export type Base = BaseOf<Rows>

/** W with all its entries. */
export interface LateralSynapse extends CommonSynapse {
  readonly kind: 'lateral'
}

/** W with only the entries of its base. */
export interface SparseSynapse extends CommonSynapse {
  readonly kind: 'sparse-lateral'
}

export type Synapse = LateralSynapse | SparseSynapse

/** Fields of all memories Xi between two layers. */
export interface CommonMemory {
  readonly name: string
  readonly from: string
  readonly to: string
  /** The layers that get its input: both, only `to` (forward), or only `from` (backward). */
  readonly direction: Ends['direction']
  readonly rule: Rule
  /** Time constant; absent for rule "fixed". */
  readonly tau?: number
  readonly every: number
  /** Xi(0), the scenario's scale already applied. */
  readonly init: Rows
  /** Lambda; absent = 0 (gated) or Xi(0) (hebbian). */
  readonly bias?: Rows
  /** The scenario's scale: the value of a set sign of the binary format. */
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

/** One of the arrays of a hyperedge. For a product: the part of its patterns for one layer, [count, N]. */
export interface Factor {
  /** The second half of the name of the array, such as `what` of `p.what`. */
  readonly part: string
  /** The layer whose activations multiply the array. */
  readonly layer: string
  readonly init: Rows
}

/** Fields of all hyperedges. */
interface CommonHyperedge {
  readonly name: string
  readonly factors: readonly Factor[]
  readonly rule: Rule
  /** Time constant; absent for rule "fixed". */
  readonly tau?: number
  readonly every: number
}

/** Patterns that two to four layers share; their parts learn together. */
export interface ProductEdge extends CommonHyperedge, Product {
  readonly kind: 'product'
  readonly factors: readonly Factor[]
}

/** Attention among the tokens of one layer; its factors are W_Q and W_K, each [heads size, D]. */
export interface AttentionEdge extends CommonHyperedge, Attention {
  readonly kind: 'attention'
}

/** A hyperedge. */
export type Hyperedge = ProductEdge | AttentionEdge

export type Coupling = Memory | Synapse | Hyperedge

declare const viewed: unique symbol

/** A part of `couplings`, made together with them (`withViews`). */
type View<T> = readonly T[] & { readonly [viewed]: true }

/** One stimulus item; `shownAt` computes the pattern that is shown in a tick. */
export interface Stimulus {
  readonly kind: 'initial' | 'clamp' | 'current'
  readonly layer: string
  readonly patterns: Rows
  readonly start: number
  /** First tick without the stimulus; Infinity = never. */
  readonly stop: number
  readonly dwell: Dwell
  readonly gap: number
  readonly order: 'cycle' | 'shuffle' | 'once' | 'random'
  /** For the order `random`: the probability of each row; absent = all equal. */
  readonly probabilities?: readonly number[]
}

/** Ticks for which a pattern is shown: a fixed number, or `unit` (default 1) times a whole number drawn from a range. */
export type Dwell = number | { readonly min: number; readonly max: number; readonly unit?: number }

/** A probe with its patterns loaded: a memory and its patterns have the same number of rows. */
export type Probe = { readonly [K in ProbeKind]: ProbeOf<K, Rows> }[ProbeKind]

/** One parameter that differs from replica to replica. */
export interface Axis {
  /** Path in the scenario, such as `neurons.hidden.lagrangian.beta`. */
  readonly path: string
  /** Its values, in order. */
  readonly values: readonly number[]
  /** True if its values divide the range into equal ratios. */
  readonly log: boolean
}

/** How parameters vary by replica: a grid of points, each with the same number of replicas. */
export interface Variation {
  /** The first axis varies slowest. */
  readonly axes: readonly Axis[]
  /** True if each seed is a network that draws its own patterns: the points then share no arrays, except those of the same seed. */
  readonly isIndependent?: true
  /** Replicas of each point: replica r belongs to point floor(r / repetitions) and is its replica r mod repetitions. */
  readonly repetitions: number
  /** The separate network of each point; arrays that do not vary are shared. */
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
  /** In the order in which the input of a layer is summed. */
  readonly couplings: readonly Coupling[]
  readonly synapses: View<Synapse>
  readonly memories: View<Memory>
  readonly hyperedges: View<Hyperedge>
  readonly stimulus: readonly Stimulus[]
  readonly probes: readonly Probe[]
  /** SHA-256 of the content of each file, by the path in the scenario. */
  readonly files: Readonly<Record<string, string>>
  /** Warnings, one line each: values that are allowed but probably mistakes. */
  readonly warnings: readonly string[]
}
