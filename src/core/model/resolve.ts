/** From a scenario to a model: the checks, the files, the random numbers. */
import { forEachEntry } from '../math/sparse.ts'
import { assemble, placesOf } from './assemble.ts'
import { checkScenario } from './check.ts'
import type { DecodeImage } from '../data/image.ts'
import { ModelError } from '../errors.ts'
import { createReader, noting, type Read } from './files.ts'
import type { Model, Rows } from './model.ts'
import { warningsOf } from './neuron-values.ts'
import { allocate, toRows, type Block } from './patterns/block.ts'
import { loadPatterns } from './patterns/load.ts'
import { loadSparse } from './patterns/sparse.ts'
import { isSparseInit } from './specs.ts'
import { originOf, placeName, type Place } from './places.ts'
import type { Scenario } from './schema.ts'
import { stepWarnings } from './steps.ts'
import { axesOf, pointCount, replicaCount } from './variation.ts'

export interface ResolveOptions {
  /** The file of the scenario, for error messages. */
  readonly file?: string
  readonly read: Read
  /** Reads JPEG and WebP images; without it PNG alone is read. */
  readonly decode?: DecodeImage
  /** Allows pattern files outside the folder of the scenario. */
  readonly allowOutside?: boolean
}

/**
 * Builds a model from a scenario: checks the scenario, reads each file once, draws random patterns. The same
 * scenario and files always give the same model.
 * @throws ModelError for the first error, with file, JSON path, value and remedy
 */
export async function resolveModel(scenario: Scenario, options: ResolveOptions): Promise<Model> {
  const warnings = checkScenario(scenario, options.file)
  try {
    const hashes = new Map<string, string>()
    const read = noting(createReader(options.read, options.allowOutside ?? false), hashes)
    const rows = await loadRows(scenario, read, options.decode)
    const model = assemble(
      scenario,
      (place) => rows.get(placeName(place)) as Rows,
      Object.fromEntries(hashes),
    )
    return {
      ...model,
      warnings: [
        ...warnings,
        ...model.layers.flatMap((layer) => warningsOf(layer.name, layer)),
        ...unusedRows(model),
        ...stepWarnings(model),
      ],
    }
  } catch (error) {
    throw error instanceof ModelError && options.file !== undefined ? error.in(options.file) : error
  }
}

/** Loads the rows of all places in order, so that the first error in the scenario is reported. */
async function loadRows(
  scenario: Scenario,
  read: Read,
  decode: DecodeImage | undefined,
): Promise<ReadonlyMap<string, Rows>> {
  const places = placesOf(scenario)
  // Rows that others copy are loaded once.
  const known = new Map<string, Promise<Block>>()
  const blockAt = (place: Place): Promise<Block> => {
    const name = placeName(place)
    const block = known.get(name) ?? load(place)
    known.set(name, block)
    return block
  }
  const load = async (place: Place): Promise<Block> => {
    const { patterns, point, finish } = place
    if (typeof patterns === 'number') return constant(patterns, place.columns)
    const sources = { seed: point?.isNetwork ? point.seed : scenario.seed, read, decode }
    if (isSparseInit(patterns)) {
      const loaded = await loadSparse(patterns, place, sources)
      const entries = place.isWrittenOut ? writtenOut(loaded) : loaded
      return finish === undefined ? entries : finish(entries)
    }
    const block = await loadPatterns(patterns, place, {
      ...sources,
      damageSeed: point?.seed ?? scenario.seed,
      rowsOf: (name) => blockAt(originOf(scenario, places, name, point)),
    })
    return finish === undefined ? block : finish(block)
  }
  const rows = new Map<string, Rows>()
  for (const [name, place] of places) rows.set(name, toRows(await blockAt(place)))
  return rows
}

/** A sparse matrix with all its entries. */
function writtenOut({ data, pattern }: Block): Block {
  if (pattern === undefined) throw new Error('no sparse matrix is loaded')
  const { rows, columns } = pattern
  const block = allocate(rows, columns)
  forEachEntry(pattern, (entry, i, j) => (block.data[i * columns + j] = data[entry]!))
  return block
}

function constant(value: number, columns: number): Block {
  const block = allocate(1, columns)
  if (value !== 0) block.data.fill(value)
  return block
}

/** A warning for each place whose rows are not all used. */
function unusedRows(model: Model): string[] {
  const { scenario } = model
  const points = pointCount(axesOf(scenario))
  const [whose, remedy] =
    typeof scenario.replicas === 'number'
      ? ['replicas', 'replicas']
      : ['replicas of each point', 'replicas.count']
  return sparesOf(model).map(
    ({ path, rows, used }) =>
      `${path}: ${rows} rows for ${used} ${whose}, so the last ${rows - used} are not used; set ${remedy} to ${rows * points}`,
  )
}

/** The places with unused rows: rows are assigned to the replicas in turn, and there are more rows than replicas. */
export function sparesOf({ scenario, layers, stimulus }: Pick<Model, 'scenario' | 'layers' | 'stimulus'>): {
  readonly path: string
  readonly rows: number
  readonly used: number
}[] {
  const dealt = [
    ...layers.map(({ name, init }) => ({ path: `neurons.${name}.init`, rows: init.rows })),
    ...layers.map(({ name, bias }) => ({ path: `neurons.${name}.bias`, rows: bias.rows })),
    ...stimulus.flatMap(({ kind, patterns }, index) =>
      kind === 'initial' ? [{ path: `stimulus.${index}.patterns`, rows: patterns.rows }] : [],
    ),
  ]
  const used = replicaCount(scenario) / pointCount(axesOf(scenario))
  return dealt.filter(({ rows }) => rows > used).map((one) => ({ ...one, used }))
}
