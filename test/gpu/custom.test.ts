import { describe, expect, test } from 'vitest'
import { pipelineCount, pipelineOf } from '../../src/core/gpu/pipelines.ts'
import { ModelError } from '../../src/core/errors.ts'
import { evaluate, parseExpression } from '../../src/core/expression/expression.ts'
import { activation } from '../../src/core/kinds/lagrangians/table.ts'
import { loadModel } from '../../src/core/model/load.ts'
import type { Lagrangian } from '../../src/core/model/model.ts'
import { FUNCTIONS } from '../../src/core/expression/operations.ts'
import { RandomStream } from '../../src/core/model/random.ts'
import { kernelOf, lagrangianFields } from '../../src/core/plan/kernels.ts'
import { vectorStride } from '../../src/core/plan/layout.ts'
import { buildModel, normalRows, signRows } from '../build.ts'
import { testDevice } from './device.ts'
import { expectLikeReference, withSimulation } from './helpers/compare.ts'
import { BUILT_IN_AS_CUSTOM, activationBound, single } from '../lagrangians.ts'
import { expectWithin, ULP } from './helpers/within.ts'
import { runKernel, sentinels } from './kernels/harness.ts'

type Custom = Extract<Lagrangian, { kind: 'custom' }>
const custom = (activation: string, parameters: Custom['parameters'] = {}): Custom => ({
  kind: 'custom',
  activation,
  lagrangian: 'x',
  parameters,
})

/** g of each x, by the kernel. */
async function activate(l: Lagrangian, x: readonly number[]): Promise<Float64Array> {
  const state = new Float32Array(vectorStride(x.length))
  state.set(x)
  const { activations } = await runKernel(kernelOf('neuron/activate', { lagrangian: l }), {
    params: { size: x.length, stride: state.length, ...lagrangianFields(l) },
    buffers: { state, activations: sentinels(state.length) },
    workgroups: [Math.ceil(x.length / 64), 1],
  })
  return Float64Array.from(activations!.floats.subarray(0, x.length))
}

const around = [
  -7, -3.3, -1.1, -0.9, -0.31, -0.3, -1e-3, -1e-6, 0, 1e-6, 1e-3, 0.29, 0.31, 0.49, 0.51, 0.9, 1.1, 3.3, 7,
]
const within = (low: number, high: number): number[] => around.filter((x) => x >= low && x <= high)
const DOMAINS: Readonly<Record<string, readonly number[]>> = {
  acos: within(-1, 1),
  acosh: within(1.1, 7),
  asin: within(-1, 1),
  atanh: within(-0.95, 0.95),
  inverseSqrt: within(1e-3, 7),
  log: within(1e-3, 7),
  log2: within(1e-3, 7),
  sqrt: within(0, 7),
}

describe('functions of custom Lagrangians', () => {
  /** Those with WGSL of our own, good to some ulp of the result also where it is small. */
  const OURS = ['asinh', 'atanh', 'logCosh', 'sigmoid', 'sinh', 'softplus', 'tanh']

  test.each([...FUNCTIONS.values()])('$name is that of float64', async ({ name, takes }) => {
    const rest = ['', ', 1.5', name === 'select' ? ', x > 0.2' : ', 0.75'].slice(0, takes.length).join('')
    const text = name === 'pow' ? 'pow(x, 3)' : `${name}(x${rest})`
    const expression = parseExpression(text, [], 'g')
    const x = (DOMAINS[name] ?? around).map(Math.fround)
    const expected = x.map((xi) => evaluate(expression, xi, []))
    // WGSL promises 2^-11 of its sine, 4096 ulp of its arcs; ours: a rounding a step, exp good to (3 + 2 |x|) ulp.
    const bound = (i: number): number => {
      const size = Math.abs(expected[i]!)
      return OURS.includes(name) || name === 'pow' ? 32 * ULP * size : 2 ** -10 * (1 + size)
    }
    expectWithin(await activate(custom(text), x), expected, bound, `${text}, value`)
  })

  test('operators, conditions and constants are those of float64', async () => {
    const text = 'select(a * x - b / (x * x + 1), -x % 0.75 + pi, (x > -1 && !(x >= 2)) || x == 7) + 1.5e-3f'
    const parameters = { a: 0.5, b: -2.25 }
    const expression = parseExpression(text, Object.keys(parameters), 'g')
    const expected = around.map((x) => evaluate(expression, Math.fround(x), Object.values(parameters)))
    expectWithin(await activate(custom(text, parameters), around), expected, 32 * ULP * 5, 'value')
  })

  test('stay finite far out where the built-in ones do', async () => {
    const far = [-1e4, -100, -89, 89, 100, 1e4]
    expect([...(await activate(custom('tanh(x)'), far))]).toEqual([-1, -1, -1, 1, 1, 1])
    const g = await activate(custom('softplus(x) - logCosh(x)'), far)
    expectWithin(
      g,
      far.map((x) => Math.max(x, 0) - Math.abs(x) + Math.LN2),
      1e-3,
      'value',
    )
  })

  test('take the four parameters in the order of their names', async () => {
    const parameters = { a: 1, b: 2, c: 3, d: 4 }
    expect([...(await activate(custom('a + 10 * b + 100 * c + 1000 * d + x', parameters), [0.5]))]).toEqual([
      4321.5,
    ])
  })

  test('the deepest and the longest expressions compile', async () => {
    expect([...(await activate(custom(`x${'+x'.repeat(63)}`), [0.5]))]).toEqual([32])
    expect([...(await activate(custom(`${'abs('.repeat(63)}x${')'.repeat(63)}`), [-3]))]).toEqual([3])
    expect([...(await activate(custom(`${'-('.repeat(32)}x${')'.repeat(32)}`), [-3]))]).toEqual([-3])
    const term = '(x+x+x+x)'
    const long = Array.from({ length: 60 }, () => term).join('*1.0+')
    expect([...(await activate(custom(long), [0.5]))]).toEqual([120])
  })
})

