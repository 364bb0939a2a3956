/** A checkpoint as a file: the arrays of the results so far, and what a run needs to know to go on. */
import { strFromU8, strToU8 } from 'fflate'
import * as v from 'valibot'
import type { NpyArray } from '../data/npy.ts'
import { decodeNpz, encodeNpz } from '../data/npz.ts'
import type { Source } from '../data/zip.ts'
import { ModelError } from '../errors.ts'
import type { Model } from '../model/model.ts'
import { parseScenario } from '../model/parse.ts'
import { carryNameOf } from '../plan/carry.ts'
import { MOST_PENDING } from '../plan/clock.ts'
import { deferredArrays } from '../plan/deferred.ts'
import { memorySpecs, partsOf, traceSpecs } from '../model/specs.ts'
import { type Variants, readVariants } from '../plan/variants.ts'
import type { SavedMean, SavedMeans } from './means.ts'
import { type Checkpoint, LAST_TICK } from './restorable.ts'
import { type Arrays, seriesArrays, stateArrays } from './results.ts'
import type { Series } from './series.ts'

const VERSION = 1

const tick = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(LAST_TICK))
const time = v.pipe(v.number(), v.finite(), v.minValue(0))

/** Content of the array `checkpoint`, as JSON in UTF-8. */
const headerSchema = v.object({
  version: v.literal(VERSION),
  tick,
  origin: v.object({ tick, time }),
  seed: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(2 ** 32 - 1)),
  variants: v.optional(v.record(v.string(), v.string())),
  rings: v.optional(
    v.record(
      v.string(),
      v.pipe(v.array(v.pipe(v.number(), v.finite())), v.minLength(1), v.maxLength(MOST_PENDING)),
    ),
  ),
  rest: v.optional(
    v.object({ ticks: v.array(v.nullable(tick)), tick: v.exactOptional(tick), end: v.exactOptional(tick) }),
  ),
  means: v.optional(
    v.record(
      v.string(),
      v.object({
        ticks: v.array(tick),
        count: v.exactOptional(v.pipe(v.number(), v.integer(), v.minValue(1))),
      }),
    ),
  ),
  streamed: v.optional(
    v.object({
      format: v.picklist(['npz', 'csv', 'zarr']),
      samples: v.record(v.string(), v.pipe(v.number(), v.safeInteger(), v.minValue(0))),
    }),
  ),
  warnings: v.array(v.string()),
  scenario: v.record(v.string(), v.unknown()),
  files: v.optional(v.record(v.string(), v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/, 'a SHA-256')))),
  /** Names of the terms of each energy. */
  termNames: v.record(v.string(), v.array(v.string())),
})

type Header = v.InferOutput<typeof headerSchema>

/**
 * A checkpoint as .npz: the arrays of results.npz as they are so far (`state.NAME` of what a run changes; the rest
 * follows from the scenario), and an array `checkpoint` with the tick, the scenario and the warnings so far.
 */
export function encodeCheckpoint(checkpoint: Checkpoint): Uint8Array {
  return encodeNpz(checkpointArrays(checkpoint))
}

/** The arrays of a checkpoint's file, for who writes it in pieces. */
export function checkpointArrays(checkpoint: Checkpoint): Arrays {
  const { arrays, series, means = {}, ...rest } = checkpoint
  const names = series.flatMap(({ name, termNames }) =>
    termNames === undefined ? [] : [[name, termNames] as const],
  )
  const kept = Object.entries(means).map(([name, { rows: _, ...about }]) => [name, about] as const)
  const averages = kept.length > 0 && { means: Object.fromEntries(kept) }
  const header = { version: VERSION, ...rest, ...averages, termNames: Object.fromEntries(names) }
  const text = strToU8(JSON.stringify(header))
  return {
    checkpoint: { shape: [text.length], data: text },
    ...seriesArrays(series),
    ...meanArrays(means),
    ...stateArrays(arrays),
  }
}

