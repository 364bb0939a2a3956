/**
 * How a network stands in the registers of the lanes that share a replica, and what all writers of its kernel are told.
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

/** What the resident kernel of a network is planned from. */
export interface ResidentParts {
  /** All operations of a tick, of which the parameters are taken. */
  readonly operations: readonly Operation[]
  readonly probes: readonly ProbePlan[]
  /** Lanes that share a replica: the adapter's smallest subgroup, or 1. */
  readonly lanes: number
}

/** A layer as it stands in the registers: names end in the number of the quad. */
export interface Held {
  readonly layer: Layer
  readonly index: number
  readonly lanes: number
  /** Quads a lane holds. */
  readonly quads: number
  /** Prefix of the functions of its Lagrangian. Equal ones but for their parameters share theirs. */
  readonly kind: string
  readonly stimulated: boolean
  /** Whether a stimulus adds to the drive, and whether one may hold the state. */
  readonly driven: boolean
  readonly clamped: boolean
  /** Whether a stimulus may take some neurons and leave others, so that what is held is known of each. */
  readonly masked: boolean
  /** Its state stands in two words (common/carry.wgsl). */
  readonly carried: boolean
  /** Prefix of the functions of its noise. */
  readonly shaker: string
  /** Prefix of the functions of its update; undefined where all neurons move. */
  readonly chooser: string | undefined
  /** The clamp that holds it at all times: its state is read in each tick from where the row shown stands. */
  readonly holder: number | undefined
}

/** A matrix in registers: rows joined with rows' layer, columns with columns' layer. */
export interface HeldMatrix {
  readonly group: Memory | Synapse
  readonly index: number
  readonly rows: Held
  readonly columns: Held
  /** What it learns by, if it does. */
  readonly rule: Rule | undefined
  readonly carried: boolean
  readonly based: boolean
  readonly halfNorm: boolean
}

type Arena = Pick<ReturnType<typeof createArena>, 'place' | 'placeMatrix'>
type Parameters = Pick<ReturnType<typeof createParameters>, 'param'>

/** Common to all writers. */
export interface Writing extends Arena, Parameters {
  readonly planning: Planning
  readonly probes: readonly ProbePlan[]
  readonly layers: readonly Held[]
  readonly matrices: readonly HeldMatrix[]
  /** Rules that matrices here learn by. */
  readonly rules: readonly Rule[]
  /** Whether a probe asks for L(x). */
  readonly hasEnergy: boolean
  /** Whether lanes that read the same row share what they read. */
  readonly spreads: boolean
  /** The variable that says whether a group broke; all are looked at together, since a branch costs more than they do. */
  readonly broken: (name: string) => string
}
