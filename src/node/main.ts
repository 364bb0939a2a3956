import { existsSync } from 'node:fs'
import { Command, CommanderError } from 'commander'
import { version } from '../../package.json'
import { ModelError, RunError, escaped } from '../core/errors.ts'
import { analyseCommand } from './commands/analyse.ts'
import { devicesCommand } from './commands/devices.ts'
import { planCommand } from './commands/plan.ts'
import { recallCommand } from './commands/recall.ts'
import { reproduceCommand } from './commands/reproduce.ts'
import { oneOf } from './commands/options.ts'
import { runCommand } from './commands/run.ts'
import { sweepCommand } from './commands/sweep.ts'
import { testCommand } from './commands/test.ts'
import { validateCommand } from './commands/validate.ts'
import { Ended, Interruption } from './interrupt.ts'
import { shippedNames } from './shipped.ts'
import { failureOf } from './failure.ts'
import { MESSAGE_FORMATS, messageFormat, setMessageFormat, tell, tellRecord } from './terminal.ts'

const HELP = `
Exit code: 0 done, 1 the run failed, 2 the input is wrong, 130 ended by Ctrl-C.

Examples:
  engram run digits                a shipped scenario: results in out/digits
  engram run my-model.json         a scenario of your own
  engram sweep --help              many runs: a grid of values, several seeds
  engram recall my-images          recall your own patterns from damaged cues
  engram run --help                all options, files and examples`

/** Which scenarios can be given by name. */
function namesText(): string {
  const names = shippedNames()
    .join(', ')
    .replace(/(.{60,78},) /g, '$1\n  ')
  return `
Scenarios that come with engram:
  ${names}
They are files in the folder scenarios of the package. Give the name alone, unless a file of yours has it.`
}

/** The program with all its commands; the reference of the command line is made from it. */
export function createProgram(): Command {
  const program = new Command('engram')
    .description('Simulates multi-timescale associative networks on the GPU.')
    .version(version)
    // Options behind a subcommand of sweep are the subcommand's, where sweep has an option of the same name.
    .enablePositionalOptions()
    .addHelpText('after', HELP)
    .addHelpText('after', namesText)
    .addCommand(runCommand())
    .addCommand(sweepCommand())
    .addCommand(recallCommand())
    .addCommand(validateCommand())
    .addCommand(testCommand())
    .addCommand(planCommand())
    .addCommand(analyseCommand())
    .addCommand(reproduceCommand())
    .addCommand(devicesCommand())
  for (const command of below(program)) {
    if (command.commands.length > 0 && command.registeredArguments.length === 0) continue
    command
      .option(
        '--messages <form>',
        'text or json: print each message, error and progress on standard error as text, or as one line of JSON',
        oneOf('--messages', MESSAGE_FORMATS),
      )
      .option('--debug', 'show the stack trace of an error')
  }
  return program
}

/**
 * Runs one command line.
 * @param args - without the program: `['run', 'scenario.json']`
 * @returns the exit code: 0 done, 1 the run failed, 2 the input is wrong, 130 or 143 ended by a signal
 */
export async function main(args: readonly string[]): Promise<number> {
  const program = createProgram()
  // Before the options are read: they may be wrong.
  setMessageFormat(/(^|\0)--messages[=\0]json(\0|$)/.test(args.join('\0')) ? 'json' : 'text')
  // A subcommand has its own copy of these settings.
  for (const command of [program, ...below(program)]) {
    refuseEmpty(command)
    command
      .exitOverride((error) => {
        throw error.exitCode === 0 ? error : withHelp(error, command)
      })
      .configureOutput({ outputError: () => undefined })
  }
  try {
    await program.parseAsync(spread(args), { from: 'user' })
    return 0
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return 0
    // No command given: commander has printed the help.
    if (error instanceof CommanderError && error.code === 'commander.help') return 2
    if (error instanceof Ended) return error.exitCode
    tellFailure(error, args.includes('--debug'))
    return exitCodeOf(error)
  }
}

