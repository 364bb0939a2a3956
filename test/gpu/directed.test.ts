/** Couplings without an energy: memories that send one way, synapses that differ from their transpose. */
import { describe, expect, test } from 'vitest'
import { createFlow } from '../../src/core/analysis/flow.ts'
import { stabilityAt } from '../../src/core/analysis/jacobian.ts'
import { DIRECTIONS } from '../../src/core/kinds/couplings/definition.ts'
import { energyTerms, leftOutOf, risesOf } from '../../src/core/model/energy.ts'
import { groupsOf, withViews } from '../../src/core/model/couplings.ts'
import type { Layer, Memory, Model, Probe } from '../../src/core/model/model.ts'
import { RandomStream } from '../../src/core/model/random.ts'
import { createReference } from '../../src/core/reference/network.ts'
import { buildModel, normalRows, rowsOf, signRows } from '../build.ts'
import { convolved, GEOMETRIES } from '../couplings.ts'
import { expectLikeReference, withSimulation } from './helpers/compare.ts'

const ENERGY: Probe = { kind: 'energy', name: 'energy', every: 3 }
const ONE_WAY = DIRECTIONS.filter((direction) => direction !== 'both')

type Sizes = readonly [number, number]

/** A memory and synapses that may differ from their transpose, between and on layers of these sizes. */
function network([v, h]: Sizes, direction: Memory['direction'], parts: Partial<Model> = {}): Model {
  const stream = new RandomStream(3, `${v} ${h} ${direction}`)
  const tanh = { kind: 'tanh', gain: 1 } as const
  const model = buildModel({
    layers: [
      { name: 'v', size: v, lagrangian: tanh, bias: normalRows(stream, 1, v, 0.3), init: normalRows(stream, 2, v) },
      { name: 'h', size: h, lagrangian: tanh, tau: 2, init: normalRows(stream, 2, h) },
    ], // prettier-ignore
    memories: [
      { name: 'xi', from: 'v', to: 'h', direction, init: normalRows(stream, h, v, 1 / Math.sqrt(v)), inputOffset: 'half-norm' },
      { name: 'back', from: 'v', to: 'h', direction: 'backward', init: normalRows(stream, h, v, 1 / Math.sqrt(h)), rule: 'hebbian', tau: 5 },
    ], // prettier-ignore
    synapses: [
      { name: 'w', layer: 'v', symmetric: false, base: { kind: 'matrix', matrix: normalRows(stream, v, v, 1 / Math.sqrt(v)) } },
      { name: 'j', layer: 'h', symmetric: false, base: { kind: 'matrix', matrix: normalRows(stream, h, h, 1 / Math.sqrt(h)) }, tau: 4, strength: 0.5 },
    ], // prettier-ignore
    probes: [ENERGY, { kind: 'speed', name: 'speed', layer: 'v', every: 2 }],
  })
  return { ...model, ...parts }
}

const SIZES: readonly Sizes[] = [
  [1, 1],
  [7, 5],
  [64, 33],
  [300, 270],
]

describe.each(ONE_WAY)('a memory that sends %s', (direction) => {
  test.each(
    SIZES.flatMap((sizes) => (sizes[0] > 64 ? [2] : [1, 5]).map((replicas) => ({ sizes, replicas }))),
  )('is that of the reference, $replicas x $sizes', async ({ sizes, replicas }) => {
    await expectLikeReference(network(sizes, direction, { replicas }), 8)
  })

  test('of filters is that of the reference', async () => {
    for (const form of [GEOMETRIES[1]!, GEOMETRIES[2]!])
      await expectLikeReference({ ...convolved(form, { direction }), probes: [ENERGY] }, 8)
  })

  test('lets the layer that it hears from decay by itself, and drives the other to what it hears', async () => {
    const xi = rowsOf([
      [1, 2, -1],
      [0.5, 0, 1],
    ])
    const linear = { kind: 'linear', gain: 1 } as const
    const [heard, driven, into] =
      direction === 'forward' ? (['v', 'h', [4, 1.5]] as const) : (['h', 'v', [2, 2, 1]] as const)
    const model = buildModel({
      layers: [
        { name: 'v', size: 3, lagrangian: linear, init: rowsOf([[1, 2, 1]]) },
        { name: 'h', size: 2, lagrangian: linear, init: rowsOf([[1, 2]]) },
      ],
      memories: [{ name: 'xi', from: 'v', to: 'h', direction, init: xi }],
      time: { dt: 1e-2, ticks: 100, integrator: 'rk4' },
    })
    const started = { v: [1, 2, 1], h: [1, 2] }
    await withSimulation(model, async (simulation) => {
      await simulation.step(100)
      const source = (await simulation.read(heard)).data
      source.forEach((x, i) => expect(x).toBeCloseTo(started[heard][i]! * Math.exp(-1), 5))
      // dx/dt = -x + s e^-t: x = (x(0) + s t) e^-t, with what it is sent at the start, s.
      const target = (await simulation.read(driven)).data
      target.forEach((x, i) => expect(x).toBeCloseTo((started[driven][i]! + into[i]!) * Math.exp(-1), 5))
    })
  })
})

describe('the energy', () => {
  test('leaves out what has none and says so, by name', () => {
    const model = network([6, 4], 'forward')
    expect(energyTerms(model)).toEqual(['v', 'h'])
    expect(leftOutOf(model)).toEqual([
      'memory `xi` is one-way',
      'memory `back` is one-way',
      'synapses `w` may differ from their transpose',
      'synapses `j` may differ from their transpose',
    ])
    expect(risesOf(model)).toEqual(leftOutOf(model))
  })

  test('of a network whose couplings all have one is said to be a gradient flow', () => {
    expect(risesOf(convolved(GEOMETRIES[0]!))).toEqual([])
  })
})

