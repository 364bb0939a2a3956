/** Sparse matrices that learn: beside float64, beside the dense matrix of the same entries, and on their way through files. */
import { describe, expect, test } from 'vitest'
import {
  INTEGRATOR_KINDS,
  type IntegratorKind,
  integratorOf,
} from '../../src/core/kinds/integrators/table.ts'
import { isMoving, RULE_KINDS, type RuleKind } from '../../src/core/kinds/rules/table.ts'
import { matrixFacts } from '../../src/core/kinds/couplings/table.ts'
import { withViews } from '../../src/core/model/couplings.ts'
import type {
  DenseMemory,
  Layer,
  LateralSynapse,
  Model,
  Probe,
  Rows,
  SparseMemory,
  SparseSynapse,
} from '../../src/core/model/model.ts'
import { statesOf } from '../../src/core/run/results.ts'
import { createReference } from '../../src/core/reference/network.ts'
import { SPARSE, sparse, SPARSE_SYNAPSES, sparseRows, sparseSynapses } from '../couplings.ts'
import { RandomStream } from '../../src/core/model/random.ts'
import type { SimulationOptions } from '../../src/core/run/simulation.ts'
import { buildModel } from '../build.ts'
import { DEFAULT_LIMITS } from '../../src/node/limits.ts'
import { initialMemories } from '../../src/core/model/values.ts'
import { planNetwork } from '../../src/core/plan/plan.ts'
import { planRows } from '../../src/core/plan/print.ts'
import { learnerOf } from '../rules.ts'
import { expectLikeReference, withSimulation } from './helpers/compare.ts'
import { expectWithin } from './helpers/within.ts'

const ENERGY: Probe = { kind: 'energy', name: 'energy', every: 3 }

const LEARNING = RULE_KINDS.filter(isMoving)
const cases = LEARNING.flatMap((rule) => INTEGRATOR_KINDS.map((integrator) => ({ rule, integrator })))

/** A network of layers that are never negative, as some rules need them, with a sparse memory that learns. */
function learning(
  index: number,
  rule: RuleKind,
  integrator: IntegratorKind = 'exponential-euler',
  own: Partial<SparseMemory> = {},
): Model {
  const model = sparse(index, { ...learnerOf(rule), tau: 3, ...own })
  const layers = model.layers.map((layer) => ({
    ...layer,
    lagrangian: { kind: 'sigmoid', gain: 1.3 } as const,
  }))
  return { ...model, layers, time: { ...model.time, integrator } }
}

/** The dense memory of the same entries, all others 0. */
function written(model: Model): Model {
  const memory = model.memories[0] as SparseMemory
  const { rows, columns } = memory.init.pattern!
  const data = Float32Array.from(matrixFacts(memory).matrix(memory, Float64Array.from(memory.init.data)))
  const dense: DenseMemory = { ...memory, kind: 'dense', init: { rows, columns, data } }
  return { ...model, ...withViews([dense]) }
}

/** The same with every entry of the matrix there. */
function full(model: Model): Model {
  const { init } = written(model).memories[0]!
  const { rows, columns, data } = init
  const pattern = {
    rows,
    columns,
    degree: columns,
    indices: Uint32Array.from({ length: rows * columns }, (_, k) => k % columns),
    indptr: Uint32Array.from({ length: rows + 1 }, (_, row) => row * columns),
  }
  const memory = {
    ...(model.memories[0] as SparseMemory),
    init: { rows: 1, columns: rows * columns, data, pattern },
  }
  return { ...model, ...withViews([memory]) }
}

async function valuesOf(
  model: Model,
  ticks: number,
  options: SimulationOptions = {},
): Promise<Float32Array[]> {
  return withSimulation(
    model,
    async (simulation) => {
      await simulation.step(ticks)
      const names = ['v', 'h', 'k']
      return Promise.all(names.map(async (name) => (await simulation.read(name)).data))
    },
    options,
  )
}

/** A layer of its first neurons alone. */
function narrowed(layer: Layer, size: number): Layer {
  const cut = ({ rows, columns, data }: Rows): Rows => ({
    rows,
    columns: size,
    data: Float32Array.from(
      { length: rows * size },
      (_, k) => data[Math.floor(k / size) * columns + (k % size)]!,
    ),
  })
  return { ...layer, size, shape: [size], bias: cut(layer.bias), init: cut(layer.init) }
}

