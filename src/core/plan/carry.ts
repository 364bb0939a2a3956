/**
 * Groups that are stored in two words (shaders/common/carry.wgsl): those so slow relative to their step that
 * rounding in float32 alone would be too large.
 */
import { arraysOf } from '../kinds/couplings/table.ts'
import { groupsOf } from '../model/couplings.ts'
import { movingRule, tracesOf } from '../kinds/rules/table.ts'
import type { Model } from '../model/model.ts'
import { longestTau } from '../model/neuron-values.ts'
import type { BufferPlan } from './operation.ts'
import { stepOf } from './planning.ts'

/**
 * Least step/tau at which float32 alone follows a group to 1e-5 of its range for 5 tau (measured: 4e-6). The
 * group stops once a step is below half an ulp, 2^-24 of the value; its distance from the target is then 2^-24 /
 * rate.
 */
const LEAST_RATIO = 2 ** -9

/** Name of the array of second words of a layer or a matrix. */
export function carryNameOf(name: string): string {
  return `${name}/carry`
}

/** True if a plan has buffers for the second words of this group. */
export function hasCarry(buffers: readonly BufferPlan[], name: string): boolean {
  return (
    name.endsWith('/carry') &&
    buffers.some((one) => one.name === name || one.name.startsWith(`${name}/matrix`))
  )
}

/** step/tau of a layer, that of its slowest neuron, a synapse, a memory or a trace; undefined if it does not move in steps. */
function ratioOf(model: Model, name: string): number | undefined {
  const layer = model.layers.find((one) => one.name === name)
  if (layer !== undefined) return layer.tau === 0 ? undefined : stepOf(model, layer.every) / longestTau(layer)
  for (const memory of model.memories)
    for (const trace of tracesOf(memory))
      if (trace.name === name) return stepOf(model, memory.every) / trace.time
  const coupling = model.couplings.find((one) => one.name === name)
  if (coupling?.tau === undefined) return undefined
  const { tau, every } = coupling
  const leastRate = 'rule' in coupling ? (movingRule(coupling.rule)?.leastRate ?? 1) : 1
  return (leastRate * stepOf(model, every)) / tau
}

function isSlow(model: Model, name: string): boolean {
  const ratio = ratioOf(model, name)
  return ratio !== undefined && ratio < LEAST_RATIO
}

/** True if a group is stored in two words: it is slow in any replica. */
export function isCarried(model: Model, name: string): boolean {
  return (model.variation?.points ?? [model]).some((point) => isSlow(point, name))
}

/** Fields of shaders/common/carry.wgsl. */
export function carryFields(model: Model, name: string): { carries: number; zero: number } {
  return { carries: isSlow(model, name) ? 1 : 0, zero: 0 }
}

function arraysIn({ couplings }: Model, name: string): readonly string[] {
  return couplings.flatMap((one) => (one.name === name ? arraysOf(one) : []))
}

/** Groups that became slow after their buffers were planned, without a buffer for the second word. */
export function withoutCarry(buffers: readonly BufferPlan[], model: Model): string[] {
  const traces = model.memories.flatMap((memory) => tracesOf(memory).map(({ name }) => name))
  return [...groupsOf(model).map(({ name }) => name), ...traces].filter(
    (name) =>
      isCarried(model, name) &&
      // U of a factored synapse takes the place of W.
      ![name, ...arraysIn(model, name), `${name}/excess`].some((one) => hasCarry(buffers, carryNameOf(one))),
  )
}
