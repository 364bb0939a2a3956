import { encode } from 'fast-png'
import fc from 'fast-check'
import { gzipSync } from 'fflate'
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { encodeNpy, type NpyData } from '../../../src/core/data/npy.ts'
import { encodeNpz } from '../../../src/core/data/npz.ts'
import { orthogonalRows } from '../../../src/core/model/patterns/random-rows.ts'
import { RandomStream } from '../../../src/core/model/random.ts'
import { hidden, memory, patternsOf, resolve, row, scenario, visible, type Raw } from './resolving.ts'

const digit = (name: string) => readFileSync(new URL(`../../../scenarios/data/${name}`, import.meta.url))
const digits = {
  'images.gz': digit('digits-images-idx3-ubyte.gz'),
  'labels.gz': digit('digits-labels-idx1-ubyte.gz'),
}
const random = (parts: Raw): Raw => ({ kind: 'random', ...parts })
const values = (rows: number[][], parts: Raw = {}): Raw => ({ kind: 'values', values: rows, ...parts })
const dot = (a: readonly number[], b: readonly number[]) =>
  a.reduce((sum, value, index) => sum + value * (b[index] ?? NaN), 0)
const norm = (a: readonly number[]) => Math.sqrt(dot(a, a))
const mean = (a: ArrayLike<number>) => Array.from(a).reduce((sum, value) => sum + value, 0) / a.length
const countOf = (a: readonly number[], value: number) => a.filter((entry) => entry === value).length

