import { EigenvalueDecomposition, Matrix } from 'ml-matrix'
import { describe, expect, it } from 'vitest'
import { type Moment, createFlow } from '../../../src/core/analysis/flow.ts'
import { stabilityAt, stabilityEnds } from '../../../src/core/analysis/jacobian.ts'
import { couplingSpectrum } from '../../../src/core/analysis/spectrum.ts'
import { type Lagrangian, lagrangianFacts } from '../../../src/core/kinds/lagrangians/table.ts'
import { type LeakKind, leakFacts } from '../../../src/core/kinds/leaks/table.ts'
import type { NeuronRow } from '../../../src/core/kinds/neuron-row.ts'
import type { Model } from '../../../src/core/model/model.ts'
import { RandomStream } from '../../../src/core/model/random.ts'
import { createReference } from '../../../src/core/reference/network.ts'
import { buildModel, normalRows, rowsOf, symmetricRows } from '../../build.ts'
import { convolved, GEOMETRIES } from '../../couplings.ts'
import { SMOOTH } from '../../lagrangians.ts'

/** Lagrangians of layers whose output may leak, with the leaks of two layers of which at least one does. */
const LEAKS = Object.entries(SMOOTH)
  .filter(([, l]) => lagrangianFacts(l).conjugate !== undefined)
  .flatMap(([kind, l]) =>
    (
      [
        ['output', 'output'],
        ['input', 'output'],
        ['output', 'input'],
      ] as const
    ).map((leaks) => [`${kind}: ${leaks.join(' and ')}`, l, leaks] as const),
  )

type Reference = ReturnType<typeof createReference>

/** States and couplings of the reference, adiabatic layers evaluated. */
function momentOf(model: Model, reference: Reference): Moment {
  const names = [...model.layers, ...model.synapses, ...model.memories].map(({ name }) => name)
  return Object.fromEntries(names.map((name) => [name, reference.read(name)]))
}

/** The Jacobian of the reference's own velocities, by central differences. */
function differences(model: Model, reference: Reference): Matrix {
  const dynamic = model.layers.filter(({ tau }) => tau > 0)
  const total = dynamic.reduce((sum, { size }) => sum + size, 0)
  const velocities = (): number[] =>
    dynamic.flatMap(({ name }) => Array.from(reference.velocity(name)[0] as ArrayLike<number>))
  const jacobian = Matrix.zeros(total, total)
  let column = 0
  for (const { name, size } of dynamic) {
    const state = Float64Array.from(reference.read(name))
    for (let neuron = 0; neuron < size; neuron++, column++) {
      const moved = (by: number): number[] => {
        reference.write(
          name,
          state.map((x, index) => (index === neuron ? x + by : x)),
        )
        return velocities()
      }
      const [up, down] = [moved(1e-5), moved(-1e-5)]
      up.forEach((value, row) => jacobian.set(row, column, (value - (down[row] as number)) / 2e-5))
    }
    reference.write(name, state)
  }
  return jacobian
}

function expectSpectrum(actual: Float64Array, jacobian: Matrix): void {
  const { realEigenvalues, imaginaryEigenvalues } = new EigenvalueDecomposition(jacobian)
  const size = Math.max(1, ...realEigenvalues.map(Math.abs))
  const sorted = Float64Array.from(realEigenvalues).sort()
  expect(Math.max(...imaginaryEigenvalues.map(Math.abs))).toBeLessThan(1e-4 * size)
  expect(actual).toHaveLength(sorted.length)
  actual.forEach((value, index) =>
    expect(Math.abs(value - (sorted[index] as number))).toBeLessThan(1e-4 * size),
  )
}

/** Values for each of so many neurons. */
const spread = (size: number, low: number, high: number): NeuronRow => ({
  row: Float32Array.from({ length: size }, (_, i) => low + (high - low) * ((0.31 + i * 0.618034) % 1)),
  scale: 1,
})

