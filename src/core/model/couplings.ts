/** The couplings of a network, and the views of them by the key of the scenario that they stand under. */
import { COUPLINGS } from '../kinds/couplings/table.ts'
import type { Coupling, Layer, Memory, Model, Synapse } from './model.ts'

/**
 * Couplings with their views. Whatever makes a model, or another of one, takes them from here, so that the list and its
 * views say the same.
 */
export function withViews(
  couplings: readonly Coupling[],
): Pick<Model, 'couplings' | 'memories' | 'synapses'> {
  return {
    couplings,
    memories: couplings.filter(isMemory) as unknown as Model['memories'],
    synapses: couplings.filter(isSynapse) as unknown as Model['synapses'],
  }
}

export function isMemory(coupling: Coupling): coupling is Memory {
  return COUPLINGS[coupling.kind].under === 'memories'
}

export function isSynapse(coupling: Coupling): coupling is Synapse {
  return COUPLINGS[coupling.kind].under === 'synapses'
}

/** Everything that may move, in one order: layers, then couplings. */
export function groupsOf({ layers, couplings }: Pick<Model, 'layers' | 'couplings'>): (Layer | Coupling)[] {
  return [...layers, ...couplings]
}
