import { expect, test } from 'vitest'
import type { Model } from '../../src/core/model/model.ts'
import { RandomStream } from '../../src/core/model/random.ts'
import { buildModel, normalRows } from '../build.ts'
import { loadShipped } from '../scenario.ts'
import { expectLikeReference, readAll, withSimulation } from './helpers/compare.ts'
import { NETWORKS } from './helpers/networks.ts'

/** Ensembles of small networks that learn: what resident kernels are for. */
function ensemble(replicas: number): Model {
  const stream = new RandomStream(9, 'ensemble')
  return buildModel({
    replicas,
    time: { dt: 1, integrator: 'euler' },
    layers: [
      { name: 'v', size: 11, lagrangian: { kind: 'linear', gain: 1 } },
      { name: 'h', size: 3, lagrangian: { kind: 'softmax', beta: 2 }, tau: 0 },
    ],
    memories: [{ name: 'xi', from: 'v', to: 'h', init: normalRows(stream, 3, 11), rule: 'gated', tau: 20 }],
    stimulus: [{ kind: 'clamp', layer: 'v', patterns: normalRows(stream, 3, 11) }],
  })
}

const LIVING = NETWORKS.filter(({ name }) => name === 'recall' || name === 'normalized')

test.each(LIVING)(
  'the $name network lives in one kernel and does what its equations say',
  async ({ model }) => {
    await withSimulation(
      model,
      (simulation) => {
        expect(simulation.plan.resident).toBeDefined()
        return Promise.resolve()
      },
      { resident: true },
    )
    await expectLikeReference(model, 21, { resident: true })
  },
)

test.each(LIVING)('the $name network does so in one invocation, without subgroups', async ({ model }) => {
  await expectLikeReference({ ...model, probes: model.probes.slice(0, 2) }, 5, { resident: true, lanes: 1 })
})

test('what a resident kernel cannot hold runs as before', async () => {
  const packed = NETWORKS.find(({ name }) => name === 'packed')!
  await withSimulation(
    packed.model,
    async (simulation) => {
      expect(simulation.plan.resident).toBeUndefined()
      await simulation.step(1)
    },
    { resident: true },
  )
})

test('a hundred ticks and more are one dispatch', async () => {
  const ticks = 6000
  await withSimulation(
    ensemble(7),
    async (simulation) => {
      await simulation.step(ticks)
      await simulation.flush()
      expect(simulation.tick).toBe(ticks)
      expect(simulation.counts.dispatches).toBeLessThan(ticks / 100)
    },
    { resident: true, submitTime: 1e9 },
  )
})

test('many ticks in one dispatch, a few in each, and none of it are the same run', async () => {
  const model = ensemble(5)
  const run = (steps: readonly number[], resident: boolean): Promise<Record<string, Float32Array>> =>
    withSimulation(
      model,
      async (simulation) => {
        for (const ticks of steps) await simulation.step(ticks)
        return readAll(simulation)
      },
      { resident },
    )
  const whole = await run([60], true)
  expect(await run([1, 2, 30, 27], true)).toEqual(whole)
  const plain = await run([60], false)
  for (const [name, values] of Object.entries(plain))
    values.forEach((value, at) => expect(Math.abs(whole[name]![at]! - value)).toBeLessThan(1e-4))
})

test('a parameter acts on the next tick, and what was left out brings the other kernels back', async () => {
  const model = { ...(await loadShipped('softmax-synapses')), probes: [] }
  await withSimulation(
    model,
    async (simulation) => {
      await simulation.step(10)
      const before = simulation.counts.dispatches
      simulation.set('memories.xi.tau', 5)
      await simulation.step(1)
      expect(simulation.counts.dispatches).toBe(before + 1)
      simulation.set('neurons.visible.temperature', 0.1)
      await simulation.step(1)
      expect(simulation.counts.dispatches).toBeGreaterThan(before + 2)
    },
    { resident: true },
  )
})
