import { ModelError } from '../errors.ts'
import { MOST_WRITTEN, STORING_KINDS, storingFacts } from '../kinds/bases/table.ts'
import { SYNAPSE_FORMS, SYNAPSES } from '../kinds/couplings/table.ts'
import { forEachEntry, type SparsePattern, transposedPattern } from '../math/sparse.ts'
import { findLayer, sizeOf } from './find.ts'
import type { Base, Rows, Synapse } from './model.ts'
import { type Block, editable } from './patterns/block.ts'
import { checkPatterns } from './patterns/check.ts'
import { forLayer } from './patterns/want.ts'
import type { RowsAt } from './places.ts'
import { isSparseInit } from './specs.ts'
import type { Scenario, SynapseSpec } from './schema.ts'

/**
 * Checks one synapse group.
 * @returns warnings
 * @throws ModelError for an unknown or adiabatic layer, or plasticity without a time constant
 */
export function checkSynapse(scenario: Scenario, name: string, spec: SynapseSpec): string[] {
  const path = `synapses.${name}`
  const layer = findLayer(scenario, spec.layer, `${path}.layer`)
  if (layer.tau === 0) {
    throw new ModelError(
      `layer \`${spec.layer}\` is adiabatic (tau 0) and cannot have synapses; set neurons.${spec.layer}.tau above 0`,
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
  checkForm(spec, path)
  checkBase(scenario, spec, spec.base, `${path}.base`)
  if (spec.init !== undefined) {
    if (spec.tau === undefined)
      throw new ModelError(
        'has no meaning: without tau W stays at its base; give tau, or use this as the base',
        {
          path: `${path}.init`,
        },
      )
    checkBase(scenario, spec, spec.init, `${path}.init`)
  }
  return spec.base === 0 && spec.strength === 0 && spec.init === undefined
    ? [`${path}: has neither a base nor a strength and couples nothing`]
    : []
}

/** @throws ModelError for sparse synapses without a sparse base, or with another initial value */
function checkForm({ kind, base, init }: SynapseSpec, path: string): void {
  if (!SYNAPSES[kind].ofEntries) return
  if (base === 0 || 'patterns' in base || !isSparseInit(base)) {
    const given = base === 0 ? 'is 0' : `of kind "${base.kind}" has all entries`
    throw new ModelError(
      `${given}, but synapses of kind "${kind}" need a sparse matrix; give {"kind": "csr", "path": ...}, or leave the kind out`,
      { path: `${path}.base` },
    )
  }
  if (init === undefined) return
  throw new ModelError(
    `is not possible for synapses of kind "${kind}", which begin at their base; leave it out`,
    {
      path: `${path}.init`,
    },
  )
}

type BaseSpec = SynapseSpec['base']

/** @throws ModelError for impossible patterns, or fewer or more neurons than a kind of base allows */
function checkBase(
  scenario: Scenario,
  { kind, layer: name }: SynapseSpec,
  base: BaseSpec,
  path: string,
): void {
  if (base === 0) return
  const size = sizeOf(findLayer(scenario, name, path))
  if ('patterns' in base) {
    checkPatterns(scenario, base.patterns, `${path}.patterns`)
    const { fewestNeurons, mostNeurons = Infinity } = storingFacts(base.kind)
    if (fewestNeurons !== undefined && size < fewestNeurons.count) {
      const { count, reason } = fewestNeurons
      throw new ModelError(
        `"${base.kind}" needs at least ${count} neurons, but layer \`${name}\` has ${size}, and ${reason}; set ` +
          `neurons.${name}.size to ${count} or more, or leave the synapses out`,
        { path: `${path}.kind` },
      )
    }
    if (size <= mostNeurons) return
    const others = STORING_KINDS.filter((kind) => (storingFacts(kind).mostNeurons ?? Infinity) >= size)
    throw new ModelError(
      `"${base.kind}" allows at most ${mostNeurons} neurons, but layer \`${name}\` has ${size}; use ${others.map((kind) => `"${kind}"`).join(' or ')} or set ` +
        `neurons.${name}.size to ${mostNeurons} at most`,
      { path: `${path}.kind` },
    )
  }
  if (!isSparseInit(base)) checkPatterns(scenario, base, path)
  else if (size > MOST_WRITTEN && !SYNAPSES[kind].ofEntries)
    throw new ModelError(
      `dense synapses with a sparse base allow at most ${MOST_WRITTEN} neurons, but layer \`${name}\` has ${size}; set ` +
        `neurons.${name}.size to ${MOST_WRITTEN} at most, or give the synapses the kind ${ENTRY_FORMS}`,
      { path },
    )
}

const ENTRY_FORMS = SYNAPSE_FORMS.filter((form) => SYNAPSES[form].ofEntries)
  .map((form) => `"${form}"`)
  .join(' or ')

/** One synapse group, with the rows of its base coupling J. */
export function synapseOf(scenario: Scenario, name: string, rowsAt: RowsAt): Synapse {
  const spec = scenario.synapses[name] as SynapseSpec
  return {
    kind: SYNAPSES[spec.kind].kind,
    name,
    layer: spec.layer,
    ...(spec.tau === undefined ? {} : { tau: spec.tau }),
    every: spec.every,
    strength: spec.strength,
    symmetric: spec.symmetric,
    base: baseOf(scenario, spec, spec.base, `synapses.${name}.base`, rowsAt),
    ...(spec.init !== undefined && {
      init: baseOf(scenario, spec, spec.init, `synapses.${name}.init`, rowsAt),
    }),
    zeroDiagonal: spec.zeroDiagonal,
  }
}

function baseOf(
  scenario: Scenario,
  { kind, layer, symmetric, zeroDiagonal }: SynapseSpec,
  base: BaseSpec,
  path: string,
  rowsAt: RowsAt,
): Base {
  if (base === 0) return { kind: 'zero' }
  if ('patterns' in base) {
    const { kind: made, patterns } = base
    return {
      kind: made,
      patterns: rowsAt({
        ...forLayer(scenario, layer, `${path}.patterns`),
        patterns,
        finish(block) {
          placing(`${path}.patterns`, () => storingFacts(made).check?.(block))
          return block
        },
      }),
      zeroDiagonal: base.zeroDiagonal || zeroDiagonal,
    }
  }
  const want = forLayer(scenario, layer, path)
  const { columns: count, columnsOf } = want
  const text = `it is a matrix over layer \`${layer}\` of ${count} neurons`
  const { ofEntries } = SYNAPSES[kind]
  const matrix = rowsAt({
    ...want,
    // The number of entries of a file is not in the scenario.
    ...(ofEntries && { columns: 1, shape: [1] }),
    rows: { count: ofEntries ? 1 : count, text, path: columnsOf.path },
    patterns: base,
    ...(isSparseInit(base) && {
      ...(!ofEntries && { isWrittenOut: true as const }),
      between: { rows: count, columns: count, to: layer, from: layer },
    }),
    finish(block) {
      if (symmetric) requireSymmetric(block, path)
      return zeroDiagonal ? withoutDiagonal(block) : block
    },
  })
  return { kind: isSparseInit(base) ? base.kind : 'matrix', matrix }
}

function withoutDiagonal(block: Block): Block {
  const own = editable(block)
  if (own.pattern !== undefined) {
    forEachEntry(own.pattern, (entry, i, j) => {
      if (i === j) own.data[entry] = 0
    })
    return own
  }
  for (let i = 0; i < own.rows; i++) own.data[i * own.columns + i] = 0
  return own
}

function requireSymmetric(block: Rows, path: string): void {
  const { rows, data, pattern } = block
  if (pattern !== undefined) {
    requireSymmetricEntries(data, pattern, path)
    return
  }
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < row; column++) {
      const here = data[row * rows + column]
      const there = data[column * rows + row]
      if (here !== there) {
        throw asymmetry(row, column, `is ${here}`, `is ${there}`, path)
      }
    }
  }
}

