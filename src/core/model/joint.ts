/**
 * The one learning network that is not hebbian and yet has an energy that falls
 * (docs/theory.md, "Learning rules, and where Hebb comes from").
 */
import { groupsOf } from './couplings.ts'
import { inverseTemperature, isIdentity } from '../kinds/lagrangians/table.ts'
import { movingRule } from '../kinds/rules/table.ts'
import type { Memory, Model } from './model.ts'

/**
 * The gated memory of a network with the joint Lyapunov function
 *   E(v, Xi) = |v|^2 / 2 - b.v - (1/beta) log sum_mu exp(beta (Xi_mu.v - |Xi_mu|^2 / 2)):
 * linear visible neurons of gain 1, adiabatic softmax neurons whose input carries the half-norm offset, Lambda = 0, and no
 * other coupling. Else undefined.
 */
export function jointMemory({ layers, couplings, memories, variation }: Model): Memory | undefined {
  // One gain among many that is not 1, and the energy of all replicas has its usual terms.
  if (variation?.points.some((point) => jointMemory(point) === undefined)) return undefined
  const [memory] = memories
  if (memory === undefined || couplings.length > 1) return undefined
  const from = layers.find(({ name }) => name === memory.from)
  const to = layers.find(({ name }) => name === memory.to)
  const isJoint =
    movingRule(memory.rule)?.descends === 'joint' &&
    memory.inputOffset === 'half-norm' &&
    memory.bias === undefined &&
    from !== undefined &&
    isIdentity(from.lagrangian) &&
    to !== undefined &&
    inverseTemperature(to.lagrangian) !== undefined &&
    to.tau === 0
  return isJoint ? memory : undefined
}

/** Names of the terms of the total energy: layers, then couplings; the memory of a joint energy is in its hidden layer. */
export function energyTerms(model: Model): string[] {
  const joint = jointMemory(model)
  return groupsOf(model).flatMap((group) => (group === joint ? [] : [group.name]))
}
