/** The reference of the command line, from the program itself. */
import type { Command } from 'commander'

/** A page with every command, its arguments and its options. */
export function commandsPage(program: Command): string {
  return [
    '---',
    'pageClass: commands',
    '---',
    '',
    '# Commands and options',
    '',
    `${program.description()} Every command prints the same with \`--help\`. [The command line](command-line.md) tells how they work together.`,
    '',
    ...below(program).flatMap(({ name, command }) => sectionOf(name, command)),
  ].join('\n')
}

interface Named {
  /** As typed: `engram analyse spectrum`. */
  readonly name: string
  readonly command: Command
}

/** The program and all its commands, at any depth. */
function below(command: Command, above = ''): Named[] {
  const name = `${above}${command.name()}`
  return [{ name, command }, ...command.commands.flatMap((one) => below(one, `${name} `))]
}

function sectionOf(name: string, command: Command): string[] {
  const help = command.createHelp()
  const args = help.visibleArguments(command).map((one) => [`\`<${one.name()}>\``, one.description, ''])
  const options = help
    .visibleOptions(command)
    .filter(({ long }) => long !== '--help')
    .map((one) => [
      `\`${one.flags}\``,
      one.description,
      one.defaultValue === undefined ? '' : `\`${String(one.defaultValue)}\``,
    ])
  const rows = [...args, ...options]
  const commands = command.commands.map((one) => {
    const full = `${name} ${one.name()}`
    return `- [\`${full}\`](#${full.replaceAll(' ', '-')}): ${one.description()}`
  })
  const table =
    rows.length === 0
      ? []
      : ['', '| argument or option | what | default |', '| --- | --- | --- |', ...rows.map(rowOf)]
  const more = moreOf(command)
  return [
    `## ${name}`,
    '',
    sentence(command.description()),
    '',
    '```sh',
    `${name} ${command.usage()}`,
    '```',
    ...(commands.length === 0 ? [] : ['', ...commands]),
    ...table,
    ...(more === '' ? [] : ['', '```text', more, '```']),
    '',
  ]
}

/** The text of `--help` below the options. */
export function moreOf(command: Command): string {
  let text = ''
  const usual = { ...command.configureOutput() }
  command.configureOutput({ writeOut: (piece) => (text += piece) })
  command.outputHelp()
  command.configureOutput(usual)
  return text.slice(text.indexOf(command.helpInformation()) + command.helpInformation().length).trim()
}

function rowOf(cells: readonly string[]): string {
  return `| ${cells.map((cell) => escaped(cell).replaceAll('|', '\\|')).join(' | ')} |`
}

/** Outside code, `<` would begin a tag. */
function escaped(text: string): string {
  return text.startsWith('`') ? text : text.replace(/[<>{}]/g, (sign) => `&#${sign.charCodeAt(0)};`)
}

function sentence(text: string): string {
  const begun = text.charAt(0).toUpperCase() + text.slice(1)
  return escaped(/[.!?]$/.test(begun) ? begun : `${begun}.`)
}
