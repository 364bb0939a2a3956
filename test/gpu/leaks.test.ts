/** Layers whose output leaks: the kernels against float64, in every form and by every integrator. */
import { describe, expect, test } from 'vitest'
import { INTEGRATOR_KINDS } from '../../src/core/kinds/integrators/table.ts'
import { activation, lagrangianFacts } from '../../src/core/kinds/lagrangians/table.ts'
import { LEAK_KINDS, leakFacts } from '../../src/core/kinds/leaks/table.ts'
import { UPDATE_KINDS, updateOf } from '../../src/core/kinds/updates/table.ts'
import type { Layer, Model } from '../../src/core/model/model.ts'
import { RandomStream } from '../../src/core/model/random.ts'
import type { SimulationOptions } from '../../src/core/run/simulation.ts'
import { planNetwork } from '../../src/core/plan/plan.ts'
import { DEFAULT_LIMITS } from '../../src/node/limits.ts'
import { buildModel, normalRows, rowsOf, symmetricRows } from '../build.ts'
import { LAGRANGIANS } from '../lagrangians.ts'
import { expectLikeReference } from './helpers/compare.ts'

const SENT = Object.entries(LAGRANGIANS).filter(([, l]) => lagrangianFacts(l).conjugate !== undefined)
const LEAKING = LEAK_KINDS.filter((kind) => leakFacts(kind).sendsState)

const FORMS: Readonly<Record<string, SimulationOptions>> = {
  fused: {},
  unfused: { variants: { fuse: 'off' } },
}

/** One neuron, no whole quad, a whole workgroup, more than one; and replicas for each. */
const SIZES = [
  [1, 1],
  [7, 5],
  [64, 1],
  [130, 5],
] as const

interface Change {
  readonly replicas?: number
  readonly integrator?: Model['time']['integrator']
  readonly dt?: number
}

/** A layer of so many neurons that a current drives, synapses on it, and one of another leak that answers it. */
function network(
  size: number,
  layer: Pick<Layer, 'lagrangian' | 'leak'> & Partial<Layer>,
  { replicas = 1, integrator = 'exponential-euler', dt = 0.25 }: Change = {},
): Model {
  const stream = new RandomStream(5, 'leaks')
  // What may grow without bounds starts small and is pulled weakly.
  const scale = lagrangianFacts(layer.lagrangian).isBounded ? 1 : 0.3
  const init = rowsOf(
    [0, 1].map(() =>
      activation(
        layer.lagrangian,
        Float64Array.from({ length: size }, () => 0.5 * scale * stream.normal()),
      ),
    ),
  )
  return buildModel({
    time: { dt, integrator },
    replicas,
    layers: [
      { name: 'v', size, init, bias: normalRows(stream, 1, size, 0.3 * scale), ...layer },
      { name: 'h', size: 3, lagrangian: { kind: 'softmax', beta: 2 }, tau: 0.5 },
      { name: 'top', size: 5, lagrangian: { kind: 'sigmoid', gain: 1 }, tau: 0 },
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
      { kind: 'overlap', name: 'm', every: 3, layer: 'v', patterns: normalRows(stream, 2, size) },
    ],
  })
}

describe.each(LEAKING)('leak %s', (leak) => {
  test.each(
    SENT.flatMap(([name, lagrangian]) =>
      Object.entries(FORMS).map(([form, options]) => [name, form, lagrangian, options] as const),
    ),
  )('of %s, %s: kernels do what float64 does', async (_name, _form, lagrangian, options) => {
    for (const [size, replicas] of SIZES)
      await expectLikeReference(network(size, { lagrangian, leak }, { replicas }), 20, options)
  })

  test.each(
    INTEGRATOR_KINDS.flatMap((integrator) =>
      ['tanh', 'softmax'].flatMap((name) =>
        Object.entries(FORMS).map(([form, options]) => [integrator, name, form, options] as const),
      ),
    ),
  )('by %s, %s, %s', async (integrator, name, _, options) => {
    const lagrangian = LAGRANGIANS[name]!
    for (const every of [1, 2])
      await expectLikeReference(
        network(7, { lagrangian, leak, every }, { replicas: 2, integrator }),
        20,
        options,
      )
    // So slow that its state stands in two words.
    await expectLikeReference(
      network(7, { lagrangian, leak, tau: 400 }, { integrator, dt: 0.1 }),
      20,
      options,
    )
  })

  test.each(UPDATE_KINDS.flatMap((kind) => ['tanh', 'softmax'].map((name) => [kind, name] as const)))(
    'update %s, %s, with noise',
    async (kind, name) => {
      const change = { update: updateOf(kind), temperature: 0.01 }
      await expectLikeReference(
        network(130, { lagrangian: LAGRANGIANS[name]!, leak, ...change }, { replicas: 5 }),
        20,
      )
    },
  )

  test.each(['tanh', 'softmax'])('a clamp that holds a part, %s', async (name) => {
    const model = network(7, { lagrangian: LAGRANGIANS[name]!, leak }, { replicas: 2 })
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

  test('has no resident form, and says why', () => {
    const model = network(7, { lagrangian: LAGRANGIANS.tanh!, leak })
    expect(planNetwork(model, DEFAULT_LIMITS, { resident: true }).notBatched).toBe(
      `layer \`v\` has leak "${leak}"`,
    )
  })
})
