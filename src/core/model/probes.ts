import { ModelError } from '../errors.ts'
import { find, findLayer, sizeOf } from './find.ts'
import type { Probe } from './model.ts'
import { checkPatterns, forLayer, loadPatterns, toRows, type Sources } from './patterns.ts'
import type { ProbeSpec, Scenario } from './schema.ts'

/**
 * What one probe must be like.
 * @throws ModelError for an unknown name, or the speed of a layer that has none
 */
export function checkProbe(scenario: Scenario, name: string, spec: ProbeSpec): void {
  const path = `probes.${name}`
  switch (spec.kind) {
    case 'energy':
      return
    case 'overlap':
      findLayer(scenario, spec.layer, `${path}.layer`)
      checkPatterns(scenario, spec.patterns, `${path}.patterns`)
      return
    case 'similarity':
      find(scenario.memories, spec.memory, 'memory', `${path}.memory`)
      checkPatterns(scenario, spec.patterns, `${path}.patterns`)
      return
    case 'speed':
      if (findLayer(scenario, spec.layer, `${path}.layer`).tau === 0) {
        throw new ModelError(
          `layer \`${spec.layer}\` is adiabatic (tau 0) and has no dx/dt; name another layer or set ` +
            `neurons.${spec.layer}.tau above 0`,
          { path: `${path}.layer` },
        )
      }
      return
    case 'snapshot': {
      const states = { ...scenario.neurons, ...scenario.memories, ...scenario.synapses }
      find<unknown>(states, spec.of, 'layer, memory or synapse', `${path}.of`)
    }
  }
}

/** Loads the patterns that a probe compares with. */
export async function resolveProbe(scenario: Scenario, name: string, sources: Sources): Promise<Probe> {
  const spec = scenario.probes[name] as ProbeSpec
  const path = `probes.${name}.patterns`
  const { every } = spec
  switch (spec.kind) {
    case 'energy':
      return { kind: 'energy', name, every }
    case 'speed':
      return { kind: 'speed', name, every, layer: spec.layer }
    case 'snapshot':
      return { kind: 'snapshot', name, every, of: spec.of }
    case 'overlap': {
      const patterns = toRows(
        await loadPatterns(spec.patterns, forLayer(scenario, spec.layer, path), sources),
      )
      return { kind: 'overlap', name, every, layer: spec.layer, patterns }
    }
    case 'similarity': {
      const memory = find(scenario.memories, spec.memory, 'memory', path)
      const count = sizeOf(findLayer(scenario, memory.to, path))
      const rows = {
        count,
        text: `memory \`${spec.memory}\` has ${count}`,
        path: `neurons.${memory.to}.size`,
      }
      const want = { ...forLayer(scenario, memory.from, path), rows }
      const patterns = toRows(await loadPatterns(spec.patterns, want, sources))
      return { kind: 'similarity', name, every, memory: spec.memory, patterns }
    }
  }
}
