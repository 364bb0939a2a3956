import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { Zip, ZipPassThrough, zipSync } from 'fflate'
import { describe, expect, it } from 'vitest'
import { decodeNpy, encodeNpy, type NpyArray, type NpyData } from '../../../src/core/data/npy.ts'
import {
  decodeNpz,
  decodeNpzArray,
  encodeNpz,
  encodeNpzPieces,
  type PiecedArray,
} from '../../../src/core/data/npz.ts'

const bytesOf = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex, 'hex'))

/** A file with one byte more than its numbers need. */
const longer = Uint8Array.from([...encodeNpy({ shape: [2], data: Float32Array.of(1, 2) }), 0])

/** Arrays of every type, of 0 to 3 dimensions, with NaN, infinities and -0 among the floats. */
const anyArray: fc.Arbitrary<NpyArray> = fc.array(fc.nat(4), { maxLength: 3 }).chain((shape) => {
  const length = shape.reduce((product, side) => product * side, 1)
  const exactly = { minLength: length, maxLength: length }
  return fc
    .oneof<fc.Arbitrary<NpyData>[]>(
      fc.float32Array(exactly),
      fc.float64Array(exactly),
      fc.int8Array(exactly),
      fc.int16Array(exactly),
      fc.int32Array(exactly),
      fc.uint8Array(exactly),
      fc.uint16Array(exactly),
      fc.uint32Array(exactly),
    )
    .map((data) => ({ shape, data }))
})

describe('npy', () => {
  it('reads what it writes, bit by bit, wherever the bytes lie', () => {
    fc.assert(
      fc.property(anyArray, fc.nat(7), (array, offset) => {
        const bytes = encodeNpy(array)
        const moved = new Uint8Array(bytes.length + offset)
        moved.set(bytes, offset)
        expect(decodeNpy(moved.subarray(offset))).toEqual(array)
      }),
    )
  })

  it('starts its data at a multiple of 64 bytes, as the format asks', () => {
    fc.assert(
      fc.property(anyArray, (array) => {
        expect((encodeNpy(array).length - array.data.byteLength) % 64).toBe(0)
      }),
    )
  })

  it('reads what numpy 2.4 wrote', () => {
    // np.save(f, np.array([[True, False, True]]))
    const bools = bytesOf(
      '934e554d505901007600' +
        Buffer.from(
          "{'descr': '|b1', 'fortran_order': False, 'shape': (1, 3), }".padEnd(117) + '\n',
        ).toString('hex') +
        '010001',
    )
    expect(decodeNpy(bools)).toEqual({ shape: [1, 3], data: Uint8Array.of(1, 0, 1) })
  })

  it('does not copy aligned floats', () => {
    const bytes = encodeNpy({ shape: [2], data: Float32Array.of(1, 2) })
    expect(decodeNpy(bytes).data.buffer).toBe(bytes.buffer)
  })

  it.each([
    [
      'a shape that does not fit',
      () => encodeNpy({ shape: [3], data: new Float32Array(2) }),
      /\(3\) holds 3 values, the data has 2/,
    ],
    ['no bytes', () => decodeNpy(new Uint8Array(0)), /not a NumPy/],
    [
      'half a header',
      () => decodeNpy(encodeNpy({ shape: [1], data: new Int8Array(1) }).subarray(0, 40)),
      /truncated: its header/,
    ],
    [
      'bytes behind the numbers',
      () => decodeNpy(longer),
      /^goes on behind its numbers: shape \(2\) of <f4 needs 8 bytes, it has 9; write one array with numpy.save/,
    ],
    [
      'bytes behind the numbers of an entry',
      () => decodeNpz(zipSync({ 'a.npy': longer })),
      /^array `a` goes on behind its numbers: shape \(2\) of <f4 needs 8 bytes, it has 9; /,
    ],
    [
      'two arrays in one file',
      () => decodeNpy(Uint8Array.from([...longer.subarray(0, -1), ...longer.subarray(0, -1)])),
      /^goes on behind its numbers: .* needs 8 bytes, it has 144; /,
    ],
    ['only the magic', () => decodeNpy(bytesOf('934e554d505901')), /truncated: its header/],
    [
      'structures',
      () => decodeNpy(headed("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,), }")),
      /dtype with fields \(records\)/,
    ],
    ['another header', () => decodeNpy(headed('{}')), /malformed .npy header/],
    [
      'a header that says a thing twice',
      () => decodeNpy(headed("{'descr': '<f4', 'fortran_order': False, 'shape': (0,), 'descr': '<f8'}")),
      /malformed .npy header/,
    ],
    [
      'a NUL in the header',
      () => decodeNpy(headed("{'descr': '<f4', 'fortran_order': False, 'shape': (0,)}\0")),
      /malformed .npy header/,
    ],
  ])('refuses %s', (_, run, says) => {
    expect(run).toThrow(says)
  })
})

