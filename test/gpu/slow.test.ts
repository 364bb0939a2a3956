/**
 * Slow variables arrive. One step of a variable that is slow beside its step is less than float32 can add to it, so that it
 * would stand still. Each network here has constant activations, so that every variable follows a closed form.
 */
import { describe, expect, test } from 'vitest'
import { integratorOf } from '../../src/core/kinds/integrators/table.ts'
import type { Model } from '../../src/core/model/model.ts'
import type { Simulation, SimulationOptions } from '../../src/core/run/simulation.ts'
import { parseScenario } from '../../src/core/model/parse.ts'
import { decodeCheckpoint, encodeCheckpoint } from '../../src/core/run/checkpoint.ts'
import { DEFAULT_LIMITS } from '../../src/node/limits.ts'
import { buildModel, rowsOf } from '../build.ts'
import { LEFT } from '../integrators.ts'
import { loadShipped } from '../scenario.ts'
import { readAll, withSimulation } from './helpers/compare.ts'

type Integrator = Model['time']['integrator']

const DT = 0.1
const V = [1, 0.5, -0.75, 0.3, 0.9]
const H = [1, 0.5, 0.25]
const XI = [
  [0.9, 0.3, 0.2, -0.4, 0.1],
  [-0.7, 0.8, 0.6, 1.1, -1.3],
  [0.05, -0.9, 0.4, 0.33, 0.77],
]
const SLOW = [0.5, 0.9, 0, -1]
const STRENGTH = 2.5
const BASE = [[0, 0.5, -0.25, 0.1, 0.3], [0.5, 0, 0.8, -0.6, 0.2], [-0.25, 0.8, 0, 0.4, 0.7], [0.1, -0.6, 0.4, 0, -0.9], [0.3, 0.2, 0.7, -0.9, 0]] // prettier-ignore

/** Where a variable starts, where it goes, and how open it is. */
interface Way {
  readonly start: number
  readonly goal: number
  readonly gate: number
}

const single = Math.fround

/** In the numbers that float32 has for what is given. */
const WAYS: Readonly<Record<string, readonly Way[]>> = {
  slow: SLOW.map((start) => ({ start: single(start), goal: 1, gate: 1 })),
  hebbian: XI.flatMap((row, mu) =>
    row.map((start, i) => ({ start: single(start), goal: single(H[mu]! * V[i]!), gate: 1 })),
  ),
  gated: XI.flatMap((row, mu) =>
    row.map((start, i) => ({ start: single(start), goal: single(V[i]!), gate: H[mu]! })),
  ),
  w: BASE.flatMap((row, i) =>
    row.map((start, j) => ({
      start: single(start),
      goal: single(start) + (STRENGTH / V.length) * single(V[i]!) * single(V[j]!),
      gate: 1,
    })),
  ),
}

/** Two layers held by clamps, what joins them, and one layer that moves by itself. */
function network(ratio: number, integrator: Integrator, every = 1): Model {
  const tau = (DT * every) / ratio
  const zeros = { rows: 3, columns: 5, data: new Float32Array(15) }
  return buildModel({
    time: { dt: DT, integrator, ticks: 1 },
    layers: [
      { name: 'v', size: 5, lagrangian: { kind: 'linear', gain: 1 } },
      { name: 'h', size: 3, lagrangian: { kind: 'linear', gain: 1 } },
      {
        name: 'slow',
        size: 4,
        lagrangian: { kind: 'tanh', gain: 1 },
        tau,
        every,
        bias: rowsOf([[1, 1, 1, 1]]),
        init: rowsOf([SLOW]),
      },
    ],
    memories: [
      { name: 'hebbian', from: 'v', to: 'h', init: rowsOf(XI), rule: 'hebbian', bias: zeros, tau, every },
      { name: 'gated', from: 'v', to: 'h', init: rowsOf(XI), rule: 'gated', tau, every },
    ],
    synapses: [
      {
        name: 'w',
        layer: 'v',
        tau,
        every,
        strength: STRENGTH,
        base: { kind: 'matrix', matrix: rowsOf(BASE) },
      },
    ],
    stimulus: [
      { kind: 'clamp', layer: 'v', patterns: rowsOf([V]) },
      { kind: 'clamp', layer: 'h', patterns: rowsOf([H]) },
    ],
  })
}

/** What a checkpoint's file needs to know of a scenario: the names. */
const LINEAR = { kind: 'linear' }
const XI_OF = { from: 'v', to: 'h', init: { kind: 'zeros' }, tau: 1 }
const SCENARIO = parseScenario({
  version: 1,
  time: { dt: DT, ticks: 2000 },
  neurons: {
    v: { size: 5, lagrangian: LINEAR },
    h: { size: 3, lagrangian: LINEAR },
    slow: { size: 4, lagrangian: LINEAR },
  },
  memories: { hebbian: { ...XI_OF, rule: 'hebbian' }, gated: { ...XI_OF, rule: 'gated' } },
  synapses: { w: { layer: 'v', tau: 1 } },
})

