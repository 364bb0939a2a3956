import { describe, expect, test } from 'vitest'
import type { Memory, Model } from '../../../src/core/model/model.ts'
import { RandomStream } from '../../../src/core/model/random.ts'
import { ADAPTER_CLASSES } from '../../../src/core/plan/adapters.ts'
import { type Plan, type PlanOptions, operationsOf, planNetwork } from '../../../src/core/plan/plan.ts'
import { isUntried, planText } from '../../../src/core/plan/print.ts'
import { hasRunOnHardware } from '../../../src/core/plan/reports.ts'
import { rooflineText } from '../../../src/core/plan/roofline-text.ts'
import { type RooflineRow, boundOf, countsOf, rooflineOf } from '../../../src/core/plan/roofline.ts'
import { buildModel, signRows, symmetricRows } from '../../build.ts'
import { NETWORKS, attending, convolved, sparse } from '../../couplings.ts'

const { h100 } = ADAPTER_CLASSES
const stream = new RandomStream(1, 'roofline')
const GPU: PlanOptions = { software: false, lanes: 32 }

const recall = (replicas: number, memory: Partial<Memory> = {}): Model =>
  buildModel({
    replicas,
    layers: [
      { name: 'v', size: 784, lagrangian: { kind: 'linear', gain: 1 } },
      { name: 'h', size: 1000, lagrangian: { kind: 'softmax', beta: 1 }, tau: 0 },
    ],
    memories: [{ name: 'xi', from: 'v', to: 'h', init: signRows(stream, 1000, 784), ...memory }],
  })

const rowsOf = (model: Model, options: PlanOptions = {}): ReadonlyMap<string, RooflineRow> => {
  const plan = planNetwork(model, h100.limits, { ...GPU, ...options })
  return new Map(rooflineOf(plan, model, h100).rows.map((row) => [row.label, row]))
}

describe('operations counted by hand', () => {
  test('of products with a memory: two for each entry and state, whatever the form', () => {
    for (const states of [1, 64])
      for (const variants of [{}, { matvec: '1x1', 'matvec-transposed': '1x1' }] as const) {
        const rows = rowsOf(recall(states), { variants: { ...variants, attention: 'off' } })
        expect(rows.get('h/matvec xi')!.operations).toBe(2 * 784 * 1000 * states)
        expect(rows.get('v/matvec-transposed xi')!.operations).toBe(2 * 784 * 1000 * states)
      }
  })

  test('of a fused step: the state that it reads and writes twice, the activations that it stores once', () => {
    const row = rowsOf(recall(1), { variants: { attention: 'off' } }).get('v/matvec-transposed xi')!
    const [states, hidden, memory] = [4 * 784, 4 * 1000, 4 * 784 * 1000]
    // The state twice, activations and the input once, four words of faults.
    expect(row.bytes).toBe(memory + hidden + 4 * states + 16)
  })

  test('of recall that reads its memory once: both products, and four for each softmax neuron', () => {
    const rows = rowsOf(recall(1))
    expect([...rows.keys()]).toEqual(['v/attention xi', 'v/matvec-transposed xi'])
    expect(rows.get('v/attention xi')!.operations).toBe(2 * 2 * 784 * 1000 + 4 * 1000)
    // 63 blocks of 16 rows are joined.
    expect(rows.get('v/matvec-transposed xi')!.operations).toBe(2 * 63 * 784)
  })

  test('of attention among tokens: projections, weights of all pairs, sums, and back', () => {
    const [T, H, d] = [5, 2, 3]
    const model = attending([T, 4], { heads: H, size: d, beta: 1 })
    const { replicas: R } = model
    const rows = [...rowsOf(model).values()].filter(({ kernel }) => kernel.includes('tokens'))
    const expected = [2 * T * H * d * 4, 2 * T * H * d * 4, H * T * T * (2 * d + 4), 2 * 2 * H * T * T * d]
    const back = 2 * T * 4 * H * d
    expect(rows.map(({ operations }) => operations)).toEqual([...expected, back, back].map((one) => one * R))
  })

  test('of a convolution: two for each place, feature and weight, forward and backward', () => {
    const model = convolved({
      image: [2, 5, 6],
      features: [3, 5, 6],
      kernel: [2, 3],
      stride: 1,
      boundary: 'zero',
    })
    const rows = [...rowsOf(model).values()].filter(({ kernel }) => kernel.includes('convolution'))
    expect(rows.map(({ operations }) => operations)).toEqual(
      Array.from({ length: 2 }, () => 2 * 3 * 5 * 6 * (2 * 2 * 3) * model.replicas),
    )
  })

  test('of a sparse memory: two for each stored entry', () => {
    const model = sparse(0)
    const entries = model.memories[0]!.init.columns
    const rows = [...rowsOf(model).values()].filter(({ kernel }) => kernel.includes('sparse'))
    expect(rows.map(({ operations }) => operations)).toEqual(
      Array.from({ length: 2 }, () => 2 * entries * model.replicas),
    )
  })

  test('of a rank update: fade, 15 pending updates and one step for each entry of U, which is read and written by half', () => {
    const N = 512
    const model = buildModel({
      layers: [{ name: 'v', size: N, lagrangian: { kind: 'tanh', gain: 1 } }],
      synapses: [
        {
          name: 'w',
          layer: 'v',
          tau: 1,
          strength: 1,
          base: { kind: 'matrix', matrix: symmetricRows(stream, N) },
        },
      ],
    })
    const rows = rowsOf(model)
    const update = rows.get('w/rank-k-update')!
    expect(update.every).toBe(16)
    expect(update.operations).toBe((1 + 2 * 15 + 4) * (N * N * 0.5))
    // Half of U twice; the ring of 16 activations, and one activation.
    const whole = 4 * N * N
    expect(update.bytes).toBeGreaterThan(whole)
    expect(update.bytes).toBeLessThan(whole + 4 * N * 20)
    // The product with J loads half of it, and does all of its operations.
    const product = rows.get('v/symv w base')!
    expect(product.operations).toBe(2 * N * N)
    expect(product.bytes).toBeLessThan(0.7 * whole)
    const one = rowsOf(model, { variants: { synapses: 'whole' } }).get('w/plasticity-step')!
    // (a b - (w - J)) rate: five for each entry.
    expect(one.operations).toBe(5 * N * N)
    expect(one.bytes).toBeGreaterThanOrEqual(3 * whole)
  })
})

