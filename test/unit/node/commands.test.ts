/** `engram --help` without the modules of the commands. */
import { Help } from 'commander'
import { expect, test } from 'vitest'
import { createProgram } from '../../../src/node/main.ts'

test('the help lists each command as its module defines it', async () => {
  const whole = await createProgram()
  const program = await createProgram(['--help'])
  const { commands } = program
  const shown = commands.map((command) => program.createHelp().subcommandTerm(command))
  expect(shown).toEqual(whole.commands.map((command) => new Help().subcommandTerm(command)))
  expect(commands.map((command) => command.options.length)).toEqual(commands.map(() => 2))
})

test.each([
  [['run', '--help'], 'run'],
  [['help', 'plan'], 'plan'],
  [['--debug', 'sweep', 'work', 'run'], 'sweep'],
])('of %j the module of %s alone is read', async (args, name) => {
  const { commands } = await createProgram(args)
  const read = commands.filter(({ registeredArguments }) => registeredArguments.length > 0)
  expect(read.map((command) => command.name())).toEqual([name])
})
