import { describe, expect, it } from 'vitest'
import { outer, roundToHalf, times, transposeTimes } from '../../../src/core/math/algebra.ts'

describe('matrices', () => {
  const A = Float64Array.of(1, 2, 3, 4, 5, 6) // [2, 3]

  it('A x, A^T y and y x^T agree with the products written out', () => {
    expect([...times(A, Float64Array.of(1, 0, -1))]).toEqual([-2, -2])
    expect([...transposeTimes(A, Float64Array.of(1, -1))]).toEqual([-3, -3, -3])
    expect([...outer(Float64Array.of(2, 3), Float64Array.of(1, 0, -1))]).toEqual([2, 0, -2, 3, 0, -3])
  })
})

describe('roundToHalf', () => {
  it('leaves every half-precision number as it is', () => {
    const changed: number[] = []
    for (let exponent = -24; exponent <= 5; exponent++) {
      for (let mantissa = 1; mantissa < 2048; mantissa++) {
        const half = mantissa * 2 ** exponent
        if (roundToHalf(half) !== half || roundToHalf(-half) !== -half) changed.push(half)
      }
    }
    expect(changed).toEqual([])
  })

  it.each([
    [1 + 2 ** -11, 1, 'ties go to the even neighbour, here below'],
    [1 + 3 * 2 ** -11, 1 + 2 ** -9, 'ties go to the even neighbour, here above'],
    [1 + 2 ** -11 + 2 ** -30, 1 + 2 ** -10, 'what is just over a tie goes up'],
    [1 - 2 ** -13, 1, 'what is nearer to the next power of two goes there'],
    [0.1, 0.0999755859375, 'a tenth'],
    [1.6 * 2 ** -24, 2 ** -23, 'subnormals keep their spacing'],
    [2 ** -25, 0, 'half the smallest subnormal goes to 0'],
    [65519.9, 65504, 'the largest finite number'],
    [65520, Infinity, 'and then infinity'],
    [-1e6, -Infinity, 'on both sides'],
  ])('%d becomes %d: %s', (x, half) => {
    expect(roundToHalf(x)).toBe(half)
  })

  it('passes 0, infinities and NaN', () => {
    expect([-0, 0, Infinity, -Infinity, NaN].map(roundToHalf)).toEqual([-0, 0, Infinity, -Infinity, NaN])
  })
})
