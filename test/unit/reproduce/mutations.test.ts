import { expect, test } from 'vitest'
import type { ScenarioInput } from '../../../src/core/model/schema.ts'
import { constantsOf, withFactor } from '../../../src/core/reproduce/mutations.ts'

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
