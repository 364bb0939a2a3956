/** What the synapses of a layer start at and relax to, J [N, N], made once (docs/scenario.md, "Synapses and memories"). */

/** Rows, as far as the table looks at them. */
export interface BaseRows {
  readonly rows: number
  readonly columns: number
  /** [rows, columns], row-major. */
  readonly data: Float32Array
}

/** What J is computed from: J = P^T P / N of patterns P, the diagonal set to 0 if asked, or J itself; undefined = J is 0. */
export type Made =
  { readonly patterns: BaseRows; readonly zeroDiagonal: boolean } | { readonly matrix: BaseRows } | undefined

interface Stored {
  /** A scenario gives patterns, and whether the diagonal is 0. */
  readonly of: 'patterns'
  /** For the schema. */
  readonly description: string
  readonly made: (patterns: BaseRows, zeroDiagonal: boolean) => Made
}

interface Given {
  /** Nothing is given, or J itself. */
  readonly of: 'nothing' | 'matrix'
}

/** Adding a kind: docs/extending.md. */
export const BASES = {
  zero: { of: 'nothing' },

  hebbian: {
    of: 'patterns',
    description: 'J = P^T P / N with the patterns P as rows.',
    made: (patterns, zeroDiagonal) => ({ patterns, zeroDiagonal }),
  },

  matrix: { of: 'matrix' },
} as const satisfies Readonly<Record<string, Stored | Given>>

type Table = typeof BASES

export type BaseKind = keyof Table

/** Kinds that are made of patterns. */
export type StoringKind = { [K in BaseKind]: Table[K]['of'] extends 'patterns' ? K : never }[BaseKind]

/** What a kind has in a model. */
interface Contents<R> {
  readonly nothing: unknown
  readonly patterns: { readonly patterns: R; readonly zeroDiagonal: boolean }
  readonly matrix: { readonly matrix: R }
}

/** J in a model, with rows of some type. */
export type BaseOf<R> = {
  readonly [K in BaseKind]: { readonly kind: K } & Contents<R>[Table[K]['of']]
}[BaseKind]

/** Kinds that are made of patterns, in the order of the menu. */
export const STORING_KINDS = Object.entries(BASES).flatMap(([kind, { of }]) =>
  of === 'patterns' ? [kind] : [],
) as [StoringKind, ...StoringKind[]]

/** What is known of a kind that is made of patterns. */
export function storingFacts(kind: StoringKind): Stored {
  return BASES[kind]
}

/** What J is computed from. */
export function madeOf(base: BaseOf<BaseRows>): Made {
  if ('patterns' in base) return storingFacts(base.kind).made(base.patterns, base.zeroDiagonal)
  return 'matrix' in base ? { matrix: base.matrix } : undefined
}

/** The patterns that a base is made of; undefined for one that is made of none. */
export function storedBy<R>(base: BaseOf<R>): R | undefined {
  return 'patterns' in base ? base.patterns : undefined
}
