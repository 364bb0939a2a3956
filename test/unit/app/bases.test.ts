import { expect, test } from 'vitest'
import { createBases } from '../../../src/app/session/bases.ts'
import { setValue } from '../../../src/core/model/path.ts'
import { parseScenario } from '../../../src/core/model/parse.ts'
import type { Scenario } from '../../../src/core/model/schema.ts'

const home = parseScenario({
  version: 1,
  name: 'Home',
  description: '',
  time: { dt: 0.1, ticks: 10 },
  neurons: { layer: { size: 4, lagrangian: { kind: 'tanh' } } },
})
const layer = home.neurons.layer
const withValue = (from: Scenario, path: string, value: unknown): Scenario =>
  setValue(from, path, value) as Scenario

test('values differ from the opened scenario as long as the parts are its own', () => {
  const bases = createBases()
  bases.open(home)
  for (const [path, value] of [
    ['seed', 3],
    ['neurons.layer.lagrangian.gain', 2],
    ['neurons.layer.lagrangian', { kind: 'linear' }],
    ['neurons.layer.size', 8],
  ] as const)
    expect(bases.of(withValue(home, path, value)), path).toBe(home)
})

test('a network with parts added, removed or renamed is its own base, and undo returns to the base before', () => {
  const bases = createBases()
  bases.open(home)
  const built = withValue(home, 'neurons.hidden', layer)
  expect(bases.of(built)).toBe(built)
  // Numbers are tried; another shape, kind or file goes on building.
  const tried = withValue(built, 'neurons.hidden.lagrangian.gain', 2)
  expect(bases.of(tried)).toBe(built)
  const larger = withValue(tried, 'neurons.hidden.size', [2, 3])
  expect(bases.of(larger)).toBe(larger)
  expect(bases.of(withValue(larger, 'neurons.hidden.size', [3, 2]))).not.toBe(larger)
  const renamed = { ...built, neurons: { layer, other: layer } } as Scenario
  expect(bases.of(renamed)).toBe(renamed)
  const removed = { ...built, neurons: { hidden: layer } } as Scenario
  expect(bases.of(removed)).toBe(removed)
  // As undo does, with copies.
  expect(bases.of(structuredClone(tried))).toBe(built)
  expect(bases.of(structuredClone(home))).toBe(home)
  bases.open(built)
  expect(bases.of(larger)).toBe(built)
})
