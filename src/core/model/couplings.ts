/** The couplings of a network, and views of them by the key of the scenario. */
import { arraysOf, COUPLINGS, matrixFacts } from '../kinds/couplings/table.ts'
import { tracesOf } from '../kinds/rules/table.ts'
import type { SparsePattern } from '../math/sparse.ts'
import type { Coupling, DenseMemory, Hyperedge, Layer, Memory, Model, Synapse } from './model.ts'

/**
 * Couplings with their views. All code that builds or changes a model uses this function, so that the list and
 * its views agree.
 */
export function withViews(
  couplings: readonly Coupling[],
): Pick<Model, 'couplings' | 'memories' | 'synapses' | 'hyperedges'> {
  return {
    couplings,
    memories: couplings.filter(isMemory) as unknown as Model['memories'],
    synapses: couplings.filter(isSynapse) as unknown as Model['synapses'],
    hyperedges: couplings.filter(isHyperedge) as unknown as Model['hyperedges'],
  }
}

/** True for memories between two layers. */
export function isMemory(coupling: Coupling): coupling is Memory {
  return 'isBetweenTwo' in COUPLINGS[coupling.kind]
}

/** True for memories whose tensor is the matrix between their layers. */
export function isDense(coupling: Coupling): coupling is DenseMemory {
  return isMemory(coupling) && matrixFacts(coupling).isMatrix
}

export function isSynapse(coupling: Coupling): coupling is Synapse {
  return COUPLINGS[coupling.kind].under === 'synapses'
}

/** True for couplings that are neither a memory between two layers nor synapses of one. */
export function isHyperedge(coupling: Coupling): coupling is Hyperedge {
  return !isMemory(coupling) && !isSynapse(coupling)
}

/** The stored entries of a sparse coupling; undefined for others. */
export function patternOf(coupling: Coupling): SparsePattern | undefined {
  if (isMemory(coupling)) return coupling.init.pattern
  if (!isSynapse(coupling) || !('matrix' in coupling.base)) return undefined
  return coupling.base.matrix.pattern
}

/** True if the input from a coupling is linear in the activations. */
export function isLinear(coupling: Coupling): coupling is Memory | Synapse {
  return !isHyperedge(coupling)
}

/** All groups, in a fixed order: layers, then couplings. */
export function groupsOf({ layers, couplings }: Pick<Model, 'layers' | 'couplings'>): (Layer | Coupling)[] {
  return [...layers, ...couplings]
}

/** The arrays of a coupling: its tensor, and the traces of its rule. */
export function allArraysOf(coupling: Coupling): string[] {
  return [...arraysOf(coupling), ...tracesOf(coupling).map(({ name }) => name)]
}

/** Names of all arrays of the state: layers, then those of the couplings. */
export function arrayNames({ layers, couplings }: Pick<Model, 'layers' | 'couplings'>): string[] {
  return [...layers.map(({ name }) => name), ...couplings.flatMap(allArraysOf)]
}

/** Names of the arrays that a run changes: of dynamic layers, and of couplings with a time constant. */
export function movingArrays({ layers, couplings }: Pick<Model, 'layers' | 'couplings'>): string[] {
  return [
    ...layers.filter(({ tau }) => tau > 0).map(({ name }) => name),
    ...couplings.filter(({ tau }) => tau !== undefined).flatMap(allArraysOf),
  ]
}
