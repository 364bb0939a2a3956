/**
 * Deferred updates of a plastic synapse, which are applied together (couplings/factors.ts). The GPU holds U and
 * the activations g_k of pending updates, fade U + sum_k w_k g_k g_k^T; the host counts the updates. Weights are
 * in double precision and use the parameters of each update.
 */
import type { Model } from '../model/model.ts'
import { MOST_PENDING, type PendingUpdates, isDue } from './clock.ts'
import type { Operation } from './operation.ts'

export interface Deferred {
  readonly name: string
  /** Names of the arrays of its state, for `read`. */
  readonly arrays: readonly string[]
  /** First of its words in the clock record. */
  readonly word: number
  /** Applies pending updates without a new update. */
  readonly flush: readonly Operation[]
  /** Effect of an update on fade and weights: w -> (1 - rate) w, and a new weight rate * factor. */
  readonly update: (model: Model) => {
    readonly every: number
    readonly rate: number
    readonly factor: number
  }
}

/** The arrays of the state of a group with deferred updates: the applied part and the pending part. */
export function deferredArrays(name: string): [string, string] {
  return [`${name}/excess`, `${name}/ring`]
}

/** The group of one of these arrays; for another array its own name. */
export function deferredOwner(array: string): string {
  return array.replace(/\/(excess|ring)$/, '')
}

/** The pending updates, counted on the host. */
export interface Pending {
  /** False for an operation that is skipped at this number of pending updates. */
  takes(operation: Operation): boolean
  /** Fade and weights of all groups, for the clock record. */
  readonly all: readonly PendingUpdates[]
  /** Call after the updates of a tick. */
  advance(tick: number, model: Model): void
  /** Call after pending updates were applied: of one group, or of all. */
  clear(of?: string): void
  /** True if no updates are pending. */
  readonly isEmpty: boolean
  /** Fade and weights of one group, to be stored. */
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
