/** Every base that is made of patterns, in every form of its synapses, beside float64. */
import { expect, test } from 'vitest'
import { type BaseKind, STORING_KINDS } from '../../src/core/kinds/bases/table.ts'
import { withViews } from '../../src/core/model/couplings.ts'
import type { Base, Model, Synapse } from '../../src/core/model/model.ts'
import { RandomStream } from '../../src/core/model/random.ts'
import { planNetwork } from '../../src/core/plan/plan.ts'
import { createReference } from '../../src/core/reference/network.ts'
import type { SimulationOptions } from '../../src/core/run/simulation.ts'
import { DEFAULT_LIMITS } from '../../src/node/limits.ts'
import { buildModel, normalRows, signRows } from '../build.ts'
import { expectLikeReference, withSimulation } from './helpers/compare.ts'

const SIZE = 21
const LIMITS = { ...DEFAULT_LIMITS, maxStorageBuffersPerShaderStage: 10 }

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

/** Plastic synapses that start elsewhere than at their base, and have no diagonal. */
function strayed(size: number, parts: Partial<Model['time']> = {}, synapse: Partial<Synapse> = {}): Model {
  const stream = new RandomStream(8, 'strayed')
  return buildModel({
    replicas: 2,
    time: parts,
    layers: [{ name: 'v', size, lagrangian: { kind: 'tanh', gain: 1.5 }, init: normalRows(stream, 2, size) }],
    synapses: [
      {
        name: 'w',
        layer: 'v',
        tau: 1.3,
        strength: 0.8,
        base: { kind: 'hebbian', patterns: signRows(stream, 3, size), zeroDiagonal: true },
        init: { kind: 'hebbian', patterns: signRows(stream, 4, size), zeroDiagonal: true },
        zeroDiagonal: true,
        ...synapse,
      },
    ],
    probes: [{ kind: 'energy', name: 'energy', every: 1 }],
  })
}

const hollow = (W: ArrayLike<number>, size: number): number[] =>
  Array.from(W).filter((_, k) => Math.floor(k / size) % size === k % size)

test.each([
  ['whole', strayed(SIZE), {}],
  ['in stages', strayed(SIZE, { integrator: 'heun' }), {}],
  ['slow beside their step', strayed(SIZE, {}, { tau: 400 }), {}],
  ['resident', strayed(SIZE), { resident: 'on' }],
  ['resident in one lane', strayed(9), { resident: 'on', lanes: 1 }],
] as const)('a start of its own and a zero diagonal %s are what float64 has, and W_ii stays 0', async (_, model, options) => {
  await expectLikeReference(model, 15, options)
  await withSimulation(
    model,
    async (simulation) => {
      await simulation.step(40)
      const before = await simulation.read('w')
      expect(hollow(before.data, model.layers[0]!.size).every((entry) => entry === 0)).toBe(true)
      expect(before.data.some((entry) => entry !== 0)).toBe(true)
      await simulation.flush()
      const energies = simulation.series[0]!.value.map((value) => value[0] as number)
      energies.slice(1).forEach((energy, k) => expect(energy).toBeLessThan(energies[k]! + 1e-5))
    },
    options,
  )
}) // prettier-ignore

test('a plan takes the whole form for them where it would take factors, and refuses factors by name', async () => {
  const large = strayed(300)
  const plain = strayed(300, {}, { zeroDiagonal: false, init: large.synapses[0]!.base })
  const deferred = (model: Model) =>
    planNetwork(model, LIMITS, { resident: false }).deferred.map(({ name }) => name)
  const [synapse] = plain.synapses
  const { init, ...without } = synapse!
  expect(deferred({ ...plain, ...withViews([without]) })).toEqual(['w'])
  expect(deferred(large)).toEqual([])
  expect(deferred(plain)).toEqual([])
  const forced = { variants: { synapses: 'factored' } } as const
  expect(() => planNetwork(plain, LIMITS, forced)).toThrow(/`w` has an initial value of its own, which is not possible in factors/)
  expect(() => planNetwork({ ...large, ...withViews([{ ...without, zeroDiagonal: true }]) }, LIMITS, forced)).toThrow(
    /`w` has a diagonal that stays 0, which is not possible in factors; use whole/,
  )
  await withSimulation(large, async (simulation) => {
    await simulation.step(3)
    const saved = await simulation.checkpoint()
    await simulation.step(5)
    const { data } = await simulation.read('w')
    await simulation.restore(saved)
    await simulation.step(5)
    expect((await simulation.read('w')).data).toEqual(data)
    await simulation.reset()
    expect((await simulation.read('w')).data).toEqual(Float32Array.from(createReference(large).read('w')))
    const wrong = new Float32Array(2 * 300 * 300)
    wrong[301 * 7] = 1
    expect(() => simulation.write('w', wrong)).toThrow(/`w` has a diagonal that stays 0, but entry \[7, 7\] is 1/)
  })
}) // prettier-ignore
