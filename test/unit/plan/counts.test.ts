import { describe, expect, test } from 'vitest'
import type { Memory, Synapse } from '../../../src/core/model/model.ts'
import { RandomStream } from '../../../src/core/model/random.ts'
import { type Plan, type PlanOptions, planNetwork } from '../../../src/core/plan/plan.ts'
import { buildModel, signRows, symmetricRows } from '../../build.ts'

const LIMITS = {
  maxStorageBufferBindingSize: 2 ** 30,
  maxBufferSize: 2 ** 30,
  maxComputeWorkgroupsPerDimension: 65535,
  maxStorageBuffersPerShaderStage: 10,
}

const stream = new RandomStream(1, 'counts')

/** v += rate (Xi^T softmax(beta Xi v) - v). */
const recall = (replicas = 1, memory: Partial<Memory> = {}, options: PlanOptions = {}): Plan =>
  planNetwork(
    buildModel({
      replicas,
      layers: [
        { name: 'v', size: 784, lagrangian: { kind: 'linear', gain: 1 } },
        { name: 'h', size: 1000, lagrangian: { kind: 'softmax', beta: 1 }, tau: 0 },
      ],
      memories: [{ name: 'xi', from: 'v', to: 'h', init: signRows(stream, 1000, 784), ...memory }],
    }),
    LIMITS,
    options,
  )

/** How many dispatches of a tick bind a buffer. */
const uses = ({ tick }: Plan, buffer: string): number =>
  tick.filter(({ buffers }) => Object.values(buffers).includes(buffer)).length

describe('recall by a softmax layer', () => {
  test.each([1, 64])('takes three dispatches a tick with %d states, which read Xi twice', (replicas) => {
    for (const software of [false, true]) {
      const plan = recall(replicas, {}, { software, lanes: 4 })
      expect(plan.tick.map(({ label }) => label)).toEqual(['h/recall xi', 'h/normalize', 'v/project xi'])
      expect(uses(plan, 'xi/matrix')).toBe(2)
    }
  })

  test('takes two more where an adapter binds only eight buffers to a kernel', () => {
    const { tick } = planNetwork(
      buildModel({
        layers: [
          { name: 'v', size: 784, lagrangian: { kind: 'linear', gain: 1 } },
          { name: 'h', size: 1000, lagrangian: { kind: 'softmax', beta: 1 }, tau: 0 },
        ],
        memories: [{ name: 'xi', from: 'v', to: 'h', init: signRows(stream, 1000, 784) }],
      }),
      { ...LIMITS, maxStorageBuffersPerShaderStage: 8 },
    )
    expect(tick.map(({ label }) => label)).toEqual([
      'h/recall xi',
      'h/integrate',
      'h/normalize',
      'v/project xi',
      'v/integrate',
    ])
  })

  test('needs a 32nd of the bytes for a binary memory, half of them in half precision', () => {
    const bytes = (format: Memory['format']): number => {
      const { matrices } = recall(1, { format })
      return matrices.get('xi')!.blocks.reduce((sum, block) => sum + block.bytes, 0)
    }
    expect(bytes('f32')).toBe(784 * 1000 * 4)
    expect(bytes('f16')).toBe(bytes('f32') / 2)
    // 784 columns take 25 words of 32.
    expect(bytes('binary')).toBe(1000 * 25 * 4)
  })
})

describe('plastic synapses', () => {
  const plastic = (base: Synapse['base']): Plan =>
    planNetwork(
      buildModel({
        layers: [{ name: 'v', size: 512, lagrangian: { kind: 'tanh', gain: 1 } }],
        synapses: [{ name: 'w', layer: 'v', tau: 1, strength: 1, base }],
      }),
      LIMITS,
    )

  test('take three dispatches a tick, two of which touch W', () => {
    const plan = plastic({ kind: 'matrix', matrix: symmetricRows(stream, 512) })
    expect(plan.tick.map(({ label }) => label)).toEqual(['v/activate', 'v/project w', 'w/learn'])
    expect(uses(plan, 'w/matrix')).toBe(2)
    expect(uses(plan, 'w/base/matrix')).toBe(1)
  })
})
