import { withViews } from '../../../src/core/model/couplings.ts'
import { describe, expect, it } from 'vitest'
import { type Measured, QUANTITIES, compareWithGenerating } from '../../../src/core/analysis/comparison.ts'
import {
  type GeneratingNetwork,
  type Point,
  curvature,
  generate,
  generatedDrive,
  generatingNetwork,
  initialPoint,
} from '../../../src/core/analysis/generating.ts'
import { dot, outer, roundToHalf, row, times, transposeTimes } from '../../../src/core/math/algebra.ts'
import type { Lagrangian, Model } from '../../../src/core/model/model.ts'
import { RandomStream } from '../../../src/core/model/random.ts'
import { createReference } from '../../../src/core/reference/network.ts'
import { type Parts, buildModel, normalRows, rowsOf, signRows, zeroRows } from '../../build.ts'
import { SMOOTH } from '../../lagrangians.ts'

const N_V = 7
const N_H = 5

type MemoryParts = NonNullable<Parts['memories']>[number]

/** A linear visible layer v and one hidden layer h of a Lagrangian, joined by xi from v to h; `parts` changes xi. */
function network(lagrangian: Lagrangian, purpose: string, parts: Partial<MemoryParts> = {}): Model {
  const stream = new RandomStream(5, purpose)
  const reversed = parts.from === 'h'
  return buildModel({
    replicas: 2,
    layers: [
      {
        name: 'v',
        size: N_V,
        lagrangian: { kind: 'linear', gain: 1 },
        tau: 2,
        init: normalRows(stream, 2, N_V),
        bias: normalRows(stream, 2, N_V),
      },
      { name: 'h', size: N_H, lagrangian, tau: 0, bias: normalRows(stream, 1, N_H, 0.5) },
    ],
    memories: [
      {
        name: 'xi',
        from: 'v',
        to: 'h',
        init: reversed ? normalRows(stream, N_V, N_H, 0.3) : normalRows(stream, N_H, N_V, 0.3),
        ...parts,
      },
    ],
    time: { dt: 0.02 },
  })
}

/** Two hidden layers; one of them has two memories, in opposite directions. */
function branchedNetwork(lagrangian: Lagrangian, purpose: string): Model {
  const stream = new RandomStream(6, purpose)
  const base = network(lagrangian, purpose, { inputOffset: 'half-norm' })
  const other = buildModel({
    layers: [
      {
        name: 'k',
        size: 4,
        lagrangian: { kind: 'softmax', beta: 2 },
        tau: 0,
        bias: normalRows(stream, 2, 4),
      },
    ],
    memories: [
      { name: 'back', from: 'h', to: 'v', init: normalRows(stream, N_V, N_H, 0.3) },
      { name: 'side', from: 'v', to: 'k', init: normalRows(stream, 4, N_V), rule: 'hebbian', tau: 8 },
    ],
  })
  return {
    ...base,
    layers: [...base.layers, ...other.layers],
    ...withViews([...base.memories, ...other.memories]),
  }
}

const cases = Object.entries(SMOOTH).flatMap(([name, lagrangian]) =>
  (
    [
      ['from v', network(lagrangian, name)],
      ['from v, half-norm', network(lagrangian, name, { inputOffset: 'half-norm' })],
      ['to v', network(lagrangian, name, { from: 'h', to: 'v' })],
      ['to v, half-norm', network(lagrangian, name, { from: 'h', to: 'v', inputOffset: 'half-norm' })],
      ['branched', branchedNetwork(lagrangian, name)],
    ] as const
  ).map(([kind, model]) => ({ name: `${name}, ${kind}`, model })),
)

const STEP = 1e-5

/** df/dz_k by central differences: truncation of order STEP^2 = 1e-10, rounding of order 1e-16 |f| / STEP = 1e-11 |f|. */
function gradient(z: Float64Array, f: (z: Float64Array) => number): Float64Array {
  const moved = (k: number, by: number): Float64Array => z.map((zi, i) => (i === k ? zi + by : zi))
  return z.map((_, k) => (f(moved(k, STEP)) - f(moved(k, -STEP))) / (2 * STEP))
}

const largest = (values: Float64Array): number =>
  values.reduce((top, value) => Math.max(top, Math.abs(value)), 0)

function expectEqual(actual: Float64Array, expected: Float64Array, tolerance: number): void {
  expect(actual).toHaveLength(expected.length)
  const scale = tolerance * (1 + largest(expected))
  actual.forEach((value, k) => expect(Math.abs(value - expected[k]!)).toBeLessThan(scale))
}

const withMemory = (point: Point, name: string, xi: Float64Array): Point => ({
  ...point,
  memories: new Map([...point.memories, [name, xi]]),
})

