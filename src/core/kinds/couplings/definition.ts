/** Types of an entry of the table of couplings, in float64. */
import type * as v from 'valibot'
import { transposed } from '../../math/algebra.ts'
import type { SparsePattern } from '../../math/sparse.ts'

/** g by layer. */
export type Activations = ReadonlyMap<string, Float64Array>

/** A term of a rule for one entry, from the activations `to` of its row and `from` of its column. */
type Drive = (to: number, from: number) => number

export interface Facts<C> {
  /** The key of the scenario that contains the coupling. */
  readonly under: 'memories' | 'synapses'
  /** The layers that the coupling joins. */
  readonly layers: (coupling: C) => readonly string[]
  /** The layers that receive its input. */
  readonly targets: (coupling: C) => readonly string[]
  /**
   * The reason why its inputs are not derivatives of an energy, such as "memory `xi` is one-way"; the energy of
   * a network then omits the coupling. Undefined = the coupling has an energy.
   */
  readonly withoutEnergy: (coupling: C) => string | undefined
  /** The energy of the coupling, without the term of its bias. */
  readonly energy: (coupling: C, tensor: Float64Array, g: Activations) => number
  /** The input to one of its layers: minus the derivative of its energy by the activation of that layer. [N] */
  readonly input: (coupling: C, tensor: Float64Array, g: Activations, layer: string) => Float64Array
  /**
   * The drive of its entries by a rule. If `drive` is the product of `to` and `from`, the result is minus the
   * derivative of the energy by the tensor, or twice that if an entry counts for both sides (lateral). [like the
   * tensor]
   */
  readonly drive: (coupling: C, g: Activations, drive: Drive, tensor: Float64Array) => Float64Array
  /** The derivative of the input to layer `to` by the activation of layer `from`: [N_to, N_from]. */
  readonly slope: (
    coupling: C,
    tensor: Float64Array,
    g: Activations,
    to: string,
    from: string,
  ) => Float64Array
  /**
   * The arrays of its tensor, concatenated, as they are read and written; absent = one array with the name of
   * the coupling.
   */
  readonly arrays?: (coupling: C) => readonly { readonly name: string; readonly length: number }[]
  /** Its numbers that may change during a run, by their keys in a scenario, without the numbers of its step. */
  readonly numbers?: readonly string[]
  /** The possible rules: all, those with the same rate for all rows, or none. */
  readonly learns: 'all' | 'steady' | 'none'
}

/** In the order of the menu. */
export const DIRECTIONS = ['both', 'forward', 'backward'] as const

/** Further facts of a coupling that is a matrix, independent of the activations. */
export interface MatrixFacts<C> extends Facts<C> {
  /** The matrix between its layers: [N_to, N_from]. */
  readonly matrix: (coupling: C, tensor: Float64Array) => Float64Array
  /** True if the tensor is that matrix, so that its rows are patterns of a layer. */
  readonly isMatrix: boolean
  /** Row and column of an entry of a tensor with `columns` columns; absent = an entry joins more than one pair. */
  readonly placeOf?: (coupling: C, entry: number, columns: number) => readonly [number, number]
}

/** The layers of a memory, and which of them get its input: both, only `to` (forward), or only `from` (backward). */
export interface Ends {
  readonly from: string
  readonly to: string
  readonly direction: (typeof DIRECTIONS)[number]
}

/** The facts that all memories between two layers share. */
export const betweenTwo = {
  isBetweenTwo: true,
  layers: ({ from, to }: Ends) => [from, to],
  targets: ({ from, to, direction }: Ends) => [
    ...(direction === 'forward' ? [] : [from]),
    ...(direction === 'backward' ? [] : [to]),
  ],
  withoutEnergy: ({ name, direction }: Ends & Named) =>
    direction === 'both' ? undefined : `memory \`${name}\` is one-way`,
} as const

interface Named {
  readonly name: string
}

/** The format of a memory in its buffer, and the offset of its input. */
interface Stored {
  readonly format: 'f32' | 'f16' | 'binary'
  readonly inputOffset: 'none' | 'half-norm'
}

/** Parts of a memory in addition to the values of its tensor. */
interface Held {
  readonly init: {
    /** The stored entries of the matrix; absent = all. */
    readonly pattern?: SparsePattern
  }
}

