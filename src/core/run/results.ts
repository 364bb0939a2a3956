/** Results of a run as named arrays, numbers and tables: results.npz, summary.json, CSV. */
import { arrayNames, patternOf } from '../model/couplings.ts'
import type { NpyArray } from '../data/npy.ts'
import type { PiecedArray } from '../data/npz.ts'
import { ModelError, escaped } from '../errors.ts'
import { measureOf } from '../kinds/probes/table.ts'
import type { SparsePattern } from '../math/sparse.ts'
import type { Model } from '../model/model.ts'
import { axisValues } from '../model/variation.ts'
import { samplesBetween } from '../plan/clock.ts'
import type { Plan } from '../plan/plan.ts'
import { wholeOf } from './columns.ts'
import { MOST_BYTES } from './recording.ts'
import { type Sample, type Series, createSeries, flatOf, sampleBytes } from './series.ts'
import type { Simulation } from './simulation.ts'

/** Named arrays, as an .npz archive holds them. */
export type Arrays = Readonly<Record<string, NpyArray>>

/** Several numbers in short: of all replicas, or of all patterns. `null` = not finite. */
export interface Spread {
  readonly mean: number | null
  readonly min: number | null
  readonly max: number | null
}

/**
 * The samples of all probes: for probe P `P.tick` [S] int32, `P.time` [S] float64, `P.value` [S, ...] and, for energy,
 * `P.terms` [S, ..., T]. A replica axis follows the sample axis. Values are float32, the total energy is float64.
 */
export function seriesArrays(series: readonly Series[]): Arrays {
  const arrays: Record<string, NpyArray> = {}
  for (const { name, tick, time, value, terms, shape, termNames } of series.map(flatOf)) {
    arrays[`${name}.tick`] = made([tick.length], () => wholeOf(tick) ?? Int32Array.from(tick))
    arrays[`${name}.time`] = made([time.length], () => wholeOf(time) ?? Float64Array.from(time))
    const values = termNames === undefined ? Float32Array : Float64Array
    arrays[`${name}.value`] = stack(value, shape, values)
    if (terms !== undefined && termNames !== undefined)
      arrays[`${name}.terms`] = stack(terms, [...shape, termNames.length], Float32Array)
  }
  return arrays
}

/**
 * The states of all layers, memories and synapses, as they are read piece by piece; of a sparse matrix its entries `NAME.data`, and
 * where they stand, `NAME.indices` and `NAME.indptr`, as scipy.sparse.csr_array takes them.
 */
export function statesOf(simulation: Simulation): Readonly<Record<string, NpyArray | PiecedArray>> {
  const { model } = simulation
  return Object.fromEntries(
    arrayNames(model).flatMap((name): (readonly [string, NpyArray | PiecedArray])[] => {
      const read = simulation.readPieces(name)
      const pattern = patternNamed(model, name)
      if (pattern === undefined) return [[name, read]]
      const { indices, indptr } = pattern
      // The entries are one row.
      const shape = read.shape.filter((_, axis) => axis !== read.shape.length - 2)
      return [
        [`${name}.data`, { ...read, shape }],
        [`${name}.indices`, { shape: [indices.length], data: indices }],
        [`${name}.indptr`, { shape: [indptr.length], data: indptr }],
      ]
    }),
  )
}

/**
 * Names of the arrays of results.npz that have a replica axis: the first of a state, the second of the samples of a probe. None
 * where there is one replica.
 */
export function perReplica({ model, plan, series }: Simulation): string[] {
  if (model.replicas === 1) return []
  const isShared = (name: string): boolean => plan.matrices.get(name)?.copies === 1
  const probes = series.filter(({ name }) => {
    const { copies } = plan.probes.find(({ probe }) => probe.name === name) as Plan['probes'][number]
    return copies === undefined || !isShared(copies)
  })
  return [
    ...probes.flatMap(({ name, termNames }) => [
      `${name}.value`,
      ...(termNames === undefined ? [] : [`${name}.terms`]),
    ]),
    ...arrayNames(model)
      .filter((name) => !isShared(name))
      .map((name) => `state.${name}${patternNamed(model, name) === undefined ? '' : '.data'}`),
  ]
}

/** Which entries of sparse memories and synapses there are; undefined for everything else. */
function patternNamed({ couplings }: Model, name: string): SparsePattern | undefined {
  const coupling = couplings.find((one) => one.name === name)
  return coupling && patternOf(coupling)
}

/** States as arrays `state.NAME`, float32. */
export function stateArrays<T extends NpyArray | PiecedArray>(
  states: Readonly<Record<string, T>>,
): Readonly<Record<string, T>> {
  return Object.fromEntries(Object.entries(states).map(([name, array]) => [`state.${name}`, array]))
}

