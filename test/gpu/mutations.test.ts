/** Mutations of the cheap experiments: each constant doubled and halved. */
import { describe, expect, test } from 'vitest'
import { findReproduction } from '../../src/core/reproduce/index.ts'
import { mutationsOf } from '../../src/core/reproduce/mutations.ts'
import { testDevice } from './device.ts'

/** Each takes less than half a minute; `engram reproduce mutations` does all. */
const CHEAP = [
  'gated-rate',
  'pattern-ring',
  'glauber',
  'adiabatic-limit',
  'written-out',
  'energy-transformer',
]

describe.each(CHEAP)('%s', (id) => {
  test('notices each constant that is doubled or halved, or states why its result does not depend on it', async () => {
    const { device } = await testDevice()
    const rows = await mutationsOf(device, findReproduction(id), {})
    expect(rows.filter(({ verdict }) => verdict === 'silent')).toEqual([])
    expect(rows.filter(({ verdict }) => verdict === 'caught').length).toBeGreaterThan(rows.length / 3)
  })
})

test('a constant that no check notices and nothing explains is silent', async () => {
  const { device } = await testDevice()
  const rows = await mutationsOf(device, { ...findReproduction('pattern-ring'), unaffected: [] }, {})
  expect(rows.filter(({ verdict }) => verdict === 'silent').map(({ constant }) => constant)).toContain(
    'neurons.visible.init.values',
  )
})
