/** The time scales of a network in one line. */
import type { Model } from '../../core/model/model.ts'
import { longestTau } from '../../core/model/neuron-values.ts'
import { format3 } from '../format.ts'

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
            ? 'τ 0'
            : `τ ${format3(tau)}${longest === undefined || longest === tau ? '' : ` to ${format3(longest)}`}`
      chip.textContent = `${name} ${text}${every > 1 && tau !== undefined && tau > 0 ? `, every ${every}` : ''}`
      chip.title = chip.textContent
      return chip
    })
}
