/** What a kind of coupling is asked for when a network is planned. */
import type { Layer } from '../../model/model.ts'
import type { Operation, Stage } from '../operation.ts'
import type { Planning } from '../planning.ts'
import type { Sending } from '../products.ts'
import type { Slot } from '../samples.ts'
import type { Turn } from '../stages.ts'

/** When something is sent. */
export interface When {
  readonly stage: Stage
  readonly every: Operation['every']
}

export interface CouplingPlanner<C> {
  /** Its buffers. @returns what is done once, before tick 0 */
  readonly buffers: (planning: Planning, coupling: C) => Operation[]
  /** What it sends to one of its layers, in terms that are summed. */
  readonly sends: (planning: Planning, coupling: C, layer: Layer, when: When) => Sending[]
  /**
   * The step of what moves of it.
   * @param turn - the stage of the step, where it has several
   */
  readonly moves: (planning: Planning, coupling: C, turn?: Turn) => Operation[]
  /** Its term of the energy, set in its word of a sample or added there. */
  readonly energy: (
    planning: Planning,
    coupling: C,
    slot: Slot,
    word: number,
    isFirst: boolean,
  ) => Operation[]
  /** True where the resident kernel has a form of it. */
  readonly isResident: boolean
}
