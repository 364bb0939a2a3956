import { LAGRANGIAN_KINDS, lagrangianFacts, LAGRANGIANS } from '../kinds/lagrangians/table.ts'
import { leakFacts } from '../kinds/leaks/table.ts'
import { noiseOf } from '../kinds/noises/table.ts'
import { updateFacts } from '../kinds/updates/table.ts'
import { ModelError } from '../errors.ts'
import { shapeOf, sizeOf } from './find.ts'
import { endsOf } from './specs.ts'
import type { Layer, Rows } from './model.ts'
import { isValues, layerNumbers, oneRow, sharedOf, valuesIn } from './neuron-values.ts'
import { checkPatterns } from './patterns/check.ts'
import { forLayer } from './patterns/want.ts'
import { show } from './path.ts'
import type { Place, RowsAt } from './places.ts'
import type { LayerSpec, Scenario } from './schema.ts'

/**
 * Checks one layer.
 * @returns warnings
 * @throws ModelError for a Lagrangian that is not convex, a custom one that is wrong, or noise on an adiabatic layer
 */
export function checkLayer(scenario: Scenario, name: string, spec: LayerSpec): string[] {
  const path = `neurons.${name}`
  const adiabatic = spec.tau === 0
  const lagrangian = sharedOf(spec.lagrangian)
  const rows = valuesIn(spec)
  // The numbers of single neurons are checked when their rows are loaded.
  const isShared = !rows.some(([key]) => key.startsWith('lagrangian.'))
  const warnings = isShared
    ? [...(lagrangianFacts(lagrangian).check?.(lagrangian, `${path}.lagrangian`, adiabatic) ?? [])]
    : []
  for (const [key, patterns] of rows) checkPatterns(scenario, patterns, `${path}.${key}`)
  if (adiabatic && isWarm(spec)) {
    throw new ModelError(
      `is ${show(spec.temperature)}, but an adiabatic layer (tau 0) has no noise; set it to 0 or tau above 0`,
      { path: `${path}.temperature` },
    )
  }
  if (adiabatic && !updateFacts(spec.update).movesAll) {
    throw new ModelError(
      `is ${show(spec.update)}, but an adiabatic layer (tau 0) follows its input in every tick; leave it out or set tau above 0`,
      { path: `${path}.update` },
    )
  }
  if (leakFacts(spec.leak).sendsState) checkLeak(spec, path)
  if (typeof spec.bias === 'object') checkPatterns(scenario, spec.bias, `${path}.bias`)
  if (spec.init !== undefined) checkPatterns(scenario, spec.init, `${path}.init`)

  if (adiabatic && spec.init !== undefined) {
    warnings.push(
      `${path}.init: has no effect, because an adiabatic layer (tau 0) follows its input in every tick`,
    )
  }
  if (adiabatic && spec.every > 1) {
    warnings.push(
      `${path}.every: has no effect, because an adiabatic layer (tau 0) follows its input in every tick`,
    )
  }
  // A network of one layer is the beginning of another one.
  if (!isTouched(scenario, name) && Object.keys(scenario.neurons).length > 1) {
    warnings.push(`${path}: no memory, synapse or stimulus uses this layer`)
  }
  return warnings
}

/** Whether a layer may have noise. */
function isWarm({ temperature }: LayerSpec): boolean {
  return isValues(temperature) || temperature > 0
}

/** Checks a layer whose output leaks. */
function checkLeak(spec: LayerSpec, path: string): void {
  const { leak, tau, noise } = spec
  const lagrangian = sharedOf(spec.lagrangian)
  if (tau === 0) {
    throw new ModelError(
      `is "${leak}", but an adiabatic layer (tau 0) follows its input at once and sends g(b + I) with either leak; leave it out or set tau ` +
        'above 0',
      { path: `${path}.leak` },
    )
  }
  if (lagrangianFacts(lagrangian).conjugate === undefined) {
    const others = LAGRANGIAN_KINDS.filter((other) => 'conjugate' in LAGRANGIANS[other])
    throw new ModelError(
      `is "${leak}", but its energy needs the Legendre transform of the Lagrangian, which is not known for ${lagrangian.kind}; use ` +
        `${others.join(', ')}, or leave it out`,
      { path: `${path}.leak` },
    )
  }
  if (isWarm(spec) && noiseOf(noise).isOfField) {
    throw new ModelError(
      `is "${noise}", which is noise of the input b + I, but the state of a layer with leak "${leak}" is its output; leave it out`,
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
  const rows = (key: string, patterns: Place['patterns'], finish?: Place['finish']): Rows =>
    rowsAt({ ...forLayer(scenario, name, `neurons.${name}.${key}`), patterns, ...(finish && { finish }) })
  const values = new Map(
    valuesIn(spec).map(([key, patterns]) => [
      key,
      rows(key, patterns, oneRow(`neurons.${name}.${key}`)).data,
    ]),
  )
  const numbers = layerNumbers(scenario, name, (key) => values.get(key) as Float32Array)
  return {
    name,
    size: sizeOf(spec),
    shape: shapeOf(spec),
    every: spec.every,
    ...numbers,
    noise: spec.noise,
    leak: spec.leak,
    update: spec.update,
    bias: rows('bias', spec.bias),
    init: spec.init === undefined ? startOf(spec, numbers.lagrangian) : rows('init', spec.init),
  }
}

/** Default x(0). */
function startOf(spec: LayerSpec, lagrangian: Layer['lagrangian']): Rows {
  const data = leakFacts(spec.leak).start({ lagrangian, shape: shapeOf(spec) })
  return { rows: 1, columns: data.length, data: Float32Array.from(data) }
}
