/** Layers of which each row has an activation of its own (`over: "last"`): the kernels against float64. */
import { describe, expect, test } from 'vitest'
import { LEAK_KINDS, leakFacts } from '../../src/core/kinds/leaks/table.ts'
import { activation, lagrangianFacts } from '../../src/core/kinds/lagrangians/table.ts'
import type { Lagrangian, Layer, Model } from '../../src/core/model/model.ts'
import { RandomStream } from '../../src/core/model/random.ts'
import { planNetwork } from '../../src/core/plan/plan.ts'
import { DEFAULT_LIMITS } from '../../src/node/limits.ts'
import { buildModel, normalRows, rowsOf } from '../build.ts'
import { attending } from '../couplings.ts'
import { LAGRANGIANS } from '../lagrangians.ts'
import { expectLikeReference } from './helpers/compare.ts'

const BY_ROW = ['softmax', 'layernorm', 'spherical'].map(
  (name) => [name, { ...LAGRANGIANS[name]!, over: 'last' } as Lagrangian] as const,
)

/** One neuron, rows of one, no whole quads, one row, more than one reduction by several lanes. */
const SHAPES = [
  [1, 1],
  [5, 1],
  [3, 7],
  [1, 64],
  [3, 150],
  [2, 3, 6],
] as const

/** Tokens that move, and adiabatic ones that answer them. */
function network(
  shape: readonly number[],
  layer: Pick<Layer, 'lagrangian'> & Partial<Layer>,
  replicas: number,
): Model {
  const stream = new RandomStream(6, 'rows')
  const size = shape.reduce((product, length) => product * length, 1)
  const { lagrangian, leak = 'input' } = layer
  const states = [0, 1].map(() => Float64Array.from({ length: size }, () => stream.normal()))
  const init = rowsOf(
    leakFacts(leak).sendsState ? states.map((x) => activation(lagrangian, x, shape)) : states,
  )
  return buildModel({
    replicas,
    time: { dt: 0.25 },
    layers: [
      { name: 'v', size, shape, init, bias: normalRows(stream, 1, size, 0.3), ...layer },
      { name: 'h', size: 6, shape: [2, 3], lagrangian, tau: 0 },
    ],
    memories: [
      {
        name: 'xi',
        from: 'v',
        to: 'h',
        init: normalRows(stream, 6, size, 0.5 / Math.sqrt(size)),
        rule: 'hebbian',
        tau: 5,
      },
    ],
    probes: [
      { kind: 'energy', name: 'e', every: 2 },
      { kind: 'speed', name: 's', every: 3, layer: 'v' },
    ],
  })
}

describe.each(BY_ROW)('%s of each row', (_, lagrangian) => {
  const leaks = LEAK_KINDS.filter(
    (leak) => !leakFacts(leak).sendsState || lagrangianFacts(lagrangian).conjugate,
  )

  test.each(leaks)('kernels do what float64 does, leak %s', async (leak) => {
    for (const shape of SHAPES)
      for (const replicas of [1, 5])
        await expectLikeReference(network(shape, { lagrangian, leak }, replicas), 15)
  })

  test('so do those of attention among its tokens', async () => {
    const model = attending([7, 5], { heads: 2, size: 3, beta: 0.7 }, { lagrangian })
    await expectLikeReference({ ...model, probes: [{ kind: 'energy', name: 'e', every: 2 }] }, 15)
  })

  test('there is no resident form, and the plan says why', () => {
    expect(
      planNetwork(network([3, 4], { lagrangian }, 1), DEFAULT_LIMITS, { resident: true }).notBatched,
    ).toBe('each row of layer `v` has a separate activation')
  })
})
