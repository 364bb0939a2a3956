import { ModelError } from '../errors.ts'
import type { Key, Named, Target } from '../kinds/probes/definition.ts'
import { storingFacts } from '../kinds/bases/table.ts'
import { writtenOut } from '../kinds/bases/written.ts'
import { memoryFacts, SYNAPSES } from '../kinds/couplings/table.ts'
import { PROBES } from '../kinds/probes/table.ts'
import { find, findLayer, sizeOf } from './find.ts'
import { forFactor, hyperedgeOf } from './hyperedges.ts'
import { forMemory } from './memories.ts'
import { isHyperedgeSpec, memorySpecs, partsOf, partsOfOne, traceSpecs } from './specs.ts'
import { placing } from './synapses.ts'
import type { Probe, Rows } from './model.ts'
import { checkPatterns } from './patterns/check.ts'
import { forLayer, type Want } from './patterns/want.ts'
import type { RowsAt } from './places.ts'
import type { Patterns } from './patterns/schema.ts'
import type { TargetSpec } from './probe-schema.ts'
import type { ProbeSpec, Scenario } from './schema.ts'

/** Checks the name under a key. */
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
  memory(scenario, name, path) {
    refuseWhole(scenario, name, path)
    find<unknown>({ ...memorySpecs(scenario), ...partsOf(scenario) }, name, 'memory', path)
  },
  matrix(scenario, name, path) {
    const found = partNamed(scenario, name)
    if (found !== undefined)
      throw new ModelError(
        `\`${found.edge}\` is of kind "${found.spec.kind}", but only a whole matrix has a distance; name another memory, or synapses`,
        { path },
      )
    find<unknown>({ ...memorySpecs(scenario), ...scenario.synapses }, name, 'memory or synapse', path)
  },
  any(scenario, name, path) {
    refuseWhole(scenario, name, path)
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
    )
  },
}

/** @throws ModelError for a hyperedge, with the names of its arrays */
function refuseWhole(scenario: Scenario, name: string, path: string): void {
  const spec = scenario.memories[name]
  if (spec === undefined || !isHyperedgeSpec(spec)) return
  const parts = partsOfOne(spec).map(({ part }) => `\`${name}.${part}\``)
  throw new ModelError(
    `\`${name}\` is of kind "${spec.kind}" and has several arrays; name ${parts.join(' or ')}`,
    {
      path,
    },
  )
}

