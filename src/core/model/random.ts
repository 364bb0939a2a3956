import { type NoiseKind, noiseOf, USUAL_NOISE } from '../kinds/noises/table.ts'
import { hashText } from '../math/hash.ts'
import { normalOf, philox, uniformOf } from '../math/philox.ts'

/** Second word of every key, so that other programs with Philox draw other numbers from the same seed. */
const NOISE_KEY = 0x656e6772

/**
 * The noise of one neuron in one tick.
 * @param layer - index of the layer in the scenario
 */
export function noise(
  seed: number,
  tick: number,
  layer: number,
  replica: number,
  index: number,
  kind: NoiseKind = USUAL_NOISE,
): number {
  const [word0, word1] = philox([index, replica, tick, layer], [seed, NOISE_KEY])
  return noiseOf(kind).number(word0, word1)
}

/** Second word of the keys of updates: a separate stream from that of noise. */
const UPDATE_KEY = 0x75706474

/**
 * 32 random bits for the update of one layer at one tick.
 * @param layer - index of the layer in the scenario
 */
export function updateDraw(
  seed: number,
  tick: number,
  layer: number,
  replica: number,
  counter: number,
): number {
  return philox([counter, replica, tick, layer], [seed, UPDATE_KEY])[0]
}

/** A sequence of random numbers for one purpose, such as `memories.xi.init`, and one seed. */
export class RandomStream {
  readonly #key: readonly [number, number]
  #block = 0
  #words: number[] = []

  constructor(seed: number, purpose: string) {
    this.#key = [seed, hashText(purpose)]
  }

  /** The next 32-bit word. */
  word(): number {
    if (this.#words.length === 0) this.#words = philox([this.#block++, 0, 0, 0], this.#key)
    return this.#words.shift() as number
  }

  /** Uniform in (0, 1). */
  uniform(): number {
    return uniformOf(this.word())
  }

  /** Standard normal. */
  normal(): number {
    return normalOf(this.word(), this.word())
  }

  /** Uniform integer in [0, bound); bound up to 2^32. The bias of the multiply method is below bound / 2^32. */
  integer(bound: number): number {
    return Math.floor((this.word() / 4294967296) * bound)
  }

  /** The integers 0 to count - 1 in random order (Fisher and Yates). */
  permutation(count: number): number[] {
    const order = Array.from({ length: count }, (_, index) => index)
    for (let last = count - 1; last > 0; last--) {
      const other = this.integer(last + 1)
      ;[order[last], order[other]] = [order[other] as number, order[last] as number]
    }
    return order
  }
}
