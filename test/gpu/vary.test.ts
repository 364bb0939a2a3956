import { withViews } from '../../src/core/model/couplings.ts'
import { describe, expect, test } from 'vitest'
import type { Layer, Memory, Model, Synapse, Variation } from '../../src/core/model/model.ts'
import { parseScenario } from '../../src/core/model/parse.ts'
import { RandomStream } from '../../src/core/model/random.ts'
import { resolveModel } from '../../src/core/model/resolve.ts'
import { buildModel, normalRows } from '../build.ts'
import { expectLikeReference, readAll, withSimulation } from './helpers/compare.ts'
import { expectWithin, ULP } from './helpers/within.ts'
import { hierarchicalNetwork, normalizedNetwork, packedNetwork, recallNetwork } from './helpers/networks.ts'

interface Changes {
  readonly layers?: Readonly<Record<string, Partial<Layer>>>
  readonly synapses?: Readonly<Record<string, Partial<Synapse>>>
  readonly memories?: Readonly<Record<string, Partial<Memory>>>
  readonly seed?: number
}

function changed(model: Model, { layers, synapses, memories, seed = model.seed }: Changes): Model {
  return {
    ...model,
    seed,
    layers: model.layers.map((layer) => ({ ...layer, ...layers?.[layer.name] })),
    ...withViews([
      ...model.memories.map((memory) => ({ ...memory, ...memories?.[memory.name] }) as Memory),
      ...model.synapses.map((synapse) => ({ ...synapse, ...synapses?.[synapse.name] })),
    ]),
  }
}

/** The network with a point for each of some changes; its replicas are those of one point. */
function varied(model: Model, changes: readonly Changes[], axes: Variation['axes'] = []): Model {
  const { replicas: repetitions } = model
  const points = changes.map((change) => changed(model, change))
  return { ...model, replicas: points.length * repetitions, variation: { axes, repetitions, points } }
}

const softmax = (beta: number) => ({ lagrangian: { kind: 'softmax', beta } }) as const
const tanh = (gain: number) => ({ lagrangian: { kind: 'tanh', gain } }) as const

/** The order of a shuffle is the same for all replicas, whatever their seeds. */
const unshuffled = (model: Model): Model => ({
  ...model,
  stimulus: model.stimulus.map((item) => ({ ...item, order: 'cycle' })),
})

/** Everything that may vary, in networks that between them have every kernel. */
const VARIED: Readonly<Record<string, Model>> = {
  recall: varied(unshuffled(recallNetwork()), [
    { layers: { v: { tau: 2, ...tanh(1) }, h: softmax(0.5) } },
    { layers: { v: { temperature: 0 }, h: softmax(4) }, seed: 12, memories: { xi: { tau: 3 } } },
    { layers: { v: { temperature: 0.2 } }, synapses: { w: { tau: 1.5, strength: 1 } }, seed: 13 },
  ]),
  hierarchical: varied(hierarchicalNetwork(), [
    { layers: { u: { temperature: 0.1, tau: 4 } }, memories: { gated: { tau: 2 } } },
    { synapses: { fast: { strength: 0.3, tau: 2 } } },
  ]),
  packed: varied(packedNetwork(0.15, 3), [
    { layers: { b: { lagrangian: { kind: 'power', degree: 2, rectified: true } } } },
    { layers: { a: { lagrangian: { kind: 'sigmoid', gain: 3 } } }, memories: { learnt: { tau: 3 } } },
  ]),
  normalized: varied(normalizedNetwork(), [
    { layers: { x: { lagrangian: { kind: 'layernorm', gamma: 0.5, delta: 0.2, eps: 1e-2 } } } },
    { layers: { y: { tau: 1, ...softmax(1) } }, synapses: { w: { strength: 2 } } },
    { layers: { z: { lagrangian: { kind: 'spherical', eps: 0.1 } } }, memories: { xy: { tau: 3 } } },
  ]),
}

/** As small as resident kernels like it, and yet with noise, cues, biases and learning that vary. */
const SMALL = smallNetwork()

function smallNetwork(): Model {
  const stream = new RandomStream(8, 'small network')
  const cues = (count: number) => normalRows(stream, count, 5)
  const bias = (value: number) => ({ rows: 1, columns: 3, data: new Float32Array(3).fill(value) })
  const base = buildModel({
    replicas: 3,
    layers: [
      { name: 'v', size: 5, ...tanh(1), temperature: 0, bias: normalRows(stream, 2, 5) },
      { name: 'h', size: 3, ...softmax(1), tau: 0, bias: bias(0) },
    ],
    memories: [{ name: 'xi', from: 'v', to: 'h', init: normalRows(stream, 3, 5), rule: 'gated', tau: 9 }],
    stimulus: [
      { kind: 'current', layer: 'v', patterns: cues(2), dwell: 3 },
      { kind: 'initial', layer: 'v', patterns: cues(2), start: 2, stop: 3 },
    ],
    probes: [{ kind: 'energy', name: 'energy', every: 3 }],
  })
  const model = varied(
    base,
    [
      { layers: { v: { temperature: 0.3 }, h: { ...softmax(3), bias: bias(1) } }, seed: 5 },
      { layers: { v: { tau: 3, ...tanh(2) } }, memories: { xi: { tau: 4 } } },
    ],
    [{ path: 'neurons.h.bias', values: [1, 0], log: false }],
  )
  const { variation } = model
  const points = variation!.points.map((point) => ({
    ...point,
    stimulus: point.stimulus.map((item) => ({ ...item, patterns: cues(2) })),
  }))
  return { ...model, variation: { ...variation!, points } }
}

