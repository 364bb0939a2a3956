import { EigenvalueDecomposition, Matrix } from 'ml-matrix'
import { describe, expect, it } from 'vitest'
import { type Moment, createFlow } from '../../../src/core/analysis/flow.ts'
import { stabilityAt, stabilityEnds } from '../../../src/core/analysis/jacobian.ts'
import { couplingSpectrum } from '../../../src/core/analysis/spectrum.ts'
import type { NeuronRow } from '../../../src/core/kinds/neuron-row.ts'
import type { Lagrangian, Model } from '../../../src/core/model/model.ts'
import { RandomStream } from '../../../src/core/model/random.ts'
import { createReference } from '../../../src/core/reference/network.ts'
import { buildModel, normalRows, rowsOf, symmetricRows } from '../../build.ts'
import { convolved, GEOMETRIES } from '../../couplings.ts'
import { SMOOTH } from '../../lagrangians.ts'

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
      'neurons of layer `h` share one activation and differ in tau, so that eigenvalues may be complex',
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
