import { ModelError } from '../errors.ts'
import { hashText } from '../math/hash.ts'
import { philox } from '../math/philox.ts'
import { findLayer } from './find.ts'
import type { Dwell, Stimulus } from './model.ts'
import { checkPatterns } from './patterns/check.ts'
import { forLayer, type Want } from './patterns/want.ts'
import type { RowsAt } from './places.ts'
import { RandomStream } from './random.ts'
import type { Scenario, StimulusSpec } from './schema.ts'

/**
 * Checks one stimulus item.
 * @throws ModelError for an unknown layer, an initial state of an adiabatic one, or an end before the start
 */
export function checkStimulus(scenario: Scenario, index: number, spec: StimulusSpec): void {
  const path = `stimulus.${index}`
  const layer = findLayer(scenario, spec.layer, `${path}.layer`)
  if (spec.kind === 'initial') {
    if (layer.tau === 0) {
      throw new ModelError(
        `layer \`${spec.layer}\` is adiabatic (tau 0) and keeps no initial state; use "clamp" or set ` +
          `neurons.${spec.layer}.tau above 0`,
        { path: `${path}.layer` },
      )
    }
  } else if (spec.stop !== undefined && spec.stop <= spec.start) {
    throw new ModelError(
      `is ${spec.stop}, but start is ${spec.start}; set stop to more than start, or leave it out for no end`,
      {
        path: `${path}.stop`,
      },
    )
  }
  if (spec.kind !== 'initial') checkDraws(path, spec)
  checkPatterns(scenario, spec.patterns, `${path}.patterns`, 'masks')
}

type SequenceSpec = Exclude<StimulusSpec, { readonly kind: 'initial' }>

/** The required number of rows: one for each probability. */
function countOf(index: number, spec: StimulusSpec): Pick<Want, 'rows'> {
  if (spec.kind === 'initial' || spec.probabilities === undefined) return {}
  const { length } = spec.probabilities
  const path = `stimulus.${index}.probabilities`
  return { rows: { count: length, text: `${path} are ${length}`, path: `the number of ${path}` } }
}

/** One stimulus item with its patterns. */
export function stimulusOf(scenario: Scenario, index: number, spec: StimulusSpec, rowsAt: RowsAt): Stimulus {
  const { kind, layer, start } = spec
  const want = forLayer(scenario, layer, `stimulus.${index}.patterns`)
  const patterns = rowsAt({ ...want, ...countOf(index, spec), patterns: spec.patterns })
  if (spec.kind === 'initial') {
    return { kind, layer, patterns, start, stop: start + 1, dwell: 1, gap: 0, order: 'once' }
  }
  const { stop = Infinity, dwell, gap, order, probabilities } = spec
  const common = { kind, layer, patterns, start, stop, dwell, gap, order }
  return probabilities === undefined ? common : { ...common, probabilities }
}

/** Sums of probabilities may differ from 1 by the rounding of decimals in a file. */
const SUM_ROUNDING = 1e-6

/** @throws ModelError for an empty range, or invalid probabilities */
function checkDraws(path: string, { dwell, order, probabilities }: SequenceSpec): void {
  if (typeof dwell !== 'number' && dwell.min > dwell.max)
    throw new ModelError(`is ${dwell.max}, but min is ${dwell.min}; set max to min or more`, {
      path: `${path}.dwell.max`,
    })
  if (probabilities === undefined) return
  const place = { path: `${path}.probabilities` }
  if (order !== 'random')
    throw new ModelError(
      `have no meaning with the order "${order}"; leave them out, or set order to "random"`,
      place,
    )
  const sum = probabilities.reduce((total, one) => total + one, 0)
  if (Math.abs(sum - 1) > SUM_ROUNDING)
    throw new ModelError(
      `sum to ${Number(sum.toPrecision(7))}, but must sum to 1; ` +
        (sum > 0 ? `divide each by ${Number(sum.toPrecision(7))}` : 'give one above 0'),
      place,
    )
}

/** One showing of a stimulus. */
export interface Showing {
  /** Showings before it. */
  readonly number: number
  readonly start: number
  /** The first tick after it, and the first tick of the next showing. */
  readonly end: number
  readonly next: number
}

/**
 * The showing of a stimulus whose pattern or following gap contains a tick; ignores `stop` and the end of a single pass.
 * @param index - place of the stimulus in the scenario
 * @param tick - from its start on
 */
export function showingAt(stimulus: Stimulus, index: number, seed: number, tick: number): Showing {
  const { start, dwell, gap } = stimulus
  if (typeof dwell === 'number') {
    const number = Math.floor((tick - start) / (dwell + gap))
    const from = start + number * (dwell + gap)
    return { number, start: from, end: from + dwell, next: from + dwell + gap }
  }
  const { number, from, to } = timetableOf(stimulus, index, seed).at(tick - start)
  return { number, start: start + from, end: start + to - gap, next: start + to }
}

/** The first tick of the showing with a given index. */
export function showingStart(stimulus: Stimulus, index: number, seed: number, number: number): number {
  const { start, dwell, gap } = stimulus
  if (typeof dwell === 'number') return start + number * (dwell + gap)
  return start + timetableOf(stimulus, index, seed).startOf(number)
}

/** The fewest ticks for which a pattern is shown. */
export function shortestDwell({ dwell }: Pick<Stimulus, 'dwell'>): number {
  return typeof dwell === 'number' ? dwell : dwell.min * (dwell.unit ?? 1)
}

/**
 * The row of its patterns that a stimulus shows at a tick.
 * @param index - place of the stimulus in the scenario; draws depend on it and on the seed
 * @returns a row, or -1 if off; for an `initial`, 0 at its start (rows are assigned to the replicas)
 */
