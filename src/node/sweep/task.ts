/** One task of a sweep: a run whose files go into the task's folder. */
import { readdir, rm } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { decodeNpz, encodeNpzPieces } from '../../core/data/npz.ts'
import { ModelError, RunError } from '../../core/errors.ts'
import { abilitiesOf } from '../../core/gpu/adapter.ts'
import { loadModel } from '../../core/model/load.ts'
import type { Model } from '../../core/model/model.ts'
import type { Residence, ResidentMode } from '../../core/plan/forms.ts'
import type { Tuned, Variants } from '../../core/plan/variants.ts'
import { checkResumable, decodeCheckpoint } from '../../core/run/checkpoint.ts'
import { checkResultSize } from '../../core/run/results.ts'
import { type Checkpoint, type Simulation, createSimulation } from '../../core/run/simulation.ts'
import { joinParts } from '../../core/sweep/collect.ts'
import { type Task, firstOf, pointsOf } from '../../core/sweep/tasks.ts'
import { halvesOf, isAlike, scenarioOfTask } from '../../core/sweep/together.ts'
import { planRun } from '../commands/options.ts'
import type { RequestedDevice } from '../device.ts'
import { Interruption, type Watch } from '../interrupt.ts'
import { limitsFor } from '../limits.ts'
import { AGAIN, type Output, createOutput } from '../output.ts'
import { CHECKPOINT, type Writing, saveCheckpoint, writeResults } from '../results.ts'
import { advance } from '../running.ts'
import { decodeImage } from '../images.ts'
import { readInRanges } from '../ranges.ts'
import { readerOf } from '../scenario.ts'
import type { Claim } from './claims.ts'
import { type Sweep, homeOf, taskFolder } from './folder.ts'

/** Milliseconds between two checkpoints of a task, unless ticks are given. */
const CHECKPOINT_AFTER = 60_000

export interface Setting {
  readonly folder: string
  readonly sweep: Sweep
  readonly requested: RequestedDevice
  /** Name of the adapter with its driver, as it is compared. */
  readonly adapter: string
  readonly kernels: Kernels
  readonly watch: Watch
  readonly checkpointEvery: number | undefined
}

/** Nothing of the sweep can be written: the fault of no task. */
export class FolderError extends RunError {}

/** The task is no longer this process's: another has taken it over. */
export class Lost extends Error {}

/** The model of a task, or of a part of its points. */
export async function modelOf(folder: string, sweep: Sweep, task: Task): Promise<Model> {
  const { file, allowOutside, files, scenario, grid } = sweep
  const text = JSON.stringify(scenarioOfTask(scenario, grid.over, task))
  const read = readerOf(homeOf(folder, sweep), allowOutside)
  const model = await loadModel(text, { file, allowOutside, read, decode: decodeImage })
  const changed = Object.keys(model.files).find(
    (name) => Object.hasOwn(files, name) && files[name] !== model.files[name],
  )
  if (changed === undefined) return model
  throw new ModelError(
    `${changed} is not what the sweep began with; put the file back, and give --retry to run the task again`,
    { file },
  )
}

/** A point of a task that has failed. */
export interface Failure {
  /** Number of the point in its task. */
  readonly point: number
  readonly reason: string
}

/**
 * Runs a task to its end. Its folder then has results.npz, summary.json and `done`; or `failed` with the reason.
 * @returns the reason, or undefined where it is done
 * @throws Interruption after a signal, with a checkpoint; FolderError where the folder cannot be written; Lost
 */
export async function runTask(setting: Setting, number: number, claim: Claim): Promise<string | undefined> {
  const { folder, sweep, adapter } = setting
  const began = performance.now()
  const task = sweep.tasks[number] as Task
  const raw = await createOutput(taskFolder(folder, number), { locks: false, remedy: AGAIN })
  const output: Output = {
    ...raw,
    get files() {
      return raw.files
    },
    write: (name, content) => written(claim, () => raw.write(name, content)),
  }
  const job: Job = { setting, number, output }
  try {
    const failures = await runPoints(job, task, { from: 0, count: pointsOf(task).length })
    const seconds = Number(((performance.now() - began) / 1000).toFixed(3))
    const reason = failures.length === 0 ? undefined : reasonOf(failures, sweep, task)
    const end = {
      ...(reason === undefined ? {} : { reason, points: failures.map(({ point }) => point) }),
      seconds,
      host: hostname(),
      adapter,
    }
    await rm(join(output.folder, CHECKPOINT), { force: true })
    await output.write(reason === undefined ? 'done' : 'failed', `${JSON.stringify(end, null, 2)}\n`)
    await tidy(output.folder)
    return reason
  } finally {
    raw.close()
  }
}

