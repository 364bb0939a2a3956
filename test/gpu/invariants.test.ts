import { withViews } from '../../src/core/model/couplings.ts'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ModelError, RunError } from '../../src/core/errors.ts'
import { loadModel } from '../../src/core/model/load.ts'
import type { Model, Rows } from '../../src/core/model/model.ts'
import { RandomStream } from '../../src/core/model/random.ts'
import { pipelineCount } from '../../src/core/gpu/pipelines.ts'
import { createReference } from '../../src/core/reference/network.ts'
import { createSimulation, type Simulation } from '../../src/core/run/simulation.ts'
import { buildModel, normalRows, rowsOf, signRows } from '../build.ts'
import { testDevice } from './device.ts'
import { drift, expectSame, namesOf, readAll, withSimulation } from './helpers/compare.ts'
import { NETWORKS, recallNetwork } from './helpers/networks.ts'
import { expectWithin, largest } from './helpers/within.ts'

/** States and samples as bits: floats that are equal may still differ in them. */
async function bitsOf(simulation: Simulation): Promise<unknown> {
  await simulation.flush()
  const arrays = await readAll(simulation)
  const bits = (array: Float32Array | Float64Array) => new Uint32Array(array.slice().buffer).join()
  return {
    tick: simulation.tick,
    time: simulation.time,
    arrays: Object.fromEntries(Object.entries(arrays).map(([name, data]) => [name, bits(data)])),
    series: simulation.series.map(({ name, tick, time, value, terms }) => ({
      name,
      tick: [...tick],
      time: [...time],
      value: value.map(bits),
      terms: terms?.map(bits),
    })),
  }
}

/** Everything a new simulation of a model holds after what `run` does. */
function after(model: Model, run: (simulation: Simulation) => Promise<unknown>): Promise<unknown> {
  return withSimulation(model, async (simulation) => {
    await run(simulation)
    return bitsOf(simulation)
  })
}

describe('permuting the neurons of a layer permutes what they do', () => {
  const N = 13

  const permuted = (rows: Rows, order: readonly number[]): Rows => {
    const shuffle = <T extends Float32Array | Uint8Array>(data: T): T =>
      data.map((_, k) => data[Math.floor(k / N) * N + order[k % N]!]!) as T
    return { ...rows, data: shuffle(rows.data), ...(rows.free && { free: shuffle(rows.free) }) }
  }

  /** The recall network without noise, neuron i of layer v being neuron order[i] of the one in order. */
  const network = (order: readonly number[]): Model => {
    const model = recallNetwork({ noise: 0 })
    const rows = (given: Rows): Rows => permuted(given, order)
    return {
      ...model,
      layers: model.layers.map((layer) =>
        layer.name === 'v' ? { ...layer, init: rows(layer.init), bias: rows(layer.bias) } : layer,
      ),
      ...withViews([
        ...model.memories.map((memory) => ({
          ...memory,
          init: rows(memory.init),
          ...(memory.bias && { bias: rows(memory.bias) }),
        })),
        ...model.synapses.map((synapse) => ({
          ...synapse,
          ...(synapse.base.kind === 'hebbian' && {
            base: { ...synapse.base, patterns: rows(synapse.base.patterns) },
          }),
        })),
      ]),
      stimulus: model.stimulus.map((item) =>
        item.layer === 'v' ? { ...item, patterns: rows(item.patterns) } : item,
      ),
      probes: model.probes
        .filter(({ kind }) => kind !== 'snapshot')
        .map((probe) => ('patterns' in probe ? { ...probe, patterns: rows(probe.patterns) } : probe)),
    }
  }

  const run = (order: readonly number[]) =>
    withSimulation(network(order), async (simulation) => {
      await simulation.step(20)
      const arrays = await readAll(simulation)
      await simulation.flush()
      return { arrays, series: simulation.series.map(({ value }) => value.map((one) => [...one])) }
    })

  test('of states, synapses, memories and probes, within rounding', async () => {
    const identity = Array.from({ length: N }, (_, i) => i)
    const plain = await run(identity)
    const bound = drift(recallNetwork(), 20)
    const orders = fc.shuffledSubarray(identity, { minLength: N, maxLength: N })
    await fc.assert(
      fc.asyncProperty(orders, async (order) => {
        const { arrays, series } = await run(order)
        const column = (data: Float32Array) =>
          data.map((_, k) => data[Math.floor(k / N) * N + order[k % N]!]!)
        const matrix = (data: Float32Array) =>
          data.map((_, k) => {
            const [copy, i, j] = [Math.floor(k / N / N), Math.floor(k / N) % N, k % N]
            return data[(copy * N + order[i]!) * N + order[j]!]!
          })
        const expected = {
          v: column(plain.arrays.v!),
          h: plain.arrays.h!,
          xi: column(plain.arrays.xi!),
          w: matrix(plain.arrays.w!),
        }
        for (const [name, values] of Object.entries(expected))
          expectWithin(arrays[name]!, values, bound * (1 + largest(values)), name)
        plain.series.forEach((samples, index) =>
          samples.forEach((values, k) =>
            expectWithin(series[index]![k]!, values, bound * N * (1 + largest(values)), `probe ${index}:`),
          ),
        )
      }),
      { numRuns: 5, seed: 1 },
    )
  })
})

