/** The words and options of a benchmark: a wrong one is one line and exit code 2. */
import { type ParseArgsConfig, parseArgs } from 'node:util'

export interface Arguments {
  readonly words: readonly string[]
  readonly options: Readonly<Record<string, string | boolean | undefined>>
}

/** What a benchmark takes. */
export interface Accepted {
  readonly help: string
  /** Names: each word must be a part of one. */
  readonly names: readonly string[]
  readonly options?: NonNullable<ParseArgsConfig['options']>
  /** Refuses values and combinations: a line, or undefined. */
  readonly check?: (given: Arguments) => string | undefined
}

/**
 * Reads a command line.
 * @returns undefined where the help was printed, or an error with exit code 2: then there is nothing to do
 */
export function argumentsOf(args: readonly string[], accepted: Accepted): Arguments | undefined {
  const given = parsed(args, accepted)
  if (typeof given === 'string') {
    process.stderr.write(`${given}\n`)
    process.exitCode = 2
    return undefined
  }
  if (given.options.help !== true) return given
  process.stdout.write(`${accepted.help}\n`)
  return undefined
}

/** The words and options, or the line that says what is wrong. */
function parsed(args: readonly string[], { names, options = {}, check }: Accepted): Arguments | string {
  let given: Arguments
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { ...options, help: { type: 'boolean', short: 'h' } },
    })
    given = { words: positionals, options: values }
  } catch (error) {
    const known = [...Object.keys(options), 'help'].map((name) => `--${name}`).join(', ')
    const [reason = ''] = (error as Error).message.split(/\.\s|\n/)
    return `${reason.replace(/\.$/, '')}; options are ${known}`
  }
  if (given.options.help === true) return given
  const unknown = given.words.find((word) => !names.some((name) => name.includes(word)))
  if (unknown !== undefined)
    return names.length === 0
      ? `"${unknown}": no words are taken; leave it out`
      : `"${unknown}" is part of no name; names are\n${names.map((name) => `  ${name}`).join('\n')}`
  return check?.(given) ?? given
}
