import { execFileSync } from 'node:child_process'
import fc from 'fast-check'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { ModelError, escaped } from '../../../src/core/errors.ts'
import { csvText } from '../../../src/core/run/results.ts'
import { quoted } from '../../../src/node/commands/options.ts'
import { failureOf } from '../../../src/node/failure.ts'
import { main } from '../../../src/node/main.ts'
import { createProgress } from '../../../src/node/progress.ts'
import { setMessageFormat, tell } from '../../../src/node/terminal.ts'

const CONTROL = /[\p{Cc}\u2028-\u202e\u2066-\u2069]/u

test('no text of a stranger reaches a line with a control character', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(escaped(text)).not.toMatch(CONTROL)
      expect(new ModelError(text, { file: text, path: text }).message).not.toMatch(CONTROL)
      expect(csvText(text)).not.toMatch(CONTROL)
      expect(csvText(text)).not.toMatch(/^"?[=+\-@]/)
    }),
  )
  expect(escaped('\u001b[31mred é 日')).toBe('\\u001b[31mred é 日')
})

test('an empty value is refused by the name of its option, whatever the option', async () => {
  let [stdout, stderr] = ['', '']
  const spies = [
    vi.spyOn(process.stdout, 'write').mockImplementation((text) => ((stdout += String(text)), true)),
    vi.spyOn(process.stderr, 'write').mockImplementation((text) => ((stderr += String(text)), true)),
  ]
  const analyses = ['generating', 'spectrum', 'fixed-points', 'adiabatic'].map((name) => ['analyse', name])
  const lines: string[] = []
  const wanted: string[] = []
  for (const command of [['run'], ['plan'], ['validate'], ...analyses, ['reproduce']]) {
    stdout = ''
    await main([...command, '--help'])
    for (const [, option = '', value = ''] of stdout.matchAll(/^ +(--[\w-]+) (<[^>]+>)/gm)) {
      stderr = ''
      const code = await main([...command, option, '', 's.json'])
      lines.push(`${code} ${stderr}`)
      wanted.push(`2 ${option}: is empty; give ${option} ${value}, or leave it out\n`)
    }
  }
  for (const spy of spies) spy.mockRestore()
  expect(lines).toEqual(wanted)
  expect(wanted.length).toBeGreaterThan(40)
})

test('a quoted word is one word for the shell, the same', () => {
  for (const word of [
    '',
    'a b',
    "it's",
    '$HOME',
    'a;b',
    '`x`',
    '~',
    '*',
    'a\\b',
    "tab\tand '\\ here",
    '\u001b[31m',
    'é\n',
  ]) {
    const said = execFileSync('bash', ['-c', `printf %s ${quoted(word)}`], { env: { LC_ALL: 'C.UTF-8' } })
    expect(said.toString()).toBe(word)
    expect(quoted(word)).not.toMatch(CONTROL)
  }
})

test.each([
  ['must be above 0, not -1; set it to 0.1', 'must be above 0, not -1', 'set it to 0.1'],
  ['layer "a; b" is unknown; did you mean `c; d`?', 'layer "a; b" is unknown', 'did you mean `c; d`?'],
  ['one; two; three', 'one', 'two; three'],
  ['a "\\"; " b; c', 'a "\\"; " b', 'c'],
  ['no remedy', 'no remedy', undefined],
  ['a;b', 'a;b', undefined],
])('the remedy of %s stands behind the first semicolon outside quotations', (line, reason, remedy) => {
  expect(failureOf(line)).toEqual(remedy === undefined ? { reason } : { reason, remedy })
})

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance'] })
})

afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})

test('as JSON, messages and progress are an object a line, ten times a second at most', () => {
  const lines: string[] = []
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => lines.push(String(text)) > 0)
  setMessageFormat('json')
  try {
    const progress = createProgress(0, 30)
    for (let tick = 1; tick <= 30; tick++) {
      progress.update(tick)
      vi.advanceTimersByTime(9)
    }
    tell('warning: \u202ea\n')
  } finally {
    setMessageFormat('text')
  }
  expect(lines.join('')).not.toMatch(/\u202e/)
  expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([
    ...[1, 13, 25, 30].map((value) => ({ progress: { start: 0, value, total: 30 } })),
    { message: 'warning: \u202ea' },
  ])
})

test('without a terminal progress is a line a minute, and none when quiet', () => {
  const lines: string[] = []
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => lines.push(String(text)) > 0)
  const isTTY = process.stderr.isTTY
  process.stderr.isTTY = false
  try {
    const [progress, quiet] = [createProgress(100, 1100), createProgress(100, 1100, { quiet: true })]
    for (let second = 1; second <= 150; second++) {
      vi.advanceTimersByTime(1000)
      progress.update(100 + second)
      quiet.update(100 + second)
    }
  } finally {
    process.stderr.isTTY = isTTY
  }
  expect(lines).toEqual([
    '14%  tick 160 of 1100  1.00 ticks/s  15m40s left\n',
    '20%  tick 220 of 1100  1.00 ticks/s  14m40s left\n',
  ])
})
