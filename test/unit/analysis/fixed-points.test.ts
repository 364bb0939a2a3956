import { describe as suite, expect, it } from 'vitest'
import { createFlow } from '../../../src/core/analysis/flow.ts'
import {
  type FixedPoints,
  describe,
  findFixedPoints,
  heldFixed,
  patternsOf,
} from '../../../src/core/analysis/fixed-points.ts'
import { stabilityAt, stabilityEnds } from '../../../src/core/analysis/jacobian.ts'
import { refine } from '../../../src/core/analysis/newton.ts'
import { type CouplingKind, COUPLINGS } from '../../../src/core/kinds/couplings/table.ts'
import { arrayNames } from '../../../src/core/model/couplings.ts'
import { type Lagrangian, lagrangianFacts } from '../../../src/core/kinds/lagrangians/table.ts'
import { type LeakKind, leakFacts } from '../../../src/core/kinds/leaks/table.ts'
import type { Model, Rows } from '../../../src/core/model/model.ts'
import { RandomStream } from '../../../src/core/model/random.ts'
import { createReference } from '../../../src/core/reference/network.ts'
import { NETWORKS } from '../../couplings.ts'
import { buildModel, normalRows, rowsOf, signRows, symmetricRows } from '../../build.ts'
import { SMOOTH } from '../../lagrangians.ts'

/** States and couplings of the reference at its first replica. */
const momentOf = (model: Model, reference = createReference(model)) =>
  Object.fromEntries(
    [...model.layers, ...model.synapses, ...model.memories].map(({ name }) => [name, reference.read(name)]),
  )

const everyCoupling = (Object.keys(COUPLINGS) as CouplingKind[]).flatMap((kind) =>
  NETWORKS[kind].map((make, index) => ({ kind, index, make })),
)

suite('couplings that are held', () => {
  it.each(everyCoupling)('send what a $kind coupling, form $index, sends', ({ make }) => {
    const model = { ...make(), replicas: 1 }
    const moving = createReference(model)
    moving.step(3)
    const moment = Object.fromEntries(arrayNames(model).map((name) => [name, moving.read(name)]))
    const held = createReference({ ...model, ...heldFixed(model, moment) })
    for (const { name } of model.layers) held.write(name, moving.read(name))
    for (const { name } of model.layers)
      held.inputs(name)[0]!.forEach((sent, i) => expect(sent).toBeCloseTo(moving.inputs(name)[0]![i]!, 5))
  })
})

const LEAKING = Object.keys(SMOOTH).filter((kind) => lagrangianFacts(SMOOTH[kind]!).conjugate !== undefined)

/** The graphs of all Lagrangians, and those in which the output leaks of the layer, of another one or of both. */
const GRAPHS: [string, Model][] = [
  ...Object.keys(SMOOTH).map((kind): [string, Model] => [kind, graph(kind)]),
  ...LEAKING.map((kind): [string, Model] => [`${kind}, output`, graph(kind, 'output')]),
  ['tanh, input and output', graph('tanh', 'input', 'output')],
  ['tanh, output and output', graph('tanh', 'output', 'output')],
]

/** Three layers, one of them adiabatic between two that are not; synapses, a bias and the half-norm offset. */
function graph(kind: keyof typeof SMOOTH, leak: LeakKind = 'input', other: LeakKind = 'input'): Model {
  const stream = new RandomStream(2, `graph ${kind}`)
  const lagrangian = SMOOTH[kind]!
  const tanh: Lagrangian = { kind: 'tanh', gain: 1 }
  const start = (own: Lagrangian, size: number, of: LeakKind): Rows => {
    const z = Float64Array.from(normalRows(stream, 1, size).data)
    return rowsOf([leakFacts(of).goal({ lagrangian: own, shape: [size] }, z)])
  }
  return buildModel({
    layers: [
      {
        name: 'a',
        size: 6,
        lagrangian,
        leak,
        tau: 1.5,
        bias: normalRows(stream, 1, 6),
        init: start(lagrangian, 6, leak),
      },
      { name: 'b', size: 4, lagrangian: { kind: 'softmax', beta: 2 }, tau: 0 },
      { name: 'c', size: 5, lagrangian: tanh, leak: other, tau: 0.5, init: start(tanh, 5, other) },
    ],
    memories: [
      { name: 'ab', from: 'a', to: 'b', init: normalRows(stream, 4, 6, 0.4), inputOffset: 'half-norm' },
      { name: 'bc', from: 'b', to: 'c', init: normalRows(stream, 5, 4, 0.4) },
    ],
    synapses: [{ name: 'w', layer: 'a', base: { kind: 'matrix', matrix: symmetricRows(stream, 6, 0.1) } }],
  })
}

