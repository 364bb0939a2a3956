/** Results of the shipped scenarios on Dawn, with which those of wgpu are compared. */
import { execFile } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { NpyArray } from '../../src/core/data/npy.ts'
import { decodeNpz } from '../../src/core/data/npz.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** Names of the shipped scenarios. */
export const SCENARIOS: readonly string[] = readdirSync(join(root, 'scenarios'))
  .filter((file) => file.endsWith('.json'))
  .map((file) => file.slice(0, -'.json'.length))

/** Arguments of `engram run` for all who are compared, up to the folder of the results. */
export function runArguments(scenario: string, folder: string): string[] {
  const options = ['--ticks', String(TICKS), '--no-autotune', '--quiet', '--out', join(folder, scenario)]
  return ['run', join(root, 'scenarios', `${scenario}.json`), ...options]
}

/** Length of the runs. */
export const TICKS = 30

/** Runs every shipped scenario in the built program, on Dawn's software adapter; the results go into a folder. */
export async function runOnDawn(folder: string): Promise<void> {
  const program = [join(root, 'bin/engram.js')]
  for (const scenario of SCENARIOS)
    await promisify(execFile)(
      process.execPath,
      [...program, ...runArguments(scenario, folder), '--adapter', 'software'],
      { cwd: root },
    )
}

/** The arrays of a run in a folder, by their names in `results.npz`. */
export function resultsIn(folder: string, scenario: string): Record<string, NpyArray> {
  return decodeNpz(readFileSync(join(folder, scenario, 'results.npz')))
}