test('a sequence is walked through for ever, without a warning', async () => {
  const [N, P] = [64, 5]
  const patterns = signRows(new RandomStream(11, 'sequence'), P, N)
  const next = rowsOf(
    Array.from({ length: P }, (_, mu) => patterns.data.slice(((mu + 1) % P) * N, (((mu + 1) % P) + 1) * N)),
  )
  const model = buildModel({
    layers: [
      { name: 'v', size: N, lagrangian: { kind: 'tanh', gain: 4 }, init: rowsOf([patterns.data.slice(0, N)]) },
      // A copy of v that comes after it: what was, calls for what follows.
      { name: 's', size: N, lagrangian: { kind: 'linear', gain: 1 }, tau: 6, init: rowsOf([patterns.data.slice(0, N)]) },
      { name: 'h', size: P, lagrangian: { kind: 'softmax', beta: 0.5 }, tau: 0 },
    ], // prettier-ignore
    memories: [
      { name: 'trace', from: 's', to: 'h', direction: 'forward', init: patterns },
      { name: 'recall', from: 'v', to: 'h', direction: 'backward', init: next },
      { name: 'copy', from: 'v', to: 's', direction: 'forward', init: rowsOf(Array.from({ length: N }, (_, i) => Float32Array.from({ length: N }, (__, j) => (i === j ? 1 : 0)))) },
    ], // prettier-ignore
    probes: [ENERGY, { kind: 'overlap', name: 'm', layer: 'v', every: 1, patterns }],
    time: { dt: 0.1, ticks: 1500 },
  })
  await withSimulation(model, async (simulation) => {
    const visited: number[] = []
    simulation.onSample((sample) => {
      if (sample.probe !== 'm') return
      const best = sample.value.indexOf(Math.max(...sample.value))
      if (sample.value[best]! > 0.9 && visited.at(-1) !== best) visited.push(best)
    })
    await simulation.step(1500)
    await simulation.flush()
    expect(visited.length).toBeGreaterThan(3 * P)
    visited.slice(1).forEach((mu, k) => expect(mu).toBe((visited[k]! + 1) % P))
    expect(simulation.warnings).toEqual([])
  })
})

test('a rotation turns as its closed form does, and its eigenvalues are complex', async () => {
  const w = 2
  const model = buildModel({
    layers: [{ name: 'v', size: 2, lagrangian: { kind: 'linear', gain: 1 }, init: rowsOf([[1, 0]]) }],
    synapses: [
      {
        name: 'w',
        layer: 'v',
        symmetric: false,
        base: {
          kind: 'matrix',
          matrix: rowsOf([
            [0, -w],
            [w, 0],
          ]),
        },
      },
    ],
    time: { dt: 0.01, ticks: 100, integrator: 'rk4' },
  })
  await withSimulation(model, async (simulation) => {
    await simulation.step(100)
    const [x, y] = (await simulation.read('v')).data
    expect(x).toBeCloseTo(Math.exp(-1) * Math.cos(w), 5)
    expect(y).toBeCloseTo(Math.exp(-1) * Math.sin(w), 5)
  })
  const { spectrum, imaginary, stableDimension } = stabilityAt(model, {
    v: [0.3, 0.1],
    w: [0, -w, w, 0],
  })
  spectrum.forEach((value) => expect(value).toBeCloseTo(-1, 12))
  expect(imaginary![0]).toBeCloseTo(-w, 12)
  expect(imaginary![1]).toBeCloseTo(w, 12)
  expect(stableDimension).toBe(2)
})

test('the Jacobian of one-way couplings is the derivative of the flow', () => {
  const { layers, couplings, ...whole } = network([5, 4], 'forward')
  const [v, h] = layers as [Layer, Layer]
  const free: Model = {
    ...whole,
    layers: [v, { ...h, tau: 0 }],
    // Synapses of an adiabatic layer would need its state before its state.
    ...withViews(couplings.filter(({ name }) => name !== 'j')),
  }
  const reference = createReference(free)
  const moment = Object.fromEntries(groupsOf(free).map(({ name }) => [name, reference.read(name)]))
  const flow = createFlow(free, moment)
  const x = Float64Array.from(moment.v!).slice(0, 5)
  const step = 1e-6
  const columns = Array.from(x, (_, j) => {
    const moved = (by: number) => flow.field(x.map((value, i) => (i === j ? value + by : value)))
    const [up, down] = [moved(step), moved(-step)]
    return up.map((value, i) => (value - down[i]!) / (2 * step))
  })
  const { spectrum, imaginary } = stabilityAt(free, { ...moment, ...Object.fromEntries(flow.states(x)) })
  const trace = columns.reduce((sum, column, j) => sum + column[j]!, 0)
  expect(spectrum.reduce((a, b) => a + b)).toBeCloseTo(trace, 5)
  const square = columns.reduce((sum, column, j) => sum + column.reduce((s, value, i) => s + value * columns[i]![j]!, 0), 0) // prettier-ignore
  // The trace of J^2 is the sum of the squares of its eigenvalues.
  const squares = spectrum.reduce((sum, real, k) => sum + real ** 2 - imaginary![k]! ** 2, 0)
  expect(squares).toBeCloseTo(square, 4)
})
