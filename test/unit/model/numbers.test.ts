import { describe, expect, it } from 'vitest'
import { encodeNpy } from '../../../src/core/data/npy.ts'
import { patternsOf, row } from './resolving.ts'

const npy = { kind: 'npy', path: 'a.npy' }

describe('numbers of files', () => {
  it('that are integers must be in float32', async () => {
    const files = { 'a.npy': encodeNpy({ shape: [1, 2], data: Int32Array.of(16777216, 16777217) }) }
    await expect(patternsOf(npy, 2, files)).rejects.toThrow(
      'contains 16777217, which float32 cannot represent',
    )
    const wide = { 'a.npy': encodeNpy({ shape: [1, 2], data: Uint32Array.of(2 ** 31, 2 ** 24) }) }
    expect(row(await patternsOf(npy, 2, wide), 0)).toEqual([2 ** 31, 2 ** 24])
  })

  it('stand by themselves as one row of one value', async () => {
    const files = { 'a.npy': encodeNpy({ shape: [], data: Float64Array.of(0.5) }) }
    expect(row(await patternsOf(npy, 1, files), 0)).toEqual([0.5])
  })

  it.each([
    [1, 2, 3, 1],
    [1, 1, 2, 3],
  ])('are images of one channel: %i x %i x %i x %i', async (...shape) => {
    const files = { 'a.npy': encodeNpy({ shape, data: new Float32Array(6) }) }
    await expect(patternsOf(npy, [3, 2], files)).rejects.toThrow(/2.*3.*3.*2/)
    expect((await patternsOf(npy, [2, 3], files)).rows).toBe(1)
  })
})