/** The closed form after so many updates: what is left of the way falls by the same factor in each. */
function after({ start, goal, gate }: Way, ratio: number, updates: number, integrator: Integrator): number {
  const logarithm = LEFT[integrator](gate * ratio)
  return start - (goal - start) * Math.expm1(logarithm * updates)
}

/** The largest distance from the closed form: in all, and beside what a variable has moved. */
async function expectOnTheWay(
  simulation: Simulation,
  ratio: number,
  updates: number,
  integrator: Integrator,
  of: (values: Float32Array, name: string) => Float32Array = (values) => values,
): Promise<void> {
  const values = await readAll(simulation)
  for (const [name, ways] of Object.entries(WAYS)) {
    const own = of(values[name]!, name)
    ways.forEach((way, k) => {
      const right = after(way, ratio, updates, integrator)
      const moved = Math.abs(right - way.start)
      // Half an ulp of what is read, and 1e-5 of the range, or 1e-4 of a way that is short as yet.
      const bound = Math.abs(right) * 2 ** -24 + Math.min(1e-5 * Math.abs(way.goal - way.start), 1e-4 * moved)
      const distance = Math.abs(own[k]! - right)
      if (distance > bound + 1e-12)
        expect.fail(`${name}[${k}] is ${own[k]}, right is ${right} after ${updates} updates of ${ratio}`)
    })
  }
}

const FORMS: Readonly<Record<string, SimulationOptions>> = {
  plain: {},
  'without fused products': { variants: { fuse: 'off' } },
  'synapses in factors': { variants: { synapses: 'factored' } },
  'resident, lanes that share a replica': { resident: 'on', variants: { resident: 'subgroup' } },
  'resident, one lane a replica': { resident: 'on', variants: { resident: 'invocation' } },
}

/** Forms that add up each in its own way: without fused products and in factors it is that of the plain form. */
const LONG = [
  FORMS.plain,
  FORMS['resident, lanes that share a replica'],
  FORMS['resident, one lane a replica'],
]

function isPlain({ resident, variants }: SimulationOptions): boolean {
  return resident === undefined && variants?.synapses === undefined
}

/**
 * Updates at which the state is looked at: up to 5 tau where that is not too long, in the forms LONG, else the first 1,000. An update of several
 * stages takes as many kernels more, and what it adds is added up as by the others: 500 have to do.
 */
function looks(ratio: number, integrator: Integrator, options: SimulationOptions): number[] {
  const isStaged = integratorOf(integrator).stages.length > 1
  const isLong = ratio >= 2e-3 && !isStaged && LONG.includes(options)
  const most = Math.min(Math.ceil(5 / ratio), isStaged ? 500 : isLong ? 2500 : 1000)
  return [Math.ceil(most / 50), Math.ceil(most / 5), most]
}

describe.each(Object.entries(FORMS))('%s', (_, options) => {
  test.each([
    ...[1, 0.1, 0.01, 2e-3, 1e-3, 1e-5, 1e-8].map((ratio) => ['exponential-euler', ratio] as const),
    // The integrator gives the rate; how it is added up is the same.
    ...[0.1, 2e-3, 1e-5].map((ratio) => ['euler', ratio] as const),
    // Forms that are forced refuse integrators of several stages.
    ...(['heun', 'rk4'] as const).flatMap((integrator) =>
      isPlain(options) ? [0.5, 2e-3, 1e-5, 1e-8].map((ratio) => [integrator, ratio] as const) : [],
    ),
  ])('%s: step/tau %f: layers, memories and synapses follow the closed form', async (integrator, ratio) => {
    await withSimulation(
      network(ratio, integrator),
      async (simulation) => {
        let done = 0
        for (const updates of looks(ratio, integrator, options)) {
          await simulation.step(updates - done)
          done = updates
          await expectOnTheWay(simulation, ratio, updates, integrator)
        }
      },
      options,
    )
  })
})

/** Points of a variation that differ in nothing but how slow they are. */
function varied(ratios: readonly number[], integrator: Integrator): Model {
  const points = ratios.map((ratio) => network(ratio, integrator))
  return {
    ...(points[0] as Model),
    replicas: ratios.length,
    variation: { axes: [], repetitions: 1, points },
  }
}

