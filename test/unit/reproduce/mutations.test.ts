import { expect, test } from 'vitest'
import { estimate } from '../../../src/core/analysis/statistics.ts'
import type { ScenarioInput } from '../../../src/core/model/schema.ts'
import { constantsOf, withFactor } from '../../../src/core/reproduce/mutated.ts'
import { isBeyondDoubt } from '../../../src/core/reproduce/mutations.ts'
import { atLeast, atMost, near } from '../../../src/core/reproduce/reproduction.ts'

const SCENARIO: ScenarioInput = {
  version: 1,
  name: 'x',
  seed: 3,
  time: { dt: 0.1, ticks: 5 },
  neurons: {
    v: { size: 2, lagrangian: { kind: 'tanh', gain: 2 }, init: { kind: 'values', values: [[1, -2]] } },
    h: { size: 3, lagrangian: { kind: 'linear', gain: 1 }, tau: 0 },
  },
  memories: { xi: { from: 'v', to: 'h', init: { kind: 'random', distribution: 'normal' } } },
  probes: { v: { kind: 'snapshot', of: 'v', every: 5 } },
  replicas: { count: 2, vary: { 'neurons.v.lagrangian.gain': { values: [1, 3] } } },
}

test('constants are all numbers but 0, seeds, counts of copies, probes and values that the replicas replace', () => {
  expect(constantsOf(SCENARIO)).toEqual([
    'time.dt',
    'time.ticks',
    'neurons.v.size',
    'neurons.v.init.values',
    'neurons.h.size',
    'neurons.h.lagrangian.gain',
    'replicas.vary.neurons.v.lagrangian.gain.values',
  ])
})

test('a factor scales all numbers of a constant and nothing else; counts are rounded', () => {
  expect(withFactor(SCENARIO, 'neurons.v.init.values', 0.5)).toEqual({
    ...SCENARIO,
    neurons: {
      ...SCENARIO.neurons,
      v: { ...SCENARIO.neurons.v!, init: { kind: 'values', values: [[0.5, -1]] } },
    },
  })
  expect(withFactor(SCENARIO, 'replicas.vary.neurons.v.lagrangian.gain.values', 2).replicas).toEqual({
    count: 2,
    vary: { 'neurons.v.lagrangian.gain': { values: [2, 6] } },
  })
  // 2.5 ticks are none. The sample of the end stays at the end.
  const shorter = withFactor(SCENARIO, 'time.ticks', 0.5)
  expect(shorter.time.ticks).toBe(3)
  expect(shorter.probes!.v!.every).toBe(3)
  expect(withFactor(SCENARIO, 'neurons.h.lagrangian.gain', 0.5).neurons.h!.lagrangian).toEqual({
    kind: 'linear',
    gain: 0.5,
  })
  expect(withFactor(SCENARIO, 'none.of.these', 2)).toEqual(SCENARIO)
})

test('what repeats a size or a count is cut or repeated with it', () => {
  expect(withFactor(SCENARIO, 'neurons.v.size', 2).neurons.v).toMatchObject({
    size: 4,
    init: { values: [[1, -2, 1, -2]] },
  })
  const images: ScenarioInput = {
    ...SCENARIO,
    neurons: {
      v: { size: [2, 4], lagrangian: { kind: 'sign' }, init: { kind: 'rows', of: 'xi', select: [0, 2] } },
      s: { size: [3, 4], lagrangian: { kind: 'sign' } },
      h: { size: 3, lagrangian: { kind: 'linear' }, tau: 0 },
    },
    memories: {
      xi: {
        from: 'v',
        to: 'h',
        init: { kind: 'values', values: [[1], [2], [3]].map((row) => new Array<number>(8).fill(row[0]!)) },
      },
      back: {
        from: 'v',
        to: 'h',
        direction: 'backward',
        init: { kind: 'rows', of: 'xi', select: [1, 2, 0] },
      },
    },
    replicas: 2,
  }
  // Images of one width get one width.
  const narrow = withFactor(images, 'neurons.s.size', 0.5)
  expect(narrow.neurons).toMatchObject({ v: { size: [2, 2] }, s: { size: [3, 2] } })
  expect(narrow.memories).toMatchObject({
    xi: {
      init: {
        values: [
          [1, 1, 1, 1],
          [2, 2, 2, 2],
          [3, 3, 3, 3],
        ],
      },
    },
  })
  // 1.5 rows are 2; a copy shows the rows that there are.
  const few = withFactor(images, 'neurons.h.size', 0.5)
  expect(few.neurons).toMatchObject({ h: { size: 2 }, v: { init: { select: [0, 0] } } })
  expect(few.memories).toMatchObject({
    xi: { init: { values: [new Array(8).fill(1), new Array(8).fill(2)] } },
    back: { init: { select: [1, 0] } },
  })
})

test('a mean of some networks fails beyond doubt from three networks on, four half intervals past the tolerance', () => {
  const source = { kind: 'closed form', formula: '1' } as const
  // The half interval of three is 4.3027 / sqrt 3 times the standard deviation, here 0.1: four are 0.994.
  const of = (centre: number) => estimate([centre - 0.1, centre, centre + 0.1])
  const some = { found: 3, all: 10 }
  expect(isBeyondDoubt(near('x', 1, of(2.48), 0.5, source), some)).toBe(false)
  expect(isBeyondDoubt(near('x', 1, of(2.5), 0.5, source), some)).toBe(true)
  expect(isBeyondDoubt(near('x', 1, of(-0.5), 0.5, source), some)).toBe(true)
  expect(isBeyondDoubt(atLeast('x', 1, of(-0.01), source), some)).toBe(true)
  expect(isBeyondDoubt(atLeast('x', 1, of(2.5), source), some)).toBe(false)
  expect(isBeyondDoubt(atMost('x', 1, of(2), source), some)).toBe(true)
  expect(isBeyondDoubt(atMost('x', 1, of(1.9), source), some)).toBe(false)
  // Two networks, equal numbers, and a number that is not there yet.
  expect(isBeyondDoubt(near('x', 1, estimate([9, 9.01]), 0, source), { found: 2, all: 10 })).toBe(false)
  expect(isBeyondDoubt(near('x', 1, estimate([9, 9, 9]), 0, source), some)).toBe(false)
  expect(isBeyondDoubt(near('x', 1, NaN, 0, source))).toBe(false)
  // All networks have run, or the number stays.
  expect(isBeyondDoubt(near('x', 1, of(1.6), 0.5, source), { found: 3, all: 3 })).toBe(true)
  expect(isBeyondDoubt(near('x', 1, 1.6, 0.5, source))).toBe(true)
})