suite('the flow', () => {
  it.each(GRAPHS)('has the velocities and the energy of the reference, layer %s', (_, model) => {
    const reference = createReference(model)
    const flow = createFlow(model, momentOf(model, reference))
    const x = Float64Array.from([...reference.read('a'), ...reference.read('c')])
    const field = flow.field(x)
    const expected = [
      ...reference.velocity('a')[0]!.map((value) => value * 1.5),
      ...reference.velocity('c')[0]!.map((value) => value * 0.5),
    ]
    field.forEach((value, index) => expect(value).toBeCloseTo(expected[index]!, 12))
    expect(flow.energy(x)).toBeCloseTo(reference.energy()[0]!.total, 12)
  })

  it.each(GRAPHS)('has both ends of the dense spectrum without a matrix, layer %s', async (_, model) => {
    const reference = createReference(model)
    reference.velocity('a')
    const moment = momentOf(model, reference)
    const flow = createFlow(model, moment)
    const states = flow.states(Float64Array.from([...reference.read('a'), ...reference.read('c')]))
    const { spectrum, stableDimension, margin } = stabilityAt(model, moment)
    const { ends, unstable, margin: known } = await stabilityEnds(flow, flow.taken(states), flow.couple, 3)
    const highest = [...spectrum].reverse()
    ends.highest.values.forEach((value, index) => expect(value).toBeCloseTo(highest[index]!, 8))
    expect(ends.lowest.values[0]).toBeCloseTo(spectrum[0]!, 8)
    expect(unstable).toBe(11 - stableDimension)
    expect(known).toBeGreaterThan(margin - 1e-8)
  })
})

suite('refinement', () => {
  const bounded = ['tanh', 'sigmoid', 'softmax', 'layernorm', 'spherical']
  it.each(GRAPHS.filter(([name]) => bounded.includes(name.split(',')[0]!)))(
    'leaves no residual, layer %s',
    async (_, model) => {
      const reference = createReference(model)
      reference.step(200)
      const flow = createFlow(model, momentOf(model))
      const near = Float64Array.from([...reference.read('a'), ...reference.read('c')])
      const { x, residual, converged } = await refine(flow, near)
      expect([converged, residual < 1e-11]).toEqual([true, true])
      // A stable point: running on comes to the same.
      reference.step(4000)
      const rest = [...reference.read('a'), ...reference.read('c')]
      x.forEach((value, index) => expect(value).toBeCloseTo(rest[index]!, 8))
    },
  )
})

/** Fixed points of a network in float64, from the states that the reference rests in. */
async function found(model: Model): Promise<FixedPoints> {
  const reference = createReference(model)
  reference.step(1000)
  const moment = momentOf({ ...model, replicas: 1 }, createReference({ ...model, replicas: 1 }))
  const flow = createFlow(model, moment)
  return findFixedPoints(
    flow,
    patternsOf(model, moment),
    reference.read('v'),
    Array.from({ length: model.replicas }, () => true),
  )
}

