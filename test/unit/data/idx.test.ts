import { describe, expect, test } from 'vitest'
import { decodeIdx } from '../../../src/core/data/idx.ts'

/** An IDX file by hand. */
function idx(type: number, shape: readonly number[], data: readonly number[]): Uint8Array {
  return Uint8Array.from([
    0,
    0,
    type,
    shape.length,
    ...shape.flatMap((n) => [n >>> 24, (n >> 16) & 255, (n >> 8) & 255, n & 255]),
    ...data,
  ])
}

describe('IDX', () => {
  test.each([
    [0x08, [255, 1], [255, 1]],
    [0x09, [255, 1], [-1, 1]],
    [0x0b, [255, 254, 1, 0], [-2, 256]],
    [0x0c, [255, 255, 255, 254, 0, 1, 0, 0], [-2, 65536]],
    [0x0d, [0x3f, 0x80, 0, 0, 0xc0, 0x20, 0, 0], [1, -2.5]],
    [0x0e, [0x3f, 0xf0, 0, 0, 0, 0, 0, 0, 0xc0, 4, 0, 0, 0, 0, 0, 0], [1, -2.5]],
  ])('of the type %i is read', (type, data, values) => {
    const { shape, data: read } = decodeIdx(idx(type, [1, 2], data))
    expect([shape, Array.from(read)]).toEqual([[1, 2], values])
  })

  test.each([
    ['an unknown type', idx(0x0a, [1], [1]), /unknown type 0x0a/],
    ['too few numbers', idx(0x0d, [2], [0, 0, 0, 0]), /truncated: 2 needs 8 bytes, it has 4/],
    ['too many numbers', idx(0x08, [2], [1, 2, 3]), /goes on behind its numbers: 2 needs 2 bytes, it has 3/],
    ['a length of 0', idx(0x08, [2 ** 31, 0, 3], []), /holds nothing: its shape is/],
    ['no length', Uint8Array.of(0, 0, 8, 0), /not an IDX file/],
    ['half a header', Uint8Array.of(0, 0, 8, 2, 0, 0), /truncated in its IDX header/],
  ])('with %s is refused', (_, bytes, says) => {
    expect(() => decodeIdx(bytes)).toThrow(says)
  })
})
