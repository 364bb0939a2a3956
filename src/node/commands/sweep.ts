import { dirname, join, resolve } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { Command } from 'commander'
import * as v from 'valibot'
import { encodeNpzPieces } from '../../core/data/npz.ts'
import { ModelError, RunError } from '../../core/errors.ts'
import { parseJson } from '../../core/model/json.ts'
import { parseScenario } from '../../core/model/parse.ts'
import { setValue, show } from '../../core/model/path.ts'
import { checkSeed, withAssignments } from '../../core/model/variation.ts'
import type { ResidentMode } from '../../core/plan/forms.ts'
import type { Variants } from '../../core/plan/variants.ts'
import { type SweepAxis, axisOf, readOver, readSeeds, sizeOf } from '../../core/sweep/grid.ts'
import { Ended, Interruption, watchSignals } from '../interrupt.ts'
import { createOutput } from '../output.ts'
import { createProgress } from '../progress.ts'
import { homeOfFiles, readScenario } from '../scenario.ts'
import { collect } from '../sweep/collecting.ts'
import { type Sweep, type Wanted, beginSweep, editSweep, readSweep } from '../sweep/folder.ts'
import { JOB, type Message, runJobs } from '../sweep/jobs.ts'
import { htmlOf, longCsv } from '../sweep/report.ts'
import { type SlurmOptions, submit } from '../sweep/slurm.ts'
import { cancel, mixedNote, pointsText, slurmStates, statusLines, statusOf } from '../sweep/status.ts'
import { type Outcome, work } from '../sweep/worker.ts'
import { print, programName, tell } from '../terminal.ts'
import {
  type ScenarioOptions,
  addAdapterOption,
  addAutotuneOption,
  addResidentOption,
  addScenarioOptions,
  addVariantOption,
  quoted,
} from './options.ts'
import { wholeNumber } from './parsers.ts'

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
export function sweepCommand(command: Command): Command {
  command.enablePositionalOptions()
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
      'most points that one run computes side by side, where that gives the same bits; 1 = each point is a separate run',
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
    .addCommand(statusCommand())
    .addCommand(collectCommand())
    .addCommand(cancelCommand())
    .addCommand(submitCommand())
}

const HELP = `
A point is one value of each --over, with one seed: it has the results of a separate run. A task is a folder with the results of one
point, or of many points of one run. Values of --over are those that --set takes: sizes, counts, kinds, dt, files. Seeds of whole
runs draw other random patterns too. Points that differ only in parameters of a running network are run side by side, as replicas.
This is done only if it gives the same bits as single runs; --together 1 makes each point a task.

Files:
  FOLDER/sweep.json           Scenario, grid, hash, versions, adapter and kernels of all runs, and the tasks. The first process
                              writes adapter and kernels, and every later one keeps to them.
  FOLDER/tasks/000012/        One folder for each task, numbered from 0:
    results.npz, summary.json   as engram run writes them
    done, or failed             JSON; failed has the reason
    claim, claim.2, ...         the process that has the task: host, process, heartbeat
    checkpoint.npz              while it runs

Any number of processes may work on the folder, on any machines that share it: engram sweep work FOLDER. The task of a process that
has died is taken over from its checkpoint. The same command again continues: it runs the tasks that are left. Values may be
added to the grid; a changed scenario, or a value less, is refused. A task that fails is recorded, and the rest goes on.

SCENARIO may be a file with the key "sweep", in the folder of the scenario that the file names:
  {"sweep": {"scenario": "model.json", "over": {"time.dt": [0.1, 0.05], "neurons.v.tau": "1:4:4"}, "seeds": "1:20"}}

The command ends when no task is open. It waits for tasks in the hands of other processes, and takes over those whose process has ended.

Standard output: "done<tab>N" and "failed<tab>N", tasks; also where the command was ended.

Exit code: 0 all tasks are done, 1 a task failed or the folder cannot be written, 2 the input is wrong.
Ended by a signal or by sweep cancel: 130 Ctrl-C, 143 SIGTERM; the tasks at work leave checkpoints, and the same command goes on.

Examples:
  engram sweep hopfield --over synapses.recurrent.base.patterns.count=50:250:5 --seeds 1:20 --out out/load
  engram sweep model.json --over neurons.v.size=100,200 --over neurons.v.tau=0.5:8:5:log --out out/size --jobs 2
  engram sweep status out/load
  engram sweep collect out/load
  engram sweep model.json --over 'neurons.v.lagrangian=[{"kind": "tanh"}, {"kind": "sign"}]' --out out/kinds`

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
  let code = 0
  try {
    let jobs = Math.min(options.jobs, total)
    let args = workArgs(options)
    while (jobs > 0 && code === 0) {
      code = await runJobs(out, { jobs, args, report })
      if (code !== 0) break
      jobs = Math.min(options.jobs, await waitForOthers(out, quiet))
      // A failed task has had its second run.
      args = workArgs({ ...options, retry: undefined })
    }
  } catch (error) {
    if (!(error instanceof Interruption)) throw error
    code = error.exitCode
  } finally {
    progress.stop()
  }
  const { done, failed, points } = await statusOf(out, begun)
  const counts = { done: done.length, failed: failed.length, begun: 0, elsewhere: 0 }
  if (code === 0) finish(out, counts, quiet, pointsText(points))
  else {
    print(countsText(counts))
    // After wrong input the same command would fail again.
    if (code !== 2) tell(`${pointsText(points)}; run the same command again to go on with the others\n`)
    throw new Ended(code)
  }
}

