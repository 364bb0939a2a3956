/** What stands under `memories` in a scenario: memories between two layers, and hyperedges. */
import { type SparseInit, SPARSE_SOURCES } from '../kinds/couplings/sparse.ts'
import type { Patterns } from './patterns/schema.ts'
import type { CouplingSpec, HyperedgeSpec, MemorySpec, Scenario } from './schema.ts'

/** True for what a scenario writes of a hyperedge. */
export function isHyperedgeSpec(spec: CouplingSpec): spec is HyperedgeSpec {
  return 'between' in spec
}

/** The memories between two layers of a scenario. */
export function memorySpecs({ memories }: Scenario): Readonly<Record<string, MemorySpec>> {
  return Object.fromEntries(
    Object.entries(memories).filter((entry): entry is [string, MemorySpec] => !isHyperedgeSpec(entry[1])),
  )
}

/** True for what only a sparse memory is made from. */
export function isSparseInit(init: Patterns | SparseInit): init is SparseInit {
  return SPARSE_SOURCES.includes(init.kind)
}

/** What hyperedges have of each layer, by the name of its array, such as `p.what`. */
export function partsOf({ memories }: Pick<Scenario, 'memories'>): Readonly<Record<string, Patterns>> {
  return Object.fromEntries(
    Object.entries(memories).flatMap(([name, spec]) =>
      isHyperedgeSpec(spec)
        ? Object.entries(spec.between).map(([layer, patterns]) => [`${name}.${layer}`, patterns] as const)
        : [],
    ),
  )
}

/** The layers that a memory or a hyperedge joins. */
export function endsOf(spec: CouplingSpec): readonly string[] {
  return isHyperedgeSpec(spec) ? Object.keys(spec.between) : [spec.from, spec.to]
}