suite('fixed points', () => {
  // With b above .53284 the fold of x = 2 tanh x + b at x = -.8814 is gone: states pass it slowly.
  it('are not where a state only slows down: such starts are counted', async () => {
    const model = buildModel({
      replicas: 2,
      layers: [{ name: 'v', size: 1, lagrangian: { kind: 'tanh', gain: 1 }, bias: rowsOf([[0.533203125]]) }],
      synapses: [{ name: 'w', layer: 'v', base: { kind: 'matrix', matrix: rowsOf([[2]]) } }],
    })
    const moment = momentOf({ ...model, replicas: 1 }, createReference({ ...model, replicas: 1 }))
    const flow = createFlow(model, moment)
    const { points, of, slowed } = await findFixedPoints(flow, [], Float64Array.of(-0.8814, 2.4), [
      true,
      true,
    ])
    expect([[...of], slowed, points.length]).toEqual([[-1, 0], 1, 1])
    const [x] = points[0]!.x
    expect(x).toBeCloseTo(2 * Math.tanh(x!) + 0.533203125, 12)
  })

  // tau dx/dt = -x + w tanh(a x): 0 is a saddle for w a > 1, and +-x with x = w tanh(a x) are stable.
  it('of one neuron that drives itself are 0 and the two solutions of x = 2 tanh x', async () => {
    const model = buildModel({
      replicas: 5,
      layers: [
        {
          name: 'v',
          size: 1,
          lagrangian: { kind: 'tanh', gain: 1 },
          init: rowsOf([[0.3], [-0.2], [0], [2], [1.5]]),
        },
      ],
      synapses: [{ name: 'w', layer: 'v', base: { kind: 'matrix', matrix: rowsOf([[2]]) } }],
    })
    const { points, of } = await found(model)
    expect(points.map(({ basin }) => basin)).toEqual([3, 1, 1])
    expect([...of]).toEqual([0, 1, 2, 0, 0])
    const x = points[0]!.x[0]!
    expect(x).toBeCloseTo(2 * Math.tanh(x), 12)
    expect(points[1]!.x[0]).toBeCloseTo(-x, 12)
    expect(points[2]!.x[0]).toBe(0)
    expect(points.map(({ unstable }) => unstable)).toEqual([0, 0, 1])
    expect(points[2]!.largest).toBeCloseTo(1, 12)
    expect(points[0]!.largest).toBeCloseTo(2 / Math.cosh(x) ** 2 - 1, 12)
    expect(points[2]!.kind).toBe('zero')
    // All the way down from the saddle.
    expect(points[0]!.energy).toBeLessThan(points[2]!.energy)
  })

  it('of a network whose output leaks are g of those where the input leaks, with the same energies and eigenvalues', async () => {
    const stream = new RandomStream(4, 'leaks')
    const gain = 1.5
    const inputs = normalRows(stream, 12, 3)
    const network = (leak: LeakKind): Model =>
      buildModel({
        replicas: 12,
        layers: [
          {
            name: 'v',
            size: 3,
            tau: 0.7,
            leak,
            lagrangian: { kind: 'tanh', gain },
            bias: rowsOf([[0.1, -0.05, 0.02]]),
            init: leakFacts(leak).sendsState
              ? { ...inputs, data: inputs.data.map((x) => Math.tanh(gain * x)) }
              : inputs,
          },
        ],
        synapses: [
          {
            name: 'w',
            layer: 'v',
            base: { kind: 'matrix', matrix: symmetricRows(new RandomStream(6, 'w'), 3, 1.5) },
          },
        ],
      })
    const [input, output] = [await found(network('input')), await found(network('output'))]
    expect(input.points.length).toBeGreaterThan(1)
    const sorted = ({ points }: FixedPoints) => [...points].sort((a, b) => a.energy - b.energy)
    expect(output.points.length).toBe(input.points.length)
    sorted(output).forEach((point, k) => {
      const other = sorted(input)[k]!
      point.x.forEach((x, i) => expect(x).toBeCloseTo(Math.tanh(gain * other.x[i]!), 9))
      expect(point.energy).toBeCloseTo(other.energy, 9)
      expect(point.largest).toBeCloseTo(other.largest, 8)
    })
  })

  it('of a Hopfield network below capacity are the memories, their negatives and mixtures of three', async () => {
    const [N, P] = [120, 3]
    const stream = new RandomStream(1, 'mixtures')
    const patterns = signRows(stream, P, N)
    const rows = Array.from({ length: P }, (_, mu) => patterns.data.slice(mu * N, (mu + 1) * N))
    const mixture = rows[0]!.map((_, i) => Math.sign(rows.reduce((sum, one) => sum + one[i]!, 0)))
    const model = buildModel({
      replicas: 5,
      layers: [
        {
          name: 'v',
          size: N,
          lagrangian: { kind: 'tanh', gain: 20 },
          init: rowsOf([...rows, rows[1]!.map((value) => -value), mixture]),
        },
      ],
      synapses: [{ name: 'w', layer: 'v', base: { kind: 'hebbian', patterns, zeroDiagonal: true } }],
    })
    const { points, of } = await found(model)
    const at = (start: number): string => {
      const { kind, members } = points[of[start]!]!
      return [kind, ...members.toSorted()].join(' ')
    }
    expect([0, 1, 2, 3].map(at)).toEqual(['memory w 0', 'memory w 1', 'memory w 2', 'memory -w 1'])
    expect(at(4)).toBe('mixture w 0 w 1 w 2')
    for (const { unstable, residual } of points) expect([unstable, residual < 1e-10]).toEqual([0, true])
  })

  it('of softmax memories at a small beta is one mixture of all, at a large beta each memory', async () => {
    const [N, P] = [24, 3]
    const stream = new RandomStream(4, 'softmax')
    const xi = signRows(stream, P, N)
    const network = (beta: number): Model =>
      buildModel({
        replicas: P,
        layers: [
          { name: 'v', size: N, lagrangian: { kind: 'linear', gain: 1 }, init: xi },
          { name: 'h', size: P, lagrangian: { kind: 'softmax', beta }, tau: 0 },
        ],
        memories: [{ name: 'xi', from: 'v', to: 'h', init: xi }],
      })
    const separate = await found(network(1))
    expect(separate.points.map(({ kind }) => kind)).toEqual(['memory', 'memory', 'memory'])
    expect([...separate.of]).toEqual([0, 1, 2])
    const melted = await found(network(0.01))
    expect(melted.points).toHaveLength(1)
    expect(melted.points[0]).toMatchObject({ kind: 'mixture', basin: 3, unstable: 0 })
    expect(melted.points[0]?.members.toSorted()).toEqual(['xi 0', 'xi 1', 'xi 2'])
  })

  it('are spurious where no few memories make them up', () => {
    const stream = new RandomStream(5, 'spurious')
    const patterns = [{ name: 'xi', layer: 'v', rows: signRows(stream, 40, 400) }]
    const g = Float64Array.from(normalRows(stream, 1, 400).data)
    expect(describe(new Map([['v', g]]), patterns).kind).toBe('spurious')
  })
})
