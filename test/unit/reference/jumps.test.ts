/** Where the energy of binary neurons may not rise, and where it may. */
import { describe, expect, test } from 'vitest'
import { INTEGRATOR_KINDS } from '../../../src/core/kinds/integrators/table.ts'
import { UPDATE_KINDS, updateFacts, updateOf } from '../../../src/core/kinds/updates/table.ts'
import { risesOf } from '../../../src/core/model/energy.ts'
import type { Layer, Model, Rows } from '../../../src/core/model/model.ts'
import { RandomStream } from '../../../src/core/model/random.ts'
import { stepWarnings } from '../../../src/core/model/steps.ts'
import { createReference } from '../../../src/core/reference/network.ts'
import { buildModel, normalRows, rowsOf, type Parts, signRows } from '../../build.ts'

/** A symmetric graph of random weights on half of the pairs. */
function graph(stream: RandomStream, size: number, diagonal = 0): Rows {
  const data = new Float32Array(size * size)
  for (let i = 0; i < size; i++) {
    data[i * size + i] = diagonal
    for (let j = 0; j < i; j++)
      if (stream.word() & 1) data[i * size + j] = data[j * size + i] = stream.normal()
  }
  return { rows: size, columns: size, data }
}

const BINARY = { lagrangian: { kind: 'sign' }, update: 'one' } as const

function binary(seed: number, layer: Partial<Layer> = {}, parts: Partial<Parts> = {}, diagonal = 0): Model {
  const stream = new RandomStream(seed, 'jumps')
  const size = 5 + (seed % 20)
  const base = { kind: 'matrix', matrix: graph(stream, size, diagonal) } as const
  const v = { ...BINARY, name: 'v', size, init: signRows(stream, 1, size), bias: normalRows(stream, 1, size) }
  return buildModel({
    time: { dt: 1, integrator: 'euler', ticks: 200 },
    seed,
    layers: [{ ...v, ...layer }, ...(parts.layers ?? [])],
    synapses: [{ name: 'w', layer: 'v', base }],
    memories: parts.memories ?? [],
  })
}

/** The largest rise of the energy in a step. */
function rise(model: Model, ticks = 200): number {
  const reference = createReference(model)
  let [before] = reference.energy()
  let largest = -Infinity
  for (let tick = 0; tick < ticks; tick++) {
    reference.step()
    const [after] = reference.energy()
    largest = Math.max(largest, after!.total - before!.total)
    before = after
  }
  return largest
}

const SEEDS = Array.from({ length: 20 }, (_, seed) => seed)
const ONES = UPDATE_KINDS.filter((kind) => updateFacts(updateOf(kind)).movesOne)

describe('one binary neuron a step', () => {
  test.each(ONES.flatMap((kind) => INTEGRATOR_KINDS.map((integrator) => [kind, integrator] as const)))(
    '%s by %s: the energy never rises on a random graph',
    (kind, integrator) => {
      for (const dt of [1, 0.3])
        for (const seed of SEEDS) {
          const model = binary(seed, { update: updateOf(kind) }, {}, seed % 3)
          const stepped = { ...model, time: { ...model.time, dt, integrator } }
          expect(risesOf(stepped)).toEqual([])
          expect(rise(stepped)).toBeLessThan(1e-12)
        }
    },
  )

  test('nor beside adiabatic layers with convex Lagrangians', () => {
    for (const seed of SEEDS) {
      const { size } = binary(seed).layers[0]!
      const init = normalRows(new RandomStream(seed, 'memory'), 4, size)
      const model = binary(
        seed,
        {},
        {
          layers: [{ name: 'h', size: 4, lagrangian: { kind: 'power', degree: 3, rectified: true }, tau: 0 }],
          memories: [{ name: 'xi', from: 'v', to: 'h', init }],
        },
      )
      expect(risesOf(model)).toEqual([])
      expect(rise(model)).toBeLessThan(1e-9)
    }
  })

  test('is no flow whose step could be too long', () => {
    expect(stepWarnings(binary(3))).toEqual([])
    expect(stepWarnings(binary(3, { lagrangian: { kind: 'tanh', gain: 2 } }))).toEqual([])
    expect(stepWarnings(binary(3, { lagrangian: { kind: 'tanh', gain: 2 }, update: 'all' }))).not.toEqual([])
  })
})

/** The energy does rise in one of these networks, and the reason is told. */
function expectRise(models: readonly Model[], reason: RegExp): void {
  for (const model of models) expect(risesOf(model).join()).toMatch(reason)
  expect(Math.max(...models.map((model) => rise(model)))).toBeGreaterThan(1e-3)
}

describe('the energy may rise', () => {
  test('where several binary neurons move in a step', () => {
    for (const kind of UPDATE_KINDS.filter((one) => !ONES.includes(one)))
      expectRise(
        SEEDS.map((seed) => binary(seed, { update: updateOf(kind) })),
        /jump, and more than one moves in a step/,
      )
  })

  test('where a neuron acts on itself against its own sign', () => {
    expectRise(
      SEEDS.map((seed) => binary(seed, {}, {}, -3)),
      /the diagonal of `w` is negative/,
    )
  })

  test('where another layer moves at the same time', () => {
    const models = SEEDS.map((seed) => {
      const { size } = binary(seed).layers[0]!
      const init = normalRows(new RandomStream(seed, 'memory'), 4, size)
      return binary(
        seed,
        {},
        {
          layers: [{ name: 'u', size: 4, ...BINARY, init: rowsOf([[1, -1, 1, -1]]) }],
          memories: [{ name: 'xi', from: 'v', to: 'u', init }],
        },
      )
    })
    expectRise(models, /jump while `u` moves/)
  })

  test('where a part of a layer moves whose neurons share one activation', () => {
    const lagrangian = { kind: 'spherical', eps: 1e-2 } as const
    const models = SEEDS.map((seed) => {
      const model = binary(seed, { lagrangian })
      return { ...model, time: { ...model.time, dt: 0.05 } }
    })
    expectRise(models, /only a part of layer `v` moves in a step/)
  })
})
