/** Checks of the Lagrangians of a network before an analysis. */
import { ModelError } from '../errors.ts'
import { lagrangianFacts } from '../kinds/lagrangians/table.ts'
import type { Layer } from '../model/model.ts'

/**
 * Refuses layers whose activation jumps, which have no Hessian to linearise with.
 * @throws ModelError with the alternative
 */
export function requireHessians(layers: readonly Pick<Layer, 'name' | 'lagrangian'>[]): void {
  for (const { name, lagrangian } of layers) {
    const remedy = lagrangianFacts(lagrangian).withoutHessian
    if (remedy === undefined) continue
    throw new ModelError(
      `${lagrangian.kind} has no Hessian, so the flow cannot be linearised; ${remedy} for this analysis`,
      { path: `neurons.${name}.lagrangian.kind` },
    )
  }
}
