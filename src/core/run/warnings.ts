/** What a run found worth a warning: what its model and its samples tell, and what `set` has done. */
import type { Model } from '../model/model.ts'
import { stepWarnings } from '../model/steps.ts'
import { withoutCarry } from '../plan/carry.ts'
import type { Plan } from '../plan/plan.ts'
import { createEnergyGuard } from './guard.ts'
import type { Sample } from './series.ts'

export interface Warnings {
  /** One line each. */
  readonly all: readonly string[]
  /** False where a group has become so slow that a second word, for which there is no room, would have to carry its steps. */
  readonly isExact: boolean
  /** Looks at a sample; `quietSince` = ticks since which stimulus and parameters stood still. */
  observe(sample: Sample, quietSince: number): void
  /** After a parameter has changed. */
  change(): void
  /** Before ticks are run: a step that is too long is looked for once a change. */
  beforeTicks(): void
  /** A run begins, or goes on from one that had warnings. */
  restart(earlier: readonly string[]): void
}

/**
 * @param initial - the model that the simulation was made for
 * @param model - what it is now
 */
export function createWarnings(plan: Plan, initial: Model, model: () => Model): Warnings {
  let guard = createEnergyGuard(initial, model)
  let earlier = initial.warnings
  let coarse: readonly string[] = []
  /** What `set` has made too long a step, the last of it that ticks were run with. */
  let longSteps: readonly string[] = []
  let asksForSteps = false
  return {
    get all() {
      return [...new Set([...earlier, ...longSteps, ...guard.warnings(), ...coarse.map(tooCoarse)])]
    },
    get isExact() {
      return coarse.length === 0
    },
    observe(sample, quietSince) {
      guard.observe(sample, quietSince)
    },
    change() {
      coarse = withoutCarry(plan.buffers, model())
      asksForSteps = true
    },
    beforeTicks() {
      if (!asksForSteps) return
      asksForSteps = false
      const found = stepWarnings(model())
      if (found.length > 0) longSteps = found
    },
    restart(before) {
      earlier = before
      longSteps = []
      asksForSteps = model() !== initial
      guard = createEnergyGuard(initial, model)
    },
  }
}

function tooCoarse(name: string): string {
  return `\`${name}\` has become so slow that float32 loses part of its steps; build the simulation anew to carry what is lost`
}
