/** Integrators of several stages: kernels against float64, their order, what has no stages, and noise. */
import { describe, expect, test } from 'vitest'
import { INTEGRATOR_KINDS, integratorOf } from '../../src/core/kinds/integrators/table.ts'
import { isMoving, RULE_KINDS } from '../../src/core/kinds/rules/table.ts'
import type { Memory, Model, Synapse } from '../../src/core/model/model.ts'
import { RandomStream } from '../../src/core/model/random.ts'
import { createReference } from '../../src/core/reference/network.ts'
import { planNetwork } from '../../src/core/plan/plan.ts'
import type { SimulationOptions } from '../../src/core/run/simulation.ts'
import { DEFAULT_LIMITS } from '../../src/node/limits.ts'
import { learnerOf } from '../rules.ts'
import { buildModel, normalRows, rowsOf, signRows, symmetricRows } from '../build.ts'
import { loadShipped } from '../scenario.ts'
import { expectLikeReference, readAll, withSimulation } from './helpers/compare.ts'

const STAGED = INTEGRATOR_KINDS.filter((kind) => integratorOf(kind).stages.length > 1)

interface Change {
  readonly dt?: number
  readonly every?: number
  readonly xi?: Partial<Memory>
  readonly w?: Partial<Synapse>
  readonly temperature?: number
  readonly replicas?: number
}

/** Neurons of two time scales, an adiabatic layer, synapses and memories; nothing has the number of entries of another. */
function network(
  integrator: Model['time']['integrator'],
  { dt = 0.25, every = 1, xi, w, temperature = 0, replicas = 2 }: Change = {},
): Model {
  const stream = new RandomStream(3, 'stages')
  return buildModel({
    time: { dt, integrator },
    replicas,
    layers: [
      {
        name: 'v',
        size: 7,
        lagrangian: { kind: 'tanh', gain: 1.5 },
        temperature,
        init: normalRows(stream, 2, 7),
        bias: normalRows(stream, 1, 7, 0.3),
      },
      { name: 'h', size: 5, lagrangian: { kind: 'softmax', beta: 2 }, tau: 0.5, every },
      { name: 'top', size: 3, lagrangian: { kind: 'sigmoid', gain: 1 }, tau: 0 },
    ],
    synapses: [
      {
        name: 'w',
        layer: 'v',
        tau: 2,
        strength: 0.5,
        base: { kind: 'matrix', matrix: symmetricRows(stream, 7, 0.3) },
        ...w,
      },
    ],
    memories: [
      { name: 'xi', from: 'v', to: 'h', init: signRows(stream, 5, 7), rule: 'hebbian', tau: 4, every, ...xi },
      { name: 'up', from: 'h', to: 'top', init: normalRows(stream, 3, 5), rule: 'fixed' },
    ],
    probes: [
      { kind: 'energy', name: 'e', every: 2 },
      { kind: 'speed', name: 's', every: 3, layer: 'v' },
    ],
  })
}

const FORMS: readonly (readonly [string, SimulationOptions])[] = [
  ['fused', {}],
  ['unfused', { variants: { fuse: 'off' } }],
]

