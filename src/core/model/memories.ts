import { MAX_HALF } from '../data/half.ts'
import { leakFacts } from '../kinds/leaks/table.ts'
import { lagrangianFacts } from '../kinds/lagrangians/table.ts'
import type { Surroundings } from '../kinds/couplings/definition.ts'
import { memoryFacts } from '../kinds/couplings/table.ts'
import {
  BIASED,
  hasSteadyRate,
  isBiased,
  isEntrywise,
  isMoving,
  isWritten,
  keepsTraces,
  movingRule,
  RULE_KINDS,
  type RuleKind,
  ruleKindOf,
  ruleOf,
  type WrittenRule,
  wrongNumber,
} from '../kinds/rules/table.ts'
import { INTEGRATOR_KINDS, integratorOf } from '../kinds/integrators/table.ts'
import { type Activity, checkRule, type CustomRule } from '../kinds/rules/custom.ts'
import { ModelError } from '../errors.ts'
import { rowsOf } from '../math/sparse.ts'
import { checkOrder, findLayer, shapeOf } from './find.ts'
import type { CommonMemory, Memory, Rows } from './model.ts'
import { isNonNegative, sharedOf } from './neuron-values.ts'
import { editable, type Block } from './patterns/block.ts'
import { checkPatterns } from './patterns/check.ts'
import type { Want } from './patterns/want.ts'
import type { Place, RowsAt } from './places.ts'
import { packSigns, rowOf, signRows } from './signs.ts'
import { isSparseInit, memorySpecs } from './specs.ts'
import type { LayerSpec, MemorySpec, Scenario } from './schema.ts'

/** @throws ModelError for a learning rule without a time constant, or a time constant of a fixed memory */
export function checkTau(path: string, rule: WrittenRule, tau: number | undefined): void {
  const isMoving = movingRule(rule) !== undefined
  if (isMoving === (tau !== undefined)) return
  throw new ModelError(
    isMoving
      ? `is missing; rule "${ruleKindOf(rule)}" needs a time constant > 0`
      : `is ${tau}, but rule "${ruleKindOf(rule)}" has no time constant; leave it out or choose another rule`,
    { path: `${path}.tau` },
  )
}

/**
 * Checks one memory.
 * @returns warnings
 * @throws ModelError for unknown, equal or both adiabatic layers, or keys that contradict the rule
 */
