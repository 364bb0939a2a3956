/** Layers that send their state: the Legendre transforms, the gradient of the energy, and that it falls. */
import { describe, expect, it, test } from 'vitest'
import { dot } from '../../../src/core/math/algebra.ts'
import {
  activation,
  conjugate,
  lagrangian,
  lagrangianFacts,
} from '../../../src/core/kinds/lagrangians/table.ts'
import { LEAK_KINDS, leakFacts, strayOf } from '../../../src/core/kinds/leaks/table.ts'
import { risesOf } from '../../../src/core/model/energy.ts'
import type { Lagrangian, Model, Rows } from '../../../src/core/model/model.ts'
import { RandomStream } from '../../../src/core/model/random.ts'
import { createReference } from '../../../src/core/reference/network.ts'
import { buildModel, normalRows, rowsOf, symmetricRows } from '../../build.ts'
import { LAGRANGIANS } from '../../lagrangians.ts'

const SENT = Object.entries(LAGRANGIANS).filter(([, l]) => lagrangianFacts(l).conjugate !== undefined)
const N = 5

describe.each(SENT)('the Legendre transform of %s', (name, l) => {
  it('is x.g - L at the activation g of x', () => {
    const stream = new RandomStream(2, name)
    for (const scale of [0.01, 1, 5]) {
      const x = Float64Array.from({ length: N }, () => scale * stream.normal())
      const g = activation(l, x)
      const expected = dot(x, g) - lagrangian(l, x)
      expect(Math.abs(conjugate(l, g) - expected)).toBeLessThan(1e-9 * (1 + Math.abs(expected)))
    }
  })

  it('is that of the nearest state in range elsewhere, and finite at the ends of the range', () => {
    const [low, high] = lagrangianFacts(l).conjugate!.range(l)
    for (const end of [low, high].filter(Number.isFinite)) {
      const at = conjugate(l, Float64Array.of(end))
      expect(Number.isFinite(at)).toBe(true)
      expect(conjugate(l, Float64Array.of(end === low ? end - 1 : end + 1))).toBe(at)
    }
  })
})

test('the Legendre transform of tanh at 1 is log 2 over the gain', () => {
  expect(conjugate({ kind: 'tanh', gain: 4 }, Float64Array.of(1))).toBeCloseTo(Math.log(2) / 4, 15)
})

/** The state g(z) of random z: what a layer can send. */
function sendable(
  stream: RandomStream,
  l: Lagrangian,
  leak: 'input' | 'output',
  size: number,
  scale: number,
): Rows {
  const z = normalRows(stream, 1, size, scale)
  return leakFacts(leak).sendsState ? rowsOf([activation(l, Float64Array.from(z.data))]) : z
}

const SMOOTH_SENT = SENT.filter(([, l]) => lagrangianFacts(l).withoutHessian === undefined)

describe.each(SMOOTH_SENT)('a layer that sends the state, %s', (name, l) => {
  it('has the energy whose slope along its velocity is (z - u).dx/dt, g(z) = x and u = b + I', () => {
    const stream = new RandomStream(3, name)
    // A state of exactly 0 has no inverse.
    const z = Float64Array.from({ length: N }, () => 0.3 + 0.4 * Math.abs(stream.normal()))
    const bias = normalRows(stream, 1, N, 0.3)
    const current = normalRows(stream, 1, N, 0.2)
    const reference = createReference(
      buildModel({
        layers: [
          { name: 'v', size: N, lagrangian: l, leak: 'output', bias, tau: 2 },
          { name: 'h', size: 3, lagrangian: { kind: 'tanh', gain: 1 }, init: normalRows(stream, 1, 3) },
        ],
        synapses: [
          { name: 'w', layer: 'v', base: { kind: 'matrix', matrix: symmetricRows(stream, N, 0.4) } },
        ],
        memories: [{ name: 'xi', from: 'v', to: 'h', init: normalRows(stream, 3, N, 0.5) }],
        stimulus: [{ kind: 'current', layer: 'v', patterns: current }],
      }),
    )
    const x = activation(l, z)
    reference.write('v', x)
    const I = reference.inputs('v')[0]!
    const u = I.map((value, i) => value + bias.data[i]! + current.data[i]!)
    const velocity = reference.velocity('v')[0]!
    activation(l, u).forEach((goal, i) => {
      expect(velocity[i]!).toBeCloseTo((goal - x[i]!) / 2, 12)
    })
    const at = (h: number): number => {
      reference.write(
        'v',
        x.map((value, i) => value + h * velocity[i]!),
      )
      return reference.energy()[0]!.total
    }
    const h = 1e-5
    const slope = (at(h) - at(-h)) / (2 * h)
    const expected = dot(
      z.map((zi, i) => zi - u[i]!),
      velocity,
    )
    expect(Math.abs(slope - expected)).toBeLessThan(1e-6 * (1 + Math.abs(expected)))
    expect(expected).toBeLessThan(0)
  })
})

