/**
 * Binary neurons with logistic noise are Glauber dynamics: P(+1) = 1 / (1 + exp(-2 h / T)) in each step, and one neuron a step
 * settles at Boltzmann's distribution exp(-E / T), known here by enumeration.
 */
import { expect, test } from 'vitest'
import { INTEGRATOR_KINDS, integratorOf } from '../../src/core/kinds/integrators/table.ts'
import { NOISE_KINDS } from '../../src/core/kinds/noises/table.ts'
import type { Layer, Model, Rows } from '../../src/core/model/model.ts'
import { RandomStream } from '../../src/core/model/random.ts'
import type { SimulationOptions } from '../../src/core/run/simulation.ts'
import { buildModel, normalRows, signRows, symmetricRows } from '../build.ts'
import { expectLikeReference, withSimulation } from './helpers/compare.ts'

const T = 0.8

const FORMS: Readonly<Record<string, SimulationOptions>> = { plain: {}, resident: { resident: 'on' } }

/** Binary neurons with logistic noise that go all the way in a step. */
function binary(size: number, replicas: number, layer: Partial<Layer>, matrix?: Rows): Model {
  return buildModel({
    seed: 11,
    replicas,
    time: { dt: 1, integrator: 'euler' },
    layers: [{ name: 'v', size, lagrangian: { kind: 'sign' }, temperature: T, noise: 'logistic', ...layer }],
    synapses: matrix === undefined ? [] : [{ name: 'w', layer: 'v', base: { kind: 'matrix', matrix } }],
  })
}

/** A symmetric coupling with nothing on its diagonal. */
function hollow(stream: RandomStream, size: number, scale: number): Rows {
  const rows = symmetricRows(stream, size, scale)
  return { ...rows, data: rows.data.map((value, k) => (k % (size + 1) === 0 ? 0 : value)) }
}

test.each(Object.entries(FORMS))(
  'a neuron in the field h is +1 as often as Glauber says, %s',
  async (_, options) => {
    const size = 13
    const replicas = 4096
    const bias = {
      rows: 1,
      columns: size,
      data: Float32Array.from({ length: size }, (_entry, i) => (i - 6) / 4),
    }
    await withSimulation(
      binary(size, replicas, { bias }),
      async (simulation) => {
        await simulation.step(3)
        const { data } = await simulation.read('v')
        for (let i = 0; i < size; i++) {
          let up = 0
          for (let r = 0; r < replicas; r++) if (data[r * size + i]! >= 0) up++
          const chance = 1 / (1 + Math.exp((-2 * bias.data[i]!) / T))
          const error = Math.sqrt((chance * (1 - chance)) / replicas)
          expect(Math.abs(up / replicas - chance)).toBeLessThan(5 * error)
        }
      },
      options,
    )
  },
)

/** exp(-E / T) / Z of all states of a few neurons, bit i of a state being neuron i. */
function boltzmann({ rows: N, data: W }: Rows, b: ArrayLike<number>, temperature: number): Float64Array {
  const weights = Float64Array.from({ length: 2 ** N }, (_entry, state) => {
    const s = Array.from({ length: N }, (_sign, i) => ((state >> i) & 1 ? 1 : -1))
    let energy = 0
    for (let i = 0; i < N; i++) {
      energy -= b[i]! * s[i]!
      for (let j = 0; j < i; j++) energy -= W[i * N + j]! * s[i]! * s[j]!
    }
    return Math.exp(-energy / temperature)
  })
  const Z = weights.reduce((a, c) => a + c)
  return weights.map((weight) => weight / Z)
}

/** Half the sum of |a - b|. */
function variation(a: Float64Array, b: Float64Array): number {
  return a.reduce((sum, value, k) => sum + Math.abs(value - b[k]!), 0) / 2
}

