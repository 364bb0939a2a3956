/** A checkpoint, and whether a network can go on from it: judged before anything of the network changes. */
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
import type { Rest } from './rest.ts'
import { type DenseArray, checkLength, shapeOf } from './arrays.ts'
import { type Series, createSeries, flatOf } from './series.ts'

/** Ticks are counted in 32 bits on the GPU. */
export const LAST_TICK = 2 ** 31 - 1

/**
 * Everything that a run needs to go on where it was, bit by bit on the same adapter: plain data, which `structuredClone` and
 * `postMessage` take. The lists of its series are made when they are asked for first.
 */
export interface Checkpoint {
  readonly tick: number
  /** Where the current time.dt began to act: time is counted from there, so that a resumed run counts the same. */
  readonly origin: { readonly tick: number; readonly time: number }
  readonly seed: number
  /** The kernels that made it, as `variants` of the options takes them; files of before have none. */
  readonly variants?: Variants
  /**
   * State of every dynamic layer, plastic synapse and learning memory; of a synapse whose updates are deferred also what was
   * carried out and what is pending, `NAME/excess` and `NAME/ring`; and the second word `NAME/carry` of what is slow beside
   * its step.
   */
  readonly arrays: Readonly<Record<string, DenseArray>>
  /** Fade and weights of the updates that are pending. */
  readonly rings?: Readonly<Record<string, readonly number[]>>
  /** What the checks of `time.until` had found. */
  readonly rest?: Rest
  readonly series: readonly Series[]
  /**
   * Where a command has written samples as they came: the format, and how many of each probe. `series` then has the last of
   * each alone.
   */
  readonly streamed?: {
    readonly format: 'npz' | 'csv' | 'zarr'
    readonly samples: Readonly<Record<string, number>>
  }
  /** What the run found worth a warning. */
  readonly warnings: readonly string[]
  /** The scenario with its parameters as they were. */
  readonly scenario: Model['scenario']
  /** SHA-256 of each file that the scenario names; checkpoints of before have none. */
  readonly files?: Readonly<Record<string, string>>
}

/**
 * What a checkpoint consists of, where its types have not been checked by a compiler.
 * @throws ModelError that names the part
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
    // What another plan kept in two words is in one here.
    if (name.endsWith('/carry') && !hasCarry(plan.buffers, name)) continue
    const owner = deferredOwner(name)
    // Updates that another plan deferred are not deferred here.
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
    const found = saved.series.find(({ name }) => name === own.name)
    if (found === undefined) continue
    const series = flatOf(found)
    checkShape(`${own.name}.value`, series.shape, own.shape)
    if (series.tick.length > 0 && series.termNames?.join() !== own.termNames?.join())
      throw new ModelError(
        `the terms of \`${own.name}\` are ${series.termNames?.join(', ') ?? 'missing'}, the network has ` +
          `${own.termNames?.join(', ') ?? 'none'}; take another checkpoint`,
      )
  }
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
    `\`${name}\` has the shape (${given.join(', ')}), the network has (${wanted.join(', ')}); take another checkpoint`,
  )
}
