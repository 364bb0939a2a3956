/** Layers whose neurons have numbers of their own: the kernels against float64 and closed forms, in every form and by every integrator. */
import { describe, expect, test } from 'vitest'
import type { NeuronRow } from '../../src/core/kinds/neuron-row.ts'
import { INTEGRATOR_KINDS } from '../../src/core/kinds/integrators/table.ts'
import { type Lagrangian, lagrangianFacts, withNumberAt } from '../../src/core/kinds/lagrangians/table.ts'
import { LEAK_KINDS, USUAL_LEAK } from '../../src/core/kinds/leaks/table.ts'
import { NOISE_KINDS } from '../../src/core/kinds/noises/table.ts'
import { UPDATE_KINDS, updateOf } from '../../src/core/kinds/updates/table.ts'
import { risesOf } from '../../src/core/model/energy.ts'
import type { Layer, Model } from '../../src/core/model/model.ts'
import { withParameter } from '../../src/core/model/parameters.ts'
import { parseScenario } from '../../src/core/model/parse.ts'
import { RandomStream } from '../../src/core/model/random.ts'
import { resolveModel } from '../../src/core/model/resolve.ts'
import { planNetwork } from '../../src/core/plan/plan.ts'
import { createReference } from '../../src/core/reference/network.ts'
import { DEFAULT_LIMITS } from '../../src/node/limits.ts'
import { buildModel, normalRows, rowsOf, symmetricRows } from '../build.ts'
import { LAGRANGIANS } from '../lagrangians.ts'
import { drift, expectLikeReference, expectSame, readAll, withSimulation } from './helpers/compare.ts'
import { ULP } from './helpers/within.ts'

/** Numbers of a Lagrangian that may differ, and the range in which they do here. */
const NUMBERS: Readonly<Record<string, readonly [key: string, low: number, high: number]>> = {
  linear: ['gain', 0.3, 1.2],
  'power rectified': ['degree', 2, 3.5],
  tanh: ['gain', 0.3, 3],
  sigmoid: ['gain', 0.3, 3],
  custom: ['parameters.ceiling', 0.8, 2],
}

/** One neuron, no whole quad, a whole workgroup, more than one. */
const SIZES = [1, 7, 64, 130]

/** Values from `low` to `high`, in no order. */
function spread(size: number, low: number, high: number, scale = 1): NeuronRow {
  const row = Float32Array.from(
    { length: size },
    (_, i) => (low + (high - low) * ((0.31 + i * 0.618034) % 1)) / scale,
  )
  return { row, scale }
}

/** A Lagrangian with values for each neuron. */
function spreadOver(l: Lagrangian, key: string, row: NeuronRow): Lagrangian {
  const largest = row.scale * Math.max(...row.row)
  return { ...withNumberAt(l, [key, largest]), own: { [key]: row } }
}

/** The time constants and temperatures of neurons. */
function timed(tau: NeuronRow, temperature?: NeuronRow): Pick<Layer, 'tau' | 'temperature' | 'own'> {
  return {
    tau: tau.scale * Math.min(...tau.row),
    temperature: temperature === undefined ? 0 : temperature.scale * Math.max(...temperature.row),
    own: { tau, ...(temperature && { temperature }) },
  }
}

interface Change {
  readonly replicas?: number
  readonly integrator?: Model['time']['integrator']
  readonly dt?: number
}

