import { describe, expect, test } from 'vitest'
import type { Lagrangian, Model } from '../../src/core/model/model.ts'
import { RandomStream } from '../../src/core/model/random.ts'
import { createReference } from '../../src/core/reference/network.ts'
import { buildModel, normalRows, symmetricRows } from '../build.ts'
import { namesOf, readAll, withSimulation } from './helpers/compare.ts'
import { slope } from './helpers/within.ts'

const N_V = 8
const N_H = 5
const REPLICAS = 4

/** Everything a model holds after a time T, on the GPU. */
function run(model: Model, T: number): Promise<Record<string, Float32Array>> {
  return withSimulation(model, async (simulation) => {
    await simulation.step(Math.round(T / model.time.dt))
    return readAll(simulation)
  })
}

/** Largest distance of an entry. */
function distance(a: Record<string, ArrayLike<number>>, b: Record<string, ArrayLike<number>>): number {
  let top = 0
  for (const [name, values] of Object.entries(a))
    for (let k = 0; k < values.length; k++) top = Math.max(top, Math.abs(values[k]! - b[name]![k]!))
  return top
}

/** Order p of distances that go as x^p. */
function orderOf(x: readonly number[], distances: readonly number[]): number {
  return slope(
    x.map((value) => Math.log(value)),
    distances.map((value) => Math.log(value)),
  )
}

describe('as tau_h goes to 0, trajectories converge to the adiabatic run with order 1 in tau_h', () => {
  const cases: readonly { hidden: string; lagrangian: Lagrangian; coupling: number }[] = [
    { hidden: 'softmax', lagrangian: { kind: 'softmax', beta: 1.5 }, coupling: 0.5 },
    { hidden: 'tanh', lagrangian: { kind: 'tanh', gain: 2 }, coupling: 0.2 },
    { hidden: 'relu', lagrangian: { kind: 'relu' }, coupling: 0.2 },
    {
      hidden: 'layernorm',
      lagrangian: { kind: 'layernorm', gamma: 0.4, delta: 0.1, eps: 1e-2 },
      coupling: 0.3,
    },
  ]
  const taus = [0.04, 0.02, 0.01, 0.005]
  // A tenth of the smallest tau_h: the step adds half of itself to the lag.
  const dt = 1 / 2000

  test.each(cases)('for a hidden $hidden layer', async ({ lagrangian, coupling }) => {
    const trajectory = (tau: number): Promise<number[]> => {
      const stream = new RandomStream(1, lagrangian.kind)
      const model = buildModel({
        replicas: REPLICAS,
        time: { dt },
        layers: [
          {
            name: 'v',
            size: N_V,
            lagrangian: { kind: 'tanh', gain: 1.5 },
            init: normalRows(stream, REPLICAS, N_V),
          },
          { name: 'h', size: N_H, lagrangian, tau, bias: normalRows(stream, 1, N_H, 0.3) },
        ],
        memories: [{ name: 'xi', from: 'v', to: 'h', init: normalRows(stream, N_H, N_V, coupling) }],
        probes: [{ kind: 'snapshot', name: 'v', every: 200, of: 'v' }],
      })
      // Hidden neurons start where the adiabatic ones do: no initial layer.
      const start = createReference({
        ...model,
        layers: model.layers.map((layer) => (layer.name === 'h' ? { ...layer, tau: 0 } : layer)),
      }).read('h')
      return withSimulation(model, async (simulation) => {
        if (tau > 0) simulation.write('h', start)
        await simulation.step(1200)
        await simulation.flush()
        return simulation.series[0]!.value.flatMap((values) => [...values])
      })
    }
    const limit = await trajectory(0)
    const distances: number[] = []
    for (const tau of taus) distances.push(distance({ v: await trajectory(tau) }, { v: limit }))
    const order = orderOf(taus, distances)
    expect(order).toBeGreaterThan(0.9)
    expect(order).toBeLessThan(1.1)
    expect(distances.at(-1)).toBeLessThan(0.02)
  })
})

describe('halving dt halves the distance to a fine float64 run', () => {
  const T = 1.6

  /** Plastic synapses and learning memories between two dynamic layers. */
  function network(
    rule: 'hebbian' | 'gated',
    time: { dt: number; integrator: Model['time']['integrator'] },
    every: { v?: number; h?: number; w?: number; xi?: number } = {},
  ): Model {
    const stream = new RandomStream(2, 'order')
    return buildModel({
      replicas: REPLICAS,
      time,
      layers: [
        {
          name: 'v',
          size: N_V,
          lagrangian: { kind: 'tanh', gain: 1.5 },
          init: normalRows(stream, REPLICAS, N_V),
          every: every.v ?? 1,
        },
        {
          name: 'h',
          size: N_H,
          lagrangian: { kind: 'softmax', beta: 2 },
          tau: 2,
          init: normalRows(stream, REPLICAS, N_H),
          every: every.h ?? 1,
        },
      ],
      synapses: [
        {
          name: 'w',
          layer: 'v',
          tau: 2,
          strength: 1,
          base: { kind: 'matrix', matrix: symmetricRows(stream, N_V, 0.3) },
          every: every.w ?? 1,
        },
      ],
      memories: [
        {
          name: 'xi',
          from: 'v',
          to: 'h',
          init: normalRows(stream, N_H, N_V, 0.5),
          rule,
          tau: 3,
          every: every.xi ?? 1,
        },
      ],
    })
  }

  const fine = new Map<string, Record<string, Float64Array>>()
  function fineRun(rule: 'hebbian' | 'gated'): Record<string, Float64Array> {
    let known = fine.get(rule)
    if (known === undefined) {
      const dt = 1 / 5120
      const model = network(rule, { dt, integrator: 'exponential-euler' })
      const reference = createReference(model)
      reference.step(Math.round(T / dt))
      known = Object.fromEntries(namesOf(model).map((name) => [name, reference.read(name)]))
      fine.set(rule, known)
    }
    return known
  }

  const cases = (['hebbian', 'gated'] as const).flatMap((rule) =>
    (['euler', 'exponential-euler'] as const).flatMap((integrator) => [
      { rule, integrator, rates: 'all every tick', every: {}, steps: [0.1, 0.05, 0.025, 0.0125] },
      {
        rule,
        integrator,
        rates: 'hidden neurons every 2, synapses every 4, memories every 8 ticks',
        every: { h: 2, w: 4, xi: 8 },
        steps: [0.05, 0.025, 0.0125, 0.00625],
      },
    ]),
  )

  test.each(cases)('$integrator, rule $rule, $rates', async ({ rule, integrator, every, steps }) => {
    const expected = fineRun(rule)
    const byName: Record<string, number[]> = {}
    for (const dt of steps) {
      const states = await run(network(rule, { dt, integrator }, every), T)
      for (const [name, values] of Object.entries(states))
        (byName[name] ??= []).push(distance({ values }, { values: expected[name]! }))
    }
    for (const [name, distances] of Object.entries(byName)) {
      const order = orderOf(steps, distances)
      expect([name, distances, order > 0.9 && order < 1.1 ? 'order 1' : order]).toEqual([
        name,
        distances,
        'order 1',
      ])
    }
  })

  test.each([2, 4, 8])(
    'and every = %d with step dt is every = 1 with that many dt, bit by bit',
    async (k) => {
      const time = { integrator: 'exponential-euler' } as const
      const every = { v: k, h: k, w: k, xi: k }
      const slow = await run(network('hebbian', { ...time, dt: 0.1 / k }, every), T)
      const plain = await run(network('hebbian', { ...time, dt: 0.1 }), T)
      expect(slow).toEqual(plain)
    },
  )
})
