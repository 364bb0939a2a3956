import { resolve } from 'node:path'
import { Command } from 'commander'
import { encodeNpzPieces } from '../../core/data/npz.ts'
import { ModelError, RunError } from '../../core/errors.ts'
import { parseJson } from '../../core/model/json.ts'
import { parseScenario } from '../../core/model/parse.ts'
import { setPath, setValue } from '../../core/model/path.ts'
import { withVariation } from '../../core/model/variation.ts'
import type { ResidentMode } from '../../core/plan/forms.ts'
import type { Variants } from '../../core/plan/variants.ts'
import { type SweepAxis, readOver, readSeeds, sizeOf } from '../../core/sweep/grid.ts'
import { createOutput } from '../output.ts'
import { createProgress } from '../progress.ts'
import { readScenario } from '../scenario.ts'
import { collect } from '../sweep/collecting.ts'
import { type Sweep, type Wanted, beginSweep, folderOf, readSweep } from '../sweep/folder.ts'
import { type Message, runJobs } from '../sweep/jobs.ts'
import { type Outcome, work } from '../sweep/worker.ts'
import { print, tell } from '../terminal.ts'
import {
  type ScenarioOptions,
  addAdapterOption,
  addAutotuneOption,
  addResidentOption,
  addScenarioOptions,
  addVariantOption,
  quoted,
  wholeNumber,
} from './options.ts'

interface WorkingOptions {
  readonly adapter?: string
  readonly anyAdapter?: true
  readonly checkpointEvery?: number
  readonly retry?: true
  readonly quiet?: true
}

interface SweepOptions extends ScenarioOptions, WorkingOptions {
  readonly over?: readonly SweepAxis[]
  readonly seeds?: readonly number[]
  readonly out?: string
  readonly jobs: number
  readonly together: number
  readonly run: boolean
  readonly resident: ResidentMode
  readonly variant?: Variants
  readonly autotune: boolean
}

/** `engram sweep`: a run for each point of a grid, and what goes with a folder of such runs. */
export function sweepCommand(): Command {
  const command = new Command('sweep')
    .description('run a scenario at all points of a grid, with several seeds')
    .enablePositionalOptions()
  addScenarioOptions(command)
  command
    .option(
      '--over <path=values>',
      'values that a path takes in turn: from:to:steps, from:to:steps:log, or a list such as 0.1,0.2; repeat the option for a grid',
      (assignment: string, before: readonly SweepAxis[] | undefined) => [
        ...(before ?? []),
        readOver(assignment),
      ],
    )
    .option('--seeds <list>', 'seeds of whole runs, such as 1:20 or 1,5,9', readSeeds)
    .option('--out <folder>', 'folder of the sweep')
    .option('--jobs <n>', 'processes that work at the same time', wholeNumber('--jobs', 1, 1024), 1)
    .option(
      '--together <n>',
      'most points that one run computes side by side, where that gives the same bits; 1 = each point is a run of its own',
      wholeNumber('--together', 1, 65_535),
      256,
    )
    .option('--no-run', 'write the folder, and run nothing')
  addWorkingOptions(command)
  addResidentOption(command)
  addVariantOption(command)
  addAutotuneOption(command)
  return command
    .addHelpText('after', HELP)
    .action(sweep)
    .addCommand(workCommand())
    .addCommand(collectCommand())
}

const HELP = ''

function addWorkingOptions(command: Command): Command {
  addAdapterOption(command)
  return command
    .option('--any-adapter', 'work on another adapter than the first one too; last bits may differ')
    .option(
      '--checkpoint-every <k>',
      'write a checkpoint every k ticks of a task (default: once a minute)',
      wholeNumber('--checkpoint-every', 1, 2 ** 31 - 1),
    )
    .option('--retry', 'run tasks again that have failed')
    .option('--quiet', 'print no progress and no hints')
}

async function sweep(file: string, options: SweepOptions): Promise<void> {
  const { out, quiet } = options
  if (out === undefined) throw new ModelError('is missing; give the folder of the sweep', { path: '--out' })
  const wanted = await readWanted(file, options)
  const begun = await beginSweep(out, wanted)
  const total = begun.tasks.length
  if (!options.run) {
    print(`tasks\t${total}\n`)
    return
  }
  const states = new Map<number, Outcome>()
  const progress = createProgress(0, total, {
    quiet,
    format: '{bar} {percentage}%  {value} of {total} tasks  {rate} tasks/s  {remaining} left',
  })
  const report = ({ task, outcome, reason }: Message): void => {
    states.set(task, outcome)
    if (outcome === 'failed' && reason !== undefined && !quiet) tell(`task ${task} failed: ${reason}\n`)
    progress.update([...states.values()].filter((one) => one !== 'begun').length)
  }
  let code: number
  try {
    code = await runJobs(out, { jobs: Math.min(options.jobs, total), args: workArgs(options), report })
  } finally {
    progress.stop()
  }
  if (code !== 0) {
    process.exitCode = code
    return
  }
  const of = (outcome: Outcome): number => [...states.values()].filter((one) => one === outcome).length
  finish(out, { done: of('done'), failed: of('failed'), begun: 0, elsewhere: of('elsewhere') }, quiet)
}

