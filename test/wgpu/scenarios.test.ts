/** Every shipped scenario in Deno: what the command line writes there is what it writes on Dawn, to rounding. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { main } from '../../src/node/main.ts'
import { difference, resultsIn, runArguments, SCENARIOS } from './dawn.ts'

const dawn = process.env.ENGRAM_DAWN!
const folder = mkdtempSync(join(tmpdir(), 'engram-wgpu-'))
const far: Record<string, number> = {}
afterAll(() => {
  rmSync(folder, { recursive: true })
  console.log(far)
})

test.each(SCENARIOS)('%s has the results of Dawn, to rounding', async (scenario) => {
  expect(await main(runArguments(scenario, folder))).toBe(0)
  const expected = resultsIn(dawn, scenario)
  const results = resultsIn(folder, scenario)
  expect(Object.keys(results)).toEqual(Object.keys(expected))
  for (const [name, { data }] of Object.entries(expected))
    far[`${scenario} ${name}`] = difference(Array.from(results[name]!.data, Number), Array.from(data, Number))
})