describe.each(NETWORKS)('the $name network', ({ model }) => {
  const K = 13

  test('in one run of 26 ticks is that in two of 13, and in many with reads between, bit by bit', async () => {
    const once = await after(model, (simulation) => simulation.step(2 * K))
    const twice = await after(model, async (simulation) => {
      await simulation.step(K)
      await simulation.step(K)
    })
    const often = await after(model, async (simulation) => {
      for (const ticks of [0, 1, 2, 3, 0, 5, 7, 8]) {
        await simulation.step(ticks)
        for (const name of namesOf(model)) await simulation.read(name)
        await simulation.read(`${model.layers[0]!.name}/activations`)
      }
    })
    expect(twice).toEqual(once)
    expect(often).toEqual(once)
  })

  test('goes on from a checkpoint bit by bit, in a new simulation and in one that ran elsewhere', async () => {
    const whole = await after(model, (simulation) => simulation.step(2 * K))
    for (const at of [0, 1, 10]) {
      const [checkpoint, same] = await withSimulation(model, async (simulation) => {
        await simulation.step(at)
        const saved = await simulation.checkpoint()
        await simulation.step(2 * K - at)
        return [saved, await bitsOf(simulation)] as const
      })
      expect([at, same]).toEqual([at, whole])
      const resumed = await after(model, async (simulation) => {
        await simulation.restore(checkpoint)
        await simulation.step(2 * K - at)
      })
      expect([at, resumed]).toEqual([at, whole])
      const elsewhere = await after(model, async (simulation) => {
        await simulation.step(4)
        for (const { name, size } of model.layers)
          simulation.write(name, new Float32Array(model.replicas * size).fill(0.5))
        await simulation.step(3)
        await simulation.restore(checkpoint)
        await simulation.step(2 * K - at)
      })
      expect([at, elsewhere]).toEqual([at, whole])
    }
  })

  test('reads the same right after a restore as at its checkpoint', async () => {
    for (const at of [0, 10]) {
      const { checkpoint, arrays } = await withSimulation(model, async (simulation) => {
        await simulation.step(at)
        return { checkpoint: await simulation.checkpoint(), arrays: await readAll(simulation) }
      })
      const restored = await withSimulation(model, async (simulation) => {
        await simulation.restore(checkpoint)
        return readAll(simulation)
      })
      expect([at, restored]).toEqual([at, arrays])
    }
  })

  test('samples the same again right after a restore, where that is asked for', async () => {
    const samplesOf = async (simulation: Simulation, act: () => Promise<void>): Promise<unknown[]> => {
      const found: unknown[] = []
      await simulation.flush()
      const stop = simulation.onSample(({ probe, tick, value }) => found.push([probe, tick, ...value]))
      await act()
      await simulation.flush()
      stop()
      return found
    }
    const [saved, before] = await withSimulation(model, async (simulation) => {
      await simulation.step(9)
      const samples = await samplesOf(simulation, () => simulation.step(1))
      return [await simulation.checkpoint(), samples]
    })
    expect(before).not.toEqual([])
    await withSimulation(model, async (simulation) => {
      await simulation.restore(saved, { resample: true })
      expect(await samplesOf(simulation, () => simulation.step(0))).toEqual(before)
      await simulation.restore(saved)
      expect(await samplesOf(simulation, () => simulation.step(0))).toEqual([])
    })
  })

  test('is the same again after a reset', async () => {
    await withSimulation(model, async (simulation) => {
      await simulation.step(K)
      const first = await bitsOf(simulation)
      await simulation.step(5)
      await simulation.reset()
      expect(simulation.tick).toBe(0)
      await simulation.step(K)
      expect(await bitsOf(simulation)).toEqual(first)
    })
  })

  test('reads what has been written', async () => {
    await withSimulation(model, async (simulation) => {
      await simulation.step(2)
      const names = namesOf(model).filter((name) => model.layers.every((l) => l.name !== name || l.tau > 0))
      for (const name of names) {
        const { data, shape } = await simulation.read(name)
        const memory = model.memories.find((one) => one.name === name)
        const mirrored = data.map((value) => -value)
        const values =
          memory === undefined || memory.format === 'f32'
            ? mirrored.map((value, k) => value + k / 7)
            : mirrored
        simulation.write(name, values)
        const read = await simulation.read(name)
        expect([name, read.shape, ...read.data]).toEqual([name, shape, ...values])
      }
      const [first] = names
      expect(() => simulation.write(first!, [1])).toThrow(ModelError)
      expect(() => simulation.write('nothing', [1])).toThrow(ModelError)
      await expect(simulation.read('nothing')).rejects.toThrow(ModelError)
    })
  })
})