/** A layer of so many neurons that a current drives, synapses on it, a learning memory, and adiabatic neurons with gains of their own. */
function network(
  size: number,
  layer: Pick<Layer, 'lagrangian'> & Partial<Layer>,
  { replicas = 1, integrator = 'exponential-euler', dt = 0.25 }: Change = {},
): Model {
  const stream = new RandomStream(5, 'values for each neuron')
  // What may grow without bounds starts small and is pulled weakly.
  const scale = lagrangianFacts(layer.lagrangian).isBounded ? 1 : 0.3
  const top = spreadOver({ kind: 'sigmoid', gain: 1 }, 'gain', spread(5, 0.5, 2))
  return buildModel({
    time: { dt, integrator },
    replicas,
    layers: [
      {
        name: 'v',
        size,
        // Of a layer that sends its state what its activation may be.
        init: {
          rows: 2,
          columns: size,
          data: normalRows(stream, 2, size, 0.1).data.map((x) => 0.1 + 0.9 * Math.abs(x)),
        },
        bias: normalRows(stream, 1, size, 0.3 * scale),
        ...layer,
      },
      { name: 'h', size: 3, lagrangian: { kind: 'softmax', beta: 2 }, ...timed(spread(3, 0.5, 2)) },
      { name: 'top', size: 5, lagrangian: top, tau: 0 },
    ],
    synapses: [
      {
        name: 'w',
        layer: 'v',
        tau: 3,
        strength: 0.2 * scale,
        base: { kind: 'matrix', matrix: symmetricRows(stream, size, 0.2 / Math.sqrt(size)) },
      },
    ],
    memories: [
      {
        name: 'xi',
        from: 'v',
        to: 'h',
        init: normalRows(stream, 3, size, 0.3 * scale),
        rule: 'hebbian',
        tau: 5,
      },
      { name: 'up', from: 'h', to: 'top', init: normalRows(stream, 5, 3, 0.3) },
    ],
    stimulus: [{ kind: 'current', layer: 'v', patterns: normalRows(stream, 3, size, 0.2 * scale), dwell: 3 }],
    probes: [
      { kind: 'energy', name: 'e', every: 2 },
      { kind: 'speed', name: 's', every: 3, layer: 'v' },
      { kind: 'speed', name: 'of h', every: 3, layer: 'h' },
      { kind: 'overlap', name: 'm', every: 3, layer: 'v', patterns: normalRows(stream, 2, size) },
    ],
  })
}

/** A Lagrangian of the table with values for each of so many neurons. */
function lagrangianOf(name: string, size: number): Lagrangian {
  const [key, low, high] = NUMBERS[name]!
  return spreadOver(LAGRANGIANS[name]!, key, spread(size, low, high, 2))
}

/** Each kind of the table above, with each leak that it may have. */
const CASES = Object.keys(NUMBERS).flatMap((name) =>
  LEAK_KINDS.filter(
    (leak) => leak === USUAL_LEAK || lagrangianFacts(LAGRANGIANS[name]!).conjugate !== undefined,
  ).map((leak) => [name, leak] as const),
)

describe('kernels do what float64 does', () => {
  test.each(CASES)('%s with a number for each neuron, leak %s', async (name, leak) => {
    for (const size of SIZES)
      for (const replicas of [1, 5])
        await expectLikeReference(
          network(
            size,
            { lagrangian: lagrangianOf(name, size), leak, ...timed(spread(size, 0.5, 6)) },
            { replicas },
          ),
          20,
        )
  })

  test.each(INTEGRATOR_KINDS.flatMap((integrator) => LEAK_KINDS.map((leak) => [integrator, leak] as const)))(
    'by %s, leak %s',
    async (integrator, leak) => {
      const change = { replicas: 2, integrator }
      for (const every of [1, 2])
        for (const lagrangian of [lagrangianOf('tanh', 7), LAGRANGIANS.softmax!])
          await expectLikeReference(
            network(7, { lagrangian, leak, every, ...timed(spread(7, 1, 6)) }, change),
            20,
          )
      // The slowest of them stand in two words.
      const slow = { lagrangian: lagrangianOf('tanh', 7), leak, ...timed(spread(7, 1, 400)) }
      await expectLikeReference(network(7, slow, { integrator, dt: 0.1 }), 20)
    },
  )

  test.each(UPDATE_KINDS.flatMap((update) => NOISE_KINDS.map((noise) => [update, noise] as const)))(
    'update %s, noise %s with a temperature for each neuron',
    async (update, noise) => {
      const layer = {
        lagrangian: LAGRANGIANS.tanh!,
        update: updateOf(update),
        noise,
        ...timed(spread(130, 0.5, 6), spread(130, 0, 0.05)),
      }
      await expectLikeReference(network(130, layer, { replicas: 5 }), 20)
      await expectLikeReference(
        network(7, { ...layer, ...timed(spread(7, 0.5, 6), spread(7, 0, 0.05)) }, { integrator: 'heun' }),
        20,
      )
    },
  )

  test('a clamp that holds a part', async () => {
    const model = network(
      7,
      { lagrangian: lagrangianOf('tanh', 7), ...timed(spread(7, 0.5, 6)) },
      { replicas: 2 },
    )
    const clamp = {
      kind: 'clamp',
      layer: 'v',
      patterns: rowsOf([[0.1, 0.2, 0, 0, 0.3, 0, 0]], [[0, 0, 1, 1, 0, 1, 1]]),
      start: 0,
      stop: 9,
      dwell: 1,
      gap: 0,
      order: 'cycle',
    } as const
    await expectLikeReference({ ...model, stimulus: [...model.stimulus, clamp] }, 20)
  })
})

