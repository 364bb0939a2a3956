/** Numbers that differ from neuron to neuron: what a scenario may say, and what becomes of it in float64. */
import { describe, expect, it } from 'vitest'
import { activation, hessian, lagrangian } from '../../../src/core/kinds/lagrangians/table.ts'
import { runningParameters, withParameter } from '../../../src/core/model/parameters.ts'
import { sketchOf } from '../../../src/core/model/sketch.ts'
import { parseScenario } from '../../../src/core/model/parse.ts'
import { createReference } from '../../../src/core/reference/network.ts'
import { resolve, type Raw } from './resolving.ts'

const values = (...row: number[]): Raw => ({ kind: 'values', values: [row] })

/** One layer that nothing couples, cued with `start`. */
const alone = (layer: Raw, start: readonly number[], parts: Raw = {}): Raw => ({
  version: 1,
  time: { dt: 0.25, ticks: 8 },
  neurons: { x: { size: start.length, lagrangian: { kind: 'linear' }, ...layer } },
  stimulus: [{ kind: 'initial', layer: 'x', patterns: values(...start) }],
  ...parts,
})

const refusal = async (raw: Raw): Promise<string> =>
  resolve(raw).then(
    () => 'accepted',
    (error: unknown) => (error as Error).message,
  )

describe('values for each neuron', () => {
  it('let each neuron decay as exp(-t / tau_i)', async () => {
    const taus = [0.5, 1, 4, 32]
    const network = createReference(await resolve(alone({ tau: values(...taus) }, [1, 1, 1, 1])))
    network.step(8)
    const exact = taus.map((tau) => Math.exp(-2 / tau))
    network.read('x').forEach((x, i) => expect(x).toBeCloseTo(exact[i]!, 14))
    network.velocity('x')[0]!.forEach((v, i) => expect(v).toBeCloseTo(-exact[i]! / taus[i]!, 14))
  })

  it('give each neuron the activation, the Lagrangian and the slope of its own gain', async () => {
    const gains = [0.5, 1, 3]
    const { layers } = await resolve(
      alone({ lagrangian: { kind: 'tanh', gain: values(...gains) } }, [0, 0, 0]),
    )
    const l = layers[0]!.lagrangian
    const x = Float64Array.of(0.3, -0.7, 1.1)
    const z = gains.map((gain, i) => gain * x[i]!)
    activation(l, x).forEach((g, i) => expect(g).toBeCloseTo(Math.tanh(z[i]!), 14))
    const sum = gains.reduce((all, gain, i) => all + Math.log(Math.cosh(z[i]!)) / gain, 0)
    expect(lagrangian(l, x)).toBeCloseTo(sum, 14)
    const slopes = gains.map((gain, i) => gain / Math.cosh(z[i]!) ** 2)
    hessian(l, x).forEach((entry, k) => expect(entry).toBeCloseTo(k % 4 === 0 ? slopes[k / 4]! : 0, 14))
  })

  it('scale together: tau.scale is a parameter that may change while a network runs, tau is none', async () => {
    const model = await resolve(
      alone({ tau: values(1, 2), temperature: { ...values(0, 3), scale: 0.5 } }, [0, 0]),
    )
    const names = runningParameters(model)
    expect(names).toContain('neurons.x.tau.scale')
    expect(names).toContain('neurons.x.temperature.scale')
    expect(names).not.toContain('neurons.x.tau')
    const [before, after] = [model, withParameter(model, 'neurons.x.tau.scale', 3)].map(
      ({ layers }) => layers[0]!,
    )
    expect([before!.tau, before!.own?.tau?.scale, before!.temperature]).toEqual([1, 1, 1.5])
    expect([after!.tau, after!.own?.tau?.scale, after!.temperature]).toEqual([3, 3, 1.5])
    expect([...after!.own!.tau!.row]).toEqual([1, 2])
  })

  it('vary by replica with their scale', async () => {
    const { variation } = await resolve(
      alone({ tau: values(1, 2) }, [0, 0], {
        replicas: { vary: { 'neurons.x.tau.scale': { values: [1, 10] } } },
      }),
    )
    expect(variation?.points.map(({ layers }) => layers[0]?.own?.tau?.scale)).toEqual([1, 10])
  })

  it('have a sketch without values', () => {
    const raw = alone({ tau: values(1, 2), lagrangian: { kind: 'tanh', gain: values(1, 2) } }, [0, 0])
    const { layers } = sketchOf(undefined, parseScenario(raw))
    expect(layers[0]?.own?.tau?.row).toHaveLength(0)
    expect(layers[0]?.lagrangian.own?.gain?.row).toHaveLength(0)
  })

  it.each<[string, Raw, string]>([
    [
      'two rows',
      {
        tau: {
          kind: 'values',
          values: [
            [1, 2],
            [3, 4],
          ],
        },
      },
      's.json: neurons.x.tau: has 2 rows, but a value for each neuron is one row; keep one of them',
    ],
    [
      'a wrong length',
      { tau: values(1, 2, 3) },
      's.json: neurons.x.tau: rows have 3 columns, layer `x` has 2 neurons; give rows of 2 or set neurons.x.size to 3',
    ],
    [
      'a time constant of 0',
      { tau: values(1, 0) },
      's.json: neurons.x.tau: neuron 1 has 0; each value must be above 0, because only a whole layer can be adiabatic',
    ],
    [
      'a negative time constant',
      { tau: values(1, -2) },
      's.json: neurons.x.tau: neuron 1 has -2; each value must be a number >= 0',
    ],
    [
      'a negative temperature',
      { temperature: values(-1, 0) },
      's.json: neurons.x.temperature: neuron 0 has -1; each value must be a number >= 0',
    ],
    [
      'a gain of 0',
      { lagrangian: { kind: 'tanh', gain: values(1, 0) } },
      's.json: neurons.x.lagrangian.gain: neuron 1 has 0; each value must be a number > 0',
    ],
    [
      'what float32 cannot hold',
      { tau: { ...values(1e-20, 1), scale: 1e-20 } },
      's.json: neurons.x.tau: neuron 0 has',
    ],
    [
      'a scale of 0',
      { tau: { ...values(1, 2), scale: 0 } },
      's.json: neurons.x.tau.scale: must be a number > 0, not 0',
    ],
    ['NaN', { tau: { kind: 'values', values: [[1, 1e39]] } }, 's.json: neurons.x.tau'],
    [
      'a power that is not convex',
      { lagrangian: { kind: 'power', rectified: false, degree: values(4, 3) } },
      's.json: neurons.x.lagrangian.degree: neuron 1: 3 is odd',
    ],
    [
      'noise on an adiabatic layer',
      { tau: 0, temperature: values(1, 2) },
      's.json: neurons.x.temperature: is {"kind":"values"',
    ],
    [
      'a number that all neurons of a layer share',
      { lagrangian: { kind: 'softmax', beta: values(1, 2) } },
      'the neurons of a softmax layer share one beta',
    ],
    ['a step that is too long for the fastest', { tau: values(10, 0.1) }, 'accepted'],
  ])('refuse %s', async (_, layer, message) => {
    expect(await refusal(alone(layer, [0, 0]))).toContain(message)
  })

  it('refuse an explicit step that is too long for the fastest neuron', async () => {
    const raw = alone({ tau: values(10, 0.125) }, [0, 0], {
      time: { dt: 0.25, ticks: 1, integrator: 'euler' },
    })
    expect(await refusal(raw)).toBe(
      's.json: time.dt: euler is unstable for neurons.x: dt 0.25 * every 1 / tau 0.125 = 2, more than 1; set dt to 0.125 at most, or the integrator to "exponential-euler"',
    )
  })
})