describe('a seed', () => {
  test('gives the same bits again, and another seed another run', async () => {
    const run = (seed: number) => after(recallNetwork({ seed }), (simulation) => simulation.step(20))
    const first = await run(1)
    expect(await run(1)).toEqual(first)
    expect(await run(2)).not.toEqual(first)
  })

  test('moves every neuron of every replica by noise of its own', async () => {
    const model = buildModel({
      replicas: 5,
      layers: [{ name: 'v', size: 50, lagrangian: { kind: 'relu' }, temperature: 0.1 }],
    })
    const { v } = await withSimulation(model, async (simulation) => {
      await simulation.step(1)
      return readAll(simulation)
    })
    expect(new Set(v).size).toBe(250)
  })
})

describe('a stimulus', () => {
  test('holds a clamp against what is written to its layer', async () => {
    const model = buildModel({
      layers: [{ name: 'v', size: 3, lagrangian: { kind: 'relu' } }],
      stimulus: [{ kind: 'clamp', layer: 'v', patterns: rowsOf([[1, 2, 3]], [[0, 0, 1]]) }],
    })
    await withSimulation(model, async (simulation) => {
      const reference = createReference(model)
      for (const run of [simulation, reference]) {
        await run.step(3)
        run.write('v', [7, 7, 7])
        await run.step(2)
      }
      await expectSame(simulation, reference, drift(model, 5))
    })
  })
})

describe('a value that is not finite', () => {
  test('stops the run with the first tick and the name of what it was in', async () => {
    const model = buildModel({
      layers: [
        { name: 'v', size: 5, lagrangian: { kind: 'tanh', gain: 1 } },
        { name: 'u', size: 5, lagrangian: { kind: 'linear', gain: 1 } },
      ],
      stimulus: [{ kind: 'current', layer: 'u', patterns: rowsOf([[1, NaN, 0, 0, 0]]), start: 4 }],
    })
    await withSimulation(model, async (simulation) => {
      await simulation.step(4)
      await simulation.flush()
      const run = simulation.step(6).then(() => simulation.flush())
      await expect(run).rejects.toThrow(RunError)
      await expect(simulation.step()).rejects.toThrow(/`u` is not finite from tick 5 on/)
      // A reset makes a new start.
      await simulation.reset()
      await simulation.step(4)
      await simulation.flush()
    })
  })
})

