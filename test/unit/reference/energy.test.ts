import { describe, expect, it } from 'vitest'
import type { Lagrangian, Model } from '../../../src/core/model/model.ts'
import { RandomStream } from '../../../src/core/model/random.ts'
import { times } from '../../../src/core/math/algebra.ts'
import { hessian } from '../../../src/core/kinds/lagrangians/table.ts'
import { createReference, type Reference } from '../../../src/core/reference/network.ts'
import { buildModel, normalRows, symmetricRows } from '../../build.ts'
import { SMOOTH } from '../../lagrangians.ts'

const N_V = 5
const N_H = 4

/** Two layers, a plastic synapse on v and a memory between them, all with biases, away from any fixed point. */
function network(
  visible: Lagrangian,
  hidden: Lagrangian,
  parts: Partial<Model['memories'][0]> & { tauH?: number },
) {
  const { tauH = 1, ...memory } = parts
  const stream = new RandomStream(3, `${visible.kind}/${hidden.kind}`)
  return buildModel({
    layers: [
      {
        name: 'v',
        size: N_V,
        lagrangian: visible,
        bias: normalRows(stream, 1, N_V, 0.3),
        init: normalRows(stream, 1, N_V),
      },
      {
        name: 'h',
        size: N_H,
        lagrangian: hidden,
        tau: tauH,
        bias: normalRows(stream, 1, N_H, 0.3),
        init: normalRows(stream, 1, N_H),
      },
    ],
    synapses: [
      {
        name: 'w',
        layer: 'v',
        tau: 2,
        strength: 0.8,
        base: { kind: 'matrix', matrix: symmetricRows(stream, N_V, 0.4) },
      },
    ],
    memories: [{ name: 'xi', from: 'v', to: 'h', init: normalRows(stream, N_H, N_V, 0.5), ...memory }],
    stimulus: [{ kind: 'current', layer: 'v', patterns: normalRows(stream, 1, N_V, 0.2) }],
  })
}

const energyOf = (reference: Reference) => reference.energy()[0]!.total

/** dE/dz by central differences, for all entries of x, W or Xi. */
function energyGradient(reference: Reference, name: string): Float64Array {
  const z = reference.read(name)
  const h = 1e-5
  const at = (k: number, shift: number) => {
    reference.write(
      name,
      z.map((value, index) => (index === k ? value + shift : value)),
    )
    return energyOf(reference)
  }
  const gradient = z.map((_, k) => (at(k, h) - at(k, -h)) / (2 * h))
  reference.write(name, z)
  return gradient
}

function expectClose(actual: Float64Array, expected: Float64Array, tolerance = 1e-7): void {
  expect(actual.length).toBe(expected.length)
  actual.forEach((value, k) => expect(Math.abs(value - expected[k]!)).toBeLessThan(tolerance))
}

const pairs = Object.entries(SMOOTH).flatMap(([visible, v]) =>
  Object.entries(SMOOTH).map(([hidden, h]) => ({ visible, hidden, v, h })),
)

describe('the gradient of the energy', () => {
  it.each(pairs)('is M (x - b - I) = -M tau dx/dt for $visible with $hidden', ({ v, h }) => {
    const reference = createReference(network(v, h, { rule: 'hebbian', tau: 5 }))
    for (const [name, l] of [
      ['v', v],
      ['h', h],
    ] as const) {
      const slope = times(hessian(l, reference.read(name)), reference.velocity(name)[0]!)
      const gradient = energyGradient(reference, name)
      expectClose(
        gradient,
        slope.map((value) => -value),
        1e-6,
      )
    }
  })

  it.each(Object.keys(SMOOTH))('is that of v alone when h is adiabatic with Lagrangian %s', (hidden) => {
    const linear: Lagrangian = { kind: 'linear', gain: 1 }
    const reference = createReference(network(linear, SMOOTH[hidden]!, { rule: 'fixed', tauH: 0 }))
    expectClose(
      energyGradient(reference, 'v'),
      reference.velocity('v')[0]!.map((value) => -value),
    )
  })

  it('is -tau dXi/dt for the hebbian rule', () => {
    const reference = createReference(
      network({ kind: 'tanh', gain: 2 }, { kind: 'relu' }, { rule: 'hebbian', tau: 5 }),
    )
    reference.step(20)
    expectClose(
      energyGradient(reference, 'xi'),
      reference.velocity('xi')[0]!.map((value) => -5 * value),
    )
  })

  it('is -tau / (2 kappa) dW/dt for the synapses', () => {
    const reference = createReference(network({ kind: 'tanh', gain: 2 }, { kind: 'relu' }, {}))
    reference.step(20)
    const kappa = 0.8 / N_V
    expectClose(
      energyGradient(reference, 'w'),
      reference.velocity('w')[0]!.map((value) => (-2 / (2 * kappa)) * value),
    )
  })

  it('is -tau dXi/dt for the gated rule with linear v, adiabatic softmax h and the half-norm offset', () => {
    const model = network(
      { kind: 'linear', gain: 1 },
      { kind: 'softmax', beta: 1.5 },
      { rule: 'gated', tau: 5, inputOffset: 'half-norm', tauH: 0 },
    )
    const reference = createReference(model)
    reference.step(5)
    expectClose(
      energyGradient(reference, 'xi'),
      reference.velocity('xi')[0]!.map((value) => -5 * value),
    )
  })
})