it('reads every byte of booleans but 0 as 1, as NumPy does', () => {
  const bytes = headed("{'descr': '|b1', 'fortran_order': False, 'shape': (64,)}")
  bytes.set([0, 1, 2, 255], bytes.length - 64)
  expect([...decodeNpy(bytes).data].slice(0, 5)).toEqual([0, 1, 1, 1, 0])
})

describe('files of NumPy', () => {
  // Written by numpy 2, of a 2 x 3 array [[0, 1, 2], [3, 100, 5]] of every type, order of bytes and of indices.
  const archive = readFileSync('test/cases/numpy-types.npz')
  const kinds = ['b1', 'i1', 'i2', 'i4', 'i8', 'u1', 'u2', 'u4', 'u8', 'f2', 'f4', 'f8']

  it.each(kinds.flatMap((kind) => ['le-C', 'le-F', 'be-C', 'be-F'].map((order) => `${kind}-${order}`)))(
    'of %s are read',
    (name) => {
      const { shape, data } = decodeNpzArray(archive, name)
      expect(shape).toEqual([2, 3])
      expect(Array.from(data)).toEqual(name.startsWith('b1') ? [0, 1, 1, 1, 1, 1] : [0, 1, 2, 3, 100, 5])
    },
  )

  it('in Fortran order of three axes are put in rows, a scalar has no axis', () => {
    const { shape, data } = decodeNpzArray(archive, 'three-F')
    expect([shape, Array.from(data)]).toEqual([[2, 3, 4], Array.from({ length: 24 }, (_, k) => k)])
    expect(decodeNpzArray(archive, 'scalar')).toEqual({ shape: [], data: Float64Array.of(2.5) })
  })

  it.each([
    ['big-i8', /holds 9007199254740993, which float32 does not have exactly/],
    ['max-u8', /holds 18446744073709551615, which/],
    ['complex', /dtype <c8 \(complex numbers\)/],
    ['text', /dtype <U1 \(text\)/],
    ['bytes', /dtype \|S1 \(text\)/],
    ['object', /dtype \|O \(objects of Python\)/],
    ['record', /dtype with fields \(records\)/],
    ['long', /dtype <f16 \(floats of more than 64 bits\)/],
    ['date', /\(dates\)/],
  ])('of %s are refused by name', (name, says) => {
    expect(() => decodeNpzArray(archive, name)).toThrow(says)
  })

  it('of 64 bits are read where float32 has them', () => {
    expect([...decodeNpzArray(archive, 'min-i8').data]).toContain(-(2 ** 63))
  })

  it.each([0, 4, 255])('of version %i are refused by it', (version) => {
    const bytes = encodeNpy({ shape: [1], data: Float32Array.of(1) })
    bytes[6] = version
    expect(() => decodeNpy(bytes)).toThrow(`of version ${version}`)
  })

  it.each(['float32', 'f4', '=f4'])('may be called %s', (descr) => {
    const bytes = encodeNpy({ shape: [1], data: Float32Array.of(1.5) })
    const header = Buffer.from(bytes).toString('latin1').replace("'<f4'", `'${descr}'`)
    // The padding takes what the name has more.
    const padded = header.replace(/ +\n/, (spaces) => spaces.slice(descr.length - 3) || '\n')
    const fitted = descr.length < 3 ? header.replace(/ +\n/, (spaces) => ` ${spaces}`) : padded
    expect([...decodeNpy(Uint8Array.from(Buffer.from(fitted, 'latin1'))).data]).toEqual([1.5])
  })
})

