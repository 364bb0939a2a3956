import { isMoving } from '../../../src/core/kinds/rules/table.ts'
import { describe, expect, it } from 'vitest'
import { fitPower, lagOf, limitsOf, refinedTime } from '../../../src/core/analysis/limits.ts'
import { RandomStream } from '../../../src/core/model/random.ts'
import { createReference } from '../../../src/core/reference/network.ts'
import { buildModel, normalRows } from '../../build.ts'

describe('a fitted power law', () => {
  it('is exact for numbers that follow one, with no error', () => {
    const { factor, slope, error } = fitPower([1, 2, 4, 8], [3, 6 * Math.SQRT2, 24, 48 * Math.SQRT2])
    expect(slope).toBeCloseTo(1.5, 12)
    expect(factor).toBeCloseTo(3, 12)
    expect(error).toBeLessThan(1e-7)
  })

  it('tells the standard error of the slope', () => {
    // Residuals (d, -d, -d, d) of logarithms at 0, 1, 2, 3: slope 0, variance 4 d^2 / 2 over a square sum of 5.
    const d = 0.1
    const { slope, error } = fitPower([1, Math.E, Math.E ** 2, Math.E ** 3], [d, -d, -d, d].map(Math.exp))
    expect(slope).toBeCloseTo(0, 12)
    expect(error).toBeCloseTo(Math.sqrt((2 * d * d) / 5), 12)
  })
})

// A neuron that follows a ramp stays behind by its lag.
it.each(['euler', 'exponential-euler'] as const)(
  'the lag in steps of %s is that of a driven neuron',
  (integrator) => {
    const [tau, dt] = [0.4, 0.3]
    const model = buildModel({
      layers: [{ name: 'x', size: 1, lagrangian: { kind: 'linear', gain: 1 }, tau }],
      time: { dt, integrator },
    })
    const share = integrator === 'euler' ? dt / tau : 1 - Math.exp(-dt / tau)
    let x = 0
    for (let tick = 0; tick < 200; tick++) x += share * (tick * dt - x)
    expect(200 * dt - x).toBeCloseTo(lagOf(model, tau), 10)
  },
)

describe('finer steps', () => {
  it('show the same stimulus at the same time', () => {
    const stream = new RandomStream(1, 'refined')
    const model = buildModel({
      layers: [{ name: 'x', size: 3, lagrangian: { kind: 'linear', gain: 1 } }],
      stimulus: [
        { kind: 'current', layer: 'x', patterns: normalRows(stream, 3, 3), dwell: 2, gap: 1, start: 1 },
      ],
    })
    const [coarse, fine] = [createReference(model), createReference(refinedTime(model, 4))]
    coarse.step(20)
    fine.step(80)
    // Constant input over a step is integrated exactly, in one step as in four.
    fine.read('x').forEach((value, index) => expect(value).toBeCloseTo(coarse.read('x')[index]!, 12))
  })
})

describe('the limits of a network', () => {
  const layer = (name: string, tau: number) =>
    ({ name, size: 2, lagrangian: { kind: 'tanh', gain: 1 }, tau }) as const
  const xi = { name: 'xi', from: 'v', to: 'h', init: normalRows(new RandomStream(1, 'xi'), 2, 2) }

  it('are its adiabatic layers, else its fastest one, and what learns', () => {
    const kinds = (tau: number, rule: 'fixed' | 'hebbian'): string[] =>
      limitsOf(
        buildModel({
          layers: [layer('v', 1), layer('h', tau)],
          memories: [{ ...xi, rule, ...(isMoving(rule) && { tau: 3 }) }],
        }),
      ).map(({ name, kind }) => `${name} ${kind}`)
    expect(kinds(0, 'fixed')).toEqual(['h adiabatic'])
    expect(kinds(0.5, 'hebbian')).toEqual(['h adiabatic', 'xi frozen'])
    expect(kinds(2, 'fixed')).toEqual(['v adiabatic'])
  })

  it('are none where one layer stands alone', () => {
    expect(limitsOf(buildModel({ layers: [layer('v', 1)] }))).toEqual([])
  })
})
