/**
 * The layers and matrices of a network in registers, and the events that cannot happen, which the kernel omits.
 */
import { SYNAPTIC } from '../../kinds/rules/table.ts'
import { groupsOf, isMemory, isSynapse } from '../../model/couplings.ts'
import type { Model } from '../../model/model.ts'
import { carryNameOf } from '../carry.ts'
import { lagrangianSource } from '../kernels.ts'
import type { Planning } from '../planning.ts'
import { NOISE_KINDS } from '../../kinds/noises/table.ts'
import { UPDATE_KINDS, updateKind } from '../../kinds/updates/table.ts'
import { chooses } from '../neurons.ts'
import { quadsOf } from './eligible.ts'
import { isAlwaysDue } from './flags.ts'
import type { Held, HeldMatrix } from './types.ts'

/** The layers of a network, if `lanes` lanes share a replica. */
export function holdLayers(planning: Planning, lanes: number): Held[] {
  const { model, buffers } = planning
  const sources = model.layers.map(({ lagrangian }) => lagrangianSource(lagrangian))
  return model.layers.map((layer, index) => {
    const { name, size } = layer
    const stimuli = model.stimulus.filter((item) => item.layer === name)
    const holder = isSettled(planning, name) ? holderOf(model, name) : undefined
    return {
      layer,
      index,
      lanes,
      quads: quadsOf(size, lanes),
      kind: `k${sources.indexOf(sources[index] as string)}_`,
      stimulated: stimuli.length > 0,
      driven: stimuli.some(({ kind }) => kind === 'current'),
      clamped: holder === undefined && stimuli.some(({ kind }) => kind === 'clamp'),
      masked: buffers.has(`${name}/free`),
      carried: holder === undefined && buffers.has(carryNameOf(name)),
      shaker: `n${NOISE_KINDS.indexOf(layer.noise)}_`,
      chooser: chooses(layer) ? `u${UPDATE_KINDS.indexOf(updateKind(layer.update))}_` : undefined,
      holder,
    }
  })
}

/** The matrices of a network between its layers. */
export function holdMatrices({ model, matrices }: Planning, layers: readonly Held[]): HeldMatrix[] {
  const layerOf = (name: string): Held => layers.find(({ layer }) => layer.name === name) as Held
  // Other matrices have no resident form.
  const groups = model.couplings.filter((one): one is HeldMatrix['group'] => isMemory(one) || isSynapse(one))
  return groups.map((group, index) => {
    const isBetween = isMemory(group)
    return {
      group,
      index,
      rows: layerOf(isBetween ? group.to : group.layer),
      columns: layerOf(isBetween ? group.from : group.layer),
      rule: group.tau === undefined ? undefined : isBetween ? group.rule : SYNAPTIC,
      carried: matrices.has(carryNameOf(group.name)),
      based: matrices.has(`${group.name}/base`),
      halfNorm: isBetween && group.inputOffset === 'half-norm',
    }
  })
}

/**
 * The clamp that holds a whole layer in every tick of a run, with the same order of rows in all replicas: the
 * layer never moves, and its state is one of its cues. Undefined if there is none.
 */
function holderOf({ stimulus }: Model, name: string): number | undefined {
  const setting = stimulus.flatMap((item, at) => (item.layer === name && item.kind !== 'current' ? [at] : []))
  const [at = 0] = setting
  const item = stimulus[at]
  if (setting.length !== 1 || item?.kind !== 'clamp') return undefined
  return item.start === 0 && item.stop === Infinity && item.gap === 0 && item.order !== 'once'
    ? at
    : undefined
}

/** True if a clamp holds all of a layer at all times. */
function isSettled({ model, buffers }: Planning, name: string): boolean {
  return holderOf(model, name) !== undefined && !buffers.has(`${name}/free`)
}

/** True if a layer has noise, in any replica. */
export function isWarm(model: Model, name: string): boolean {
  return (model.variation?.points ?? [model]).some(({ layers }) =>
    layers.some((layer) => layer.name === name && layer.temperature > 0),
  )
}

/** Whether the kernel can run the network with other parameters: false if they need a part that the kernel omits. */
export function knowsOf(planning: Planning): (model: Model) => boolean {
  const { model } = planning
  const settled = model.layers.filter(({ name }) => isSettled(planning, name))
  const cold = model.layers.filter(({ name }) => !isWarm(model, name))
  const steady = groupsOf(model).filter((group) => isAlwaysDue(model, group))
  return (other) =>
    settled.every(({ name }) => holderOf(other, name) !== undefined) &&
    !cold.some(({ name }) => isWarm(other, name)) &&
    groupsOf(other).every(({ name, every }) => every === 1 || !steady.some((one) => one.name === name))
}
