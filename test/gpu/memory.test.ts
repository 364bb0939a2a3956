import { expect, test, vi } from 'vitest'
import type { Model } from '../../src/core/model/model.ts'
import { signRows } from '../../src/core/model/signs.ts'
import { buildModel, type Parts, zeroRows } from '../build.ts'
import { testDevice } from './device.ts'
import { withSimulation } from './helpers/compare.ts'

const linear = { kind: 'linear', gain: 1 } as const
const softmax = { kind: 'softmax', beta: 1 } as const

function recall(size: number, memory: Partial<NonNullable<Parts['memories']>[number]>): Model {
  return buildModel({
    layers: [
      { name: 'v', size, lagrangian: linear },
      { name: 'h', size, lagrangian: softmax, tau: 0 },
    ],
    memories: [{ name: 'xi', from: 'v', to: 'h', init: zeroRows(size, size), ...memory }],
  })
}

function coupled(size: number, replicas: number): Model {
  return buildModel({
    layers: [{ name: 'v', size, lagrangian: { kind: 'tanh', gain: 1 } }],
    synapses: [{ name: 'w', layer: 'v', tau: 10, strength: 0.1 }],
    replicas,
  })
}

test.each([
  ['a memory in float32', () => recall(2048, {}), {}],
  [
    'a binary memory',
    () =>
      recall(8192, {
        format: 'binary',
        init: signRows({ rows: 8192, columns: 8192 }, { words: new Uint32Array(8192 * 256), unit: 1 }),
      }),
    {},
  ],
  ['couplings in factors', () => coupled(1024, 1), { variants: { synapses: 'factored' } } as const],
  ['a resident ensemble', () => coupled(16, 1024), { resident: 'on' } as const],
])('the buffers of %s have the bytes of the plan within a tenth', async (_, make, options) => {
  const { device } = await testDevice()
  const spy = vi.spyOn(device, 'createBuffer')
  const sizes = (): number => spy.mock.calls.reduce((sum, [{ size }]) => sum + size, 0)
  try {
    const [made, planned] = await withSimulation(
      make(),
      ({ plan }) => Promise.resolve([sizes(), plan.bytes] as const),
      options,
    )
    expect(made / planned).toBeGreaterThan(0.9)
    expect(made / planned).toBeLessThan(1.1)
  } finally {
    spy.mockRestore()
  }
})
