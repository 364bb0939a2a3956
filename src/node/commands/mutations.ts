import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Command } from 'commander'
import * as v from 'valibot'
import { ModelError, RunError } from '../../core/errors.ts'
import { aligned } from '../../core/plan/print.ts'
import { REPRODUCTIONS, findReproduction } from '../../core/reproduce/index.ts'
import { type MutationRow, mutationsOf } from '../../core/reproduce/mutations.ts'
import type { Size } from '../../core/reproduce/reproduction.ts'
import { requestDevice } from '../device.ts'
import { Interruption, watchSignals } from '../interrupt.ts'
import { type Output, createOutput } from '../output.ts'
import { createProgress } from '../progress.ts'
import { print } from '../terminal.ts'
import { addAdapterOption } from './options.ts'
import { wholeNumber } from './parsers.ts'

interface MutationsOptions {
  readonly quick?: true
  readonly full?: true
  readonly out?: string
  readonly seed: number
  readonly adapter?: string
}

const HELP = `
Each experiment runs once as it is, and then with each constant of its scenarios times 2 and times 0.5: couplings, time constants,
gains, numbers of patterns, noise, steps and durations. The constants are all numbers of the scenarios except seeds, numbers of
copies and of rows, and probes. The checks of the experiment must fail, or the experiment states why its result does not depend on
the constant.

Standard output: one line for each mutation: experiment, constant, factor, verdict, detail. The verdicts are
  caught      a check fails: its name, measured and expected number
  refused     the scenario is invalid with this value, or its run fails, or it has no results to check: the error
  explained   all checks pass, and the reason; with a factor at which a check fails, if there is one
  silent      all checks pass, and nothing explains it

Files with --out: FOLDER/mutations.json and FOLDER/mutations.md; experiments that were not named keep their rows in them.

Exit code: 0 no row is silent, 1 a row is silent or a run failed, 2 the input is wrong, 130 ended by Ctrl-C.

Examples:
  engram reproduce mutations pattern-ring glauber
  engram reproduce mutations --quick --out docs/reproductions`

/** `engram reproduce mutations`: whether each experiment notices a wrong constant. */
export function mutationsCommand(): Command {
  const command = new Command('mutations')
    .description('double and halve each constant of the experiments; their checks must fail')
    .argument('[names...]', 'IDs of reproductions; default: all')
    .option('--quick', 'small sizes (default)')
    .option('--full', 'the sizes of the papers')
    .option('--out <folder>', 'write the table to this folder; created if missing')
    .option(
      '--seed <n>',
      'seed of the first network of each experiment',
      wholeNumber('--seed', 0, 2 ** 31),
      1,
    )
  return addAdapterOption(command).addHelpText('after', HELP).action(mutate)
}

async function mutate(names: readonly string[], options: MutationsOptions): Promise<void> {
  if (options.quick && options.full) throw new ModelError('give one of --quick and --full, not both')
  const chosen = names.length === 0 ? REPRODUCTIONS : names.map(findReproduction)
  const size: Size = options.full ? 'full' : 'quick'
  const requested = await requestDevice(options.adapter === undefined ? {} : { adapter: options.adapter })
  const watch = watchSignals()
  let output: Output | undefined
  const rows: MutationRow[] = []
  try {
    output = options.out === undefined ? undefined : await createOutput(options.out)
    const interrupt = (): void => {
      if (watch.signal !== undefined)
        throw new Interruption(watch.signal, `ended by ${watch.signal} after ${rows.length} mutations`)
    }
    for (const one of chosen) {
      const progress = createProgress(0, 1000, { format: `{bar} {percentage}%  ${one.id}` })
      try {
        let done = 0
        const found = await mutationsOf(
          requested.device,
          one,
          { size, seed: options.seed, interrupt },
          (_, total) => progress.update(Math.round((1000 * ++done) / total)),
        )
        rows.push(...found)
        progress.stop()
        if (output !== undefined) {
          const all = merged(await earlierRows(output.folder), found)
          await output.write('mutations.json', `${JSON.stringify(all, null, 2)}\n`)
          await output.write('mutations.md', markdownOf(all))
        }
        print(`${tableOf(found).join('\n')}\n`)
      } finally {
        progress.stop()
      }
    }
  } finally {
    watch.stop()
    output?.close()
    requested.release()
  }
  const silent = rows.filter(({ verdict }) => verdict === 'silent')
  if (silent.length > 0)
    throw new RunError(
      `${silent.length} of ${rows.length} mutations are silent: ${silent.map(({ experiment, constant, factor }) => `${experiment} ${constant} x ${factor}`).join(', ')}`,
    )
}

const HEADER = ['experiment', 'constant', 'factor', 'verdict', 'detail']

function cellsOf({ experiment, constant, factor, verdict, detail }: MutationRow): string[] {
  return [experiment, constant, String(factor), verdict, detail]
}

function tableOf(rows: readonly MutationRow[]): string[] {
  return aligned(rows.map(cellsOf))
}

const rowsSchema = v.array(
  v.object({
    experiment: v.string(),
    constant: v.string(),
    factor: v.number(),
    verdict: v.picklist(['caught', 'refused', 'explained', 'silent']),
    detail: v.string(),
  }),
)

/** The rows that an earlier command left in a folder; none if there is no such file. */
async function earlierRows(folder: string): Promise<MutationRow[]> {
  try {
    return v.parse(rowsSchema, JSON.parse(await readFile(join(folder, 'mutations.json'), 'utf8')))
  } catch {
    return []
  }
}

/** New rows replace those of the same experiments, in the order of the list. */
function merged(earlier: readonly MutationRow[], rows: readonly MutationRow[]): MutationRow[] {
  const isNew = new Set(rows.map(({ experiment }) => experiment))
  const all = [...earlier.filter(({ experiment }) => !isNew.has(experiment)), ...rows]
  return REPRODUCTIONS.flatMap(({ id }) => all.filter(({ experiment }) => experiment === id))
}

function markdownOf(rows: readonly MutationRow[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((text) => text.replaceAll('|', '\\|')).join(' | ')} |`
  const silent = rows.filter(({ verdict }) => verdict === 'silent').length
  return `# Mutations

Each constant of the scenarios, times 2 and times 0.5. ${rows.length} mutations, ${silent} silent. Written by
\`engram reproduce mutations\`; its \`--help\` explains the verdicts.

${[line(HEADER), line(HEADER.map(() => '---')), ...rows.map((row) => line(cellsOf(row)))].join('\n')}
`
}
