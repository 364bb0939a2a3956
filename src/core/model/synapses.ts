import { ModelError } from '../errors.ts'
import { MOST_WRITTEN, STORING_KINDS, storingFacts } from '../kinds/bases/table.ts'
import { findLayer, sizeOf } from './find.ts'
import type { Base, Rows, Synapse } from './model.ts'
import { checkPatterns } from './patterns/check.ts'
import { forLayer } from './patterns/want.ts'
import type { RowsAt } from './places.ts'
import { isSparseInit } from './specs.ts'
import type { LayerSpec, Scenario, SynapseSpec } from './schema.ts'

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
    if ('patterns' in spec.base) {
      checkPatterns(scenario, spec.base.patterns, `${path}.base.patterns`)
      checkSize(layer, spec, `${path}.base.kind`)
    } else if (!isSparseInit(spec.base)) checkPatterns(scenario, spec.base, `${path}.base`)
    else if (sizeOf(layer) > MOST_WRITTEN)
      throw new ModelError(
        `a sparse matrix is written out for ${MOST_WRITTEN} neurons at most, layer \`${spec.layer}\` has ${sizeOf(layer)}; set ` +
          `neurons.${spec.layer}.size to ${MOST_WRITTEN} at most, or use a memory of kind "sparse" to another layer`,
        { path: `${path}.base` },
      )
  }
  return spec.base === 0 && spec.strength === 0
    ? [`${path}: has neither a base nor a strength and couples nothing`]
    : []
}

/** @throws ModelError for more neurons than a kind of base can be made of */
function checkSize(layer: LayerSpec, { base, layer: name }: SynapseSpec, path: string): void {
  if (base === 0 || !('patterns' in base)) return
  const { mostNeurons = Infinity } = storingFacts(base.kind)
  const size = sizeOf(layer)
  if (size <= mostNeurons) return
  const others = STORING_KINDS.filter((kind) => (storingFacts(kind).mostNeurons ?? Infinity) >= size)
  throw new ModelError(
    `"${base.kind}" is made of ${mostNeurons} neurons at most, layer \`${name}\` has ${size}; use ${others.map((kind) => `"${kind}"`).join(' or ')} or set ` +
      `neurons.${name}.size to ${mostNeurons} at most`,
    { path },
  )
}

/** One synapse group, with the rows of its base coupling J. */
export function synapseOf(scenario: Scenario, name: string, rowsAt: RowsAt): Synapse {
  const spec = scenario.synapses[name] as SynapseSpec
  return {
    kind: 'lateral',
    name,
    layer: spec.layer,
    ...(spec.tau === undefined ? {} : { tau: spec.tau }),
    every: spec.every,
    strength: spec.strength,
    symmetric: spec.symmetric,
    base: baseOf(scenario, spec, `synapses.${name}.base`, rowsAt),
  }
}

function baseOf(
  scenario: Scenario,
  { base, layer, symmetric }: SynapseSpec,
  path: string,
  rowsAt: RowsAt,
): Base {
  if (base === 0) return { kind: 'zero' }
  if ('patterns' in base) {
    const { kind, patterns, zeroDiagonal } = base
    return {
      kind,
      patterns: rowsAt({
        ...forLayer(scenario, layer, `${path}.patterns`),
        patterns,
        finish(block) {
          placing(`${path}.patterns`, () => storingFacts(kind).check?.(block))
          return block
        },
      }),
      zeroDiagonal,
    }
  }
  const want = forLayer(scenario, layer, path)
  const { columns: count, columnsOf } = want
  const text = `it is a matrix over layer \`${layer}\` of ${count} neurons`
  const matrix = rowsAt({
    ...want,
    rows: { count, text, path: columnsOf.path },
    patterns: base,
    ...(isSparseInit(base) && {
      isWrittenOut: true as const,
      between: { rows: count, columns: count, to: layer, from: layer },
    }),
    finish(block) {
      if (symmetric) requireSymmetric(block, path)
      return block
    },
  })
  return { kind: isSparseInit(base) ? base.kind : 'matrix', matrix }
}

function requireSymmetric({ rows, data }: Rows, path: string): void {
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < row; column++) {
      const here = data[row * rows + column]
      const there = data[column * rows + row]
      if (here !== there) {
        throw new ModelError(
          `must be symmetric, but entry [${row}, ${column}] is ${here} and [${column}, ${row}] is ${there}; use ` +
            '(J + J^T) / 2, or set symmetric to false beside it',
          { path },
        )
      }
    }
  }
}

/** Runs a check that does not know where it is. */
function placing(path: string, check: () => void): void {
  try {
    check()
  } catch (error) {
    throw error instanceof ModelError ? new ModelError(error.reason, { path }) : error
  }
}
