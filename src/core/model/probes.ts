import { ModelError } from '../errors.ts'
import type { Key, Named } from '../kinds/probes/definition.ts'
import { PROBES } from '../kinds/probes/table.ts'
import { find, findLayer, sizeOf } from './find.ts'
import type { Probe } from './model.ts'
import { checkPatterns, forLayer, loadPatterns, toRows, type Sources, type Want } from './patterns.ts'
import type { Patterns, ProbeSpec, Scenario } from './schema.ts'

/** What the name under a key must be. */
const CHECKS: Readonly<Record<Named, (scenario: Scenario, name: string, path: string) => void>> = {
  layer: findLayer,
  'moving-layer': (scenario, name, path) => {
    if (findLayer(scenario, name, path).tau !== 0) return
    throw new ModelError(
      `layer \`${name}\` is adiabatic (tau 0) and has no dx/dt; name another layer or set ` +
        `neurons.${name}.tau above 0`,
      { path },
    )
  },
  memory: (scenario, name, path) => find(scenario.memories, name, 'memory', path),
  any: (scenario, name, path) =>
    find<unknown>(
      { ...scenario.neurons, ...scenario.memories, ...scenario.synapses },
      name,
      'layer, memory or synapse',
      path,
    ),
}

/** What patterns that are compared with something must be like. */
const WANTS: Readonly<Record<Comparison['with'], (scenario: Scenario, name: string, path: string) => Want>> =
  {
    layer: forLayer,
    memory: (scenario, name, path) => {
      const memory = find(scenario.memories, name, 'memory', path)
      const count = sizeOf(findLayer(scenario, memory.to, path))
      const rows = { count, text: `memory \`${name}\` has ${count}`, path: `neurons.${memory.to}.size` }
      return { ...forLayer(scenario, memory.from, path), rows }
    },
  }

/** Patterns of a probe, and what they are compared with. */
export interface Comparison {
  readonly key: string
  readonly patterns: Patterns
  readonly with: 'layer' | 'memory'
  readonly name: string
}

/** All that a probe compares with. */
export function comparisonsOf(spec: ProbeSpec): Comparison[] {
  const values: Readonly<Record<string, unknown>> = spec
  return keysOf(spec).flatMap(([key, about]) => {
    if (!('patternsFor' in about)) return []
    const { patternsFor } = about
    const [patterns, name] = [values[key] as Patterns, values[patternsFor] as string]
    return [{ key, patterns, with: patternsFor, name }]
  })
}

function keysOf({ kind }: ProbeSpec): [string, Key][] {
  return Object.entries<Key>(PROBES[kind].keys)
}

/**
 * What one probe must be like.
 * @throws ModelError for an unknown name, or the speed of a layer that has none
 */
export function checkProbe(scenario: Scenario, name: string, spec: ProbeSpec): void {
  const path = `probes.${name}`
  const values: Readonly<Record<string, unknown>> = spec
  for (const [key, about] of keysOf(spec))
    if ('names' in about) CHECKS[about.names](scenario, values[key] as string, `${path}.${key}`)
  for (const { key, patterns } of comparisonsOf(spec)) checkPatterns(scenario, patterns, `${path}.${key}`)
}

/** Loads the patterns that a probe compares with. */
export async function resolveProbe(scenario: Scenario, name: string, sources: Sources): Promise<Probe> {
  const spec = scenario.probes[name] as ProbeSpec
  const loaded: Record<string, unknown> = {}
  for (const comparison of comparisonsOf(spec)) {
    const { key, patterns } = comparison
    const want = WANTS[comparison.with](scenario, comparison.name, `probes.${name}.${key}`)
    loaded[key] = toRows(await loadPatterns(patterns, want, sources))
  }
  return probeOf(name, spec, loaded)
}

/** A probe as a scenario gives it, with what its patterns are. */
export function probeOf(name: string, spec: ProbeSpec, loaded: Readonly<Record<string, unknown>>): Probe {
  const { kind, every, ...own } = spec
  // The keys of the table say of each which type it has, in the scenario and in the model.
  return { kind, name, every, ...own, ...loaded } as Probe
}