describe('the Jacobian of neurons with numbers of their own', () => {
  const network = (h: Lagrangian): Model => {
    const stream = new RandomStream(7, 'own numbers')
    return buildModel({
      layers: [
        {
          name: 'v',
          size: 7,
          ...times(7),
          lagrangian: { kind: 'tanh', gain: 2, own: { gain: spread(7, 0.5, 2) } },
          init: normalRows(stream, 1, 7),
        },
        { name: 'h', size: 4, ...times(4), lagrangian: h, init: normalRows(stream, 1, 4) },
        {
          name: 'u',
          size: 3,
          tau: 0,
          lagrangian: { kind: 'sigmoid', gain: 3, own: { gain: spread(3, 1, 3) } },
        },
      ],
      synapses: [{ name: 'w', layer: 'v', base: { kind: 'matrix', matrix: symmetricRows(stream, 7, 0.4) } }],
      memories: [
        { name: 'xi', from: 'v', to: 'h', init: normalRows(stream, 4, 7) },
        { name: 'up', from: 'v', to: 'u', init: normalRows(stream, 3, 7) },
      ],
    })
  }
  const times = (size: number) => ({ tau: 0.5, own: { tau: spread(size, 0.5, 4) } })

  it('has the spectrum of finite differences, by Lanczos too', async () => {
    const model = network({ kind: 'tanh', gain: 1 })
    const reference = createReference(model)
    reference.step(3)
    const moment = momentOf(model, reference)
    const { spectrum, imaginary } = stabilityAt(model, moment)
    expect(imaginary).toBeUndefined()
    expectSpectrum(spectrum, differences(model, reference))
    const flow = createFlow(model, moment)
    const states = new Map(model.layers.map(({ name }) => [name, Float64Array.from(reference.read(name))]))
    const { ends } = await stabilityEnds(flow, states, flow.couple, 3)
    ends.highest.values.forEach((value, k) => expect(value).toBeCloseTo(spectrum.at(-1 - k)!, 6))
  })

  it('may turn where neurons that differ in tau share an activation', async () => {
    const model = network({ kind: 'softmax', beta: 3 })
    const reference = createReference(model)
    reference.step(3)
    const moment = momentOf(model, reference)
    const { spectrum, imaginary } = stabilityAt(model, moment)
    const exact = new EigenvalueDecomposition(differences(model, reference))
    const sorted = [...exact.realEigenvalues].sort((a, b) => a - b)
    spectrum.forEach((value, k) => expect(value).toBeCloseTo(sorted[k]!, 4))
    expect(imaginary).toHaveLength(11)
    const flow = createFlow(model, moment)
    await expect(stabilityEnds(flow, new Map(), flow.couple, 3)).rejects.toThrow(
      'neurons of layer `h` share one activation and differ in tau, so eigenvalues may be complex',
    )
  })
})

