/**
 * Noise against the Ornstein-Uhlenbeck process, tau dx = -x dt + sqrt(2 T tau) dB, which a linear leak with noise is. Its values
 * at multiples of a step have a closed form: variance T (1 - exp(-2 t/tau)) from x = 0, autocorrelation exp(-t/tau).
 */
import { expect, test } from 'vitest'
import { INTEGRATOR_KINDS, integratorOf } from '../../src/core/kinds/integrators/table.ts'
import type { Model } from '../../src/core/model/model.ts'
import type { SimulationOptions } from '../../src/core/run/simulation.ts'
import { buildModel } from '../build.ts'
import { LEFT } from '../integrators.ts'
import { withSimulation } from './helpers/compare.ts'

const T = 0.7
const TAU = 2
const SAMPLES = 2 ** 16
/** Five standard errors of a correlation of independent values; of a variance they are sqrt(2) times its value as much. */
const FIVE_ERRORS = 5 / Math.sqrt(SAMPLES)

/** A layer with noise and two more, so that streams can be mixed up; all by themselves. */
function leaks(step: number, integrator: Model['time']['integrator'], size: number, every = 1): Model {
  const layer = { size, lagrangian: { kind: 'linear', gain: 1 }, tau: TAU, temperature: T, every } as const
  return buildModel({
    seed: 20,
    replicas: SAMPLES / size,
    time: { dt: (step * TAU) / every, integrator },
    layers: [
      { ...layer, name: 'a' },
      { ...layer, name: 'b' },
    ],
  })
}

/** Steps in so many tau, 50 at most: the closed forms hold at any time, and short steps would take many of them. */
function stepsIn(taus: number, step: number): number {
  return Math.min(50, Math.ceil(taus / step))
}

function product(a: ArrayLike<number>, b: ArrayLike<number>, shift = 0): number {
  let sum = 0
  for (let k = 0; k < SAMPLES; k++) sum += a[k]! * b[(k + shift) % SAMPLES]!
  return sum / SAMPLES
}

const FORMS: Readonly<Record<string, readonly [size: number, options: SimulationOptions]>> = {
  plain: [4096, {}],
  resident: [16, { resident: 'on' }],
}

test.each(
  Object.entries(FORMS).flatMap(([form, [size, options]]) =>
    [0.01, 0.1, 0.5, 1, 3].map((step) => [form, step, size, options] as const),
  ),
)(
  '%s: noise in steps of %f tau has variance T, decays in tau and is independent',
  async (_, step, size, options) => {
    const every = step === 0.5 ? 2 : 1
    await withSimulation(
      leaks(step, 'exponential-euler', size, every),
      async (simulation) => {
        const steps = stepsIn(1.5, step)
        await simulation.step(steps * every)
        const before = (await simulation.read('a')).data
        const after = steps * step
        const variance = T * (1 - Math.exp(-2 * after))
        expect(Math.abs(product(before, before) / variance - 1)).toBeLessThan(Math.SQRT2 * FIVE_ERRORS)
        const lag = stepsIn(1, step)
        await simulation.step(lag * every)
        const now = (await simulation.read('a')).data
        const other = (await simulation.read('b')).data
        const later = T * (1 - Math.exp(-2 * (after + lag * step)))
        const expected = Math.exp(-lag * step) * variance
        const spread = Math.sqrt(variance * later)
        expect(Math.abs(product(before, now) - expected) / spread).toBeLessThan(2 * FIVE_ERRORS)
        // From neuron to neuron, replica to replica and layer to layer.
        expect(Math.abs(product(now, now, 1)) / later).toBeLessThan(FIVE_ERRORS)
        expect(Math.abs(product(now, now, size)) / later).toBeLessThan(FIVE_ERRORS)
        expect(Math.abs(product(now, other)) / later).toBeLessThan(FIVE_ERRORS)
        expect(
          Math.abs(
            product(
              now,
              now.map(() => 1),
            ),
          ),
        ).toBeLessThan(FIVE_ERRORS * Math.sqrt(later))
      },
      options,
    )
  },
)

test.each(
  INTEGRATOR_KINDS.filter((kind) => integratorOf(kind).stages.length > 1).flatMap((kind) =>
    [0.01, 0.1, 0.5, 1].map((step) => [kind, step] as const),
  ),
)('%s in steps of %f tau adds the noise of the exact step', async (integrator, step) => {
  await withSimulation(leaks(step, integrator, 4096), async (simulation) => {
    const steps = stepsIn(1.5, step)
    await simulation.step(steps)
    const { data } = await simulation.read('a')
    const left = Math.exp(2 * LEFT[integrator](step))
    const variance = (T * (1 - Math.exp(-2 * step)) * (1 - left ** steps)) / (1 - left)
    expect(Math.abs(product(data, data) / variance - 1)).toBeLessThan(Math.SQRT2 * FIVE_ERRORS)
  })
})

test.each([0.01, 0.1, 0.5, 1])(
  'euler in steps of %f tau has the variance of its own step, T / (1 - step / 2 tau)',
  async (step) => {
    await withSimulation(leaks(step, 'euler', 4096), async (simulation) => {
      const steps = stepsIn(1.5, step)
      await simulation.step(steps)
      const { data } = await simulation.read('a')
      const variance = (T * (1 - (1 - step) ** (2 * steps))) / (1 - step / 2)
      expect(Math.abs(product(data, data) / variance - 1)).toBeLessThan(Math.SQRT2 * FIVE_ERRORS)
    })
  },
)
