import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Command } from 'commander'
import * as v from 'valibot'
import { ModelError, RunError } from '../../core/errors.ts'
import { aligned } from '../../core/plan/print.ts'
import { REPRODUCTIONS, findReproduction } from '../../core/reproduce/index.ts'
import { type MutationRow, mutationsOf } from '../../core/reproduce/mutations.ts'
import type { Reproduction, Size } from '../../core/reproduce/reproduction.ts'
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
  readonly resume?: true
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

A run ends with the first check that fails beyond doubt. Either the networks to come cannot change it, or the mean of at least three
networks misses the tolerance by four half intervals (95 %). The detail then has the number of these networks. Scenarios that have not
run are still validated.

Files with --out: FOLDER/mutations.json and FOLDER/mutations.md, with --full mutations-full.json and mutations-full.md. They are written
after each row. Experiments that were not named keep their rows. With --resume the named ones keep those of the same seed too:
the command goes on where an earlier one was ended.

Exit code: 0 no row is silent, 1 a row is silent or a run failed, 2 the input is wrong, 130 ended by Ctrl-C.

Examples:
  engram reproduce mutations pattern-ring glauber
  engram reproduce mutations --quick --out docs/reproductions
  engram reproduce mutations --full --resume --out docs/reproductions`

/** `engram reproduce mutations`: whether each experiment notices a wrong constant. */
export function mutationsCommand(): Command {
  const command = new Command('mutations')
    .description('double and halve each constant of the experiments; their checks must fail')
    .argument('[names...]', 'IDs of reproductions, or all; default: all')
    .option('--quick', 'small sizes (default)')
    .option('--full', 'the sizes of the papers')
    .option('--out <folder>', 'write the table to this folder after each row; created if missing')
    .option('--resume', 'keep the rows of the table in the folder of --out that have this size and seed')
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
  const chosen = names.length === 0 || names.join() === 'all' ? REPRODUCTIONS : names.map(experimentOf)
  if (options.resume && options.out === undefined)
    throw new ModelError('--resume: give the folder of the table with --out')
  const size: Size = options.full ? 'full' : 'quick'
  const requested = await requestDevice(options.adapter === undefined ? {} : { adapter: options.adapter })
  const watch = watchSignals()
  let output: Output | undefined
  const rows: MutationRow[] = []
  try {
    output = options.out === undefined ? undefined : await createOutput(options.out)
    const table = output === undefined ? undefined : await openTable(output, size)
    let done = 0
    const interrupt = (): void => {
      if (watch.signal === undefined) return
      const next = output === undefined ? '' : '; they are written, and --resume goes on with the next one'
      const place = done === 0 ? 'before the first mutation' : `after ${done} mutations${next}`
      throw new Interruption(watch.signal, `ended by ${watch.signal} ${place}`)
    }
    for (const one of chosen) {
      const kept = options.resume && table !== undefined ? table.rowsOf(one.id, options.seed) : []
      const progress = createProgress(0, 1000, { format: `{bar} {percentage}%  ${one.id}` })
      const known = [...kept]
      try {
        const isWhole = kept.length > 0 && kept.length === kept[0]!.rows
        const found = isWhole
          ? kept
          : await mutationsOf(requested.device, one, {
              size,
              seed: options.seed,
              interrupt,
              kept,
              async onRow(row) {
                done++
                known.push(row)
                progress.update(Math.round((1000 * known.length) / row.rows))
                await table?.write(one.id, known)
              },
            })
        rows.push(...found)
        progress.stop()
        // In the order of the constants.
        if (!isWhole) await table?.write(one.id, found)
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

function experimentOf(name: string): Reproduction {
  if (name === 'list')
    throw new ModelError('mutations has no list; engram reproduce list has the experiments, give their IDs')
  if (name === 'all') throw new ModelError('give `all` or the IDs of experiments, not both')
  return findReproduction(name, ['all'])
}

const HEADER = ['experiment', 'constant', 'factor', 'verdict', 'detail']

function cellsOf({ experiment, constant, factor, verdict, detail }: KeptRow): string[] {
  return [experiment, constant, String(factor), verdict, detail]
}

function tableOf(rows: readonly MutationRow[]): string[] {
  return aligned(rows.map(cellsOf))
}

const rowsSchema = v.array(
  v.object({
    experiment: v.string(),
    // Earlier versions did not state them.
    size: v.optional(v.picklist(['quick', 'full'])),
    seed: v.optional(v.number()),
    rows: v.optional(v.number()),
    constant: v.string(),
    factor: v.number(),
    verdict: v.picklist(['caught', 'refused', 'explained', 'silent']),
    detail: v.string(),
  }),
)

type KeptRow = v.InferOutput<typeof rowsSchema>[number]

/** The table of a folder, which has one for each size. */
interface Table {
  /** Rows of an experiment with a seed; none of earlier versions, which did not state it. */
  rowsOf(experiment: string, seed: number): MutationRow[]
  /** Writes the table with other rows of one experiment. */
  write(experiment: string, rows: readonly MutationRow[]): Promise<void>
}

async function openTable(output: Output, size: Size): Promise<Table> {
  const name = size === 'full' ? 'mutations-full' : 'mutations'
  let all = await readTable(join(output.folder, `${name}.json`))
  const isStated = (row: KeptRow): row is MutationRow =>
    row.size === size && row.seed !== undefined && row.rows !== undefined
  const ofList = (rows: readonly KeptRow[]): KeptRow[] =>
    REPRODUCTIONS.flatMap(({ id }) => rows.filter(({ experiment }) => experiment === id))
  return {
    rowsOf: (experiment, seed) =>
      all.filter(isStated).filter((row) => row.experiment === experiment && row.seed === seed),
    async write(experiment, rows) {
      all = ofList([...all.filter((row) => row.experiment !== experiment), ...rows])
      await output.write(`${name}.json`, `${JSON.stringify(all, null, 2)}\n`)
      await output.write(`${name}.md`, markdownOf(all, size))
    },
  }
}

/**
 * The rows that an earlier command left in a file; none if there is no such file.
 * @throws ModelError if the file is no table: writing would lose its rows
 */
async function readTable(path: string): Promise<KeptRow[]> {
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw new ModelError(`cannot be read: ${(error as Error).message}; give another folder with --out`, {
      file: path,
    })
  }
  try {
    return v.parse(rowsSchema, JSON.parse(text))
  } catch {
    throw new ModelError(
      'is no table of mutations, and writing would lose its rows; mend it or move it away',
      {
        file: path,
      },
    )
  }
}

function markdownOf(rows: readonly KeptRow[], size: Size): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((text) => text.replaceAll('|', '\\|')).join(' | ')} |`
  const silent = rows.filter(({ verdict }) => verdict === 'silent').length
  return `# Mutations at ${size} size

Each constant of the scenarios, times 2 and times 0.5. ${rows.length} mutations, ${silent} silent. Written by
\`engram reproduce mutations --${size}\`; its \`--help\` explains the verdicts.

${[line(HEADER), line(HEADER.map(() => '---')), ...rows.map((row) => line(cellsOf(row)))].join('\n')}
`
}
