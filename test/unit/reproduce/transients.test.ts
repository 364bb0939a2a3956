import { expect, test } from 'vitest'
import { firstOverlap } from '../../../src/core/reproduce/transients.ts'

/** E tanh(a + sqrt(g^2 - a^2) z) by the sum of rectangles, which for a Gaussian is exact to rounding. */
function expectedStart(g: number, a: number): number {
  const step = 0.01
  let sum = 0
  for (let k = -900; k <= 900; k++) {
    const z = k * step
    sum +=
      (Math.tanh(a + Math.sqrt(g * g - a * a) * z) * Math.exp((-z * z) / 2) * step) / Math.sqrt(2 * Math.PI)
  }
  return sum
}

test('the overlaps at the two starts of Clark are .719 and .663', () => {
  expect(firstOverlap()).toBeCloseTo(expectedStart(1.2, 0.9 * 1.2), 8)
  expect(firstOverlap()).toBeCloseTo(0.719, 3)
  const second = firstOverlap(1.5, 0.8 * 1.5)
  expect(second).toBeCloseTo(expectedStart(1.5, 0.8 * 1.5), 8)
  expect(second).toBeCloseTo(0.663, 3)
})
