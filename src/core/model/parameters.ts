/** The parameters that may change during a run, and functions that change them in a model. */
import type { NeuronRow } from '../kinds/neuron-row.ts'
import { COUPLINGS, couplingFacts } from '../kinds/couplings/table.ts'
import { type Rule, type RuleNumbers, ruleOf, type WrittenRule } from '../kinds/rules/table.ts'
import { withViews } from './couplings.ts'
import { checkScenario } from './check.ts'
import { ModelError } from '../errors.ts'
import type { Layer, Model, Variation } from './model.ts'
import { parseScenario } from './parse.ts'
import { suggestion } from '../suggestion.ts'
import { fieldAt, setValue } from './path.ts'
import { runningPaths } from './running.ts'
import { layerNumbers, rowAt } from './neuron-values.ts'
import type { LayerSpec, Scenario } from './schema.ts'
import { pointScenarios } from './variation.ts'

/** Paths of all parameters that act on the next tick, without those that vary by replica. */
export function runningParameters(model: Model): string[] {
  const varying = model.variation?.axes.map(({ path }) => path) ?? []
  return runningPaths(model.scenario).filter((path) => !varying.includes(path))
}

/**
 * The model with one running parameter changed; its arrays are shared with the old one.
 * @param path - one of `runningParameters`
 * @throws ModelError if the path is not a running parameter or the value is not allowed
 */
export function withParameter(model: Model, path: string, value: number): Model {
  const running = runningParameters(model)
  if (model.variation?.axes.some((axis) => axis.path === path)) {
    throw new ModelError('varies by replica; change replicas.vary and load the scenario again', { path })
  }
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
  return withNumbers(model, scenario)
}

/**
 * The model with all running parameters taken from a scenario, at each point of its grid if it varies.
 * @param scenario - checked; equal to that of the model except for these numbers
 */
export function withNumbers(model: Model, scenario: Scenario): Model {
  const { variation } = model
  return {
    ...model,
    scenario,
    seed: scenario.seed,
    time: scenario.time,
    layers: model.layers.map((layer) => {
      const { every, update, bias } = scenario.neurons[layer.name] as LayerSpec
      const numbers = layerNumbers(scenario, layer.name, (key) => (rowAt(layer, key) as NeuronRow).row)
      return { ...layer, every, update, ...numbers, bias: biasOf(layer, bias) }
    }),
    ...withViews(
      model.couplings.map((coupling) => ({
        ...coupling,
        ...numbersOf(
          scenario[COUPLINGS[coupling.kind].under][coupling.name],
          couplingFacts(coupling).numbers,
        ),
      })),
    ),
    ...(variation === undefined ? {} : { variation: withPoints(variation, scenario) }),
  }
}

function withPoints(variation: Variation, scenario: Scenario): Variation {
  const { axes, repetitions, points } = variation
  const scenarios = pointScenarios(scenario, axes, repetitions)
  return {
    ...variation,
    points: points.map((point, index) => withNumbers(point, scenarios[index] as Scenario)),
  }
}

function biasOf(layer: Layer, bias: unknown): Layer['bias'] {
  const [value] = layer.bias.data
  // A sketch contains no values.
  if (typeof bias !== 'number' || value === undefined || value === Math.fround(bias)) return layer.bias
  return { rows: 1, columns: layer.size, data: new Float32Array(layer.size).fill(bias) }
}

interface Numbers extends RuleNumbers {
  readonly rule?: WrittenRule
  readonly tau?: number
  readonly every?: number
  readonly strength?: number
  /** Parameters of one kind of coupling. */
  readonly [key: string]: unknown
}

/** @param own - the keys that belong to its kind */
function numbersOf(
  spec: Numbers = {},
  own: readonly string[] = [],
): Omit<Numbers, 'rule'> & { readonly rule?: Rule } {
  return Object.fromEntries(
    Object.entries({
      rule: spec.rule && ruleOf({ ...spec, rule: spec.rule }),
      tau: spec.tau,
      every: spec.every,
      strength: spec.strength,
      ...Object.fromEntries(own.map((key) => [key, spec[key]])),
    }).filter(([, value]) => value !== undefined),
  )
}
