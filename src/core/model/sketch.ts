/** The shapes of a model, before anything is loaded. Pure. */
import type { SparseInit } from '../kinds/couplings/sparse.ts'
import { assemble, placesOf } from './assemble.ts'
import { checkScenario } from './check.ts'
import type { Model, Rows } from './model.ts'
import { valueAt } from './path.ts'
import { originOf, type Place, type Places } from './places.ts'
import type { Patterns } from './patterns/schema.ts'
import { isSparseInit } from './specs.ts'
import type { Scenario } from './schema.ts'

/**
 * The model of a scenario with the shapes of its rows and no values: enough for a plan. A number of rows that
 * only a file determines is taken from another model at the same place, or is 1.
 * @param current - the other model, such as the one before a change of the scenario
 * @throws ModelError for a scenario that contradicts itself
 */
export function sketchOf(current: Model | undefined, scenario: Scenario): Model {
  checkScenario(scenario)
  const places = placesOf(scenario)
  const known = current === undefined ? {} : byPath(current)
  return assemble(scenario, (place) => {
    const { patterns } = place
    if (typeof patterns === 'object' && isSparseInit(patterns) && !place.isWrittenOut)
      return entriesOf(place, patterns, known)
    return {
      rows: countOf(scenario, places, place, known),
      columns: place.columns,
      data: new Float32Array(0),
      ...(isMasked(place) ? { free: new Uint8Array(0) } : {}),
    }
  })
}

const NO_ENTRIES = { indices: new Uint32Array(0), indptr: new Uint32Array(0) }

/** The number of entries of a sparse matrix, and of a row. */
function entriesOf({ path, columns, between }: Place, init: SparseInit, known: object): Rows {
  const before = valueAt(known, path) as Partial<Rows> | undefined
  const degree = init.kind === 'random-sparse' ? init.degree : before?.pattern?.degree
  // The entries of a file are unchanged if its shape fits.
  const { pattern } = before ?? {}
  const stays =
    init.kind === 'csr' && pattern?.rows === between?.rows && pattern?.columns === between?.columns
  const { indices, indptr } = (stays ? pattern : undefined) ?? NO_ENTRIES
  return {
    rows: 1,
    columns: init.kind === 'random-sparse' ? columns : (before?.columns ?? columns),
    data: new Float32Array(0),
    ...(between && {
      pattern: {
        rows: between.rows,
        columns: between.columns,
        ...(degree !== undefined && { degree }),
        indices,
        indptr,
      },
    }),
  }
}

function isMasked({ patterns }: Place): boolean {
  return typeof patterns === 'object' && 'corrupt' in patterns && patterns.corrupt.op === 'mask'
}

/** The number of rows at a place: from the scenario, else from the other model; equal for places with the same number of rows. */
function countOf(scenario: Scenario, places: Places, place: Place, known: object): number {
  const origin: Origin = ({ point }, name) => originOf(scenario, places, name, point)
  const alike = place.alike?.flatMap((path) => places.get(path) ?? []) ?? [place]
  const first = (count: (one: Place) => number | undefined): number | undefined =>
    alike.map(count).find((one) => one !== undefined)
  return (
    toldAt(place, origin) ??
    first((one) => toldAt(one, origin)) ??
    withEdits(first((one) => knownAt(one, origin, known)) ?? 1, place)
  )
}

/** The place whose rows a place copies. */
type Origin = (place: Place, name: string) => Place

/** The number of rows in the other model. */
function knownAt(place: Place, origin: Origin, known: object): number | undefined {
  const { patterns, path } = place
  if (typeof patterns === 'object' && patterns.kind === 'rows')
    return toldAt(origin(place, patterns.of), origin) ?? knownAt(origin(place, patterns.of), origin, known)
  return (valueAt(known, path) as Rows | undefined)?.rows
}

/** The number of rows at a place; undefined = only a file determines it. */
function toldAt(place: Place, origin: Origin): number | undefined {
  const { patterns, rows } = place
  if (rows !== undefined) return rows.count
  if (typeof patterns === 'number' || isSparseInit(patterns)) return 1
  const count = toldCount(patterns, (name) => toldAt(origin(place, name), origin))
  return count === undefined ? undefined : withEdits(count, place)
}

/** An edit may append a row. */
function withEdits(count: number, { patterns }: Place): number {
  const edits = typeof patterns === 'object' && !isSparseInit(patterns) ? (patterns.edits ?? []) : []
  return Math.max(count, ...edits.map(({ row }) => row + 1))
}

/** The number of rows of a source, if only the source determines it; undefined = only its file determines it. */
function toldCount(patterns: Patterns, ofOrigin: (name: string) => number | undefined): number | undefined {
  if (patterns.transform?.some(({ op }) => op === 'mean') === true) return 1
  switch (patterns.kind) {
    case 'npy':
    case 'array':
      return undefined
    case 'idx':
      return patterns.count
    case 'png':
    case 'image':
      return patterns.paths.length
    case 'rows':
      return patterns.select?.length ?? ofOrigin(patterns.of)
    case 'values':
      return patterns.values.length
    case 'random':
    case 'zeros':
      return patterns.count ?? 1
  }
}

/** The rows of a model at the paths of a scenario. */
function byPath({ layers, synapses, memories, hyperedges, stimulus, probes }: Model): object {
  const byName = <T extends { readonly name: string }>(list: readonly T[]): Readonly<Record<string, T>> =>
    Object.fromEntries(list.map((one) => [one.name, one]))
  return {
    neurons: byName(layers),
    synapses: Object.fromEntries(
      synapses.map(({ name, base, init }) => [
        name,
        // The path of the entries of a sparse matrix is that of its file.
        { base: 'matrix' in base && base.matrix.pattern ? base.matrix : base, init },
      ]),
    ),
    memories: {
      ...byName(memories),
      // The number of heads determines the rows of attention.
      ...Object.fromEntries(
        hyperedges.map(({ name, factors }) => [
          name,
          { between: Object.fromEntries(factors.map(({ part, init }) => [part, init])) },
        ]),
      ),
    },
    stimulus,
    probes: byName(probes),
  }
}