test.each(Object.entries(BUILT_IN_AS_CUSTOM))(
  'written as custom, %s has the same activation',
  async (_, pair) => {
    const [builtIn, own] = pair.map(single) as [Lagrangian, Lagrangian]
    const x = around.map(Math.fround)
    const exact = activation(builtIn, Float64Array.from(x))
    const bound = activationBound(builtIn, Float64Array.from(x), exact)
    expectWithin(await activate(own, x), exact, bound, 'value')
  },
)

const soft: Lagrangian = {
  kind: 'custom',
  activation: 'gain * sign(x) * max(abs(x) - edge, 0)',
  lagrangian: 'gain * pow(max(abs(x) - edge, 0), 2) / 2',
  parameters: { gain: 0.8, edge: 0.25 },
}

test('a network of custom layers, one adiabatic, that learns does what its equations say', async () => {
  const stream = new RandomStream(4, 'custom network')
  for (const integrator of ['euler', 'exponential-euler'] as const) {
    await expectLikeReference(
      buildModel({
        replicas: 3,
        time: { dt: 0.1, integrator },
        layers: [
          { name: 'v', size: 11, lagrangian: single(soft), init: normalRows(stream, 3, 11) },
          { name: 'h', size: 5, lagrangian: single(BUILT_IN_AS_CUSTOM.sigmoid![1]), tau: 0 },
        ],
        memories: [
          { name: 'xi', from: 'v', to: 'h', init: signRows(stream, 5, 11), rule: 'gated', tau: 6, every: 2 },
        ],
        synapses: [{ name: 'w', layer: 'v', tau: 3, strength: 0.2 }],
        probes: [
          { kind: 'energy', name: 'energy', every: 2 },
          { kind: 'speed', name: 'speed', every: 3, layer: 'v' },
        ],
      }),
      20,
    )
  }
})

const scenario = (lagrangian: unknown): string =>
  JSON.stringify({
    version: 1,
    time: { dt: 0.5, ticks: 10 },
    neurons: {
      v: { size: 3, lagrangian, init: { kind: 'values', values: [[1, -2, 0.1]] } },
      h: { size: 2, lagrangian: { kind: 'linear' }, tau: 0 },
    },
    memories: { xi: { from: 'v', to: 'h', init: { kind: 'random', distribution: 'binary' } } },
    probes: { energy: { kind: 'energy' } },
  })
const load = (lagrangian: unknown) =>
  loadModel(scenario(lagrangian), { read: () => Promise.reject(new Error('no files')) })

test('a parameter acts on the next tick, with the pipelines that are there', async () => {
  const { device } = await testDevice()
  await withSimulation(await load(soft), async (simulation) => {
    const count = pipelineCount(device)
    const path = 'neurons.v.lagrangian.parameters.edge'
    expect(simulation.parameters).toContain(path)
    simulation.set(path, 5)
    await simulation.step(1)
    // With an edge beyond all states nothing is sent: what is left is the leak.
    const { data } = await simulation.read('v')
    expectWithin(
      data,
      [1, -2, 0.1].map((x) => x * Math.exp(-0.5)),
      1e-6,
      'state',
    )
    expect(() => simulation.set(path, NaN)).toThrow(ModelError)
    expect(pipelineCount(device)).toBe(count)
  })
})

test('what a compiler refuses is told with the expression of the user', async () => {
  const { device } = await testDevice()
  const kernel = kernelOf('neuron/activate', { lagrangian: custom('x + 0.125') })
  const source = kernel.source.replace('(x + 0.125f)', '(x + 0.125f')
  expect(source).not.toBe(kernel.source)
  const broken = { ...kernel, source, written: { ...kernel.written!, lines: ['broken'] } }
  await expect(pipelineOf(device, broken, {})).rejects.toThrow(
    /^activation: x \+ 0\.125: the compiler of this adapter rejects it: .+; rewrite it$/,
  )
})
