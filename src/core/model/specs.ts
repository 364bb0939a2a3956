/** The entries of `memories` in a scenario: memories between two layers, and hyperedges. */
import { isOther, writtenOf } from '../kinds/couplings/table.ts'
import type { Part } from '../kinds/couplings/definition.ts'
import { type SparseInit, SPARSE_SOURCES } from '../kinds/couplings/sparse.ts'
import { ruleOf, type Trace, tracesOf } from '../kinds/rules/table.ts'
import type { Patterns } from './patterns/schema.ts'
import type { CouplingSpec, HyperedgeSpec, MemorySpec, Scenario } from './schema.ts'

/** True for a hyperedge of a scenario. */
export function isHyperedgeSpec(spec: CouplingSpec): spec is HyperedgeSpec {
  return isOther(spec.kind)
}

/** The memories between two layers of a scenario. */
export function memorySpecs({ memories }: Scenario): Readonly<Record<string, MemorySpec>> {
  return Object.fromEntries(
    Object.entries(memories).filter((entry): entry is [string, MemorySpec] => !isHyperedgeSpec(entry[1])),
  )
}

/** True for sources that only a sparse memory can have. */
export function isSparseInit(init: Patterns | SparseInit): init is SparseInit {
  return SPARSE_SOURCES.includes(init.kind)
}

/** The patterns of one hyperedge, array by array. */
export function partsOfOne(spec: HyperedgeSpec): readonly Part<Patterns>[] {
  return writtenOf<HyperedgeSpec, Patterns>(spec).parts(spec)
}

/** The patterns of all hyperedges, by the names of their arrays, such as `p.what`. */
export function partsOf({ memories }: Pick<Scenario, 'memories'>): Readonly<Record<string, Patterns>> {
  return Object.fromEntries(
    Object.entries(memories).flatMap(([name, spec]) =>
      isHyperedgeSpec(spec)
        ? partsOfOne(spec).map(({ part, patterns }) => [`${name}.${part}`, patterns] as const)
        : [],
    ),
  )
}

/** The traces of the rules of all memories, by the names of their arrays, such as `xi.theta`. */
export function traceSpecs(scenario: Scenario): Readonly<Record<string, Trace>> {
  return Object.fromEntries(
    Object.entries(memorySpecs(scenario)).flatMap(([name, spec]) =>
      tracesOf({ name, from: spec.from, to: spec.to, rule: ruleOf(spec) }).map(
        (trace) => [trace.name, trace] as const,
      ),
    ),
  )
}

/** The path of the patterns of an array of a hyperedge, such as `memories.p.between.what`; undefined = none. */
export function partPath({ memories }: Pick<Scenario, 'memories'>, array: string): string | undefined {
  for (const [name, spec] of Object.entries(memories)) {
    if (!isHyperedgeSpec(spec)) continue
    const found = partsOfOne(spec).find(({ part }) => `${name}.${part}` === array)
    if (found !== undefined) return `memories.${name}.${found.path}`
  }
  return undefined
}

/** The layers that a memory or a hyperedge joins. */
export function endsOf(spec: CouplingSpec): readonly string[] {
  return isHyperedgeSpec(spec) ? writtenOf<HyperedgeSpec, Patterns>(spec).ends(spec) : [spec.from, spec.to]
}
