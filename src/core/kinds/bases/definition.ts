/** What an entry of the table of bases says. */

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

/** A scenario gives patterns, and whether the diagonal is 0. */
export interface Stored {
  readonly of: 'patterns'
  /** For the schema. */
  readonly description: string
  /** J as TeX, of the symbol of the patterns. */
  readonly formula: (p: string) => string
  /** Rows or a matrix for the model. A large matrix is computed at the first read of its data; a sketch reads its shape alone. */
  readonly made: (patterns: BaseRows, zeroDiagonal: boolean) => Made
  /** @throws ModelError for patterns of which it cannot be made */
  readonly check?: (patterns: BaseRows) => void
  /** Neurons for which the host can make it in reasonable time. */
  readonly mostNeurons?: number
}

/** Nothing is given, or J itself. */
export interface Given {
  readonly of: 'nothing' | 'matrix'
}
