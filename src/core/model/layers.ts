import { LAGRANGIAN_KINDS, lagrangianFacts, LAGRANGIANS } from '../kinds/lagrangians/table.ts'
import { leakFacts } from '../kinds/leaks/table.ts'
import { noiseOf } from '../kinds/noises/table.ts'
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
  if (leakFacts(spec.leak).sendsState) checkLeak(spec, path)
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

/** What a layer must be like whose output leaks. */
function checkLeak({ leak, tau, lagrangian, noise, temperature }: LayerSpec, path: string): void {
  if (tau === 0) {
    throw new ModelError(
      `is "${leak}", but an adiabatic layer (tau 0) follows at once and sends g(b + I) with either leak; leave it out or set tau ` +
        'above 0',
      { path: `${path}.leak` },
    )
  }
  if (lagrangianFacts(lagrangian).conjugate === undefined) {
    const others = LAGRANGIAN_KINDS.filter((other) => 'conjugate' in LAGRANGIANS[other])
    throw new ModelError(
      `is "${leak}", but the energy of such a layer needs the Legendre transform of its Lagrangian, which ${lagrangian.kind} has not; use ` +
        `${others.join(', ')}, or leave it out`,
      { path: `${path}.leak` },
    )
  }
  if (temperature > 0 && noiseOf(noise).isOfField) {
    throw new ModelError(
      `is "${noise}", which is noise of the input b + I, but the state of a layer with leak "${leak}" is what it sends; leave it out`,
      { path: `${path}.noise` },
    )
  }
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
    leak: spec.leak,
    update: spec.update,
    bias: rows('bias', spec.bias),
    init: spec.init === undefined ? startOf(spec) : rows('init', spec.init),
  }
}

/** x(0) where a scenario does not say it. */
function startOf(spec: LayerSpec): Rows {
  const size = sizeOf(spec)
  return {
    rows: 1,
    columns: size,
    data: Float32Array.from(leakFacts(spec.leak).start(spec.lagrangian, size)),
  }
}
