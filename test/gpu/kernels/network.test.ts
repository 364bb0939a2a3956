import { withViews } from '../../../src/core/model/couplings.ts'
import { describe, expect, test } from 'vitest'
import type { Model, Probe, Rows } from '../../../src/core/model/model.ts'
import { RandomStream } from '../../../src/core/model/random.ts'
import { fromHalf, toHalf } from '../../../src/core/data/half.ts'
import { planNetwork } from '../../../src/core/plan/plan.ts'
import { TILES } from '../../../src/core/plan/kernels.ts'
import { type Variants, formText } from '../../../src/core/plan/variants.ts'
import { DEFAULT_LIMITS } from '../../../src/node/limits.ts'
import type { SimulationOptions } from '../../../src/core/run/simulation.ts'
import { buildModel, normalRows, signRows } from '../../build.ts'
import { drift, expectLikeReference, readAll, withSimulation } from '../helpers/compare.ts'
import { NETWORKS, packedNetwork } from '../helpers/networks.ts'
import { expectWithin, largest } from '../helpers/within.ts'
import { hasSubgroups } from './harness.ts'

const TICKS = 21

test.each(NETWORKS)('the $name network does what its equations say, tick 0 included', async ({ model }) => {
  await expectLikeReference(model, TICKS)
})

test.each(NETWORKS)('the $name network does so in workgroups of 8', async ({ model }) => {
  await expectLikeReference(model, TICKS, { workgroup: 8 })
})

/** Every kernel that may be chosen, forced in turn. */
const VARIANTS: readonly {
  readonly title: string
  readonly variants: Variants
  readonly subgroups?: boolean
}[] = [
  {
    title: 'products written down, one row and state at a time, added up with barriers',
    variants: { fuse: 'off', matvec: '1x1', 'matvec-transposed': '1x1', reduce: 'tree' },
  },
  {
    title: 'products that move their layers, one state at a time, added up within a subgroup',
    variants: { matvec: '8x1', 'matvec-transposed': '2x1', reduce: 'subgroup' },
    subgroups: true,
  },
  {
    title: 'tiles of 4 x 4, and couplings that are folded',
    variants: { matvec: '4x4', 'matvec-transposed': '4x4', symv: 'on' },
  },
  { title: 'recall that reads its memory once', variants: { attention: 'on' } },
  { title: 'synapses in factors', variants: { synapses: 'factored' } },
  { title: 'synapses in factors that are not folded', variants: { synapses: 'factored', symv: 'off' } },
  {
    title: 'tiles that lanes share',
    variants: { matvec: '4x1x16', 'matvec-transposed': '1x1x4' },
  },
]

describe.each(VARIANTS.filter(({ subgroups = false }) => !subgroups || hasSubgroups))(
  'with $title',
  ({ variants }) => {
    test.each(NETWORKS)('the $name network does so', async ({ model }) => {
      await expectLikeReference(model, TICKS, { variants })
    })
  },
)

test.each([
  { matvec: '1x8', 'matvec-transposed': '1x8', fuse: 'off' } as const,
  ...(hasSubgroups
    ? ([
        { matvec: '4x8q', 'matvec-transposed': '1x8q', fuse: 'off' },
        { matvec: '8x16q', 'matvec-transposed': '1x16q', fuse: 'on' },
      ] as const)
    : []),
])('17 replicas that share packed memories do so in tiles of %o', async (variants) => {
  const model = packedNetwork(0.3, 17)
  const { products } = planNetwork(model, DEFAULT_LIMITS, { variants, lanes: 4 })
  const shared = products.filter(({ states }) => states === 17)
  expect(shared.map(({ product }) => product)).toEqual(
    expect.arrayContaining(['matvec', 'matvec-transposed']),
  )
  for (const { product, form } of shared) expect(formText(form)).toBe(`${variants[product]}/64`)
  await expectLikeReference(model, TICKS, { variants })
})

test.each(NETWORKS)(
  'the $name network does so with another form for each of its products',
  async ({ model }) => {
    const { products } = planNetwork(model, { ...DEFAULT_LIMITS, maxStorageBuffersPerShaderStage: 10 })
    const stream = new RandomStream(7, 'forms')
    const one = <T>(list: readonly T[]): T => list[stream.word() % list.length]!
    const forms = products.map(({ name, product, states }) => {
      // Large tiles compile slowly.
      const tiles = TILES[product].filter((tile) => tile.states <= states && tile.across * tile.states <= 4)
      const tile = one(tiles)
      return [name, formText({ ...tile, workgroup: Math.max(tile.lanes, one([8, 16, 32, 128])) })]
    })
    await expectLikeReference(model, TICKS, { variants: Object.fromEntries(forms) as Variants })
  },
)