describe('set', () => {
  const scenario = {
    version: 1,
    name: 'parameters',
    seed: 3,
    time: { dt: 0.1, ticks: 10 },
    neurons: {
      visible: { size: 9, lagrangian: { kind: 'tanh', gain: 2 }, tau: 1, every: 2, init: random('normal') },
      hidden: { size: 5, lagrangian: { kind: 'softmax', beta: 2 }, tau: 0 },
      upper: { size: 4, lagrangian: { kind: 'layernorm' }, tau: 2, init: random('normal') },
    },
    synapses: {
      recurrent: { layer: 'visible', tau: 2, every: 2, strength: 0.3 },
    },
    memories: {
      xi: {
        from: 'visible',
        to: 'hidden',
        init: random('binary'),
        scale: 0.3,
        rule: 'hebbian',
        tau: 20,
        every: 3,
      },
      top: { from: 'hidden', to: 'upper', init: random('normal'), scale: 0.2 },
    },
  }

  function random(distribution: string) {
    return { kind: 'random', distribution }
  }

  const load = () =>
    loadModel(JSON.stringify(scenario), {
      file: 'parameters.json',
      read: () => Promise.reject(new ModelError('this scenario has no files')),
    })

  // 12 ticks are whole steps of all rates before and after.
  const TICKS = 12
  const changes: readonly (readonly [path: string, value: number])[] = [
    ['time.dt', 0.05],
    ['neurons.visible.tau', 3],
    ['neurons.visible.every', 3],
    ['neurons.visible.bias', 0.4],
    ['neurons.visible.lagrangian.gain', 0.5],
    ['neurons.hidden.lagrangian.beta', 6],
    ['neurons.hidden.bias', -0.7],
    ['neurons.upper.lagrangian.gamma', 2],
    ['neurons.upper.lagrangian.delta', 0.3],
    ['synapses.recurrent.tau', 0.5],
    ['synapses.recurrent.every', 1],
    ['synapses.recurrent.strength', 2],
    ['memories.xi.tau', 3],
    ['memories.xi.every', 1],
  ]

  test.each(changes)(
    '%s acts from the next tick on as in the equations, and builds no pipeline',
    async (path, value) => {
      const { device } = await testDevice()
      const model = await load()
      await withSimulation(model, async (simulation) => {
        await simulation.step(TICKS)
        const compiled = pipelineCount(device)
        simulation.set(path, value)
        expect(simulation.parameters).toContain(path)
        const time = simulation.time
        await simulation.step(TICKS)
        expect(pipelineCount(device)).toBe(compiled)
        expect(simulation.time - time).toBeCloseTo(TICKS * simulation.model.time.dt, 12)

        const before = createReference(model)
        before.step(TICKS)
        const changed = createReference(simulation.model)
        for (const name of namesOf(model)) changed.write(name, before.read(name))
        changed.step(TICKS)
        await expectSame(simulation, changed, drift(model, 2 * TICKS))
        // It is a change that shows.
        before.step(TICKS)
        await expect(expectSame(simulation, before, drift(model, 2 * TICKS))).rejects.toThrow()
      })
    },
  )

  test('neurons.visible.temperature brings noise and takes it away', async () => {
    const model = await load()
    await withSimulation(model, async (simulation) => {
      const reference = createReference(model)
      simulation.set('neurons.visible.temperature', 0.1)
      await simulation.step(TICKS)
      reference.step(TICKS)
      await expect(expectSame(simulation, reference, 1e-2)).rejects.toThrow()
      simulation.set('neurons.visible.temperature', 0)
      for (const [name, values] of Object.entries(await readAll(simulation))) reference.write(name, values)
      await simulation.step(TICKS)
      reference.step(TICKS)
      await expectSame(simulation, reference, drift(model, TICKS))
    })
  })

  test('tells its listeners path, old value, new value and tick of every change, and nothing of a refused one', async () => {
    const model = await load()
    await withSimulation(model, async (simulation) => {
      const changes: unknown[] = []
      const stop = simulation.onChange((change) => changes.push(change))
      await simulation.step(4)
      simulation.set('memories.xi.tau', 9)
      expect(() => {
        simulation.set('memories.xi.tau', -1)
      }).toThrow(ModelError)
      stop()
      simulation.set('memories.xi.tau', 10)
      expect(changes).toEqual([
        { path: 'memories.xi.tau', before: 20, value: 9, tick: 4, time: simulation.time },
      ])
    })
  })

  test('keeps its changes over a reset', async () => {
    const model = await load()
    await withSimulation(model, async (simulation) => {
      await simulation.step(3)
      simulation.set('neurons.visible.lagrangian.gain', 0.5)
      simulation.set('neurons.visible.bias', 0.5)
      await simulation.reset()
      await simulation.step(TICKS)
      const reference = createReference(simulation.model)
      reference.step(TICKS)
      await expectSame(simulation, reference, drift(model, TICKS))
    })
  })

  test.each([
    ['neurons.visible.size', 10, /cannot change while the network runs/],
    ['neurons.hidden.tau', 1, /neurons.hidden.tau/],
    ['neurons.visible.tau', 0, /neurons.visible.tau/],
    ['neurons.visible.tau', -1, /neurons.visible.tau/],
    ['neurons.visible.lagrangian.gian', 1, /neurons.visible.lagrangian.gain/],
    ['synapses.recurrent.every', 1.5, /synapses.recurrent.every/],
    ['seed', 4, /seed/],
    ['time.dt', NaN, /time.dt/],
  ] as const)('rejects %s = %d with a ModelError that names it', async (path, value, message) => {
    const model = await load()
    const { device } = await testDevice()
    const simulation = await createSimulation(device, model)
    expect(() => {
      simulation.set(path, value)
    }).toThrow(message)
    expect(() => {
      simulation.set(path, value)
    }).toThrow(ModelError)
    expect(simulation.model).toBe(model)
    simulation.destroy()
  })
})

