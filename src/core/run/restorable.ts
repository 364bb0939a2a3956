/** A checkpoint, and checks whether a network can continue from it, before the network changes. */
import { ModelError } from '../errors.ts'
import {
  checkList,
  checkNumber,
  checkNumbers,
  checkObject,
  checkRecord,
  checkTexts,
} from '../model/arguments.ts'
import type { Model } from '../model/model.ts'
import { MOST_PENDING } from '../plan/clock.ts'
import { deferredOwner } from '../plan/deferred.ts'
import { hasCarry } from '../plan/carry.ts'
import type { Plan } from '../plan/plan.ts'
import type { Variants } from '../plan/variants.ts'
import type { SavedMeans } from './means.ts'
import type { Rest } from './rest.ts'
import { type DenseArray, checkLength, shapeOf } from './arrays.ts'
import { type Series, createSeries, flatOf } from './series.ts'

/** The GPU counts ticks in 32 bits. */
export const LAST_TICK = 2 ** 31 - 1

/**
 * All data that a run needs to continue, with identical bits on the same adapter: plain data, suitable for
 * `structuredClone` and `postMessage`. The lists of its series are created at the first read.
 */
export interface Checkpoint {
  readonly tick: number
  /** Start of the present time.dt: time is counted from there, so that a resumed run has the same times. */
  readonly origin: { readonly tick: number; readonly time: number }
  readonly seed: number
  /** Its kernels, as the option `variants`; old files have none. */
  readonly variants?: Variants
  /**
   * State of every dynamic layer, plastic synapse and learning memory; for deferred updates also the applied
   * part `NAME/excess` and the pending part `NAME/ring`; and the second words `NAME/carry` of slow groups.
   */
  readonly arrays: Readonly<Record<string, DenseArray>>
  /** Fade and weights of the pending updates. */
  readonly rings?: Readonly<Record<string, readonly number[]>>
  /** The results of the checks of `time.until`. */
  readonly rest?: Rest
  /** Running means of probes, absent where no probe has one. */
  readonly means?: SavedMeans
  readonly series: readonly Series[]
  /**
   * Where a command has written samples as they came: the format, and how many of each probe. `series` then has the last of
   * each alone.
   */
  readonly streamed?: {
    readonly format: 'npz' | 'csv' | 'zarr'
    readonly samples: Readonly<Record<string, number>>
  }
  /** The warnings of the run. */
  readonly warnings: readonly string[]
  /** The scenario with the parameters at that tick. */
  readonly scenario: Model['scenario']
  /** SHA-256 of each file of the scenario; old checkpoints have none. */
  readonly files?: Readonly<Record<string, string>>
}

/**
 * Checks the types of the parts of a checkpoint, for callers without type checks.
 * @throws ModelError with the name of the part
 */
export function checkParts({ origin, arrays, series, warnings, seed }: Checkpoint): void {
  checkObject('`origin` of a checkpoint', origin, 'tick', 'a tick and its time')
  checkRecord('`arrays` of a checkpoint', arrays)
  for (const [name, array] of Object.entries(arrays)) {
    checkObject(`\`arrays.${name}\` of a checkpoint`, array, 'data', 'an array with its shape')
    checkNumbers(`\`arrays.${name}.data\` of a checkpoint`, array.data)
    checkNumbers(`\`arrays.${name}.shape\` of a checkpoint`, array.shape)
  }
  checkList('`series` of a checkpoint', series)
  for (const one of series) checkObject('`series` of a checkpoint', one, 'name', 'a list of series')
  checkTexts('`warnings` of a checkpoint', warnings)
  checkNumber('`seed` of a checkpoint', seed)
}

/**
 * @throws ModelError for the first array or series that does not fit the network
 */
export function checkRestorable(plan: Plan, model: Model, saved: Checkpoint): void {
  const { tick, origin } = saved
  if (!Number.isInteger(tick) || tick < 0 || tick > LAST_TICK)
    throw new ModelError(
      `tick must be an integer from 0 to ${LAST_TICK}, not ${tick}; take another checkpoint`,
    )
  if (!Number.isInteger(origin.tick) || origin.tick > tick || !Number.isFinite(origin.time))
    throw new ModelError(
      `origin must be a tick up to ${tick} and its time, not ${origin.tick} and ${origin.time}; take another checkpoint`,
    )
  const { replicas } = model
  if (saved.rest !== undefined && saved.rest.ticks.length !== replicas)
    throw new ModelError(
      `rest.ticks must have ${replicas} entries, not ${saved.rest.ticks.length}; take another checkpoint`,
    )
  for (const name of Object.keys(saved.arrays)) {
    const { shape, data } = saved.arrays[name] as DenseArray
    // This plan stores some groups in one word that another plan stored in two.
    if (name.endsWith('/carry') && !hasCarry(plan.buffers, name)) continue
    const owner = deferredOwner(name)
    // This plan does not defer some updates that another plan deferred.
    if (owner !== name && !plan.deferred.some((one) => one.name === owner)) continue
    checkShape(`state.${name}`, shape, shapeOf(plan, model, name))
    checkLength(plan, model, name, data.length)
    checkFinite(`state.${name}`, data)
    const weights = saved.rings?.[owner]
    if (owner !== name && (weights === undefined || weights.length > MOST_PENDING))
      throw new ModelError(`rings.${owner} is missing or too long; take another checkpoint`)
    checkFinite(`rings.${owner}`, weights ?? [])
  }
  for (const own of createSeries(plan, model)) {
    checkMean(own, saved)
    const found = saved.series.find(({ name }) => name === own.name)
    if (found === undefined) continue
    const series = flatOf(found)
    checkShape(`${own.name}.value`, series.shape, own.shape)
    if (series.tick.length > 0 && series.termNames?.join() !== own.termNames?.join())
      throw new ModelError(
        `the terms of \`${own.name}\` are ${series.termNames?.join(', ') ?? 'missing'}, but the network has ` +
          `${own.termNames?.join(', ') ?? 'none'}; take another checkpoint`,
      )
  }
}

/** @throws ModelError if the rows of a running mean do not fit its probe */
function checkMean({ name, shape, termNames }: Series, { means, tick }: Checkpoint): void {
  const mean = means?.[name]
  if (mean === undefined) return
  const { ticks, rows, count } = mean
  const values = shape.reduce((product, length) => product * length, 1)
  const numbers = values * (1 + (termNames?.length ?? 0))
  const isWhole = count === undefined || (ticks.length === 1 && Number.isInteger(count) && count > 0)
  const rises = ticks.every((at, index) => at <= tick && at > (ticks[index - 1] ?? -1))
  if (!isWhole || !rises || rows.length !== ticks.length || rows.some(({ length }) => length !== numbers))
    throw new ModelError(
      `means.${name} must have ${numbers} numbers for each of its rising ticks up to ${tick}; take another checkpoint`,
    )
  for (const row of rows) checkFinite(`means.${name}`, row)
}

function checkFinite(name: string, values: ArrayLike<number>): void {
  const wrong = Array.prototype.findIndex.call(values, (value) => !Number.isFinite(value))
  if (wrong >= 0)
    throw new ModelError(
      `\`${name}\` is ${values[wrong]} at index ${wrong}; take a checkpoint of finite values`,
    )
}

function checkShape(name: string, given: readonly number[], wanted: readonly number[]): void {
  if (given.join() === wanted.join()) return
  throw new ModelError(
    `\`${name}\` has the shape (${given.join(', ')}), but the network has (${wanted.join(', ')}); take another checkpoint`,
  )
}