describe('random rows', () => {
  it('binary: -1 and +1 in equal measure', async () => {
    const { data, rows } = await patternsOf(random({ count: 20, distribution: 'binary' }), 500)
    expect(rows).toBe(20)
    expect(new Set(data)).toEqual(new Set([-1, 1]))
    // 10,000 signs: the mean has standard deviation 0.01
    expect(Math.abs(mean(data))).toBeLessThan(0.04)
  })

  it('normal: mean 0, variance 1, fourth moment 3', async () => {
    const { data } = await patternsOf(random({ count: 100, distribution: 'normal' }), 1000)
    expect(Math.abs(mean(data))).toBeLessThan(4 / Math.sqrt(1e5))
    expect(Math.abs(mean(data.map((x) => x * x)) - 1)).toBeLessThan(4 * Math.sqrt(2 / 1e5))
    expect(Math.abs(mean(data.map((x) => x ** 4)) - 3)).toBeLessThan(4 * Math.sqrt(96 / 1e5))
  })

  it('orthogonal: inner products 0 and norms exact to 1e-12 in float64, up to a full basis', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 30 }), fc.nat(30), fc.nat(1000), (columns, fewer, seed) => {
        const count = Math.max(1, columns - fewer)
        const data = orthogonalRows(count, columns, 1, new RandomStream(seed, 'test'))
        const all = Array.from({ length: count }, (_, r) => [
          ...data.subarray(r * columns, (r + 1) * columns),
        ])
        for (const [a, rowA] of all.entries()) {
          for (const [b, rowB] of all.entries()) {
            expect(Math.abs(dot(rowA, rowB) - (a === b ? 1 : 0))).toBeLessThan(1e-12)
          }
        }
      }),
      { numRuns: 20 },
    )
  })

  it('orthogonal and sphere: norm sqrt(N) unless another is given', async () => {
    for (const distribution of ['orthogonal', 'sphere']) {
      const plain = await patternsOf(random({ count: 4, distribution }), 50)
      const given = await patternsOf(random({ count: 4, distribution, norm: 3 }), 50)
      for (let index = 0; index < 4; index++) {
        expect(norm(row(plain, index))).toBeCloseTo(Math.sqrt(50), 5)
        expect(norm(row(given, index))).toBeCloseTo(3, 5)
      }
    }
  })

  it('a norm rescales binary and normal rows', async () => {
    for (const distribution of ['binary', 'normal']) {
      expect(norm(row(await patternsOf(random({ distribution, norm: 2 }), 50), 0))).toBeCloseTo(2, 5)
    }
  })

  it('correlation rho: +-1 with a mean overlap of rho and a mean of sqrt(rho)', async () => {
    const [count, columns] = [20, 2000]
    for (const correlation of [0.1, 0.5, 0.9]) {
      const { data } = await patternsOf(random({ count, distribution: 'binary', correlation }), columns)
      const rows = Array.from({ length: count }, (_, r) => [...data].slice(r * columns, (r + 1) * columns))
      expect(new Set(data)).toEqual(new Set([-1, 1]))
      const deviation = Math.sqrt((1 - correlation) / data.length)
      expect(Math.abs(mean(data) - Math.sqrt(correlation))).toBeLessThan(4 * deviation)
      const overlaps = rows.flatMap((a, at) => rows.slice(0, at).map((b) => dot(a, b) / columns))
      // Of each overlap the deviation is sqrt((1 - rho^2) / N); each row stands in many of them, so that the mean follows that of the rows.
      expect(Math.abs(mean(overlaps) - correlation)).toBeLessThan(
        4 *
          (2 * Math.sqrt(correlation) * deviation +
            Math.sqrt((1 - correlation ** 2) / columns / overlaps.length)),
      )
    }
  })

  it('correlation 0 leaves every entry as it is, and 1 makes all of them +1', async () => {
    const of = async (parts: Raw) =>
      (await patternsOf(random({ count: 3, distribution: 'binary', ...parts }), 50)).data
    expect(await of({ correlation: 0 })).toEqual(await of({}))
    expect(new Set(await of({ correlation: 1 }))).toEqual(new Set([1]))
  })

  it('sparsity: exactly round(s N) zeros in each row', async () => {
    for (const [distribution, sparsity, zeros] of [
      ['binary', 0.3, 15],
      ['normal', 0.55, 28],
      ['sphere', 0.9, 45],
    ] as const) {
      const rows = await patternsOf(random({ count: 8, distribution, sparsity }), 50)
      for (let index = 0; index < 8; index++) expect(countOf(row(rows, index), 0)).toBe(zeros)
    }
  })

  it('belong to the seed and the place: the same again, others elsewhere', async () => {
    const spec = random({ count: 2, distribution: 'normal' })
    expect(await patternsOf(spec, 20)).toEqual(await patternsOf(spec, 20))
    expect((await patternsOf(spec, 20, {}, 2)).data).not.toEqual((await patternsOf(spec, 20)).data)
    const two = [0, 1].map(() => ({ kind: 'clamp', layer: 'visible', patterns: spec }))
    const { stimulus } = await resolve(scenario({ stimulus: two }))
    expect(stimulus[0]?.patterns.data).not.toEqual(stimulus[1]?.patterns.data)
  })

  it('are as many as the place needs when no count is given', async () => {
    const { memories } = await resolve(scenario())
    expect(memories[0]?.init).toMatchObject({ rows: 3, columns: 6 })
    expect(await patternsOf(random({ distribution: 'normal' }), 6)).toMatchObject({ rows: 1 })
  })
})