describe('a sparse memory', () => {
  test.each(cases.flatMap((row) => [1, 2, 3].map((index) => ({ ...row, index }))))(
    'learns by $rule and $integrator, form $index, as in the reference',
    async ({ rule, integrator, index }) => {
      const model = learning(index, rule, integrator)
      await expectLikeReference({ ...model, probes: [ENERGY] }, 12)
    },
  )

  test.each(cases)('whose mask is full is the dense memory by $rule and $integrator', async (row) => {
    const model = full(learning(1, row.rule, row.integrator))
    const [own, dense] = [await valuesOf(model, 40), await valuesOf(written(model), 40)]
    own.forEach((values, at) => {
      expectWithin(values, [...dense[at]!], 2e-5)
    })
    // It has learnt.
    const { data } = model.memories[0]!.init
    expect(Math.max(...data.map((value, k) => Math.abs(value - own[2]![k]!)))).toBeGreaterThan(0.01)
  })

  test.each(cases.filter(({ integrator }) => integratorOf(integrator).stages.length === 1))(
    'is a dense one whose other entries are set to 0 after every tick, by $rule and $integrator',
    async ({ rule, integrator }) => {
      const model = learning(3, rule, integrator)
      const memory = model.memories[0] as SparseMemory
      const { rows, columns } = memory.init.pattern!
      const ones = new Float64Array(memory.init.data.length).fill(1)
      const mask = matrixFacts(memory).matrix(memory, ones)
      const reference = createReference(written(model))
      for (let tick = 0; tick < 12; tick++) {
        reference.step()
        reference.write(
          'k',
          reference.read('k').map((value, at) => value * mask[at % (rows * columns)]!),
        )
      }
      const [v, h, k] = await valuesOf(model, 12)
      expectWithin(v!, reference.read('v'), 1e-5)
      expectWithin(h!, reference.read('h'), 1e-5)
      const xi = reference.read('k').filter((_, at) => mask[at % (rows * columns)] === 1)
      expectWithin(k!, xi, 1e-5)
    },
  )

  test.each(['forward', 'backward'] as const)(
    'that goes %s learns as in the reference',
    async (direction) => {
      await expectLikeReference(learning(3, 'hebbian', 'euler', { direction }), 12)
    },
  )

  test('that is slow beside its step stands in two words and arrives', async () => {
    for (const rule of ['hebbian', 'oja'] as const) {
      const model = learning(3, rule, 'euler', { tau: 3e4 })
      await withSimulation(model, (simulation) => {
        expect(simulation.plan.matrices.has('k/carry')).toBe(true)
        return Promise.resolve()
      })
      await expectLikeReference(model, 12)
    }
  })

  test('has each value once, and may be written', async () => {
    await withSimulation(learning(1, 'hebbian'), async (simulation) => {
      const buffers = simulation.plan.buffers.filter(({ name }) => name.startsWith('k/'))
      expect(buffers.map(({ name }) => name).filter((name) => name.includes('values'))).toEqual([])
      // 11 entries in each of two replicas.
      const values = Float32Array.from({ length: 22 }, (_, k) => k / 7)
      simulation.write('k', values)
      simulation.writePart('k', 12, [9, 8])
      values.set([9, 8], 12)
      expect((await simulation.read('k')).data).toEqual(values)
    })
  })

  test('has an energy that falls', async () => {
    const model = { ...learning(3, 'hebbian'), probes: [{ ...ENERGY, every: 1 }] }
    await withSimulation(model, async (simulation) => {
      await simulation.step(200)
      await simulation.flush()
      const { value } = simulation.series[0]!
      for (let k = 1; k < value.length; k++)
        value[k]!.forEach((energy, r) => {
          expect(energy).toBeLessThan(value[k - 1]![r]! + 1e-6 * Math.abs(energy))
        })
      expect(value.at(-1)![0]!).toBeLessThan(value[0]![0]! - 0.1)
    })
  })

  test.each(LEARNING)('goes on from a checkpoint bit by bit by %s', async (rule) => {
    const model = learning(3, rule)
    const whole = await valuesOf(model, 20)
    const saved = await withSimulation(model, async (simulation) => {
      await simulation.step(9)
      return simulation.checkpoint()
    })
    const rest = await withSimulation(model, async (simulation) => {
      await simulation.restore(saved)
      await simulation.step(11)
      return Promise.all(['v', 'h', 'k'].map(async (name) => (await simulation.read(name)).data))
    })
    expect(rest).toEqual(whole)
  })
})