/** The required shape of patterns that a probe compares. */
const WANTS: Readonly<Record<Comparison['with'], (scenario: Scenario, name: string, path: string) => Want>> =
  {
    layer: forLayer,
    memory: (scenario, name, path) => {
      const part = forPart(scenario, name, path)
      if (part !== undefined) return part
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

/** The hyperedge and the array of a name such as `p.what`; undefined for other names. */
function partNamed({ memories }: Scenario, array: string) {
  const [edge = '', part = ''] = array.split('.')
  const spec = memories[edge]
  return spec !== undefined && isHyperedgeSpec(spec) ? { edge, part, spec } : undefined
}

/** The required shape of patterns for an array of a hyperedge; the number of rows is known after loading. */
function forPart(scenario: Scenario, array: string, path: string): Want | undefined {
  const found = partNamed(scenario, array)
  return found && { ...forFactor(scenario, found.spec, found.part), path }
}

/** @throws ModelError unless there are as many patterns as an array of a hyperedge has rows */
function checkPart(scenario: Scenario, array: string, rows: Rows, path: string, rowsAt: RowsAt): void {
  const found = partNamed(scenario, array)
  if (found === undefined) return
  const { factors } = hyperedgeOf(scenario, found.edge, found.spec, rowsAt)
  const own = factors.find(({ part }) => part === found.part)?.init
  // No rows are loaded while places are collected.
  if (own === undefined || own.columns === 0 || rows.columns === 0 || rows.rows === own.rows) return
  throw new ModelError(
    `has ${rows.rows} rows, but memory \`${array}\` has ${own.rows}; give ${own.rows} patterns`,
    {
      path,
    },
  )
}

/** Patterns of a probe, and the layer or memory to compare with. */
interface Comparison {
  readonly key: string
  readonly patterns: Patterns
  readonly with: 'layer' | 'memory'
  readonly name: string
}

/** The target of a probe, and the coupling to compare with. */
interface Aim {
  readonly key: string
  readonly target: TargetSpec
  readonly of: string
}

/** The targets of a probe. */
function aimsOf(spec: ProbeSpec): Aim[] {
  const values: Readonly<Record<string, unknown>> = spec
  return keysOf(spec).flatMap(([key, about]) =>
    'targetFor' in about
      ? [{ key, target: values[key] as TargetSpec, of: values[about.targetFor] as string }]
      : [],
  )
}

/** @throws ModelError for impossible patterns, or for a target of patterns that is compared with a memory */
function checkAim(scenario: Scenario, { target, of }: Aim, path: string): void {
  const synapse = scenario.synapses[of]
  if (synapse !== undefined && SYNAPSES[synapse.kind].ofEntries)
    throw new ModelError(
      `compares with a whole matrix, but the synapses \`${of}\` are of kind "${synapse.kind}"; name others`,
      { path },
    )
  if (!('patterns' in target)) {
    checkPatterns(scenario, target, path)
    return
  }
  if (!Object.hasOwn(scenario.synapses, of))
    throw new ModelError(
      `"${target.kind}" couples the neurons of one layer, but \`${of}\` is a memory between two; give the rows of its matrix`,
      { path: `${path}.kind` },
    )
  checkPatterns(scenario, target.patterns, `${path}.patterns`)
}

/** A target with its matrix. */
function aimOf(scenario: Scenario, { target, of }: Aim, path: string, rowsAt: RowsAt): Target<Rows> {
  const layer = scenario.synapses[of]?.layer
  if (layer === undefined)
    return {
      matrix: rowsAt({ ...WANTS.memory(scenario, of, path), patterns: target as Patterns }),
      isHollow: false,
    }
  if (!('patterns' in target)) {
    const count = sizeOf(findLayer(scenario, layer, path))
    const want = forLayer(scenario, layer, path)
    const rows = { count, text: `synapse \`${of}\` has ${count}`, path: want.columnsOf.path }
    return { matrix: rowsAt({ ...want, rows, patterns: target }), isHollow: true }
  }
  const { made, check } = storingFacts(target.kind)
  const patterns = rowsAt({
    ...forLayer(scenario, layer, `${path}.patterns`),
    patterns: target.patterns,
    finish(block) {
      placing(`${path}.patterns`, () => check?.(block))
      return block
    },
  })
  const written = made(patterns, target.zeroDiagonal)
  if (written === undefined) throw new Error(`${target.kind} makes no coupling`)
  return { matrix: writtenOut(written), isHollow: true }
}

/** All patterns and targets of a probe. */
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
 * Checks one probe.
 * @returns warnings: values that no sample can have, and a mean that does not begin
 * @throws ModelError for an unknown name, the speed of an adiabatic layer, or a mean of less than a sample
 */
export function checkProbe(scenario: Scenario, name: string, spec: ProbeSpec): string[] {
  const path = `probes.${name}`
  const values: Readonly<Record<string, unknown>> = spec
  if (spec.averageOver !== undefined && spec.averageSince !== undefined)
    throw new ModelError(
      'a running mean has a window or a start, not both; leave averageOver or averageSince out',
      {
        path,
      },
    )
  const { averageOver, averageSince = 0, every } = spec
  if (averageOver !== undefined && averageOver < every)
    throw new ModelError(
      `is ${averageOver}, but samples are ${every} ticks apart; set it to ${every} or more`,
      { path: `${path}.averageOver` },
    )
  for (const [key, about] of keysOf(spec))
    if ('names' in about) CHECKS[about.names](scenario, values[key] as string, `${path}.${key}`)
  for (const { key, patterns } of comparisonsOf(spec)) checkPatterns(scenario, patterns, `${path}.${key}`)
  for (const aim of aimsOf(spec)) checkAim(scenario, aim, `${path}.${aim.key}`)
  const { ticks } = scenario.time
  return [
    ...keysOf(spec).flatMap(([key, about]) => {
      if (!('usual' in about)) return []
      const [value, [low, high]] = [values[key] as number, about.usual]
      return value >= low && value <= high ? [] : [`${path}.${key}: is ${value}, outside ${low} to ${high}`]
    }),
    ...(averageSince > ticks ? [`${path}.averageSince: has no effect: the run ends at tick ${ticks}`] : []),
  ]
}

/** One probe, with the patterns that it compares with. */
export function probeOf(scenario: Scenario, name: string, rowsAt: RowsAt): Probe {
  const spec = scenario.probes[name] as ProbeSpec
  const { kind, every, ...own } = spec
  const compared = comparisonsOf(spec).map((comparison) => {
    const { key, patterns } = comparison
    const path = `probes.${name}.${key}`
    const want = WANTS[comparison.with](scenario, comparison.name, path)
    const rows = rowsAt({ ...want, patterns })
    if (comparison.with === 'memory') checkPart(scenario, comparison.name, rows, path, rowsAt)
    return [key, rows]
  })
  const aims = aimsOf(spec).map((aim) => [aim.key, aimOf(scenario, aim, `probes.${name}.${aim.key}`, rowsAt)])
  // The table defines the type of each key, in the scenario and in the model.
  return { kind, name, every, ...own, ...Object.fromEntries([...compared, ...aims]) } as Probe
}
