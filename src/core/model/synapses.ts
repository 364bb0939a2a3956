import { ModelError } from '../errors.ts'
import { findLayer, sizeOf } from './find.ts'
import type { Base, Rows, Synapse } from './model.ts'
import { checkPatterns, forLayer, loadPatterns, toRows, type Block, type Sources } from './patterns.ts'
import type { Patterns, Scenario, SynapseSpec } from './schema.ts'

/**
 * What one synapse group must be like.
 * @returns warnings
 * @throws ModelError for an unknown or adiabatic layer, or plasticity without a time constant
 */
export function checkSynapse(scenario: Scenario, name: string, spec: SynapseSpec): string[] {
  const path = `synapses.${name}`
  const layer = findLayer(scenario, spec.layer, `${path}.layer`)
  if (layer.tau === 0) {
    throw new ModelError(
      `layer \`${spec.layer}\` is adiabatic (tau 0) and cannot carry synapses; set neurons.${spec.layer}.tau above 0`,
      { path: `${path}.layer` },
    )
  }
  if (spec.tau === undefined && spec.strength > 0) {
    throw new ModelError(
      `is ${spec.strength}, but without tau W stays at its base; give tau or set strength to 0`,
      {
        path: `${path}.strength`,
      },
    )
  }
  if (typeof spec.base === 'object') {
    if (spec.base.kind === 'hebbian') checkPatterns(scenario, spec.base.patterns, `${path}.base.patterns`)
    else checkPatterns(scenario, spec.base, `${path}.base`)
  }
  return spec.base === 0 && spec.strength === 0
    ? [`${path}: has neither a base nor a strength and couples nothing`]
    : []
}

/** Loads the base coupling J. */
export async function resolveSynapse(scenario: Scenario, name: string, sources: Sources): Promise<Synapse> {
  const spec = scenario.synapses[name] as SynapseSpec
  return {
    kind: 'lateral',
    name,
    layer: spec.layer,
    ...(spec.tau === undefined ? {} : { tau: spec.tau }),
    every: spec.every,
    strength: spec.strength,
    base: await resolveBase(scenario, name, spec, sources),
  }
}

/** The patterns of a hebbian base. */
export function hebbianPatterns(
  scenario: Scenario,
  name: string,
  spec: SynapseSpec,
  patterns: Patterns,
  sources: Sources,
): Promise<Block> {
  return loadPatterns(patterns, forLayer(scenario, spec.layer, `synapses.${name}.base.patterns`), sources)
}

async function resolveBase(
  scenario: Scenario,
  name: string,
  spec: SynapseSpec,
  sources: Sources,
): Promise<Base> {
  if (spec.base === 0) return { kind: 'zero' }
  if (spec.base.kind === 'hebbian') {
    return {
      kind: 'hebbian',
      patterns: toRows(await sources.rowsOf(name)),
      zeroDiagonal: spec.base.zeroDiagonal,
    }
  }
  const path = `synapses.${name}.base`
  const want = forLayer(scenario, spec.layer, path)
  const count = sizeOf(findLayer(scenario, spec.layer, path))
  const rows = { count, text: `it is a matrix over layer \`${spec.layer}\` of ${count} neurons` }
  const matrix = toRows(
    await loadPatterns(spec.base, { ...want, rows: { ...rows, path: want.columnsOf.path } }, sources),
  )
  requireSymmetric(matrix, path)
  return { kind: 'matrix', matrix }
}

function requireSymmetric({ rows, data }: Rows, path: string): void {
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < row; column++) {
      const here = data[row * rows + column]
      const there = data[column * rows + row]
      if (here !== there) {
        throw new ModelError(
          `must be symmetric, but entry [${row}, ${column}] is ${here} and [${column}, ${row}] is ${there}; use ` +
            '(J + J^T) / 2',
          { path },
        )
      }
    }
  }
}
