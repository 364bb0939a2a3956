import { readFile } from 'node:fs/promises'
import { describe, expect, test } from 'vitest'
import { dot, squaredDistance, times } from '../../src/core/math/algebra.ts'
import { logCosh } from '../../src/core/expression/operations.ts'
import { loadModel } from '../../src/core/model/load.ts'
import type { Lagrangian, Model } from '../../src/core/model/model.ts'
import { RandomStream } from '../../src/core/model/random.ts'
import { largestStep } from '../../src/core/model/steps.ts'
import { createReference } from '../../src/core/reference/network.ts'
import { loadShipped, readShipped } from '../scenario.ts'
import { buildModel, normalRows, rowsOf, symmetricRows } from '../build.ts'
import { SMOOTH } from '../lagrangians.ts'
import { withSimulation } from './helpers/compare.ts'
import { ULP } from './helpers/within.ts'

// Bounded activations are coupled strongly. With an unbounded one the energy may fall for ever, and the state
// then grows past all numbers in finite time: such networks start small and weakly coupled.
const BOUNDED = ['tanh', 'sigmoid', 'softmax', 'layernorm', 'spherical']
const N_V = 5
const N_H = 4
const REPLICAS = 4
const TICKS = 40

const orderings = [
  { order: 'neurons, synapses, memories slower in turn', taus: { v: 1, h: 2, w: 4, xi: 16 } },
  { order: 'memories, synapses, neurons slower in turn', taus: { v: 16, h: 8, w: 4, xi: 1 } },
]
const grid = (['fixed', 'hebbian'] as const).flatMap((rule) => orderings.map((order) => ({ rule, ...order })))
const pairs = Object.entries(SMOOTH).flatMap(([visible, v]) =>
  Object.entries(SMOOTH).map(([hidden, h]) => ({ visible, hidden, v, h })),
)

/** Two layers, plastic synapses on v and memories between them, away from any fixed point in every replica. */
function network(
  names: { visible: string; hidden: string; v: Lagrangian; h: Lagrangian },
  rule: 'fixed' | 'hebbian',
  taus: { v: number; h: number; w: number; xi: number },
  time: Partial<Model['time']>,
): Model {
  const { visible, hidden, v, h } = names
  const stream = new RandomStream(5, `${visible}/${hidden}`)
  const [size, coupling] = BOUNDED.includes(visible) && BOUNDED.includes(hidden) ? [2, 1] : [0.4, 0.15]
  return buildModel({
    replicas: REPLICAS,
    layers: [
      {
        name: 'v',
        size: N_V,
        lagrangian: v,
        tau: taus.v,
        bias: normalRows(stream, 1, N_V, 0.2 * size),
        init: normalRows(stream, REPLICAS, N_V, size),
      },
      { name: 'h', size: N_H, lagrangian: h, tau: taus.h, init: normalRows(stream, REPLICAS, N_H, size) },
    ],
    synapses: [
      {
        name: 'w',
        layer: 'v',
        tau: taus.w,
        strength: coupling,
        base: { kind: 'matrix', matrix: symmetricRows(stream, N_V, coupling) },
      },
    ],
    memories: [
      {
        name: 'xi',
        from: 'v',
        to: 'h',
        init: normalRows(stream, N_H, N_V, coupling),
        rule,
        ...(rule === 'hebbian' && { tau: taus.xi }),
      },
    ],
    probes: [{ kind: 'energy', name: 'energy', every: 1 }],
    time,
  })
}

/** E of each replica at each tick, [ticks + 1][R], and the sizes of its terms added up. */
async function energies(model: Model, ticks: number) {
  return withSimulation(model, async (simulation) => {
    await simulation.step(ticks)
    await simulation.flush()
    const [series] = simulation.series
    const { value, terms = [] } = series!
    const count = series!.termNames!.length
    const sizes = terms.map((all) =>
      Array.from({ length: model.replicas }, (_, r) =>
        all.subarray(r * count, (r + 1) * count).reduce((sum, term) => sum + Math.abs(term), 0),
      ),
    )
    return { value, sizes, warnings: simulation.warnings }
  })
}