describe('npy', () => {
  it.each<[string, NpyData]>([
    ['float32', Float32Array.of(0.5, 2, -3, 4)],
    ['float64', Float64Array.of(0.5, 2, -3, 4)],
    ['int8', Int8Array.of(-128, 2, -3, 127)],
    ['int16', Int16Array.of(-300, 2, -3, 300)],
    ['int32', Int32Array.of(-70000, 2, -3, 70000)],
    ['uint8', Uint8Array.of(0, 2, 3, 255)],
  ])('%s values are taken as they are', async (_, data) => {
    const files = { 'a.npy': encodeNpy({ shape: [2, 2], data }) }
    const rows = await patternsOf({ kind: 'npy', path: 'a.npy' }, 2, files)
    expect([...rows.data]).toEqual([...data])
    expect(rows.rows).toBe(2)
  })

  it('a vector is one row, further dimensions are one row of pixels, an archive is opened by name', async () => {
    const files = {
      'line.npy': encodeNpy({ shape: [4], data: Float32Array.of(1, 2, 3, 4) }),
      'all.npz': encodeNpz({ images: { shape: [1, 2, 2], data: Float32Array.of(1, 2, 3, 4) } }),
    }
    expect(await patternsOf({ kind: 'npy', path: 'line.npy' }, 4, files)).toMatchObject({
      rows: 1,
      columns: 4,
    })
    const corrupt = { op: 'occlude', fraction: 0.5, side: 'right' }
    const half = await patternsOf({ kind: 'npy', path: 'all.npz#images', corrupt }, 4, files)
    expect([...half.data]).toEqual([1, 0, 3, 0])
  })

  it('what is done to the rows leaves the file as it was for the next reader', async () => {
    const files = { 'a.npy': encodeNpy({ shape: [4], data: Float32Array.of(1, 2, 3, 4) }) }
    const scaled = { kind: 'npy', path: 'a.npy', transform: [{ op: 'scale', factor: 2 }] }
    const plain = { kind: 'npy', path: 'a.npy' }
    const { stimulus } = await resolve(
      scenario({
        neurons: { visible: visible({ size: 4 }), hidden: hidden() },
        stimulus: [scaled, plain].map((patterns) => ({ kind: 'clamp', layer: 'visible', patterns })),
      }),
      files,
    )
    expect([...(stimulus[0]?.patterns.data ?? [])]).toEqual([2, 4, 6, 8])
    expect([...(stimulus[1]?.patterns.data ?? [])]).toEqual([1, 2, 3, 4])
  })
})

describe('idx', () => {
  it('is scaled to [0, 1], plain or gzip', async () => {
    const plain = Uint8Array.from([0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2, 0, 51, 255, 102])
    for (const bytes of [plain, gzipSync(plain)]) {
      const { data } = await patternsOf({ kind: 'idx', path: 'a' }, 2, { a: bytes })
      expect(data).toEqual(Float32Array.of(0, 0.2, 1, 0.4))
    }
  })

  it('reads real digits: 1,000 images of 784 pixels, each row with white on black', async () => {
    const rows = await patternsOf({ kind: 'idx', path: 'images.gz' }, [28, 28], digits)
    expect(rows).toMatchObject({ rows: 1000, columns: 784 })
    for (let index = 0; index < 1000; index += 37) {
      const brightness = mean(row(rows, index))
      expect(brightness).toBeGreaterThan(0.02)
      expect(brightness).toBeLessThan(0.4)
      expect(Math.max(...row(rows, index))).toBeGreaterThan(0.95)
    }
  })

  it('skip and count cut a part out of the file', async () => {
    const all = await patternsOf({ kind: 'idx', path: 'images.gz' }, 784, digits)
    const part = await patternsOf({ kind: 'idx', path: 'images.gz', skip: 998, count: 2 }, 784, digits)
    expect(part.data).toEqual(all.data.slice(998 * 784))
  })

  it('perLabel takes that many of each label, and skip then counts within each label', async () => {
    const all = await patternsOf({ kind: 'idx', path: 'images.gz' }, 784, digits)
    const spec = { kind: 'idx', path: 'images.gz', labels: 'labels.gz', perLabel: 10, skip: 5 }
    const part = await patternsOf(spec, 784, digits)
    expect(part.rows).toBe(100)
    // The file is sorted by label, 100 each.
    for (const [index, from] of [
      [0, 5],
      [9, 14],
      [10, 105],
      [99, 914],
    ] as const) {
      expect(row(part, index)).toEqual(row(all, from))
    }
    expect((await patternsOf({ ...spec, count: 20 }, 784, digits)).data).toEqual(part.data.slice(0, 20 * 784))
  })
})