/** The first entry, row by row, that differs from the transpose. */
function requireSymmetricEntries(data: Float32Array, pattern: SparsePattern, path: string): void {
  const { rows, indices, indptr } = pattern
  const { pattern: other, positions } = transposedPattern(pattern)
  for (let row = 0; row < rows; row++) {
    let [here, there] = [indptr[row]!, other.indptr[row]!]
    const [hereEnd, thereEnd] = [indptr[row + 1]!, other.indptr[row + 1]!]
    while (here < hereEnd || there < thereEnd) {
      const left = here < hereEnd ? indices[here]! : Infinity
      const right = there < thereEnd ? other.indices[there]! : Infinity
      if (left < right) throw asymmetry(row, left, `is ${data[here]}`, 'is not there', path)
      if (left > right) throw asymmetry(row, right, 'is not there', `is ${data[positions[there]!]}`, path)
      if (data[here] !== data[positions[there]!])
        throw asymmetry(row, left, `is ${data[here]}`, `is ${data[positions[there]!]}`, path)
      here += 1
      there += 1
    }
  }
}

function asymmetry(row: number, column: number, here: string, there: string, path: string): ModelError {
  return new ModelError(
    `must be symmetric, but entry [${row}, ${column}] ${here} and [${column}, ${row}] ${there}; use ` +
      '(J + J^T) / 2, or set symmetric to false next to it',
    { path },
  )
}

/** Runs a check, and adds the path to its errors. */
export function placing(path: string, check: () => void): void {
  try {
    check()
  } catch (error) {
    throw error instanceof ModelError ? new ModelError(error.reason, { path }) : error
  }
}