/**
 * Waits while all open tasks are in the hands of other processes.
 * @returns how many tasks have become free; 0 where none is open
 */
async function waitForOthers(folder: string, quiet?: boolean): Promise<number> {
  const sweep = await readSweep(folder)
  let free = 0
  let isTold = quiet === true
  await repeated(true, async () => {
    const { running, stale, waiting } = await statusOf(folder, sweep)
    free = stale.length + waiting.length
    if (free > 0 || running.length === 0) return true
    if (!isTold) {
      isTold = true
      const tasks = running.length === 1 ? '1 task is' : `${running.length} tasks are`
      tell(`${tasks} in the hands of other processes, this command waits for them; Ctrl-C ends the wait\n`)
    }
    return false
  })
  return free
}

/** The options of a worker. */
function workArgs({
  adapter,
  anyAdapter,
  checkpointEvery,
  retry,
}: Pick<WorkingOptions, 'adapter' | 'anyAdapter' | 'checkpointEvery'> & {
  readonly retry?: true | undefined
}): string[] {
  return [
    ...(adapter === undefined ? [] : ['--adapter', adapter]),
    ...(anyAdapter ? ['--any-adapter'] : []),
    ...(checkpointEvery === undefined ? [] : ['--checkpoint-every', String(checkpointEvery)]),
    ...(retry ? ['--retry'] : []),
    '--quiet',
  ]
}

function countsText({ done, failed }: Readonly<Record<Outcome, number>>): string {
  return `done\t${done}\nfailed\t${failed}\n`
}

/** Prints what became of the tasks. */
function finish(
  folder: string,
  counts: Readonly<Record<Outcome, number>>,
  quiet?: boolean,
  summary?: string,
): void {
  const { done, failed, elsewhere } = counts
  print(countsText(counts))
  if (elsewhere > 0 && !quiet)
    tell(
      `${elsewhere === 1 ? '1 task is' : `${elsewhere} tasks are`} in the hands of other processes; engram sweep status ${quoted(folder)}\n`,
    )
  if (failed > 0)
    throw new RunError(
      `${summary ?? `${failed} of ${done + failed + elsewhere} ${done + failed + elsewhere === 1 ? 'task' : 'tasks'} failed`}; engram sweep status ${quoted(folder)} tells why, --retry runs them again`,
    )
  if (elsewhere === 0 && !quiet) tell(`next     ${programName()} sweep collect ${quoted(folder)}\n`)
}

/** The content of the key `sweep` in a file beside the scenario; what the command line says counts before it. */
const blockSchema = v.strictObject({
  scenario: v.string(),
  over: v.optional(v.record(v.string(), v.unknown()), {}),
  seeds: v.optional(v.union([v.string(), v.array(v.number())])),
  set: v.optional(v.record(v.string(), v.unknown()), {}),
  ticks: v.optional(v.number()),
})

type Block = v.InferOutput<typeof blockSchema>