/**
 * What a rise may be by rounding alone: an energy is a sum of some thirty products of numbers of order 1, each term
 * good to a few ulp of them; two energies are compared.
 */
const rounding = (size: number): number => 16 * ULP * (1 + size)

async function expectDescent(model: Model): Promise<void> {
  const { value, sizes, warnings } = await energies(model, TICKS)
  expect(value).toHaveLength(TICKS + 1)
  for (let tick = 1; tick <= TICKS; tick++) {
    value[tick]!.forEach((energy, r) => {
      const rise = energy - value[tick - 1]![r]!
      if (!(rise <= rounding(sizes[tick]![r]!)))
        throw new Error(`the energy of replica ${r} rises by ${rise} at tick ${tick}`)
    })
  }
  value[TICKS]!.forEach((energy, r) => expect(energy).toBeLessThan(value[0]![r]!))
  expect(warnings).toEqual([])
}

describe.each(grid)('with the $rule rule, $order, the energy never rises', ({ rule, taus }) => {
  test.each(pairs)('for $visible with $hidden', async (pair) => {
    await expectDescent(network(pair, rule, taus, { dt: 0.1, integrator: 'euler' }))
  })
})

describe('the energy never rises by exponential steps', () => {
  test.each(pairs.filter(({ v, h }) => v === h))('for $visible with $hidden', async (pair) => {
    for (const { taus } of orderings)
      await expectDescent(network(pair, 'hebbian', taus, { dt: 0.1, integrator: 'exponential-euler' }))
  })
})

describe('the joint energy of the gated rule, with linear v, adiabatic softmax h and the half-norm offset', () => {
  const taus = { v: 1, xi: 3 }
  const network = (dt: number, beta: number): Model => {
    const stream = new RandomStream(6, 'half-norm')
    return buildModel({
      replicas: REPLICAS,
      time: { dt, integrator: 'exponential-euler' },
      layers: [
        {
          name: 'v',
          size: N_V,
          lagrangian: { kind: 'linear', gain: 1 },
          tau: taus.v,
          bias: normalRows(stream, 1, N_V, 0.2),
          init: normalRows(stream, REPLICAS, N_V, 2),
        },
        { name: 'h', size: N_H, lagrangian: { kind: 'softmax', beta }, tau: 0 },
      ],
      memories: [
        {
          name: 'xi',
          from: 'v',
          to: 'h',
          init: normalRows(stream, N_H, N_V),
          rule: 'gated',
          tau: taus.xi,
          inputOffset: 'half-norm',
        },
      ],
      probes: [{ kind: 'energy', name: 'energy', every: 1 }],
    })
  }

  test.each([0.02, 0.1, 0.2])('never rises at dt = %d min tau', async (dt) => {
    for (const beta of [0.5, 2, 8]) await expectDescent(network(dt * Math.min(taus.v, taus.xi), beta))
  })

  test('is |v|^2/2 - b.v and -(1/beta) log sum exp(beta (Xi v - |Xi|^2/2)), a term each', async () => {
    const beta = 2
    const model = network(0.2, beta)
    await withSimulation(model, async (simulation) => {
      await simulation.step(7)
      await simulation.flush()
      const [series] = simulation.series
      expect(series!.termNames).toEqual(['v', 'h'])
      const [v, xi] = [(await simulation.read('v')).data, (await simulation.read('xi')).data]
      const b = model.layers[0]!.bias.data
      for (let r = 0; r < REPLICAS; r++) {
        const own = v.subarray(r * N_V, (r + 1) * N_V)
        const visible = own.reduce((sum, vi, i) => sum + vi ** 2 / 2 - b[i]! * vi, 0)
        let sum = 0
        for (let mu = 0; mu < N_H; mu++) {
          const start = (r * N_H + mu) * N_V
          const exponent = own.reduce((h, vi, i) => h + xi[start + i]! * vi - xi[start + i]! ** 2 / 2, 0)
          sum += Math.exp(beta * exponent)
        }
        const terms = series!.terms!.at(-1)!.subarray(2 * r, 2 * r + 2)
        const size = 1 + Math.abs(visible) + Math.abs(Math.log(sum) / beta)
        expect(Math.abs(terms[0]! - visible)).toBeLessThan(rounding(size))
        expect(Math.abs(terms[1]! + Math.log(sum) / beta)).toBeLessThan(rounding(size))
      }
    })
  })
})

