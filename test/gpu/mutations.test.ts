/** Mutations of the cheap experiments: each constant doubled and halved. */
import { describe, expect, test } from 'vitest'
import { estimate } from '../../src/core/analysis/statistics.ts'
import { findReproduction } from '../../src/core/reproduce/index.ts'
import { type MutationRow, mutationsOf } from '../../src/core/reproduce/mutations.ts'
import { type Reproduction, near } from '../../src/core/reproduce/reproduction.ts'
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

/** Networks of one neuron that rests at a scattered current, and a second scenario that needs its size. */
const SCATTERED: Reproduction = {
  ...findReproduction('pattern-ring'),
  id: 'scattered',
  constants: {},
  unaffected: [
    { constants: ['time.dt', 'time.ticks', 'neurons.v.init.values'], why: 'it rests, whatever its start' },
  ],
  async measure(lab) {
    const found: number[] = []
    const own = () => near('state', 1, estimate(found), 0.1, { kind: 'closed form', formula: 'the current' })
    const time = { dt: 0.5, ticks: 40 }
    const lagrangian = { kind: 'linear' } as const
    for (let network = 0; network < 10; network++) {
      const bias = { kind: 'values' as const, values: [[1 + 0.02 * Math.sin(network)]] }
      const neurons = { v: { size: 1, lagrangian, bias } }
      found.push(
        await lab.run('first', { version: 1, time, neurons }, async (simulation) => {
          ran++
          return (await simulation.read('v')).data[0]!
        }),
      )
      lab.judge(() => [own()], { found: found.length, all: 10 })
    }
    const init = { kind: 'values' as const, values: [[1]] }
    await lab.run('second', { version: 1, time, neurons: { v: { size: 1, lagrangian, init } } }, () => undefined)
    return { checks: [own()], chart: { title: '', x: { label: '' }, y: { label: '' }, marks: [] } }
  },
}
let ran = 0

test('a mutated run ends with the first failure beyond doubt; scenarios to come may still refuse, and kept rows do not run', async () => {
  const { device } = await testDevice()
  const verdicts = (rows: readonly MutationRow[]) =>
    rows.map(({ constant, factor, verdict }) => [constant, factor, verdict])
  ran = 0
  const written: MutationRow[] = []
  const rows = await mutationsOf(device, SCATTERED, { onRow: (row) => void written.push(row) })
  expect(written).toEqual(rows)
  expect(rows.find(({ constant }) => constant === 'neurons.v.bias.values')).toMatchObject({
    size: 'quick',
    seed: 1,
    rows: rows.length,
    verdict: 'caught',
    detail: 'state: 2.02, expected 1, after 3 of 10 networks',
  })
  const short = ran
  ran = 0
  const whole = await mutationsOf(device, SCATTERED, { early: false })
  expect(verdicts(whole)).toEqual(verdicts(rows))
  expect(new Set(rows.map(({ verdict }) => verdict))).toEqual(new Set(['caught', 'refused', 'explained']))
  expect(short).toBeLessThan(ran)
  ran = 0
  await mutationsOf(device, SCATTERED, { kept: rows })
  expect(ran).toBe(10)
})
