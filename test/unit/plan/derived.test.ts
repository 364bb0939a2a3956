import { expect, test } from 'vitest'
import { RandomStream } from '../../../src/core/model/random.ts'
import { type Plan, type PlanOptions, planNetwork } from '../../../src/core/plan/plan.ts'
import { buildModel, normalRows } from '../../build.ts'

const LIMITS = {
  maxStorageBufferBindingSize: 2 ** 30,
  maxBufferSize: 2 ** 30,
  maxComputeWorkgroupsPerDimension: 65535,
  maxStorageBuffersPerShaderStage: 10,
}

const stream = new RandomStream(1, 'derived')
const softmax = { kind: 'softmax', beta: 1 } as const

/** a and b follow v at once; u by itself with a plastic synapse. */
const planned = (options: PlanOptions = {}): Plan =>
  planNetwork(
    buildModel({
      layers: [
        { name: 'v', size: 12, lagrangian: { kind: 'tanh', gain: 1 } },
        { name: 'a', size: 8, lagrangian: softmax, tau: 0 },
        { name: 'b', size: 8, lagrangian: softmax, tau: 0 },
        { name: 'u', size: 16, lagrangian: { kind: 'tanh', gain: 1 } },
      ],
      memories: [
        { name: 'va', from: 'v', to: 'a', init: normalRows(stream, 8, 12) },
        { name: 'vb', from: 'v', to: 'b', init: normalRows(stream, 8, 12) },
      ],
      synapses: [{ name: 'w', layer: 'u', tau: 1, strength: 1 }],
    }),
    LIMITS,
    options,
  )

const made = ({ derived }: Plan, name: string): string[] =>
  derived.find((one) => one.name === name)!.make.map(({ label }) => label)

test('what makes a layer is what it depends on, in the order of stage 2, and no more', () => {
  const plan = planned()
  expect(made(plan, 'a')).toEqual(['v/activate', 'a/matvec va'])
  expect(made(plan, 'a/activations')).toEqual(['v/activate', 'a/matvec va', 'a/normalize'])
  expect(made(plan, 'b/activations')).toEqual(['v/activate', 'b/matvec vb', 'b/normalize'])
  expect(made(plan, 'u/activations')).toEqual(['u/activate'])
  expect(plan.derived.map(({ name }) => name)).toEqual([
    ...['v/activations', 'a', 'a/activations', 'b', 'b/activations', 'u/activations'],
  ])
})

test('a matrix on demand has its buffers, and what makes it and takes it back, for itself', () => {
  const plan = planned({ variants: { synapses: 'factored' } })
  const [w] = plan.derived
  expect([w!.name, w!.made, w!.buffers]).toEqual(['w', 'demand', ['w/matrix']])
  expect([w!.setup, w!.make, w!.takeBack].map((list) => list.map(({ label }) => label))).toEqual([
    [],
    ['w/materialise'],
    ['w/set-from-dense'],
  ])
  expect(plan.deferred.map(({ name, arrays }) => [name, ...arrays])).toEqual([['w', 'w/excess', 'w/ring']])
})
