import { lagrangianFacts } from '../kinds/lagrangians/table.ts'
import { updateFacts } from '../kinds/updates/table.ts'
import { ModelError } from '../errors.ts'
import { shapeOf, sizeOf } from './find.ts'
import { endsOf } from './specs.ts'
import type { Layer, Rows } from './model.ts'
import { checkPatterns } from './patterns/check.ts'
import { forLayer } from './patterns/want.ts'
import { show } from './path.ts'
import type { Place, RowsAt } from './places.ts'
import type { LayerSpec, Scenario } from './schema.ts'

/**
 * What one layer must be like.
 * @returns warnings
 * @throws ModelError for a Lagrangian that is not convex, a custom one that is wrong, or noise on an adiabatic layer
 */
export function checkLayer(scenario: Scenario, name: string, spec: LayerSpec): string[] {
  const path = `neurons.${name}`
  const adiabatic = spec.tau === 0
  const { lagrangian } = spec
  const warnings = [
    ...(lagrangianFacts(lagrangian).check?.(lagrangian, `${path}.lagrangian`, adiabatic) ?? []),
  ]
  if (adiabatic && spec.temperature > 0) {
    throw new ModelError(
      `is ${spec.temperature}, but an adiabatic layer (tau 0) has no noise; set it to 0 or tau above 0`,
      { path: `${path}.temperature` },
    )
  }
  if (adiabatic && !updateFacts(spec.update).movesAll) {
    throw new ModelError(
      `is ${show(spec.update)}, but an adiabatic layer (tau 0) follows its input at every tick; leave it out or set tau above 0`,
      { path: `${path}.update` },
    )
  }
  if (typeof spec.bias === 'object') checkPatterns(scenario, spec.bias, `${path}.bias`)
  if (spec.init !== undefined) checkPatterns(scenario, spec.init, `${path}.init`)

  if (adiabatic && spec.init !== undefined) {
    warnings.push(`${path}.init: has no effect, an adiabatic layer (tau 0) follows its input at every tick`)
  }
  if (adiabatic && spec.every > 1) {
    warnings.push(`${path}.every: has no effect, an adiabatic layer (tau 0) follows its input at every tick`)
  }
  if (!isTouched(scenario, name)) {
    warnings.push(`${path}: no memory, synapse or stimulus touches this layer`)
  }
  return warnings
}

function isTouched(scenario: Scenario, name: string): boolean {
  return (
    Object.values(scenario.memories).some((spec) => endsOf(spec).includes(name)) ||
    Object.values(scenario.synapses).some(({ layer }) => layer === name) ||
    scenario.stimulus.some(({ layer }) => layer === name)
  )
}

/** One layer, with the rows of its bias and its initial state. */
export function layerOf(scenario: Scenario, name: string, rowsAt: RowsAt): Layer {
  const spec = scenario.neurons[name] as LayerSpec
  const rows = (key: 'bias' | 'init', patterns: Place['patterns']): Rows =>
    rowsAt({ ...forLayer(scenario, name, `neurons.${name}.${key}`), patterns })
  return {
    name,
    size: sizeOf(spec),
    shape: shapeOf(spec),
    lagrangian: spec.lagrangian,
    tau: spec.tau,
    every: spec.every,
    temperature: spec.temperature,
    noise: spec.noise,
    update: spec.update,
    bias: rows('bias', spec.bias),
    init: rows('init', spec.init ?? { kind: 'zeros' }),
  }
}
