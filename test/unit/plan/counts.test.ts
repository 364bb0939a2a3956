import { describe, expect, test } from 'vitest'
import type { Memory, Model, Synapse } from '../../../src/core/model/model.ts'
import { RandomStream } from '../../../src/core/model/random.ts'
import { type Plan, type PlanOptions, planNetwork } from '../../../src/core/plan/plan.ts'
import { ticksBetween } from '../../../src/core/plan/print.ts'
import { type SwitchPlan, shapeKey } from '../../../src/core/plan/variants.ts'
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
      const plan = recall(replicas, {}, { software, lanes: 4, variants: { attention: 'off' } })
      expect(plan.tick.map(({ label }) => label)).toEqual([
        'h/matvec xi',
        'h/normalize',
        'v/matvec-transposed xi',
      ])
      expect(uses(plan, 'xi/matrix')).toBe(2)
    }
  })

  test('takes two dispatches on hardware, which read Xi once', () => {
    const plan = recall(1, {}, { software: false })
    expect(plan.tick.map(({ label }) => label)).toEqual(['v/attention xi', 'v/matvec-transposed xi'])
    expect(uses(plan, 'xi/matrix')).toBe(1)
    // One of sixteen rows is written besides, and read.
    expect(plan.buffers.find(({ name }) => name === 'h/blocks')!.bytes).toBeLessThan((784 * 1000 * 4) / 15)
    expect(plan.derived.find(({ name }) => name === 'h')!.made).toBe('sample')
    expect(plan.refresh.map(({ label }) => label)).toEqual(['v/activate', 'h/matvec xi', 'h/normalize'])
  })

  test('reads Xi twice where several states share it, where something else reads the layer, or where that is forced', () => {
    const kernels = (plan: Plan): string[] => plan.tick.map(({ kernel }) => kernel.entryPoint)
    expect(kernels(recall(2))).not.toContain('attention')
    expect(kernels(recall(1, { rule: 'hebbian', tau: 5 }))).not.toContain('attention')
    expect(kernels(recall(1, {}, { variants: { attention: 'off' } }))).not.toContain('attention')
    expect(kernels(recall(2, {}, { variants: { attention: 'on' } }))).toContain('attention')
  })

  test('reads Xi as often as was found to be the faster on hardware, and again where a plan is taken up elsewhere', () => {
    const key = 'attention f32 1000x784 states 1 copies 1'
    const [attention] = recall(1, {}, { software: false }).choices as SwitchPlan[]
    expect([shapeKey(attention!), attention!.form, attention!.why, attention!.isOpen]).toEqual([
      key,
      'on',
      'default',
      true,
    ])
    const labels = (options: PlanOptions): string[] =>
      recall(1, {}, options).tick.map(({ label, variant }) => `${label} ${variant?.why}`)
    const once = labels({ software: false, tuned: { [key]: 'on' } })
    expect(once).toEqual(['v/attention xi tuned', 'v/matvec-transposed xi undefined'])
    const twice = labels({ software: false, tuned: { [key]: 'off' } })
    expect(twice).toHaveLength(3)
    // Nothing of it on software adapters, and nothing where it is forced.
    expect(labels({ software: true, tuned: { [key]: 'on' } })).toHaveLength(3)
    expect(labels({ software: false, tuned: { [key]: 'off' }, variants: { attention: 'on' } })).toHaveLength(
      2,
    )
    for (const software of [false, true]) {
      const plan = recall(1, {}, { software, tuned: { [key]: software ? 'on' : 'off' } })
      const there = recall(1, {}, { software: !software, pinned: plan.variants })
      expect(there.tick.map(({ kernel }) => kernel.key)).toEqual(plan.tick.map(({ kernel }) => kernel.key))
      const { variants } = recall(1, {}, { software: false, variants: { attention: 'on' } })
      const again = recall(1, {}, { software, variants })
      expect(again.tick.map(({ kernel }) => kernel.entryPoint)).toEqual(['attention', 'attentionReduce'])
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
      { variants: { attention: 'off' } },
    )
    expect(tick.map(({ label }) => label)).toEqual([
      'h/matvec xi',
      'h/integrate',
      'h/normalize',
      'v/matvec-transposed xi',
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
  const N = 2048
  const model = (base: Synapse['base'], synapse: Partial<Synapse> = { tau: 1, strength: 1 }): Model =>
    buildModel({
      layers: [{ name: 'v', size: N, lagrangian: { kind: 'tanh', gain: 1 } }],
      synapses: [{ name: 'w', layer: 'v', base, ...synapse }],
    })
  const plastic = (base: Synapse['base'], options: PlanOptions = {}): Plan =>
    planNetwork(model(base), LIMITS, options)
  const hebbian = (patterns: number): Synapse['base'] => ({
    kind: 'hebbian',
    patterns: signRows(stream, patterns, N),
    zeroDiagonal: false,
  })
  const dense: Synapse['base'] = { kind: 'matrix', matrix: symmetricRows(stream, N) }

  /**
   * Words of N x N matrices and of partial sums read and written in a tick, in units of N^2: what is read and written
   * counts twice, what is folded at the diagonal half, and of partial sums there are half of a rectangle as well.
   */
  const traffic = (plan: Plan): number => {
    const sizes = new Map(plan.buffers.map(({ name, bytes }) => [name, bytes / 4]))
    const square = new Set(
      [...plan.matrices.values()].flatMap(({ rows, columns, blocks }) =>
        rows === N && columns === N ? blocks.map(({ buffer }) => buffer) : [],
      ),
    )
    const words = plan.tick.map((operation) => {
      const { kernel, buffers, constants } = operation
      const isHalf = kernel.entryPoint === 'symv' || constants.FOLDED === 1
      const counted = kernel.bindings.map(({ name, writes }) => {
        const buffer = buffers[name]!
        if (buffer === 'v/partial') return sizes.get(buffer)! / 2
        return square.has(buffer) ? sizes.get(buffer)! * (writes ? 2 : 1) * (isHalf ? 0.5 : 1) : 0
      })
      return counted.reduce((sum, one) => sum + one, 0) / ticksBetween(operation, model({ kind: 'zero' }))
    })
    return words.reduce((sum, one) => sum + one, 0) / N ** 2
  }

  test('read half of J and of U a tick and rewrite it once in 16: 1.4 N^2 words', () => {
    const plan = plastic(dense)
    expect(plan.tick.map(({ label }) => label)).toEqual([
      'v/activate',
      'v/symv w base',
      'v/matvec-transposed w base',
      'v/matvec w ring',
      'v/matvec-transposed w ring',
      'v/symv w excess',
      'v/matvec-transposed w excess',
      'w/append-activation',
      'w/rank-k-update',
    ])
    expect(traffic(plan)).toBeLessThanOrEqual(1.4)
  })

  test('read half of U alone where J is Hebbian, with no N x N matrix but U: 0.7 N^2 words', () => {
    const plan = plastic(hebbian(20))
    expect(traffic(plan)).toBeLessThanOrEqual(0.7)
    expect(plan.bytes).toBeLessThan(1.2 * N * N * 4)
    expect(traffic(plastic({ kind: 'zero' }))).toBeLessThanOrEqual(0.7)
  })

  test('read J as a matrix where it has many patterns', () => {
    const plan = plastic(hebbian(1024))
    expect(plan.tick.map(({ label }) => label)).toContain('v/matvec-transposed w base')
    expect(traffic(plan)).toBeLessThanOrEqual(1.4)
  })

  test('are one matrix, read and written, where updates are rare, networks are small or rates differ', () => {
    const whole = ['v/activate', 'v/matvec-transposed w', 'w/plasticity-step']
    const rare = model(dense, { tau: 1, strength: 1, every: 10 })
    expect(planNetwork(rare, LIMITS).tick.map(({ label }) => label)).toEqual(whole)
    expect(plastic(dense, { variants: { synapses: 'whole' } }).tick.map(({ label }) => label)).toEqual(whole)
    const small = planNetwork(
      buildModel({
        layers: [{ name: 'v', size: 100, lagrangian: { kind: 'tanh', gain: 1 } }],
        synapses: [{ name: 'w', layer: 'v', tau: 1, strength: 1 }],
      }),
      LIMITS,
    )
    expect(small.tick.map(({ label }) => label)).toEqual(whole)
  })

  test('that are fixed and Hebbian need no N x N matrix', () => {
    const plan = planNetwork(model(hebbian(100), {}), LIMITS)
    expect(traffic(plan)).toBe(0)
    expect(plan.bytes).toBeLessThan(0.1 * N * N * 4)
  })
})