describe('the Jacobian of the flow', () => {
  it.each(Object.entries(SMOOTH))(
    'has the spectrum of finite differences, hidden layer %s, adiabatic or not',
    (kind, lagrangian) => {
      for (const tau of [0, 0.3]) {
        const stream = new RandomStream(7, `${kind} ${tau}`)
        const model = buildModel({
          layers: [
            {
              name: 'v',
              size: 7,
              tau: 1.5,
              lagrangian: { kind: 'tanh', gain: 1.3 },
              init: normalRows(stream, 1, 7),
            },
            {
              name: 'h',
              size: 4,
              tau,
              lagrangian,
              bias: normalRows(stream, 1, 4, 0.5),
              init: normalRows(stream, 1, 4),
            },
          ],
          memories: [{ name: 'xi', from: 'v', to: 'h', init: normalRows(stream, 4, 7, 0.4) }],
          synapses: [
            { name: 'w', layer: 'v', base: { kind: 'matrix', matrix: symmetricRows(stream, 7, 0.3) } },
          ],
        })
        const reference = createReference(model)
        reference.velocity('v')
        const { spectrum } = stabilityAt(model, momentOf(model, reference))
        expectSpectrum(spectrum, differences(model, reference))
      }
    },
  )

  it.each(GEOMETRIES.map((form, index) => [index, form] as const))(
    'has the spectrum of finite differences with filters of form %i',
    (_, form) => {
      const model = { ...convolved(form), replicas: 1 }
      const reference = createReference(model)
      reference.velocity('v')
      const { spectrum } = stabilityAt(model, momentOf(model, reference))
      expectSpectrum(spectrum, differences(model, reference))
    },
  )

  it.each(LEAKS)(
    'has the spectrum of finite differences with leaks of %s, whatever the coupling, away from rest',
    (name, lagrangian, leaks) => {
      for (const symmetric of [true, false]) {
        const stream = new RandomStream(9, name)
        const at = (size: number, from: Lagrangian, leak: LeakKind) => {
          const state = Float64Array.from(normalRows(stream, 1, size).data)
          return {
            size,
            lagrangian: from,
            leak,
            bias: normalRows(stream, 1, size, 0.5),
            init: rowsOf([leakFacts(leak).goal({ lagrangian: from, shape: [size] }, state)]),
          }
        }
        const matrix = normalRows(stream, 6, 6, 0.3)
        const model = buildModel({
          layers: [
            { name: 'v', tau: 1.5, ...at(6, { kind: 'tanh', gain: 1.3 }, leaks[0]) },
            { name: 'h', tau: 0, size: 4, lagrangian: { kind: 'softmax', beta: 2 } },
            { name: 'c', tau: 0.4, ...at(5, lagrangian, leaks[1]) },
          ],
          memories: [
            { name: 'vh', from: 'v', to: 'h', init: normalRows(stream, 4, 6), inputOffset: 'half-norm' },
            { name: 'hc', from: 'h', to: 'c', init: normalRows(stream, 5, 4) },
            { name: 'vc', from: 'v', to: 'c', init: normalRows(stream, 5, 6, 0.4), inputOffset: 'half-norm' },
          ],
          synapses: [
            {
              name: 'w',
              layer: 'v',
              symmetric,
              base: { kind: 'matrix', matrix: symmetric ? symmetricRows(stream, 6, 0.3) : matrix },
            },
          ],
        })
        const reference = createReference(model)
        reference.velocity('v')
        const moment = momentOf(model, reference)
        const jacobian = differences(model, reference)
        const { spectrum, imaginary } = stabilityAt(model, moment)
        if (symmetric) expectSpectrum(spectrum, jacobian)
        else {
          // The traces of J and of J^2.
          const [sum, squares] = [jacobian.trace(), jacobian.mmul(jacobian).trace()]
          expect(spectrum.reduce((all, real) => all + real, 0)).toBeCloseTo(sum, 5)
          expect(spectrum.reduce((all, real, k) => all + real ** 2 - imaginary![k]! ** 2, 0)).toBeCloseTo(
            squares,
            4,
          )
        }
      }
    },
  )

  it('eliminates adiabatic layers between dynamic ones', () => {
    const stream = new RandomStream(3, 'chain')
    const model = buildModel({
      layers: [
        {
          name: 'a',
          size: 5,
          tau: 1,
          lagrangian: { kind: 'sigmoid', gain: 2 },
          init: normalRows(stream, 1, 5),
        },
        { name: 'b', size: 4, tau: 0, lagrangian: { kind: 'softmax', beta: 1.5 } },
        {
          name: 'c',
          size: 3,
          tau: 0.2,
          lagrangian: { kind: 'tanh', gain: 1 },
          init: normalRows(stream, 1, 3),
        },
      ],
      memories: [
        { name: 'ab', from: 'a', to: 'b', init: normalRows(stream, 4, 5) },
        { name: 'bc', from: 'b', to: 'c', init: normalRows(stream, 3, 4) },
      ],
    })
    const reference = createReference(model)
    reference.velocity('a')
    expectSpectrum(stabilityAt(model, momentOf(model, reference)).spectrum, differences(model, reference))
  })

  it('at v = 0 in the hebbian case is the spectrum of J less 1', () => {
    const stream = new RandomStream(5, 'hebbian')
    const xi = normalRows(stream, 8, 12)
    const model = buildModel({
      layers: [
        { name: 'v', size: 12, tau: 1, lagrangian: { kind: 'linear', gain: 1 } },
        { name: 'h', size: 8, tau: 0, lagrangian: { kind: 'linear', gain: 1 / 8 } },
      ],
      memories: [{ name: 'xi', from: 'v', to: 'h', init: xi }],
    })
    const zeros = { v: new Float64Array(12), h: new Float64Array(8), xi: xi.data }
    const { spectrum } = stabilityAt(model, zeros)
    couplingSpectrum(xi).forEach((value, index) => expect(spectrum[index]).toBeCloseTo(value - 1, 10))
  })
})