describe('npz', () => {
  it('reads what it writes', () => {
    const names = fc
      .string({ minLength: 1, unit: 'grapheme-ascii' })
      .filter((name) => !['__proto__', ''].includes(name))
    fc.assert(
      fc.property(fc.dictionary(names, anyArray, { noNullPrototype: true }), (arrays) => {
        expect(decodeNpz(encodeNpz(arrays))).toEqual(arrays)
      }),
    )
  })

  it('gives equal bytes for equal arrays', () => {
    const arrays = { a: { shape: [2], data: Float32Array.of(1, 2) } }
    expect(encodeNpz(arrays)).toEqual(encodeNpz(arrays))
  })

  it('is the same archive in pieces, however its arrays are cut', async () => {
    const whole = async (arrays: Readonly<Record<string, NpyArray | PiecedArray>>) => {
      const pieces: Uint8Array[] = []
      for await (const piece of encodeNpzPieces(arrays)) pieces.push(piece)
      return Uint8Array.from(Buffer.concat(pieces))
    }
    const b = { shape: [2, 3], data: Float32Array.of(0, -0, 1, NaN, Infinity, 5) }
    const cut = (...ends: readonly number[]): PiecedArray => ({
      shape: b.shape,
      pieces: (async function* () {
        let start = 0
        for (const end of ends) yield await Promise.resolve(b.data.subarray(start, (start = end)))
      })(),
    })
    const a = { shape: [0], data: new Int32Array() }
    const bytes = await whole({ a, b, c: a })
    expect(decodeNpz(bytes)).toEqual({ a, b, c: a })
    expect(await whole({ a, b: cut(3, 3, 4, 6), c: a })).toEqual(bytes)
    await expect(whole({ b: cut(3, 5) })).rejects.toThrow('shape (2, 3) holds 6 values, the data has 5')
  })

  it('has the bytes of fflate below 4 GiB, and is zip64 where numbers are too large for 32 bits', async () => {
    const arrays = {
      first: { shape: [3], data: Float64Array.of(1, -0, NaN) },
      'zweites ä': { shape: [2, 2], data: Int32Array.of(1, 2, 3, -4) },
    }
    const whole = async (most?: number): Promise<Uint8Array> => {
      const pieces: Uint8Array[] = []
      for await (const piece of encodeNpzPieces(arrays, most)) pieces.push(piece)
      return Uint8Array.from(Buffer.concat(pieces))
    }
    const expected: Uint8Array[] = []
    const zip = new Zip((_, bytes) => expected.push(bytes))
    for (const [name, array] of Object.entries(arrays)) {
      const file = new ZipPassThrough(`${name}.npy`)
      file.mtime = new Date(1980, 0, 1)
      zip.add(file)
      file.push(encodeNpy(array), true)
    }
    zip.end()
    expect(await whole()).toEqual(Uint8Array.from(Buffer.concat(expected)))
    // Everything, the offset of the second file, and the directory alone.
    for (const most of [0, 150, 180, 400]) {
      const bytes = await whole(most)
      expect(bytes.length).toBeGreaterThan((await whole()).length)
      expect(decodeNpz(bytes)).toEqual(arrays)
    }
  })

  it('reads one array, compressed or not, and names those there are', () => {
    const a = { shape: [2], data: Float32Array.of(1, 2) }
    const compressed = zipSync({ 'a.npy': encodeNpy(a), 'b.npy': encodeNpy(a) }, { level: 6 })
    expect(decodeNpzArray(compressed, 'b')).toEqual(a)
    expect(decodeNpzArray(encodeNpz({ a }))).toEqual(a)
    expect(() => decodeNpzArray(compressed)).toThrow(/several arrays; name one of a, b/)
    expect(() => decodeNpzArray(compressed, 'c')).toThrow(/no array `c`; name one of a, b/)
  })

  it('refuses an archive cut short and an entry that is not an array', () => {
    const bytes = encodeNpz({ a: { shape: [2], data: Float32Array.of(1, 2) } })
    expect(() => decodeNpz(bytes.subarray(0, 100))).toThrow(/not a readable .npz archive/)
    expect(() => decodeNpz(zipSync({ 'note.txt': Uint8Array.of(1) }))).toThrow(
      /array `note.txt` is not a NumPy/,
    )
  })
})

function headed(dictionary: string): Uint8Array {
  const header = Buffer.from(dictionary.padEnd(117) + '\n')
  return Uint8Array.from(
    Buffer.concat([Buffer.from('934e554d505901007600', 'hex'), header, Buffer.alloc(64)]),
  )
}
