import type { Command } from 'commander'
import { version } from '../../../package.json'
import { ModelError, RunError } from '../../core/errors.ts'
import { aligned } from '../../core/plan/print.ts'
import { type Result, checkFirstScenario, reproduce } from '../../core/reproduce/lab.ts'
import { REPRODUCTIONS, findReproduction } from '../../core/reproduce/index.ts'
import type { Size } from '../../core/reproduce/reproduction.ts'
import { settingsOf } from '../../core/reproduce/settings.ts'
import { checkCells } from '../../core/reproduce/table.ts'
import { drawChart } from '../chart.ts'
import { requestDevice } from '../device.ts'
import { Interruption, watchSignals } from '../interrupt.ts'
import { type Output, createOutput } from '../output.ts'
import { createProgress } from '../progress.ts'
import { type Setting, htmlReport, jsonOf, markdownReport, readRecords, recordOf } from '../report.ts'
import { print } from '../terminal.ts'
import { mutationsCommand } from './mutations.ts'
import { addAdapterOption, addSetOption, quoted, warn } from './options.ts'
import { wholeNumber } from './parsers.ts'

interface ReproduceOptions {
  readonly quick?: true
  readonly full?: true
  readonly out?: string
  readonly seed: number
  readonly set?: readonly string[]
  readonly adapter?: string
}

/** `engram reproduce`: experiments with expected numbers, run again and judged. */
export function reproduceCommand(command: Command): Command {
  command
    .argument('[what]', 'list, all, mutations, or the ID of a reproduction', 'list')
    .option('--quick', 'small sizes; all reproductions take a few minutes on a software adapter (default)')
    .option('--full', 'the sizes of the papers')
    .option(
      '--out <folder>',
      'write figures, numbers, scenarios and a report to this folder; created if missing',
    )
    .option(
      '--seed <n>',
      'seed of the first network of each experiment',
      wholeNumber('--seed', 0, 2 ** 31),
      1,
    )
  return (
    addAdapterOption(addSetOption(command))
      .enablePositionalOptions()
      // A name that is nearly that of the subcommand has arguments of its own.
      .allowExcessArguments()
      .addHelpText('after', HELP)
      .action(reproduceAll)
      .addCommand(mutationsCommand())
  )
}

const HELP = `
Each reproduction runs scenarios on the GPU and compares the results with expected numbers. Each expected number has its source:
a paper with the place, a closed form, a theory (solved here, or the law of a limit), or a float64 program of this project. A number
passes if its deviation is within the stated tolerance. Where several networks run, one for each seed, the result has a
95 % confidence interval (t-distribution).

Standard output of list: one line for each reproduction, with ID, duration of --quick and of --full, and title.
Otherwise one line for each number: ID, name, expected number (with >= or <= for a bound), measured number, half of the
interval, tolerance, kind of source, and pass or FAIL. With --out a line "FILE<tab>path" for the report follows.

Files:
  FOLDER/report.html                 all reproductions of the folder in one page that needs no other file
  FOLDER/README.md                   the same as Markdown
  FOLDER/ID.svg, FOLDER/ID.json      figure; numbers with their sources, citation, settings and adapter
  FOLDER/scenarios/ID/NAME.json      the scenarios, for engram run; one file where only the seed differs
Files of the same names are replaced. The report includes the reproductions that earlier commands left in the folder.
After Ctrl-C the finished reproductions are written.

--set changes a value in each scenario of the experiment that has the path. The expected numbers stay those of the unchanged scenarios:
a number that still passes does not depend on the value.

Exit code: 0 all pass, 1 a number is out of tolerance or the run failed, 2 the input is wrong, 130 ended by Ctrl-C.

Examples:
  engram reproduce list
  engram reproduce capacity
  engram reproduce all --quick --out out/reproductions
  engram reproduce dense-errors --full --seed 7
  engram reproduce capacity --set neurons.visible.lagrangian.gain=20
  engram reproduce mutations pattern-ring       double and halve each constant: the checks must fail`