/** What is said of the points that have failed: how many there are, and why the first did. */
function reasonOf(failures: readonly Failure[], { grid }: Sweep, task: Task): string {
  const [{ point, reason }] = failures as [Failure]
  const all = pointsOf(task)
  if (all.length === 1) return reason
  const values = all[point] as readonly unknown[]
  const inside = grid.over.flatMap(({ path }, axis) =>
    (task.values[axis] as readonly unknown[]).length > 1 ? [`${path}=${JSON.stringify(values[axis])}`] : [],
  )
  const first = failures.length > 1 ? 'the first ' : ''
  return `${failures.length} of ${all.length} points failed, ${first}at ${inside.join(', ')}: ${reason}`
}

/** Records that a task has failed. */
export async function failTask(path: string, reason: string): Promise<void> {
  const output = await createOutput(path, { locks: false, remedy: AGAIN })
  try {
    await output.write('failed', `${JSON.stringify({ reason, host: hostname() }, null, 2)}\n`)
  } finally {
    output.close()
  }
}

/** Writes as long as the task is this process's. */
async function written<T>(claim: Claim, write: () => Promise<T>): Promise<T> {
  if (!(await claim.isMine())) throw new Lost('taken over')
  try {
    return await write()
  } catch (error) {
    throw error instanceof RunError ? new FolderError(error.message) : error
  }
}

interface Job {
  readonly setting: Setting
  readonly number: number
  readonly output: Output
}

/** Points of a task, one behind the other. */
interface Range {
  readonly from: number
  readonly count: number
}

const PART = /^points-\d+-\d+\./

function partOf({ from, count }: Range): string {
  return `points-${from}-${from + count - 1}`
}

/** Takes away what was written of parts. */
async function tidy(folder: string): Promise<void> {
  for (const name of await readdir(folder)) if (PART.test(name)) await rm(join(folder, name), { force: true })
}

/**
 * Runs all points of a task side by side where that gives the bits of runs of their own; otherwise, and where a point fails or the
 * adapter has no room for all, one half after the other. Halves leave their results in files of their own until all are there.
 */
async function runPoints(job: Job, task: Task, whole: Range): Promise<Failure[]> {
  const { output } = job
  const parts: { readonly points: number; readonly file: string | undefined }[] = []
  const run = async (part: Task, range: Range): Promise<Failure[]> => {
    const isWhole = range.count === whole.count
    const name = partOf(range)
    const names = await readdir(output.folder)
    const files = isWhole
      ? { results: 'results.npz', summary: 'summary.json' }
      : { results: `${name}.npz`, summary: `${name}.json` }
    if (!isWhole && names.includes(files.results)) {
      parts.push({ points: range.count, file: files.results })
      return []
    }
    const into: Output = {
      ...output,
      write: (file, content) =>
        output.write(
          file === 'results.npz' ? files.results : file === 'summary.json' ? files.summary : file,
          content,
        ),
    }
    if (!names.includes(`${name}.split`)) {
      const error = await runOnce({ ...job, output: into }, part, range.count)
      if (error === undefined) {
        parts.push({ points: range.count, file: files.results })
        return []
      }
      if (range.count === 1) {
        parts.push({ points: 1, file: undefined })
        return [{ point: range.from, reason: error }]
      }
      await output.write(`${name}.split`, '')
    }
    const [first, second] = halvesOf(part)
    const length = pointsOf(first).length
    return [
      ...(await run(first, { from: range.from, count: length })),
      ...(await run(second, { from: range.from + length, count: range.count - length })),
    ]
  }
  const failures = await run(task, whole)
  if (parts.length > 1) await joinRuns(job, parts, failures)
  return failures
}

/** Puts the results of parts together, as one run of all points would have written them; without final states. */
async function joinRuns(
  { setting, output, number }: Job,
  parts: readonly { readonly points: number; readonly file: string | undefined }[],
  failures: readonly Failure[],
): Promise<void> {
  const { sweep } = setting
  const loaded = await Promise.all(
    parts.map(async ({ points, file }) => ({
      points,
      arrays: file === undefined ? undefined : await readInRanges(join(output.folder, file), decodeNpz),
    })),
  )
  const task = sweep.tasks[number] as Task
  const { replicas = 1 } = scenarioOfTask(sweep.scenario, sweep.grid.over, firstOf(task)) as {
    readonly replicas?: number
  }
  const arrays = joinParts(loaded, replicas)
  await output.write('results.npz', encodeNpzPieces(arrays))
  const summary = { task, failures, runs: parts.map(({ points }) => points) }
  await output.write('summary.json', `${JSON.stringify(summary, null, 2)}\n`)
}

/**
 * One run of all points of a part.
 * @returns why it failed, or why the points are not to be run side by side
 */
