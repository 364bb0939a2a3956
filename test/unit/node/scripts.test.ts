import { spawnSync } from 'node:child_process'
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'

let folder: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'engram-test-'))
})

afterEach(() => rm(folder, { recursive: true }))

/** Runs a script with a PATH on which there is no npm. */
function run(...args: string[]): { status: number | null; stdout: string; stderr: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, args, {
    encoding: 'utf8',
    env: { ...process.env, PATH: folder },
  })
  return { status, stdout, stderr }
}

describe('scripts/tally.mjs', () => {
  async function tally(...reports: string[]): Promise<[string, number | null]> {
    const paths = reports.map((_, index) => join(folder, `report-${index}.json`))
    for (const [index, report] of reports.entries()) await writeFile(paths[index]!, report)
    const { stdout, status } = run('scripts/tally.mjs', ...paths)
    return [stdout, status]
  }

  const file = { status: 'passed', assertionResults: [{}] }

  test('tests that all passed are success', async () => {
    const report = { success: true, numTotalTests: 3, numPassedTests: 3, testResults: [file] }
    expect(await tally(JSON.stringify(report))).toEqual(['3 passed, 0 failed\n', 0])
  })

  test('a skipped test counts as failed', async () => {
    const report = { success: true, numTotalTests: 3, numPassedTests: 2, testResults: [file] }
    expect(await tally(JSON.stringify(report))).toEqual(['2 passed, 1 failed\n', 1])
  })

  test('a file that does not load counts as failed', async () => {
    const broken = { status: 'failed', assertionResults: [] }
    const report = { success: false, numTotalTests: 2, numPassedTests: 2, testResults: [file, broken] }
    expect(await tally(JSON.stringify(report))).toEqual(['2 passed, 1 failed\n', 1])
  })

  test('an error outside of all tests counts as failed', async () => {
    const report = { success: false, numTotalTests: 2, numPassedTests: 2, testResults: [file] }
    expect(await tally(JSON.stringify(report))).toEqual(['2 passed, 1 failed\n', 1])
  })

  test('no tests and no report are failures', async () => {
    const report = { success: true, numTotalTests: 0, numPassedTests: 0, testResults: [] }
    expect(await tally(JSON.stringify(report))).toEqual(['0 passed, 1 failed\n', 1])
    expect(await tally('')).toEqual(['0 passed, 1 failed\n', 1])
    expect(await tally()).toEqual(['0 passed, 0 failed\n', 1])
  })

  test('several reports are added up, and one that is not there counts as failed', async () => {
    const report = { success: true, numTotalTests: 3, numPassedTests: 3, testResults: [file] }
    const text = JSON.stringify(report)
    expect(await tally(text, text)).toEqual(['6 passed, 0 failed\n', 0])
    expect(await tally(text, '')).toEqual(['3 passed, 1 failed\n', 1])
  })
})

describe('scripts/setup.mjs', () => {
  /** A project of one dependency, and what npm has recorded as installed. */
  async function setUp(
    engine: string,
    installed: Record<string, object> | undefined,
  ): Promise<ReturnType<typeof run>> {
    await mkdir(join(folder, 'scripts'))
    await mkdir(join(folder, 'node_modules'))
    await cp('scripts/setup.mjs', join(folder, 'scripts/setup.mjs'))
    await writeFile(join(folder, 'package.json'), JSON.stringify({ engines: { node: engine } }))
    const packages = {
      '': {},
      'node_modules/a': { version: '1.0.0' },
      'node_modules/a-for-another-system': { version: '1.0.0', optional: true },
    }
    await writeFile(join(folder, 'package-lock.json'), JSON.stringify({ packages }))
    if (installed !== undefined) {
      await writeFile(
        join(folder, 'node_modules/.package-lock.json'),
        JSON.stringify({ packages: installed }),
      )
    }
    return run(join(folder, 'scripts/setup.mjs'))
  }

  test('does nothing when the dependencies of the lock are installed', async () => {
    const outcome = await setUp('>=20.19', { 'node_modules/a': { version: '1.0.0' } })
    expect(outcome).toEqual({ status: 0, stdout: '', stderr: '' })
  })

  test.each([
    ['nothing is installed', undefined],
    ['a dependency is missing', {}],
    ['a dependency has another version', { 'node_modules/a': { version: '1.0.1' } }],
  ])('installs when %s, and says so when that fails', async (_, installed) => {
    const { status, stderr } = await setUp('>=20.19', installed)
    expect(status).toBe(1)
    expect(stderr).toMatch(/^installing dependencies \.\.\.\nnpm ci failed:\n.*npm/)
  })

  test('an old Node is refused with the version that is needed', async () => {
    const { status, stderr } = await setUp('>=99.1', undefined)
    expect(status).toBe(1)
    expect(stderr).toBe(
      `engram needs Node >=99.1, this is ${process.versions.node}: install a newer one from https://nodejs.org\n`,
    )
  })
})
