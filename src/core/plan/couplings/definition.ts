/** The planner of a kind of coupling. */
import type { Layer } from '../../model/model.ts'
import type { Operation, Stage } from '../operation.ts'
import type { Planning } from '../planning.ts'
import type { Sending } from '../products.ts'
import type { Slot } from '../samples.ts'
import type { Turn } from '../stages.ts'

/** The moment at which an input is computed. */
export interface When {
  readonly stage: Stage
  readonly every: Operation['every']
}

export interface CouplingPlanner<C> {
  /** Adds its buffers. @returns operations to run once, before tick 0 */
  readonly buffers: (planning: Planning, coupling: C) => Operation[]
  /** Its input to one of its layers, as terms of a sum. */
  readonly sends: (planning: Planning, coupling: C, layer: Layer, when: When) => Sending[]
  /**
   * The step of its variables.
   * @param turn - the stage of the step, if there are several
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
  /** True if the resident kernel supports it. */
  readonly isResident: boolean
  /** True if replicas may have different fixed arrays, as independent networks have. */
  readonly mayDiffer: boolean
}
