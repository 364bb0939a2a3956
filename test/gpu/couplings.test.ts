import { describe, expect, test } from 'vitest'
import { decodeNpz, encodeNpzPieces } from '../../src/core/data/npz.ts'
import { type CouplingKind, COUPLINGS, matrixFacts } from '../../src/core/kinds/couplings/table.ts'
import type { Geometry } from '../../src/core/kinds/couplings/convolution.ts'
import { INTEGRATOR_KINDS } from '../../src/core/kinds/integrators/table.ts'
import { hasSteadyRate, isMoving, NAMED_RULES } from '../../src/core/kinds/rules/table.ts'
import { withViews } from '../../src/core/model/couplings.ts'
import type {
  ConvolutionMemory,
  DenseMemory,
  Model,
  Probe,
  Rows,
  SparseMemory,
} from '../../src/core/model/model.ts'
import { stateArrays, statesOf } from '../../src/core/run/results.ts'
import { RandomStream } from '../../src/core/model/random.ts'
import { buildModel, normalRows, zeroRows } from '../build.ts'
import { attending, convolved, GEOMETRIES, NETWORKS, SPARSE, sparse, sparseRows, WIDE } from '../couplings.ts'
import { expectLikeReference, withSimulation } from './helpers/compare.ts'

const ENERGY: Probe = { kind: 'energy', name: 'energy', every: 3 }

const rows = (Object.keys(COUPLINGS) as CouplingKind[]).flatMap((kind) =>
  NETWORKS[kind].map((make, index) => ({ kind, index, make })),
)

test.each(rows)(
  'a network with a $kind coupling, form $index, is that of the reference',
  async ({ make }) => {
    await expectLikeReference({ ...make(), probes: [ENERGY] }, 12)
  },
)

describe('sparse memories', () => {
  test('with a workgroup for each long row are those of the reference', async () => {
    const model = { ...sparse(4), probes: [ENERGY] }
    const kernels = await withSimulation(
      model,
      (simulation) =>
        Promise.resolve(simulation.plan.tick.map(({ label, kernel }) => `${label} ${kernel.key}`)),
      { software: false },
    )
    expect(kernels.filter((key) => key.includes('sparse-matvec-wide'))).toEqual([
      expect.stringContaining('h/matvec k'),
    ])
    await expectLikeReference(model, 12, { software: false })
  })

  test.each(SPARSE.map((_, index) => index))(
    'of form %i move a network as the dense memory of the same matrix does',
    async (index) => {
      const model = sparse(index)
      const memory = model.memories[0] as SparseMemory
      const { rows, columns } = memory.init.pattern!
      const data = Float32Array.from(matrixFacts(memory).matrix(memory, Float64Array.from(memory.init.data)))
      const dense: DenseMemory = { ...memory, kind: 'dense', init: { rows, columns, data } }
      const states = (one: Model) =>
        withSimulation(one, async (simulation) => {
          await simulation.step(25)
          return [...(await simulation.read('v')).data, ...(await simulation.read('h')).data]
        })
      const [own, written] = [await states(model), await states({ ...model, ...withViews([dense]) })]
      own.forEach((value, k) => {
        expect(Math.abs(value - written[k]!), `neuron ${k}`).toBeLessThan(2e-5)
      })
    },
  )

  test.each(['forward', 'backward'] as const)(
    'that go %s hold the matrix in one order',
    async (direction) => {
      const model = sparse(1, { direction })
      await expectLikeReference(model, 12)
      await withSimulation(model, (simulation) => {
        const orders = simulation.plan.buffers.filter(({ name }) => name.endsWith('/indices'))
        expect(orders.map(({ name }) => name)).toEqual([
          direction === 'forward' ? 'k/indices' : 'k/transposed/indices',
        ])
        return Promise.resolve()
      })
    },
  )

  test('are not written where they stand in two orders', async () => {
    await withSimulation(sparse(0), (simulation) => {
      expect(() => simulation.write('k', [1])).toThrow('`k` is sparse and fixed')
      expect(() => simulation.writePart('k', 0, [1])).toThrow('`k` is sparse and fixed')
      return Promise.resolve()
    })
    await withSimulation(sparse(0, { direction: 'forward' }), async (simulation) => {
      simulation.write('k', [2])
      expect([...(await simulation.read('k')).data]).toEqual([2])
    })
  })

  test('are left behind as SciPy takes them', async () => {
    const model = sparse(1)
    const { data, pattern } = model.memories[0]!.init
    await withSimulation(model, async (simulation) => {
      const bytes: Uint8Array[] = []
      for await (const piece of encodeNpzPieces(stateArrays(statesOf(simulation)))) bytes.push(piece)
      const arrays = decodeNpz(new Uint8Array(Buffer.concat(bytes)))
      expect(Object.keys(arrays).slice(2)).toEqual(['state.k.data', 'state.k.indices', 'state.k.indptr'])
      expect(arrays['state.k.data']).toEqual({ shape: [data.length], data })
      expect(arrays['state.k.indices']!.data).toEqual(pattern!.indices)
      expect(arrays['state.k.indptr']!.data).toEqual(pattern!.indptr)
    })
  })

  test('add up many numbers of one size without losing digits', async () => {
    const count = 65536
    const linear = { kind: 'linear', gain: 1 } as const
    const init = sparseRows(new RandomStream(1, 'long'), count, [count])
    const tenths = (size: number): Rows => ({
      rows: 1,
      columns: size,
      data: new Float32Array(size).fill(0.1),
    })
    const model = buildModel({
      layers: [
        { name: 'v', size: count, lagrangian: linear, init: tenths(count) },
        { name: 'h', size: 1, lagrangian: linear, tau: 0 },
      ],
      memories: [
        { name: 'k', kind: 'sparse', from: 'v', to: 'h', init: { ...init, data: tenths(count).data } },
      ],
    })
    const [tenth] = tenths(1).data as unknown as [number]
    for (const software of [true, false]) {
      const sum = await withSimulation(model, async (simulation) => (await simulation.read('h')).data[0]!, {
        software,
      })
      expect(Math.abs(sum / (count * tenth ** 2) - 1)).toBeLessThan(3e-6)
    }
  })
})

