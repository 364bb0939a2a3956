/** The vocabulary of a plan: buffers and the dispatches that read and write them. */
import type { Model, Rows } from '../model/model.ts'
import type { Kernel } from './kernels.ts'
import type { Block, Matrix } from './layout.ts'
import type { Why } from './variants.ts'

/** The parts of a tick (docs/scenario.md, "A tick"), and what stands outside of it. */
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

/** Whose work a dispatch is, and what it does. */
export interface Work {
  /** The layer, synapse, memory or probe; a product is the work of its matrix. */
  readonly owner: string
  /** Such as `integrate`; of a product `matvec` or `matvec-transposed`. */
  readonly act: string
  /** Of a product: the layer that receives it. */
  readonly into?: string
  /** Of a product with a matrix in parts: which of them. */
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
  /** The layer, synapse, memory or probe whose work it is. */
  readonly owner: string
  readonly stage: Stage
  readonly kernel: Kernel
  /** Pipeline constants: WGSL overrides. */
  readonly constants: Readonly<Record<string, number>>
  /** Buffer names by the kernel's binding names. */
  readonly buffers: Readonly<Record<string, string>>
  readonly workgroups: readonly [number, number, number]
  /**
   * Values of the kernel's `Params`; those that depend on the model's parameters follow them while running. Of a kernel that
   * is varied, those of one replica, from the network of its point.
   */
  readonly params: (model: Model) => Readonly<Record<string, number>>
  readonly every: (model: Model) => number
  /** Where there are several that compute the same: the one that was chosen, such as `8x1/64` or `tree/64`, and why. */
  readonly variant?: { readonly form: string; readonly why: Why }
  /** Of deferred updates: only while the next one can be kept, or only when it cannot. */
  readonly pending?: { readonly of: string; readonly when: 'open' | 'full' }
}

/** The constants of an operation that its kernel declares as overrides: a pipeline refuses others. */
export function overridesOf({ kernel, constants }: Operation): Record<string, number> {
  return Object.fromEntries(
    Object.entries(constants).filter(([name]) => kernel.source.includes(`override ${name}:`)),
  )
}

export type Lifetime = 'fixed' | 'state' | 'parameter' | 'demand'

/** One GPU buffer and what it holds at tick 0. */
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
        readonly of: (model: Model) => Rows
      }
    /** `times` copies of another buffer, one behind the other. */
    | { readonly kind: 'copies'; readonly of: string; readonly times: number }
  /** fixed: written once; state: a run changes it, a reset restores it; parameter: written again when the model changes; demand: made when someone first looks at it. */
  readonly lifetime: Lifetime
}