describe('png', () => {
  const grey = (width: number, height: number, data: number[]) =>
    encode({ width, height, data: Uint8Array.from(data), channels: 1 })

  it('is one row an image, resized to width and height', async () => {
    const files = { 'a.png': grey(2, 2, [0, 255, 51, 51]), 'b.png': grey(4, 1, [0, 0, 255, 255]) }
    const spec = { kind: 'png', paths: ['a.png', 'b.png'], width: 2, height: 1 }
    const rows = await patternsOf(spec, 2, files)
    expect([...rows.data]).toEqual([...Float32Array.of(0.1, 0.6, 0, 1)])
  })

  it('keeps the size of the first image, which the others must have too', async () => {
    const files = { 'a.png': grey(2, 1, [0, 255]), 'b.png': grey(1, 2, [0, 255]) }
    expect(await patternsOf({ kind: 'png', paths: ['a.png'] }, 2, files)).toMatchObject({
      rows: 1,
      columns: 2,
    })
    await expect(patternsOf({ kind: 'png', paths: ['a.png', 'b.png'] }, 2, files)).rejects.toThrow(
      /b.png is 1 x 2 pixels, a.png is 2 x 1; set width and height/,
    )
  })
})

describe('rows', () => {
  it('copies a memory after its scale, all rows or those selected, in their order', async () => {
    const init = values([
      [1, 2],
      [3, 4],
      [5, 6],
    ])
    const { stimulus, memories } = await resolve(
      scenario({
        neurons: { visible: visible({ size: 2 }), hidden: hidden() },
        memories: { xi: memory({ init, scale: 10 }) },
        stimulus: [
          { kind: 'rows', of: 'xi' },
          { kind: 'rows', of: 'xi', select: [2, 0, 2] },
        ].map((patterns) => ({
          kind: 'clamp',
          layer: 'visible',
          patterns,
        })),
      }),
    )
    expect([...(memories[0]?.init.data ?? [])]).toEqual([10, 20, 30, 40, 50, 60])
    expect(stimulus[0]?.patterns).toEqual(memories[0]?.init)
    expect([...(stimulus[1]?.patterns.data ?? [])]).toEqual([50, 60, 10, 20, 50, 60])
  })

  it('copies the patterns of a hebbian synapse, and of a memory that copies them itself', async () => {
    const { synapses, memories, probes } = await resolve(
      scenario({
        synapses: {
          w: {
            layer: 'visible',
            base: { kind: 'hebbian', patterns: random({ count: 3, distribution: 'binary' }) },
          },
        },
        memories: { xi: memory({ init: { kind: 'rows', of: 'w' } }) },
        probes: { m: { kind: 'overlap', layer: 'visible', patterns: { kind: 'rows', of: 'xi' } } },
      }),
    )
    const base = synapses[0]?.base
    const patterns = base?.kind === 'hebbian' ? base.patterns : undefined
    expect(patterns?.rows).toBe(3)
    expect(memories[0]?.init).toEqual(patterns)
    expect(probes[0]).toMatchObject({ patterns })
  })

  it('copies what a stimulus shows, damage included, so that a probe can compare with it', async () => {
    const patterns = { kind: 'rows', of: 'xi', corrupt: { op: 'gaussian', sigma: 0.4 } }
    const shown = { kind: 'rows', of: 'stimulus.0' }
    const { stimulus, probes, memories } = await resolve(
      scenario({
        stimulus: [{ kind: 'clamp', layer: 'visible', patterns }],
        probes: { s: { kind: 'similarity', memory: 'xi', patterns: shown } },
      }),
    )
    expect(probes[0]).toMatchObject({ patterns: stimulus[0]?.patterns })
    expect(stimulus[0]?.patterns).not.toEqual(memories[0]?.init)
  })

  it('damage done to the copy leaves the memory whole, and an image stays an image', async () => {
    const { stimulus, memories } = await resolve(
      scenario({
        neurons: { visible: visible({ size: 784 }), hidden: hidden({ size: 10 }) },
        memories: {
          xi: memory({ init: { kind: 'idx', path: 'images.gz', labels: 'labels.gz', perLabel: 1 } }),
        },
        stimulus: [
          {
            kind: 'initial',
            layer: 'visible',
            patterns: { kind: 'rows', of: 'xi', corrupt: { op: 'occlude', fraction: 0.5 } },
          },
        ],
      }),
      digits,
    )
    const whole = memories[0]?.init.data ?? new Float32Array()
    const half = stimulus[0]?.patterns.data ?? new Float32Array()
    for (let digitRow = 0; digitRow < 10; digitRow++) {
      const top = [digitRow * 784, digitRow * 784 + 392] as const
      expect(half.slice(...top)).toEqual(whole.slice(...top))
      expect(half.slice(top[1], top[1] + 392).every((value) => value === 0)).toBe(true)
      expect(whole.slice(top[1], top[1] + 392).some((value) => value > 0)).toBe(true)
    }
  })
})