export function checkMemory(scenario: Scenario, name: string, spec: MemorySpec): string[] {
  const kind = ruleKindOf(spec.rule)
  const path = `memories.${name}`
  const from = findLayer(scenario, spec.from, `${path}.from`)
  const to = findLayer(scenario, spec.to, `${path}.to`)
  if (spec.from === spec.to) {
    throw new ModelError(
      `joins layer \`${spec.to}\` with itself; name another layer, or use synapses to couple the neurons of one`,
      { path: `${path}.to` },
    )
  }
  checkOrder(path, [
    [spec.from, from],
    [spec.to, to],
  ])
  const taken = RULE_KINDS.filter((other) => takes(memoryFacts(spec).learns, other))
  if (!taken.includes(kind))
    throw new ModelError(
      `"${kind}" is not possible for a memory of kind "${spec.kind}"; use ${taken.map((other) => `"${other}"`).join(' or ')}`,
      { path: `${path}.rule` },
    )
  const rule = movingRule(spec.rule)
  checkTau(path, spec.rule, spec.tau)
  const wrong = wrongNumber(spec)
  if (wrong !== undefined) throw new ModelError(wrong.says, { path: `${path}.${wrong.key}` })
  if (rule !== undefined && 'format' in spec && spec.format !== 'f32') {
    throw new ModelError(`"${spec.format}" cannot learn by rule "${kind}"; use "f32" or rule "fixed"`, {
      path: `${path}.format`,
    })
  }
  if (spec.bias !== undefined && !memoryFacts(spec).hasRows)
    throw new ModelError(
      `cannot be given for a memory of kind "${spec.kind}", which has no rows; leave it out, the default Lambda is init`,
      { path: `${path}.bias` },
    )
  if (spec.bias !== undefined && !isBiased(spec.rule)) {
    const others = BIASED.filter((other) => takes(memoryFacts(spec).learns, other))
      .map((other) => `"${other}"`)
      .join(' or ')
    const remedy = isEntrywise(kind)
      ? 'leave it out or use `base` in its drive'
      : others === ''
        ? 'leave it out'
        : `leave it out or choose rule ${others}`
    throw new ModelError(`rule "${kind}" has no bias; ${remedy}`, {
      path: `${path}.bias`,
    })
  }
  if (rule?.needsNonNegative && leakFacts(to.leak).sendsState) {
    throw new ModelError(
      `"${kind}" needs a layer \`${spec.to}\` with an activation >= 0, but with leak "${to.leak}" it sends its state; leave the leak of ` +
        'that layer out, or use rule "hebbian"',
      { path: `${path}.rule` },
    )
  }
  if (rule?.needsNonNegative && !isNonNegative(to.lagrangian)) {
    throw new ModelError(
      `"${kind}" needs a layer \`${spec.to}\` with an activation >= 0, not ${to.lagrangian.kind}; use softmax, relu, ` +
        'sigmoid, a rectified power or a custom one that is never negative there, or rule "hebbian"',
      { path: `${path}.rule` },
    )
  }
  memoryFacts(spec).own(spec, surroundingsOf(scenario, name))
  if (!isSparseInit(spec.init)) checkPatterns(scenario, spec.init, `${path}.init`)
  if (spec.bias !== undefined) checkPatterns(scenario, spec.bias, `${path}.bias`)
  return isWritten(spec.rule) ? checkWrittenRule(scenario, name, spec.rule) : []
}

/**
 * Checks a custom rule for a memory between two layers.
 * @param rule - the rule of the memory, or a candidate
 * @returns warnings: a parameter without use
 * @throws ModelError as `checkRule` does
 */
export function checkWrittenRule(scenario: Scenario, name: string, rule: CustomRule): string[] {
  const { integrator } = scenario.time
  const growing = INTEGRATOR_KINDS.filter((other) => integratorOf(other).takesGrowth)
  return checkRule(
    rule,
    `memories.${name}.rule`,
    activitiesOf(scenario, name),
    growing.includes(integrator) ? undefined : growing,
  )
}

/** Known bounds of the activations at both ends of a memory. */
export function activitiesOf(
  scenario: Scenario,
  name: string,
): { readonly to: Activity; readonly from: Activity } {
  const { from, to } = memorySpecs(scenario)[name] as MemorySpec
  return {
    to: activityOf(scenario.neurons[to] as LayerSpec),
    from: activityOf(scenario.neurons[from] as LayerSpec),
  }
}

/** A state that is sent is unbounded at the start and with noise. */
function activityOf({ lagrangian, leak }: LayerSpec): Activity {
  if (leakFacts(leak).sendsState) return { isNonNegative: false, isBounded: false }
  return {
    isNonNegative: isNonNegative(lagrangian),
    isBounded: lagrangianFacts(sharedOf(lagrangian)).isBounded,
  }
}

/** True if memories whose possible rules are `learns` can have a rule. */
function takes(learns: ReturnType<typeof memoryFacts>['learns'], rule: RuleKind): boolean {
  if (!isMoving(rule)) return true
  return learns === 'all' || (learns === 'steady' && hasSteadyRate(rule) && !keepsTraces(rule))
}

type RowsWant = Want & Required<Pick<Want, 'rows'>>