export function shownAt(stimulus: Stimulus, index: number, seed: number, tick: number): number {
  const { start, stop, order } = stimulus
  if (tick < start || tick >= stop) return -1
  if (stimulus.kind === 'initial') return tick === start ? 0 : -1
  const { number, end } = showingAt(stimulus, index, seed, tick)
  if (tick >= end) return -1
  const count = stimulus.patterns.rows
  const pass = Math.floor(number / count)
  if (order === 'once' && pass > 0) return -1
  if (order === 'random') return drawnRow(stimulus, index, seed, number)
  const row = number % count
  return order === 'shuffle' ? (passOrder(stimulus, index, seed, pass)[row] as number) : row
}

/** The random word of a showing for a purpose, such as `row`; a counter gives four words. */
function wordOf(purpose: number, seed: number, number: number): number {
  return philox([Math.floor(number / 4), 0, 0, 0], [seed, purpose])[number % 4] as number
}

/** An independently drawn row: the first whose cumulative probability is above a uniform number. */
function drawnRow(
  { patterns, probabilities }: Stimulus,
  index: number,
  seed: number,
  number: number,
): number {
  const share = wordOf(hashText(`stimulus.${index}.row`), seed, number) / 2 ** 32
  if (probabilities === undefined) return Math.floor(share * patterns.rows)
  const sums = sumsOf(probabilities)
  const point = share * (sums.at(-1) as number)
  let [from, to] = [0, sums.length - 1]
  while (from < to) {
    const middle = (from + to) >> 1
    if ((sums[middle] as number) > point) to = middle
    else from = middle + 1
  }
  return from
}

const knownSums = new WeakMap<readonly number[], readonly number[]>()

/** Sums of the first 1, 2, ... probabilities. */
function sumsOf(probabilities: readonly number[]): readonly number[] {
  const known = knownSums.get(probabilities)
  if (known !== undefined) return known
  let sum = 0
  const sums = probabilities.map((one) => (sum += one))
  knownSums.set(probabilities, sums)
  return sums
}

/** First ticks of the showings of a stimulus with a random dwell, counted from its start. */
interface Timetable {
  /** The showing that contains a tick, up to the start of the next. */
  at(tick: number): { readonly number: number; readonly from: number; readonly to: number }
  startOf(number: number): number
}

/** Number of showings in a block; all starts of one block are cached, and the first start of each other block. */
const BLOCK = 1024

function createTimetable({ dwell, gap }: Stimulus, index: number, seed: number): Timetable {
  const { min, max, unit = 1 } = dwell as Exclude<Dwell, number>
  const purpose = hashText(`stimulus.${index}.dwell`)
  const lengthOf = (number: number): number =>
    unit * (min + Math.floor((wordOf(purpose, seed, number) / 2 ** 32) * (max - min + 1))) + gap
  /** The start of every block up to the first unused one. */
  const blocks = [0]
  /** The starts of the showings of one block, and the start of the next block. */
  const starts = new Float64Array(BLOCK + 1)
  let block = -1
  let latest = 0

  const open = (wanted: number): void => {
    if (wanted === block) return
    block = wanted
    latest = 0
    starts[0] = blocks[block] as number
    for (let k = 0; k < BLOCK; k++) starts[k + 1] = (starts[k] as number) + lengthOf(block * BLOCK + k)
    if (blocks.length === block + 1) blocks.push(starts[BLOCK] as number)
  }

  /** Index of the last of some ascending numbers that is not above a tick. */
  const lastUpTo = (ascending: ArrayLike<number>, count: number, tick: number): number => {
    let [from, to] = [0, count - 1]
    while (from < to) {
      const middle = (from + to + 1) >> 1
      if ((ascending[middle] as number) <= tick) from = middle
      else to = middle - 1
    }
    return from
  }

  return {
    at(tick) {
      while ((blocks.at(-1) as number) <= tick) open(blocks.length - 1)
      if (block < 0 || tick < (starts[0] as number) || tick >= (starts[BLOCK] as number))
        open(lastUpTo(blocks, blocks.length, tick))
      const isLatest = tick >= (starts[latest] as number) && tick < (starts[latest + 1] as number)
      if (!isLatest) latest = lastUpTo(starts, BLOCK, tick)
      return {
        number: block * BLOCK + latest,
        from: starts[latest] as number,
        to: starts[latest + 1] as number,
      }
    },
    startOf(number) {
      const wanted = Math.floor(number / BLOCK)
      while (blocks.length <= wanted) open(blocks.length - 1)
      open(wanted)
      return starts[number - wanted * BLOCK] as number
    },
  }
}

const timetables = new WeakMap<Stimulus, { seed: number; index: number; timetable: Timetable }>()

function timetableOf(stimulus: Stimulus, index: number, seed: number): Timetable {
  const known = timetables.get(stimulus)
  if (known?.seed === seed && known.index === index) return known.timetable
  const timetable = createTimetable(stimulus, index, seed)
  timetables.set(stimulus, { seed, index, timetable })
  return timetable
}

/** Cache of the order of the latest pass of each shuffled stimulus, for successive ticks. */
const latestPass = new WeakMap<
  Stimulus,
  { seed: number; index: number; pass: number; order: readonly number[] }
>()

function passOrder(stimulus: Stimulus, index: number, seed: number, pass: number): readonly number[] {
  const latest = latestPass.get(stimulus)
  if (latest?.seed === seed && latest.index === index && latest.pass === pass) return latest.order
  const order = new RandomStream(seed, `stimulus.${index}.pass.${pass}`).permutation(stimulus.patterns.rows)
  latestPass.set(stimulus, { seed, index, pass, order })
  return order
}