test.each(
  Object.entries(FORMS).flatMap(([form, options]) =>
    (['one', 'cycle'] as const).map((update) => [form, update, options] as const),
  ),
)('six neurons settle at the distribution of Boltzmann, %s, update %s', async (_, update, options) => {
  const N = 6
  const replicas = 1024
  const stream = new RandomStream(2, 'boltzmann')
  const W = hollow(stream, N, 0.3)
  const bias = normalRows(stream, 1, N, 0.3)
  const init = signRows(stream, 64, N)
  await withSimulation(
    binary(N, replicas, { update, bias, init }, W),
    async (simulation) => {
      // By then the exact chain is 2e-4 away from where it settles, as its transition matrix says.
      await simulation.step(24 * N)
      const { data } = await simulation.read('v')
      const found = new Float64Array(2 ** N)
      for (let r = 0; r < replicas; r++) {
        let state = 0
        for (let i = 0; i < N; i++) if (data[r * N + i]! >= 0) state |= 1 << i
        found[state]! += 1 / replicas
      }
      const exact = boltzmann(W, bias.data, T)
      // |found - p| is half-normal: its mean is sqrt(2 p / (pi n)), its variance (1 - 2 / pi) p / n.
      const mean = exact.reduce((sum, p) => sum + Math.sqrt((2 * p) / (Math.PI * replicas)), 0) / 2
      const limit = mean + (5 / 2) * Math.sqrt((1 - 2 / Math.PI) / replicas)
      expect(variation(found, exact)).toBeLessThan(limit)
      // And that tells temperatures apart.
      expect(variation(found, boltzmann(W, bias.data, 1.3 * T))).toBeGreaterThan(limit)
    },
    options,
  )
})

test.each(
  NOISE_KINDS.flatMap((noise) =>
    INTEGRATOR_KINDS.flatMap((integrator) =>
      Object.entries(FORMS).flatMap(([form, options]) =>
        options.resident === 'on' && integratorOf(integrator).stages.length > 1
          ? []
          : [[noise, integrator, form, options] as const],
      ),
    ),
  ),
)('noise %s by %s is that of float64, %s', async (noise, integrator, _, options) => {
  const stream = new RandomStream(9, 'noise')
  for (const size of [7, 66]) {
    const layer = { size, temperature: 0.4, noise, init: normalRows(stream, 2, size) }
    const model = buildModel({
      replicas: 3,
      time: { dt: 0.25, integrator },
      layers: [
        { ...layer, name: 'v', lagrangian: { kind: 'tanh', gain: 1 } },
        { ...layer, name: 'u', lagrangian: { kind: 'linear', gain: 1 }, noise: 'normal' },
      ],
    })
    await expectLikeReference(model, 20, options)
  }
})

test('a binary Hopfield network recalls what it has stored, neuron by neuron', async () => {
  const N = 200
  const stream = new RandomStream(4, 'recall')
  const patterns = signRows(stream, 10, N)
  const init = { ...patterns, data: patterns.data.map((sign) => (stream.uniform() < 0.1 ? -sign : sign)) }
  const base = { kind: 'hebbian', patterns, zeroDiagonal: true } as const
  const model = buildModel({
    replicas: 10,
    time: { dt: 1, integrator: 'euler' },
    layers: [{ name: 'v', size: N, lagrangian: { kind: 'sign' }, update: 'one', init }],
    synapses: [{ name: 'w', layer: 'v', base }],
    probes: [{ kind: 'energy', name: 'e', every: 20 }],
  })
  await withSimulation(model, async (simulation) => {
    await simulation.step(10 * N)
    await simulation.flush()
    const { data } = await simulation.read('v')
    for (let r = 0; r < 10; r++) {
      let overlap = 0
      for (let i = 0; i < N; i++) overlap += Math.sign(data[r * N + i]!) * patterns.data[r * N + i]!
      expect(overlap / N).toBeGreaterThan(0.97)
    }
    const [energy] = simulation.series
    energy!.value.slice(1).forEach((now, k) => {
      now.forEach((value, r) => expect(value).toBeLessThanOrEqual(energy!.value[k]![r]! + 1e-3))
    })
    expect(simulation.warnings).toEqual([])
  })
})

test('neurons drawn at random are chosen apart from their noise', async () => {
  // Were the two streams one, a neuron would move with a noise of one sign alone.
  const size = 4096
  const model = binary(size, 4, { lagrangian: { kind: 'linear', gain: 1 }, update: { probability: 0.25 } })
  await withSimulation(model, async (simulation) => {
    await simulation.step(1)
    const moved = (await simulation.read('v')).data.filter((x) => x !== 0)
    const up = moved.filter((x) => x > 0).length
    expect(Math.abs(up / moved.length - 0.5)).toBeLessThan(2.5 / Math.sqrt(moved.length))
  })
})
