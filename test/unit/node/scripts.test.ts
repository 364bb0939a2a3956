import { spawnSync } from 'node:child_process'
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
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

  const file = { status: 'passed', assertionResults: [{ status: 'passed' }] }

  test('tests that all passed are success', async () => {
    const report = { success: true, numTotalTests: 3, numPassedTests: 3, testResults: [file] }
    expect(await tally(JSON.stringify(report))).toEqual(['3 passed, 0 failed\n', 0])
  })

  test('a test that failed or was skipped counts as failed, and is named', async () => {
    const assertionResults = [
      { status: 'failed', fullName: 'sums add up', failureMessages: ['expected 3 to be 2\n  at sum.ts:1'] },
      { status: 'skipped', fullName: 'products too', failureMessages: [] },
    ]
    const testResults = [file, { status: 'failed', assertionResults }]
    const report = { success: false, numTotalTests: 4, numPassedTests: 2, testResults }
    const names = 'failed: sums add up: expected 3 to be 2\nskipped: products too: \n'
    expect(await tally(JSON.stringify(report))).toEqual([`${names}2 passed, 2 failed\n`, 1])
  })

  test('a file that does not load counts as failed, and is named', async () => {
    const broken = { status: 'failed', assertionResults: [], name: 'a.test.ts', message: 'no module b' }
    const report = { success: false, numTotalTests: 2, numPassedTests: 2, testResults: [file, broken] }
    const name = 'failed: a.test.ts: no module b\n'
    expect(await tally(JSON.stringify(report))).toEqual([`${name}2 passed, 1 failed\n`, 1])
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
    npm?: string,
  ): Promise<ReturnType<typeof run>> {
    await mkdir(join(folder, 'scripts'))
    await mkdir(join(folder, 'node_modules'))
    await cp('scripts/setup.mjs', join(folder, 'scripts/setup.mjs'))
    await cp('bin/require-node.js', join(folder, 'bin/require-node.js'))
    await writeFile(
      join(folder, 'package.json'),
      JSON.stringify({ type: 'module', engines: { node: engine } }),
    )
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
    if (npm !== undefined)
      await writeFile(join(folder, 'npm'), `#!/bin/sh\n${npm}\nexit 1\n`, { mode: 0o755 })
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
    expect(stderr).toBe(
      'installing dependencies ...\nnpm is not on the PATH: install Node with npm from https://nodejs.org\n',
    )
  })

  test.runIf(process.platform !== 'win32').each([
    ['npm error code ENOTFOUND', /the npm registry cannot be reached; check the network, or set a proxy/],
    ['npm ERR! code EAI_AGAIN', /the npm registry cannot be reached; check the network, or set a proxy/],
    ['npm error code ENOSPC', /the disk is full; make room and run it again$/],
    ['npm error code EACCES', /cannot be written; change its permissions$/],
    ['npm error code SELF_SIGNED_CERT_IN_CHAIN', /set NODE_EXTRA_CA_CERTS to that of your proxy$/],
    ['npm error code EJUMP', /npm ci says: EJUMP; a wall of text; run npm ci to see all of it$/],
  ])('what npm says, %s, is one line with a remedy', async (said, line) => {
    const npm = `echo '${said}' >&2; echo 'npm error a wall of text' >&2`
    const { status, stderr } = await setUp('>=20.19', undefined, npm)
    expect(status).toBe(1)
    const lines = stderr.trimEnd().split('\n')
    expect(lines).toEqual(['installing dependencies ...', expect.stringMatching(line)])
  })

  test('an old Node is refused with the version that is needed', async () => {
    const { status, stderr } = await setUp('>=99.1', undefined)
    expect(status).toBe(1)
    expect(stderr).toBe(
      `engram needs Node 99.1 or newer, this is ${process.versions.node}: install a newer one from https://nodejs.org\n`,
    )
  })
})

test('the program says in one line that Node is too old', () => {
  const older = `data:text/javascript,${encodeURIComponent(
    "Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '20.18.3' } })",
  )}`
  const { status, stdout, stderr } = run(`--import=${older}`, 'bin/engram.js', '--version')
  expect({ status, stdout, stderr }).toEqual({
    status: 1,
    stdout: '',
    stderr:
      'engram needs Node 20.19 or newer, this is 20.18.3: install a newer one from https://nodejs.org\n',
  })
})

describe('scripts/release.mjs', () => {
  const files: Record<string, string> = {
    'package.json': '{ "version": "0.1.0" }',
    'CHANGELOG.md': '# Changelog\n\n## Unreleased\n\n- News.\n\n## 0.1.0 (2026-01-02)\n\n- First.\n',
    'CITATION.cff': 'version: 0.1.0\nlicense: MIT\n',
    'python/pyproject.toml': 'version = "0.1.0"\n',
  }

  /** Of a repository on main with these files. */
  async function release(
    version: string,
    changes: Record<string, string> = {},
  ): Promise<ReturnType<typeof run>> {
    const git = (...words: string[]): unknown =>
      spawnSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b', ...words], { cwd: folder })
    git('init', '--initial-branch', 'main')
    await mkdir(join(folder, 'python'), { recursive: true })
    for (const [name, text] of Object.entries({ ...files, ...changes }))
      await writeFile(join(folder, name), text)
    git('add', '.')
    git('commit', '--message', 'All')
    git('tag', 'v0.1.5')
    const before = await readFile(join(folder, 'CHANGELOG.md'), 'utf8')
    const script = resolve('scripts/release.mjs')
    const { status, stdout, stderr } = spawnSync(process.execPath, [script, version, '--dry-run'], {
      cwd: folder,
      encoding: 'utf8',
    })
    expect(await readFile(join(folder, 'CHANGELOG.md'), 'utf8')).toBe(before)
    return { status, stdout, stderr }
  }

  test('a dry run says what a release does, in its order', async () => {
    const { status, stdout, stderr } = await release('0.2.0')
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    expect(stdout.trimEnd().split('\n')).toEqual([
      'would run bash .ci/run',
      'would write CHANGELOG.md',
      'would write CITATION.cff',
      'would write python/pyproject.toml',
      'would run npm version 0.2.0 --no-git-tag-version --allow-same-version',
      'would run git commit --all --message Release 0.2.0',
      'would run git tag --annotate v0.2.0 --message engram 0.2.0',
      'would run npm pack',
      expect.stringContaining('git push --follow-tags'),
    ])
  })

  test.each([
    ['0.0.9', {}, 'version 0.0.9 is below 0.1.0, that of package.json'],
    ['0.1.5', {}, 'the tag v0.1.5 is there already'],
    ['next', {}, 'give one version, such as: npm run release -- 0.2.0 (--dry-run only checks)'],
    [
      '0.2.0',
      { 'CHANGELOG.md': '# Changelog\n\n## Unreleased\n\n## 0.1.0\n\n- First.\n' },
      'CHANGELOG.md has no heading "## Unreleased" with entries; write what users notice',
    ],
  ])('%s with %j is refused: %s', async (version, changes, line) => {
    expect(await release(version, changes)).toEqual({ status: 1, stdout: '', stderr: `${line}\n` })
  })
})
