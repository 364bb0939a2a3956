/** Synapses in factors: a ring of activations in place of sixteen updates of W, and Hebbian couplings that are never made. */
import { withViews } from '../../src/core/model/couplings.ts'
import { describe, expect, test } from 'vitest'
import type { Model, Synapse } from '../../src/core/model/model.ts'
import { withParameter } from '../../src/core/model/parameters.ts'
import { RandomStream } from '../../src/core/model/random.ts'
import { loadModel } from '../../src/core/model/load.ts'
import { createReference } from '../../src/core/reference/network.ts'
import type { Simulation } from '../../src/core/run/simulation.ts'
import { decodeCheckpoint, encodeCheckpoint } from '../../src/core/run/checkpoint.ts'
import { buildModel, normalRows, symmetricRows } from '../build.ts'
import { drift, expectLikeReference, expectSame, readAll, withSimulation } from './helpers/compare.ts'

const SIZE = 37
const FACTORED = { variants: { synapses: 'factored' } } as const

const hebbian = (stream: RandomStream, zeroDiagonal: boolean): Synapse['base'] => ({
  kind: 'hebbian',
  patterns: normalRows(stream, 5, SIZE),
  zeroDiagonal,
})

/** One plastic synapse; no probe, so that nothing brings U up to date but its own rewrites. */
function network(base: Synapse['base'], synapse: Partial<Synapse> = {}, replicas = 1): Model {
  const stream = new RandomStream(3, 'factored')
  return buildModel({
    replicas,
    layers: [
      {
        name: 'v',
        size: SIZE,
        lagrangian: { kind: 'tanh', gain: 1.5 },
        init: normalRows(stream, replicas, SIZE),
      },
    ],
    synapses: [{ name: 'w', layer: 'v', tau: 1.3, strength: 0.8, base, ...synapse }],
  })
}

const stream = new RandomStream(4, 'bases')
const BASES: readonly { readonly title: string; readonly base: Synapse['base'] }[] = [
  { title: 'no J', base: { kind: 'zero' } },
  { title: 'a given J', base: { kind: 'matrix', matrix: symmetricRows(stream, SIZE, 0.1) } },
  { title: 'a Hebbian J', base: hebbian(stream, false) },
  { title: 'a Hebbian J with a zero diagonal', base: hebbian(stream, true) },
]

describe.each(BASES)('plastic synapses with $title', ({ base }) => {
  test.each([
    { synapse: {}, replicas: 1 },
    { synapse: { every: 3 }, replicas: 2 },
  ])('do what their equation says, whatever stands in the ring ($synapse)', async ({ synapse, replicas }) => {
    const model = network(base, synapse, replicas)
    await withSimulation(
      model,
      async (simulation) => {
        expect(simulation.plan.deferred.map(({ name }) => name)).toEqual(['w'])
        const reference = createReference(model)
        for (const ticks of [0, 1, 14, 1, 1, 40]) {
          await simulation.step(ticks)
          reference.step(ticks)
          await expectSame(simulation, reference, drift(model, reference.tick))
        }
      },
      FACTORED,
    )
  })
})

test('fixed Hebbian synapses are not made before someone reads them', async () => {
  for (const zeroDiagonal of [false, true]) {
    const { tau, ...still } = network(hebbian(stream, zeroDiagonal)).synapses[0]!
    const fixed: Model = { ...network(still.base), ...withViews([{ ...still, strength: 0 }]) }
    await withSimulation(
      fixed,
      async (simulation) => {
        const reference = createReference(fixed)
        await simulation.step(20)
        reference.step(20)
        expect(simulation.engine.derived[0]!.isThere).toBe(false)
        await expectSame(simulation, reference, drift(fixed, 20))
        expect(simulation.engine.derived[0]!.isThere).toBe(true)
        expect(() => simulation.write('w', new Float32Array(SIZE * SIZE))).toThrow(/`w` is not plastic/)
      },
      FACTORED,
    )
  }
})