describe.each(STAGED)('%s', (integrator) => {
  test.each(
    RULE_KINDS.filter(isMoving).flatMap((rule) =>
      FORMS.map(([name, options]) => [rule, name, options] as const),
    ),
  )('is that of float64: rule %s, %s', async (rule, _, options) => {
    await expectLikeReference(network(integrator, { xi: learnerOf(rule) }), 20, options)
  })

  test('holds slower groups during its stages', async () => {
    await expectLikeReference(network(integrator, { every: 3 }), 20)
    await expectLikeReference(network(integrator, { w: { every: 2 } }), 20)
  })

  test('adds noise once a step', async () => {
    await expectLikeReference(network(integrator, { temperature: 0.2 }), 20)
  })

  test('keeps what a clamp holds and follows a current', async () => {
    const model = network(integrator)
    const free = Uint8Array.from([1, 0, 0, 1, 0, 1, 0])
    const shown = { rows: 1, columns: 7, data: Float32Array.from([1, -1, 0.5, 0, 0.25, 1, -1]), free }
    const stimulus: Model['stimulus'] = buildModel({
      layers: model.layers,
      stimulus: [
        { kind: 'clamp', layer: 'v', patterns: shown, stop: 7 },
        { kind: 'current', layer: 'h', patterns: rowsOf([[1, 0, -1, 0.5, 2]]), start: 3 },
      ],
    }).stimulus
    await expectLikeReference({ ...model, stimulus }, 20)
  })

  test('takes parameters that differ from replica to replica', async () => {
    const points = [1.5, 3].map((gain): Model => {
      const model = network(integrator, { replicas: 1 })
      const [v, ...others] = model.layers
      return { ...model, layers: [{ ...v!, lagrangian: { kind: 'tanh', gain } }, ...others] }
    })
    await expectLikeReference(
      { ...points[0]!, replicas: 2, variation: { axes: [], repetitions: 1, points } },
      20,
    )
  })

  test('goes on from a checkpoint bit by bit', async () => {
    const model = network(integrator, { temperature: 0.1, every: 3 })
    await withSimulation(model, async (simulation) => {
      await simulation.step(13)
      const checkpoint = await simulation.checkpoint()
      await simulation.step(14)
      const whole = await readAll(simulation)
      await simulation.reset()
      await simulation.restore(checkpoint)
      await simulation.step(14)
      expect(await readAll(simulation)).toEqual(whole)
    })
  })

  test('has its order on the GPU', async () => {
    // Weak memories, so that rounding is small beside what a step errs.
    const init = normalRows(new RandomStream(4, 'weak'), 5, 7, 0.3)
    const model = (steps: number): Model => ({
      ...network(integrator, { dt: 2 / steps, xi: { init } }),
      probes: [],
    })
    const reference = createReference(model(1024))
    reference.step(1024)
    const error = async (steps: number): Promise<number> =>
      withSimulation(model(steps), async (simulation) => {
        await simulation.step(steps)
        const states = Object.entries(await readAll(simulation)).filter(
          ([name]) => !['top', 'up'].includes(name),
        )
        const squares = states.flatMap(([name, values]) => {
          const exact = reference.read(name)
          return [...values].map((value, k) => (value - exact[k]!) ** 2)
        })
        return Math.sqrt(squares.reduce((sum, square) => sum + square, 0))
      })
    const order = Math.log2((await error(16)) / (await error(32)))
    expect(Math.abs(order - integratorOf(integrator).order)).toBeLessThan(0.3)
  })

  test('is refused by forms that have no stages, and the plan takes others by itself', async () => {
    const model = network(integrator)
    const { length } = integratorOf(integrator).stages
    await expect(withSimulation(model, () => Promise.resolve(), { resident: 'on' })).rejects.toThrow(
      `this network cannot be resident: ${integrator} needs ${length} stages in a tick`,
    )
    await expect(
      withSimulation(model, () => Promise.resolve(), { variants: { synapses: 'factored' } }),
    ).rejects.toThrow(`synapses=factored: ${integrator} moves \`w\` in several stages`)
    await withSimulation(
      model,
      async ({ plan }) => {
        expect(plan.batched).toBeUndefined()
        await Promise.resolve()
      },
      { resident: 'auto' },
    )
  })

  test('names the kernel that binds more buffers than the adapter has', () => {
    const limits = { ...DEFAULT_LIMITS, maxStorageBuffersPerShaderStage: 6 }
    expect(() => planNetwork(network(integrator), limits)).toThrow(
      /^`[a-z]+\/[a-z ]+` binds \d+ storage buffers, but this adapter allows 6; use an integrator of one stage, or another adapter$/,
    )
  })

  test('leaves rates alone while it runs: groups with stages have other kernels', async () => {
    const shipped = await loadShipped('hebbian-learning', { set: [`time.integrator=${integrator}`] })
    await withSimulation(shipped, async (simulation) => {
      expect(simulation.parameters).toContain('memories.xi.tau')
      expect(simulation.parameters.filter((path) => path.endsWith('.every'))).toEqual([])
      await simulation.step(2)
    })
  })
})
