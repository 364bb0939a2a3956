/**
 * What a GPU is measured at: small scenarios that grow with one number, the forms of their kernels where a planner has a choice,
 * and the array that must agree with the float64 reference. Pure.
 */
import type { ScenarioInput } from '../model/schema.ts'
import type { SimulationOptions } from '../run/options.ts'

/** One form of the same network. */
export interface Way {
  readonly name: string
  readonly options: SimulationOptions
  /** Smallest subgroup of an adapter that can take it. Default: any. */
  readonly lanes?: number
}

export interface MeasuredWork {
  readonly id: string
  readonly title: string
  /** What the size counts, such as `neurons`. */
  readonly unit: string
  readonly scenario: (size: number) => ScenarioInput
  /** The size at which results are compared with the reference, after so many ticks. */
  readonly checked: { readonly size: number; readonly ticks: number }
  /** Sizes that are timed, ascending; the largest that fits the time counts. */
  readonly sizes: readonly number[]
  /** The array that is compared. */
  readonly read: string
  readonly ways: readonly Way[]
}

const random = (distribution: 'binary' | 'normal', count: number) =>
  ({ kind: 'random', distribution, count }) as const

/** A memory of N patterns of N neurons, and damaged cues. */
const recall =
  (replicas: number) =>
  (size: number): ScenarioInput => ({
    version: 1,
    time: { dt: 0.1, ticks: 1, integrator: 'euler' },
    neurons: {
      v: { size, lagrangian: { kind: 'linear' } },
      h: { size, lagrangian: { kind: 'softmax', beta: 0.05 }, tau: 0 },
    },
    memories: { xi: { from: 'v', to: 'h', init: random('binary', size) } },
    stimulus: [
      {
        kind: 'initial',
        layer: 'v',
        patterns: { kind: 'rows', of: 'xi', corrupt: { op: 'flip', fraction: 0.2 } },
      },
    ],
    replicas,
  })

const learning = (replicas: number): ScenarioInput => ({
  version: 1,
  time: { dt: 1, ticks: 1, integrator: 'euler' },
  neurons: {
    v: { size: 50, lagrangian: { kind: 'linear' } },
    h: { size: 4, lagrangian: { kind: 'softmax', beta: 2 }, tau: 0 },
  },
  memories: { xi: { from: 'v', to: 'h', init: random('binary', 4), rule: 'gated', tau: 250 } },
  stimulus: [{ kind: 'clamp', layer: 'v', patterns: random('normal', 4) }],
  replicas,
})

const plastic = (size: number): ScenarioInput => ({
  version: 1,
  time: { dt: 0.1, ticks: 1 },
  neurons: { v: { size, lagrangian: { kind: 'tanh' } } },
  synapses: {
    w: {
      layer: 'v',
      tau: 2,
      strength: 0.3,
      base: { kind: 'hebbian', patterns: random('binary', 20), zeroDiagonal: true },
    },
  },
  stimulus: [
    {
      kind: 'initial',
      layer: 'v',
      patterns: { kind: 'rows', of: 'w', corrupt: { op: 'flip', fraction: 0.2 } },
    },
  ],
})

/** 15 entries a row. */
const sparse = (size: number): ScenarioInput => ({
  version: 1,
  time: { dt: 0.1, ticks: 1 },
  neurons: {
    a: { size, lagrangian: { kind: 'tanh', gain: 1 } },
    b: { size, lagrangian: { kind: 'tanh', gain: 1 }, tau: 2 },
  },
  memories: {
    s: {
      kind: 'sparse',
      from: 'a',
      to: 'b',
      init: { kind: 'random-sparse', degree: 15, distribution: 'normal' },
      scale: 0.2,
    },
  },
  stimulus: [{ kind: 'initial', layer: 'a', patterns: random('normal', 1) }],
})

/** 16 filters of 5 x 5 over an image. */
const convolution = (side: number): ScenarioInput => ({
  version: 1,
  time: { dt: 0.1, ticks: 1 },
  neurons: {
    image: { size: [side, side], lagrangian: { kind: 'tanh', gain: 1 } },
    features: { size: [16, side, side], lagrangian: { kind: 'relu' }, tau: 0 },
  },
  memories: {
    k: {
      kind: 'convolution',
      from: 'image',
      to: 'features',
      kernel: [5, 5],
      boundary: 'zero',
      init: { kind: 'random', distribution: 'normal' },
      scale: 0.05,
    },
  },
  stimulus: [{ kind: 'initial', layer: 'image', patterns: random('normal', 1) }],
})

