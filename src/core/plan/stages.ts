/** Steps of several stages (shaders/neuron/staged.wgsl, shaders/rule/staged.wgsl), and the groups that use them. */
import { stagesOf } from '../kinds/integrators/table.ts'
import type { Model } from '../model/model.ts'

/** One stage of a step, as the fields of its kernel. */
export interface Turn {
  readonly weight: number
  readonly reach: number
  readonly begins: 0 | 1
  readonly ends: 0 | 1
}

/** The stages of a group of this rate; [undefined] if a step has one stage. */
export function turnsOf({ time }: Model, every: number): readonly (Turn | undefined)[] {
  const stages = stagesOf(time.integrator, every)
  if (stages.length === 1) return [undefined]
  return stages.map((stage, index) => ({
    ...stage,
    begins: index === 0 ? 1 : 0,
    ends: index === stages.length - 1 ? 1 : 0,
  }))
}

/** True if a dynamic group has several stages in a step. */
export function isStaged(
  model: Model,
  { tau, every }: { readonly tau?: number | undefined; readonly every: number },
): boolean {
  return tau !== undefined && tau > 0 && turnsOf(model, every).length > 1
}
