/** Which neurons move in a step: the kernels against float64, and who is chosen against the definition of each kind. */
import { describe, expect, test } from 'vitest'
import { INTEGRATOR_KINDS, integratorOf } from '../../src/core/kinds/integrators/table.ts'
import {
  type Update,
  UPDATE_KINDS,
  updateFacts,
  type UpdateKind,
  updateOf,
} from '../../src/core/kinds/updates/table.ts'
import type { Layer, Model } from '../../src/core/model/model.ts'
import { RandomStream } from '../../src/core/model/random.ts'
import type { SimulationOptions } from '../../src/core/run/simulation.ts'
import { buildModel, normalRows } from '../build.ts'
import { expectLikeReference, readAll, withSimulation } from './helpers/compare.ts'

/** A layer of so many neurons and one that answers it as a whole, both with the same update. */
function network(
  size: number,
  update: Update,
  change: Partial<Model> = {},
  layer: Partial<Layer> = {},
): Model {
  const stream = new RandomStream(5, 'updates')
  const { time, replicas = 1 } = change
  return buildModel({
    time: { dt: 0.25, ...time },
    replicas,
    layers: [
      {
        name: 'v',
        size,
        lagrangian: { kind: 'tanh', gain: 1.5 },
        init: normalRows(stream, 2, size),
        bias: normalRows(stream, 1, size, 0.3),
        update,
        ...layer,
      },
      { name: 'h', size: 3, lagrangian: { kind: 'softmax', beta: 2 }, tau: 0.5, update },
    ],
    memories: [{ name: 'xi', from: 'v', to: 'h', init: normalRows(stream, 3, size, 0.5), rule: 'fixed' }],
    probes: [
      { kind: 'energy', name: 'e', every: 2 },
      { kind: 'speed', name: 's', every: 3, layer: 'v' },
    ],
  })
}

const FORMS: Readonly<Record<string, SimulationOptions>> = {
  fused: {},
  unfused: { variants: { fuse: 'off' } },
  resident: { resident: 'on' },
}

/** One neuron, no whole quad, a whole workgroup, more than one; and replicas for each. */
const SIZES = [
  [1, 1],
  [7, 5],
  [64, 1],
  [130, 5],
] as const

const GRID = UPDATE_KINDS.flatMap((kind) =>
  INTEGRATOR_KINDS.flatMap((integrator) =>
    Object.entries(FORMS).flatMap(([form, options]) =>
      options.resident === 'on' && integratorOf(integrator).stages.length > 1
        ? []
        : [[kind, integrator, form, options] as const],
    ),
  ),
)

test.each(GRID)('%s by %s, %s: kernels do what float64 does', async (kind, integrator, _, options) => {
  for (const [size, replicas] of SIZES)
    await expectLikeReference(
      network(size, updateOf(kind), { replicas, time: { dt: 0.25, ticks: 20, integrator } }),
      20,
      options,
    )
})

/**
 * How often each neuron moved: each step goes the part 1/64 of the way from 0 to its bias 1, so that 1 - x is (63/64)^k after k
 * of them. [replicas][size]
 */
async function movesOf(
  model: {
    readonly update: Update
    readonly size: number
    readonly replicas: number
    readonly every?: number
  },
  steps: number,
  options: SimulationOptions,
): Promise<number[][]> {
  const { update, size, replicas, every = 1 } = model
  const ones = { rows: 1, columns: size, data: new Float32Array(size).fill(1) }
  const layer = {
    name: 'v',
    size,
    lagrangian: { kind: 'linear', gain: 1 },
    bias: ones,
    update,
    every,
  } as const
  const alone = buildModel({ replicas, time: { dt: 1 / 64 / every, integrator: 'euler' }, layers: [layer] })
  return withSimulation(
    alone,
    async (simulation) => {
      await simulation.step(steps * every)
      const { data } = await simulation.read('v')
      const counts = Array.from(data, (x) => Math.log1p(-x) / Math.log(63 / 64))
      for (const count of counts) expect(Math.abs(count - Math.round(count))).toBeLessThan(0.01)
      return Array.from({ length: replicas }, (_, r) =>
        counts.slice(r * size, (r + 1) * size).map(Math.round),
      )
    },
    options,
  )
}

const STEPS = 192