/** A file with the key `sweep`; undefined where it is a scenario. */
function blockOf(raw: unknown, file: string): Block | undefined {
  if (typeof raw !== 'object' || raw === null || !('sweep' in raw)) return undefined
  const { success, output, issues } = v.safeParse(blockSchema, raw.sweep)
  if (success) return output
  const [{ path, input }] = issues
  const key = ['sweep', ...(path ?? []).map((item) => String(item.key))].join('.')
  throw new ModelError(
    `has ${show(input)} there; a sweep has scenario, and may have over, seeds, set and ticks, as docs/sweeps.md tells`,
    { file, path: key },
  )
}

/** What a sweep file says, as options. */
function optionsOf(block: Block): Pick<SweepOptions, 'set' | 'over' | 'seeds' | 'ticks'> {
  const { over, seeds, set, ticks } = block
  const words = Object.entries(set).map(
    ([path, value]) => `${path}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
  )
  return {
    set: words,
    over: Object.entries(over).map(([path, spec]) => axisOf(path, spec, 'sweep.over')),
    ...(seeds === undefined ? {} : { seeds: readSeeds(typeof seeds === 'string' ? seeds : seeds.join()) }),
    ...(ticks === undefined ? {} : { ticks }),
  }
}

async function readWanted(named: string, given: SweepOptions): Promise<Wanted> {
  const first = await readScenario(named)
  const block = blockOf(parseJson(first.text, named), named)
  const file = block === undefined ? named : join(dirname(named), block.scenario)
  const { text, found } = block === undefined ? first : await readScenario(file)
  const said = block === undefined ? {} : optionsOf(block)
  const options: SweepOptions = {
    ...said,
    ...given,
    set: [...(said.set ?? []), ...(given.set ?? [])],
    over: [...(said.over ?? []), ...(given.over ?? [])],
  }
  const { set = [], vary, ticks, seed, seeds, over = [] } = options
  if (seed !== undefined && seeds !== undefined)
    throw new ModelError('says the same as --seeds; give one of the two', { path: '--seed' })
  let raw = withAssignments(parseJson(text, file), set, vary)
  if (ticks !== undefined) raw = setValue(raw, 'time.ticks', ticks)
  const scenario = parseScenario(raw, file)
  if (seed !== undefined || seeds !== undefined) checkSeed(scenario)
  const grid = { over, seeds: seeds ?? [seed ?? scenario.seed] }
  sizeOf(grid)
  return {
    file,
    home: resolve(homeOfFiles(found)),
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
    .description('run the tasks of a sweep that no other process has taken')
    .argument('<folder>', 'folder of the sweep')
    .option('--task <n>', 'run this task alone', wholeNumber('--task', 0, 999_999))
  addWorkingOptions(command)
  return command
    .addHelpText('after', WORK_HELP)
    .action(async (folder: string, options: WorkCommandOptions) => {
      const { quiet } = options
      const parent = process.env[JOB] === undefined ? undefined : process.send?.bind(process)
      if (parent !== undefined) {
        // The command that started it has gone.
        process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'))
        process.channel?.unref()
      }
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

const WORK_HELP = `
Takes one free task after the other, until none is left. A task whose process has ended is taken over: at once where that process
ran on this machine, else after a minute without a heartbeat. SIGTERM writes a checkpoint and gives the task back.

Standard output: "done<tab>N" and "failed<tab>N", tasks that were looked at.

Exit code: 0 no task is left for this process, 1 a task failed or the folder cannot be written, 2 the input is wrong, 130 or
143 ended by a signal.

Examples:
  engram sweep work out/load                            a second process, here or on another machine
  seq 0 99 | parallel -j 4 engram sweep work D --task {}    GNU parallel`

function collectCommand(): Command {
  return new Command('collect')
    .description('put the results of all tasks together')
    .argument('<folder>', 'folder of the sweep')
    .option('--watch', 'collect again as tasks end, until none is left')
    .addHelpText('after', COLLECT_HELP)
    .action(async (folder: string, { watch }: { readonly watch?: true }) => {
      await repeated(watch === true, () => writeCollected(folder))
    })
}

const COLLECT_HELP = `
Files, for a probe P, axes of n1, n2, ... values in the order of --over, and K seeds:
  FOLDER/collected.npz   P.value [n1, n2, ..., K, ...]: the leading axes of the grid, then the axes of a single run; P.terms
                         likewise for probe energy. P.tick [S], with the leading axes where ticks differ from point to
                         point. axis.PATH [n] and axis.seed [K] hold the values, text where they are no numbers.
                         mean.P and sem.P hold the mean over the seeds and its standard error, float64.
                         A missing point is NaN; means are over the seeds that are there.
                         Where shapes differ from point to point, each point has a separate array with its indices
                         in the name: P.value.0.2.1, mean.P.0.2. Standard error lists the names.
  FOLDER/collected.csv   One line for each number: a column for each path, seed, probe, tick, column, value.
  FOLDER/collected.html  A chart or a map of each probe; a page that needs no other file.
Equal results give equal bytes. Final states stay in tasks/*/results.npz.

Standard output: "done<tab>N of M", then one line "name<tab>path" for each file.

Exit code: 0, also while tasks are missing; 1 a file cannot be read or written; 2 the folder holds no sweep.`

/** @returns true once no task is left to wait for */
async function writeCollected(folder: string): Promise<boolean> {
  const sweep = await readSweep(folder)
  const { axes, arrays, done, total, apart } = await collect(folder, sweep)
  const status = await statusOf(folder, sweep)
  const { failed } = status
  const note = mixedNote(status.adapters)
  const notes = [
    `${pointsText(status.points)}.`,
    ...failed.slice(0, MOST_REASONS).map(({ task, reason }) => `Task ${task}: ${reason}`),
    ...(failed.length > MOST_REASONS
      ? [`${failed.length - MOST_REASONS} more tasks have failed points.`]
      : []),
    ...(note === undefined ? [] : [`${note}.`]),
  ]
  const output = await createOutput(folder)
  try {
    const files = [
      ['collected.npz', encodeNpzPieces({ ...axes, ...arrays })],
      ['collected.csv', longCsv(sweep, arrays)],
      ['collected.html', htmlOf(sweep, arrays, notes)],
    ] as const
    print(`done\t${done} of ${total}\n`)
    if (status.points.failed > 0) tell(`${pointsText(status.points)}\n`)
    for (const [name, content] of files) print(`${name}\t${await output.write(name, content)}\n`)
  } finally {
    output.close()
  }
  if (note !== undefined) tell(`note: ${note}\n`)
  if (apart.length > 0) tell(`note: shapes differ from point to point: ${apart.join(', ')}\n`)
  for (const { task, reason } of failed) tell(`task ${task} failed: ${reason}\n`)
  return done + failed.length === total
}

/** Reasons on the page. */
const MOST_REASONS = 20

/** Milliseconds between two looks of --watch. */
const LOOK = 2000

/** Does something once, or again and again until it says that it is over; a signal ends that. */
async function repeated(watches: boolean, action: () => Promise<boolean>): Promise<void> {
  const watch = watchSignals()
  try {
    for (;;) {
      if ((await action()) || !watches) return
      for (let waited = 0; waited < LOOK; waited += 100) {
        if (watch.signal !== undefined) throw new Interruption(watch.signal, `ended by ${watch.signal}`)
        await wait(100)
      }
    }
  } finally {
    watch.stop()
  }
}

function statusCommand(): Command {
  return new Command('status')
    .description('tell how far a sweep is')
    .argument('<folder>', 'folder of the sweep')
    .option('--watch', 'tell it again every 2 s, until no task is left')
    .addHelpText('after', STATUS_HELP)
    .action(async (folder: string, { watch }: { readonly watch?: true }) => {
      let isLater = false
      await repeated(watch === true, async () => {
        const sweep = await readSweep(folder)
        const status = await statusOf(folder, sweep)
        const lines = [...statusLines(status), ...(await slurmStates(sweep.jobs))]
        // Apart from the answer before.
        const before = watch === true && isLater ? '\n' : ''
        isLater = true
        const time = watch === true ? [`time\t${new Date().toISOString().slice(0, 19)}Z`] : []
        print(`${before}${[...time, ...lines].join('\n')}\n`)
        const note = mixedNote(status.adapters)
        if (note !== undefined) tell(`note: ${note}\n`)
        const isOver = status.done.length + status.failed.length === status.tasks
        if (status.failed.length > 0 && (isOver || !watch)) throw new Ended(1)
        return isOver
      })
    })
}

const STATUS_HELP = `
Standard output, one line "name<tab>value" each: tasks, done, failed, running, stale, waiting. While tasks run also tasks a minute
and minutes left, from the mean time of a task and the processes at work. Then the adapters of the tasks, the reason of
each failed task, and the process of each stale claim. A claim is stale when its process has ended, or has sent no heartbeat for a
minute: another process takes the task over. With jobs of Slurm, their states as squeue tells them.

Exit code: 0, 1 a task has failed, 2 the folder holds no sweep, 130 --watch was ended by Ctrl-C.`

function cancelCommand(): Command {
  return new Command('cancel')
    .description('end the work on a sweep; tasks keep their checkpoints')
    .argument('<folder>', 'folder of the sweep')
    .addHelpText('after', CANCEL_HELP)
    .action(async (folder: string) => {
      const { processes, freed, elsewhere, jobs } = await cancel(folder, await readSweep(folder))
      print(`processes\t${processes}\nfreed\t${freed}\njobs\t${jobs}\n`)
      if (elsewhere > 0)
        tell(
          `${elsewhere === 1 ? '1 task is' : `${elsewhere} tasks are`} in the hands of other machines; cancel there too\n`,
        )
    })
}

const CANCEL_HELP = `
Ends the processes of this machine that work on the sweep (SIGTERM), frees claims of processes that have ended, and cancels
the jobs of Slurm that sweep submit has started. The same sweep command continues later.

Exit code: 0, 2 the folder holds no sweep.`

interface SubmitOptions extends WorkingOptions, Omit<SlurmOptions, 'others' | 'args'> {
  readonly slurm?: string
  readonly dryRun?: true
}

function submitCommand(): Command {
  const command = new Command('submit')
    .description('submit the open tasks of a sweep to Slurm')
    .argument('[sbatch...]', 'after --: options of sbatch as they are')
    .option('--slurm <folder>', 'folder of the sweep, on a file system that all nodes share')
    .option('--partition <name>', 'partition of the jobs')
    .option('--gres <list>', 'resources of each task, such as gpu:1')
    .option('--time <limit>', 'time limit of each task, such as 01:00:00')
    .option('--max <n>', 'most tasks at the same time', wholeNumber('--max', 1, 1_000_000))
    .option('--dry-run', 'write the scripts, and submit nothing')
  return addWorkingOptions(command)
    .addHelpText('after', SUBMIT_HELP)
    .action(async (others: readonly string[], options: SubmitOptions) => {
      const { slurm: folder, dryRun } = options
      if (folder === undefined)
        throw new ModelError('is missing; give the folder of the sweep', { path: '--slurm' })
      const status = await statusOf(folder, await readSweep(folder))
      const again = options.retry ? status.failed.map(({ task }) => task) : []
      const open = [...status.waiting, ...status.stale.map(({ task }) => task), ...again]
      const tasks = open.sort((a, b) => a - b)
      if (tasks.length === 0) {
        print('tasks\t0\n')
        return
      }
      const submitted = await submit(
        folder,
        tasks,
        { ...options, others, args: workArgs(options) },
        dryRun !== true,
      )
      const jobs = submitted.flatMap(({ job }) => job ?? [])
      if (jobs.length > 0)
        await editSweep(folder, (sweep) => {
          if (sweep === undefined) throw new RunError(`${folder} holds no sweep any more`)
          return { ...sweep, jobs: [...sweep.jobs, ...jobs] }
        })
      const lines = submitted.map(({ script, job }) =>
        job === undefined ? `script\t${script}` : `job\t${job}`,
      )
      print(`tasks\t${tasks.length}\n${lines.join('\n')}\n`)
    })
}

const SUBMIT_HELP = `
Writes a script for an array job into FOLDER/slurm, whose tasks are "engram sweep work FOLDER --task $SLURM_ARRAY_TASK_ID", and
submits it with sbatch. Tasks that are done, failed (without --retry) or running are left out. Each array is as
long as the cluster allows. A task that meets its time limit writes a checkpoint; the next submit continues it.

Standard output: "tasks<tab>N", then "job<tab>ID" for each array job, or "script<tab>path" with --dry-run.

Exit code: 0 submitted, 1 sbatch refused or is not there, 2 the input is wrong.

Examples:
  engram sweep digits --over neurons.hidden.lagrangian.beta=1,2,4 --seeds 1:20 --out D --no-run
  engram sweep submit --slurm D --partition gpu --gres gpu:1 --time 01:00:00 --max 32
  engram sweep submit --slurm D -- --account=physics --mem=8G`
