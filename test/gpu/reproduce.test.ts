/** Experiments with expected numbers, at their quick size; each depends on what it claims to measure. */
import { describe, expect, test } from 'vitest'
import { type Result, reproduce } from '../../src/core/reproduce/lab.ts'
import { REPRODUCTIONS } from '../../src/core/reproduce/index.ts'
import { drawChart } from '../../src/node/chart.ts'
import { testDevice } from './device.ts'

/** The checks that did not pass, as text. */
function failures({ checks }: Result): string[] {
  return checks
    .filter(({ passed }) => !passed)
    .map(({ what, relation, expected, measured }) => `${what}: ${measured}, not ${relation} ${expected}`)
}

/** Experiments that look at where a network rests, or at synapses without delay, and step over the way there. */
const LONG_STEPS: Readonly<Record<string, RegExp>> = {
  pavlovian: /: neurons\.v: dt 1 \* every 1 \/ tau 1 = 1, /,
  'retrieval-overlap': /: neurons\.visible: dt 1 \* every 1 \/ tau 1 = 1, /,
  'synaptic-time': /: synapses\.recurrent: dt 0\.4 \* every 1 \/ tau 0\.05 = 8, /,
}

describe.each(REPRODUCTIONS.map((reproduction) => ({ id: reproduction.id, reproduction })))(
  '$id',
  ({ reproduction }) => {
    test('comes out as expected', async () => {
      const { device } = await testDevice()
      const result = await reproduce(device, reproduction)
      expect(failures(result)).toEqual([])
      expect(result.checks.length).toBeGreaterThan(0)
      const long = LONG_STEPS[reproduction.id]
      expect(result.warnings.filter((line) => long?.test(line) !== true)).toEqual([])
      if (long !== undefined) expect(result.warnings).not.toEqual([])
      expect(drawChart(result.chart)).not.toMatch(/NaN|undefined/)
    })

    test(`does not with ${reproduction.wrong.constant} = ${reproduction.wrong.value}`, async () => {
      const { device } = await testDevice()
      const { constant, value } = reproduction.wrong
      expect(reproduction.constants).toHaveProperty(constant)
      const result = await reproduce(device, reproduction, { constants: { [constant]: value } })
      expect(failures(result)).not.toEqual([])
      // Wrong by what was measured, not for want of a number.
      for (const { measured } of result.checks) expect(measured).not.toBeNaN()
    })
  },
)
