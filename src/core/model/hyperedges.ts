/** Couplings that join layers in a way of their own, from the scenario. */
import { FEWEST_FACTORS, MOST_FACTORS } from '../kinds/couplings/product.ts'
import { movingRule } from '../kinds/rules/table.ts'
import { ModelError } from '../errors.ts'
import { findLayer } from './find.ts'
import type { Factor, Hyperedge } from './model.ts'
import { checkPatterns } from './patterns/check.ts'
import { forLayer } from './patterns/want.ts'
import type { RowsAt } from './places.ts'
import type { HyperedgeSpec, Scenario } from './schema.ts'

/**
 * What one hyperedge must be like.
 * @throws ModelError for too few or too many layers, unknown ones, two adiabatic ones, or keys that contradict the rule
 */
export function checkHyperedge(scenario: Scenario, name: string, spec: HyperedgeSpec): void {
  const path = `memories.${name}`
  const layers = Object.keys(spec.between)
  if (layers.length < FEWEST_FACTORS || layers.length > MOST_FACTORS)
    throw new ModelError(
      `joins ${layers.length} layers; give patterns for ${FEWEST_FACTORS} to ${MOST_FACTORS} layers`,
      { path: `${path}.between` },
    )
  const adiabatic = layers.filter((layer) => findLayer(scenario, layer, `${path}.between.${layer}`).tau === 0)
  const [first, second] = adiabatic
  if (second !== undefined)
    throw new ModelError(
      `joins \`${first}\` and \`${second}\`, both adiabatic (tau 0), so that neither can be evaluated first; set ` +
        `neurons.${first}.tau or neurons.${second}.tau above 0`,
      { path },
    )
  const isMoving = movingRule(spec.rule) !== undefined
  if (isMoving && spec.tau === undefined)
    throw new ModelError(`is missing; rule "${spec.rule}" needs a time constant > 0`, { path: `${path}.tau` })
  if (!isMoving && spec.tau !== undefined)
    throw new ModelError(
      `is ${spec.tau}, but rule "${spec.rule}" has no time constant; leave it out or choose another rule`,
      { path: `${path}.tau` },
    )
  for (const [layer, patterns] of Object.entries(spec.between))
    checkPatterns(scenario, patterns, `${path}.between.${layer}`)
}

/** One hyperedge, with the rows of every layer. */
export function hyperedgeOf(
  scenario: Scenario,
  name: string,
  spec: HyperedgeSpec,
  rowsAt: RowsAt,
): Hyperedge {
  const path = `memories.${name}.between`
  const factors = Object.entries(spec.between).map(([layer, patterns]): Factor => ({
    layer,
    init: rowsAt({ ...forLayer(scenario, layer, `${path}.${layer}`), patterns }),
  }))
  const [first, ...rest] = factors as [Factor, ...Factor[]]
  const other = rest.find(({ init }) => init.rows !== first.init.rows)
  // While places are collected there are no rows.
  if (other !== undefined && first.init.columns > 0 && other.init.columns > 0)
    throw new ModelError(
      `has ${other.init.rows} rows, \`${first.layer}\` has ${first.init.rows}; give every layer the same number of patterns`,
      { path: `${path}.${other.layer}` },
    )
  return {
    kind: spec.kind,
    name,
    factors,
    scale: spec.scale,
    rule: spec.rule,
    ...(spec.tau === undefined ? {} : { tau: spec.tau }),
    every: spec.every,
  }
}