/** Errors in the number of arguments, which the form of the command answers. */
const OF_ARGUMENTS = ['commander.missingArgument', 'commander.excessArguments']

/** The error of a command, with the form of the command or the way to its help. */
function withHelp({ exitCode, code, message }: CommanderError, command: Command): CommanderError {
  const text = message
    .replace(/^error: /, '')
    .replace(/\n/g, ' ')
    .replace(/\.$/, '')
  const name = nameOf(command)
  const remedy = OF_ARGUMENTS.includes(code)
    ? `write ${name} ${command.usage()}, see ${name} --help`
    : `see ${name} --help`
  return new CommanderError(exitCode, code, text.includes('Did you mean') ? text : `${text}; ${remedy}`)
}

/** As it is typed: `engram sweep collect`. */
function nameOf(command: Command): string {
  return command.parent === null ? command.name() : `${nameOf(command.parent)} ${command.name()}`
}

function exitCodeOf(error: unknown): number {
  if (error instanceof Interruption) return error.exitCode
  return error instanceof ModelError || error instanceof CommanderError ? 2 : 1
}

/** Prints an error: one line, or with `debug` its stack trace; as JSON `{"error": ...}` with its parts. */
export function tellFailure(error: unknown, debug: boolean): void {
  if (messageFormat() === 'text') {
    tell(`${textOf(error, debug)}\n`)
    return
  }
  const place = error instanceof ModelError ? error.place : {}
  const reason = error instanceof ModelError ? error.reason : messageOf(error)
  const stack = debug && error instanceof Error ? { stack: error.stack } : {}
  tellRecord({ error: { exitCode: exitCodeOf(error), ...place, ...failureOf(reason), ...stack } })
}

/** An empty value is a variable of the shell that was not set: the line names the option or the argument. */
function refuseEmpty(command: Command): void {
  for (const option of command.options) {
    const { parseArg, long, flags } = option
    if (!option.required) continue
    option.argParser((value: string, before: unknown): unknown => {
      if (value === '')
        throw new ModelError(`is empty; give ${flags}, or leave it out`, { path: long ?? flags })
      return parseArg === undefined ? value : parseArg(value, before)
    })
  }
  for (const argument of command.registeredArguments) {
    argument.argParser((value: string, before: unknown): unknown => {
      if (value === '')
        throw new ModelError(`is empty; see ${nameOf(command)} --help`, { path: argument.name() })
      return argument.variadic ? [...((before ?? []) as readonly string[]), value] : value
    })
  }
}

/** All subcommands, at any depth. */
function below(command: Command): Command[] {
  return command.commands.flatMap((one) => [one, ...below(one)])
}

/** `--set a=1 b=2` as `--set a=1 --set b=2`. */
function spread(args: readonly string[]): string[] {
  let setting = false
  return args.flatMap((word, index) => {
    if (args[index - 1] === '--set') setting = true
    else if (!/^[A-Za-z][\w.-]*=/.test(word) || isFile(word)) setting = false
    else if (setting) return ['--set', word]
    return [word]
  })
}

/** A scenario may be called N=100.json. */
function isFile(word: string): boolean {
  return word.endsWith('.json') || existsSync(word)
}

/** What is printed of an error: one line, or with --debug its stack trace. */
function textOf(error: unknown, debug: boolean): string {
  return debug && error instanceof Error ? String(error.stack) : messageOf(error)
}

function messageOf(error: unknown): string {
  if (error instanceof CommanderError) return error.message
  if (error instanceof ModelError || error instanceof RunError || error instanceof Interruption) {
    // What comes from a driver may have several lines.
    return escaped(error.message.replace(/\s*\n\s*/g, ' '))
  }
  if (error instanceof RangeError && error.message.includes('allocation failed'))
    return 'there is not enough memory on this machine; close other programs, or use fewer neurons or replicas'
  return `unexpected: ${error instanceof Error ? error.message : String(error)} (--debug shows where)`
}
