import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ModelError } from '../../../src/core/errors.ts'
import { fromHalf, toHalf } from '../../../src/core/data/half.ts'
import {
  dealRows,
  packBlock,
  planMatrix,
  slicesOf,
  unpackBlock,
  vectorStride,
} from '../../../src/core/plan/layout.ts'

const limitsOf = (bytes: number) => ({
  maxStorageBufferBindingSize: bytes,
  maxBufferSize: 2 ** 28,
  maxComputeWorkgroupsPerDimension: 65535,
  maxStorageBuffersPerShaderStage: 10,
})

const format = fc.constantFrom('f32' as const, 'f16' as const, 'binary' as const)
const shape = fc.record({
  copies: fc.integer({ min: 1, max: 5 }),
  rows: fc.integer({ min: 1, max: 40 }),
  columns: fc.integer({ min: 1, max: 70 }),
  format,
})
/** Large enough for four rows of the widest shape, small enough to split most. */
const limit = fc.integer({ min: 4 * 288, max: 20000 })

describe('a matrix in blocks', () => {
  test('has every row of every copy in exactly one block, in order', () => {
    fc.assert(
      fc.property(shape, limit, (size, bytes) => {
        const { blocks } = planMatrix({ name: 'a', ...size }, limitsOf(bytes))
        let next = 0
        for (const { start, count } of blocks) {
          expect(start).toBe(next)
          expect(count).toBeGreaterThan(0)
          next += count
        }
        expect(next).toBe(size.copies * size.rows)
        expect(new Set(blocks.map(({ buffer }) => buffer)).size).toBe(blocks.length)
      }),
    )
  })

  test('is packed alike whole and in slices, of which none is larger than asked or one row', () => {
    fc.assert(
      fc.property(shape, limit, fc.integer({ min: 1, max: 3000 }), (size, bytes, most) => {
        const matrix = planMatrix({ name: 'a', ...size }, limitsOf(bytes))
        const dense = Float32Array.from({ length: size.rows * size.columns }, (_, index) => Math.sin(index))
        for (const block of matrix.blocks) {
          const joined = new Uint8Array(block.bytes)
          for (const { slice, offset } of slicesOf(matrix, block, most)) {
            expect(slice.bytes).toBeLessThanOrEqual(Math.max(most, matrix.rowBytes))
            joined.set(packBlock(matrix, slice, dense), offset)
          }
          expect(joined).toEqual(packBlock(matrix, block, dense))
        }
      }),
    )
  })

  test('has no block of more than half a GiB', () => {
    const { blocks } = planMatrix(
      { name: 'a', copies: 1, rows: 16384, columns: 16384, format: 'f32' },
      { ...limitsOf(2 ** 31), maxBufferSize: 2 ** 31 },
    )
    expect(blocks.map(({ bytes }) => bytes)).toEqual([2 ** 29, 2 ** 29])
  })

  test('fits the limit with each block, and has rows of one stride', () => {
    fc.assert(
      fc.property(shape, limit, (size, bytes) => {
        const { blocks, rowBytes, stride, columns } = planMatrix({ name: 'a', ...size }, limitsOf(bytes))
        expect(stride).toBeGreaterThanOrEqual(columns)
        expect(rowBytes % 4).toBe(0)
        for (const block of blocks) {
          expect(block.bytes).toBe(block.count * rowBytes)
          expect(block.bytes).toBeLessThanOrEqual(bytes)
        }
      }),
    )
  })

  test('holds whole copies, or rows of a single one', () => {
    fc.assert(
      fc.property(shape, limit, (size, bytes) => {
        for (const { start, count } of planMatrix({ name: 'a', ...size }, limitsOf(bytes)).blocks) {
          const whole = start % size.rows === 0 && count % size.rows === 0
          const part = Math.floor(start / size.rows) === Math.floor((start + count - 1) / size.rows)
          expect(whole || part).toBe(true)
        }
      }),
    )
  })

  test('is split at the same rows as its base, so that each block finds its own in one block', () => {
    fc.assert(
      fc.property(shape, limit, (size, bytes) => {
        const limits = limitsOf(bytes)
        const base = planMatrix({ name: 'base', ...size, copies: 1 }, limits)
        for (const { start, count } of planMatrix({ name: 'a', ...size }, limits).blocks) {
          const row = start % size.rows
          const found = base.blocks.find((block) => row >= block.start && row < block.start + block.count)
          // Whole copies have the whole base, parts of a copy the same part.
          expect(found?.start).toBe(row)
          expect(count % (found?.count ?? 0)).toBe(0)
        }
      }),
    )
  })

  test('of which four rows are too many is refused with the bytes needed and those there are', () => {
    const wide = { name: 'a', copies: 1, rows: 5, columns: 100, format: 'f32' as const }
    expect(planMatrix(wide, limitsOf(1600)).blocks).toHaveLength(2)
    expect(() => planMatrix(wide, limitsOf(1599))).toThrow(ModelError)
    expect(() => planMatrix(wide, limitsOf(1599))).toThrow(
      /4 rows of `a` need 1600 bytes, but this adapter binds at most 1599; use fewer/,
    )
  })
})