/** The rows of the running mean of a probe P, as `P.mean` [rows, numbers] float64. */
function meanArrays(means: SavedMeans): Arrays {
  return Object.fromEntries(
    Object.entries(means).map(([name, { rows }]) => {
      const numbers = rows[0]?.length ?? 0
      const data = new Float64Array(rows.length * numbers)
      rows.forEach((row, index) => {
        data.set(row, index * numbers)
      })
      return [`${name}.mean`, { shape: [rows.length, numbers], data }]
    }),
  )
}

/**
 * Reads what `encodeCheckpoint` wrote. Whether its arrays have the shapes of a network is for `restore` to judge.
 * @param file - its bytes, or what reads ranges of them
 * @throws ModelError if it is something else, truncated, damaged, or of another version
 */
export function decodeCheckpoint(file: Uint8Array | Source): Checkpoint {
  const arrays = decodeNpz(file)
  const header = readHeader(arrays.checkpoint)
  const { variants, rings, rest, files, streamed } = header
  const scenario = scenarioOf(header)
  if (header.seed !== scenario.seed)
    throw foreign(`seed is ${header.seed}, its scenario has ${scenario.seed}`)
  if (header.origin.tick > header.tick)
    throw foreign(`origin.tick is ${header.origin.tick}, after its tick ${header.tick}`)
  const { neurons, synapses, probes } = scenario
  const parts = Object.keys(synapses).flatMap(deferredArrays)
  const wholes = [
    ...[neurons, synapses, memorySpecs(scenario), traceSpecs(scenario), partsOf(scenario)].flatMap((group) =>
      Object.keys(group),
    ),
    ...parts,
  ]
  const states = wholes.flatMap((name) => [name, carryNameOf(name)])
  const found = states.flatMap((name) => {
    const array = arrays[`state.${name}`]
    return array === undefined ? [] : [[name, readState(`state.${name}`, array)] as const]
  })
  const series = Object.entries(probes).map(([name, { kind }]) =>
    readSeries(
      arrays,
      name,
      kind,
      header.tick,
      Object.hasOwn(header.termNames, name) ? header.termNames[name] : undefined,
    ),
  )
  return {
    tick: header.tick,
    origin: header.origin,
    seed: header.seed,
    ...(variants === undefined ? {} : { variants: kernelsOf(variants) }),
    ...(rings === undefined ? {} : { rings }),
    ...(rest === undefined ? {} : { rest }),
    ...(files === undefined ? {} : { files }),
    ...(header.means === undefined ? {} : { means: meansOf(header.means, arrays) }),
    ...(streamed === undefined ? {} : { streamed }),
    warnings: header.warnings,
    scenario,
    arrays: Object.fromEntries(found),
    series,
  }
}

function meansOf(
  means: NonNullable<Header['means']>,
  arrays: Readonly<Record<string, NpyArray>>,
): SavedMeans {
  const read = Object.entries(means).map(([name, about]): [string, SavedMean] => {
    const array = arrays[`${name}.mean`]
    if (array === undefined) throw damaged(`${name}.mean`)
    const { data } = array
    if (!(data instanceof Float64Array)) throw foreign(`its array \`${name}.mean\` must be float64`)
    return [
      name,
      { ...about, rows: samples({ ...array, data }, about.ticks.length) as Float64Array<ArrayBuffer>[] },
    ]
  })
  return Object.fromEntries(read)
}

function readHeader(array: NpyArray | undefined): Header {
  if (array === undefined) {
    throw new ModelError(
      'is not a checkpoint: it has no array `checkpoint`; give a checkpoint.npz that engram run has written',
    )
  }
  let raw: unknown
  try {
    raw = JSON.parse(strFromU8(Uint8Array.from(array.data)))
  } catch {
    throw damaged('checkpoint')
  }
  const version = isObject(raw) ? raw.version : undefined
  if (typeof version === 'number' && version !== VERSION) {
    throw new ModelError(
      `is a checkpoint of version ${version}, this engram reads version ${VERSION}; run the scenario again from the start`,
    )
  }
  const { success, output, issues } = v.safeParse(headerSchema, raw)
  if (success) return output
  const [{ path, input, expected }] = issues
  const key = (path ?? []).map((item) => String(item.key)).join('.')
  const what = input === undefined ? 'is missing' : `must be ${wanted(expected)}, not ${show(input)}`
  throw foreign(`${key === '' ? 'its header' : key} ${what}`)
}

