/** Types of an entry of the table of Lagrangians. */
import * as v from 'valibot'

/** WGSL of expressions of the user, with the expression of each line. */
export interface Written {
  readonly lines: readonly string[]
  /** `activation: tanh(x)` for each line. */
  readonly origins: readonly string[]
}

/** A Lagrangian as two expressions of x and of parameters, for one neuron. */
export interface Expressions {
  readonly activation: string
  readonly lagrangian: string
  readonly parameters?: Readonly<Record<string, number>>
}

/** The Legendre transform L*(y) = sup_x x.y - L(x) of a Lagrangian, if it is a sum over neurons. */
export interface Conjugate<L> {
  /** One term, for y within the range. Its WGSL is shaders/conjugate/KIND.wgsl. */
  readonly term: (l: L, y: number) => number
  /**
   * Infimum and supremum of the activation of one neuron. With a Lagrangian of the whole layer the activations
   * also sum to 1.
   */
  readonly range: (l: L) => readonly [number, number]
  /** Sum of the terms as TeX, `y` the symbol of the activation. */
  readonly formula: (l: L, y: string) => string
}

/** All facts of a kind of Lagrangian that other folders read. Its WGSL is shaders/lagrangian/KIND.wgsl. */
export interface Facts<L> {
  /** Text for the schema, if the keys are not enough. */
  readonly description?: string
  /** L(x) */
  readonly value: (l: L, x: Float64Array) => number
  /** g = dL/dx, [N] */
  readonly activation: (l: L, x: Float64Array) => Float64Array
  /** M = d2L/dx2, [N, N] */
  readonly hessian: (l: L, x: Float64Array) => Float64Array
  /** True if L is a sum over neurons: the activation needs no reduction, and M is diagonal. */
  readonly isPerNeuron: boolean
  /** Components of the vector p of its WGSL, at most four. */
  readonly parameters: (l: L) => readonly number[]
  /** True if no activation is larger than 1 in size. */
  readonly isBounded: boolean
  /** True if no activation is below 0. */
  readonly isNonNegative: (l: L) => boolean
  /** The largest slope of an activation for states up to `reach` in size; undefined if unknown. */
  readonly steepest: (l: L, reach: number) => number | undefined
  /** g as TeX, `x` the symbol of the state, `of` a parameter as TeX: a number, or a range where it varies by replica. */
  readonly formula: (l: L, x: string, of: (key: keyof L & string) => string) => string

  /** Absent = no closed form: such a layer cannot have `leak: "output"`. */
  readonly conjugate?: Conjugate<L>
  /** g(x) = x. */
  readonly isIdentity?: (l: L) => boolean
  /** beta of L = (1/beta) log sum exp(beta x). */
  readonly logSumExp?: (l: L) => number | undefined
  /** True if its WGSL is one or two operations: unrolled, where others are loops. */
  readonly isCheap?: boolean
  /** Remedy for analyses that need M if g jumps, because M is then 0 between the jumps; absent = g has no jump. */
  readonly withoutHessian?: string
  /** L is convex; absent = always. */
  readonly isConvex?: (l: L) => boolean
  /** The same as expressions, as a start for a custom Lagrangian. */
  readonly expressions?: (l: L) => Expressions
  /** WGSL from the expressions of the Lagrangian, after that of its kind. */
  readonly written?: (l: L) => Written
  /**
   * Checks combinations of numbers of a scenario.
   * @param path - of the Lagrangian in the scenario
   * @param adiabatic - only dynamic layers must be convex
   * @returns warnings
   * @throws ModelError with the remedy
   */
  readonly check?: (l: L, path: string, adiabatic: boolean) => readonly string[]
}

type Entries<K extends string, E extends v.ObjectEntries> = {
  readonly kind: v.LiteralSchema<K, undefined>
} & E

/** A Lagrangian of one kind with all parameters filled in. */
export type Of<K extends string, E extends v.ObjectEntries> = Readonly<
  v.InferOutput<v.StrictObjectSchema<Entries<K, E>, undefined>>
>

/** An entry: the keys of a scenario next to `kind`, and the facts. */
export function define<const K extends string, E extends v.ObjectEntries>(
  kind: K,
  keys: E,
  facts: Facts<Of<K, E>>,
) {
  const object = v.strictObject({ kind: v.literal(kind), ...keys } as Entries<K, E>)
  const { description } = facts
  // A pipe keeps the object schema, so that its keys can be read.
  const schema: typeof object =
    description === undefined ? object : v.pipe(object, v.description(description))
  return { ...facts, schema }
}

/** L(x) = sum_i F(x_i): then g_i = F'(x_i) and M is diagonal with F''(x_i). */
export function additive<L>(
  F: (l: L, x: number) => number,
  first: (l: L, x: number) => number,
  second: (l: L, x: number) => number,
): Pick<Facts<L>, 'value' | 'activation' | 'hessian' | 'isPerNeuron'> {
  return {
    value: (l, x) => x.reduce((sum, xi) => sum + F(l, xi), 0),
    activation: (l, x) => x.map((xi) => first(l, xi)),
    hessian: (l, x) => square(x.length, (i, j) => (i === j ? second(l, x[i]!) : 0)),
    isPerNeuron: true,
  }
}

/** An [N, N] matrix from its entries. */
export function square(N: number, entry: (i: number, j: number) => number): Float64Array {
  return Float64Array.from({ length: N * N }, (_, k) => entry(Math.floor(k / N), k % N))
}