/** Sum of (count - mean)^2 / variance over the neurons but one degree: near their number where counts are binomial. */
function expectBinomial(counts: readonly number[], chance: number): void {
  const mean = STEPS * chance
  const variance = mean * (1 - chance)
  const spread = counts.reduce((sum, count) => sum + (count - mean) ** 2, 0) / variance
  // Chi-square of n degrees: n with a deviation of sqrt(2 n), somewhat more where the mean is small.
  const deviation = Math.sqrt(counts.length * (2 + 1 / variance))
  expect(Math.abs(spread - counts.length)).toBeLessThan(5 * deviation)
}

const total = (counts: readonly number[]): number => counts.reduce((sum, count) => sum + count, 0)

/** A row for each kind: what is known of the moves of each neuron, [replicas][size], in `STEPS` steps. */
const MOVES: Readonly<Record<UpdateKind, (counts: number[][], size: number) => void>> = {
  all: (counts) => {
    expect(new Set(counts.flat())).toEqual(new Set([STEPS]))
  },
  probability: (counts) => {
    expectBinomial(counts.flat(), PROBABILITY)
    const mean = total(counts.flat()) / counts.flat().length
    const error = Math.sqrt((STEPS * PROBABILITY * (1 - PROBABILITY)) / counts.flat().length)
    expect(Math.abs(mean - STEPS * PROBABILITY)).toBeLessThan(5 * error)
  },
  one: (counts, size) => {
    expect(counts.map(total)).toEqual(counts.map(() => STEPS))
    expectBinomial(counts.flat(), 1 / size)
    expect(new Set(counts.map(String)).size).toBe(counts.length)
  },
  cycle: (counts, size) => {
    const expected = Array.from({ length: size }, (_, i) => Math.ceil((STEPS - i) / size))
    expect(counts).toEqual(counts.map(() => expected))
  },
}

const PROBABILITY = 0.5

describe.each(UPDATE_KINDS)('%s', (kind) => {
  const update = updateOf(kind)

  test.each([
    ['plain', 100, {}],
    ['resident', 10, { resident: 'on' } as const],
  ])('moves as many neurons as it says, %s', async (_, size, options) => {
    MOVES[kind](await movesOf({ update, size, replicas: 40 }, STEPS, options), size)
  })

  test('counts the steps of its layer, not the ticks', async () => {
    MOVES[kind](await movesOf({ update, size: 9, replicas: 40, every: 3 }, STEPS, {}), 9)
  })

  test('keeps the state of the others bit by bit, in two words too, and what a clamp holds', async () => {
    // So slow that the layer stands in two words.
    const slow = network(
      11,
      update,
      { replicas: 2, time: { dt: 0.25, ticks: 20, integrator: 'euler' } },
      { tau: 1000 },
    )
    const free = Uint8Array.from([1, 0, 0, 1, 0, 1, 0, 0, 0, 1, 1])
    const patterns = { rows: 1, columns: 11, data: new Float32Array(11).fill(0.25), free }
    const { stimulus } = buildModel({
      layers: [],
      stimulus: [{ kind: 'clamp', layer: 'v', patterns, stop: 7 }],
    })
    for (const options of Object.values(FORMS)) {
      await expectLikeReference(slow, 20, options)
      await expectLikeReference({ ...slow, stimulus }, 20, options)
    }
  })

  test('goes on from a checkpoint bit by bit, noise included', async () => {
    for (const options of Object.values(FORMS))
      await withSimulation(
        network(7, update, { replicas: 3 }, { temperature: 0.2 }),
        async (simulation) => {
          await simulation.step(13)
          const checkpoint = await simulation.checkpoint()
          await simulation.step(14)
          const whole = await readAll(simulation)
          await simulation.reset()
          await simulation.restore(checkpoint)
          await simulation.step(14)
          expect(await readAll(simulation)).toEqual(whole)
        },
        options,
      )
  })

  test('has replicas that vary as runs of their own: the seed, and its number where it has one', async () => {
    const { number } = updateFacts(update)
    const points = [1, 2].map((seed): Model => {
      const own = number === undefined ? update : ({ [kind]: number.start / seed } as Update)
      return { ...network(7, own), seed }
    })
    const varied = { ...points[0]!, replicas: 2, variation: { axes: [], repetitions: 1, points } }
    for (const options of Object.values(FORMS)) await expectLikeReference(varied, 20, options)
  })
})