describe('step', () => {
  test.each([-1, 0.5, NaN])('of %d ticks is a ModelError', async (ticks) => {
    const model = buildModel({ layers: [{ name: 'v', size: 1, lagrangian: { kind: 'relu' } }] })
    await withSimulation(model, async (simulation) => {
      await expect(simulation.step(ticks)).rejects.toThrow(ModelError)
    })
  })
})

test('a checkpoint of another network is a ModelError, and leaves a run that can go on', async () => {
  const stream = new RandomStream(1, 'other')
  const network = (size: number, name: string) =>
    buildModel({
      layers: [
        { name, size, lagrangian: { kind: 'relu' }, init: normalRows(stream, 1, size) },
        { name: 'h', size: 2, lagrangian: { kind: 'relu' }, tau: 0 },
      ],
      memories: [{ name: 'xi', from: name, to: 'h', init: signRows(stream, 2, size) }],
    })
  const [other, longer] = await Promise.all(
    [network(3, 'u'), network(4, 'v')].map((model) =>
      withSimulation(model, async (simulation) => {
        await simulation.step(2)
        return simulation.checkpoint()
      }),
    ),
  )
  await withSimulation(network(3, 'v'), async (simulation) => {
    await simulation.step(4)
    await expect(simulation.restore(other!)).rejects.toThrow(/the checkpoint has no state of `v`/)
    await expect(simulation.restore(longer!)).rejects.toThrow(ModelError)
    await simulation.step(1)
    await simulation.flush()
  })
})