describe('a sparse memory of few bytes', () => {
  /** Its entries rounded to what a format holds, of a scale that is no power of two. */
  const stored = (index: number, format: SparseMemory['format']): Model => {
    const model = sparse(index, { format, scale: 0.7 })
    const memory = model.memories[0] as SparseMemory
    const data = memory.init.data.map((value) => (format === 'binary' ? 0.7 * Math.sign(value) : value))
    return { ...model, ...withViews([{ ...memory, init: { ...memory.init, data } }]) }
  }
  const forms = SPARSE.flatMap((_, index) =>
    (['f16', 'binary'] as const).map((format) => ({ format, index })),
  )

  test.each(forms)('in $format, form $index, is that of the reference', async ({ format, index }) => {
    await expectLikeReference({ ...stored(index, format), probes: [ENERGY] }, 12)
  })

  test.each(forms)('in $format, form $index, has the bits of the same entries in f32', async (row) => {
    const model = stored(row.index, row.format)
    const memory = model.memories[0] as SparseMemory
    const wide = {
      ...memory,
      format: 'f32' as const,
      init: { ...memory.init, data: Float32Array.from(initialMemories(memory)) },
    }
    expect(await valuesOf(model, 30)).toEqual(await valuesOf({ ...model, ...withViews([wide]) }, 30))
  })

  test('reads columns beyond 65,536 in whole words', async () => {
    const columns = 70000
    const indices = Uint32Array.of(3, 65535, 69999, 65536)
    const pattern = { rows: 2, columns, indices, indptr: Uint32Array.of(0, 3, 4) }
    const linear = { kind: 'linear', gain: 1 } as const
    const v = Float32Array.from({ length: columns }, (_, k) => k / 1000)
    for (const format of ['f16', 'binary'] as const) {
      const init = { rows: 1, columns: 4, data: Float32Array.of(1, -1, 1, -1), pattern }
      const model = buildModel({
        layers: [
          { name: 'v', size: columns, lagrangian: linear, init: { rows: 1, columns, data: v } },
          { name: 'h', size: 2, lagrangian: linear, tau: 0 },
        ],
        memories: [{ name: 'k', kind: 'sparse', from: 'v', to: 'h', init, format }],
      })
      const h = await withSimulation(model, async (simulation) => [...(await simulation.read('h')).data])
      expectWithin(h, [v[3]! - v[65535]! + v[69999]!, -v[65536]!], 1e-5)
    }
  })

  test.each([
    ['f32', 8],
    ['f16', 4],
    ['binary', 2 + 1 / 8],
  ] as const)('in %s takes %d bytes an edge in a product', (format, bytes) => {
    const [size, degree] = [4096, 32]
    const indices = Uint32Array.from({ length: size * degree }, (_, k) => (k % degree) * 128)
    const indptr = Uint32Array.from({ length: size + 1 }, (_, row) => row * degree)
    const data = new Float32Array(size * degree).fill(1)
    const pattern = { rows: size, columns: size, degree, indices, indptr }
    const linear = { kind: 'linear', gain: 1 } as const
    const model = buildModel({
      layers: [
        { name: 'v', size, lagrangian: linear },
        { name: 'h', size, lagrangian: linear },
      ],
      memories: [
        {
          name: 'k',
          kind: 'sparse',
          from: 'v',
          to: 'h',
          init: { rows: 1, columns: size * degree, data, pattern },
          format,
        },
      ],
    })
    const plan = planNetwork(model, DEFAULT_LIMITS, { variants: { fuse: 'off' } })
    const product = planRows(plan, model).find(({ label }) => label === 'h/matvec k')!
    // Besides the matrix there are the two vectors.
    expect((product.bytes - 2 * 4 * size) / (size * degree)).toBe(bytes)
    const back = planRows(plan, model).find(({ label }) => label === 'v/matvec-transposed k')!
    // Columns may be of any length.
    expect((back.bytes - 2 * 4 * size - 4 * (size + 1)) / (size * degree)).toBe(bytes)
  })
})