describe('derivatives of the generating function by finite differences', () => {
  it.each(cases)('dcalL/dv is the activation: $name', ({ model }) => {
    const net = generatingNetwork(model)
    const point = initialPoint(net)
    const numeric = gradient(point.v, (v) => generate(net, { ...point, v }).value)
    expectEqual(generate(net, point).activation, numeric, 1e-8)
  })

  it.each(cases)('dcalL/dXi is the learning drive: $name', ({ model }) => {
    const net = generatingNetwork(model)
    const point = initialPoint(net)
    for (const [name, xi] of point.memories) {
      const numeric = gradient(xi, (moved) => generate(net, withMemory(point, name, moved)).value)
      expectEqual(generatedDrive(net, point, name), numeric, 1e-8)
    }
  })

  it.each(cases)('d2calL/dv2 is the curvature, symmetric: $name', ({ model }) => {
    const net = generatingNetwork(model)
    const point = initialPoint(net)
    const C = curvature(net, point)
    for (let i = 0; i < N_V; i++) {
      const numeric = gradient(point.v, (v) => generate(net, { ...point, v }).activation[i]!)
      expectEqual(row(C, N_V, i), numeric, 1e-8)
      expectEqual(
        row(C, N_V, i),
        Float64Array.from({ length: N_V }, (_, j) => C[j * N_V + i]!),
        1e-14,
      )
    }
  })

  it.each(cases)('-dE/dv is tau_v times the velocity: $name', ({ model }) => {
    const net = generatingNetwork(model)
    const point = initialPoint(net, 1)
    const slope = gradient(point.v, (v) => generate(net, { ...point, v }).energy)
    const { velocity } = generate(net, point)
    expectEqual(
      velocity,
      slope.map((s) => -s / net.visible.tau),
      1e-8,
    )
  })
})

describe('closed forms', () => {
  const memories = normalRows(new RandomStream(9, 'closed forms'), N_H, N_V)
  const xi = Float64Array.from(memories.data)
  const at = (lagrangian: Lagrangian) => {
    const model = network(lagrangian, 'closed forms', { init: memories })
    const layers = model.layers.map((layer) => ({ ...layer, bias: zeroRows(1, layer.size) }))
    const net = generatingNetwork({ ...model, layers })
    return { net, point: initialPoint(net) }
  }

  it('linear neurons of gain 1/N_h give the Hebbian coupling J = Xi^T Xi / N_h: curvature, activation, energy', () => {
    const { net, point } = at({ kind: 'linear', gain: 1 / N_H })
    const J = new Float64Array(N_V * N_V)
    for (let mu = 0; mu < N_H; mu++)
      outer(row(xi, N_V, mu), row(xi, N_V, mu)).forEach((value, k) => (J[k]! += value / N_H))
    expectEqual(curvature(net, point), J, 1e-14)
    const Jv = times(J, point.v)
    expectEqual(generate(net, point).activation, Jv, 1e-14)
    expect(generate(net, point).energy).toBeCloseTo(dot(point.v, point.v) / 2 - dot(point.v, Jv) / 2, 12)
  })

  it('softmax gives modern Hopfield recall, Xi^T softmax(beta Xi v), and its energy', () => {
    const beta = 1.7
    const { net, point } = at({ kind: 'softmax', beta })
    const weights = times(xi, point.v).map((h) => Math.exp(beta * h))
    const sum = weights.reduce((a, b) => a + b)
    expectEqual(
      generate(net, point).activation,
      transposeTimes(
        xi,
        weights.map((weight) => weight / sum),
      ),
      1e-13,
    )
    expect(generate(net, point).energy).toBeCloseTo(dot(point.v, point.v) / 2 - Math.log(sum) / beta, 12)
  })

  it('a power of degree n gives dense memories, E = |v|^2 / 2 - sum_mu (Xi_mu.v)^n / n', () => {
    for (const degree of [2, 3, 4]) {
      const { net, point } = at({ kind: 'power', degree, rectified: false })
      const h = times(xi, point.v)
      expectEqual(
        generate(net, point).activation,
        transposeTimes(
          xi,
          h.map((hmu) => hmu ** (degree - 1)),
        ),
        1e-13,
      )
      const value = h.reduce((sum, hmu) => sum + hmu ** degree / degree, 0)
      expect(generate(net, point).energy).toBeCloseTo(dot(point.v, point.v) / 2 - value, 11)
    }
  })

  it('the half-norm offset with softmax gives the joint Lyapunov function of the gated rule', () => {
    const beta = 1.3
    const half = network({ kind: 'softmax', beta }, 'lyapunov', {
      inputOffset: 'half-norm',
      rule: 'gated',
      tau: 5,
    })
    const layers = half.layers.map((layer) => ({ ...layer, bias: zeroRows(1, layer.size) }))
    const net = generatingNetwork({ ...half, layers })
    const point = initialPoint(net)
    const xi = point.memories.get('xi')!
    const weights = times(xi, point.v).map((h, mu) =>
      Math.exp(beta * (h - dot(row(xi, N_V, mu), row(xi, N_V, mu)) / 2)),
    )
    const sum = weights.reduce((a, b) => a + b)
    expect(generate(net, point).energy).toBeCloseTo(dot(point.v, point.v) / 2 - Math.log(sum) / beta, 12)
    const drive = generatedDrive(net, point, 'xi')
    const gated = xi.map((entry, k) => (weights[Math.floor(k / N_V)]! / sum) * (point.v[k % N_V]! - entry))
    expectEqual(drive, gated, 1e-13)
  })

  it('memories of format f16 act with their rounded values', () => {
    const model = network({ kind: 'relu' }, 'halves', { format: 'f16' })
    const xi = initialPoint(generatingNetwork(model)).memories.get('xi')!
    const given = Float64Array.from(model.memories[0]!.init.data)
    expect([...xi]).toEqual([...given].map(roundToHalf))
    expect([...xi]).not.toEqual([...given])
  })
})

