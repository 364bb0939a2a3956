/** Runs that end at rest (`time.until`), beside the closed form of a leak: |dx/dt| = |b| exp(-t) from x = 0. */
import { expect, test } from 'vitest'
import { loadModel } from '../../src/core/model/load.ts'
import type { Model } from '../../src/core/model/model.ts'
import { createReference } from '../../src/core/reference/network.ts'
import { decodeCheckpoint, encodeCheckpoint } from '../../src/core/run/checkpoint.ts'
import { type Simulation, type SimulationOptions, createSimulation } from '../../src/core/run/simulation.ts'
import { testDevice } from './device.ts'

const DT = 0.1
const EVERY = 10
const BELOW = 1e-4
const BIASES = [1, 0.1, 10]

/** The first tick that is a multiple of EVERY, with |b| exp(-dt tick) < BELOW. */
const RESTS = BIASES.map((bias) => EVERY * (Math.floor(Math.log(bias / BELOW) / DT / EVERY) + 1))
const REST = Math.max(...RESTS)
/** The smallest multiple of EVERY from 128 on. */
const END = REST + 130

const FORMS: readonly (readonly [string, SimulationOptions])[] = [
  ['in kernels of its own', { resident: 'off' }],
  ['in the resident kernel', { resident: 'on' }],
]

/** One linear layer with a replica for each bias; a hidden layer and memory follow it. */
function network(time: object = {}, probes: object = {}): Promise<Model> {
  const scenario = {
    version: 1,
    time: { dt: DT, ticks: 1000, until: { layer: 'v', below: BELOW, every: EVERY }, ...time },
    neurons: {
      v: {
        size: 2,
        lagrangian: { kind: 'linear' },
        bias: { kind: 'values', values: BIASES.map((bias) => [bias, -bias / 2]) },
      },
      u: { size: 3, lagrangian: { kind: 'tanh' }, tau: 20 },
    },
    memories: {
      xi: {
        from: 'v',
        to: 'u',
        direction: 'forward',
        rule: 'hebbian',
        tau: 30,
        init: { kind: 'random', count: 3, distribution: 'normal' },
      },
    },
    probes: { rate: { kind: 'speed', layer: 'v', every: 5 }, ...probes },
    replicas: BIASES.length,
  }
  return loadModel(JSON.stringify(scenario), { file: 'rest.json', read: () => Promise.reject(new Error()) })
}

async function simulate(model: Model, options: SimulationOptions = {}): Promise<Simulation> {
  return createSimulation((await testDevice()).device, model, options)
}

async function finish(simulation: Simulation, stride = 1000): Promise<void> {
  for (let calls = 0; calls < 1000 && !simulation.isOver && simulation.tick < 1000; calls++)
    await simulation.step(Math.min(stride, 1000 - simulation.tick))
  await simulation.flush()
}

const statesOf = (simulation: Simulation) =>
  Promise.all(['v', 'u', 'xi'].map((name) => simulation.read(name)))

test.each(FORMS)(
  'a run ends a fixed number of ticks after the check that found all replicas at rest, %s',
  async (_, options) => {
    const simulation = await simulate(await network(), options)
    await simulation.step(1000)
    await simulation.flush()
    expect(simulation.rest).toEqual({ ticks: RESTS, tick: REST, end: END })
    expect([simulation.tick, simulation.isOver]).toEqual([END, true])
    expect(simulation.series.map(({ name }) => name)).toEqual(['rate'])
    expect(simulation.series[0]?.tick.at(-1)).toBe(END)
    await simulation.step(7)
    expect(simulation.tick).toBe(END)
    simulation.destroy()
  },
)

test('float64 finds the same replicas at rest at the same checks', async () => {
  const reference = createReference(await network())
  const rests: (number | null)[] = BIASES.map(() => null)
  while (rests.includes(null)) {
    reference.step(EVERY)
    reference.velocity('v').forEach((velocity, r) => {
      if (Math.max(...velocity.map(Math.abs)) < BELOW) rests[r] ??= reference.tick
    })
  }
  expect(rests).toEqual(RESTS)
})

