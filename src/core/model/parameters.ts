/** The parameters that may change while a network runs, and the model with one of them changed. */
import { checkScenario } from './check.ts'
import { ModelError } from './errors.ts'
import type { Layer, Model } from './model.ts'
import { parseScenario } from './parse.ts'
import { fieldAt, setValue, suggestion } from './path.ts'

/** Keys of a layer, synapse or memory that live in uniforms. What is not here shapes buffers or kernels. */
const RUNNING = {
  neurons: ['tau', 'every', 'temperature', 'bias'],
  synapses: ['tau', 'every', 'strength'],
  memories: ['tau', 'every'],
} as const

/** Paths of all parameters that act on the next tick, such as `neurons.hidden.lagrangian.beta`. */
export function runningParameters(model: Model): string[] {
  const { scenario } = model
  const paths = ['time.dt']
  for (const [name, layer] of Object.entries(scenario.neurons)) {
    for (const key of RUNNING.neurons) {
      // An adiabatic layer has neither a time scale nor noise; rows of a bias are no single number.
      if (layer.tau === 0 && key !== 'bias') continue
      if (typeof layer[key] === 'number') paths.push(`neurons.${name}.${key}`)
    }
    const { lagrangian } = layer
    for (const [key, value] of Object.entries(lagrangian))
      if (typeof value === 'number') paths.push(`neurons.${name}.lagrangian.${key}`)
    if (lagrangian.kind === 'custom')
      for (const key of Object.keys(lagrangian.parameters))
        paths.push(`neurons.${name}.lagrangian.parameters.${key}`)
  }
  for (const group of ['synapses', 'memories'] as const)
    for (const [name, item] of Object.entries<{ readonly tau?: number }>(scenario[group]))
      if (item.tau !== undefined) for (const key of RUNNING[group]) paths.push(`${group}.${name}.${key}`)
  return paths
}

/**
 * The model with one running parameter changed; its arrays are shared with the old one.
 * @param path - one of `runningParameters`
 * @throws ModelError if the path is no running parameter or the value is not allowed
 */
export function withParameter(model: Model, path: string, value: number): Model {
  const running = runningParameters(model)
  if (!running.includes(path)) {
    const known = fieldAt(model.scenario, path) !== undefined
    throw new ModelError(
      known
        ? 'cannot change while the network runs; load the scenario again with the new value'
        : `no running parameter${suggestion(path, running)}`,
      { path },
    )
  }
  const scenario = parseScenario(setValue(model.scenario, path, value))
  const isAdiabatic = path.startsWith('neurons.') && path.endsWith('.tau') && value === 0
  if (isAdiabatic) {
    throw new ModelError(
      'cannot become 0 while the network runs; load the scenario again with the new value',
      {
        path,
      },
    )
  }
  checkScenario(scenario)
  return {
    ...model,
    scenario,
    time: scenario.time,
    layers: model.layers.map((layer) => {
      const { tau, every, temperature, lagrangian, bias } = scenario.neurons[
        layer.name
      ] as Model['scenario']['neurons'][string]
      return { ...layer, tau, every, temperature, lagrangian, bias: biasOf(layer, bias) }
    }),
    synapses: model.synapses.map((synapse) => ({
      ...synapse,
      ...numbersOf(scenario.synapses[synapse.name]),
    })),
    memories: model.memories.map((memory) => ({ ...memory, ...numbersOf(scenario.memories[memory.name]) })),
  }
}

function biasOf(layer: Layer, bias: unknown): Layer['bias'] {
  if (typeof bias !== 'number' || layer.bias.data[0] === Math.fround(bias)) return layer.bias
  return { rows: 1, columns: layer.size, data: new Float32Array(layer.size).fill(bias) }
}

interface Numbers {
  readonly tau?: number
  readonly every?: number
  readonly strength?: number
}

function numbersOf(spec: Numbers = {}): Numbers {
  return Object.fromEntries(
    Object.entries({ tau: spec.tau, every: spec.every, strength: spec.strength }).filter(
      ([, value]) => value !== undefined,
    ),
  )
}