describe('the energy guard', () => {
  const tanh: Lagrangian = { kind: 'tanh', gain: 2 }
  const pair = { visible: 'tanh', hidden: 'tanh', v: tanh, h: tanh }
  const taus = { v: 1, h: 1, w: 4, xi: 16 }

  test('warns of a dt that is too large with tick, size and advice', async () => {
    const model = network(pair, 'hebbian', taus, { dt: 1, integrator: 'euler' })
    const { value, warnings } = await energies(model, 30)
    expect(warnings).toHaveLength(1)
    const match =
      /^the energy rose by (\S+) at tick (\d+) in replica (\d+), and in \d+ more samples, .*; use a smaller time\.dt than 1: (\S+) at most$/.exec(
        warnings[0]!,
      )
    expect(Number(match![4])).toBe(largestStep(model))
    const [size, tick, replica] = match!.slice(1).map(Number)
    expect(value[tick!]![replica!]! - value[tick! - 1]![replica!]!).toBeCloseTo(size!, 2)
    expect(size).toBeGreaterThan(0)
  })

  test('does not warn when a stimulus, a parameter or a written state lets the energy rise', async () => {
    const stream = new RandomStream(7, 'guard')
    const model: Model = {
      ...network(pair, 'hebbian', taus, { dt: 0.05 }),
      stimulus: buildModel({
        layers: [],
        stimulus: [
          { kind: 'current', layer: 'v', patterns: normalRows(stream, 3, N_V, 3), dwell: 4, gap: 3 },
          { kind: 'clamp', layer: 'h', patterns: rowsOf([[1, -1, 1, -1]]), start: 20, stop: 30 },
          { kind: 'initial', layer: 'v', patterns: normalRows(stream, 1, N_V, 3), start: 40, stop: 41 },
        ],
      }).stimulus,
    }
    await withSimulation(model, async (simulation) => {
      await simulation.step(60)
      simulation.write(
        'v',
        Float32Array.from({ length: REPLICAS * N_V }, () => 3 * stream.normal()),
      )
      await simulation.step(20)
      await simulation.flush()
      const rises = simulation.series[0]!.value.filter(
        ([energy], k, all) => k > 0 && energy! > all[k - 1]![0]! + 0.1,
      )
      expect(rises.length).toBeGreaterThan(5)
      expect(simulation.warnings).toEqual([])
    })
  })

  test('does not warn where noise may lift the energy', async () => {
    const model = network(pair, 'hebbian', taus, { dt: 0.1 })
    const noisy = { ...model, layers: model.layers.map((layer) => ({ ...layer, temperature: 0.3 })) }
    const { value, warnings } = await energies(noisy, 60)
    expect(value.some(([energy], k) => k > 0 && energy! > value[k - 1]![0]!)).toBe(true)
    expect(warnings).toEqual([])
  })

  test('warns of a step that a parameter has made too long, once ticks are run with it', async () => {
    const model = await loadShipped('hopfield')
    await withSimulation(model, async (simulation) => {
      simulation.set('time.dt', 3)
      simulation.set('time.dt', 0.1)
      await simulation.step(2)
      expect(simulation.warnings).toEqual([])
      for (const dt of [2, 3, 0.1]) {
        simulation.set('time.dt', dt)
        await simulation.step(2)
      }
      const lines = simulation.warnings.filter((line) => line.includes('set time.dt to'))
      expect(lines.map((line) => line.slice(0, line.indexOf(' *')))).toEqual(['neurons.visible: dt 3'])
      await simulation.reset()
      expect(simulation.warnings).toEqual([])
    })
  })

  test.each([
    [10, 1],
    [0.1, 0],
  ])('warns once of a flip that leaves the energy as it is, and of no rest: dt %f', async (dt, count) => {
    const model = buildModel({
      time: { dt },
      layers: [{ name: 'v', size: 2, lagrangian: { kind: 'tanh', gain: 5 }, init: rowsOf([[1, 1]]) }],
      synapses: [{ name: 'w', layer: 'v', base: { kind: 'matrix', matrix: rowsOf([[0, -1], [-1, 0]]) } }], // prettier-ignore
      probes: [
        { kind: 'energy', name: 'e', every: 1 },
        { kind: 'speed', name: 's', every: 1, layer: 'v' },
      ],
    })
    await withSimulation(model, async (simulation) => {
      await simulation.step(200)
      await simulation.flush()
      const flips = simulation.warnings.filter((line) => line.includes('neither falls nor rests'))
      expect(flips).toHaveLength(count)
      if (count > 0) expect(flips[0]).toMatch(/neurons\.v oscillates/)
    })
  })
})

