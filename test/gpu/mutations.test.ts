/** Mutations of the cheap experiments: each constant doubled and halved. */
import { describe, expect, test } from 'vitest'
import { estimate } from '../../src/core/analysis/statistics.ts'
import type { ScenarioInput } from '../../src/core/model/schema.ts'
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

/** Networks of one neuron that rests at a scattered current, its activation the square; and a scenario with a high degree. */
const SCATTERED: Reproduction = {
  ...findReproduction('pattern-ring'),
  id: 'scattered',
  constants: {},
  unaffected: [
    { constants: ['time.dt', 'time.ticks', 'neurons.v.size'], why: 'all neurons rest at one current' },
  ],
  async measure(lab) {
    const found: number[] = []
    const own = () => near('square', 4, estimate(found), 0.3, { kind: 'closed form', formula: 'b^2' })
    const scenario = (degree: number, current: number): ScenarioInput => ({
      version: 1,
      time: { dt: 0.5, ticks: 40 },
      neurons: {
        v: {
          size: 1,
          lagrangian: { kind: 'power', degree },
          bias: { kind: 'values', values: [[current]] },
        },
      },
    })
    for (let network = 0; network < 10; network++) {
      found.push(
        await lab.run('first', scenario(3, 2 + 0.02 * Math.sin(network)), async (simulation) => {
          ran++
          return (await simulation.read('v/activations')).data[0]!
        }),
      )
      lab.judge(() => [own()], { found: found.length, all: 10 })
    }
    await lab.run('second', scenario(60, 1), () => undefined)
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
    detail: 'square: 16.2, expected 4, after 3 of 10 networks',
  })
  expect(rows.find(({ constant, factor }) => constant.endsWith('.degree') && factor === 2)).toMatchObject({
    verdict: 'refused',
    detail: 'scattered/second: neurons.v.lagrangian.degree: must be a number from 2 to 100, not 120',
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
