import { expect, test } from 'vitest'
import { createTuning } from '../../src/app/session/tuning.ts'
import { abilitiesOf, adapterKey } from '../../src/core/gpu/adapter.ts'
import { RandomStream } from '../../src/core/model/random.ts'
import { type Plan, planNetwork } from '../../src/core/plan/plan.ts'
import { writeTunings } from '../../src/core/plan/tuning.ts'
import { shapeKey } from '../../src/core/plan/variants.ts'
import type { Simulation } from '../../src/core/run/simulation.ts'
import { buildModel, signRows } from '../build.ts'
import { testDevice } from './device.ts'

/** A frame of the page, in ms. */
const FRAME = 20

/** The network of a page with one product, large enough that its form can be seen; and what is submitted beside it. */
async function page() {
  const { device } = await testDevice()
  const stream = new RandomStream(2, 'page tuning')
  const model = buildModel({
    layers: [
      { name: 'v', size: 64, lagrangian: { kind: 'linear', gain: 1 } },
      { name: 'h', size: 32, lagrangian: { kind: 'relu' } },
    ],
    memories: [{ name: 'xi', from: 'v', to: 'h', init: signRows(stream, 32, 64) }],
  })
  const planned = planNetwork(model, device.limits, abilitiesOf(device))
  const [product] = planned.products
  // As if there were many of it in a tick.
  const plan: Plan = { ...planned, choices: [{ ...product!, every: 1e-3 }] }
  let submits = 0
  const queue = new Proxy(device.queue, {
    get(target, name) {
      if (name === 'submit') submits++
      const value: unknown = Reflect.get(target, name, target)
      return typeof value === 'function' ? (value.bind(target) as unknown) : value
    },
  })
  const spied = new Proxy(device, {
    get(target, name) {
      if (name === 'queue') return queue
      const value: unknown = Reflect.get(target, name, target)
      return typeof value === 'function' ? (value.bind(target) as unknown) : value
    },
  })
  const kept = new Map<string, string>()
  const storage = {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, text: string) => void kept.set(key, text),
  }
  let touch: (event: { timeStamp: number }) => void = () => undefined
  const target = {
    addEventListener: (_: string, listener: typeof touch): void => {
      touch = listener
    },
  }
  const create = () => createTuning(() => device, storage, target)
  const tuning = create()
  const simulation = { plan, engine: { device: spied } } as unknown as Simulation
  return {
    key: shapeKey(product!),
    kept,
    storage,
    create,
    tuning,
    simulation,
    touch: (timeStamp: number) => touch({ timeStamp }),
    submits: () => submits,
  }
}

/** Lets what has been submitted run, and what waits for it get on. */
async function pause(): Promise<void> {
  const { device } = await testDevice()
  await device.queue.onSubmittedWorkDone()
  await new Promise((settle) => setImmediate(settle))
}

test('the page times products once a network has played for a while, one submit a frame, and keeps the forms for the next', async () => {
  const { tuning, simulation, key, create, touch, submits } = await page()
  const watch = tuning.watch(simulation)
  let now = 0
  const frame = async (isFree = true): Promise<number> => {
    const before = submits()
    watch.update((now += FRAME), isFree)
    await pause()
    return submits() - before
  }
  while (now < 9_900) watch.update((now += FRAME), true)
  expect(await frame()).toBe(0)
  // From 10 s on.
  while (submits() < 5) expect(await frame()).toBeLessThanOrEqual(1)
  // Not while a hand is on the page, nor while ticks are waited for.
  for (let count = 0; count < 20; count++) {
    touch(now)
    expect(await frame()).toBe(0)
  }
  now += 600
  for (let count = 0; count < 10; count++) expect(await frame(false)).toBe(0)
  expect(tuning.tuned()).toEqual({})
  while (tuning.tuned()[key] === undefined) expect(await frame()).toBeLessThanOrEqual(1)
  expect(tuning.tuned()[key]).toMatch(/^\d+x1\/\d+$/)
  // Another visit knows it, and has nothing left to do.
  expect(create().tuned()).toEqual(tuning.tuned())
  const done = submits()
  const again = create().watch(simulation)
  for (let at = 0; at < 12_000; at += FRAME) again.update(at, true)
  await pause()
  expect(submits()).toBe(done)
})

test('a network that is closed is not timed on, and switched off nothing is timed or taken', async () => {
  const { tuning, simulation, kept, submits } = await page()
  const info = simulation.engine.device.adapterInfo
  const other = { other: '1x1/64' }
  kept.set('engram.tuning', writeTunings({}, adapterKey(info), other))
  const watch = tuning.watch(simulation)
  let now = 0
  while (submits() === 0) {
    watch.update((now += FRAME), true)
    if (now > 10_000) await pause()
  }
  watch.stop()
  const stopped = submits()
  for (let count = 0; count < 50; count++) watch.update((now += FRAME), true)
  await pause()
  expect(submits()).toBe(stopped)
  expect(tuning.tuned()).toEqual(other)
  tuning.isOn = false
  const off = tuning.watch(simulation)
  for (let at = 0; at < 12_000; at += FRAME) off.update(at, true)
  await pause()
  expect([tuning.isOn, submits(), tuning.tuned()]).toEqual([false, stopped, {}])
  tuning.isOn = true
  expect(tuning.isOn).toBe(true)
})

test('where nothing more can be kept, what was kept before gives way for this visit', async () => {
  const { simulation, kept, storage } = await page()
  const { adapterInfo } = simulation.engine.device
  const before = writeTunings({}, adapterKey(adapterInfo), { shape: '1x1/64' })
  kept.set('engram.tuning', before)
  const full = {
    getItem: storage.getItem,
    setItem: () => {
      throw new Error('the quota has been exceeded')
    },
  }
  const ignoring = { addEventListener: () => undefined }
  const tuning = createTuning(() => simulation.engine.device, full, ignoring)
  expect(tuning.tuned()).toEqual({ shape: '1x1/64' })
  tuning.isOn = false
  expect([tuning.isOn, tuning.tuned()]).toEqual([false, {}])
  expect(kept.get('engram.tuning')).toBe(before)
  const nowhere = createTuning(() => simulation.engine.device, undefined, ignoring)
  nowhere.isOn = false
  expect(nowhere.isOn).toBe(false)
})