describe('products that are folded at the diagonal', () => {
  /** More rows than one chunk has, and a number of columns that no tile divides. */
  const N = 301

  test.each([
    { title: 'in chunks, as on hardware', software: false },
    { title: 'in one go, as on software adapters', software: true },
  ])('are those with the whole matrix, $title', async ({ software }) => {
    const draw = new RandomStream(8, 'folded')
    const matrix = symmetricRows(draw, N, 0.05)
    const layer = { lagrangian: { kind: 'tanh', gain: 1.5 }, size: N } as const
    const model = buildModel({
      layers: [
        { ...layer, name: 'v', init: normalRows(draw, 1, N) },
        { ...layer, name: 'u', init: normalRows(draw, 1, N) },
      ],
      synapses: [
        { name: 'w', layer: 'v', tau: 1.3, strength: 0.8, base: { kind: 'matrix', matrix } },
        { name: 'j', layer: 'u', base: { kind: 'matrix', matrix } },
      ],
      probes: [{ kind: 'energy', name: 'energy', every: 10 }],
    })
    await withSimulation(
      model,
      (simulation) => {
        const folds = simulation.plan.tick.filter(({ kernel }) => kernel.entryPoint === 'symv')
        expect(folds.map(({ label }) => label)).toEqual(['v/symv w base', 'v/symv w excess', 'u/symv j'])
        expect(folds.map(({ workgroups }) => workgroups[1])).toEqual(software ? [1, 1, 1] : [3, 3, 3])
        return Promise.resolve()
      },
      { software },
    )
    await expectLikeReference(model, 18, { software })
  })
})

describe('between two rewrites', () => {
  const model = network(hebbian(stream, true), {}, 2)

  async function after(
    body: (simulation: Simulation) => Promise<void>,
  ): Promise<Record<string, Float32Array>> {
    return withSimulation(
      model,
      async (simulation) => {
        await body(simulation)
        return readAll(simulation)
      },
      FACTORED,
    )
  }

  test('reading W changes nothing', async () => {
    const once = await after((simulation) => simulation.step(40))
    const often = await after(async (simulation) => {
      for (const ticks of [0, 1, 5, 10, 7, 17]) {
        await simulation.step(ticks)
        await simulation.read('w')
      }
    })
    expect(often).toEqual(once)
  })

  test('a checkpoint holds what is needed to go on bit by bit', async () => {
    const whole = await after((simulation) => simulation.step(45))
    for (const at of [0, 7, 16, 23]) {
      const checkpoint = await withSimulation(
        model,
        async (simulation) => {
          await simulation.step(at)
          return simulation.checkpoint()
        },
        FACTORED,
      )
      const resumed = await after(async (simulation) => {
        await simulation.step(5)
        await simulation.restore(checkpoint)
        await simulation.step(45 - at)
      })
      expect([at, resumed]).toEqual([at, whole])
      // W as one matrix goes on from it too, within rounding.
      await withSimulation(
        model,
        async (simulation) => {
          await simulation.restore(checkpoint)
          await simulation.step(45 - at)
          const reference = createReference(model)
          reference.step(45)
          await expectSame(simulation, reference, drift(model, 45))
        },
        { variants: { synapses: 'whole' } },
      )
    }
  })

  test('its state can be written, as a symmetric whole', async () => {
    await withSimulation(
      model,
      async (simulation) => {
        const reference = createReference(model)
        await simulation.step(6)
        reference.step(6)
        const w = symmetricRows(stream, SIZE, 0.2).data
        const both = Float32Array.from([...w, ...w.map((value) => -value)])
        simulation.write('w', both)
        reference.write('w', both)
        await simulation.step(20)
        reference.step(20)
        await expectSame(simulation, reference, drift(model, 26))
        const slanted = both.map((value, at) => (at === SIZE + 3 ? value + 1 : value))
        expect(() => simulation.write('w', slanted)).toThrow(/`w` must be symmetric, but entry \[3, 1\] is/)
        expect(() => simulation.writePart('w', 0, w.subarray(0, SIZE))).toThrow(/`w` is symmetric/)
        await expectSame(simulation, reference, drift(model, 26))
      },
      FACTORED,
    )
  })
})