const variants = (given: NonNullable<SimulationOptions['variants']>): SimulationOptions => ({
  resident: 'off',
  variants: given,
})

const TWICE = { attention: 'off' } as const

export const MEASURED_WORKS: readonly MeasuredWork[] = [
  {
    id: 'recall-1',
    title: 'recall, 1 state',
    unit: 'neurons and patterns',
    scenario: recall(1),
    checked: { size: 80, ticks: 5 },
    sizes: [512, 1024, 2048, 4096, 8192],
    read: 'v',
    ways: [
      { name: 'memory read once', options: variants({ attention: 'on' }) },
      {
        name: 'read twice, lanes share a row',
        options: variants({ ...TWICE, matvec: '4x1x16', 'matvec-transposed': '1x1x16' }),
      },
      {
        name: 'read twice, rows for each lane',
        options: variants({ ...TWICE, matvec: '8x1', 'matvec-transposed': '2x1' }),
      },
      { name: 'read twice, sums by tree', options: variants({ ...TWICE, reduce: 'tree' }) },
      {
        name: 'read twice, sums by subgroup',
        options: variants({ ...TWICE, reduce: 'subgroup' }),
        lanes: 2,
      },
    ],
  },
  {
    id: 'recall-64',
    title: 'recall, 64 states',
    unit: 'neurons and patterns',
    scenario: recall(64),
    checked: { size: 80, ticks: 3 },
    sizes: [256, 512, 1024, 2048, 4096],
    read: 'v',
    ways: [
      {
        name: 'lanes share a tile',
        options: variants({ matvec: '4x4x16', 'matvec-transposed': '1x4x4' }),
      },
      {
        name: 'a tile for each lane',
        options: variants({ matvec: '4x4', 'matvec-transposed': '1x8' }),
      },
      {
        name: 'quads share loads',
        options: variants({ matvec: '4x8q', 'matvec-transposed': '1x8q' }),
        lanes: 4,
      },
    ],
  },
  {
    id: 'learning',
    title: 'gated learning 50 x 4',
    unit: 'replicas',
    scenario: learning,
    checked: { size: 3, ticks: 40 },
    sizes: [256, 1024, 4096, 16384],
    read: 'xi',
    ways: [
      {
        name: 'resident, a subgroup a replica',
        options: { resident: 'on', variants: { resident: 'subgroup' } },
        lanes: 2,
      },
      {
        name: 'resident, an invocation a replica',
        options: { resident: 'on', variants: { resident: 'invocation' } },
      },
      { name: 'a dispatch a kernel', options: { resident: 'off' } },
    ],
  },
  {
    id: 'plastic',
    title: 'plastic synapses',
    unit: 'neurons',
    scenario: plastic,
    checked: { size: 96, ticks: 20 },
    sizes: [512, 1024, 2048, 4096, 8192],
    read: 'v',
    ways: [
      { name: 'in factors, one half read', options: variants({ synapses: 'factored' }) },
      { name: 'in factors, read whole', options: variants({ synapses: 'factored', symv: 'off' }) },
      { name: 'one matrix', options: variants({ synapses: 'whole' }) },
    ],
  },
  {
    id: 'sparse',
    title: 'sparse memory, 15 entries a row',
    unit: 'neurons',
    scenario: sparse,
    checked: { size: 300, ticks: 5 },
    sizes: [10_000, 100_000, 1_000_000],
    read: 'a',
    ways: [{ name: 'default', options: { resident: 'off' } }],
  },
  {
    id: 'convolution',
    title: 'convolution, 16 filters of 5 x 5',
    unit: 'pixels a side',
    scenario: convolution,
    checked: { size: 12, ticks: 5 },
    sizes: [64, 128, 256, 512],
    read: 'image',
    ways: [
      { name: 'each pixel by itself', options: variants({ convolution: 'plain' }) },
      { name: 'tiles of pixels and features', options: variants({ convolution: 'tiled' }) },
    ],
  },
]