test.each(Object.entries(FORMS))(
  '%s: slow replicas beside quick ones follow their own',
  async (_, options) => {
    const ratios = [0.5, 1e-3, 1e-6]
    await withSimulation(
      varied(ratios, 'exponential-euler'),
      async (simulation) => {
        await simulation.step(1000)
        for (const [r, ratio] of ratios.entries())
          await expectOnTheWay(simulation, ratio, 1000, 'exponential-euler', (values, name) => {
            const size = (WAYS[name] as readonly Way[]).length
            return values.subarray(r * size, (r + 1) * size)
          })
      },
      options,
    )
  },
)

test('a quick replica beside slow ones has the bits of a run of its own, in one word', async () => {
  const own = await withSimulation(network(3e-3, 'exponential-euler'), async (simulation) => {
    expect(simulation.plan.buffers.filter(({ name }) => name.includes('/carry'))).toEqual([
      // Rows of a gated memory may be half open.
      expect.objectContaining({ name: 'gated/carry/matrix' }),
    ])
    await simulation.step(70)
    return readAll(simulation)
  })
  await withSimulation(varied([3e-3, 1e-4], 'exponential-euler'), async (simulation) => {
    await simulation.step(70)
    const both = await readAll(simulation)
    for (const name of ['slow', 'hebbian', 'w'])
      expect(both[name]!.subarray(0, own[name]!.length), name).toEqual(own[name])
  })
})

test.each(Object.entries(FORMS))('%s: a run in two parts has the bits of one', async (_, options) => {
  const model = network(1e-7, 'exponential-euler')
  const whole = await withSimulation(
    model,
    async (simulation) => {
      await simulation.step(1001)
      return readAll(simulation)
    },
    options,
  )
  const file = await withSimulation(
    model,
    async (simulation) => {
      await simulation.step(501)
      return encodeCheckpoint({ ...(await simulation.checkpoint()), scenario: SCENARIO })
    },
    options,
  )
  await withSimulation(
    model,
    async (simulation) => {
      await simulation.restore(decodeCheckpoint(file))
      await simulation.step(500)
      expect(await readAll(simulation)).toEqual(whole)
    },
    options,
  )
})

test('a group that a parameter makes slow is warned of, and a simulation built anew follows it', async () => {
  const model = await loadShipped('hebbian-learning')
  await withSimulation(model, async (simulation) => {
    expect([simulation.isExact, simulation.warnings]).toEqual([true, model.warnings])
    simulation.set('memories.xi.tau', 1e5)
    expect(simulation.isExact).toBe(false)
    expect(simulation.warnings.at(-1)).toContain(
      '`xi` has become so slow that float32 loses part of its steps',
    )
    await withSimulation(simulation.model, (rebuilt) => {
      expect([rebuilt.isExact, rebuilt.warnings]).toEqual([true, model.warnings])
      rebuilt.set('memories.xi.tau', 20)
      expect(rebuilt.isExact).toBe(true)
      return Promise.resolve()
    })
    simulation.set('memories.xi.tau', 20)
    expect(simulation.isExact).toBe(true)
  })
})

test('what is written drops what was carried of the value before', async () => {
  const ratio = 1e-6
  await withSimulation(network(ratio, 'exponential-euler'), async (simulation) => {
    simulation.write('slow', [1e6, 1e6, 1e6, 1e6])
    await simulation.step(100)
    simulation.write('slow', SLOW)
    await simulation.step(100)
    const { data } = await simulation.read('slow')
    WAYS.slow!.forEach((way, k) => {
      expect(data[k]).toBeCloseTo(after(way, ratio, 100, 'exponential-euler'), 7)
    })
  })
})

test('a slow variable arrives: 5 tau of 20,000 steps, and stays', async () => {
  const ratio = 5e-5
  await withSimulation(
    network(ratio, 'exponential-euler'),
    async (simulation) => {
      for (let tau = 1; tau <= 5; tau++) {
        await simulation.step(20_000)
        await expectOnTheWay(simulation, ratio, tau * 20_000, 'exponential-euler')
      }
    },
    { resident: 'on' },
  )
})

test('slow neurons have the same bits on an adapter of 8 storage buffers, where the activation is a separate kernel', async () => {
  const after = (maxStorageBuffersPerShaderStage: number) =>
    withSimulation(
      network(2 ** -12, 'euler'),
      async (simulation) => {
        const move = simulation.plan.tick.find(({ label }) => label === 'slow/integrate')
        await simulation.step(20)
        return { reacts: 'activations' in move!.buffers, end: await readAll(simulation) }
      },
      { limits: { ...DEFAULT_LIMITS, maxStorageBuffersPerShaderStage } },
    )
  const few = await after(8)
  expect([few.reacts, few.end.slow![0]! > SLOW[0]!]).toEqual([false, true])
  expect({ ...few, reacts: true }).toEqual(await after(10))
})
