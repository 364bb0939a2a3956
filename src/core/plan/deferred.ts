/**
 * Updates of a plastic synapse that are kept and carried out together (couplings/factors.ts): of its state the GPU holds U and the
 * activations g_k of pending updates, fade U + sum_k w_k g_k g_k^T, and the host counts. Weights are kept in double precision
 * and follow the parameters of each update.
 */
import type { Model } from '../model/model.ts'
import { MOST_PENDING, type PendingUpdates, isDue } from './clock.ts'
import type { Operation } from './operation.ts'

export interface Deferred {
  readonly name: string
  /** Names of the arrays of its state, as `read` takes them. */
  readonly arrays: readonly string[]
  /** First of its words in the clock record. */
  readonly word: number
  /** Carries out what is pending, without an update. */
  readonly flush: readonly Operation[]
  /** What an update does to fade and weights: w -> (1 - rate) w, and a new one of rate * factor. */
  readonly update: (model: Model) => {
    readonly every: number
    readonly rate: number
    readonly factor: number
  }
}

/** The arrays of the state of a group whose updates are deferred: what was carried out, and what is pending. */
export function deferredArrays(name: string): [string, string] {
  return [`${name}/excess`, `${name}/ring`]
}

/** The group that such an array belongs to; of another array its own name. */
export function deferredOwner(array: string): string {
  return array.replace(/\/(excess|ring)$/, '')
}

/** What is pending, as the host counts it. */
export interface Pending {
  /** False for an operation that this number of pending updates leaves out. */
  takes(operation: Operation): boolean
  /** Fade and weights of all, for the clock record. */
  readonly all: readonly PendingUpdates[]
  /** After the updates of a tick. */
  advance(tick: number, model: Model): void
  /** After what was pending was carried out: of one, or of all. */
  clear(of?: string): void
  /** True when nothing is pending. */
  readonly isEmpty: boolean
  /** Fade and weights of one, to be kept. */
  save(name: string): readonly number[]
  load(name: string, saved: readonly number[]): void
}

export function createPending(deferred: readonly Deferred[]): Pending {
  const all = deferred.map((one) => ({ ...one, fade: 1, weights: [] as number[] }))
  type One = (typeof all)[number]
  const find = (name: string): One | undefined => all.find((one) => one.name === name)
  const clear = (one: One): void => {
    one.fade = 1
    one.weights = []
  }
  return {
    takes({ pending }) {
      if (pending === undefined) return true
      const isFull = (find(pending.of)?.weights.length ?? 0) === MOST_PENDING - 1
      return isFull === (pending.when === 'full')
    },
    all,
    advance(tick, model) {
      for (const one of all) {
        const { every, rate, factor } = one.update(model)
        if (!isDue(tick, every)) continue
        if (one.weights.length === MOST_PENDING - 1) {
          clear(one)
          continue
        }
        one.fade *= 1 - rate
        one.weights = [...one.weights.map((weight) => weight * (1 - rate)), rate * factor]
      }
    },
    clear(of) {
      for (const one of all) if (of === undefined || one.name === of) clear(one)
    },
    get isEmpty() {
      return all.every(({ weights }) => weights.length === 0)
    },
    save(name) {
      const { fade, weights } = find(name) ?? { fade: 1, weights: [] }
      return [fade, ...weights]
    },
    load(name, saved) {
      const one = find(name)
      if (one === undefined) return
      const [fade = 1, ...weights] = saved
      one.fade = fade
      one.weights = weights
    },
  }
}
