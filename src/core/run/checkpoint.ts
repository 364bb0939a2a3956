/** A checkpoint as a file: the arrays of the results so far, and what a run needs to know to go on. */
import { strFromU8, strToU8 } from 'fflate'
import type { NpyArray } from '../data/npy.ts'
import { decodeNpz, encodeNpz } from '../data/npz.ts'
import { ModelError } from '../model/errors.ts'
import type { Scenario } from '../model/schema.ts'
import { carryNameOf } from '../plan/carry.ts'
import { type Arrays, seriesArrays, stateArrays } from './results.ts'
import type { Series } from './series.ts'
import type { Checkpoint } from './simulation.ts'

const VERSION = 1

/** Content of the array `checkpoint`, as JSON in UTF-8. */
interface Header extends Omit<Checkpoint, 'arrays' | 'series'> {
  /** Version of this format. */
  readonly version: number
  /** Names of the terms of each energy. */
  readonly termNames: Readonly<Record<string, readonly string[]>>
}

/**
 * A checkpoint as .npz: the arrays of results.npz as they are so far (`state.NAME` of what a run changes; the rest
 * follows from the scenario), and an array `checkpoint` with the tick, the scenario and the warnings so far.
 */
export function encodeCheckpoint(checkpoint: Checkpoint): Uint8Array {
  return encodeNpz(checkpointArrays(checkpoint))
}

/** The arrays of a checkpoint's file, for who writes it in pieces. */
export function checkpointArrays(checkpoint: Checkpoint): Arrays {
  const { arrays, series, ...rest } = checkpoint
  const names = series.flatMap(({ name, termNames }) =>
    termNames === undefined ? [] : [[name, termNames] as const],
  )
  const header: Header = { version: VERSION, ...rest, termNames: Object.fromEntries(names) }
  const text = strToU8(JSON.stringify(header))
  return {
    checkpoint: { shape: [text.length], data: text },
    ...seriesArrays(series),
    ...stateArrays(arrays),
  }
}

/**
 * Reads what `encodeCheckpoint` wrote.
 * @throws ModelError if it is something else, truncated, or of another version
 */
export function decodeCheckpoint(bytes: Uint8Array): Checkpoint {
  const arrays = decodeNpz(bytes)
  const { version, termNames, ...header } = readHeader(arrays.checkpoint)
  if (version !== VERSION) {
    throw new ModelError(
      `is a checkpoint of version ${version}, this engram reads version ${VERSION}; run the scenario again from the start`,
    )
  }
  const { neurons, synapses, memories, probes } = header.scenario
  const parts = Object.keys(synapses).flatMap((name) => [`${name}/excess`, `${name}/ring`])
  const wholes = [...[neurons, synapses, memories].flatMap((group) => Object.keys(group)), ...parts]
  const states = wholes.flatMap((name) => [name, carryNameOf(name)])
  const found = states.flatMap((name) => {
    const array = arrays[`state.${name}`]
    return array === undefined
      ? []
      : [[name, { shape: array.shape, data: Float32Array.from(array.data) }] as const]
  })
  const series = Object.entries(probes).map(([name, { kind }]) =>
    readSeries(arrays, name, kind, termNames[name]),
  )
  return { ...header, arrays: Object.fromEntries(found), series }
}

function readHeader(array: NpyArray | undefined): Header {
  if (array === undefined) {
    throw new ModelError(
      'is not a checkpoint: it has no array `checkpoint`; give a checkpoint.npz that engram run has written',
    )
  }
  try {
    return JSON.parse(strFromU8(Uint8Array.from(array.data))) as Header
  } catch {
    throw damaged('checkpoint')
  }
}

function readSeries(
  arrays: Readonly<Record<string, NpyArray>>,
  name: string,
  kind: Series['kind'],
  termNames: readonly string[] | undefined,
): Series {
  const part = (key: string): NpyArray => {
    const array = arrays[`${name}.${key}`]
    if (array === undefined) throw damaged(`${name}.${key}`)
    return array
  }
  const tick = Array.from(part('tick').data)
  const value = part('value')
  const series = {
    name,
    kind,
    shape: value.shape.slice(1),
    tick,
    time: Array.from(part('time').data),
    value: samples(value, tick.length) as (Float32Array | Float64Array)[],
  }
  if (termNames === undefined) return series
  return { ...series, terms: samples(part('terms'), tick.length) as Float32Array[], termNames }
}

function samples({ data }: NpyArray, count: number): NpyArray['data'][] {
  const length = data.length / Math.max(1, count)
  return Array.from({ length: count }, (_, index) => data.slice(index * length, (index + 1) * length))
}

function damaged(array: string): ModelError {
  return new ModelError(
    `is damaged: its array \`${array}\` is missing or not readable; take another checkpoint`,
  )
}

/**
 * Refuses a checkpoint that another scenario has made. Only the length of the run may differ.
 * @throws ModelError with the path of the first difference, or when the checkpoint is later than the end of the run
 */
export function checkResumable(checkpoint: Checkpoint, scenario: Scenario): void {
  const { ticks } = scenario.time
  const withSameTicks = { ...checkpoint.scenario, time: { ...checkpoint.scenario.time, ticks } }
  const difference = firstDifference(withSameTicks, scenario, [])
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
}

interface Difference {
  readonly path: string
  readonly left: unknown
  readonly right: unknown
}

function firstDifference(left: unknown, right: unknown, keys: readonly string[]): Difference | undefined {
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