describe('filters', () => {
  const learning = NAMED_RULES.filter((rule) => isMoving(rule) && hasSteadyRate(rule)).flatMap((rule) =>
    INTEGRATOR_KINDS.flatMap((integrator) =>
      GEOMETRIES.map((form, index) => ({ rule, integrator, form, index })),
    ),
  )

  test.each(learning)('learn by $rule and $integrator, form $index, as in the reference', async (row) => {
    const { rule, integrator, form } = row
    const model = convolved(form, { rule, tau: 3 })
    const bias = normalRows(
      new RandomStream(8, 'bias'),
      form.features[0],
      model.memories[0]!.init.columns,
      0.3,
    )
    const probes: Probe[] = [
      ENERGY,
      { kind: 'similarity', name: 's', every: 4, memory: 'k', patterns: bias },
      { kind: 'speed', name: 'speed', every: 4, layer: 'v' },
    ]
    await expectLikeReference({ ...model, probes, time: { ...model.time, integrator } }, 12)
    const pulled = convolved(form, { rule, tau: 3, bias })
    await expectLikeReference({ ...pulled, time: { ...model.time, integrator } }, 6)
  })

  test.each([...GEOMETRIES, ...WIDE].map((form, index) => ({ form, index })))(
    'of form $index send in tiles what they send one number at a time, forward to the last bit',
    async ({ form }) => {
      const model = convolved(form)
      await expectLikeReference(model, 2, { variants: { convolution: 'plain' } })
      const moved = (convolution: 'plain' | 'tiled') =>
        withSimulation(
          model,
          async (simulation) => {
            await simulation.step(1)
            return { v: (await simulation.read('v')).data, h: (await simulation.read('h')).data }
          },
          { variants: { convolution } },
        )
      const [plain, tiled] = [await moved('plain'), await moved('tiled')]
      expect(tiled.h).toEqual(plain.h)
      tiled.v.forEach((value, k) => {
        expect(Math.abs(value - plain.v[k]!), `pixel ${k}`).toBeLessThan(2e-6)
      })
    },
  )

  test('that are slow beside their step stand in two words and arrive', async () => {
    const model = convolved(GEOMETRIES[1]!, { rule: 'hebbian', tau: 3e4 })
    await withSimulation(model, async (simulation) => {
      expect(simulation.plan.matrices.has('k/carry')).toBe(true)
      await simulation.step(2)
    })
    await expectLikeReference(model, 12)
  })

  test.each(GEOMETRIES.map((form, index) => ({ form, index })))(
    'of form $index move a network as the matrix of the same weights does, in a memory of their own size',
    async ({ form }) => {
      const model = convolved(form)
      const memory = model.memories[0] as ConvolutionMemory
      const [v, h] = model.layers as [Model['layers'][number], Model['layers'][number]]
      const data = Float32Array.from(matrixFacts(memory).matrix(memory, Float64Array.from(memory.init.data)))
      const { geometry: _, ...common } = memory
      const dense: DenseMemory = { ...common, kind: 'dense', init: { rows: h.size, columns: v.size, data } }
      const states = (one: Model) =>
        withSimulation(one, async (simulation) => {
          await simulation.step(25)
          return {
            v: (await simulation.read('v')).data,
            h: (await simulation.read('h')).data,
            bytes: simulation.plan.matrices.get('k')!.blocks[0]!.bytes,
          }
        })
      const [own, written] = [await states(model), await states({ ...model, ...withViews([dense]) })]
      for (const layer of ['v', 'h'] as const)
        own[layer].forEach((value, k) => {
          expect(Math.abs(value - written[layer][k]!), `${layer} ${k}`).toBeLessThan(2e-5)
        })
      expect(own.bytes).toBe(form.features[0] * 4 * Math.ceil(memory.init.columns / 4) * 4)
    },
  )

  test('add up many numbers of one size without losing digits', async () => {
    const geometry: Geometry = {
      image: [1, 256, 256],
      features: [1, 1, 1],
      kernel: [256, 256],
      stride: 1,
      boundary: 'valid',
    }
    const tenths = (count: number): Rows => ({
      rows: 1,
      columns: count,
      data: new Float32Array(count).fill(0.1),
    })
    const [tenth] = tenths(1).data as unknown as [number]
    const linear = { kind: 'linear', gain: 1 } as const
    const layer = (name: string, size: number) => ({ name, size, lagrangian: linear, init: tenths(size) })
    const seeing = buildModel({
      layers: [layer('v', 65536), { ...layer('h', 1), tau: 0 }],
      memories: [{ name: 'k', kind: 'convolution', geometry, from: 'v', to: 'h', init: tenths(65536) }],
    })
    const seen = await withSimulation(seeing, async (simulation) => (await simulation.read('h')).data[0]!)
    expect(Math.abs(seen / (65536 * tenth ** 2) - 1)).toBeLessThan(3e-6)

    const one: Geometry = { ...geometry, features: [1, 256, 256], kernel: [1, 1] }
    const clamp = (name: string) => ({ kind: 'clamp' as const, layer: name, patterns: tenths(65536) })
    const learning = buildModel({
      layers: [layer('v', 65536), layer('h', 65536)],
      memories: [
        {
          name: 'k',
          kind: 'convolution',
          geometry: one,
          from: 'v',
          to: 'h',
          init: zeroRows(1, 1),
          rule: 'hebbian',
          tau: 1e5,
        },
      ],
      stimulus: [clamp('v'), clamp('h')],
    })
    const learnt = await withSimulation(learning, async (simulation) => {
      await simulation.step(20)
      return (await simulation.read('k')).data[0]!
    })
    expect(Math.abs(learnt / (-Math.expm1(-20 * 0.1e-5) * 65536 * tenth ** 2) - 1)).toBeLessThan(3e-6)
  })

  test('have no resident form, and say so', async () => {
    await withSimulation(
      convolved(GEOMETRIES[0]!),
      async (simulation) => {
        expect(simulation.plan.batched).toBeUndefined()
        expect(simulation.plan.notBatched).toBe('it does not support `k`, a convolution')
        await simulation.step(1)
      },
      { resident: 'auto' },
    )
  })

  test('have an energy that falls', async () => {
    const model = {
      ...convolved(GEOMETRIES[3]!, { rule: 'hebbian', tau: 3 }),
      probes: [{ ...ENERGY, every: 1 }],
    }
    await withSimulation(model, async (simulation) => {
      await simulation.step(200)
      await simulation.flush()
      const { value } = simulation.series[0]!
      for (let k = 1; k < value.length; k++)
        value[k]!.forEach((energy, r) =>
          expect(energy).toBeLessThan(value[k - 1]![r]! + 1e-6 * Math.abs(energy)),
        )
      expect(value.at(-1)![0]!).toBeLessThan(value[0]![0]! - 0.1)
    })
  })
})

