import { expect, test, vi } from 'vitest'
import type { Model } from '../../src/core/model/model.ts'
import { RandomStream } from '../../src/core/model/random.ts'
import { dispatchesPerTick } from '../../src/core/plan/residence.ts'
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
      { resident: 'on' },
    )
    await expectLikeReference(model, 21, { resident: 'on' })
  },
)

test.each(LIVING)('the $name network does so in one invocation, without subgroups', async ({ model }) => {
  await expectLikeReference({ ...model, probes: model.probes.slice(0, 2) }, 5, { resident: 'on', lanes: 1 })
})

test('what a resident kernel cannot hold runs as before, and says so where it is asked to be one', async () => {
  const packed = NETWORKS.find(({ name }) => name === 'packed')!
  await withSimulation(
    packed.model,
    async (simulation) => {
      expect(simulation.plan.notResident).toBe('`signs` is in binary')
      await simulation.step(1)
    },
    { resident: 'auto' },
  )
  await expect(withSimulation(packed.model, () => Promise.resolve(), { resident: 'on' })).rejects.toThrow(
    'this network cannot be resident: `signs` is in binary; use "auto"',
  )
})

test('a long run becomes resident between two submits, within rounding', async () => {
  const model = ensemble(3)
  const plain = await withSimulation(model, async (simulation) => {
    await simulation.step(6000)
    return readAll(simulation)
  })
  await withSimulation(
    model,
    async (simulation) => {
      const { worth } = simulation.plan.resident!
      await simulation.step(Math.ceil(worth / dispatchesPerTick(simulation.plan, model)))
      expect(simulation.engine.resident).toBeUndefined()
      await simulation.step(1)
      await vi.waitUntil(() => simulation.engine.resident !== undefined, { timeout: 60_000 })
      const { dispatches } = simulation.counts
      await simulation.step(6000 - simulation.tick)
      await simulation.flush()
      expect(simulation.counts.dispatches - dispatches).toBeLessThan(200)
      for (const [name, values] of Object.entries(await readAll(simulation)))
        values.forEach((value, at) => expect(Math.abs(plain[name]![at]! - value)).toBeLessThan(1e-3))
    },
    { resident: 'auto' },
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
    { resident: 'on', submitTime: 1e9 },
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
      { resident: resident ? 'on' : 'off' },
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
    { resident: 'on' },
  )
})
