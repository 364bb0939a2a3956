import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { encodeNpy } from '../../../src/core/data/npy.ts'
import { loadModel } from '../../../src/core/model/load.ts'
import type { Model, Rows } from '../../../src/core/model/model.ts'
import { packSigns, rowOf, signRows } from '../../../src/core/model/signs.ts'
import { packBlock, planMatrix } from '../../../src/core/plan/layout.ts'

const limits = {
  maxStorageBufferBindingSize: 2 ** 27,
  maxBufferSize: 2 ** 28,
  maxComputeWorkgroupsPerDimension: 65535,
  maxStorageBuffersPerShaderStage: 10,
}

describe('signs as bits', () => {
  test('are unpacked to what they were, whole, row by row, and to a buffer', () => {
    const side = fc.integer({ min: 1, max: 70 })
    const unit = fc.constantFrom(1, 0.5, -2)
    fc.assert(
      fc.property(side, side, unit, fc.infiniteStream(fc.boolean()), (rows, columns, unit, bits) => {
        const dense = Float32Array.from({ length: rows * columns }, () => (bits.next().value ? 1 : -1))
        const of = (data: Float32Array, row: number) => data.subarray(row * columns, (row + 1) * columns)
        const words = packSigns(rows, columns, (row) => of(dense, row))
        const packed = signRows({ rows, columns }, { words, unit })
        const scaled = dense.map((value) => value * unit)
        expect(packed.data).toEqual(scaled)
        for (let row = 0; row < rows; row++) expect(rowOf(packed, row)).toEqual(of(scaled, row))
        const matrix = planMatrix({ name: 'a', copies: 2, rows, columns, format: 'binary' }, limits)
        for (const block of matrix.blocks)
          expect(packBlock(matrix, block, packed)).toEqual(packBlock(matrix, block, scaled))
      }),
    )
  })
})

describe('a binary memory', () => {
  const files = {
    'signs.npy': encodeNpy({
      shape: [4, 33],
      data: Int8Array.from({ length: 132 }, (_, k) => (k % 3 ? 1 : -1)),
    }),
  }
  const load = (format: string, init: object, scale: number): Promise<Model> =>
    loadModel(
      JSON.stringify({
        version: 1,
        time: { dt: 0.1, ticks: 1 },
        neurons: {
          v: {
            size: 33,
            lagrangian: { kind: 'tanh' },
            init: { kind: 'rows', of: 'xi', select: [3, 1], corrupt: { op: 'flip', fraction: 0.2 } },
          },
          h: { size: 4, lagrangian: { kind: 'softmax' }, tau: 0 },
        },
        memories: { xi: { from: 'v', to: 'h', format, init, scale } },
        probes: { m: { kind: 'overlap', layer: 'v', patterns: { kind: 'rows', of: 'xi' } } },
        replicas: 2,
      }),
      { read: (path) => Promise.resolve(files[path as keyof typeof files]) },
    )
  const valuesOf = (model: Model): Float32Array[] => {
    const [probe] = model.probes
    const all: Rows[] = [
      model.memories[0]!.init,
      model.layers[0]!.init,
      (probe as { patterns: Rows }).patterns,
    ]
    return all.map(({ data }) => data)
  }

  test.each([
    ['drawn', { kind: 'random', distribution: 'binary' }, 1],
    ['drawn and scaled', { kind: 'random', distribution: 'binary' }, -0.5],
    ['binarized', { kind: 'random', distribution: 'normal', transform: [{ op: 'binarize' }] }, 0.25],
    ['edited', { kind: 'random', distribution: 'binary', corrupt: { op: 'flip', fraction: 0.3 } }, 1],
    ['of a file of int8', { kind: 'npy', path: 'signs.npy' }, 2],
  ])(
    'that is %s stands as bits and has the values of one in float32, its cues and probes too',
    async (_, init, scale) => {
      const [binary, dense] = [await load('binary', init, scale), await load('f32', init, scale)]
      expect(binary.memories[0]!.init.signs?.words.length).toBe(4 * 2)
      expect(dense.memories[0]!.init.signs).toBeUndefined()
      expect(valuesOf(binary)).toEqual(valuesOf(dense))
    },
  )
})