/** One memory, with the rows of its initial value and its bias. */
export function memoryOf(scenario: Scenario, name: string, spec: MemorySpec, rowsAt: RowsAt): Memory {
  const path = `memories.${name}`
  const common: CommonMemory = {
    name,
    from: spec.from,
    to: spec.to,
    direction: spec.direction,
    rule: ruleOf(spec),
    ...(spec.tau === undefined ? {} : { tau: spec.tau }),
    every: spec.every,
    init: rowsAt(initOf(scenario, name, spec)),
    ...(spec.bias === undefined
      ? {}
      : { bias: rowsAt({ ...forMemory(scenario, name, `${path}.bias`), patterns: spec.bias }) }),
    scale: spec.scale,
  }
  // TypeScript cannot see that the fields of a kind belong to that kind.
  const own = memoryFacts(spec).own(spec, surroundingsOf(scenario, name))
  return { kind: spec.kind, ...common, ...own } as Memory
}

/** The required rows of a memory: the only place that defines their number and columns. */
export function forMemory(scenario: Scenario, name: string, path: string): RowsWant {
  const spec = scenario.memories[name] as MemorySpec
  return { path, ...memoryFacts(spec).fit(spec, surroundingsOf(scenario, name)) }
}

function surroundingsOf(scenario: Scenario, name: string): Surroundings {
  const path = `memories.${name}`
  return { path, shapeOf: (layer) => shapeOf(findLayer(scenario, layer, path)) }
}

function initOf(scenario: Scenario, name: string, spec: MemorySpec): Place {
  const path = `memories.${name}.init`
  return {
    ...forMemory(scenario, name, path),
    binary: formatOf(spec) === 'binary',
    patterns: spec.init,
    finish: (loaded) => initialMemory(loaded, spec, path),
  }
}

function formatOf(spec: MemorySpec): Memory['format'] {
  return 'format' in spec ? spec.format : 'f32'
}

/**
 * Xi(0), scaled.
 * @throws ModelError if its format cannot hold it
 */
function initialMemory(loaded: Block, spec: MemorySpec, path: string): Block {
  if (formatOf(spec) === 'binary') return binaryMemory(loaded, spec, path)
  const block = spec.scale === 1 ? loaded : editable(loaded)
  if (spec.scale !== 1) {
    for (let index = 0; index < block.data.length; index++) {
      block.data[index] = (block.data[index] as number) * spec.scale
    }
  }
  if (spec.scale !== 1 || formatOf(spec) === 'f16') requireWithin(block, spec, path)
  return block
}

function binaryMemory(loaded: Block, spec: MemorySpec, path: string): Block {
  const { rows, columns, image, labels, signs, pattern } = loaded
  if (signs === undefined) requireSigns(loaded, path)
  const words = signs?.words ?? packSigns(rows, columns, (row) => rowOf(loaded, row))
  const shape = {
    rows,
    columns,
    shared: false,
    ...(image && { image }),
    ...(labels && { labels }),
    ...(pattern && { pattern }),
  }
  const block = signRows(shape, { words, unit: spec.scale * (signs?.unit ?? 1) })
  // All rows have the same size.
  requireWithin({ rows: 1, columns, data: rowOf(block, 0) }, spec, path)
  return block
}

function requireWithin(block: Rows, spec: MemorySpec, path: string): void {
  const { scale } = spec
  const format = formatOf(spec)
  const limit = format === 'f16' ? MAX_HALF : Number.MAX_VALUE
  const outside = block.data.findIndex((value) => Math.abs(value) > limit)
  if (outside >= 0) {
    throw new ModelError(
      `${entry(block, outside)} after scale ${scale}, too large for format "${format}"; use a smaller scale or "f32"`,
      { path },
    )
  }
}

function requireSigns(block: Rows, path: string): void {
  const other = block.data.findIndex((value) => Math.abs(value) !== 1)
  if (other >= 0) {
    const remedy = block.pattern === undefined ? 'add the transform {"op": "binarize"}' : 'use "f32" or "f16"'
    throw new ModelError(
      `${entry(block, other)}, but format "binary" stores only -1 and +1 (before scale); ${remedy}`,
      { path },
    )
  }
}

function entry({ data, columns, pattern }: Rows, index: number): string {
  if (pattern !== undefined)
    return `row ${rowsOf(pattern)[index]}, column ${pattern.indices[index]} is ${data[index]}`
  return `row ${Math.floor(index / columns)}, column ${index % columns} is ${data[index]}`
}
