/** Messages between the panel and its worker. */
import type { Moment } from '../../../core/analysis/flow.ts'
import type { Model, Rows } from '../../../core/model/model.ts'

export type Question =
  | { readonly of: 'memory'; readonly xi: Rows }
  | { readonly of: 'synapse'; readonly size: number; readonly w: Float32Array }
  /** `model` needs no data of patterns: couplings and states are in `moment`. */
  | { readonly of: 'flow'; readonly model: Model; readonly moment: Moment }

export interface Answer {
  /** All eigenvalues, or those at either end of a large matrix, ascending. */
  readonly eigenvalues: Float64Array
  /** Their density, if all eigenvalues are known. */
  readonly histogram?: { readonly edges: Float64Array; readonly densities: Float64Array }
  /** The density of the law of Marchenko and Pastur. */
  readonly law?: {
    readonly x: Float64Array
    readonly y: Float64Array
    readonly zeros: number
    readonly edges: readonly [number, number]
    /** Distance of Kolmogorov; absent if only the ends are known. */
    readonly distance?: number
  }
  readonly stability?: {
    readonly unstable?: number
    readonly margin?: number
    readonly hyperbolic?: boolean
  }
  readonly span: readonly [number, number]
}