describe('a network whose parameters vary by replica', () => {
  test.each(Object.entries(VARIED))('is what its equations say for each: %s', async (_, model) => {
    await expectLikeReference(model, 12)
  })

  test('is so in one kernel, many ticks to a dispatch', async () => {
    const model = SMALL
    await withSimulation(
      model,
      (simulation) => {
        expect(simulation.plan.batched?.operation.kernel.varied).toBe(true)
        return Promise.resolve()
      },
      { resident: 'on' },
    )
    await expectLikeReference(model, 12, { resident: 'on' })
  })

  test('has a table of parameters for what differs, and one set for the rest', async () => {
    await withSimulation(VARIED.hierarchical!, (simulation) => {
      const kernels = simulation.plan.tick.map(({ label, kernel }) => `${label} ${kernel.varied}`)
      expect(kernels).toContain('u/integrate true')
      expect(kernels).toContain('fast/plasticity-step true')
      expect(kernels.filter((kernel) => kernel.startsWith('v/'))).not.toContain('v/integrate true')
      return Promise.resolve()
    })
  })

  test('deals biases to the replicas of each point, and varies them', async () => {
    const rows = (value: number) => ({ rows: 1, columns: 6, data: new Float32Array(6).fill(value) })
    const model = varied(
      { ...unshuffled(recallNetwork()), replicas: 3 },
      [{ layers: { h: { bias: rows(-1) } } }, { layers: { h: { bias: rows(2) } } }],
      [{ path: 'neurons.h.bias', values: [-1, 2], log: false }],
    )
    expect(model.layers[0]!.bias.rows).toBe(2)
    await expectLikeReference(model, 5)
  })
})

/** Retrieval of stored patterns by a softmax layer from damaged cues. */
const retrieval = (replicas: unknown, parts: object = {}) => ({
  version: 1,
  seed: 3,
  time: { dt: 0.5, ticks: 20 },
  neurons: {
    visible: { size: 64, lagrangian: { kind: 'linear' }, temperature: 0.02 },
    hidden: { size: 30, tau: 0, lagrangian: { kind: 'softmax', beta: 1 } },
  },
  memories: { xi: { from: 'visible', to: 'hidden', init: { kind: 'random', distribution: 'binary' } } },
  stimulus: [
    {
      kind: 'initial',
      layer: 'visible',
      patterns: { kind: 'rows', of: 'xi', select: [0, 1, 2], corrupt: { op: 'flip', fraction: 0.1 } },
    },
  ],
  probes: {
    overlap: {
      kind: 'overlap',
      layer: 'visible',
      patterns: { kind: 'rows', of: 'xi', select: [0, 1, 2] },
      every: 10,
    },
  },
  ...parts,
  replicas,
})

const read = () => Promise.reject(new Error('there are no files'))
const resolved = (raw: unknown): Promise<Model> => resolveModel(parseScenario(raw), { read })

/** Every state and the samples of a run. */
const results = (model: Model, ticks = 20): Promise<{ x: Float32Array; samples: number[][] }> =>
  withSimulation(model, async (simulation) => {
    await simulation.step(ticks)
    await simulation.flush()
    const { data } = await simulation.read('visible')
    return { x: data, samples: simulation.series[0]!.value.map((value) => [...value]) }
  })

