/** Warnings of a run: from its model, its samples, and calls of `set`. */
import type { Model } from '../model/model.ts'
import { stepWarnings } from '../model/steps.ts'
import { withoutCarry } from '../plan/carry.ts'
import type { Plan } from '../plan/plan.ts'
import { createEnergyGuard } from './guard.ts'
import type { Sample } from './series.ts'

export interface Warnings {
  /** One line each. */
  readonly all: readonly string[]
  /** False if a group has become so slow that its steps need a second word, which has no buffer. */
  readonly isExact: boolean
  /** Checks a sample; `quietSince` = tick since which stimulus and parameters are constant. */
  observe(sample: Sample, quietSince: number): void
  /** Call after a parameter has changed. */
  change(): void
  /** Call before ticks: checks once after each change for steps that are too long. */
  beforeTicks(): void
  /** Starts a run, or continues one with warnings. */
  restart(earlier: readonly string[]): void
}

/**
 * @param initial - the model at the creation of the simulation
 * @param model - the present model
 */
export function createWarnings(plan: Plan, initial: Model, model: () => Model): Warnings {
  let guard = createEnergyGuard(initial, model)
  let earlier = initial.warnings
  let coarse: readonly string[] = []
  /** Warnings about steps that `set` made too long, as of the last ticks. */
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
  return `\`${name}\` has become so slow that float32 loses part of its steps; build a new simulation to keep these parts`
}