describe('on hardware, rows of about one length', () => {
  const HARDWARE = { software: false }
  // One row is shorter: 14 entries of 15 places.
  const counts = [3, 3, 2, 3, 3]
  const about = (format: SparseMemory['format'] = 'f32'): Model => {
    const model = sparse(2, { format })
    const init = sparseRows(new RandomStream(8, 'about'), 7, counts)
    return { ...model, ...withViews([{ ...(model.memories[0] as SparseMemory), init }]) }
  }
  const kernelsOf = (model: Model) =>
    withSimulation(
      model,
      (simulation) =>
        Promise.resolve(simulation.plan.tick.map(({ label, kernel }) => [label, kernel.entryPoint])),
      HARDWARE,
    )

  test.each(['f32', 'f16'] as const)('stand column by column in %s, with the same bits', async (format) => {
    for (const model of [about(format), sparse(2, { format })]) {
      expect(await kernelsOf(model)).toContainEqual(['h/matvec k', 'sparseMatvecEqual'])
      await expectLikeReference({ ...model, probes: [ENERGY] }, 12, HARDWARE)
      expect(await valuesOf(model, 30, HARDWARE)).toEqual(await valuesOf(model, 30))
    }
  })

  test('of signs are not filled up', async () => {
    const signs = (model: Model): Model => {
      const memory = model.memories[0] as SparseMemory
      const init = { ...memory.init, data: memory.init.data.map(Math.sign) }
      return { ...model, ...withViews([{ ...memory, init }]) }
    }
    expect(await kernelsOf(signs(about('binary')))).toContainEqual(['h/matvec k', 'sparseMatvec'])
    const even = signs(sparse(2, { format: 'binary' }))
    expect(await kernelsOf(even)).toContainEqual(['h/matvec k', 'sparseMatvecEqual'])
    expect(await valuesOf(even, 30, HARDWARE)).toEqual(await valuesOf(even, 30))
  })

  test('of the transposed matrix do too, and those of synapses', async () => {
    const indices = Uint32Array.from(
      { length: 15 },
      (_, k) => [0, 1, 2, 1, 2, 3, 2, 3, 4, 0, 3, 4, 0, 1, 4][k]!,
    )
    const indptr = Uint32Array.from({ length: 6 }, (_, row) => 3 * row)
    const model = sparse(2)
    const memory = model.memories[0] as SparseMemory
    const pattern = { rows: 5, columns: 5, degree: 3, indices, indptr }
    const square: Model = {
      ...model,
      layers: model.layers.map((layer) => ({ ...layer, ...(layer.name === 'v' && narrowed(layer, 5)) })),
      ...withViews([{ ...memory, init: { ...memory.init, pattern } }]),
    }
    expect(await kernelsOf(square)).toContainEqual(['v/matvec-transposed k', 'sparseMatvecEqual'])
    expect(await valuesOf(square, 30, HARDWARE)).toEqual(await valuesOf(square, 30))
    const ring = sparseSynapses(0)
    expect(await kernelsOf(ring)).toContainEqual(['v/matvec k', 'sparseMatvecEqual'])
    expect(await valuesOf(ring, 30, HARDWARE)).toEqual(await valuesOf(ring, 30))
  })

  test('are written and read in the order of the entries', async () => {
    await withSimulation(
      sparse(2, { direction: 'forward' }),
      async (simulation) => {
        const values = Float32Array.from({ length: 15 }, (_, k) => k)
        simulation.write('k', values)
        expect((await simulation.read('k')).data).toEqual(values)
        expect(() => {
          simulation.writePart('k', 3, [1])
        }).toThrow('`k` is stored as "f32" in another order and needs whole rows of 15 values')
      },
      HARDWARE,
    )
  })
})

