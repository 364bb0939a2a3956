/** Numbers of a layer that a scenario may give for each neuron: time constant, temperature, and those of the Lagrangian. */
import { ModelError } from '../errors.ts'
import { fitsFloat32, FLOAT32_RANGE } from '../kinds/fields.ts'
import { type Lagrangian, lagrangianFacts, withNumberAt } from '../kinds/lagrangians/table.ts'
import { entryOf, largestOf, leastOf, type NeuronRow } from '../kinds/neuron-row.ts'
import type { Layer } from './model.ts'
import { checkNumber } from './parse.ts'
import { setValue } from './path.ts'
import type { Block } from './patterns/block.ts'
import type { Values } from './patterns/schema.ts'
import type { LagrangianSpec, LayerSpec, Scenario } from './schema.ts'
import { checkSteps } from './step-limit.ts'

/** True for a value for each neuron. */
export function isValues(value: unknown): value is Values {
  return typeof value === 'object'
}

/** The number of all neurons, or the scale of their values. */
function scaleOf(value: number | Values): number {
  return isValues(value) ? value.scale : value
}

/** The numbers of a Lagrangian by key, such as `gain` or `parameters.edge`. */
function numbersIn(spec: LagrangianSpec): (readonly [string, number | Values])[] {
  const isNumber = ([key, value]: readonly [string, unknown]): boolean =>
    key !== 'parameters' && (typeof value === 'number' || isValues(value))
  return [
    ...Object.entries(spec).filter(isNumber),
    ...('parameters' in spec
      ? Object.entries(spec.parameters).map(([name, value]) => [`parameters.${name}`, value] as const)
      : []),
  ]
}

/** The values for each neuron of a layer, by key, such as `tau` or `lagrangian.gain`. */
export function valuesIn({ tau, temperature, lagrangian }: LayerSpec): (readonly [string, Values])[] {
  const all = [
    ['tau', tau] as const,
    ['temperature', temperature] as const,
    ...numbersIn(lagrangian).map(([key, value]) => [`lagrangian.${key}`, value] as const),
  ]
  return all.flatMap(([key, value]) => (isValues(value) ? [[key, value] as const] : []))
}

/** The Lagrangian with the scale in place of each row, for facts that do not depend on the values. */
export function sharedOf(spec: LagrangianSpec): Lagrangian {
  const scales = numbersIn(spec).map(([key, value]) => [key, scaleOf(value)] as const)
  return scales.reduce(withNumberAt, spec as Lagrangian)
}

/** True if no neuron of a layer has an activation below 0, for all rows of its numbers. */
export function isNonNegative(spec: LagrangianSpec): boolean {
  // The sign of a custom activation may change with a parameter.
  const isOpen = 'parameters' in spec && Object.values(spec.parameters).some(isValues)
  const shared = sharedOf(spec)
  return !isOpen && lagrangianFacts(shared).isNonNegative(shared)
}

/** @throws ModelError for more rows than one */
export function oneRow(path: string): (block: Block) => Block {
  return (block) => {
    if (block.rows === 1) return block
    throw new ModelError(`has ${block.rows} rows, but a value for each neuron is one row; keep one of them`, {
      path,
    })
  }
}

/** The numbers of a layer that may differ from neuron to neuron. */
type Numbers = Pick<Layer, 'tau' | 'temperature' | 'lagrangian' | 'own'>

/**
 * The numbers of a layer with their rows.
 * @param rowOf - the row at a key, such as `tau` or `lagrangian.gain`; empty if only shapes are known
 * @throws ModelError for a value that its number may not have
 */
export function layerNumbers(
  scenario: Scenario,
  name: string,
  rowOf: (key: string) => Float32Array,
): Numbers {
  const spec = scenario.neurons[name] as LayerSpec
  const rows = new Map(
    valuesIn(spec).map(([key, { scale }]): [string, NeuronRow] => [key, { row: rowOf(key), scale }]),
  )
  for (const [key, row] of rows) checkValues(scenario, `neurons.${name}.${key}`, row)
  const [tau, temperature] = [rows.get('tau'), rows.get('temperature')]
  const ofLagrangian = [...rows].flatMap(([key, row]) =>
    key.startsWith('lagrangian.') ? [[key.slice('lagrangian.'.length), row] as const] : [],
  )
  const largest = ofLagrangian.map(([key, row]) => [key, largestOf(row)] as const)
  const lagrangian = largest.reduce(withNumberAt, spec.lagrangian as Lagrangian)
  const numbers: Numbers = {
    tau: tau === undefined ? (spec.tau as number) : leastOf(tau),
    temperature: temperature === undefined ? (spec.temperature as number) : largestOf(temperature),
    lagrangian:
      ofLagrangian.length === 0 ? lagrangian : { ...lagrangian, own: Object.fromEntries(ofLagrangian) },
    ...((tau ?? temperature) && { own: { ...(tau && { tau }), ...(temperature && { temperature }) } }),
  }
  if (tau !== undefined && tau.row.length > 0)
    checkSteps(scenario.time, [{ path: `neurons.${name}`, tau: numbers.tau, every: spec.every }])
  warningsOf(name, numbers)
  return numbers
}

