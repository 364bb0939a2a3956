/** The command lines of the benchmarks: what is not understood is one line and exit code 2, and nothing is measured. */
import { afterEach, expect, test, vi } from 'vitest'
import { type Accepted, argumentsOf } from '../../../bench/arguments.ts'

const accepted: Accepted = {
  help: 'npm run bench:recall',
  names: ['recall-784', 'learning-50'],
  options: { json: { type: 'boolean' }, rounds: { type: 'string' } },
  check: ({ options }) => (options.rounds === '0' ? '--rounds: 0 is below 1; give 1 or more' : undefined),
}

afterEach(() => {
  vi.restoreAllMocks()
  process.exitCode = undefined
})

test('words are parts of names, and options have their values', () => {
  expect(argumentsOf(['784', '--json', '--rounds', '3'], accepted)).toMatchObject({
    words: ['784'],
    options: { json: true, rounds: '3' },
  })
  expect(process.exitCode).toBeUndefined()
})

test.each([
  [['speed'], '"speed" is part of no name; names are\n  recall-784\n  learning-50\n'],
  [['--jason'], "Unknown option '--jason'; options are --json, --rounds, --help\n"],
  [['--rounds', '0'], '--rounds: 0 is below 1; give 1 or more\n'],
])('%j is refused by one line', (args, line) => {
  const written = vi.spyOn(process.stderr, 'write').mockReturnValue(true)
  expect(argumentsOf(args, accepted)).toBeUndefined()
  expect(written).toHaveBeenCalledExactlyOnceWith(line)
  expect(process.exitCode).toBe(2)
})

test('--help prints the help and is no error', () => {
  const written = vi.spyOn(process.stdout, 'write').mockReturnValue(true)
  expect(argumentsOf(['--help', 'speed'], accepted)).toBeUndefined()
  expect(written).toHaveBeenCalledExactlyOnceWith('npm run bench:recall\n')
  expect(process.exitCode).toBeUndefined()
})
