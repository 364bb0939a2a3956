import { ModelError } from '../errors.ts'
import type { Key, Named } from '../kinds/probes/definition.ts'
import { memoryFacts } from '../kinds/couplings/table.ts'
import { PROBES } from '../kinds/probes/table.ts'
import { find, findLayer } from './find.ts'
import { forMemory } from './memories.ts'
import { memorySpecs, partsOf, traceSpecs } from './specs.ts'
import type { Probe } from './model.ts'
import { checkPatterns } from './patterns/check.ts'
import { forLayer, type Want } from './patterns/want.ts'
import type { RowsAt } from './places.ts'
import type { Patterns } from './patterns/schema.ts'
import type { ProbeSpec, Scenario } from './schema.ts'

/** What the name under a key must be. */
export const CHECKS: Readonly<Record<Named, (scenario: Scenario, name: string, path: string) => void>> = {
  layer: findLayer,
  'moving-layer': (scenario, name, path) => {
    if (findLayer(scenario, name, path).tau !== 0) return
    throw new ModelError(
      `layer \`${name}\` is adiabatic (tau 0) and has no dx/dt; name another layer or set ` +
        `neurons.${name}.tau above 0`,
      { path },
    )
  },
  memory: (scenario, name, path) => find(memorySpecs(scenario), name, 'memory', path),
  any: (scenario, name, path) =>
    find<unknown>(
      {
        ...scenario.neurons,
        ...memorySpecs(scenario),
        ...traceSpecs(scenario),
        ...partsOf(scenario),
        ...scenario.synapses,
      },
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
      const spec = find(memorySpecs(scenario), name, 'memory', path)
      if (!memoryFacts(spec).hasRows)
        throw new ModelError(
          `memory \`${name}\` is ${spec.kind} and has no rows to compare with; name another memory`,
          { path },
        )
      const want = forMemory(scenario, name, path)
      return { ...want, rows: { ...want.rows, text: `memory \`${name}\` has ${want.rows.count}` } }
    },
  }

/** Patterns of a probe, and what they are compared with. */
interface Comparison {
  readonly key: string
  readonly patterns: Patterns
  readonly with: 'layer' | 'memory'
  readonly name: string
}

/** All that a probe compares with. */
function comparisonsOf(spec: ProbeSpec): Comparison[] {
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

/** One probe, with the patterns that it compares with. */
export function probeOf(scenario: Scenario, name: string, rowsAt: RowsAt): Probe {
  const spec = scenario.probes[name] as ProbeSpec
  const { kind, every, ...own } = spec
  const compared = comparisonsOf(spec).map((comparison) => {
    const { key, patterns } = comparison
    const want = WANTS[comparison.with](scenario, comparison.name, `probes.${name}.${key}`)
    return [key, rowsAt({ ...want, patterns })]
  })
  // The keys of the table say of each which type it has, in the scenario and in the model.
  return { kind, name, every, ...own, ...Object.fromEntries(compared) } as Probe
}