/** Varied parameters: for each path `axis.PATH` [R], float64, the value of each replica. */
export function axisArrays(model: Model): Arrays {
  const axes = model.variation?.axes ?? []
  return Object.fromEntries(
    axes.map((axis) => [`axis.${axis.path}`, { shape: [model.replicas], data: axisValues(model, axis) }]),
  )
}

/** Varied parameters in short: the values of each axis, the slowest first, and how many replicas each point has. */
export function axesSummary({ variation }: Model): Readonly<Record<string, unknown>> {
  if (variation === undefined) return {}
  const { axes, repetitions } = variation
  return { axes: axes.map(({ path, values }) => ({ path, values })), repetitions }
}

/** Varied parameters as CSV: a line for each replica; undefined where nothing varies. */
export function axesCsv(model: Model): string | undefined {
  const { variation, replicas } = model
  if (variation === undefined) return undefined
  const columns = variation.axes.map((axis) => axisValues(model, axis))
  const lines = Array.from({ length: replicas }, (_, r) =>
    [r, ...columns.map((values) => values[r] as number)].join(','),
  )
  return `${[['replica', ...variation.axes.map(({ path }) => csvText(path))].join(','), ...lines].join('\n')}\n`
}

function stack(
  samples: Series['value'],
  shape: readonly number[],
  Type: new (length: number) => Float32Array | Float64Array,
): NpyArray {
  return made([samples.length, ...shape], () => {
    const whole = wholeOf(samples)
    if (whole !== undefined) return whole
    const length = product(shape)
    const data = new Type(samples.length * length)
    samples.forEach((sample, index) => data.set(sample, index * length))
    return data
  })
}

/** An array whose numbers are put together when they are asked for, so that who writes one after the other has one. */
function made(shape: readonly number[], make: () => NpyArray['data']): NpyArray {
  return {
    shape,
    get data() {
      return make()
    },
  }
}

/**
 * Refuses, before it begins, a run whose samples would not fit where they are kept until its end.
 * @param remedy - besides fewer samples
 * @throws ModelError that names the probe with the most bytes and the `every` that would do
 */
export function checkResultSize(plan: Plan, model: Model, remedy = 'run with --stream'): void {
  const { ticks } = model.time
  const sizes = createSeries(plan, model).map((series) => {
    const { name } = series
    const sample = sampleBytes(series)
    const { every } = model.probes.find((probe) => probe.name === name) as Model['probes'][number]
    const samples = 1 + samplesBetween(0, ticks, every)
    return { name, sample, samples, bytes: samples * sample }
  })
  const bytes = sizes.reduce((sum, size) => sum + size.bytes, 0)
  const [worst] = sizes.sort((a, b) => b.bytes - a.bytes)
  if (bytes <= MOST_BYTES || worst === undefined) return
  const room = Math.floor((MOST_BYTES - (bytes - worst.bytes)) / worst.sample) - 1
  const larger = room < 1 ? 'use fewer probes' : `set it to ${Math.ceil(ticks / room)} or more`
  throw new ModelError(
    `${worst.samples} samples of ${worst.sample} bytes: ${bytes} bytes of samples would be in memory, at most ${MOST_BYTES} are; ` +
      `${larger}, or ${remedy}, which writes samples to the disk as they come`,
    { path: `probes.${worst.name}.every` },
  )
}

/** `P.term_names` for every energy probe P: what the last axis of `P.terms` counts. */
export function termNames(series: readonly Series[]): Readonly<Record<string, readonly string[]>> {
  return Object.fromEntries(
    series.flatMap(({ name, termNames }) =>
      termNames === undefined ? [] : [[`${name}.term_names`, termNames]],
    ),
  )
}

/**
 * The last value of every probe but snapshots: a number, or where there are several (one for each replica or pattern)
 * their mean, min and max. `null` = not finite.
 */
export function finalValues(series: readonly Series[]): Readonly<Record<string, number | null | Spread>> {
  const values = series.flatMap(({ name, kind, value }) => {
    const last = value.at(-1)
    if (measureOf(kind) === undefined || last === undefined) return []
    return [[name, last.length === 1 ? finite(last[0] as number) : spread(last)] as const]
  })
  return Object.fromEntries(values)
}

function spread(values: Float32Array | Float64Array): Spread {
  let sum = 0
  let min = Infinity
  let max = -Infinity
  for (const value of values) {
    sum += value
    min = Math.min(min, value)
    max = Math.max(max, value)
  }
  return { mean: finite(sum / values.length), min: finite(min), max: finite(max) }
}