/** Place of a memory in a scenario. */
export interface Surroundings {
  /** Such as `memories.xi`. */
  readonly path: string
  /** [N], [height, width] or [channels, height, width] of a layer. */
  readonly shapeOf: (layer: string) => readonly number[]
}

/** The required shape of the rows of a tensor. */
export interface Fit {
  readonly columns: number
  /** The shape of a row that is an image. */
  readonly shape: readonly number[]
  /** The origin of the number of columns, in words, and the key that can change it. */
  readonly columnsOf: { readonly text: string; readonly path?: string }
  readonly rows: { readonly count: number; readonly text: string; readonly path: string }
  /** For a sparse matrix, whose entries form one row: its shape, and the layers that define the shape. */
  readonly between?: {
    readonly rows: number
    readonly columns: number
    readonly to: string
    readonly from: string
  }
}

/** A memory as a scenario gives it. */
type Spec<E extends v.ObjectEntries> = Ends & v.InferOutput<v.StrictObjectSchema<E, undefined>>

/**
 * Further facts of a kind of memory: `E` are its keys in a scenario in addition to those of all memories, `O`
 * its fields in a model.
 */
export interface MemoryFacts<E extends v.ObjectEntries, O extends Stored> extends MatrixFacts<
  Named & Ends & O & Held
> {
  readonly under: 'memories'
  readonly isBetweenTwo: true
  /** For the schema. */
  readonly description: string
  readonly keys: E
  /** @throws ModelError for layers that the memory cannot join */
  readonly own: (spec: Spec<E>, where: Surroundings) => O
  readonly fit: (spec: Spec<E>, where: Surroundings) => Fit
  /** True if the tensor consists of rows that can be drawn, copied and compared. */
  readonly hasRows: boolean
  /** The shape of a row for drawing; undefined = that of the layer `from`. */
  readonly rowShape: (memory: O) => readonly number[] | undefined
  /** In TeX, from the symbols of Xi and of activations. */
  readonly tex: {
    /** The input of the layer `to` from the activation of `from`, and the reverse. */
    readonly forward: (xi: string, from: string) => string
    readonly backward: (xi: string, to: string) => string
    /** Its energy. */
    readonly energy: (xi: string, to: string, from: string) => string
    /** The activations in the equation of a rule. */
    readonly learnt: (to: string, from: string) => readonly [string, string]
  }
}

/** Symbols of the formulas of the page, in TeX. */
export interface Symbols {
  /** The activation of a layer. */
  readonly g: (layer: string) => string
  /** A matrix of the coupling with an index, such as `A_{v}`. */
  readonly matrix: (letter: string, index: string) => string
  /** The symbol of a layer. */
  readonly of: (layer: string) => string
  /** A number under a key of the coupling. */
  readonly number: (key: string, value: number) => string
}

/** Facts of a kind of hyperedge. */
export interface HyperedgeFacts<C> extends Facts<C> {
  readonly under: 'memories'
  /** A short description, such as `3 patterns of what, where`. */
  readonly text: (coupling: C) => string
  readonly tex: {
    /** The input of a layer. */
    readonly sent: (coupling: C, layer: string, symbols: Symbols) => string
    /** Definitions of its symbols, and its learning rule. */
    readonly lines: (coupling: C, symbols: Symbols) => readonly string[]
    /** Its energy, with its sign. */
    readonly energy: (coupling: C, symbols: Symbols) => string
  }
}

/** One array of a hyperedge in a scenario. */
export interface Part<P> {
  /** The second half of the name of its array, such as `what` of `p.what`. */
  readonly part: string
  readonly patterns: P
  /** Its path under the coupling, such as `between.what`. */
  readonly path: string
}

/** A hyperedge in a scenario: the layers that it joins, and the patterns of each of its arrays. */
export interface Written<S, P> {
  readonly ends: (spec: S) => readonly string[]
  readonly parts: (spec: S) => readonly Part<P>[]
}

/** The slope of a memory that is `matrix` forward and its transpose backward. */
export function slopeOf(matrix: Float64Array, { from }: Ends, columns: number, to: string): Float64Array {
  return to === from ? transposed(matrix, columns) : matrix
}

/** N of a shape. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, length) => product * length, 1)
}

/** The activation of a layer. */
export function of(g: Activations, layer: string): Float64Array {
  const values = g.get(layer)
  if (values === undefined) throw new Error(`there is no activation of \`${layer}\``)
  return values
}
