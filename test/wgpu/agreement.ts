/** Results of wgpu against those of Dawn. */
import { expect } from 'vitest'
import type { NpyArray } from '../../src/core/data/npy.ts'
import { compared, noteDifference } from '../gpu/helpers/compared.ts'
import { drift } from '../gpu/helpers/within.ts'
import { loadShipped } from '../scenario.ts'
import { resultsIn, TICKS } from './dawn.ts'

/** Expects the results of a scenario to be those of Dawn, to rounding. */
export async function expectDawn(
  scenario: string,
  results: Readonly<Record<string, NpyArray>>,
  folder: string,
): Promise<void> {
  const expected = resultsIn(folder, scenario)
  expect(Object.keys(results).sort()).toEqual(Object.keys(expected).sort())
  const bound = await boundOf(scenario)
  compared.scenarios.push(scenario)
  for (const [name, off] of Object.entries(differences(results, expected))) {
    expect(off, name).toBeLessThan(bound)
    noteDifference(off / bound, name)
  }
}

/**
 * How far the arrays of a run are from those expected, by name: the largest difference, relative to the largest of what is
 * expected, or to 1 where that is less; Infinity where their lengths differ.
 */
function differences(
  results: Readonly<Record<string, NpyArray>>,
  expected: Readonly<Record<string, NpyArray>>,
): Record<string, number> {
  return Object.fromEntries(
    Object.entries(expected).map(([name, { data }]) => {
      const [is, should] = [Array.from(results[name]?.data ?? [], Number), Array.from(data, Number)]
      if (is.length !== should.length) return [name, Infinity]
      const size = should.reduce((most, value) => Math.max(most, Math.abs(value)), 1)
      const off = is.map((value, index) => Math.abs(value - (should[index] as number)))
      return [
        name,
        off.some(Number.isNaN) ? Infinity : off.reduce((most, one) => Math.max(most, one), 0) / size,
      ]
    }),
  )
}

/** What float32 sums in another order may add up to in a run of TICKS: see `drift` in test/gpu/helpers/compare.ts. */
async function boundOf(scenario: string): Promise<number> {
  return drift(await loadShipped(scenario), TICKS)
}
