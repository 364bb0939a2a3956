import fc from 'fast-check'
import { expect, test } from 'vitest'
import { planNetwork } from '../../../src/core/plan/plan.ts'
import { copiesOf, packArray, partsOf, placesOf, unpackArray } from '../../../src/core/run/arrays.ts'
import { buildModel, zeroRows } from '../../build.ts'

/** Four rows of the widest fit, most memories are in several blocks. */
const limits = {
  maxStorageBufferBindingSize: 1200,
  maxBufferSize: 1200,
  maxComputeWorkgroupsPerDimension: 65535,
  maxStorageBuffersPerShaderStage: 10,
}

test('a memory in parts is the whole memory, and no part is larger than asked or one row', () => {
  const format = fc.constantFrom('f32' as const, 'f16' as const, 'binary' as const)
  const side = fc.integer({ min: 1, max: 70 })
  fc.assert(
    fc.property(format, side, side, fc.integer({ min: 1, max: 2000 }), (format, rows, columns, most) => {
      const lagrangian = { kind: 'linear', gain: 1 } as const
      const model = buildModel({
        layers: [
          { name: 'v', size: columns, lagrangian },
          { name: 'h', size: rows, lagrangian, tau: 0 },
        ],
        memories: [{ name: 'xi', from: 'v', to: 'h', init: zeroRows(rows, columns), format, scale: 0.5 }],
      })
      const plan = planNetwork(model, limits)
      // Halves hold these exactly; of binary ones the signs are kept.
      const dense = Float32Array.from({ length: rows * columns }, (_, index) => ((index * 7) % 13) - 6.5)
      const buffers = new Map(
        copiesOf(plan, model, 'xi').map(({ buffer, bytes }) => [buffer, new Uint8Array(bytes)]),
      )
      for (const { buffer, offset, bytes } of packArray(plan, model, 'xi', dense, most))
        buffers.get(buffer)!.set(bytes, offset)
      const copied = (buffer: string, offset = 0, bytes: number) =>
        (buffers.get(buffer) as Uint8Array).slice(offset, offset + bytes)

      const { shape, parts } = partsOf(plan, model, 'xi', most)
      const pieces = parts.map(({ copy, unpack }) =>
        unpack(copied(copy.buffer, copy.offset, copy.bytes).buffer),
      )
      for (const piece of pieces) expect(piece.byteLength).toBeLessThanOrEqual(Math.max(most, columns * 4))
      const copies = copiesOf(plan, model, 'xi')
      const all = Buffer.concat(copies.map(({ buffer, bytes }) => copied(buffer, 0, bytes)))
      const places = placesOf(copies, Uint8Array.from(all).buffer, 0)
      const whole = unpackArray(plan, model, 'xi', places)
      expect({ shape, data: Float32Array.from(pieces.flatMap((piece) => [...piece])) }).toEqual(whole)
      expect(whole.data).toEqual(format === 'binary' ? dense.map((value) => Math.sign(value) * 0.5) : dense)
    }),
  )
})