describe.each(['off', 'on'] as const)('an energy whose squares leave float32, resident %s', (resident) => {
  test.each([1, 1e10, 1e20, 1e30])('is that of float64: strength %f', async (strength) => {
    const file = new URL('../cases/energy-beyond-squares/scenario.json', import.meta.url)
    const raw = JSON.parse(await readFile(file, 'utf8')) as { synapses: { w: { strength: number } } }
    raw.synapses.w.strength = strength
    const model = await loadModel(JSON.stringify(raw), { file: 's.json', read: readShipped })
    const reference = createReference(model)
    const expected = [0, 1, 2, 3].map((tick) => {
      if (tick > 0) reference.step()
      return reference.energy()[0]!.total
    })
    await withSimulation(
      model,
      async (simulation) => {
        await simulation.step(3)
        await simulation.flush()
        const [series] = simulation.series
        series!.value.forEach((value, tick) => {
          expect(Math.abs(value[0]! - expected[tick]!)).toBeLessThan(1e-4 * Math.abs(expected[tick]!))
        })
        expect(series!.value).toHaveLength(4)
      },
      { resident },
    )
  })

  const load = async (changes: object): Promise<Model> => {
    const file = new URL('../cases/energy-beyond-squares/scenario.json', import.meta.url)
    const raw = JSON.parse(await readFile(file, 'utf8')) as object
    return loadModel(JSON.stringify({ ...raw, ...changes }), { file: 's.json', read: readShipped })
  }
  const close = (value: number, expected: number): void =>
    expect(Math.abs(value - expected)).toBeLessThan(1e-4 * Math.abs(expected))

  test('is that of float64: strengths that vary from replica to replica', async () => {
    const vary = { 'synapses.w.strength': { values: [1e-25, 1, 1e30] } }
    const model = await load({ replicas: { vary } })
    const reference = createReference(model)
    await withSimulation(
      model,
      async (simulation) => {
        await simulation.step(3)
        await simulation.flush()
        simulation.series[0]!.value.forEach((value, tick) => {
          if (tick > 0) reference.step()
          reference.energy().forEach(({ total }, r) => close(value[r]!, total))
        })
      },
      { resident },
    )
  })

  test('is that of float64: a strength that is set while it runs', async () => {
    const model = await load({})
    const J = createReference(model).read('w')
    await withSimulation(
      model,
      async (simulation) => {
        for (const strength of [1e-25, 1, 1e20, 1e30]) {
          simulation.set('synapses.w.strength', strength)
          await simulation.step(1)
          await simulation.flush()
          const W = Float64Array.from((await simulation.read('w')).data)
          const g = Float64Array.from((await simulation.read('v')).data, Math.tanh)
          const legendre = Float64Array.from((await simulation.read('v')).data).reduce(
            (sum, x, i) => sum + x * g[i]! - logCosh(x),
            0,
          )
          const elastic = (squaredDistance(W, J) * g.length) / (4 * strength)
          close(simulation.series[0]!.value.at(-1)![0]!, legendre - dot(g, times(W, g)) / 2 + elastic)
        }
      },
      { resident },
    )
  })
})