/** An expectation of valibot in words. */
function wanted(expected: string | null): string {
  if (expected === null) return 'an integer'
  return expected
    .replace(/^Object$/, 'an object')
    .replace(/^Array$/, 'a list')
    .replace(/^\/.*/, 'a SHA-256')
}

function scenarioOf({ scenario }: Header): Checkpoint['scenario'] {
  try {
    return parseScenario(scenario)
  } catch (error) {
    throw error instanceof ModelError ? foreign(`scenario: ${error.message}`) : error
  }
}

function kernelsOf(variants: Readonly<Record<string, string>>): Variants {
  try {
    return readVariants(variants)
  } catch (error) {
    throw error instanceof ModelError ? foreign(error.message) : error
  }
}

/** States are float32 and finite: a run ends at the first value that is not. */
function readState(name: string, { shape, data }: NpyArray): Checkpoint['arrays'][string] {
  if (!(data instanceof Float32Array)) throw foreign(`its array \`${name}\` must be float32`)
  const at = data.findIndex((value) => !Number.isFinite(value))
  if (at >= 0)
    throw foreign(`its array \`${name}\` has ${data[at] as number} at entry ${at}, where all must be finite`)
  // The numbers of each array of an archive are in memory of their own.
  return { shape, data: data as Float32Array<ArrayBuffer> }
}

function readSeries(
  arrays: Readonly<Record<string, NpyArray>>,
  name: string,
  kind: Series['kind'],
  end: number,
  termNames: readonly string[] | undefined,
): Series {
  const part = (key: string, Type: new (length: number) => NpyArray['data']): NpyArray => {
    const array = arrays[`${name}.${key}`]
    if (array === undefined) throw damaged(`${name}.${key}`)
    if (!(array.data instanceof Type))
      throw foreign(`its array \`${name}.${key}\` must be ${TYPES.get(Type) ?? ''}`)
    return array
  }
  const { shape: counts, data } = part('tick', Int32Array)
  if (counts.length !== 1)
    throw foreign(`its array \`${name}.tick\` must have one axis, not ${counts.length}`)
  const ticks = Array.from(data)
  const early = ticks.findIndex((at, index) => at < 0 || at > end || at <= (ticks[index - 1] ?? -1))
  if (early >= 0)
    throw foreign(
      `its array \`${name}.tick\` must rise from 0 or more to ${end} at most, and has ${ticks[early] as number} at entry ${early}`,
    )
  const sampled = (key: string, Type: new (length: number) => NpyArray['data']): NpyArray => {
    const array = part(key, Type)
    const wrong = array.data.findIndex((value) => !Number.isFinite(value))
    // Samples that are not finite end a run before they are kept.
    if (wrong >= 0)
      throw foreign(`its array \`${name}.${key}\` is ${array.data[wrong] as number} at entry ${wrong}`)
    if (array.shape[0] === ticks.length) return array
    throw foreign(
      `its array \`${name}.${key}\` has the shape (${array.shape.join(', ')}), \`${name}.tick\` has ${ticks.length}`,
    )
  }
  const times = sampled('time', Float64Array)
  if (times.shape.length !== 1) throw foreign(`its array \`${name}.time\` must be one number a sample`)
  const back = times.data.findIndex((time, index) => time <= (times.data[index - 1] ?? -Infinity))
  if (back >= 0)
    throw foreign(
      `its array \`${name}.time\` must rise, and has ${times.data[back] as number} at entry ${back}`,
    )
  const isEnergy = termNames !== undefined || Object.hasOwn(arrays, `${name}.terms`)
  const value = sampled('value', isEnergy ? Float64Array : Float32Array)
  const series = {
    name,
    kind,
    shape: value.shape.slice(1),
    tick: ticks,
    time: Array.from(times.data),
    value: samples(value, ticks.length) as (Float32Array | Float64Array)[],
  }
  if (!isEnergy) return series
  if (termNames === undefined) throw foreign(`termNames.${name} is missing`)
  const terms = sampled('terms', Float32Array)
  const shape = [...value.shape, termNames.length]
  if (shape.join() !== terms.shape.join())
    throw foreign(
      `its array \`${name}.terms\` has the shape (${terms.shape.join(', ')}), not (${shape.join(', ')})`,
    )
  return { ...series, terms: samples(terms, ticks.length) as Float32Array[], termNames }
}

