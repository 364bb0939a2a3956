import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readNumber } from '../../../src/app/controls/number.ts'

describe('a number field takes', () => {
  test.each([
    ['1.5', 1.5],
    ['1,5', 1.5],
    ['1e-3', 0.001],
    ['1,5E+2', 150],
    [' 7 ', 7],
    ['-.5', -0.5],
    ['−2', -2],
    ['2e−1', 0.2],
    ['+3.', 3],
    ['0,125', 0.125],
    ['0', 0],
    ['0e5', 0],
  ])('"%s" as %d', (text, value) => {
    expect(readNumber(text)).toEqual({ value })
  })

  test('every finite number as it is written by JavaScript, with a point or a comma', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        expect(readNumber(String(value))).toEqual({ value: value === 0 ? 0 : value })
        const comma = String(value).replace('.', ',')
        const reading = readNumber(comma)
        if ('value' in reading) expect(reading.value).toBe(value === 0 ? 0 : value)
        else expect(comma).toMatch(/^-?[1-9]\d{0,2},\d{3}$/)
      }),
    )
  })
})

describe('a number field refuses', () => {
  test.each([
    ['', 'missing'],
    ['  ', 'missing'],
    ['1.5x', '“1.5x” is not a number'],
    ['12 34', 'not a number'],
    ['1.2.3', 'not a number'],
    ['1,2,3', 'not a number'],
    ['1.000,5', 'not a number'],
    ['0x10', 'not a number'],
    ['1e', 'not a number'],
    ['e3', 'not a number'],
    ['--1', 'not a number'],
    ['.', 'not a number'],
    ['NaN', 'not a number'],
    ['Infinity', 'not a number'],
    ['1_000', 'not a number'],
    ['50%', 'not a number'],
    ['1/2', 'not a number'],
    ['1,000', 'write 1000 or 1.000'],
    ['1e999', 'too large'],
    ['1e-999', 'too small'],
  ])('"%s": %s', (text, why) => {
    expect(readNumber(text)).toEqual({ fault: expect.stringContaining(why) as string })
  })

  test.each([
    ['1.5', {}, '“1.5” is not whole; write 1 or 2'],
    ['1e-3', {}, 'write 0 or 1'],
    ['12345678901234567890', {}, 'too many digits'],
    ['-1', { min: 0 }, 'outside of the range: 0 or more'],
    ['20', { min: 0, max: 19 }, 'outside of 0 to 19'],
  ])('"%s" where a whole number is wanted: %o', (text, rule, why) => {
    expect(readNumber(text, { integer: true, ...rule })).toEqual({
      fault: expect.stringContaining(why) as string,
    })
  })

  test('whatever has a letter that is no e, in any place', () => {
    fc.assert(
      fc.property(
        fc.double({ noNaN: true, noDefaultInfinity: true }),
        fc.constantFrom('x', 'a', 'f', 'l', 'n', '%', '$', '_'),
        fc.nat(),
        (value, letter, at) => {
          const text = String(value)
          const cut = at % (text.length + 1)
          expect(readNumber(text.slice(0, cut) + letter + text.slice(cut))).toHaveProperty('fault')
        },
      ),
    )
  })
})
