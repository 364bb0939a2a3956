/** Random streams of patterns on the GPU: beside float64, and gone on with from a checkpoint. */
import { expect, test } from 'vitest'
import type { Model, Stimulus } from '../../src/core/model/model.ts'
import { RandomStream } from '../../src/core/model/random.ts'
import { shownAt } from '../../src/core/model/stimulus.ts'
import { buildModel, signRows } from '../build.ts'
import { expectLikeReference, readAll, withSimulation } from './helpers/compare.ts'

const SIZE = 9
const TICKS = 60

/** A layer that is held, one that is driven, and what learns of both. */
function network(kind: 'clamp' | 'current'): Model {
  const stream = new RandomStream(3, 'streams')
  return buildModel({
    replicas: 2,
    layers: [
      { name: 'v', size: SIZE, lagrangian: { kind: 'tanh', gain: 1 } },
      { name: 'u', size: 4, lagrangian: { kind: 'tanh', gain: 1 }, tau: 2 },
    ],
    memories: [{ name: 'xi', from: 'v', to: 'u', init: signRows(stream, 4, SIZE), rule: 'hebbian', tau: 20 }],
    stimulus: [
      {
        kind,
        layer: 'v',
        patterns: signRows(stream, 3, SIZE),
        order: 'random',
        probabilities: [0.2, 0.5, 0.3],
        dwell: { min: 1, max: 4 },
        gap: kind === 'clamp' ? 0 : 1,
      },
    ],
    probes: [{ kind: 'speed', name: 'speed', layer: 'u', every: 3 }],
  })
}

for (const kind of ['clamp', 'current'] as const) {
  test.each(['off', 'on'] as const)(`a random ${kind} is that of float64, resident %s`, async (resident) => {
    const model = network(kind)
    const rows = Array.from({ length: TICKS }, (_, tick) =>
      shownAt(model.stimulus[0] as Stimulus, 0, model.seed, tick),
    )
    expect(new Set(rows).size).toBe(kind === 'clamp' ? 3 : 4)
    await expectLikeReference(model, TICKS, { resident })
  })

  test(`a run with a random ${kind} that goes on from a checkpoint has the same bits`, async () => {
    const model = network(kind)
    const whole = await withSimulation(model, async (simulation) => {
      await simulation.step(TICKS)
      return readAll(simulation)
    })
    for (const at of [7, 31]) {
      const saved = await withSimulation(model, async (simulation) => {
        await simulation.step(at)
        return simulation.checkpoint()
      })
      // Another model of the same scenario: nothing is known of the stream yet.
      const resumed = await withSimulation(network(kind), async (simulation) => {
        await simulation.restore(saved)
        await simulation.step(TICKS - at)
        return readAll(simulation)
      })
      expect(resumed).toEqual(whole)
    }
  })
}
