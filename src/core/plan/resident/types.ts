/**
 * The layout of a network in the registers of the lanes that share a replica, and the context of all writers of
 * its kernel.
 *
 *   lane         0        1        2        3        a layer of 20 neurons, four lanes: quad q belongs to lane q % lanes
 *   quads of x   x0-3     x4-7     x8-11    x12-15
 *                x16-19
 *   rows of Xi   as x: each lane has the columns of its quads in all rows, so that Xi^T f needs no exchange, and Xi v one
 *                sum over the lanes for four rows at a time
 *
 * Registers of layer n and quad k of a lane: xn_k state, ln_k its second word, gn_k activation, in_k input, bn_k bias, cn_k
 * current, hn_k what a clamp holds (hn where it takes all), vn_k which neurons there are; wn is L(x) of a layer as a whole.
 * Of matrix n and row r: mn_r_k, en_r_k its second word, dn_r_k its base.
 */
import type { Rule } from '../../kinds/rules/table.ts'
import type { Layer, Memory, Synapse } from '../../model/model.ts'
import type { Operation } from '../operation.ts'
import type { Planning } from '../planning.ts'
import type { ProbePlan } from '../probes.ts'
import type { createArena, createParameters } from './arena.ts'

/** The arguments for planning the resident kernel of a network. */
export interface ResidentParts {
  /** All operations of a tick, for their parameters. */
  readonly operations: readonly Operation[]
  readonly probes: readonly ProbePlan[]
  /** Lanes that share a replica: the adapter's smallest subgroup, or 1. */
  readonly lanes: number
}

/** A layer in registers; names end in the number of the quad. */
export interface Held {
  readonly layer: Layer
  readonly index: number
  readonly lanes: number
  /** Quads in each lane. */
  readonly quads: number
  /** Prefix of the functions of its Lagrangian. Lagrangians that differ only in parameters share the prefix. */
  readonly kind: string
  readonly stimulated: boolean
  /** Whether a stimulus adds to the drive, and whether one may hold the state. */
  readonly driven: boolean
  readonly clamped: boolean
  /** Whether a stimulus may clamp only some neurons, so that each neuron needs a flag. */
  readonly masked: boolean
  /** True if its state is in two words (common/carry.wgsl). */
  readonly carried: boolean
  /** Prefix of the functions of its noise. */
  readonly shaker: string
  /** Prefix of the functions of its update; undefined if all neurons move. */
  readonly chooser: string | undefined
  /** The clamp that holds it at all times: each tick reads its state from the row shown. */
  readonly holder: number | undefined
}

/** A matrix in registers: rows joined with rows' layer, columns with columns' layer. */
export interface HeldMatrix {
  readonly group: Memory | Synapse
  readonly index: number
  readonly rows: Held
  readonly columns: Held
  /** Its rule, if it learns. */
  readonly rule: Rule | undefined
  readonly carried: boolean
  readonly based: boolean
  readonly halfNorm: boolean
}

type Arena = Pick<ReturnType<typeof createArena>, 'place' | 'placeMatrix'>
type Parameters = Pick<ReturnType<typeof createParameters>, 'param'>

/** The context of all writers. */
export interface Writing extends Arena, Parameters {
  readonly planning: Planning
  readonly probes: readonly ProbePlan[]
  readonly layers: readonly Held[]
  readonly matrices: readonly HeldMatrix[]
  /** Rules of all matrices. */
  readonly rules: readonly Rule[]
  /** Whether a probe needs L(x). */
  readonly hasEnergy: boolean
  /** Whether lanes that read the same row share the read. */
  readonly spreads: boolean
  /**
   * The variable that is true if a group has NaN or infinity; one branch checks all of them, because branches
   * are slow.
   */
  readonly broken: (name: string) => string
}
