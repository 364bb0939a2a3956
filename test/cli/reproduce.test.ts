import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { expect, test } from 'vitest'
import { REPRODUCTIONS } from '../../src/core/reproduce/index.ts'
import { ask, start, temporaryFolder } from './program.ts'

const folder = temporaryFolder()

test('without an argument it lists all reproductions, one a line', async () => {
  const { code, stdout } = await ask(['reproduce'], folder)
  expect(code).toBe(0)
  const ids = stdout
    .trimEnd()
    .split('\n')
    .map((line) => line.split(' ')[0])
  expect(ids).toEqual(['ID', ...REPRODUCTIONS.map(({ id }) => id)])
})

test('one that passes leaves figure, numbers, scenarios and a report that needs nothing else', async () => {
  const { code, stdout } = await ask(['reproduce', 'softmax-retrieval', '--out', 'made'], folder)
  expect(code).toBe(0)
  const lines = stdout.trimEnd().split('\n')
  expect(lines.pop()).toBe('report.html\tmade/report.html')
  for (const line of lines) expect(line).toMatch(/^softmax-retrieval .* pass$/)
  expect(lines).toHaveLength(2)

  expect(readdirSync(join(folder, 'made')).sort()).toEqual([
    'README.md',
    'report.html',
    'scenarios',
    'softmax-retrieval.json',
    'softmax-retrieval.svg',
  ])
  const report = JSON.parse(readFileSync(join(folder, 'made/softmax-retrieval.json'), 'utf8')) as Record<
    string,
    unknown
  >
  expect(report).toMatchObject({ id: 'softmax-retrieval', size: 'quick', seed: 1, passed: true })
  expect(report.command).toBe('engram reproduce softmax-retrieval --quick --out made')
  const html = readFileSync(join(folder, 'made/report.html'), 'utf8')
  expect(html).toContain('1 of 1 reproduced. 2 expected numbers: 1 own float64, 1 closed form')
  expect(html).not.toMatch(/(src|href)="(?!#)/)

  const scenario = 'made/scenarios/softmax-retrieval/softmax-retrieval.json'
  const valid = await ask(['validate', scenario], folder)
  expect([valid.code, valid.stderr]).toEqual([0, ''])
})

test('--set changes the scenarios and not the expected numbers; a path that none has is refused with the nearest', async () => {
  const ring = (set: string) => ask(['reproduce', 'pattern-ring', '--set', set], folder)
  // The default of the integrator is not in the file.
  const same = await ring('time.integrator=euler')
  expect([same.code, same.stderr]).toEqual([0, ''])
  const half = await ring('time.ticks=75')
  expect(half.code).toBe(1)
  expect(half.stdout).toMatch(/^pattern-ring +b = 0\.8: radius +0 +2\.\d+e-4 .* FAIL$/m)
  const wrong = await ring('time.tick=75')
  expect([wrong.code, wrong.stdout]).toEqual([2, ''])
  expect(wrong.stderr).toBe(
    '--set: no scenario of pattern-ring has `time.tick`; did you mean `time.ticks`?\n',
  )
})

test('mutations go on with --resume: rows of the same size and seed are kept, others are run', async () => {
  const run = (...more: string[]) =>
    ask(['reproduce', 'mutations', 'energy-transformer', '--out', 'table', ...more], folder)
  const path = join(folder, 'table/mutations.json')
  expect((await run()).code).toBe(0)
  const rows = JSON.parse(readFileSync(path, 'utf8')) as { detail: string; rows: number }[]
  expect(rows).toHaveLength(rows[0]!.rows)
  // A run that was ended before its last row. A row without size and seed is of an earlier version.
  const [first, second, ...others] = rows
  const { experiment, constant, factor, verdict, detail } = second as Record<string, unknown>
  const old = { experiment, constant, factor, verdict, detail }
  writeFileSync(path, JSON.stringify([{ ...first, detail: 'kept' }, old, ...others.slice(0, -1)]))
  expect((await run('--resume')).code).toBe(0)
  expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual([{ ...first, detail: 'kept' }, ...rows.slice(1)])
  expect(readFileSync(join(folder, 'table/mutations.md'), 'utf8')).toMatch(/^# Mutations at quick size\n/)
})

test('Ctrl-C ends it with exit code 130; what was finished is whole, what was not has no files', async () => {
  const { child, end } = start(['reproduce', 'all', '--out', 'stopped'], folder)
  const stdout = child.stdout as Readable
  await new Promise<void>((resolve) => {
    let seen = ''
    stdout.on('data', (chunk: Buffer) => {
      seen += chunk.toString()
      if (seen.includes('gated-learning  cosine after')) resolve()
    })
  })
  child.kill('SIGINT')
  const { code, stderr } = await end
  expect(code).toBe(130)
  const [, finished, all] =
    /ended by SIGINT at (\d+) of (\d+) reproductions; the .*finished ones? (is|are) written\n$/.exec(stderr)!
  expect(Number(all)).toBe(REPRODUCTIONS.length)
  const ids = REPRODUCTIONS.slice(0, Number(finished)).map(({ id }) => id)
  expect(ids).toContain('gated-learning')
  expect(ids.length).toBeLessThan(REPRODUCTIONS.length)
  const files = ids.flatMap((id) => [`${id}.json`, `${id}.svg`])
  expect(readdirSync(join(folder, 'stopped')).sort()).toEqual(
    [...files, 'README.md', 'report.html', 'scenarios'].sort(),
  )
  for (const id of ids)
    expect(JSON.parse(readFileSync(join(folder, `stopped/${id}.json`), 'utf8'))).toHaveProperty('id', id)
  expect(readFileSync(join(folder, 'stopped/report.html'), 'utf8')).toMatch(/<\/html>\n$/)
})

test.each([
  ['an unknown ID', ['capcity'], /^there is no reproduction `capcity`; did you mean `capacity`\?$/],
  ['two sizes', ['capacity', '--quick', '--full'], /^give one of --quick and --full, not both$/],
  [
    'a seed of text',
    ['capacity', '--seed', 'x'],
    /^--seed: must be an integer from 0 to 2147483648, not "x"$/,
  ],
  ['a size and nothing to run', ['--full'], /^--full: name an experiment to be run, or `all`$/],
  [
    'a change of all experiments',
    ['all', '--set', 'seed=1'],
    /^--set: name one experiment, the scenarios of which it changes$/,
  ],
  [
    'a table to go on with that is nowhere',
    ['mutations', '--resume'],
    /^--resume: give the folder of the table with --out$/,
  ],
  ['two names', ['capacity', 'spectrum'], /takes one experiment or `all`, not capacity spectrum; name one/],
])('%s is one line on standard error and code 2', async (_, args, expected) => {
  const { code, stdout, stderr } = await ask(['reproduce', ...args], folder)
  expect([code, stdout]).toEqual([2, ''])
  expect(stderr.trimEnd()).toMatch(expected)
})

test('a table of mutations that cannot be read is not replaced', async () => {
  mkdirSync(join(folder, 'damaged'))
  const path = join(folder, 'damaged/mutations.json')
  writeFileSync(path, '[{"experiment": "glau')
  expect(await ask(['reproduce', 'mutations', 'energy-transformer', '--out', 'damaged'], folder)).toEqual({
    code: 2,
    stdout: '',
    stderr:
      'damaged/mutations.json: is no table of mutations, and writing would lose its rows; mend it or move it away\n',
  })
  expect(readFileSync(path, 'utf8')).toBe('[{"experiment": "glau')
})