async function runOnce(job: Job, part: Task, points: number): Promise<string | undefined> {
  try {
    await runModel(job, part, points)
    return undefined
  } catch (error) {
    if (!(error instanceof Error) || isOfProcess(error)) throw error
    return error instanceof ModelError || error instanceof RunError
      ? error.message
      : `unexpected: ${String(error)}`
  }
}

/** What a run is planned by. */
export interface Kernels {
  readonly variants: Variants
  readonly tuned: Tuned
}

/**
 * The plan of a run.
 * @param points - that are run side by side
 * @param pinned - variants of the run that goes on
 * @throws ModelError where several points would add up in another order than one
 */
async function planOf(
  setting: Setting,
  part: Task,
  model: Model,
  points: number,
  pinned: Variants,
): Promise<Residence> {
  const { folder, sweep, requested, kernels } = setting
  const plan = (of: Model, more: object, resident: ResidentMode): Residence =>
    planRun(
      of,
      limitsFor(requested),
      { ...abilitiesOf(requested.device), ...kernels, ...more },
      resident,
      of.time.ticks,
    )
  if (points === 1) return plan(model, { pinned }, sweep.resident)
  const single = await modelOf(folder, sweep, firstOf(part))
  const one = plan(single, {}, sweep.resident)
  const many = plan(model, { pinned: one.plan.variants }, one.now ? 'on' : 'off')
  if (isAlike({ model: single, residence: one }, { model, residence: many })) return many
  throw new ModelError('side by side the points would have other last bits')
}

/** True where points can be run side by side with these kernels. */
export async function canTogether(setting: Setting, part: Task): Promise<boolean> {
  try {
    const model = await modelOf(setting.folder, setting.sweep, part)
    await planOf(setting, part, model, pointsOf(part).length, {})
    return true
  } catch (error) {
    if (error instanceof ModelError) return false
    throw error
  }
}

async function runModel(job: Job, part: Task, points: number): Promise<void> {
  const { setting, output } = job
  const { folder, sweep, requested, watch, checkpointEvery } = setting
  const model = await modelOf(folder, sweep, part)
  const checkpoint = await readCheckpoint(output.folder, model)
  const plan = await planOf(setting, part, model, points, checkpoint?.variants ?? {})
  checkResultSize(plan.plan, model, 'give this point to engram run --stream')
  let fault: string | undefined
  const onFault = ({ error }: GPUUncapturedErrorEvent): void => void (fault ??= error.message)
  requested.device.addEventListener('uncapturederror', onFault)
  let simulation: Simulation | undefined
  try {
    simulation = await createSimulation(requested.device, model, { plan })
    if (checkpoint !== undefined)
      await simulation.restore(checkpoint).catch((error: unknown) => {
        // What does not fit is judged before anything changes: the run begins anew.
        if (!(error instanceof ModelError)) throw error
      })
    const run: Writing = {
      simulation,
      requested,
      options: {},
      output,
      startTick: simulation.tick,
      started: new Date(),
    }
    try {
      await advance(model.time.ticks, {
        simulation,
        watch,
        progress: { update: () => undefined, stop: () => undefined },
        checkpointEvery,
        ...(checkpointEvery === undefined ? { checkpointAfter: CHECKPOINT_AFTER } : {}),
        save: () => saveCheckpoint(run),
        interrupted: async (signal) => {
          await saveCheckpoint(run)
          return new Interruption(
            signal,
            `ended by ${signal} at tick ${run.simulation.tick} of ${model.time.ticks} of task ${job.number}; its checkpoint is kept`,
          )
        },
      })
      if (fault !== undefined) throw new RunError(`WebGPU refused a command: ${fault}`)
    } catch (error) {
      // The samples of a single point up to its end are results too.
      if (error instanceof Error && !isOfProcess(error) && points === 1) {
        await simulation.flush().catch(() => undefined)
        await writeResults(run, error).catch((second: unknown) => {
          if (second instanceof Error && isOfProcess(second)) throw second
        })
      }
      throw error
    }
    await writeResults(run)
  } finally {
    requested.device.removeEventListener('uncapturederror', onFault)
    simulation?.destroy()
  }
}

/** True for what ends the work of the process, and says nothing of the task. */
function isOfProcess(error: Error): boolean {
  return error instanceof Interruption || error instanceof FolderError || error instanceof Lost
}

/** The checkpoint of a process that has ended; none where there is none that fits. */
async function readCheckpoint(folder: string, model: Model): Promise<Checkpoint | undefined> {
  try {
    const checkpoint = await readInRanges(join(folder, CHECKPOINT), decodeCheckpoint)
    checkResumable(checkpoint, model)
    return checkpoint
  } catch (error) {
    if (error instanceof ModelError) return undefined
    throw error
  }
}
