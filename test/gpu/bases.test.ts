/** Every base that is made of patterns, in every form of its synapses, beside float64. */
import { expect, test } from 'vitest'
import { type BaseKind, STORING_KINDS } from '../../src/core/kinds/bases/table.ts'
import type { Base, Model, Synapse } from '../../src/core/model/model.ts'
import { RandomStream } from '../../src/core/model/random.ts'
import type { SimulationOptions } from '../../src/core/run/simulation.ts'
import { buildModel, normalRows, signRows } from '../build.ts'
import { expectLikeReference, withSimulation } from './helpers/compare.ts'

const SIZE = 21

function network(kind: BaseKind, zeroDiagonal: boolean, synapse: Partial<Synapse>): Model {
  const stream = new RandomStream(6, `${kind} ${zeroDiagonal}`)
  const base = { kind, patterns: signRows(stream, 6, SIZE), zeroDiagonal } as Base
  return buildModel({
    replicas: 2,
    layers: [
      { name: 'v', size: SIZE, lagrangian: { kind: 'tanh', gain: 1.5 }, init: normalRows(stream, 2, SIZE) },
    ],
    synapses: [{ name: 'w', layer: 'v', base, ...synapse }],
    probes: [{ kind: 'energy', name: 'energy', every: 3 }],
  })
}

const FORMS: readonly (readonly [string, SimulationOptions])[] = [
  ['whole', { variants: { synapses: 'whole' } }],
  ['in factors', { variants: { synapses: 'factored' } }],
  ['resident', { resident: 'on' }],
]

for (const kind of STORING_KINDS)
  for (const zeroDiagonal of [true, false])
    test.each(FORMS)(`${kind} synapses (zeroDiagonal ${zeroDiagonal}) %s do what float64 does`, async (_, options) => {
      await expectLikeReference(network(kind, zeroDiagonal, {}), 12, options)
      await expectLikeReference(network(kind, zeroDiagonal, { tau: 1.3, strength: 0.8 }), 20, options)
    }) // prettier-ignore

test('binary neurons with the pseudo-inverse keep 99 patterns of 128 neurons, which Hebb does not', async () => {
  const keeps = (kind: BaseKind): Promise<number> => {
    const patterns = signRows(new RandomStream(7, 'kept'), 99, 128)
    const model = buildModel({
      time: { dt: 1, integrator: 'euler' },
      replicas: 99,
      layers: [{ name: 'v', size: 128, lagrangian: { kind: 'sign' }, init: patterns }],
      synapses: [{ name: 'w', layer: 'v', base: { kind, patterns, zeroDiagonal: true } as Base }],
    })
    return withSimulation(model, async (simulation) => {
      await simulation.step(5)
      const { data } = await simulation.read('v')
      const same = (r: number): boolean =>
        data.subarray(r * 128, (r + 1) * 128).every((x, i) => Math.sign(x) === patterns.data[r * 128 + i])
      return Array.from({ length: 99 }, (__, r) => same(r)).filter(Boolean).length
    })
  }
  expect(await keeps('pseudoinverse')).toBe(99)
  expect(await keeps('hebbian')).toBe(0)
})
