/** Probes that fit a scenario. Pure. */
import type { Key } from '../../core/kinds/probes/definition.ts'
import { PROBES, PROBE_KINDS } from '../../core/kinds/probes/table.ts'
import { setValue } from '../../core/model/path.ts'
import { memorySpecs } from '../../core/model/specs.ts'
import type { Scenario } from '../../core/model/schema.ts'
import { isAccepted } from '../editing/accepted.ts'

export interface Offer {
  readonly name: string
  readonly spec: Readonly<Record<string, unknown>>
  readonly description: string
}

/** One probe of each measured kind that the scenario can have. */
export function fittingProbes(scenario: Scenario): Offer[] {
  const layers = Object.keys(scenario.neurons)
  const moving = layers.filter((name) => scenario.neurons[name]?.tau !== 0)
  const memories = Object.entries(memorySpecs(scenario))
  const synapses = Object.keys(scenario.synapses)
  const named: Readonly<Record<string, readonly string[]>> = {
    layer: layers,
    'moving-layer': moving,
    memory: memories.map(([name]) => name),
    matrix: [...memories.map(([name]) => name), ...synapses],
    any: layers,
  }
  const every = Math.max(1, Math.round(scenario.time.ticks / 100))
  return PROBE_KINDS.flatMap((kind): Offer[] => {
    const facts = PROBES[kind]
    if (!facts.isMeasured) return []
    // Patterns of a memory are those of the layer that it reads from.
    const owners = memories.length > 0 ? memories : [['', { from: layers[0] }] as const]
    for (const [memory, { from }] of owners) {
      const spec: Record<string, unknown> = { kind, every }
      let isWhole = true
      for (const [key, what] of Object.entries<Key>(facts.keys)) {
        if ('names' in what) {
          const names = named[what.names] ?? []
          spec[key] = [from, memory].find((one) => one !== undefined && names.includes(one)) ?? names[0]
        } else if ('patternsFor' in what) spec[key] = { kind: 'rows', of: memory }
        else if ('targetFor' in what) isWhole = false
      }
      const name = kind in scenario.probes ? `${kind}-2` : kind
      if (!isWhole || Object.values(spec).includes(undefined)) continue
      if (isAccepted(setValue(scenario, `probes.${name}`, spec)))
        return [{ name, spec, description: facts.description }]
    }
    return []
  })
}