describe('zeros', () => {
  it('are as many rows as the place needs', async () => {
    const { memories, layers } = await resolve(
      scenario({ memories: { xi: memory({ init: { kind: 'zeros' } }) } }),
    )
    expect(memories[0]?.init).toEqual({ rows: 3, columns: 6, data: new Float32Array(18) })
    expect(layers[0]?.init).toEqual({ rows: 1, columns: 6, data: new Float32Array(6) })
  })
})

describe('transforms', () => {
  const of = async (rows: number[][], ...transform: Raw[]) => {
    const result = await patternsOf(values(rows, { transform }), rows[0]?.length ?? 0)
    return rows.map((_, index) => row(result, index))
  }

  it('mean: the mean of all rows, in as many rows as the place needs', async () => {
    const rows = [
      [1, 3],
      [3, 9],
    ]
    const { data } = await patternsOf(values(rows, { transform: [{ op: 'mean' }] }), 2)
    expect([...data]).toEqual([2, 6])
    const init = values(
      [...rows, ...rows].map((two) => [...two, ...two, ...two]),
      { transform: [{ op: 'mean' }] },
    )
    const { memories } = await resolve(scenario({ memories: { xi: memory({ init }) } }))
    expect(memories[0]?.init.rows).toBe(3)
    expect([...(memories[0]?.init.data ?? [])]).toEqual(Array.from({ length: 9 }, () => [2, 6]).flat())
  })

  it('center: each row minus its mean', async () => {
    const centred = [
      [-1, 0, 1],
      [0, 0, 0],
    ]
    expect(
      await of(
        [
          [1, 2, 3],
          [5, 5, 5],
        ],
        { op: 'center' },
      ),
    ).toEqual(centred)
  })

  it('normalize: L2 norm 1, or the one given', async () => {
    expect(await of([[3, 4]], { op: 'normalize' })).toEqual([[...Float32Array.of(0.6, 0.8)]])
    expect(await of([[3, 4]], { op: 'normalize', norm: 10 })).toEqual([[6, 8]])
  })

  it('binarize: +1 above the threshold, -1 at and below it', async () => {
    expect(await of([[-1, 0, 0.5]], { op: 'binarize' })).toEqual([[-1, -1, 1]])
    expect(await of([[0.4, 0.5, 0.6]], { op: 'binarize', threshold: 0.5 })).toEqual([[-1, -1, 1]])
  })

  it('scale: every entry times the factor', async () => {
    expect(await of([[1, -2]], { op: 'scale', factor: -3 })).toEqual([[-3, 6]])
  })

  it('are applied in order, before the corruption', async () => {
    expect(await of([[1, 3]], { op: 'scale', factor: 2 }, { op: 'center' })).toEqual([[-2, 2]])
    const corrupt = { op: 'flip', fraction: 1 }
    const { data } = await patternsOf(values([[1, 3]], { transform: [{ op: 'center' }], corrupt }), 2)
    expect([...data]).toEqual([1, -1])
  })
})