/** The options of a worker. */
function workArgs({ adapter, anyAdapter, checkpointEvery, retry }: WorkingOptions): string[] {
  return [
    ...(adapter === undefined ? [] : ['--adapter', adapter]),
    ...(anyAdapter ? ['--any-adapter'] : []),
    ...(checkpointEvery === undefined ? [] : ['--checkpoint-every', String(checkpointEvery)]),
    ...(retry ? ['--retry'] : []),
    '--quiet',
  ]
}

/** Prints what became of the tasks. */
function finish(folder: string, counts: Readonly<Record<Outcome, number>>, quiet?: boolean): void {
  const { done, failed, elsewhere } = counts
  print(`done\t${done}\nfailed\t${failed}\n`)
  if (elsewhere > 0 && !quiet)
    tell(`${elsewhere} tasks are in the hands of other processes; engram sweep status ${quoted(folder)}\n`)
  if (failed > 0)
    throw new RunError(
      `${failed} of ${done + failed + elsewhere} tasks failed; engram sweep status ${quoted(folder)} tells why, --retry runs them again`,
    )
  if (elsewhere === 0 && !quiet) tell(`next     engram sweep collect ${quoted(folder)}\n`)
}

async function readWanted(file: string, options: SweepOptions): Promise<Wanted> {
  const { set = [], vary, ticks, seed, seeds, over = [] } = options
  if (seed !== undefined && seeds !== undefined)
    throw new ModelError('says the same as --seeds; give one of the two', { path: '--seed' })
  const { text, found } = await readScenario(file)
  let raw = parseJson(text, file)
  for (const assignment of set) raw = setPath(raw, assignment)
  if (vary !== undefined) raw = withVariation(raw, vary)
  if (ticks !== undefined) raw = setValue(raw, 'time.ticks', ticks)
  const grid = { over, seeds: seeds ?? [seed ?? parseScenario(raw, file).seed] }
  sizeOf(grid)
  return {
    file,
    home: resolve(folderOf(found)),
    allowOutside: options.allowOutside ?? false,
    scenario: raw as Sweep['scenario'],
    grid,
    together: options.together,
    resident: options.resident,
    variants: options.variant ?? {},
    autotune: options.autotune,
  }
}

interface WorkCommandOptions extends WorkingOptions {
  readonly task?: number
}

function workCommand(): Command {
  const command = new Command('work')
    .description('work on the tasks of a sweep that are free')
    .argument('<folder>', 'folder of the sweep')
    .option('--task <n>', 'run this task alone', wholeNumber('--task', 0, 999_999))
  return addWorkingOptions(command).action(async (folder: string, options: WorkCommandOptions) => {
    const { quiet } = options
    const parent = process.send?.bind(process)
    // Whoever started it has gone.
    process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'))
    process.channel?.unref()
    const counts = await work(folder, {
      ...options,
      report: (task, outcome, reason) => {
        parent?.({ task, outcome, reason } satisfies Message)
        if (reason !== undefined && !quiet) tell(`task ${task} failed: ${reason}\n`)
      },
      say: (line) => (quiet ? undefined : tell(`${line}\n`)),
    })
    if (parent === undefined) finish(folder, counts, quiet)
  })
}

function collectCommand(): Command {
  return new Command('collect')
    .description('put the results of all tasks together')
    .argument('<folder>', 'folder of the sweep')
    .action(async (folder: string) => {
      const sweep = await readSweep(folder)
      const { arrays, done, total, apart } = await collect(folder, sweep)
      const output = await createOutput(folder)
      try {
        const path = await output.write('collected.npz', encodeNpzPieces(arrays))
        print(`done\t${done} of ${total}\ncollected.npz\t${path}\n`)
        if (apart.length > 0) tell(`shapes differ from point to point: ${apart.join(', ')}\n`)
      } finally {
        output.close()
      }
    })
}
