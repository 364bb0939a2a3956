/** Rules with traces in whole networks: shapes, replicas, checkpoints, parameters, and what BCM and covariance learn. */
import { describe, expect, test } from 'vitest'
import { INTEGRATOR_KINDS } from '../../src/core/kinds/integrators/table.ts'
import { TRACED_RULES, tracesOf } from '../../src/core/kinds/rules/table.ts'
import { risesOf } from '../../src/core/model/energy.ts'
import type { Memory, Model } from '../../src/core/model/model.ts'
import { parseScenario } from '../../src/core/model/parse.ts'
import { RandomStream } from '../../src/core/model/random.ts'
import { resolveModel } from '../../src/core/model/resolve.ts'
import { decodeCheckpoint, encodeCheckpoint } from '../../src/core/run/checkpoint.ts'
import { stateArrays, statesOf } from '../../src/core/run/results.ts'
import { DEFAULT_LIMITS } from '../../src/node/limits.ts'
import { buildModel, normalRows, rowsOf } from '../build.ts'
import { OBJECTS } from '../rules.ts'
import { expectLikeReference, namesOf, readAll, withSimulation } from './helpers/compare.ts'
import { expectWithin } from './helpers/within.ts'

const KINDS = TRACED_RULES.map(({ kind }) => kind)

interface Shape {
  readonly from?: number
  readonly to?: number
  readonly replicas?: number
  readonly integrator?: Model['time']['integrator']
}

/** Two layers that move, and a memory between them that learns by a rule with traces. */
function network(
  kind: (typeof KINDS)[number],
  { from = 7, to = 5, replicas = 1, integrator = 'exponential-euler' }: Shape = {},
  memory: Partial<Pick<Memory, 'rule' | 'tau' | 'every' | 'bias'>> = {},
): Model {
  const stream = new RandomStream(from, `traces ${to}`)
  const layer = (name: string, size: number) =>
    ({
      name,
      size,
      lagrangian: { kind: 'tanh', gain: 1 },
      init: normalRows(stream, replicas, size),
      bias: normalRows(stream, replicas, size, 0.5),
    }) as const
  return buildModel({
    replicas,
    time: { dt: 0.1, integrator },
    layers: [layer('v', from), layer('h', to)],
    memories: [
      {
        name: 'xi',
        from: 'v',
        to: 'h',
        rule: OBJECTS[kind],
        tau: 3,
        init: normalRows(stream, to, from, 0.3 / Math.sqrt(from)),
        ...memory,
      },
    ],
  })
}

/** The time constants of the traces of a kind, all of them this long. */
function timesOf(kind: (typeof KINDS)[number], time: number): Partial<Record<string, number>> {
  return { bcm: { tauThreshold: time }, covariance: { tauMean: time } }[kind]
}

/** A scenario with the same names as `network`. */
const scenarioOf = (kind: (typeof KINDS)[number], rule: object, to = 3) => ({
  version: 1,
  seed: 1,
  time: { dt: 0.1, ticks: 100 },
  neurons: {
    v: { size: 6, lagrangian: { kind: 'tanh' }, bias: 0.4 },
    h: { size: to, lagrangian: { kind: 'linear' }, bias: 0.7 },
  },
  memories: {
    xi: {
      ...{ from: 'v', to: 'h', tau: 2, ...rule, rule: kind, kind: 'dense' },
      init: { kind: 'random', distribution: 'normal', count: to },
    },
  },
})

const read = () => Promise.reject(new Error('there are no files'))
const resolved = (raw: unknown): Promise<Model> => resolveModel(parseScenario(raw), { read })

/** All that a run of some ticks leaves. */
const ranOf = (model: Model, ticks: number): Promise<Record<string, Float32Array>> =>
  withSimulation(model, async (simulation) => {
    await simulation.step(ticks)
    return readAll(simulation)
  })