test('every kernel of every kind of coupling is counted, in set-up, ticks and probes', () => {
  for (const network of Object.values(NETWORKS).flat()) {
    const made = network()
    const model: Model = { ...made, probes: [{ kind: 'energy', name: 'e', every: 1 }] }
    for (const software of [false, true]) {
      const plan = planNetwork(model, h100.limits, { software, lanes: 4 })
      for (const operation of operationsOf(plan)) {
        const counts = countsOf(operation, plan, model)
        expect(counts.operations, operation.label).toBeGreaterThanOrEqual(0)
        expect(counts.bytes, operation.label).toBeGreaterThan(0)
      }
    }
  }
})

describe('the bound of a dispatch', () => {
  const roof = { bandwidth: 100, peak: 1000, dispatch: 0.5 }

  test('is the slowest of its bytes, its operations and its making', () => {
    expect(boundOf({ bytes: 200, operations: 100 }, roof)).toEqual({ seconds: 2, by: 'bytes' })
    expect(boundOf({ bytes: 100, operations: 3000 }, roof)).toEqual({ seconds: 3, by: 'operations' })
    expect(boundOf({ bytes: 10, operations: 10 }, roof)).toEqual({ seconds: 0.5, by: 'dispatch' })
    expect(boundOf({ bytes: 10, operations: 1e9 }, { bandwidth: 100 }).by).toBe('bytes')
  })

  test('adds up to a tick: rare dispatches count in part, and a resident network pays for one dispatch in the most ticks of a submit', () => {
    const model = recall(1)
    const plan = planNetwork(model, h100.limits, GPU)
    const { seconds, alone, bytes, dispatches, rows } = rooflineOf(plan, model, h100)
    expect(dispatches).toBe(2)
    expect(seconds).toBe(2 * h100.dispatch)
    // The host makes dispatches while the adapter computes: the longer of two sums, not the sum of the longer times.
    const [first, second] = rows.map((row) => row.bytes) as [number, number]
    const both = rooflineOf(plan, model, { bandwidth: first, dispatch: 0.9 })
    expect(second).toBeLessThan(0.8 * first)
    expect(both.seconds).toBeCloseTo(Math.max(1 + second / first, 1.8), 9)
    expect(both.seconds).toBeLessThan(both.rows[0]!.seconds + both.rows[1]!.seconds)
    expect(alone.bytes).toBe(bytes / 3.35e12)
    expect(alone.dispatch).toBe(2 * h100.dispatch)
    expect(seconds).toBeGreaterThanOrEqual(Math.max(alone.bytes, alone.operations, alone.dispatch))
    const small = buildModel({
      layers: [
        { name: 'v', size: 50, lagrangian: { kind: 'linear', gain: 1 } },
        { name: 'h', size: 4, lagrangian: { kind: 'softmax', beta: 1 }, tau: 0 },
      ],
      memories: [{ name: 'xi', from: 'v', to: 'h', init: signRows(stream, 4, 50) }],
    })
    const stepped = rooflineOf(planNetwork(small, h100.limits, GPU), small, h100)
    const resident = rooflineOf(planNetwork(small, h100.limits, { ...GPU, resident: true }), small, h100)
    expect(resident.dispatches).toBe(1 / 256)
    expect(resident.operations).toBeCloseTo(stepped.operations, 9)
    expect(resident.seconds).toBeLessThan(stepped.seconds / 256)
  })
})

describe('kernels without a report of a GPU', () => {
  const model = recall(1)
  const plan: Plan = planNetwork(model, h100.limits, GPU)

  test('are marked in plans for hardware alone', () => {
    expect(planText(plan, model, undefined, true)).toMatch(/memory\/attention\S* \* /)
    expect(planText(plan, model)).not.toContain(' * ')
    const text = rooflineText(plan, model, h100, { scenario: 's.json', residence: 'no' })
    expect(text).toMatch(/^ {2}memory\/attention\S* \* +v\/attention xi .* 24 +dispatch$/m)
    expect(text).toContain('arXiv:2604.02344')
    // A snapshot has no kernel.
    expect(isUntried({ kernel: 'copy' })).toBe(false)
  })

  test('are those of no report, resident ones by family', () => {
    const reports = [{ kernels: ['product/matvec+f32+1x1', 'resident'] }]
    expect(hasRunOnHardware('product/matvec+f32+1x1', reports)).toBe(true)
    expect(hasRunOnHardware('product/matvec+f32+4x1', reports)).toBe(false)
    expect(hasRunOnHardware('resident-0123abcd', reports)).toBe(true)
  })
})
