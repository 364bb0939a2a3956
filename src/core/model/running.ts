/** The parameters that may change during a run, and those that may differ by replica. */
import { couplingFacts, USUAL_MEMORY } from '../kinds/couplings/table.ts'
import { integratorOf } from '../kinds/integrators/table.ts'
import { numbersOfRule } from '../kinds/rules/table.ts'
import { isValues, valuesIn } from './neuron-values.ts'
import type { Scenario } from './schema.ts'

/** Keys of a layer, synapse or memory that are uniforms. Other keys determine buffers or kernels. */
const RUNNING = {
  neurons: ['tau', 'every', 'temperature', 'bias'],
  synapses: ['tau', 'every', 'strength'],
  memories: ['tau', 'every'],
} as const

/** Paths of all parameters that act on the next tick, such as `neurons.hidden.lagrangian.beta`. */
export function runningPaths(scenario: Scenario): string[] {
  const paths = ['time.dt']
  // Only a group that moves in every tick has stages, and stages need other kernels.
  const isFree = (key: string): boolean =>
    key !== 'every' || integratorOf(scenario.time.integrator).stages.length === 1
  for (const [name, layer] of Object.entries(scenario.neurons)) {
    for (const key of RUNNING.neurons) {
      // An adiabatic layer has neither a time scale nor noise; rows of a bias are not a single number.
      if ((layer.tau === 0 && key !== 'bias') || !isFree(key)) continue
      if (typeof layer[key] === 'number') paths.push(`neurons.${name}.${key}`)
    }
    const { lagrangian, update } = layer
    // Values for each neuron change together, by their scale.
    paths.push(...valuesIn(layer).map(([key]) => `neurons.${name}.${key}.scale`))
    if (typeof update === 'object')
      paths.push(...Object.keys(update).map((key) => `neurons.${name}.update.${key}`))
    for (const [key, value] of Object.entries(lagrangian))
      if (typeof value === 'number') paths.push(`neurons.${name}.lagrangian.${key}`)
    if ('parameters' in lagrangian)
      for (const key of Object.keys(lagrangian.parameters))
        if (!isValues(lagrangian.parameters[key])) paths.push(`neurons.${name}.lagrangian.parameters.${key}`)
  }
  for (const [name, spec] of Object.entries(scenario.memories))
    if ('rule' in spec) paths.push(...numbersOfRule(spec.rule).map((key) => `memories.${name}.${key}`))
  for (const group of ['synapses', 'memories'] as const)
    for (const [name, item] of Object.entries<object>(scenario[group])) {
      if ('tau' in item && item.tau !== undefined)
        paths.push(...RUNNING[group].filter(isFree).map((key) => `${group}.${name}.${key}`))
    }
  for (const [name, { kind = USUAL_MEMORY }] of Object.entries(scenario.memories))
    paths.push(...(couplingFacts({ kind }).numbers ?? []).map((key) => `memories.${name}.${key}`))
  return paths
}

/** True for the clock and the rates, which all replicas share. */
export function isClock(path: string): boolean {
  return path === 'time.dt' || path.endsWith('.every')
}

/** Paths of all parameters that may differ from replica to replica. */
export function varyingPaths(scenario: Scenario): string[] {
  return [
    ...runningPaths(scenario).filter((path) => !isClock(path)),
    'seed',
    ...scenario.stimulus.flatMap(({ patterns: { corrupt } }, index) =>
      Object.entries(corrupt ?? {}).flatMap(([key, value]) =>
        typeof value === 'number' ? [`stimulus.${index}.patterns.corrupt.${key}`] : [],
      ),
    ),
  ]
}
