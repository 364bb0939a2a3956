import { describe, expect, test } from 'vitest'
import {
  type CouplingKind,
  COUPLINGS,
  arraysOf,
  couplingFacts,
  matrixFacts,
} from '../../../src/core/kinds/couplings/table.ts'
import { isLinear } from '../../../src/core/model/couplings.ts'
import { RandomStream } from '../../../src/core/model/random.ts'
import type { Coupling, Model } from '../../../src/core/model/model.ts'
import { createReference } from '../../../src/core/reference/network.ts'
import { dot, times, transposeTimes } from '../../../src/core/math/algebra.ts'
import { NETWORKS } from '../../couplings.ts'

const STEP = 1e-5

const rows = (Object.keys(COUPLINGS) as CouplingKind[]).flatMap((kind) =>
  NETWORKS[kind].map((make, index) => ({ kind, index, make })),
)

/** The one coupling of a network, its tensor and random activations. */
function drawn(model: Model) {
  const [coupling] = model.couplings as [Coupling]
  const stream = new RandomStream(9, coupling.kind)
  // The same in both replicas.
  const tensor = Float64Array.from(
    arraysOf(coupling).flatMap((name) => {
      const both = createReference(model).read(name)
      return [...both.slice(0, both.length / model.replicas)]
    }),
  )
  const g = new Map(
    model.layers.map(({ name, size }) => [name, Float64Array.from({ length: size }, () => stream.normal())]),
  )
  return { coupling, facts: couplingFacts(coupling), tensor, g }
}

/** Central differences of a function by the entries of an array. */
function gradient(values: Float64Array, of: () => number): Float64Array {
  return values.map((value, k) => {
    values[k] = value + STEP
    const above = of()
    values[k] = value - STEP
    const below = of()
    values[k] = value
    return (above - below) / (2 * STEP)
  })
}

function expectClose(is: Float64Array, should: Float64Array): void {
  expect(is).toHaveLength(should.length)
  const scale = 1 + should.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
  is.forEach((value, k) => {
    expect(Math.abs(value - should[k]!), `entry ${k}`).toBeLessThan(1e-8 * scale)
  })
}

describe.each(rows)('a $kind coupling, form $index,', ({ make }) => {
  test('sends each layer minus the derivative of its energy by the activation of the layer', () => {
    const { coupling, facts, tensor, g } = drawn(make())
    for (const layer of facts.layers(coupling)) {
      const sent = facts.input(coupling, tensor, g, layer)
      const slope = gradient(g.get(layer)!, () => facts.energy(coupling, tensor, g))
      expectClose(
        sent,
        slope.map((value) => -value),
      )
    }
  })

  test('is driven by minus the derivative of its energy by its tensor', () => {
    const { coupling, facts, tensor, g } = drawn(make())
    const driven = facts.drive(coupling, g, (to, from) => to * from, tensor)
    const still: Coupling = 'inputOffset' in coupling ? { ...coupling, inputOffset: 'none' } : coupling
    const slope = gradient(tensor, () => couplingFacts(still).energy(still, tensor, g))
    // An entry of W stands for g_i g_j once, and W_ji for the same again.
    const share = facts.under === 'synapses' ? 2 : 1
    expectClose(
      driven,
      slope.map((value) => -share * value),
    )
  })

  test('has the derivative of what it sends for its slope', () => {
    const { coupling, facts, tensor, g } = drawn(make())
    const ends = facts.layers(coupling)
    for (const to of facts.targets(coupling))
      for (const from of ends) {
        if (to === from && ends.length > 1) continue
        const [rows, columns] = [g.get(to)!.length, g.get(from)!.length]
        const slope = facts.slope(coupling, tensor, g, to, from)
        const values = g.get(from)!
        values.forEach((value, column) => {
          const [above, below] = [STEP, -STEP].map((step) => {
            values[column] = value + step
            return facts.input(coupling, tensor, g, to)
          }) as [Float64Array, Float64Array]
          values[column] = value
          expectClose(
            Float64Array.from({ length: rows }, (_, row) => slope[row * columns + column]!),
            above.map((one, row) => (one - below[row]!) / (2 * STEP)),
          )
        })
      }
  })

  test('does as a matrix what it does as itself', () => {
    const { coupling, facts, tensor, g } = drawn(make())
    // What is linear in the activations is a matrix.
    if (!isLinear(coupling)) return
    const still = 'inputOffset' in coupling ? { ...coupling, inputOffset: 'none' as const } : coupling
    const written = matrixFacts(coupling).matrix(coupling, tensor)
    const [first, second = first] = facts.layers(coupling) as [string, string?]
    const own = couplingFacts(still)
    expectClose(own.input(still, tensor, g, second), times(written, g.get(first)!))
    if (second !== first)
      expectClose(own.input(still, tensor, g, first), transposeTimes(written, g.get(second)!))
    expect(own.energy(still, tensor, g) * (second === first ? 2 : 1)).toBeCloseTo(
      -dot(g.get(second)!, times(written, g.get(first)!)),
      8,
    )
  })
})
