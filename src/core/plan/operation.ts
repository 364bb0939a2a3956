/** The vocabulary of a plan: buffers and the dispatches that read and write them. */
import type { Model, Rows } from '../model/model.ts'
import type { Kernel } from './kernels.ts'
import type { Block, Matrix } from './layout.ts'
import type { Why } from './variants.ts'

/** The parts of a tick (docs/scenario.md, "A tick"), and stages outside a tick. */
export type Stage =
  | 'setup'
  | 'stimulate'
  | 'activate'
  | 'settle'
  | 'input'
  | 'integrate'
  | 'plasticity'
  | 'learn'
  | 'probe'
  | 'resident'

/** Storage buffers that a kernel binds, with the clock record and the table of varied parameters. */
export function boundBy({ bindings, clocked, varied }: Kernel): number {
  return bindings.length + (clocked ? 1 : 0) + (varied ? 1 : 0)
}

/** The owner of a dispatch, and its action. */
export interface Work {
  /** The layer, synapse, memory or probe; a product belongs to its matrix. */
  readonly owner: string
  /** Such as `integrate`; for a product `matvec` or `matvec-transposed`. */
  readonly act: string
  /** For a product: the layer that receives it. */
  readonly into?: string
  /** For a product with a matrix in parts: the part. */
  readonly part?: string
}

/** Such as `hidden/integrate`, or `hidden/matvec xi` for a product: for people. */
export function labelOf({ owner, act, into, part }: Work): string {
  if (into === undefined) return `${owner}/${act}`
  return `${into}/${act} ${owner}${part === undefined ? '' : ` ${part}`}`
}

/** One dispatch: which kernel, on which buffers, at which rate. */
export interface Operation {
  /** For people (labelOf). */
  readonly label: string
  /** The layer, synapse, memory or probe of the dispatch. */
  readonly owner: string
  readonly stage: Stage
  readonly kernel: Kernel
  /** Pipeline constants: WGSL overrides. */
  readonly constants: Readonly<Record<string, number>>
  /** Buffer names by the kernel's binding names. */
  readonly buffers: Readonly<Record<string, string>>
  readonly workgroups: readonly [number, number, number]
  /**
   * Values of the kernel's `Params`; values that depend on the model's parameters follow them during a run. For
   * a varied kernel, the values of one replica, from the network of its point.
   */
  readonly params: (model: Model) => Readonly<Record<string, number>>
  readonly every: (model: Model) => number
  /** The chosen one of several variants, such as `8x1/64` or `tree/64`, and the reason. */
  readonly variant?: { readonly form: string; readonly why: Why }
  /** For deferred updates: run only while the next one can be deferred, or only when it cannot. */
  readonly pending?: { readonly of: string; readonly when: 'open' | 'full' }
}

/** The constants of an operation that its kernel declares as overrides: a pipeline refuses others. */
export function overridesOf({ kernel, constants }: Operation): Record<string, number> {
  return Object.fromEntries(
    Object.entries(constants).filter(([name]) => kernel.source.includes(`override ${name}:`)),
  )
}

export type Lifetime = 'fixed' | 'state' | 'parameter' | 'demand'

/** One GPU buffer and its contents at tick 0. */
export interface BufferPlan {
  readonly name: string
  readonly bytes: number
  readonly initial:
    | { readonly kind: 'zero' }
    | { readonly kind: 'data'; readonly make: (model: Model) => ArrayBufferView<ArrayBuffer> }
    /** A block of a matrix, packed from dense rows. */
    | {
        readonly kind: 'rows'
        readonly matrix: Matrix
        readonly block: Block
        /** The rows of a copy. */
        readonly of: (model: Model, copy: number) => Rows
      }
    /** `times` concatenated copies of another buffer. */
    | { readonly kind: 'copies'; readonly of: string; readonly times: number }
  /** fixed: written once; state: a run changes it, a reset restores it; parameter: written again when the model changes; demand: allocated at the first read. */
  readonly lifetime: Lifetime
}
