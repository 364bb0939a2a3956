/** The built program as tests run it, and small scenarios for it. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'
import type { NpyArray } from '../../src/core/data/npy.ts'
import { decodeNpz } from '../../src/core/data/npz.ts'
import type { Raw } from './scenarios.ts'

export * from './scenarios.ts'
export * from './start.ts'

/** A folder that goes when the tests of a file are done. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'engram-test-'))
  afterAll(() => {
    rmSync(folder, { recursive: true })
  })
  return folder
}

/** Writes a scenario and returns its name. */
export function writeScenario(folder: string, name: string, scenario: Raw): string {
  writeFileSync(join(folder, name), JSON.stringify(scenario))
  return name
}

export function readArrays(folder: string, name: string): Record<string, NpyArray> {
  return decodeNpz(readFileSync(join(folder, name)))
}

export function readJson(folder: string, name: string): Raw {
  return JSON.parse(readFileSync(join(folder, name), 'utf8')) as Raw
}
