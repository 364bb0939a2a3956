/**
 * What stands in the rings of plastic synapses (plan/synapses.ts): W - J = fade U + sum_k w_k g_k g_k^T, of which the GPU
 * holds U and g_k, and the host counts. Weights are kept in double precision and follow the parameters of each update.
 */
import type { Model } from '../model/model.ts'
import { isDue } from '../plan/clock.ts'
import { type Factored, RING } from '../plan/factored.ts'

export interface Rings {
  /** True when an update in this state of the ring is remembered (open), or rewrites U (full). */
  takes(of: string, when: 'open' | 'full'): boolean
  /** Puts the count, fade and weights of every ring into a clock record that begins at a word. */
  fill(records: Int32Array, floats: Float32Array, word: number): void
  /** After the updates of a tick. */
  advance(tick: number, model: Model): void
  /** After U was brought up to date: of one synapse, or of all. */
  empty(of?: string): void
  /** True when U alone is W - J, for all. */
  readonly isEmpty: boolean
  /** Fade and weights of one ring, to be kept. */
  save(name: string): readonly number[]
  load(name: string, saved: readonly number[]): void
}

/** @param factored - those without updates have no ring */
export function createRings(factored: readonly Factored[]): Rings {
  const rings = factored.flatMap(({ name, deferral }) =>
    deferral === undefined ? [] : [{ name, deferral, fade: 1, weights: [] as number[] }],
  )
  type Ring = (typeof rings)[number]
  const find = (name: string): Ring | undefined => rings.find((ring) => ring.name === name)
  const clear = (ring: Ring): void => {
    ring.fade = 1
    ring.weights = []
  }
  return {
    takes(of, when) {
      const count = find(of)?.weights.length ?? 0
      return when === 'full' ? count === RING - 1 : count < RING - 1
    },
    fill(records, floats, word) {
      for (const { deferral, fade, weights } of rings) {
        const at = word + deferral.ringWord
        records[at] = weights.length
        floats[at + 1] = fade
        floats[at + 2] = 1 - fade
        for (let k = 0; k < RING; k++) floats[at + 3 + k] = weights[k] ?? 0
      }
    },
    advance(tick, model) {
      for (const ring of rings) {
        const { every, rate, factor } = ring.deferral.update(model)
        if (!isDue(tick, every)) continue
        if (ring.weights.length === RING - 1) {
          clear(ring)
          continue
        }
        ring.fade *= 1 - rate
        ring.weights = [...ring.weights.map((weight) => weight * (1 - rate)), rate * factor]
      }
    },
    empty(of) {
      for (const ring of rings) if (of === undefined || ring.name === of) clear(ring)
    },
    get isEmpty() {
      return rings.every(({ weights }) => weights.length === 0)
    },
    save(name) {
      const { fade, weights } = find(name) ?? { fade: 1, weights: [] }
      return [fade, ...weights]
    },
    load(name, saved) {
      const ring = find(name)
      if (ring === undefined) return
      const [fade = 1, ...weights] = saved
      ring.fade = fade
      ring.weights = weights
    },
  }
}
