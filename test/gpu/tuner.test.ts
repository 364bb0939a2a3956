import { expect, test } from 'vitest'
import { abilitiesOf } from '../../src/core/gpu/adapter.ts'
import { tuneChoices } from '../../src/core/gpu/tuner.ts'
import { RandomStream } from '../../src/core/model/random.ts'
import { planNetwork } from '../../src/core/plan/plan.ts'
import { candidatesOf, untuned } from '../../src/core/plan/tuning.ts'
import { formText, shapeKey } from '../../src/core/plan/variants.ts'
import { buildModel, signRows } from '../build.ts'
import { testDevice } from './device.ts'
import { expectLikeReference } from './helpers/compare.ts'

/** A memory of signs that replicas share, and synapses that are each replica's own. */
const stream = new RandomStream(1, 'tuner')
const model = buildModel({
  replicas: 5,
  layers: [
    { name: 'v', size: 70, lagrangian: { kind: 'tanh', gain: 1 } },
    { name: 'h', size: 30, lagrangian: { kind: 'softmax', beta: 1 }, tau: 0 },
  ],
  memories: [{ name: 'xi', from: 'v', to: 'h', init: signRows(stream, 30, 70), format: 'binary' }],
  synapses: [
    {
      name: 'w',
      layer: 'v',
      tau: 3,
      strength: 0.5,
      base: { kind: 'hebbian', patterns: signRows(stream, 3, 70), zeroDiagonal: true },
    },
  ],
})

test('the tuner gives each product a form that was a candidate, waits where it is told to, and computes the same network', async () => {
  const { device } = await testDevice()
  const abilities = abilitiesOf(device)
  const plan = planNetwork(model, device.limits, abilities)
  const { products } = plan
  let waits = 0
  const { tuned, found } = await tuneChoices(device, untuned(plan, {}), {
    wait: async () => {
      waits++
      await Promise.resolve()
    },
  })
  expect(Object.keys(tuned).sort()).toEqual(products.map(shapeKey).sort())
  for (const product of products) {
    const candidates = candidatesOf(product, product.form, abilities).map(formText)
    expect(candidates).toContain(tuned[shapeKey(product)])
  }
  for (const { form, gain, name } of found) {
    const standard = products.find((product) => product.name === name)!.form
    // Noise does not choose: whoever takes the place of the standard form has won clearly.
    if (form === formText(standard)) expect(gain).toBe(1)
    else expect(gain).toBeGreaterThan(1.1)
  }
  expect(waits).toBeGreaterThan(3 * products.length)
  const again = planNetwork(model, device.limits, { ...abilities, tuned })
  expect(again.products.map(({ why }) => why)).toEqual(products.map(() => 'tuned'))
  expect(untuned(again, tuned)).toEqual([])
  await expectLikeReference(model, 9, { tuned })
})

test('on hardware both ways of recall by softmax are timed, and either computes the same network', async () => {
  const { device } = await testDevice()
  // Large enough that it is open; the way of hardware runs here too.
  const wide = buildModel({
    layers: [
      { name: 'v', size: 260, lagrangian: { kind: 'tanh', gain: 1 } },
      { name: 'h', size: 256, lagrangian: { kind: 'softmax', beta: 1 }, tau: 0 },
    ],
    memories: [{ name: 'xi', from: 'v', to: 'h', init: signRows(new RandomStream(3, 'wide'), 256, 260) }],
  })
  const planned = planNetwork(wide, device.limits, { software: false })
  const [attention] = planned.choices
  device.pushErrorScope('validation')
  const { tuned, found } = await tuneChoices(device, [attention!])
  expect(await device.popErrorScope()).toBeNull()
  expect(found).toMatchObject([{ name: 'attention', form: expect.stringMatching(/^(on|off)$/) as string }])
  expect(tuned).toEqual({ [shapeKey(attention!)]: found[0]!.form })
  for (const form of ['on', 'off']) {
    const options = { software: false, tuned: { [shapeKey(attention!)]: form } }
    const { tick } = planNetwork(wide, device.limits, options)
    expect(tick.some(({ kernel }) => kernel.entryPoint === 'attention')).toBe(form === 'on')
    await expectLikeReference(wide, 5, options)
  }
})

test('without timestamps the tuner goes by the times of whole submits', async () => {
  const { device } = await testDevice()
  const features = new Set([...device.features].filter((feature) => feature !== 'timestamp-query'))
  const plain = new Proxy(device, {
    get(target, name) {
      if (name === 'features') return features
      const value: unknown = Reflect.get(target, name, target)
      return typeof value === 'function' ? (value.bind(target) as unknown) : value
    },
  })
  const [product] = planNetwork(model, device.limits, abilitiesOf(device)).products
  // A clock by which each submit is longer than the one before: the standard form, always the first, stays.
  let time = 0
  let step = 1
  const { found } = await tuneChoices(plain, [product!], { now: () => (time += step++) })
  expect(step).toBeGreaterThan(10)
  expect(found).toEqual([{ name: product!.name, form: formText(product!.form), gain: 1 }])
})

test('a form that takes too long to compile is left out, and does no harm when it comes', async () => {
  const { device } = await testDevice()
  let compiled = 0
  let release: () => void = () => undefined
  const released = new Promise<void>((settle) => (release = settle))
  const late: Promise<unknown>[] = []
  const slow = new Proxy(device, {
    get(target, name) {
      if (name === 'createComputePipelineAsync' && compiled++ > 0) {
        return (descriptor: GPUComputePipelineDescriptor) => {
          const pipeline = released.then(() => target.createComputePipelineAsync(descriptor))
          late.push(pipeline)
          return pipeline
        }
      }
      const value: unknown = Reflect.get(target, name, target)
      return typeof value === 'function' ? (value.bind(target) as unknown) : value
    },
  })
  const [planned] = planNetwork(model, device.limits, abilitiesOf(device)).products
  // With many states there are many forms.
  const product = { ...planned!, states: 64 }
  device.pushErrorScope('validation')
  const { found } = await tuneChoices(slow, [product])
  release()
  await Promise.all(late)
  expect(await device.popErrorScope()).toBeNull()
  expect(found).toEqual([{ name: product.name, form: formText(product.form), gain: 1 }])
  // Nor do many of them make it wait for each.
  const candidates = candidatesOf(product, product.form, abilitiesOf(device))
  expect(late.length).toBeGreaterThan(1)
  expect(late.length).toBeLessThan(candidates.length - 1)
})

test('a form that does not compile is left out', async () => {
  const { device } = await testDevice()
  let asked = 0
  const failing = new Proxy(device, {
    get(target, name) {
      if (name === 'createComputePipelineAsync' && asked++ > 0) {
        return () => Promise.reject(new Error('too many registers'))
      }
      const value: unknown = Reflect.get(target, name, target)
      return typeof value === 'function' ? (value.bind(target) as unknown) : value
    },
  })
  const [product] = planNetwork(model, device.limits, abilitiesOf(device)).products
  const { found } = await tuneChoices(failing, [product!])
  expect(asked).toBeGreaterThan(2)
  expect(found).toEqual([{ name: product!.name, form: formText(product!.form), gain: 1 }])
})