describe('tokens', () => {
  const form = { heads: 2, size: 3, beta: 0.8 }
  const layernorm = { kind: 'layernorm', gamma: 1, delta: 0, eps: 1e-5 } as const

  test.each(INTEGRATOR_KINDS)('move by %s as in the reference', async (integrator) => {
    const model = attending([7, 5], form, { lagrangian: layernorm })
    await expectLikeReference({ ...model, time: { ...model.time, integrator }, probes: [ENERGY] }, 12)
  })

  test('have an energy that never rises', async () => {
    const model = {
      ...attending([9, 6], form, { lagrangian: layernorm }),
      probes: [{ ...ENERGY, every: 1 }],
    }
    await withSimulation(model, async (simulation) => {
      await simulation.step(400)
      await simulation.flush()
      const { value } = simulation.series[0]!
      expect(value).toHaveLength(401)
      for (let k = 1; k < value.length; k++)
        value[k]!.forEach((energy, r) =>
          expect(energy, `tick ${k}`).toBeLessThan(value[k - 1]![r]! + 2e-6 * (1 + Math.abs(energy))),
        )
      expect(value.at(-1)![0]!).toBeLessThan(value[0]![0]! - 0.1)
    })
  })

  test('attend without overflow where scores are large', async () => {
    await withSimulation(attending([5, 4], { ...form, beta: 3000 }), async (simulation) => {
      await simulation.step(3)
      expect((await simulation.read('v')).data.every(Number.isFinite)).toBe(true)
    })
  })

  test('have no resident form, and say so', async () => {
    await withSimulation(
      attending([3, 2], form),
      (simulation) => {
        expect(simulation.plan.notBatched).toBe('it does not support `k`, an attention')
        return Promise.resolve()
      },
      { resident: 'auto' },
    )
  })
})
