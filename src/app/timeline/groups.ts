/** The groups of a model with a time scale, and this scale in words. */
import type { Layer, Model } from '../../core/model/model.ts'

export type Kind = 'neurons' | 'synapses' | 'memories'

/** A group with a time scale, which may differ by neuron. */
interface Paced extends Pick<Layer, 'own'> {
  readonly tau?: number
  readonly every: number
}

export function itemOf(model: Model, kind: Kind, name: string): Paced {
  const list: readonly (Paced & { readonly name: string })[] =
    kind === 'neurons' ? model.layers : model.couplings
  return list.find((item) => item.name === name) ?? { every: 1 }
}

type Group = Model['layers'][number] | Model['couplings'][number]

export function groupsOf({ layers, synapses, memories, hyperedges }: Model): Group[] {
  return [...layers, ...synapses, ...memories, ...hyperedges]
}

/** The effective rate divider; an adiabatic layer is updated in every tick. */
export function dividerOf(group: Group): number {
  return 'lagrangian' in group && group.tau === 0 ? 1 : group.every
}

export function isFixed(model: Model, name: string): boolean {
  return [...model.memories, ...model.hyperedges].some((one) => one.name === name && one.tau === undefined)
}

export function describe({ kind, start, stop, dwell, gap, order }: Model['stimulus'][number]): string {
  if (kind === 'initial') return `at tick ${start}`
  const when = stop === Infinity ? (start === 0 ? '' : `from ${start} on, `) : `${start} to ${stop}, `
  const ticks = typeof dwell === 'number' ? dwell : `${dwell.min} to ${dwell.max}`
  return `${when}${order}, ${ticks} ticks each${gap > 0 ? `, ${gap} without` : ''}`
}