describe('in a scenario', () => {
  const load = (change: object = {}): Promise<Model> =>
    loadModel(
      JSON.stringify({
        version: 1,
        time: { dt: 0.1, ticks: 60 },
        neurons: { v: { size: SIZE, lagrangian: { kind: 'tanh', gain: 2 } } },
        synapses: {
          w: {
            layer: 'v',
            tau: 1,
            strength: 0.5,
            base: {
              kind: 'hebbian',
              patterns: { kind: 'random', distribution: 'binary', count: 4 },
              zeroDiagonal: true,
            },
            ...change,
          },
        },
        stimulus: [{ kind: 'initial', layer: 'v', patterns: { kind: 'rows', of: 'w', select: [0] } }],
        probes: {
          energy: { kind: 'energy', every: 7 },
          picture: { kind: 'snapshot', of: 'w', every: 5 },
        },
      }),
      { read: () => Promise.reject(new Error('no file')) },
    )

  test('parameters that change while the ring fills act from their tick on', async () => {
    let model = await load()
    await withSimulation(
      model,
      async (simulation) => {
        await simulation.step(5)
        const reference = createReference(model)
        reference.step(5)
        const states = { v: reference.read('v'), w: reference.read('w') }
        simulation.set('synapses.w.strength', 2)
        simulation.set('synapses.w.tau', 0.4)
        model = withParameter(withParameter(model, 'synapses.w.strength', 2), 'synapses.w.tau', 0.4)
        // What starts it has passed.
        const changed = createReference({ ...model, stimulus: [] })
        changed.write('v', states.v)
        changed.write('w', states.w)
        await simulation.step(16)
        changed.step(16)
        await expectSame(simulation, changed, drift(model, 21))
      },
      FACTORED,
    )
  })

  test('samples of its energy and of W are those of one matrix', async () => {
    const model = await load()
    const run = (synapses: 'whole' | 'factored') =>
      withSimulation(
        model,
        async (simulation) => {
          await simulation.step(40)
          await simulation.flush()
          return simulation.series.map(({ tick, terms, value }) => ({
            tick,
            values: (terms ?? value).map((one) => [...one]),
          }))
        },
        { variants: { synapses } },
      )
    const [whole, factored] = [await run('whole'), await run('factored')]
    whole.forEach(({ tick, values }, index) => {
      expect(factored[index]!.tick).toEqual(tick)
      values.forEach((sample, k) =>
        sample.forEach((value, at) => expect(factored[index]!.values[k]![at]).toBeCloseTo(value, 4)),
      )
    })
  })

  test('other patterns are taken over with W as it is', async () => {
    const model = await load()
    const next = await load({
      base: {
        kind: 'hebbian',
        patterns: { kind: 'random', distribution: 'normal', count: 4 },
        zeroDiagonal: true,
      },
    })
    await withSimulation(
      model,
      async (simulation) => {
        await simulation.step(9)
        const before = await simulation.read('w')
        simulation.adopt(next)
        const after = await simulation.read('w')
        after.data.forEach((value, at) => expect(value).toBeCloseTo(before.data[at]!, 5))
        const reference = createReference({ ...next, stimulus: [] })
        reference.write('v', (await simulation.read('v')).data)
        reference.write('w', after.data)
        await simulation.step(20)
        reference.step(20)
        await expectSame(simulation, reference, drift(model, 29))
      },
      FACTORED,
    )
  })

  test('a file keeps the ring of a checkpoint', async () => {
    const model = await load()
    await withSimulation(
      model,
      async (simulation) => {
        await simulation.step(9)
        const checkpoint = await simulation.checkpoint()
        const again = decodeCheckpoint(encodeCheckpoint(checkpoint))
        expect(again.rings).toEqual(checkpoint.rings)
        expect(Object.keys(again.arrays)).toEqual(['v', 'w', 'w/excess', 'w/ring'])
        expect(again.rings!.w).toHaveLength(3)
      },
      FACTORED,
    )
  })
})