/** What the float64 reference, which knows nothing of calL, says of a replica; and the point it is at. */
function measure(model: Model, ticks: number, r: number): { point: Point; full: Measured } {
  const reference = createReference(model)
  reference.step(ticks)
  const of = (name: string, length: number): Float64Array => row(reference.read(name), length, r)
  const net = generatingNetwork(model)
  const point: Point = {
    ...initialPoint(net, r),
    v: of('v', N_V),
    memories: new Map(model.memories.map(({ name, init }) => [name, of(name, init.data.length)])),
  }
  return {
    point,
    full: {
      activation: reference.inputs('v')[r]!,
      energy: reference.energy()[r]!.total,
      velocity: reference.velocity('v')[r]!,
      hidden: new Map(net.hidden.map(({ name }) => [name, reference.activations(name)[r]!])),
    },
  }
}

describe('the full network in float64', () => {
  it.each(cases)('is what the generating function says, along its way: $name', ({ model }) => {
    for (const ticks of [0, 3, 10]) {
      const { point, full } = measure(model, ticks, 1)
      const { differences } = compareWithGenerating(generatingNetwork(model), point, full)
      for (const quantity of QUANTITIES) expect(differences[quantity].relative, quantity).toBeLessThan(1e-12)
    }
  })

  it('is what the generating function says while binary and hebbian memories, gated ones and clamps act', () => {
    const stream = new RandomStream(3, 'rules')
    for (const parts of [
      { rule: 'hebbian', tau: 3, bias: normalRows(stream, N_H, N_V) },
      { rule: 'gated', tau: 3, inputOffset: 'half-norm' },
      { format: 'binary', init: signRows(stream, N_H, N_V) },
    ] satisfies Partial<MemoryParts>[]) {
      const free = Float64Array.from({ length: N_V }, (_, i) => i % 2)
      const model: Model = {
        ...network({ kind: 'softmax', beta: 2 }, 'rules', parts),
        stimulus: buildModel({
          layers: [],
          stimulus: [
            { kind: 'clamp', layer: 'v', patterns: rowsOf([new Float64Array(N_V).fill(0.5)], [free]) },
          ],
        }).stimulus,
      }
      const { point, full } = measure(model, 9, 0)
      const held = Uint8Array.from(free, (isFree) => 1 - isFree)
      const { differences } = compareWithGenerating(generatingNetwork(model), { ...point, held }, full)
      for (const quantity of QUANTITIES) expect(differences[quantity].relative, quantity).toBeLessThan(1e-12)
    }
  })
})