describe('sparse synapses', () => {
  const forms = SPARSE_SYNAPSES.map((_, index) => index)
  const steps = forms.flatMap((index) => INTEGRATOR_KINDS.map((integrator) => ({ index, integrator })))

  /** The dense synapses of the same entries. */
  const wholeOf = (model: Model): Model => {
    const synapse = model.synapses[0] as SparseSynapse
    const matrix = (synapse.base as { matrix: Rows }).matrix
    const { rows, columns } = matrix.pattern!
    const data = Float32Array.from(matrixFacts(synapse).matrix(synapse, Float64Array.from(matrix.data)))
    const dense: LateralSynapse = {
      ...synapse,
      kind: 'lateral',
      base: { kind: 'matrix', matrix: { rows, columns, data } },
    }
    return { ...model, ...withViews([dense]) }
  }

  test.each(steps)(
    'learn by $integrator, form $index, as in the reference',
    async ({ index, integrator }) => {
      const model = sparseSynapses(index, { tau: 2, strength: 1.5 })
      await expectLikeReference({ ...model, probes: [ENERGY], time: { ...model.time, integrator } }, 12)
    },
  )

  test.each(forms)('of form %i that stay move a layer as the dense ones do', async (index) => {
    const model = sparseSynapses(index)
    const [own, dense] = [await valuesOf(model, 40), await valuesOf(wholeOf(model), 40)]
    expectWithin(own[0]!, [...dense[0]!], 2e-5)
  })

  test.each(forms)('of form %i are dense ones whose other entries are 0 after every tick', async (index) => {
    const model = sparseSynapses(index, { tau: 2, strength: 1.5, zeroDiagonal: index === 1 })
    const W = (wholeOf(model).synapses[0]!.base as { matrix: Rows }).matrix.data
    const reference = createReference(wholeOf(model))
    for (let tick = 0; tick < 20; tick++) {
      reference.step()
      reference.write(
        'k',
        reference.read('k').map((value, at) => (W[at % W.length] === 0 ? 0 : value)),
      )
    }
    const [v, , k] = await valuesOf(model, 20)
    expectWithin(v!, reference.read('v'), 1e-5)
    const there = reference.read('k').filter((_, at) => W[at % W.length] !== 0)
    expectWithin(k!, there, 1e-5)
  })

  test('that may differ from their transpose move a layer as in the reference', async () => {
    const model = sparseSynapses(1, { symmetric: false })
    const synapse = model.synapses[0] as SparseSynapse
    const matrix = (synapse.base as { matrix: Rows }).matrix
    const turned = { ...matrix, data: matrix.data.map((value, k) => value + 0.1 * k) }
    const own = { ...synapse, base: { kind: 'csr', matrix: turned } } as const
    await expectLikeReference({ ...model, ...withViews([own]) }, 12)
  })

  test('that are slow beside their step stand in two words and arrive', async () => {
    await expectLikeReference(sparseSynapses(2, { tau: 3e4, strength: 1 }), 12)
  })

  test('have an energy that falls', async () => {
    const model = {
      ...sparseSynapses(2, { tau: 3, strength: 1 }),
      probes: [{ ...ENERGY, every: 1 }],
    }
    await withSimulation(model, async (simulation) => {
      await simulation.step(200)
      await simulation.flush()
      const { value } = simulation.series[0]!
      for (let k = 1; k < value.length; k++)
        value[k]!.forEach((energy, r) => {
          expect(energy).toBeLessThan(value[k - 1]![r]! + 2e-6 * (1 + Math.abs(energy)))
        })
      expect(value.at(-1)![0]!).toBeLessThan(value[0]![0]! - 0.1)
    })
  })

  test('keep a diagonal of 0, and refuse another', async () => {
    const { matrix } = sparseSynapses(1).synapses[0]!.base as { matrix: Rows }
    const { indices, indptr } = matrix.pattern!
    const rowOf = (k: number): number => indptr.findIndex((end) => end > k) - 1
    const data = matrix.data.map((value, k) => (rowOf(k) === indices[k] ? 0 : value))
    const base = { kind: 'csr', matrix: { ...matrix, data } } as const
    const model = sparseSynapses(1, { tau: 2, strength: 1, zeroDiagonal: true, base })
    await withSimulation(model, async (simulation) => {
      const values = new Float32Array(2 * indices.length).map((_, k) => {
        const at = k % indices.length
        return rowOf(at) === indices[at] ? 0 : 1
      })
      simulation.write('k', values)
      await simulation.step(5)
      const learnt = await simulation.read('k')
      learnt.data.forEach((value, k) => {
        const at = k % indices.length
        expect(value === 0).toBe(rowOf(at) === indices[at])
      })
      values.fill(1)
      expect(() => {
        simulation.write('k', values)
      }).toThrow('`k` has a diagonal that stays 0, but entry [0, 0] is 1')
    })
  })

  test('leave behind what SciPy takes', async () => {
    await withSimulation(sparseSynapses(0), (simulation) => {
      expect(Object.keys(statesOf(simulation)).slice(2)).toEqual(['k.data', 'k.indices', 'k.indptr'])
      return Promise.resolve()
    })
  })
})
