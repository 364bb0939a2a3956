/** What an entry of the table of couplings says, in float64. */
import type * as v from 'valibot'
import { transposed } from '../../math/algebra.ts'
import type { SparsePattern } from '../../math/sparse.ts'

/** g by layer. */
export type Activations = ReadonlyMap<string, Float64Array>

/** What of a rule belongs to an entry: of the activations `to` of its row and `from` of its column. */
type Drive = (to: number, from: number) => number

export interface Facts<C> {
  /** The key of the scenario that it stands under. */
  readonly under: 'memories' | 'synapses'
  /** The layers that it joins. */
  readonly layers: (coupling: C) => readonly string[]
  /** Those of them that it sends to. */
  readonly targets: (coupling: C) => readonly string[]
  /**
   * Why what it sends is the derivative of no energy, as in "memory `xi` is one-way": then the energy of a network has no
   * term of it. Undefined = it has an energy.
   */
  readonly withoutEnergy: (coupling: C) => string | undefined
  /** Its energy, without what pulls it back to its bias. */
  readonly energy: (coupling: C, tensor: Float64Array, g: Activations) => number
  /** What it sends to one of its layers: minus the derivative of its energy by the activation of that layer. [N] */
  readonly input: (coupling: C, tensor: Float64Array, g: Activations, layer: string) => Float64Array
  /**
   * What drives its entries by a rule. With `drive` the product of `to` and `from` it is minus the derivative of its energy by
   * its tensor, or twice that where an entry counts for both sides (lateral). [like the tensor]
   */
  readonly drive: (coupling: C, g: Activations, drive: Drive, tensor: Float64Array) => Float64Array
  /** The derivative of what it sends to layer `to` by the activation of layer `from`: [N_to, N_from]. */
  readonly slope: (
    coupling: C,
    tensor: Float64Array,
    g: Activations,
    to: string,
    from: string,
  ) => Float64Array
  /**
   * The arrays that its tensor consists of, one behind the other, as they are read and written; absent = it is one, under the
   * name of the coupling.
   */
  readonly arrays?: (coupling: C) => readonly { readonly name: string; readonly length: number }[]
  /** Its numbers, by their keys in a scenario, that may change while it runs, beside those of its step. */
  readonly numbers?: readonly string[]
  /** The rules that can move it: all, those whose rate is the same for all rows, or none. */
  readonly learns: 'all' | 'steady' | 'none'
}

/** In the order of the menu. */
export const DIRECTIONS = ['both', 'forward', 'backward'] as const

/** What a coupling that is a matrix says besides: it does not depend on the activations. */
export interface MatrixFacts<C> extends Facts<C> {
  /** It as a matrix between its layers: [N_to, N_from]. */
  readonly matrix: (coupling: C, tensor: Float64Array) => Float64Array
  /** The tensor is that matrix, so that its rows are patterns of a layer. */
  readonly isMatrix: boolean
  /** Row and column of an entry of its tensor, which has so many columns; absent = an entry joins more than one pair. */
  readonly placeOf?: (coupling: C, entry: number, columns: number) => readonly [number, number]
}

/** The layers of a memory, and which of them it sends to: both, `to` alone (forward), or `from` alone (backward). */
export interface Ends {
  readonly from: string
  readonly to: string
  readonly direction: (typeof DIRECTIONS)[number]
}

/** What all memories between two layers say alike. */
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

/** How the tensor of a memory stands in its buffer, and what is added to its input. */
interface Stored {
  readonly format: 'f32' | 'f16' | 'binary'
  readonly inputOffset: 'none' | 'half-norm'
}

/** What a memory holds besides the values of its tensor. */
interface Held {
  readonly init: {
    /** Which entries of the matrix there are; absent = all. */
    readonly pattern?: SparsePattern
  }
}

/** Where a memory stands in a scenario. */
export interface Surroundings {
  /** Such as `memories.xi`. */
  readonly path: string
  /** [N], [height, width] or [channels, height, width] of a layer. */
  readonly shapeOf: (layer: string) => readonly number[]
}

/** What the rows of a tensor must be like. */
export interface Fit {
  readonly columns: number
  /** Those of a row that is an image. */
  readonly shape: readonly number[]
  /** What sets the number of columns, in words, and where one number can change it. */
  readonly columnsOf: { readonly text: string; readonly path?: string }
  readonly rows: { readonly count: number; readonly text: string; readonly path: string }
  /** Of a sparse matrix, whose entries are one row: its shape, and the layers that set it. */
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
 * What a kind of memory says besides: `E` are its keys in a scenario beside those that all memories take, `O` is what it has in a
 * model.
 */
export interface MemoryFacts<E extends v.ObjectEntries, O extends Stored> extends MatrixFacts<
  Named & Ends & O & Held
> {
  readonly under: 'memories'
  readonly isBetweenTwo: true
  /** For the schema. */
  readonly description: string
  readonly keys: E
  /** @throws ModelError for layers that it does not fit between */
  readonly own: (spec: Spec<E>, where: Surroundings) => O
  readonly fit: (spec: Spec<E>, where: Surroundings) => Fit
  /** The tensor consists of rows that can be drawn, copied and compared with others. */
  readonly hasRows: boolean
  /** The shape in which a row of it is drawn; undefined = that of the layer `from`. */
  readonly rowShape: (memory: O) => readonly number[] | undefined
  /** In TeX, of the symbols of Xi and of activations. */
  readonly tex: {
    /** What the layer `to` gets of the activation of `from`, and the other way. */
    readonly forward: (xi: string, from: string) => string
    readonly backward: (xi: string, to: string) => string
    /** Its energy. */
    readonly energy: (xi: string, to: string, from: string) => string
    /** The activations as a rule sees them. */
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

/** What a kind says that joins layers in a way of its own. */
export interface HyperedgeFacts<C> extends Facts<C> {
  readonly under: 'memories'
  /** In a few words, such as `3 patterns of what, where`. */
  readonly text: (coupling: C) => string
  readonly tex: {
    /** What a layer gets. */
    readonly sent: (coupling: C, layer: string, symbols: Symbols) => string
    /** What its symbols stand for, and how it learns. */
    readonly lines: (coupling: C, symbols: Symbols) => readonly string[]
    /** Its energy, with its sign. */
    readonly energy: (coupling: C, symbols: Symbols) => string
  }
}

/** What stands in a scenario under one array of a coupling that joins layers in a way of its own. */
export interface Part<P> {
  /** The second half of the name of its array, such as `what` of `p.what`. */
  readonly part: string
  readonly patterns: P
  /** Where it stands under the coupling, such as `between.what`. */
  readonly path: string
}

/** What the scenario says of such a coupling: the layers that it joins, and the patterns of each of its arrays. */
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