test.each([
  { v: 13, h: 1, format: 'f32', inputOffset: 'none' },
  { v: 517, h: 37, format: 'f32', inputOffset: 'half-norm' },
  { v: 1001, h: 50, format: 'binary', inputOffset: 'half-norm' },
  { v: 700, h: 16, format: 'f16', inputOffset: 'none' },
] as const)(
  'recall that reads Xi once is recall: $h rows of $v in $format, offset $inputOffset',
  async ({ v, h, format, inputOffset }) => {
    const draw = new RandomStream(v, 'attended')
    const init = format === 'binary' ? signRows(draw, h, v) : normalRows(draw, h, v)
    const model = buildModel({
      replicas: 2,
      layers: [
        { name: 'v', size: v, lagrangian: { kind: 'tanh', gain: 1 }, init: normalRows(draw, 2, v) },
        {
          name: 'h',
          size: h,
          lagrangian: { kind: 'softmax', beta: 0.03 },
          tau: 0,
          bias: normalRows(draw, 1, h, 5),
        },
      ],
      memories: [{ name: 'xi', from: 'v', to: 'h', init: halved(init, format), format, inputOffset }],
      probes: [{ kind: 'energy', name: 'energy', every: 2 }],
    })
    const variants = { attention: 'on' } as const
    const plan = planNetwork(model, { ...DEFAULT_LIMITS, maxStorageBuffersPerShaderStage: 10 }, { variants })
    expect(plan.tick.map(({ kernel }) => kernel.entryPoint)).toEqual(['attention', 'attentionReduce'])
    await expectLikeReference(model, 6, { variants })
  },
)

/** What half precision can hold, where that is what holds it. */
function halved(rows: Rows, format: string): Rows {
  if (format !== 'f16') return rows
  return { ...rows, data: rows.data.map((value) => fromHalf(toHalf(value))) }
}

describe('matrices split over many buffers', () => {
  const LIMITS = {
    maxBufferSize: 2 ** 28,
    maxComputeWorkgroupsPerDimension: 65535,
    maxStorageBuffersPerShaderStage: 10,
  }

  /** Hebbian memories and plastic synapses, or fixed ones that replicas share; the ring of a probe must fit the limit as well, so each has its own size. */
  function network(
    v: number,
    h: number,
    replicas: number,
    { learns = true, probe }: { learns?: boolean; probe?: Probe } = {},
  ): Model {
    const stream = new RandomStream(5, 'split')
    return buildModel({
      replicas,
      layers: [
        { name: 'v', size: v, lagrangian: { kind: 'tanh', gain: 2 }, init: normalRows(stream, replicas, v) },
        { name: 'h', size: h, lagrangian: { kind: 'softmax', beta: 0.5 }, tau: 0 },
      ],
      memories: [
        {
          name: 'xi',
          from: 'v',
          to: 'h',
          init: normalRows(stream, h, v, 0.3),
          ...(learns && { rule: 'hebbian', tau: 3, every: 2 }),
        },
      ],
      synapses: [
        {
          name: 'w',
          layer: 'v',
          ...(learns && { tau: 2, strength: 1 }),
          base: { kind: 'hebbian', patterns: signRows(stream, 3, v), zeroDiagonal: true },
        },
      ],
      probes: probe === undefined ? [] : [probe],
    })
  }

  /** Runs a model whole and split, both against the reference and against each other. */
  async function expectSplit(model: Model, bytes: number, blocks: Readonly<Record<string, number>>) {
    const ticks = 6
    const limits = { ...LIMITS, maxStorageBufferBindingSize: bytes }
    const plan = planNetwork(model, limits)
    const counts = Object.fromEntries(
      Object.keys(blocks).map((name) => [name, plan.matrices.get(name)?.blocks.length]),
    )
    expect(counts).toEqual(blocks)
    await expectLikeReference(model, ticks, { limits })
    const run = (options: SimulationOptions) =>
      withSimulation(
        model,
        async (simulation) => {
          await simulation.step(ticks)
          const arrays = await readAll(simulation)
          await simulation.flush()
          return { arrays, series: simulation.series.map(({ terms, value }) => [...(terms ?? value)]) }
        },
        options,
      )
    const whole = await run({})
    const split = await run({ limits })
    for (const [name, values] of Object.entries(whole.arrays))
      expectWithin(split.arrays[name]!, values, drift(model, ticks) * (1 + largest(values)), name)
    whole.series.forEach((samples, index) =>
      samples.forEach((values, k) =>
        expectWithin(
          split.series[index]![k]!,
          values,
          drift(model, ticks) * 64 * (1 + largest(values)),
          `sample ${k}:`,
        ),
      ),
    )
  }

  test('run as whole ones do, a few rows in each', async () => {
    await expectSplit(network(64, 9, 3), 1024, { w: 48, 'w/base': 16, xi: 9, 'xi/base': 3 })
    // Sizes that leave a shorter last block in each copy, and several copies in one block.
    await expectSplit(network(61, 7, 3), 4200, { w: 12, 'w/base': 4, xi: 2, 'xi/base': 1 })
  })

  test('run as whole ones do where replicas share them', async () => {
    const shared = network(64, 9, 5, { learns: false })
    await expectSplit(shared, 1500, { w: 16, xi: 3 })
  })

  test('have the same energy', async () => {
    const probe: Probe = { kind: 'energy', name: 'energy', every: 1 }
    await expectSplit(network(64, 52, 3, { probe }), 12_300, { w: 6, 'w/base': 2, xi: 6, 'xi/base': 2 })
  })

  test('have the same cosines and overlaps, of patterns that are split as well', async () => {
    const patterns = normalRows(new RandomStream(6, 'patterns'), 10, 516)
    const whole = network(516, 10, 2)
    const model = { ...whole, ...withViews(whole.memories) }
    const similarity: Probe = { kind: 'similarity', name: 's', every: 2, memory: 'xi', patterns }
    const blocks = { xi: 4, 's/patterns': 2 }
    await expectSplit({ ...model, probes: [similarity] }, 20_480, blocks)
    const overlap: Probe = { kind: 'overlap', name: 's', every: 2, layer: 'v', patterns }
    await expectSplit({ ...model, probes: [overlap] }, 20_480, blocks)
  })
})
