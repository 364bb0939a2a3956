import fc from 'fast-check'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { gunzip } from '../../../src/core/data/gzip.ts'

const joined = (...parts: readonly Uint8Array[]) => Uint8Array.from(Buffer.concat(parts))

describe('gzip', () => {
  it('of any number of members is whole, with zeros between and behind them', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.uint8Array({ maxLength: 300 }), fc.nat(20)), { minLength: 1, maxLength: 5 }),
        (members) => {
          const packed = members.flatMap(([data, zeros]) => [gzipSync(data), new Uint8Array(zeros)])
          expect(gunzip(joined(...packed))).toEqual(joined(...members.map(([data]) => data)))
        },
      ),
    )
  })

  it.each([-1, 0, 1])('is whole where a member ends %i bytes beside a piece of 256 KiB', (beside) => {
    const noise = (length: number) =>
      Uint8Array.from({ length }, (_, index) => Math.imul(index + 1, 2654435761) >>> 24)
    // Stored, a member is 23 bytes longer than its data, and 5 more for each further block of 65535 or less.
    const wanted = 2 ** 18 + beside
    let first = gzipSync(noise(wanted - 40), { level: 0 })
    first = gzipSync(noise(wanted - 40 + wanted - first.length), { level: 0 })
    expect(first.length).toBe(wanted)
    const data = Uint8Array.of(1, 2, 3)
    expect(gunzip(joined(first, gzipSync(data))).subarray(-3)).toEqual(data)
  })

  it('is refused when something else stands behind it, zeros before that or not', () => {
    for (const tail of ['tail', '\0\0tail']) {
      expect(() => gunzip(joined(gzipSync(new Uint8Array(9)), Buffer.from(tail)))).toThrow(
        /something else behind/,
      )
    }
  })
})