const SIZES = [
  { from: 1, to: 1 },
  { from: 7, to: 5 },
  { from: 32, to: 32 },
  { from: 33, to: 67 },
]

describe.each(KINDS)('%s', (kind) => {
  test.each(SIZES.flatMap((size) => [1, 5].map((replicas) => ({ ...size, replicas }))))(
    'is that of float64: $to x $from, replicas $replicas, in workgroups of 8 too',
    async (shape) => {
      await expectLikeReference(network(kind, shape), 20)
      await expectLikeReference(network(kind, shape), 20, { workgroup: 8 })
    },
  )

  test.each(INTEGRATOR_KINDS)(
    'is that of float64 by %s, at a slower rate and in two words',
    async (integrator) => {
      await expectLikeReference(network(kind, { integrator }), 30)
      await expectLikeReference(network(kind, { integrator }, { every: 3 }), 30)
      const rule = { ...OBJECTS[kind], ...timesOf(kind, 500) }
      await expectLikeReference(network(kind, { integrator }, { tau: 500, rule }), 30)
    },
  )

  test('is that of float64 where its memory is in several buffers', async () => {
    const model = network(kind, { from: 33, to: 67, replicas: 2 })
    const limits = { ...DEFAULT_LIMITS, maxStorageBufferBindingSize: 4096 }
    await withSimulation(
      model,
      ({ plan }) => {
        expect(plan.matrices.get('xi')?.blocks.length).toBeGreaterThan(1)
        return Promise.resolve()
      },
      { limits },
    )
    await expectLikeReference(model, 20, { limits })
  })

  test.each(INTEGRATOR_KINDS)(
    'goes on from the file of a checkpoint bit by bit by %s',
    async (integrator) => {
      // Slow enough for two words.
      const rule = { ...OBJECTS[kind], ...timesOf(kind, 400) }
      const model = network(kind, { replicas: 3, integrator }, { tau: 900, rule })
      const scenario = parseScenario(scenarioOf(kind, rule))
      const traces = tracesOf(model.memories[0]!).map(({ name }) => name)
      await withSimulation(model, async (simulation) => {
        await simulation.step(13)
        const saved = { ...(await simulation.checkpoint()), scenario }
        const kept = decodeCheckpoint(encodeCheckpoint(saved))
        for (const name of traces) expect(kept.arrays[name], name).toEqual(saved.arrays[name])
        await simulation.step(14)
        const whole = await readAll(simulation)
        expect(Object.keys(whole)).toEqual(expect.arrayContaining(traces))
        await simulation.reset()
        for (const name of traces)
          expect(Math.max(...(await simulation.read(name)).data.map(Math.abs)), name).toBe(0)
        await simulation.restore(kept)
        await simulation.step(14)
        expect(await readAll(simulation)).toEqual(whole)
      })
    },
  )

  test('has no resident form, and the error says why', async () => {
    const because = 'it does not support the traces of the rule of `xi`'
    await expect(withSimulation(network(kind), () => Promise.resolve(), { resident: 'on' })).rejects.toThrow(
      `resident: this network cannot be resident: ${because}; use "auto"`,
    )
    const plan = await withSimulation(network(kind), (simulation) => Promise.resolve(simulation.plan), {
      resident: 'auto',
    })
    expect([plan.batched, plan.notBatched]).toEqual([undefined, because])
  })

  test('has no energy that only falls, and says why', () => {
    expect(risesOf(network(kind))).toEqual([`memory \`xi\` learns by ${kind}`])
  })

  test('varies by replica as in runs of their own', async () => {
    const points = [1, 4].map((time) =>
      network(kind, {}, { rule: { ...OBJECTS[kind], ...timesOf(kind, time) } }),
    )
    const varied = { ...points[0]!, replicas: 2, variation: { axes: [], repetitions: 1, points } }
    await expectLikeReference(varied, 20)
    const names = namesOf(varied)
    const alone = await Promise.all(points.map((point) => ranOf(point, 20)))
    const both = await ranOf(varied, 20)
    for (const name of names) expect([...both[name]!], name).toEqual(alone.flatMap((own) => [...own[name]!]))
  })

  test('has its traces in snapshots and results, and varies in a scenario', async () => {
    const [key] = Object.keys(timesOf(kind, 1)) as [string]
    const names = tracesOf(network(kind).memories[0]!).map(({ name }) => name)
    const raw = {
      ...scenarioOf(kind, { ...OBJECTS[kind], ...timesOf(kind, 3) }),
      replicas: { count: 2, vary: { [`memories.xi.${key}`]: { values: [3, 6] } } },
      probes: Object.fromEntries(
        names.map((name, k) => [`t${k}`, { kind: 'snapshot', of: name, every: 10 }]),
      ),
    }
    const model = await resolved(raw)
    await withSimulation(model, async (simulation) => {
      await simulation.step(20)
      await simulation.flush()
      expect(Object.keys(stateArrays(statesOf(simulation)))).toEqual(
        ['v', 'h', 'xi', ...names].map((name) => `state.${name}`),
      )
      for (const [k, name] of names.entries()) {
        const { data, shape } = await simulation.read(name)
        const series = simulation.series[k]!
        expect([series.shape, series.tick], name).toEqual([[...shape], [0, 10, 20]])
        expect(series.value[2], name).toEqual(data)
        // The slower trace is closer to 0, where both began.
        const [fast, slow] = [0, 1].map((r) =>
          Math.hypot(...data.subarray((r * data.length) / 2, ((r + 1) * data.length) / 2)),
        )
        expect(slow!, name).toBeLessThan(0.9 * fast!)
      }
    })
  })
})