describe('packed rows', () => {
  /** Values that a format holds exactly. */
  const exact = { f32: [0.1, -3e30, 1e-30, 7], f16: [0.5, -65504, 2 ** -24, 1024], binary: [2.5, -2.5] }

  test.each(['f32', 'f16', 'binary'] as const)(
    'of %s come back as they were, in blocks and copies',
    (kind) => {
      fc.assert(
        fc.property(
          shape,
          limit,
          fc.infiniteStream(fc.constantFrom(...exact[kind])),
          (size, bytes, values) => {
            const { rows, columns, copies } = size
            const matrix = planMatrix({ name: 'a', ...size, format: kind }, limitsOf(bytes))
            const dense = Float32Array.from({ length: rows * columns }, () => values.next().value as number)
            const target = new Float32Array(copies * rows * columns).fill(NaN)
            for (const block of matrix.blocks) {
              const packed = packBlock(matrix, block, dense)
              expect(packed.byteLength).toBe(block.bytes)
              // At an offset, as among other arrays that are read at once.
              const moved = new Uint8Array(16 + packed.length)
              moved.set(packed, 16)
              unpackBlock(matrix, block, moved.buffer, 16, 2.5, target)
            }
            for (let copy = 0; copy < copies; copy++)
              expect(target.subarray(copy * dense.length, (copy + 1) * dense.length)).toEqual(dense)
          },
        ),
        { numRuns: 50 },
      )
    },
  )

  test('dealt to replicas repeat in turn, padded with zeros', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 7 }),
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 1, max: 20 }),
        (rows, columns, count) => {
          const data = Float32Array.from({ length: rows * columns }, (_, index) => index + 1)
          const dealt = dealRows({ rows, columns, data }, count)
          const stride = vectorStride(columns)
          expect(dealt).toHaveLength(count * stride)
          dealt.forEach((value, index) => {
            const [place, column] = [Math.floor(index / stride), index % stride]
            expect(value).toBe(column < columns ? data[(place % rows) * columns + column] : 0)
          })
        },
      ),
    )
  })
})

describe('half precision', () => {
  test('survives the round trip for all 65536 patterns', () => {
    for (let bits = 0; bits < 0x10000; bits++) {
      const value = fromHalf(bits)
      if (Number.isNaN(value)) expect(Number.isNaN(fromHalf(toHalf(value)))).toBe(true)
      else if (toHalf(value) !== bits) expect([bits, toHalf(value)]).toEqual([bits, bits])
    }
  })

  test('is the nearest, with ties to even', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 0x7bfe }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (bits, part) => {
          const [low, high] = [fromHalf(bits), fromHalf(bits + 1)]
          const value = Math.fround(low + part * (high - low))
          const [below, above] = [value - low, high - value]
          const nearest = below < above || (below === above && bits % 2 === 0) ? bits : bits + 1
          expect(toHalf(value)).toBe(nearest)
          expect(toHalf(-value)).toBe(nearest | 0x8000)
        },
      ),
    )
    expect(toHalf(65519)).toBe(0x7bff)
    expect(toHalf(65520)).toBe(0x7c00)
    expect(toHalf(2 ** -25)).toBe(0)
    expect(toHalf(2 ** -25 * 1.001)).toBe(1)
  })
})
