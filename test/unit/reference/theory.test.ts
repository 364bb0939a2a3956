/** The rows of docs/theory.md, "Checks", that float64 and small networks can show. */
import { learnerOf } from '../../rules.ts'
import { describe, expect, it } from 'vitest'
import { INTEGRATOR_KINDS, integratorOf } from '../../../src/core/kinds/integrators/table.ts'
import { isMoving, RULE_KINDS } from '../../../src/core/kinds/rules/table.ts'
import type { Layer, Memory, Model, Rows, Synapse } from '../../../src/core/model/model.ts'
import { RandomStream } from '../../../src/core/model/random.ts'
import { dot, norm, row } from '../../../src/core/math/algebra.ts'
import { createReference } from '../../../src/core/reference/network.ts'
import { similarity } from '../../../src/core/kinds/probes/values.ts'
import { buildModel, normalRows, rowsOf, signRows, symmetricRows } from '../../build.ts'

/** Slope of log error against log size: the order of convergence. */
function fittedOrder(sizes: readonly number[], errors: readonly number[]): number {
  const x = sizes.map(Math.log)
  const y = errors.map(Math.log)
  const mean = (values: number[]) => values.reduce((a, b) => a + b) / values.length
  const dx = x.map((xi) => xi - mean(x))
  const dy = y.map((yi) => yi - mean(y))
  return dot(dx, dy) / dot(dx, dx)
}

const distance = (a: Float64Array, b: Float64Array) => norm(a.map((ai, i) => ai - b[i]!))

/** Rows of length sqrt(columns) at right angles, by Gram and Schmidt. */
function orthogonalRows(stream: RandomStream, rows: number, columns: number): Rows {
  const basis: Float64Array[] = []
  while (basis.length < rows) {
    let next = Float64Array.from({ length: columns }, () => stream.normal())
    for (const other of basis) {
      const share = dot(next, other) / columns
      next = next.map((value, i) => value - share * other[i]!)
    }
    const scale = Math.sqrt(columns) / norm(next)
    basis.push(next.map((value) => scale * value))
  }
  return rowsOf(basis)
}

describe('gated memories turn from clean to noisy rows', () => {
  const [N_V, N_H, TAU, NOISE] = [50, 4, 250, 0.4]
  const stream = new RandomStream(1, 'V1')
  const clean = orthogonalRows(stream, N_H, N_V)
  const noisy = { ...clean, data: clean.data.map((value) => value + NOISE * stream.normal()) }

  /** Checks every cosine of 2000 ticks against `expected(t, mu, a)`, a being the one at the start. */
  const follow = (shown: Rows, expected: (t: number, mu: number, a: number) => number, tolerance: number) => {
    const reference = createReference(
      buildModel({
        layers: [
          { name: 'v', size: N_V, lagrangian: { kind: 'linear', gain: 1 } },
          { name: 'h', size: N_H, lagrangian: { kind: 'softmax', beta: 2 }, tau: 0 },
        ],
        memories: [{ name: 'xi', from: 'v', to: 'h', init: clean, rule: 'gated', tau: TAU }],
        stimulus: [{ kind: 'clamp', layer: 'v', patterns: shown }],
        time: { dt: 1, integrator: 'euler' },
      }),
    )
    const start = similarity(reference.read('xi'), shown)
    for (let t = 0; t <= 2000; t++) {
      similarity(reference.read('xi'), shown).forEach((cosine, mu) => {
        expect(Math.abs(cosine - expected(t, mu, start[mu]!))).toBeLessThan(tolerance)
      })
      reference.step()
    }
  }
  const lengthOf = (rows: Rows, mu: number) =>
    norm(row(Float64Array.from(rows.data), N_V, mu)) / Math.sqrt(N_V)

  it('with the cosine of the closed form, within 5e-4 at each of 2000 ticks, when both are equally long', () => {
    const data = noisy.data.map((value, k) => value / lengthOf(noisy, Math.floor(k / N_V)))
    const closed = (t: number, _: number, a: number) => {
      const e = Math.exp(-t / N_H / TAU)
      return (e * a + 1 - e) / Math.sqrt(e ** 2 + (1 - e) ** 2 + 2 * e * (1 - e) * a)
    }
    follow({ ...noisy, data }, closed, 5e-4)
  })

  // Noise makes a row longer, by sqrt(1 + 0.16) on average, and so the turn quicker; the closed form above does not
  // know. Here l is the noisy row's length over the clean one's, and row mu moves at the ticks t = mu mod 4 only.
  it('exactly, up to the softness of the gates, when lengths and presentations are counted', () => {
    const lengths = Array.from({ length: N_H }, (_, mu) => lengthOf(noisy, mu))
    const exact = (t: number, mu: number, a: number) => {
      const e = (1 - 1 / TAU) ** Math.floor((t + N_H - 1 - mu) / N_H)
      const l = lengths[mu]!
      return (e * a + (1 - e) * l) / Math.sqrt(e ** 2 + (1 - e) ** 2 * l ** 2 + 2 * e * (1 - e) * l * a)
    }
    follow(noisy, exact, 1e-6)
  })
})

