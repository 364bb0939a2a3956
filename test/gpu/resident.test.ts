import { expect, test, vi } from 'vitest'
import type { Model } from '../../src/core/model/model.ts'
import { RandomStream } from '../../src/core/model/random.ts'
import { dispatchesPerTick } from '../../src/core/plan/forms.ts'
import { buildModel, normalRows } from '../build.ts'
import { loadShipped } from '../scenario.ts'
import { expectLikeReference, readAll, withSimulation } from './helpers/compare.ts'
import { NETWORKS } from './helpers/networks.ts'

/** Ensembles of small networks that learn: what resident kernels are for. */
function ensemble(replicas: number, [size, rows]: readonly [number, number] = [11, 3]): Model {
  const stream = new RandomStream(9, 'ensemble')
  return buildModel({
    replicas,
    time: { dt: 1, integrator: 'euler' },
    layers: [
      { name: 'v', size, lagrangian: { kind: 'linear', gain: 1 } },
      { name: 'h', size: rows, lagrangian: { kind: 'softmax', beta: 2 }, tau: 0 },
    ],
    memories: [
      { name: 'xi', from: 'v', to: 'h', init: normalRows(stream, rows, size), rule: 'gated', tau: 20 },
    ],
    stimulus: [{ kind: 'clamp', layer: 'v', patterns: normalRows(stream, rows, size) }],
  })
}

const LIVING = NETWORKS.filter(({ name }) => name === 'recall' || name === 'normalized')

test.each(LIVING)(
  'the $name network lives in one kernel and does what its equations say',
  async ({ model }) => {
    await withSimulation(
      model,
      (simulation) => {
        expect(simulation.plan.batched).toBeDefined()
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

/** A layer that a clamp holds at all times, so that it never moves; and one that does. */
function beheld(replicas: number): Model {
  const rows = (name: string, count: number, size = 11) => normalRows(new RandomStream(7, name), count, size)
  return buildModel({
    replicas,
    time: { dt: 0.5, integrator: 'euler' },
    layers: [
      { name: 'v', size: 11, lagrangian: { kind: 'tanh', gain: 1 } },
      { name: 'h', size: 3, lagrangian: { kind: 'softmax', beta: 2 }, tau: 0 },
      { name: 'u', size: 5, lagrangian: { kind: 'linear', gain: 1 }, tau: 4 },
    ],
    memories: [
      { name: 'xi', from: 'v', to: 'h', init: rows('xi', 3), rule: 'gated', tau: 20 },
      { name: 'on', from: 'v', to: 'u', init: rows('on', 5) },
    ],
    stimulus: [
      { kind: 'current', layer: 'v', patterns: rows('current', 2), start: 2, stop: 4 },
      { kind: 'clamp', layer: 'v', patterns: rows('cue', 3), dwell: 2 },
    ],
    probes: [
      { kind: 'energy', name: 'energy', every: 3 },
      { kind: 'speed', name: 'speed', layer: 'v', every: 2 },
      { kind: 'snapshot', name: 'rows', of: 'xi', every: 4 },
    ],
  })
}

// 32 replicas fill workgroups, whose lanes then share what they read; 33 leave most of one without work.
test.each([
  ['subgroup', 3],
  ['invocation', 32],
  ['invocation', 33],
] as const)('a layer that is always held follows its rows: %s, %i replicas', async (form, replicas) => {
  await expectLikeReference(beheld(replicas), 9, { resident: 'on', variants: { resident: form } })
})

test('a network of which every layer is held, and nothing learns, has a kernel too', async () => {
  const stream = new RandomStream(4, 'held')
  const model = buildModel({
    replicas: 3,
    layers: [
      { name: 'a', size: 5, lagrangian: { kind: 'tanh', gain: 1 } },
      { name: 'b', size: 2, lagrangian: { kind: 'linear', gain: 1 } },
    ],
    memories: [{ name: 'xi', from: 'a', to: 'b', init: normalRows(stream, 2, 5) }],
    stimulus: (['a', 'b'] as const).map((layer) => ({
      kind: 'clamp',
      layer,
      patterns: normalRows(stream, 4, layer === 'a' ? 5 : 2),
    })),
  })
  await expectLikeReference(model, 9, { resident: 'on' })
})

test('a state written into a layer that is always held is seen by the sample at tick 0, and by none after it', async () => {
  const model = { ...beheld(2), probes: beheld(2).probes.slice(0, 1) }
  const written = Float32Array.from({ length: 22 }, (_, at) => 0.1 * at)
  const run = (resident: 'on' | 'off') =>
    withSimulation(
      model,
      async (simulation) => {
        simulation.write('v', written)
        await simulation.step(6)
        await simulation.flush()
        return simulation.series[0]!.terms!.map((terms) => Array.from(terms))
      },
      { resident },
    )
  const [plain, resident] = [await run('off'), await run('on')]
  expect(plain).toHaveLength(3)
  plain.forEach((terms, at) =>
    terms.forEach((term, index) => expect(resident[at]![index]).toBeCloseTo(term, 4)),
  )
})

test('what a resident kernel cannot hold runs as before, and says so where it is asked to be one', async () => {
  const packed = NETWORKS.find(({ name }) => name === 'packed')!
  await withSimulation(
    packed.model,
    async (simulation) => {
      expect(simulation.plan.notBatched).toBe('`signs` is in binary')
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
      const { worth } = simulation.plan.batched!
      await simulation.step(Math.ceil(worth / dispatchesPerTick(simulation.plan, model)))
      expect(simulation.engine.batched).toBeUndefined()
      await simulation.step(1)
      await vi.waitUntil(() => simulation.engine.batched !== undefined, { timeout: 60_000 })
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

test('a hundred ticks of 1,024 networks that learn, and more, are one dispatch and one submit', async () => {
  await withSimulation(
    ensemble(1024, [50, 4]),
    async (simulation) => {
      const advance = async (ticks: number): Promise<void> => {
        await simulation.step(ticks)
        await simulation.flush()
      }
      // Submits find their length, each twice as long as the one before.
      for (let ticks = 1; ticks <= 256; ticks *= 2) await advance(ticks)
      const before = simulation.counts
      await advance(1000)
      const { dispatches, submits } = simulation.counts
      expect(dispatches - before.dispatches).toBeLessThanOrEqual(1000 / 100)
      expect(submits - before.submits).toBeLessThanOrEqual(1000 / 100)
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
