/** Every shipped scenario in Deno: what the command line writes there is what it writes on Dawn, to rounding. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test, vi } from 'vitest'
import { main } from '../../src/node/main.ts'
import { expectDawn } from './agreement.ts'
import { resultsIn, runArguments, SCENARIOS } from './dawn.ts'

const folder = mkdtempSync(join(tmpdir(), 'engram-wgpu-'))
afterAll(() => {
  rmSync(folder, { recursive: true })
})

test.each(SCENARIOS)('%s has the results of Dawn, to rounding', async (scenario) => {
  vi.spyOn(process.stdout, 'write').mockReturnValue(true)
  expect(await main(runArguments(scenario, folder))).toBe(0)
  vi.restoreAllMocks()
  await expectDawn(scenario, resultsIn(folder, scenario), process.env.ENGRAM_DAWN!)
})
