/** What analyses need of the Lagrangians of a network. */
import { ModelError } from '../errors.ts'
import { lagrangianFacts } from '../kinds/lagrangians/table.ts'
import { leakFacts } from '../kinds/leaks/table.ts'
import type { Layer } from '../model/model.ts'

/**
 * Refuses layers whose activation jumps, which have no Hessian to linearise with, and layers whose output leaks.
 * @throws ModelError with what to take instead
 */
export function requireHessians(layers: readonly Pick<Layer, 'name' | 'lagrangian' | 'leak'>[]): void {
  requireInputs(layers)
  for (const { name, lagrangian } of layers) {
    const remedy = lagrangianFacts(lagrangian).withoutHessian
    if (remedy === undefined) continue
    throw new ModelError(
      `${lagrangian.kind} has no Hessian, so that the flow cannot be linearised; ${remedy} for this analysis`,
      { path: `neurons.${name}.lagrangian.kind` },
    )
  }
}

/**
 * Refuses layers whose output leaks.
 * @throws ModelError with what to do instead
 */
export function requireInputs(layers: readonly Pick<Layer, 'name' | 'leak'>[]): void {
  for (const { name, leak } of layers) {
    if (leakFacts(leak).sendsState) {
      throw new ModelError(
        `is "${leak}", and analyses take x as the input of a layer; set it to "input" for this analysis: fixed points, energies and ` +
          'eigenvalues are the same, x being g of them',
        { path: `neurons.${name}.leak` },
      )
    }
  }
}
