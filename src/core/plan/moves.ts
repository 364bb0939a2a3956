/** The inputs of layers, and their moves. */
import { targetsOf } from '../kinds/couplings/table.ts'
import { isPerNeuron } from '../kinds/lagrangians/table.ts'
import { leakFacts } from '../kinds/leaks/table.ts'
import type { Layer } from '../model/model.ts'
import { couplingPlanner } from './couplings/table.ts'
import { vectorStride } from './layout.ts'
import { approaching, integrate, movesByNeuron, planGoals, stepping } from './neurons.ts'
import { boundBy, type Operation, type Stage } from './operation.ts'
import { type Planning, type Receiver, differs, find } from './planning.ts'
import type { Output, Sending } from './products.ts'
import type { Turn } from './stages.ts'

function inputOf(layer: Layer): Output {
  return { buffer: `${layer.name}/input`, stride: vectorStride(layer.size) }
}

/** The terms of the input of a layer, in the order of the sum. */
function sentTo(planning: Planning, layer: Layer, stage: Stage): Sending[] {
  const { model } = planning
  const { name } = layer
  const every: Operation['every'] = (m) => (stage === 'integrate' ? find(m.layers, name).every : 1)
  return model.couplings
    .filter((coupling) => targetsOf(coupling).includes(name))
    .flatMap((coupling) => couplingPlanner(coupling).sends(planning, coupling, layer, { stage, every }))
}

/** I_x: the input of a layer from all couplings, summed into its input buffer. */
export function planInput(planning: Planning, layer: Layer, stage: Stage): Operation[] {
  return sentTo(planning, layer, stage).flatMap(({ before, hand }, index) => [
    ...before,
    ...hand(inputOf(layer), index > 0),
  ])
}

/**
 * The move of a layer (neurons.ts) with its input: the kernel of the last product also moves the layer, if the
 * adapter binds enough buffers and all replicas have the same parameters.
 * @param follows - true = the kernel also computes the activation, because nothing reads the old one afterwards
 * @param turn - the stage of the step, if there are several
 * @returns the other products, then the move
 */
export function planMove(
  planning: Planning,
  layer: Layer,
  stage: Stage,
  follows: boolean,
  turn?: Turn,
): { readonly input: Operation[]; readonly move: Operation[] } {
  const { model } = planning
  const sent = sentTo(planning, layer, stage)
  const last = sent.at(-1)
  const output = inputOf(layer)
  const inputStage: Stage = stage === 'integrate' ? 'input' : stage
  const staged = (list: readonly Operation[]): Operation[] =>
    list.map((one) => ({ ...one, stage: inputStage }))
  const collected = (list: readonly Sending[]): Operation[] =>
    list.flatMap(({ before, hand }, index) => staged([...before, ...hand(output, index > 0)]))
  // A kernel cannot write a buffer that it reads: a layer coupled to itself keeps its activation until the next
  // tick.
  const reacts = follows && last?.reads.includes(`${layer.name}/activations`) !== true
  const isOwn = movesByNeuron(layer)
  if (leakFacts(layer.leak).sendsState && !isPerNeuron(layer.lagrangian)) {
    return {
      input: [...collected(sent), ...planGoals(planning, layer, sent.length > 0, inputStage)],
      move: [integrate(planning, layer, stage, approaching(planning, layer, follows && !isOwn, turn))],
    }
  }
  const receiver = (adds: boolean): Receiver => stepping(planning, layer, adds, reacts, turn)
  const varies = differs(model, receiver(false).params)
  const mayFuse = planning.variants.fuse !== 'off' && !varies && !isOwn
  if (last !== undefined && mayFuse) {
    const before = staged(last.before)
    const move = last.hand(output, sent.length > 1, receiver)
    const { maxStorageBuffersPerShaderStage } = planning.limits
    // Plus the clock record.
    if (move.every(({ kernel }) => kernel.bindings.length < maxStorageBuffersPerShaderStage))
      return { input: [...collected(sent.slice(0, -1)), ...before], move }
  }
  const moved = (reacting: boolean): Operation =>
    integrate(planning, layer, stage, stepping(planning, layer, sent.length > 0, reacting, turn))
  // Varied parameters and numbers of neurons need a buffer more, and a second word too.
  const whole = moved(follows && !varies && !isOwn)
  const fits = boundBy(whole.kernel) <= planning.limits.maxStorageBuffersPerShaderStage
  return { input: collected(sent), move: [fits ? whole : moved(false)] }
}