/** Three layers of random Lagrangians and leaks, plastic synapses, one memory that learns and one that does not. */
function graph(seed: number): Model {
  const stream = new RandomStream(seed, 'mixed')
  const one = <T>(list: readonly T[]): T => list[stream.word() % list.length]!
  const drawn = ['a', 'b', 'c'].map((name, index) => {
    const [kind, l] = one(SMOOTH_SENT)
    const leak = one(LEAK_KINDS)
    const isBounded = lagrangianFacts(l).isBounded
    return { name, size: 3 + index, lagrangian: l, leak, kind, isBounded, tau: one([0.5, 1, 3]) }
  })
  const coupling = drawn.every(({ isBounded }) => isBounded) ? 1 : 0.15
  return buildModel({
    time: { dt: 0.02, integrator: 'euler' },
    layers: drawn.map((layer) => ({
      ...layer,
      bias: normalRows(stream, 1, layer.size, 0.2),
      init: sendable(stream, layer.lagrangian, layer.leak, layer.size, coupling === 1 ? 2 : 0.4),
    })),
    synapses: [
      {
        name: 'w',
        layer: 'a',
        tau: one([0.5, 4]),
        strength: coupling,
        base: { kind: 'matrix', matrix: symmetricRows(stream, 3, coupling) },
      },
    ],
    memories: [
      { name: 'ab', from: 'a', to: 'b', init: normalRows(stream, 4, 3, coupling), rule: 'hebbian', tau: 2 },
      { name: 'bc', from: 'b', to: 'c', init: normalRows(stream, 5, 4, coupling) },
    ],
  })
}

describe('the energy of random graphs that mix both leaks', () => {
  it.each(Array.from({ length: 60 }, (_, seed) => seed))('never rises, %i', (seed) => {
    const model = graph(seed)
    expect(risesOf(model)).toEqual([])
    const reference = createReference(model)
    let last = Infinity
    for (let tick = 0; tick < 300; tick++) {
      const { total } = reference.energy()[0]!
      expect(total - last).toBeLessThan(1e-12 * (1 + Math.abs(total)))
      last = total
      reference.step()
    }
  })
})

describe('a state that a layer cannot send', () => {
  const tanh: Lagrangian = { kind: 'tanh', gain: 2 }
  const softmax: Lagrangian = { kind: 'softmax', beta: 1 }

  it('is told from one that it can', () => {
    expect(strayOf({ lagrangian: tanh, leak: 'output', shape: [2] }, [0.5, -1])).toBeUndefined()
    expect(strayOf({ lagrangian: tanh, leak: 'output', shape: [2] }, [0.5, -1.5])).toBe(
      '-1.5 is not between -1 and 1',
    )
    expect(strayOf({ lagrangian: tanh, leak: 'input', shape: [2] }, [0.5, -1.5])).toBeUndefined()
    expect(strayOf({ lagrangian: softmax, leak: 'output', shape: [2] }, [0.5, 0.25])).toBe(
      'its sum is 0.75, not 1',
    )
    expect(strayOf({ lagrangian: softmax, leak: 'output', shape: [2] }, [0.5, 0.5])).toBeUndefined()
  })

  it('is a reason for an energy that may rise', () => {
    const at = (value: number): readonly string[] =>
      risesOf(
        buildModel({
          layers: [{ name: 'v', size: 1, lagrangian: tanh, leak: 'output' }],
          stimulus: [{ kind: 'initial', layer: 'v', patterns: rowsOf([[value]]) }],
        }),
      )
    expect(at(1)).toEqual([])
    expect(at(1.25)).toEqual(['layer `v` may begin out of the range of its activation'])
  })
})

/** Both leaks have the same fixed points: u = b + C g(u) of the one is where the other sends x = g(u). */
test('a layer comes to rest at the activation of where it would with the leak of its input', () => {
  const rest = (leak: 'input' | 'output') => {
    const stream = new RandomStream(8, 'rest')
    const reference = createReference(
      buildModel({
        time: { dt: 0.5 },
        layers: [
          { name: 'v', size: 6, lagrangian: { kind: 'tanh', gain: 2 }, leak, bias: normalRows(stream, 1, 6) },
        ],
        synapses: [
          { name: 'w', layer: 'v', base: { kind: 'matrix', matrix: symmetricRows(stream, 6, 0.2) } },
        ],
      }),
    )
    reference.step(400)
    return reference
  }
  const [input, output] = [rest('input'), rest('output')]
  const g = input.activations('v')[0]!
  output.read('v').forEach((x, i) => {
    expect(x).toBeCloseTo(g[i]!, 10)
  })
  expect(output.energy()[0]!.total).toBeCloseTo(input.energy()[0]!.total, 10)
})