describe('the energy', () => {
  it('is the sum of its terms, named layers first, then memories, then synapses', () => {
    const reference = createReference(
      network({ kind: 'relu' }, { kind: 'relu' }, { rule: 'hebbian', tau: 5 }),
    )
    const { total, terms } = reference.energy()[0]!
    expect(Object.keys(terms)).toEqual(['v', 'h', 'xi', 'w'])
    expect(total).toBeCloseTo(
      Object.values(terms).reduce((a, b) => a + b),
      12,
    )
  })

  it('with linear v and adiabatic softmax h is |v|^2/2 - (1/beta) log sum exp(beta (Xi v - |Xi|^2/2))', () => {
    const stream = new RandomStream(4, 'joint')
    const beta = 1.5
    const reference = createReference(
      buildModel({
        layers: [
          { name: 'v', size: N_V, lagrangian: { kind: 'linear', gain: 1 }, init: normalRows(stream, 1, N_V) },
          { name: 'h', size: N_H, lagrangian: { kind: 'softmax', beta }, tau: 0 },
        ],
        memories: [
          {
            name: 'xi',
            from: 'v',
            to: 'h',
            init: normalRows(stream, N_H, N_V),
            rule: 'gated',
            tau: 3,
            inputOffset: 'half-norm',
          },
        ],
      }),
    )
    const terms = () => reference.energy()[0]!.terms
    const jointEnergy = () => {
      const v = reference.read('v')
      const xi = reference.read('xi')
      let sum = 0
      for (let mu = 0; mu < N_H; mu++) {
        let exponent = 0
        for (let i = 0; i < N_V; i++) {
          const value = xi[mu * N_V + i]!
          exponent += value * v[i]! - value ** 2 / 2
        }
        sum += Math.exp(beta * exponent)
      }
      return { v: v.reduce((total, vi) => total + vi ** 2 / 2, 0), h: -Math.log(sum) / beta }
    }
    let last = Infinity
    for (let tick = 0; tick < 100; tick++) {
      expect(Object.keys(terms())).toEqual(['v', 'h'])
      expect(terms().v).toBeCloseTo(jointEnergy().v, 12)
      expect(terms().h).toBeCloseTo(jointEnergy().h, 12)
      expect(energyOf(reference)).toBeLessThan(last)
      last = energyOf(reference)
      reference.step()
    }
  })
})

// Bounded activations are coupled strongly. With an unbounded one the energy may fall for ever, and the state
// then grows past all numbers in finite time: such networks start small and weakly coupled.
describe('the energy never rises', () => {
  const bounded = ['tanh', 'sigmoid', 'softmax', 'layernorm', 'spherical']
  const orderings = [
    { order: 'neurons, synapses, memories slower in turn', taus: { v: 1, h: 2, w: 4, xi: 16 } },
    { order: 'memories, synapses, neurons slower in turn', taus: { v: 16, h: 8, w: 4, xi: 1 } },
  ]
  const grid = (['fixed', 'hebbian'] as const).flatMap((rule) =>
    orderings.map((order) => ({ rule, ...order })),
  )

  describe.each(grid)('rule $rule, $order', ({ rule, taus }) => {
    it.each(pairs)('$visible with $hidden', ({ visible, hidden, v, h }) => {
      const stream = new RandomStream(5, `${visible}/${hidden}`)
      const [size, coupling] = bounded.includes(visible) && bounded.includes(hidden) ? [2, 1] : [0.4, 0.15]
      const reference = createReference(
        buildModel({
          layers: [
            {
              name: 'v',
              size: N_V,
              lagrangian: v,
              tau: taus.v,
              bias: normalRows(stream, 1, N_V, 0.2 * size),
              init: normalRows(stream, 1, N_V, size),
            },
            { name: 'h', size: N_H, lagrangian: h, tau: taus.h, init: normalRows(stream, 1, N_H, size) },
          ],
          synapses: [
            {
              name: 'w',
              layer: 'v',
              tau: taus.w,
              strength: coupling,
              base: { kind: 'matrix', matrix: symmetricRows(stream, N_V, coupling) },
            },
          ],
          memories: [
            {
              name: 'xi',
              from: 'v',
              to: 'h',
              init: normalRows(stream, N_H, N_V, coupling),
              rule,
              ...(rule === 'hebbian' && { tau: taus.xi }),
            },
          ],
          time: { dt: 0.1, integrator: 'euler' },
        }),
      )
      const start = energyOf(reference)
      let last = start
      for (let tick = 0; tick < 200; tick++) {
        reference.step()
        const energy = energyOf(reference)
        expect(energy - last).toBeLessThan(1e-13 * (1 + Math.abs(energy)))
        last = energy
      }
      expect(last).toBeLessThan(start)
    })
  })
})