describe('a wrong constant is told apart', () => {
  const twice: Readonly<Record<string, (model: Model) => Model>> = {
    'beta of the hidden layer': (model) => ({
      ...model,
      layers: model.layers.map((layer) =>
        layer.lagrangian.kind === 'softmax'
          ? { ...layer, lagrangian: { ...layer.lagrangian, beta: 2 * layer.lagrangian.beta } }
          : layer,
      ),
    }),
    'the memories': (model) => ({
      ...model,
      ...withViews(
        model.memories.map((memory) => ({
          ...memory,
          init: { ...memory.init, data: memory.init.data.map((value) => 2 * value) },
        })),
      ),
    }),
    'the bias of the hidden layer': (model) => ({
      ...model,
      layers: model.layers.map((layer) =>
        layer.tau === 0
          ? { ...layer, bias: { ...layer.bias, data: layer.bias.data.map((value) => 2 * value) } }
          : layer,
      ),
    }),
  }

  it.each(Object.entries(twice))('%s by a factor of two, in every quantity', (_, change) => {
    const model = network({ kind: 'softmax', beta: 1 }, 'broken')
    const { point } = measure(model, 3, 0)
    const broken = createReference(change(model))
    broken.write('v', [...point.v, ...point.v])
    const full: Measured = {
      activation: broken.inputs('v')[0]!,
      energy: broken.energy()[0]!.total,
      velocity: broken.velocity('v')[0]!,
      hidden: new Map([['h', broken.activations('h')[0]!]]),
    }
    const { differences } = compareWithGenerating(generatingNetwork(model), point, full)
    // Float32 rounding leaves 1e-4 at most, see test/cli/analyse.test.ts.
    for (const quantity of QUANTITIES) expect(differences[quantity].relative, quantity).toBeGreaterThan(1e-2)
  })

  it('tau_v by a factor of two, in the velocity alone', () => {
    const model = network({ kind: 'softmax', beta: 1 }, 'broken')
    const { point, full } = measure(model, 0, 0)
    const net = generatingNetwork(model)
    const slow: GeneratingNetwork = { ...net, visible: { ...net.visible, tau: 2 * net.visible.tau } }
    const { differences } = compareWithGenerating(slow, point, full)
    const apart = QUANTITIES.filter((quantity) => differences[quantity].relative > 1e-2)
    expect(apart).toEqual(['velocity'])
  })
})

it('an energy that is not finite is infinitely far off', () => {
  const model = network({ kind: 'relu' }, 'overflow')
  const { point, full } = measure(model, 0, 0)
  for (const energy of [Infinity, NaN]) {
    const { differences } = compareWithGenerating(generatingNetwork(model), point, { ...full, energy })
    expect(differences.energy).toEqual({ absolute: Infinity, relative: Infinity })
  }
})

describe('a network without a generating function is refused, naming layer and remedy', () => {
  const model = network({ kind: 'relu' }, 'refused')
  const [v, h] = model.layers as [Model['layers'][number], Model['layers'][number]]
  const withVisible = (lagrangian: Lagrangian): Model => ({ ...model, layers: [{ ...v, lagrangian }, h] })
  const w = buildModel({ layers: [], synapses: [{ name: 'w', layer: 'v' }] }).synapses
  const clamp = buildModel({
    layers: [],
    stimulus: [{ kind: 'clamp', layer: 'h', patterns: zeroRows(1, N_H) }],
  }).stimulus

  it.each<[string, Model, string]>([
    [
      'a tanh visible layer',
      withVisible({ kind: 'tanh', gain: 4 }),
      'neurons.v.lagrangian: layer `v` is tanh, but a generating function needs a visible layer that is linear with gain 1; set it to {"kind": "linear"}',
    ],
    [
      'a visible layer of another gain',
      withVisible({ kind: 'linear', gain: 2 }),
      'neurons.v.lagrangian: layer `v` is linear with gain 2, but a generating function needs a visible layer that is linear with gain 1; set it to {"kind": "linear"}',
    ],
    [
      'no adiabatic layer',
      { ...model, layers: [v, { ...h, tau: 3 }] },
      'neurons: layer `h` has tau 3, but a generating function needs an adiabatic hidden layer; set neurons.h.tau to 0',
    ],
    [
      'no hidden layer',
      { ...model, layers: [v], ...withViews([]) },
      'neurons: layer `v` is the only layer, but a generating function needs an adiabatic hidden layer; add one with tau 0 and memories between the two',
    ],
    [
      'no dynamic layer',
      { ...model, layers: [{ ...v, tau: 0 }], ...withViews([]) },
      'neurons: are all adiabatic (tau 0); set the tau of the visible layer above 0',
    ],
    [
      'a second dynamic layer',
      { ...model, layers: [v, h, { ...v, name: 'u' }] },
      'neurons.u.tau: is 2, but a generating function allows one dynamic layer, here `v`; set it to 0 or leave `u` out',
    ],
    [
      'synapses',
      { ...model, ...withViews([...model.memories, ...w]) },
      'synapses.w: couples the neurons of `v`, but a generating function contains the hidden layers only; leave the synapses out',
    ],
    [
      'a clamped hidden layer',
      { ...model, stimulus: clamp },
      'stimulus.0: clamps the hidden layer `h`, which then does not follow `v`; use "current" or leave it out',
    ],
  ])('%s', (_, refused, line) => {
    expect(() => generatingNetwork(refused)).toThrow(
      expect.objectContaining({ name: 'ModelError', message: line }),
    )
  })
})
