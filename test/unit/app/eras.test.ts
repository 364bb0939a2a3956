import { expect, test } from 'vitest'
import { createEras } from '../../../src/app/timeline/eras.ts'
import { buildModel } from '../../build.ts'

/** A layer with a rate divider, and one that follows at once. */
const network = (every: number) =>
  buildModel({
    layers: [
      { name: 'a', size: 2, lagrangian: { kind: 'tanh', gain: 1 }, every },
      { name: 'b', size: 2, lagrangian: { kind: 'tanh', gain: 1 }, tau: 0, every: 7 },
    ],
  })

test('a rate that changes begins an era, one that changes again in the same tick replaces it', () => {
  const eras = createEras(network(2))
  expect(eras.of('a')).toEqual([{ tick: 0, every: 2 }])
  eras.note(network(2), 5)
  eras.note(network(3), 10)
  eras.note(network(4), 10)
  expect(eras.of('a')).toEqual([
    { tick: 0, every: 2 },
    { tick: 10, every: 4 },
  ])
  // A layer that follows at once does so in every tick.
  expect(eras.of('b')).toEqual([{ tick: 0, every: 1 }])
  expect(eras.of('c')).toEqual([])
  eras.restart(network(4))
  expect(eras.of('a')).toEqual([{ tick: 0, every: 4 }])
})

test('the past of a network that was built anew is taken over as far as it has passed', () => {
  const before = createEras(network(2))
  before.note(network(3), 10)
  before.note(network(4), 20)
  const kept = before.all()
  before.note(network(5), 30)
  expect(kept.get('a')).toHaveLength(3)
  const after = createEras(network(9))
  after.take(new Map([...kept, ['gone', [{ tick: 0, every: 1 }]]]), 15)
  after.note(network(9), 15)
  expect(after.of('a')).toEqual([
    { tick: 0, every: 2 },
    { tick: 10, every: 3 },
    { tick: 15, every: 9 },
  ])
  expect(after.of('gone')).toEqual([])
})