function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null
}

/** Characters of CSV that are handed on at once. */
const CSV_PIECE = 2 ** 16

/**
 * A series as CSV: `tick`, `time` and one column for each number of a sample. They are called `value`; `total` and the
 * names of the terms (energy); `pattern.0`, ... (overlap); `row.0`, ... (similarity); with replicas `replica.0.` goes
 * before each. Float32 numbers have the digits that tell them apart.
 * @returns undefined for a snapshot, which is no time series
 */
export function seriesCsv(series: Series, replicas: number): Iterable<string> | undefined {
  return measureOf(series.kind) === undefined ? undefined : pieces(csvCells(series, replicas))
}

/** Joins cells in pieces that no limit of a string can meet. */
function* pieces(cells: Iterable<string>): Generator<string, void, undefined> {
  let piece = ''
  for (const cell of cells) {
    piece += cell
    if (piece.length < CSV_PIECE) continue
    yield piece
    piece = ''
  }
  if (piece !== '') yield piece
}

/** The cells of a table with what stands between them. */
function* csvCells(series: Series, replicas: number): Generator<string, void, undefined> {
  const { tick, time, value, terms } = series
  yield* headerCells(series, replicas)
  for (const [index, at] of tick.entries()) {
    const sample = value[index] as Float64Array | Float32Array
    yield* rowCells(at, time[index] as number, sample, terms?.[index], replicas)
  }
}

/** The line of names of a series as CSV; of a snapshot they are `value.0`, ... */
export function csvHeader(series: Series, replicas: number): string {
  return Array.from(headerCells(series, replicas)).join('')
}

function* headerCells({ kind, shape, termNames = [] }: Series, replicas: number): Generator<string, void> {
  const measure = measureOf(kind)
  const all = product(shape)
  // A snapshot of what all replicas share has none.
  const copies = measure === undefined && shape[0] !== replicas ? 1 : replicas
  const numbers = (): string[] => Array.from({ length: all / copies }, (_, index) => `value.${index}`)
  const columns = measure?.columns(all / copies, termNames) ?? numbers()
  yield 'tick,time'
  for (let replica = 0; replica < copies; replica++)
    for (const column of columns) yield `,${csvText(copies > 1 ? `replica.${replica}.${column}` : column)}`
  yield '\n'
}

/** A sample as a line of the CSV of its series. */
export function csvRow({ tick, time, value, terms }: Omit<Sample, 'probe'>, replicas: number): string {
  return Array.from(rowCells(tick, time, value, terms, replicas)).join('')
}

function* rowCells(
  tick: number,
  time: number,
  value: Float64Array | Float32Array,
  terms: Float32Array | undefined,
  replicas: number,
): Generator<string, void, undefined> {
  yield `${tick},${time}`
  const text = value instanceof Float32Array ? float32Text : numberText
  if (terms === undefined) for (const number of value) yield `,${text(number)}`
  else
    for (let replica = 0; replica < replicas; replica++) {
      const [count, parts] = [value.length / replicas, terms.length / replicas]
      for (let k = 0; k < count; k++) yield `,${text(value[replica * count + k] as number)}`
      for (let k = 0; k < parts; k++) yield `,${float32Text(terms[replica * parts + k] as number)}`
    }
  yield '\n'
}

/** Rows of numbers as CSV without names, in pieces. */
export async function* rowsCsv(
  values: AsyncIterable<NpyArray['data']>,
  columns: number,
): AsyncGenerator<string, void, undefined> {
  let column = 0
  for await (const piece of values) {
    let text = ''
    for (const value of piece) {
      column = (column + 1) % columns
      text += `${piece instanceof Float32Array ? float32Text(value) : numberText(value)}${column === 0 ? '\n' : ','}`
      if (text.length < CSV_PIECE) continue
      yield text
      text = ''
    }
    yield text
  }
}

/** A name as a cell: a spreadsheet takes what begins with one of these marks for a formula. */
export function csvText(name: string): string {
  const text = escaped(name)
  const safe = /^[=+\-@]/.test(text) ? `'${text}` : text
  return /[",]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}

function float32Text(value: number): string {
  // Nine digits tell any two float32 numbers apart.
  return numberText(Number.isFinite(value) ? Number(value.toPrecision(9)) : value)
}

/** As NumPy and pandas read it. */
function numberText(value: number): string {
  if (Number.isNaN(value)) return 'nan'
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf'
  return String(value)
}

function product(shape: readonly number[]): number {
  return shape.reduce((total, length) => total * length, 1)
}
