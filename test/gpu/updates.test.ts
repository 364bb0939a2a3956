/** Which neurons move in a step: the kernels against float64, and who is chosen against the definition of each kind. */
import { test } from 'vitest'
import { INTEGRATOR_KINDS, integratorOf } from '../../src/core/kinds/integrators/table.ts'
import { type Update, UPDATE_KINDS, updateOf } from '../../src/core/kinds/updates/table.ts'
import type { Layer, Model } from '../../src/core/model/model.ts'
import { RandomStream } from '../../src/core/model/random.ts'
import type { SimulationOptions } from '../../src/core/run/simulation.ts'
import { buildModel, normalRows } from '../build.ts'
import { expectLikeReference } from './helpers/compare.ts'

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

/** One neuron, no whole quad, a whole workgroup, more than one. */
const SIZES = [1, 7, 64, 130]

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
  for (const size of SIZES)
    for (const replicas of [1, 5])
      await expectLikeReference(
        network(size, updateOf(kind), { replicas, time: { dt: 0.25, ticks: 20, integrator } }),
        20,
        options,
      )
})