/**
 * Warnings for the numbers of single neurons.
 * @throws ModelError if the numbers of a neuron give no valid Lagrangian
 */
export function warningsOf(name: string, { lagrangian, tau }: Numbers): readonly string[] {
  const rows = Object.values(lagrangian.own ?? {})
  if (!rows.some(({ row }) => row.length > 0)) return []
  return lagrangianFacts(lagrangian).check?.(lagrangian, `neurons.${name}.lagrangian`, tau === 0) ?? []
}

/** Each value must be in the range of the number; a time constant must also be above 0. */
function checkValues(scenario: Scenario, path: string, row: NeuronRow): void {
  if (row.row.length === 0) return
  const refuse = (value: number, reason: string): never => {
    const neuron = row.row.findIndex((_, i) => entryOf(row, i) === value)
    const times = row.scale === 1 ? '' : ` (${row.row[neuron]} times the scale ${row.scale})`
    throw new ModelError(`neuron ${neuron} has ${value}${times}; each value ${reason}`, { path })
  }
  const alone = setValue(scenario, path, 1) as Scenario
  for (const value of [leastOf(row), largestOf(row)]) {
    if (path.endsWith('.tau') && value === 0)
      refuse(value, 'must be above 0, because only a whole layer can be adiabatic')
    try {
      checkNumber(alone, path, value)
    } catch (error) {
      if (!(error instanceof ModelError)) throw error
      refuse(value, error.reason)
    }
  }
  const odd = row.row.findIndex((_, i) => !fitsFloat32(entryOf(row, i)))
  if (odd >= 0) refuse(entryOf(row, odd), FLOAT32_RANGE)
}

/** The row of a layer at a key, such as `tau` or `lagrangian.gain`; undefined if all neurons have one number. */
export function rowAt(
  { own, lagrangian }: Pick<Layer, 'own' | 'lagrangian'>,
  key: string,
): NeuronRow | undefined {
  if (key === 'tau' || key === 'temperature') return own?.[key]
  return lagrangian.own?.[key.slice('lagrangian.'.length)]
}

/** A number as text, or the range over neurons. */
export function textOf(value: number, row: NeuronRow | undefined): string {
  if (row === undefined) return String(value)
  const [least, largest] = [leastOf(row), largestOf(row)].map((one) => Number(one.toPrecision(6)))
  return least === largest ? String(least) : `${least} to ${largest}`
}

/** The numbers of a Lagrangian by name, as text. */
export function lagrangianTexts({ kind, own = {}, ...rest }: Lagrangian): string[] {
  const { parameters, ...numbers } = { parameters: {} as Readonly<Record<string, number>>, ...rest }
  return [
    ...Object.entries(numbers).map(([key, value]) => [key, key, value] as const),
    ...Object.entries(parameters).map(([key, value]) => [key, `parameters.${key}`, value] as const),
  ].map(
    ([name, key, value]) => `${name} ${typeof value === 'number' ? textOf(value, own[key]) : String(value)}`,
  )
}

/** The time constant of a neuron. */
export function tauAt({ tau, own }: Pick<Layer, 'tau' | 'own'>, neuron: number): number {
  return own?.tau === undefined ? tau : entryOf(own.tau, neuron)
}

/** The temperature of a neuron. */
export function temperatureAt(
  { temperature, own }: Pick<Layer, 'temperature' | 'own'>,
  neuron: number,
): number {
  return own?.temperature === undefined ? temperature : entryOf(own.temperature, neuron)
}

/** The time constant of the slowest neuron. */
export function longestTau({ tau, own }: Pick<Layer, 'tau' | 'own'>): number {
  return own?.tau === undefined ? tau : largestOf(own.tau)
}

/** The layer at temperature 0. */
export function withoutNoise({ own, ...layer }: Layer): Layer {
  return { ...layer, temperature: 0, ...(own?.tau && { own: { tau: own.tau } }) }
}