async function reproduceAll(
  what: string,
  options: ReproduceOptions,
  { args: [, ...surplus] }: Command,
): Promise<void> {
  if (options.quick && options.full) throw new ModelError('give one of --quick and --full, not both')
  if (what === 'list') {
    const given = (['quick', 'full', 'out', 'set'] as const).find((name) => options[name] !== undefined)
    if (given !== undefined) throw new ModelError(`--${given}: name an experiment to be run, or \`all\``)
    print(`${listing().join('\n')}\n`)
    return
  }
  if (what === 'all' && options.set !== undefined)
    throw new ModelError('--set: name one experiment, the scenarios of which it changes')
  const chosen = what === 'all' ? REPRODUCTIONS : [findReproduction(what, ['all', 'list', 'mutations'])]
  if (surplus.length > 0)
    throw new ModelError(`takes one experiment or \`all\`, not ${what} ${surplus.join(' ')}; name one`)
  const size: Size = options.full ? 'full' : 'quick'
  const { set } = options
  if (set !== undefined)
    for (const one of chosen) await checkFirstScenario(one, settingsOf(one.id, set).change, size)
  const requested = await requestDevice(options.adapter === undefined ? {} : { adapter: options.adapter })
  const { device, info } = requested
  let fault: string | undefined
  device.addEventListener('uncapturederror', ({ error }) => (fault ??= error.message))
  let output: Output | undefined
  try {
    output = options.out === undefined ? undefined : await createOutput(options.out)
    const results: Result[] = []
    const watch = watchSignals()
    const interrupt = (): void => {
      if (fault !== undefined) throw new RunError(`WebGPU refused a command: ${fault}`)
      if (watch.signal === undefined) return
      const count = results.length
      const written =
        output === undefined || count === 0
          ? 'nothing is written'
          : count === 1
            ? 'the finished one is written'
            : `the ${count} finished ones are written`
      throw new Interruption(
        watch.signal,
        `ended by ${watch.signal} at ${results.length} of ${chosen.length} reproductions; ${written}`,
      )
    }
    const setting: Setting = {
      command: commandLine(what, size, options),
      adapter: { name: info.name, type: info.type, driver: info.driver },
      versions: { engram: version, node: process.version },
    }
    try {
      for (const [index, one] of chosen.entries()) {
        const format = `{bar} {percentage}%  ${one.id}, ${index + 1} of ${chosen.length}`
        const progress = createProgress(0, 1000, { format })
        const settings = settingsOf(one.id, options.set ?? [])
        try {
          const result = await reproduce(device, one, {
            size,
            seed: options.seed,
            interrupt,
            ...(options.set !== undefined && { change: settings.change }),
            onProgress: (share) => progress.update(Math.round(1000 * share)),
          })
          settings.check()
          interrupt()
          results.push(result)
          if (output !== undefined) {
            await output.write(`${one.id}.svg`, drawChart(result.chart))
            await output.write(`${one.id}.json`, jsonOf(recordOf(result, setting)))
            for (const [name, scenario] of Object.entries(result.scenarios))
              await output.write(`scenarios/${one.id}/${name}.json`, `${JSON.stringify(scenario, null, 2)}\n`)
          }
        } finally {
          progress.stop()
        }
        const { warnings } = results.at(-1) as Result
        warn(together(warnings))
        print(`${table(results.at(-1) as Result).join('\n')}\n`)
      }
    } finally {
      watch.stop()
      if (output !== undefined && results.length > 0) {
        const records = await readRecords(output.folder)
        await output.write('README.md', markdownReport(records))
        const path = await output.write('report.html', htmlReport(records))
        print(`report.html\t${path}\n`)
      }
    }
    const failed = results.filter(({ passed }) => !passed).map(({ reproduction }) => reproduction.id)
    if (failed.length > 0) throw new RunError(`not reproduced: ${failed.join(', ')}`)
  } finally {
    output?.close()
    requested.release()
  }
}

/** Lines `name: warning`; those that differ by the name and by numbers are one line with their count. */
function together(warnings: readonly string[]): string[] {
  const alike = new Map<string, string[]>()
  for (const line of warnings) {
    const kind = line.replace(/^.*?: /, '').replaceAll(/\d+(\.\d+)?/g, '#')
    alike.set(kind, [...(alike.get(kind) ?? []), line])
  }
  return [...alike.values()].map(
    ([first = '', ...others]) =>
      `${first}${others.length === 0 ? '' : ` (and ${others.length} more like this)`}`,
  )
}

function listing(): string[] {
  return aligned([
    ['ID', 'quick', 'full', 'title and source'],
    ...REPRODUCTIONS.map(({ id, duration, title, citation }) => [
      id,
      duration.quick,
      duration.full,
      `${title} (${citation})`,
    ]),
  ])
}

/** One line a check, aligned within a reproduction. */
function table({ reproduction, checks }: Result): string[] {
  return aligned(checks.map((check) => [reproduction.id, ...checkCells(check)]))
}

function commandLine(what: string, size: Size, { seed, out, set = [] }: ReproduceOptions): string {
  const folder = out === undefined ? '' : ` --out ${quoted(out)}`
  const sets = set.map((assignment) => ` --set ${quoted(assignment)}`).join('')
  return `engram reproduce ${what} --${size}${seed === 1 ? '' : ` --seed ${seed}`}${sets}${folder}`
}