test('a time constant of a trace acts from the next tick on', async () => {
  const held = { kind: 'clamp', layer: 'h', patterns: { kind: 'values', values: [[3]] } }
  const raw = {
    ...scenarioOf('bcm', { tauThreshold: 1e6 }, 1),
    stimulus: [held],
    time: { dt: 1, ticks: 20 },
  }
  await withSimulation(await resolved(raw), async (simulation) => {
    await simulation.step(1)
    expect((await simulation.read('xi.theta')).data[0]).toBeLessThan(1e-4)
    simulation.set('memories.xi.tauThreshold', 1)
    await simulation.step(1)
    const theta = (g: number) => g ** 2 * (1 - Math.exp(-1))
    expectWithin((await simulation.read('xi.theta')).data, [theta(3)], 1e-4)
  })
})

test('a decay of bcm acts from the next tick on', async () => {
  const raw = {
    ...scenarioOf('bcm', { tauThreshold: 5 }, 1),
    stimulus: [{ kind: 'clamp', layer: 'h', patterns: { kind: 'zeros' } }],
    time: { dt: 1, ticks: 20 },
  }
  await withSimulation(await resolved(raw), async (simulation) => {
    const before = (await simulation.read('xi')).data
    await simulation.step(3)
    expect((await simulation.read('xi')).data).toEqual(before)
    simulation.set('memories.xi.decay', 0.5)
    await simulation.step(1)
    // tau is 2: exp(-decay dt / tau) is left of an entry.
    const left = Math.exp(-0.25)
    expectWithin(
      (await simulation.read('xi')).data,
      [...before].map((value) => left * value),
      1e-6,
    )
  })
})