test.each(FORMS)(
  'where it ends, and with what, is the same in steps of any size, with short submits, and without `until`, %s',
  async (_, options) => {
    const whole = await simulate(await network(), options)
    await finish(whole)
    const states = await statesOf(whole)
    for (const stride of [1, 64, 129]) {
      const other = await simulate(await network(), { ...options, submitTime: stride })
      await finish(other, stride)
      expect([other.tick, other.rest]).toEqual([whole.tick, whole.rest])
      expect(await statesOf(other)).toEqual(states)
      other.destroy()
    }
    const { until, ...plain } = (await network()).scenario.time
    expect(until).toBeDefined()
    const endless = await simulate(await network({ ...plain, until: undefined }), options)
    await endless.step(END)
    expect(endless.rest).toBeUndefined()
    expect(await statesOf(endless)).toEqual(states)
    whole.destroy()
    endless.destroy()
  },
)

test('a run that goes on from a checkpoint ends as if it had not been broken off, wherever that was', async () => {
  const model = await network()
  const whole = await simulate(model)
  await finish(whole)
  const states = await statesOf(whole)
  for (const at of [0, 65, 75, REST - 1, REST, REST + 3, END]) {
    const first = await simulate(model)
    await first.step(at)
    const saved = decodeCheckpoint(encodeCheckpoint(await first.checkpoint()))
    expect(saved.rest?.ticks).toEqual(RESTS.map((tick) => (tick <= at ? tick : null)))
    const second = await simulate(model)
    await second.restore(saved)
    await finish(second)
    expect([second.tick, second.rest]).toEqual([END, whole.rest])
    expect(await statesOf(second)).toEqual(states)
    first.destroy()
    second.destroy()
  }
  whole.destroy()
})

test('a checkpoint keeps what stood at its tick, though later checks are on their way', async () => {
  const simulation = await simulate(await network())
  await simulation.step(75)
  const saved = simulation.checkpoint()
  await simulation.step(100)
  expect((await saved).rest).toEqual({ ticks: [null, 70, null] })
  simulation.destroy()
})

test('a change from outside makes the checks before it void, `goOn` leaves the end behind, and `reset` brings it back', async () => {
  const simulation = await simulate(await network())
  await simulation.step(REST + 20)
  await simulation.flush()
  expect(simulation.rest?.end).toBe(END)
  simulation.write('v', [5, 5, 5, 5, 5, 5])
  expect(simulation.rest).toEqual({ ticks: [null, null, null] })
  await finish(simulation)
  expect(simulation.rest?.tick).toBeGreaterThan(REST + 60)
  const { tick } = simulation
  await simulation.step(5)
  expect(simulation.tick).toBe(tick)
  simulation.goOn()
  await simulation.step(300)
  expect([simulation.tick, simulation.isOver]).toEqual([tick + 300, false])
  await simulation.reset()
  await finish(simulation)
  expect([simulation.tick, simulation.rest?.tick]).toEqual([END, REST])
  simulation.destroy()
})

test('who moves again after a check is not at rest', async () => {
  // The cue of tick 85 comes after the second replica was found at rest, and before the first is.
  const cue = { kind: 'current', layer: 'v', patterns: { kind: 'values', values: [[1, 1]] }, start: 85 }
  const model = await network()
  const scenario = JSON.stringify({ ...model.scenario, stimulus: [cue] })
  const moved = await loadModel(scenario, { file: 'rest.json', read: () => Promise.reject(new Error()) })
  const simulation = await simulate(moved)
  await simulation.step(85)
  await simulation.flush()
  expect(simulation.rest?.ticks).toEqual([null, 70, null])
  await finish(simulation)
  expect(simulation.rest?.ticks[1]).toBeGreaterThan(85 + 80)
  simulation.destroy()
})
