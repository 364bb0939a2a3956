import { deflateRawSync, gzipSync } from 'node:zlib'
import { zipSync } from 'fflate'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { gunzip } from '../../../src/core/data/gzip.ts'
import { inflate, useNativeInflate } from '../../../src/core/data/inflate.ts'
import { encodeNpy } from '../../../src/core/data/npy.ts'
import { decodeNpz, decodeNpzArray } from '../../../src/core/data/npz.ts'
import { readZip } from '../../../src/core/data/zip.ts'
import { nodeInflate } from '../../../src/node/inflate.ts'

const text = (words: string): Uint8Array => new TextEncoder().encode(words)
const joined = (...parts: readonly Uint8Array[]): Uint8Array => Uint8Array.from(Buffer.concat(parts))
const one = { shape: [4], data: Float32Array.of(1, -0.125, 3, 4) }

/** A gzip member by hand, with every field that a header may have. */
function member(words: string, flags: number): Uint8Array {
  const plain = gzipSync(text(words))
  const extra = flags & 4 ? [3, 0, 1, 2, 3] : []
  const name = flags & 8 ? [...text('a name'), 0] : []
  const comment = flags & 16 ? [...text('a comment'), 0] : []
  const header = [0x1f, 0x8b, 8, flags & ~2, 0, 0, 0, 0, 0, 3, ...extra, ...name, ...comment]
  return joined(Uint8Array.from(header), plain.subarray(10))
}

describe.each([
  ['in JavaScript', undefined],
  ['by the zlib of Node', nodeInflate],
])('gzip, %s,', (_, unpack) => {
  beforeAll(() => {
    useNativeInflate(unpack)
  })
  afterAll(() => {
    useNativeInflate(undefined)
  })

  test.each([0, 4, 8, 16, 12, 20, 24, 28])('a header with the fields %i is read', (flags) => {
    expect(gunzip(member('hello', flags))).toEqual(text('hello'))
  })

  test('several members are one file, with and without zeros behind them', () => {
    const both = joined(gzipSync(text('one ')), member('two', 8))
    expect(gunzip(both)).toEqual(text('one two'))
    expect(gunzip(joined(both, new Uint8Array(512)))).toEqual(text('one two'))
    expect(gunzip(gzipSync(new Uint8Array(0)))).toEqual(new Uint8Array(0))
  })

  test('no damaged bit gives other contents', () => {
    const words = text('Xi '.repeat(50))
    const packed = joined(gzipSync(words), gzipSync(words))
    const right = joined(words, words)
    fc.assert(
      fc.property(fc.integer({ min: 0, max: packed.length * 8 - 1 }), (bit) => {
        const copy = packed.slice()
        copy[bit >> 3] = (copy[bit >> 3] as number) ^ (1 << (bit & 7))
        let got: Uint8Array
        try {
          got = gunzip(copy)
        } catch (error) {
          expect((error as Error).message).toMatch(/^(is |holds )[^\n]+; /)
          return
        }
        // The first two bytes say that it is gzip at all.
        if (bit >= 16) expect(got).toEqual(right)
      }),
      { numRuns: 1000 },
    )
  })

  test('unpacking ends at the limit, whatever the data says of its length', () => {
    const packed = deflateRawSync(new Uint8Array(5_000_000))
    expect(() => inflate(packed, { raw: true, most: 1_000_000 })).toThrow(/more than 1000000 bytes/)
    expect(inflate(packed, { raw: true, most: 5_000_000 })).toHaveLength(5_000_000)
  })

  test('what is cut off or followed by something else is named', () => {
    const packed = gzipSync(text('hello'))
    expect(() => gunzip(packed.subarray(0, -3))).toThrow('is truncated; copy it again')
    expect(() => gunzip(joined(packed, text('more')))).toThrow('holds something else behind its gzip data')
  })
})

describe('zip', () => {
  const archive = (level: 0 | 6): Uint8Array =>
    zipSync({ 'a.npy': [encodeNpy(one), { level }], 'b.npy': encodeNpy(one) })

  test.each([0, 6] as const)('no damaged bit gives other arrays (level %i)', (level) => {
    const packed = archive(level)
    for (let bit = 0; bit < packed.length * 8; bit++) {
      const copy = Buffer.from(packed)
      copy[bit >> 3] = (copy[bit >> 3] as number) ^ (1 << (bit & 7))
      let got: ReturnType<typeof decodeNpz>
      try {
        got = decodeNpz(copy)
      } catch (error) {
        expect((error as Error).message, `bit ${bit}`).toMatch(/^[^\n]+; /)
        continue
      }
      // A name has no checksum.
      for (const array of Object.values(got)) expect(array, `bit ${bit}`).toEqual(one)
    }
  })

  test('an archive behind other bytes of its own comment is read, an empty one has no arrays', () => {
    const empty = zipSync({})
    expect(readZip(empty)).toEqual([])
    expect(() => decodeNpzArray(empty)).toThrow('holds no arrays')
    expect(() => decodeNpzArray(empty, 'a')).toThrow('holds no arrays')
    expect(decodeNpzArray(archive(6), 'a')).toEqual(one)
    expect(() => decodeNpzArray(archive(6))).toThrow('holds several arrays; name one of a, b after a #')
  })

  test('a directory that counts too few entries is damaged, not shorter', () => {
    for (const level of [0, 6] as const) {
      const bytes = Buffer.from(archive(level))
      const count = bytes.length - 22 + 10
      expect(bytes.readUInt16LE(count)).toBe(2)
      bytes.writeUInt16LE(1, count)
      expect(() => decodeNpz(bytes)).toThrow('its directory has more than it counts')
    }
  })

  test('a size beyond the limit is refused before anything is unpacked', () => {
    const packed = zipSync({ 'a.npy': [new Uint8Array(2 ** 20), { level: 9 }] })
    const view = new DataView(packed.buffer)
    const at = packed.length - 22 - (46 + 'a.npy'.length)
    expect(view.getUint32(at, true)).toBe(0x02014b50)
    view.setUint32(at + 24, 2 ** 32 - 2, true)
    expect(() => decodeNpz(packed)).toThrow(/more than 1073741824 bytes/)
    view.setUint32(at + 24, 1000, true)
    expect(() => decodeNpz(packed)).toThrow(/`a.npy` unpacks to more than 1000 bytes/)
  })
})