test('neurons whose values are all the same do, bit for bit, what one number does', async () => {
  const size = 70
  const flat = (value: number): NeuronRow => ({ row: new Float32Array(size).fill(value), scale: 1 })
  const one = { tau: 1.5, temperature: 0.25, lagrangian: { kind: 'tanh', gain: 2 } } as const
  const each = { ...timed(flat(1.5), flat(0.25)), lagrangian: spreadOver(one.lagrangian, 'gain', flat(2)) }
  const [shared, own] = [one, each].map((layer) => network(size, layer, { replicas: 3 }))
  const states: Float32Array[] = []
  for (const model of [shared!, own!])
    await withSimulation(
      model,
      async (simulation) => {
        await simulation.step(30)
        states.push((await simulation.read('v')).data, (await simulation.read('xi')).data)
      },
      { variants: { fuse: 'off' } },
    )
  expect(states[2]).toEqual(states[0])
  expect(states[3]).toEqual(states[1])
})

test('each neuron decays as exp(-t / tau_i) by itself', async () => {
  const size = 130
  const tau = spread(size, 0.2, 20)
  const model = buildModel({
    time: { dt: 0.1 },
    layers: [
      {
        name: 'x',
        size,
        lagrangian: LAGRANGIANS.linear!,
        ...timed(tau),
        init: rowsOf([new Float32Array(size).fill(1)]),
      },
    ],
  })
  await withSimulation(model, async (simulation) => {
    await simulation.step(50)
    const { data } = await simulation.read('x')
    data.forEach((x, i) => expect(Math.abs(x / Math.exp(-5 / tau.row[i]!) - 1)).toBeLessThan(50 * 2 ** -23))
  })
})

test('the noise of each neuron has its own variance, T_i (1 - exp(-2 t / tau_i))', async () => {
  const replicas = 2 ** 14
  const [tau, temperature] = [spread(4, 0.5, 4), spread(4, 0.1, 2)]
  const model = buildModel({
    seed: 3,
    replicas,
    time: { dt: 0.25 },
    layers: [{ name: 'x', size: 4, lagrangian: { kind: 'linear', gain: 1 }, ...timed(tau, temperature) }],
  })
  await withSimulation(model, async (simulation) => {
    await simulation.step(8)
    const { data } = await simulation.read('x')
    for (let i = 0; i < 4; i++) {
      let sum = 0
      for (let r = 0; r < replicas; r++) sum += data[4 * r + i]! ** 2
      const exact = temperature.row[i]! * (1 - Math.exp(-4 / tau.row[i]!))
      // Five standard errors.
      expect(Math.abs(sum / replicas / exact - 1)).toBeLessThan(5 * Math.sqrt(2 / replicas))
    }
  })
})

/** The same without stimulus and noise, its whole layer with one time constant: a gradient flow. */
function descending(model: Model): Model {
  const layers = model.layers.map(({ own, ...layer }) =>
    layer.name === 'h' || own === undefined ? layer : { ...layer, own },
  )
  return { ...model, layers, stimulus: [] }
}