describe('a phase diagram in one run', () => {
  const vary = {
    'neurons.hidden.lagrangian.beta': { from: 0.02, to: 2, steps: 8, scale: 'log' },
    'stimulus.0.patterns.corrupt.fraction': { values: [0.1, 0.3] },
    seed: { values: [3, 4] },
  }

  test('is, replica by replica, the run of each of its points', async () => {
    const model = await resolved(retrieval({ count: 96, vary }))
    const whole = await results(model)
    const points = model.variation!.points
    expect(points).toHaveLength(32)
    for (const [index, point] of points.entries()) {
      if (index % 3 !== 0) continue
      const alone = await results(point)
      const bound = 20 * 80 * ULP * 3
      expectWithin(whole.x.subarray(index * 192, (index + 1) * 192), alone.x, bound, `point ${index}`)
      alone.samples.forEach((sample, k) => {
        expectWithin(whole.samples[k]!.slice(index * 9, (index + 1) * 9), sample, bound, `point ${index}`)
      })
    }
  })

  test('shows retrieval: own patterns at large beta, none of them at small', async () => {
    const model = await resolved(retrieval({ count: 96, vary }))
    const { samples } = await results(model)
    const last = samples.at(-1)!
    /** Mean overlap with the own pattern over the replicas of one beta and fraction, both seeds. */
    const own = (beta: number, fraction: number): number => {
      const points = [0, 1].map((seed) => (beta * 2 + fraction) * 2 + seed)
      const values = points.flatMap((point) => [0, 1, 2].map((k) => last[(point * 3 + k) * 3 + k]!))
      return values.reduce((a, b) => a + b) / values.length
    }
    expect(own(7, 0)).toBeGreaterThan(0.95)
    expect(own(7, 1)).toBeGreaterThan(0.95)
    expect(Math.abs(own(0, 0))).toBeLessThan(0.3)
    const betas = Array.from({ length: 8 }, (_, index) => own(index, 0))
    betas.slice(1).forEach((value, index) => expect(value).toBeGreaterThan(betas[index]! - 0.1))
  })

  test('goes on from a checkpoint to the same bits', async () => {
    const model = await resolved(retrieval({ count: 32, vary }))
    const whole = await results(model)
    const checkpoint = await withSimulation(model, async (simulation) => {
      await simulation.step(7)
      return simulation.checkpoint()
    })
    await withSimulation(model, async (simulation) => {
      await simulation.restore(checkpoint)
      await simulation.step(13)
      expect((await readAll(simulation)).visible).toEqual(whole.x)
    })
  })

  test('keeps its values when another parameter is moved, and is moved by no slider', async () => {
    const model = await resolved(retrieval({ vary }))
    const moved = await resolved(retrieval({ vary }, { time: { dt: 0.25, ticks: 20 } }))
    const expected = await results(moved, 5)
    await withSimulation(model, async (simulation) => {
      expect(simulation.parameters).not.toContain('neurons.hidden.lagrangian.beta')
      expect(() => simulation.set('neurons.hidden.lagrangian.beta', 1)).toThrow(
        'neurons.hidden.lagrangian.beta: varies by replica; change replicas.vary and load the scenario again',
      )
      simulation.set('time.dt', 0.25)
      await simulation.step(5)
      expect((await simulation.read('visible')).data).toEqual(expected.x)
    })
  })
})

/** Three layers that share patterns, which stay or learn. */
const triples = (rule: object, parts: object = {}) => ({
  version: 1,
  seed: 4,
  time: { dt: 0.1, ticks: 9 },
  neurons: Object.fromEntries(
    Object.entries({ visible: 7, b: 5, c: 3 }).map(([name, size]) => [
      name,
      {
        size,
        lagrangian: { kind: 'tanh' },
        init: { kind: 'random', distribution: 'normal', count: 1 },
      },
    ]),
  ),
  memories: {
    p: {
      kind: 'product',
      between: Object.fromEntries(
        ['visible', 'b', 'c'].map((layer) => [layer, { kind: 'random', distribution: 'normal', count: 4 }]),
      ),
      ...rule,
    },
  },
  probes: { energy: { kind: 'energy', every: 3 } },
  ...parts,
})

describe('the scale of a hyperedge', () => {
  const vary = { 'memories.p.scale': { values: [0.5, -2] } }

  test.each([
    ['of patterns that stay', {}],
    ['of patterns that learn', { rule: 'hebbian', tau: 30 }],
  ])('%s differs by replica', async (_, rule) => {
    const model = await resolved(triples(rule, { replicas: { count: 4, vary } }))
    await expectLikeReference(model, 9)
    const whole = await results(model, 9)
    for (const [index, scale] of [0.5, -2].entries()) {
      const alone = await results(await resolved(triples({ ...rule, scale })), 9)
      const bound = 9 * 40 * ULP * 3
      expectWithin(whole.x.subarray(index * 14, index * 14 + 7), alone.x, bound, `scale ${scale}`)
      alone.samples.forEach(([value = 0], k) => {
        expectWithin([whole.samples[k]![2 * index]!], [value], 10 * bound, `energy at scale ${scale}`)
      })
    }
  })

  test('acts on the next tick', async () => {
    const scaled = await results(await resolved(triples({ scale: 3 })), 9)
    await withSimulation(await resolved(triples({})), async (simulation) => {
      simulation.set('memories.p.scale', 3)
      await simulation.step(9)
      expect((await simulation.read('visible')).data).toEqual(scaled.x)
    })
  })
})

test('a network that does not vary binds no table', async () => {
  await withSimulation({ ...recallNetwork(), probes: [] }, (simulation) => {
    expect(simulation.plan.tick.filter(({ kernel }) => kernel.varied)).toEqual([])
    return Promise.resolve()
  })
})