describe('orders of convergence', () => {
  interface Change {
    readonly dt: number
    readonly integrator?: Model['time']['integrator']
    readonly v?: Partial<Layer>
    readonly h?: Partial<Layer>
    readonly w?: Partial<Synapse>
    readonly xi?: Partial<Memory>
  }

  /** x, W and Xi of one network with three moving groups, after the time 2. */
  const end = ({ dt, integrator = 'exponential-euler', v, h, w, xi }: Change) => {
    const stream = new RandomStream(2, 'orders')
    const reference = createReference(
      buildModel({
        layers: [
          {
            name: 'v',
            size: 6,
            lagrangian: { kind: 'tanh', gain: 1.5 },
            init: normalRows(stream, 1, 6),
            ...v,
          },
          { name: 'h', size: 5, lagrangian: { kind: 'softmax', beta: 2 }, tau: 0.5, ...h },
        ],
        synapses: [
          {
            name: 'w',
            layer: 'v',
            tau: 2,
            strength: 0.5,
            base: { kind: 'matrix', matrix: symmetricRows(stream, 6, 0.3) },
            ...w,
          },
        ],
        memories: [
          { name: 'xi', from: 'v', to: 'h', init: signRows(stream, 5, 6), rule: 'hebbian', tau: 4, ...xi },
        ],
        time: { dt, integrator },
      }),
    )
    reference.step(Math.round(2 / dt))
    return Float64Array.from(['v', 'h', 'w', 'xi'].flatMap((name) => [...reference.read(name)]))
  }

  const steps = [1 / 16, 1 / 32, 1 / 64, 1 / 128]
  const rules = RULE_KINDS.filter(isMoving).flatMap((rule) =>
    INTEGRATOR_KINDS.map((integrator) => ({ rule, integrator, order: integratorOf(integrator).order })),
  )

  it.each(rules)('is $order with $integrator, rule $rule', ({ rule, integrator, order }) => {
    const exact = end({ dt: 1 / 256, integrator: 'rk4', xi: learnerOf(rule) })
    const errors = steps.map((dt) => distance(end({ dt, integrator, xi: learnerOf(rule) }), exact))
    expect(Math.abs(fittedOrder(steps, errors) - order)).toBeLessThan(0.05 * order)
  })

  it.each([
    ['the visible layer', (every: number): Omit<Change, 'dt'> => ({ v: { every } })],
    ['the hidden layer', (every: number): Omit<Change, 'dt'> => ({ h: { every } })],
    ['the synapses', (every: number): Omit<Change, 'dt'> => ({ w: { every } })],
    ['the memories', (every: number): Omit<Change, 'dt'> => ({ xi: { every } })],
  ])('the error of a slower rate of %s is proportional to every - 1', (_, change) => {
    const dt = 1 / 1024
    const rates = [64, 32, 16, 8]
    const exact = end({ dt })
    const errors = rates.map((every) => distance(end({ dt, ...change(every) }), exact))
    const excess = rates.map((every) => every - 1)
    expect(Math.abs(fittedOrder(excess, errors) - 1)).toBeLessThan(0.05)
  })

  it('as tau_h goes to 0 the run converges to the adiabatic one, with an error of order tau_h', () => {
    const dt = 1 / 2048
    // Strong memories would make the small difference decide where the run ends.
    const xi = { init: normalRows(new RandomStream(2, 'weak'), 5, 6, 0.4) }
    const adiabatic = end({ dt, xi, h: { tau: 0 } })
    const taus = [1 / 16, 1 / 32, 1 / 64, 1 / 128]
    const errors = taus.map((tau) => distance(end({ dt, xi, h: { tau } }), adiabatic))
    expect(Math.abs(fittedOrder(taus, errors) - 1)).toBeLessThan(0.1)
  })
})