describe('the energy never rises', () => {
  test.each(CASES)('for %s with numbers and a tau for each neuron, leak %s', async (name, leak) => {
    const layer = { lagrangian: lagrangianOf(name, 7), leak, ...timed(spread(7, 0.5, 6)) }
    for (const integrator of ['euler', 'exponential-euler'] as const) {
      const model = descending(network(7, layer, { replicas: 4, integrator, dt: 0.05 }))
      expect(risesOf(model)).toEqual([])
      await withSimulation(model, async (simulation) => {
        await simulation.step(60)
        await simulation.flush()
        const { value, terms = [] } = simulation.series[0]!
        for (let k = 1; k < value.length; k++)
          value[k]!.forEach((energy, r) => {
            const count = terms[k]!.length / 4
            const size = terms[k]!.subarray(r * count, (r + 1) * count).reduce(
              (sum, one) => sum + Math.abs(one),
              0,
            )
            expect(energy - value[k - 1]![r]!).toBeLessThanOrEqual(64 * ULP * (1 + size))
          })
        value.at(-1)!.forEach((energy, r) => expect(energy).toBeLessThan(value[0]![r]!))
        expect(simulation.warnings).toEqual([])
      })
    }
  })

  test('is not claimed where neurons that differ in tau share an activation', () => {
    expect(risesOf({ ...network(7, { lagrangian: LAGRANGIANS.tanh! }), stimulus: [] })).toEqual([
      'neurons of layer `h` share one activation and differ in tau',
    ])
  })
})

/** A scenario with rows for all that may be one. */
const SCENARIO = {
  version: 1,
  seed: 4,
  time: { dt: 0.2, ticks: 40 },
  neurons: {
    v: {
      size: 6,
      lagrangian: { kind: 'tanh', gain: { kind: 'values', values: [[0.5, 1, 1.5, 2, 2.5, 3]] } },
      tau: { kind: 'values', values: [[1, 2, 3, 4, 5, 6]] },
      temperature: { kind: 'values', values: [[0, 0.1, 0, 0.2, 0, 0.3]] },
      init: { kind: 'random', distribution: 'normal', count: 2 },
    },
    h: { size: 3, lagrangian: { kind: 'softmax' }, tau: 0 },
  },
  memories: {
    xi: { from: 'v', to: 'h', init: { kind: 'random', distribution: 'normal' }, rule: 'hebbian', tau: 9 },
  },
  probes: { e: { kind: 'energy', every: 5 }, s: { kind: 'speed', layer: 'v', every: 5 } },
}

const modelOf = (parts: object): Promise<Model> =>
  resolveModel(parseScenario({ ...SCENARIO, ...parts }), {
    read: () => Promise.reject(new Error('no files')),
  })

test('scales vary by replica', async () => {
  const vary = {
    'neurons.v.tau.scale': { values: [0.5, 3] },
    'neurons.v.lagrangian.gain.scale': { values: [1, 0.25] },
    'neurons.v.temperature.scale': { values: [1, 0.1] },
  }
  await expectLikeReference(await modelOf({ replicas: { count: 16, vary } }), 20)
})

test('a scale acts on the next tick, and what was set is in the scenario', async () => {
  const model = await modelOf({ replicas: 3 })
  const path = 'neurons.v.tau.scale'
  const changed = withParameter(model, path, 2.5)
  const reference = createReference(changed)
  await withSimulation(model, async (simulation) => {
    simulation.set(path, 2.5)
    await simulation.step(20)
    reference.step(20)
    await expectSame(simulation, reference, drift(model, 20))
    expect(simulation.model.scenario).toEqual(changed.scenario)
  })
})

test('a run that is resumed ends with the same bits', async () => {
  const model = await modelOf({ replicas: 3 })
  const ended = await withSimulation(model, async (simulation) => {
    await simulation.step(11)
    const checkpoint = await simulation.checkpoint()
    await simulation.step(20)
    return { checkpoint, state: await readAll(simulation) }
  })
  await withSimulation(model, async (simulation) => {
    await simulation.restore(ended.checkpoint)
    await simulation.step(20)
    expect(await readAll(simulation)).toEqual(ended.state)
  })
})

test('has no resident form, and says why', () => {
  const model = network(7, { lagrangian: LAGRANGIANS.tanh!, ...timed(spread(7, 1, 2)) })
  expect(planNetwork(model, DEFAULT_LIMITS, { resident: true }).notBatched).toBe(
    'the neurons of layer `v` have different parameters',
  )
})
