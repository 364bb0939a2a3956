/** Types of an entry of the table of bases. */

/** Rows, with the fields that the table reads. */
export interface BaseRows {
  readonly rows: number
  readonly columns: number
  /** [rows, columns], row-major. */
  readonly data: Float32Array
}

/** The source of J: patterns P with J = P^T P / N, optionally with a zero diagonal, or J itself; undefined = J is 0. */
export type Made =
  { readonly patterns: BaseRows; readonly zeroDiagonal: boolean } | { readonly matrix: BaseRows } | undefined

/** The scenario gives patterns and whether the diagonal is 0. */
export interface Stored {
  readonly of: 'patterns'
  /** For the schema. */
  readonly description: string
  /** J as TeX, from the symbol of the patterns. */
  readonly formula: (p: string) => string
  /** Rows or a matrix for the model. A large matrix is computed at the first read of its data; a sketch reads its shape alone. */
  readonly made: (patterns: BaseRows, zeroDiagonal: boolean) => Made
  /** @throws ModelError if J cannot be computed from the patterns */
  readonly check?: (patterns: BaseRows) => void
  /** True if a stored pattern disturbs another in proportion to their overlap. */
  readonly hasCrosstalk?: true
  /** The fewest neurons for which J has a meaning, with the reason. */
  readonly fewestNeurons?: { readonly count: number; readonly reason: string }
  /** The most neurons for which the host computes J in reasonable time. */
  readonly mostNeurons?: number
}

/** The scenario gives J itself, or nothing. */
export interface Given {
  readonly of: 'nothing' | 'matrix'
}
