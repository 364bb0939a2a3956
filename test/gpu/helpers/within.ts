import type { Model } from '../../../src/core/model/model.ts'
import { noteDifference } from './compared.ts'

/** Distance of 1 to the next float32: one "ulp" of a relative error. */
export const ULP = 2 ** -23

/**
 * Fails at the first entry that is further than its bound from what is expected, NaN included.
 * @param bound - one for all, or one an entry; at least 0
 */
export function expectWithin(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  bound: number | ((index: number) => number),
  what = 'entry',
): void {
  if (actual.length !== expected.length) {
    throw new Error(`${what}: ${actual.length} values, ${expected.length} expected`)
  }
  for (let index = 0; index < actual.length; index++) {
    const is = actual[index] as number
    const should = expected[index] as number
    const allowed = typeof bound === 'number' ? bound : bound(index)
    if (is === should) continue
    const off = Math.abs(is - should)
    if (off <= allowed) {
      noteDifference(off / allowed, `${what} ${index}`)
      continue
    }
    throw new Error(`${what} ${index} is ${is}, not ${should} +- ${allowed} (off by ${off})`)
  }
}

export function largest(values: ArrayLike<number>): number {
  let top = 0
  for (const value of Array.from(values)) top = Math.max(top, Math.abs(value))
  return top
}

/** Slope of y over x by least squares: the order of a power law when both are logarithms. */
export function slope(x: readonly number[], y: readonly number[]): number {
  const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length
  const [mx, my] = [mean(x), mean(y)]
  let product = 0
  let square = 0
  x.forEach((value, index) => {
    product += (value - mx) * ((y[index] as number) - my)
    square += (value - mx) ** 2
  })
  return product / square
}

/**
 * A rounding of N + 16 ulp a tick, of numbers as large as the largest seen: what float32 sums of N terms may add
 * up to in a network that does not amplify differences.
 */
export function drift(model: Model, ticks: number): number {
  const N = Math.max(...model.layers.map(({ size }) => size))
  return (ticks + 1) * (N + 16) * ULP
}