describe('two neurons that send their state', () => {
  // tau dx/dt = -x + tanh(a W x)
  const [a, w, tau] = [2, 0.8, 1.5]
  const pair = (symmetric: boolean, state: readonly [number, number]): [Model, Moment] => {
    const rows = [
      [0, symmetric ? w : -w],
      [w, 0],
    ]
    const model = buildModel({
      layers: [{ name: 'x', size: 2, tau, lagrangian: { kind: 'tanh', gain: a }, leak: 'output' }],
      synapses: [{ name: 'w', layer: 'x', symmetric, base: { kind: 'matrix', matrix: rowsOf(rows) } }],
    })
    return [model, { x: [...state], w: rows.flat() }]
  }

  it('have the eigenvalues (-1 +- a w) / tau at 0, and (-1 +- a w (1 - s^2)) / tau at s = tanh(a w s)', () => {
    let s = 1
    for (let step = 0; step < 1000; step++) s = Math.tanh(a * w * s)
    for (const at of [0, s]) {
      const reach = a * w * (1 - at ** 2)
      const [low, high] = stabilityAt(...pair(true, [at, at])).spectrum
      expect(low).toBeCloseTo((-1 - reach) / tau, 12)
      expect(high).toBeCloseTo((-1 + reach) / tau, 12)
    }
  })

  it('turn at the frequency a w / tau where each pushes the other the other way', () => {
    const { spectrum, imaginary } = stabilityAt(...pair(false, [0, 0]))
    for (const k of [0, 1]) {
      expect(spectrum[k]).toBeCloseTo(-1 / tau, 12)
      expect(imaginary![k]).toBeCloseTo(((2 * k - 1) * a * w) / tau, 12)
    }
  })
})

describe('the verdict', () => {
  /** A linear layer with W = diag(values): the eigenvalues are (values - 1) / tau. */
  const diagonal = (values: readonly number[], tau = 1): [Model, Moment] => {
    const size = values.length
    const rows = values.map((value, row) => values.map((_, column) => (row === column ? value : 0)))
    const model = buildModel({
      layers: [{ name: 'x', size, tau, lagrangian: { kind: 'linear', gain: 1 } }],
      synapses: [{ name: 'w', layer: 'x', base: { kind: 'matrix', matrix: rowsOf(rows) } }],
    })
    return [model, { x: new Float64Array(size), w: rows.flat() }]
  }

  it('is not hyperbolic with an eigenvalue that is exactly 0', () => {
    const { hyperbolic, margin, stableDimension } = stabilityAt(...diagonal([0.5, 1, 2]))
    expect([hyperbolic, margin, stableDimension]).toEqual([false, 0, 1])
  })

  it.each([1e-3, -1e-3])('is hyperbolic with an eigenvalue of %d, on the right side', (value) => {
    const { hyperbolic, margin, stableDimension } = stabilityAt(...diagonal([0.5, 1 + value, 2]))
    expect(hyperbolic).toBe(true)
    expect(margin).toBeCloseTo(1e-3, 12)
    expect(stableDimension).toBe(value < 0 ? 2 : 1)
  })

  it.each([1e-3, -1e-3, 0])(
    'is the same from the ends of the spectrum alone, eigenvalue %d',
    async (value) => {
      const [model, moment] = diagonal([0.1, 0.5, 0.7, 1 + value, 2, 3])
      const flow = createFlow(model, moment)
      const states = flow.states(new Float64Array(6))
      const { hyperbolic, margin, unstable } = await stabilityEnds(flow, states, flow.couple, 1)
      expect(hyperbolic).toBe(value !== 0)
      expect(margin).toBeCloseTo(Math.abs(value), 9)
      if (value !== 0) expect(unstable).toBe(value < 0 ? 2 : 3)
    },
  )

  it('counts in units of 1 / model time', () => {
    expect([...stabilityAt(...diagonal([0.5, 3], 2)).spectrum]).toEqual([-0.25, 1])
  })
})
