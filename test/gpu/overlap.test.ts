import { describe, expect, test } from 'vitest'
import type { Lagrangian } from '../../src/core/model/model.ts'
import { RandomStream } from '../../src/core/model/random.ts'
import { createReference } from '../../src/core/reference/network.ts'
import { probed } from '../../src/core/reference/probes.ts'
import type { SimulationOptions } from '../../src/core/run/simulation.ts'
import { buildModel, normalRows, rowsOf } from '../build.ts'
import { withSimulation } from './helpers/compare.ts'
import { expectWithin, ULP } from './helpers/within.ts'

const N = 7
const FORMS: readonly (readonly [string, SimulationOptions])[] = [
  ['in kernels of their own', { resident: 'off' }],
  ['in the resident kernel', { resident: 'on' }],
  ['in the resident kernel of one lane', { resident: 'on', lanes: 1 }],
]
const LAYERS: readonly Lagrangian[] = [
  { kind: 'linear', gain: 1 },
  { kind: 'spherical', eps: 1e-12 },
  { kind: 'layernorm', gamma: 1, delta: 0, eps: 1e-5 },
]
// Products of a pattern and a state leave float32 long before their mean over the neurons does.
const SIZES = [
  { state: 1, pattern: 1 },
  { state: 1e30, pattern: 1e8 },
  { state: 1e8, pattern: 1e30 },
  { state: 1e20, pattern: 1e-20 },
  { state: 1e-28, pattern: 1e-8 },
  { state: 1e-8, pattern: 1e-28 },
  { state: 1e-25, pattern: 1e30 },
]

describe.each(FORMS)('overlaps %s', (_, options) => {
  const cases = LAYERS.flatMap((lagrangian) =>
    SIZES.map((size) => ({ kind: lagrangian.kind, lagrangian, ...size })),
  )
  test.each(cases)(
    'are those of float64: $kind, states of $state, patterns of $pattern',
    async ({ lagrangian, state, pattern }) => {
      const stream = new RandomStream(3, 'overlap')
      const patterns = normalRows(stream, 3, N, pattern)
      const model = buildModel({
        layers: [{ name: 'v', size: N, lagrangian, init: normalRows(stream, 1, N, state) }],
        probes: [{ kind: 'overlap', name: 'm', every: 1, layer: 'v', patterns }],
      })
      const expected = probed(createReference(model), model.probes[0]!)
      await withSimulation(
        model,
        async (simulation) => {
          expect(simulation.plan.batched !== undefined).toBe(options.resident === 'on')
          await simulation.step(0)
          await simulation.flush()
          const scale = Math.max(...expected.map(Math.abs))
          expectWithin(simulation.series[0]!.value[0]!, expected, 64 * ULP * scale)
        },
        options,
      )
    },
  )

  test('have the size of patterns that replace others while the network runs', async () => {
    const load = (size: number) =>
      buildModel({
        layers: [{ name: 'v', size: 2, lagrangian: { kind: 'linear', gain: 1 }, init: rowsOf([[1, 1]]) }],
        probes: [{ kind: 'overlap', name: 'm', every: 1, layer: 'v', patterns: rowsOf([[size, size]]) }],
      })
    await withSimulation(
      load(2 ** 40),
      async (simulation) => {
        for (const size of [2 ** 41, 1, 2 ** -50]) {
          simulation.adopt(load(size))
          simulation.write('v', [1, 1])
          await simulation.step(1)
          await simulation.flush()
          const x = (await simulation.read('v')).data[0]!
          const value = simulation.series[0]!.value.at(-1)![0]!
          expect(value / size).toBeCloseTo(x, 5)
        }
      },
      options,
    )
  })
})
