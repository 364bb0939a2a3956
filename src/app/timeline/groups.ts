/** The groups of a model that have a time scale of their own, and that scale in words. */
import type { Layer, Model } from '../../core/model/model.ts'
import { longestTau } from '../../core/model/neuron-values.ts'
import { format3 } from '../format.ts'

export type Kind = 'neurons' | 'synapses' | 'memories'

/** What moves at a time scale of its own; neurons may differ in it. */
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

/** The rate divider that acts: a layer that follows at once does so in every tick. */
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

/** All time constants, fast to slow. */
export function summaryOf(model: Model): HTMLElement[] {
  const groups = [
    ...model.layers.map((layer) => ({ ...layer, kind: 'neurons', longest: longestTau(layer) })),
    ...model.synapses.map(({ name, tau, every }) => ({ kind: 'synapses', name, tau, every, longest: tau })),
    ...[...model.memories, ...model.hyperedges].map(({ name, tau, every }) => ({
      kind: 'memories',
      name,
      tau,
      every,
      longest: tau,
    })),
  ]
  return groups
    .sort((a, b) => (a.tau ?? Infinity) - (b.tau ?? Infinity))
    .map(({ kind, name, tau, every, longest }) => {
      const chip = document.createElement('span')
      chip.dataset.kind = kind
      chip.dataset.pace = tau === undefined ? 'fixed' : tau === 0 ? 'instant' : 'own'
      const text =
        tau === undefined
          ? 'fixed'
          : tau === 0
            ? 'at once'
            : `τ ${format3(tau)}${longest === undefined || longest === tau ? '' : ` to ${format3(longest)}`}`
      chip.textContent = `${name} ${text}${every > 1 && tau !== undefined && tau > 0 ? `, every ${every}` : ''}`
      return chip
    })
}