test('BCM neurons choose one of two orthogonal patterns, at the fixed point of the rule', async () => {
  // Bienenstock, Cooper, Munro 1982: where y (y - theta) = 0 for both patterns, only answers to one of them are stable. Shown in
  // turn, theta alternates; before the pattern of the neuron it is y^2 e^-h / (1 + e^-h) with h = dt / tauThreshold, so that
  // y = theta there means y = 1 + e^h (2 for a slow threshold), and the answer to the other pattern dies out.
  const patterns = [
    [1, 1, 1, 1, 0, 0, 0, 0].map((value) => value / 2),
    [0, 0, 0, 0, 1, -1, 1, -1].map((value) => value / 2),
  ]
  const starts = [
    [1.2, 0.8],
    [0.4, 0.9],
    [1.5, 1.4],
    [0.3, 0.5],
    [0.6, 0.2],
  ]
  const h = 0.05
  const model = buildModel({
    time: { dt: 1 },
    layers: [
      { name: 'v', size: 8, lagrangian: { kind: 'linear', gain: 1 }, tau: 1 },
      { name: 'h', size: starts.length, lagrangian: { kind: 'linear', gain: 1 }, tau: 0 },
    ],
    memories: [
      {
        name: 'xi',
        from: 'v',
        to: 'h',
        rule: { kind: 'bcm', tauThreshold: 1 / h, decay: 0 },
        tau: 150,
        init: rowsOf(
          starts.map(([a, b]) => patterns[0]!.map((value, i) => a! * value + b! * patterns[1]![i]!)),
        ),
      },
    ],
    stimulus: [{ kind: 'clamp', layer: 'v', patterns: rowsOf(patterns) }],
  })
  await withSimulation(model, async (simulation) => {
    await simulation.step(3000)
    const { data } = await simulation.read('xi')
    const answers = starts.map((_, row) =>
      patterns.map((pattern) => pattern.reduce((sum, value, i) => sum + value * data[row * 8 + i]!, 0)),
    )
    const chosen = 1 + Math.exp(h)
    answers.forEach(([first, second], row) => {
      const [a, b] = starts[row]!
      // The stronger answer at first wins.
      expectWithin([first!, second!], a! > b! ? [chosen, 0] : [0, chosen], 0.01, `row ${row}, answer`)
    })
  })
})

test('covariance learns the covariance of what both layers are shown, not their correlation', async () => {
  const stream = new RandomStream(8, 'covariance')
  const [K, N, M] = [6, 4, 3]
  const shown = (size: number): number[][] =>
    Array.from({ length: K }, () => Array.from({ length: size }, () => 1.5 + stream.normal()))
  const [from, to] = [shown(N), shown(M)]
  const meanOf = (rows: readonly number[][], column: number): number =>
    rows.reduce((sum, row) => sum + row[column]!, 0) / K
  const covariance = Array.from({ length: M * N }, (_, k) => {
    const [i, j] = [Math.floor(k / N), k % N]
    return (
      to.reduce((sum, row, t) => sum + (row[i]! - meanOf(to, i)) * (from[t]![j]! - meanOf(from, j)), 0) / K
    )
  })
  const layer = (name: string, size: number) =>
    ({ name, size, lagrangian: { kind: 'linear', gain: 1 }, tau: 1 }) as const
  const clamp = (name: string, rows: number[][]) =>
    ({ kind: 'clamp', layer: name, patterns: rowsOf(rows) }) as const
  const model = buildModel({
    time: { dt: 1 },
    layers: [layer('v', N), layer('h', M)],
    memories: [
      {
        ...{ name: 'xi', from: 'v', to: 'h', tau: 500, rule: { kind: 'covariance', tauMean: 500 } },
        init: normalRows(stream, M, N),
        bias: normalRows(stream, M, N, 0),
      },
    ],
    stimulus: [clamp('v', from), clamp('h', to)],
  })
  await withSimulation(model, async (simulation) => {
    await simulation.step(6000)
    expectWithin((await simulation.read('xi')).data, covariance, 0.02)
    expectWithin(
      (await simulation.read('xi.meanTo')).data,
      to[0]!.map((_, i) => meanOf(to, i)),
      0.02,
    )
    expectWithin(
      (await simulation.read('xi.meanFrom')).data,
      from[0]!.map((_, j) => meanOf(from, j)),
      0.02,
    )
  })
})