describe('corruptions', () => {
  const ones = (rows: number, columns: number) =>
    Array.from({ length: rows }, () => Array.from({ length: columns }, () => 1))

  it('flip: exactly round(fraction N) entries of each row change sign', async () => {
    for (const [fraction, flipped] of [
      [0, 0],
      [0.1, 3],
      [0.5, 13],
      [1, 25],
    ] as const) {
      const rows = await patternsOf(values(ones(6, 25), { corrupt: { op: 'flip', fraction } }), 25)
      for (let index = 0; index < 6; index++) {
        expect(countOf(row(rows, index), -1)).toBe(flipped)
        expect(countOf(row(rows, index), 1)).toBe(25 - flipped)
      }
    }
  })

  it('gaussian: adds noise of standard deviation sigma', async () => {
    const corrupt = { op: 'gaussian', sigma: 0.4 }
    const { data } = await patternsOf(values(ones(50, 400), { corrupt }), 400)
    const noise = data.map((value) => value - 1)
    expect(Math.abs(mean(noise))).toBeLessThan((4 * 0.4) / Math.sqrt(20000))
    expect(Math.abs(mean(noise.map((x) => x * x)) / 0.16 - 1)).toBeLessThan(4 * Math.sqrt(2 / 20000))
  })

  const occluded = async (corrupt: Raw, size: number | readonly number[]) => {
    const columns = [size].flat().reduce((a, b) => a * b, 1)
    return row(
      await patternsOf(values(ones(1, columns), { corrupt: { op: 'occlude', ...corrupt } }), size),
      0,
    )
  }

  it.each<[string, number[]]>([
    ['bottom', [1, 1, 1, 0, 0, 0]],
    ['top', [0, 0, 0, 1, 1, 1]],
  ])('occlude: covers half of a 2 x 3 layer at the %s', async (side, result) => {
    expect(await occluded({ fraction: 0.5, side }, [2, 3])).toEqual(result)
  })

  it.each<[string, number[]]>([
    ['left', [0, 1, 1, 0, 1, 1]],
    ['right', [1, 1, 0, 1, 1, 0]],
  ])('occlude: covers a third of a 2 x 3 layer on the %s', async (side, result) => {
    expect(await occluded({ fraction: 1 / 3, side }, [2, 3])).toEqual(result)
  })

  it('occlude: covers the same part of every channel of a layer of several images', async () => {
    expect(await occluded({ fraction: 0.5 }, [2, 2, 2])).toEqual([1, 1, 0, 0, 1, 1, 0, 0])
    expect(await occluded({ rectangle: [0, 1, 2, 1] }, [2, 2, 2])).toEqual([1, 0, 1, 0, 1, 0, 1, 0])
  })

  it('occlude: covers the bottom unless told otherwise, and a rectangle of rows and columns', async () => {
    expect(await occluded({ fraction: 0.5 }, [2, 2])).toEqual([1, 1, 0, 0])
    expect(await occluded({ rectangle: [1, 0, 1, 2] }, [2, 3])).toEqual([1, 1, 1, 0, 0, 1])
  })

  it('occlude: takes the beginning or the end of a layer that is a line', async () => {
    expect(await occluded({ fraction: 0.25, side: 'top' }, 4)).toEqual([0, 1, 1, 1])
    expect(await occluded({ fraction: 0.25, side: 'left' }, 4)).toEqual([0, 1, 1, 1])
    expect(await occluded({ fraction: 0.5, side: 'bottom' }, 4)).toEqual([1, 1, 0, 0])
    expect(await occluded({ fraction: 0.5, side: 'right' }, 4)).toEqual([1, 1, 0, 0])
  })

  it('mask: frees exactly round(fraction N) entries of each row, others in each', async () => {
    const rows = await patternsOf(values(ones(5, 20), { corrupt: { op: 'mask', fraction: 0.33 } }), 20)
    const free = rows.free ?? new Uint8Array()
    expect(free).toHaveLength(100)
    const places = Array.from({ length: 5 }, (_, index) => [...free.subarray(index * 20, index * 20 + 20)])
    for (const [index, place] of places.entries()) {
      expect(countOf(place, 1)).toBe(7)
      expect(row(rows, index)).toEqual(place.map((isFree) => 1 - isFree))
    }
    expect(new Set(places.map(String)).size).toBe(5)
  })

  it('nothing is free without a mask', async () => {
    expect(await patternsOf({ kind: 'zeros' }, 4)).not.toHaveProperty('free')
  })
})