const TYPES = new Map<unknown, string>([
  [Int32Array, 'int32'],
  [Float32Array, 'float32'],
  [Float64Array, 'float64'],
])

function samples({ data }: NpyArray, count: number): NpyArray['data'][] {
  const length = data.length / Math.max(1, count)
  return Array.from({ length: count }, (_, index) => data.slice(index * length, (index + 1) * length))
}

function foreign(what: string): ModelError {
  return new ModelError(`is not a checkpoint of engram: ${what}; take another checkpoint`)
}

function damaged(array: string): ModelError {
  return new ModelError(
    `is damaged: its array \`${array}\` is missing or not readable; take another checkpoint`,
  )
}

/**
 * Refuses a checkpoint that another scenario or other data have made. The length of the run, the name, the description, the
 * lesson, claims, and probes that are added may differ.
 * @returns warnings: what cannot be told
 * @throws ModelError with the path of the first difference, or when the checkpoint is later than the end of the run
 */
export function checkResumable(checkpoint: Checkpoint, model: Pick<Model, 'scenario' | 'files'>): string[] {
  const { scenario } = model
  const { ticks } = scenario.time
  const made = checkpoint.scenario
  const known = Object.entries(scenario.probes).filter(([name]) => Object.hasOwn(made.probes, name))
  const { name, description, expect, lesson } = scenario
  const withSame = { ...made, name, description, expect, lesson, time: { ...made.time, ticks } }
  const difference = firstDifference(withSame, { ...scenario, probes: Object.fromEntries(known) }, [])
  if (difference !== undefined) {
    const { path, left, right } = difference
    throw new ModelError(
      `the checkpoint was made with ${show(left)}, the scenario has ${show(right)}; resume with the same scenario, --set, ` +
        '--vary and --seed',
      { path },
    )
  }
  if (checkpoint.tick > ticks) {
    throw new ModelError(
      `the checkpoint is at tick ${checkpoint.tick}, the run ends at ${ticks}; give --ticks ${checkpoint.tick} or more`,
      { path: 'time.ticks' },
    )
  }
  return checkFiles(checkpoint, model)
}

/**
 * Refuses a checkpoint that was made with other data than the files have now.
 * @returns warnings: what an older checkpoint does not tell
 * @throws ModelError that names the file
 */
export function checkFiles({ files }: Checkpoint, model: Pick<Model, 'files'>): string[] {
  const names = Object.keys(model.files)
  if (files === undefined) {
    if (names.length === 0) return []
    return [
      `the checkpoint does not tell what its data were (an older engram has made it): ${names.join(', ')} must be as then`,
    ]
  }
  const changed = names.find((name) => Object.hasOwn(files, name) && files[name] !== model.files[name])
  if (changed === undefined) return []
  throw new ModelError(
    `${changed} is not what the checkpoint was made with; put the file of that run back, or start again without the checkpoint`,
  )
}

export interface Difference {
  readonly path: string
  readonly left: unknown
  readonly right: unknown
}

/** The first place at which two values of JSON differ. */
export function firstDifference(
  left: unknown,
  right: unknown,
  keys: readonly string[] = [],
): Difference | undefined {
  if (isObject(left) && isObject(right)) {
    for (const key of new Set([...Object.keys(left), ...Object.keys(right)])) {
      const difference = firstDifference(left[key], right[key], [...keys, key])
      if (difference !== undefined) return difference
    }
    return undefined
  }
  return left === right ? undefined : { path: keys.join('.'), left, right }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}

/** A value as one short piece of text. */
function show(value: unknown): string {
  if (value === undefined) return 'nothing'
  const text = JSON.stringify(value)
  return text.length > 60 ? `${text.slice(0, 57)}...` : text
}
