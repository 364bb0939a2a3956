import { existsSync } from 'node:fs'
import { Command, CommanderError, Help } from 'commander'
import { version } from '../../package.json'
import { ModelError, RunError, escaped } from '../core/errors.ts'
import { oneOf } from './commands/parsers.ts'
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

interface Described {
  /** What stands behind the name in `engram --help`. */
  readonly usage: string
  readonly description: string
  /** Defines the options, the help and the action of a command that has its name and description. */
  readonly load: () => Promise<(command: Command) => Command>
}

/** The commands, in the order of `engram --help`. The module of a command is read when the command is given. */
const COMMANDS: Readonly<Record<string, Described>> = {
  run: {
    usage: '[options] <scenario>',
    description: 'run a scenario and write its results',
    load: async () => (await import('./commands/run.ts')).runCommand,
  },
  sweep: {
    usage: '[options] <scenario>',
    description: 'run a scenario at all points of a grid, with several seeds',
    load: async () => (await import('./commands/sweep.ts')).sweepCommand,
  },
  recall: {
    usage: '[options] <patterns...>',
    description: 'store your own patterns and recall them from damaged cues',
    load: async () => (await import('./commands/recall.ts')).recallCommand,
  },
  validate: {
    usage: '[options] <scenario>',
    description: 'check a scenario and its files, without a GPU',
    load: async () => (await import('./commands/validate.ts')).validateCommand,
  },
  test: {
    usage: '[options] <scenarios...>',
    description: 'run scenarios and judge their claims',
    load: async () => (await import('./commands/test.ts')).testCommand,
  },
  plan: {
    usage: '[options] <scenario>',
    description: 'print the kernels, rates and buffers of a scenario',
    load: async () => (await import('./commands/plan.ts')).planCommand,
  },
  analyse: {
    usage: '',
    description: 'compare a scenario with the theory',
    load: async () => (await import('./commands/analyse.ts')).analyseCommand,
  },
  reproduce: {
    usage: '[options] [what]',
    description: 'repeat experiments and compare the results with expected numbers',
    load: async () => (await import('./commands/reproduce.ts')).reproduceCommand,
  },
  devices: {
    usage: '[options]',
    description: 'list the adapters of this machine',
    load: async () => (await import('./commands/devices.ts')).devicesCommand,
  },
}

/**
 * The program with its commands; the reference of the command line is made from it.
 * @param args - a command line: of the commands that it does not name, only name and description are there
 */
export async function createProgram(args?: readonly string[]): Promise<Command> {
  const program = new Command('engram')
    .description('Simulates multi-timescale associative networks on the GPU.')
    .version(version)
    // Options behind a subcommand of sweep are the subcommand's, where sweep has an option of the same name.
    .enablePositionalOptions()
    .addHelpText('after', HELP)
    .addHelpText('after', namesText)
  for (const [name, { description, load }] of Object.entries(COMMANDS)) {
    const command = new Command(name).description(description)
    const isGiven = args === undefined || commandOf(args) === name
    program.addCommand(isGiven ? (await load())(command) : command)
  }
  program.configureHelp({ subcommandTerm })
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

/** A command in `engram --help`, also one of which the module is not read. */
function subcommandTerm(command: Command): string {
  const known = COMMANDS[command.name()]
  return known === undefined ? new Help().subcommandTerm(command) : `${command.name()} ${known.usage}`.trim()
}

/** The first word of a command line that is no option; of `help`, what it asks about. */
function commandOf(args: readonly string[]): string | undefined {
  const words = args.filter((word) => !word.startsWith('-'))
  return words[0] === 'help' ? words[1] : words[0]
}

/**
 * Runs one command line.
 * @param args - without the program: `['run', 'scenario.json']`
 * @returns the exit code: 0 done, 1 the run failed, 2 the input is wrong, 130 or 143 ended by a signal
 */
export async function main(args: readonly string[]): Promise<number> {
  const program = await createProgram(args)
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
