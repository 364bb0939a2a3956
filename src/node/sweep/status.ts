/** How far a sweep is, and its end by force. */
import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import * as v from 'valibot'
import {
  type Owner,
  STALE,
  findClaim,
  free,
  isHere,
  isRunning,
  ownerOf,
  serverTime,
  silenceOf,
} from './claims.ts'
import { type Sweep, taskFolder } from './folder.ts'

/** A task that no process has ended yet. */
interface Held {
  readonly task: number
  readonly owner: Owner
  /** Milliseconds since the last heartbeat. */
  readonly silence: number
}

export interface Status {
  readonly tasks: number
  readonly done: readonly number[]
  readonly failed: readonly { readonly task: number; readonly reason: string }[]
  /** Points of all tasks; of a task that has failed, points may be done. */
  readonly points: { readonly all: number; readonly done: number; readonly failed: number }
  readonly running: readonly Held[]
  /** Claims of processes that have ended, or have been silent for long. */
  readonly stale: readonly Held[]
  readonly waiting: readonly number[]
  /** Tasks by adapter. */
  readonly adapters: Readonly<Record<string, number>>
  /** Mean time of a task, in s; undefined before the first is done. */
  readonly seconds: number | undefined
}

const endSchema = v.pipe(
  v.string(),
  v.parseJson(),
  v.object({
    reason: v.optional(v.string()),
    seconds: v.optional(v.number()),
    adapter: v.optional(v.string()),
    /** Those that have failed; absent where all have. */
    points: v.optional(v.array(v.number())),
  }),
)

/** Looks at all tasks. */
export async function statusOf(folder: string, sweep: Sweep): Promise<Status> {
  const now = await serverTime(folder)
  const done: number[] = []
  const failed: { task: number; reason: string }[] = []
  const running: Held[] = []
  const stale: Held[] = []
  const waiting: number[] = []
  const adapters: Record<string, number> = {}
  const times: number[] = []
  const points = { all: 0, done: 0, failed: 0 }
  for (const [task, { values }] of sweep.tasks.entries()) {
    const count = values.reduce((product, { length }) => product * length, 1)
    points.all += count
    const path = taskFolder(folder, task)
    const { names, number } = await findClaim(path)
    const end = names.includes('done') ? 'done' : names.includes('failed') ? 'failed' : undefined
    if (end !== undefined) {
      const text = await readFile(join(path, end), 'utf8').catch(() => '')
      const read = v.safeParse(endSchema, text)
      const found = read.success ? read.output : {}
      const { reason = 'its reason cannot be read', seconds, adapter } = found
      const lost = end === 'done' ? 0 : (found.points?.length ?? count)
      points.failed += lost
      points.done += count - lost
      if (end === 'done') done.push(task)
      else failed.push({ task, reason })
      if (seconds !== undefined) times.push(seconds)
      if (adapter !== undefined) adapters[adapter] = (adapters[adapter] ?? 0) + 1
      continue
    }
    const owner = await ownerOf(path, number)
    if (owner === undefined) {
      waiting.push(task)
      continue
    }
    const silence = await silenceOf(path, number, now)
    const isAlive = isHere(owner) ? isRunning(owner) : silence < STALE
    ;(isAlive ? running : stale).push({ task, owner, silence })
  }
  const seconds = times.length === 0 ? undefined : times.reduce((sum, one) => sum + one, 0) / times.length
  return { tasks: sweep.tasks.length, done, failed, points, running, stale, waiting, adapters, seconds }
}

/** Such as `6 of 8 points are done, 2 failed`. */
export function pointsText({ all, done, failed }: Status['points']): string {
  return `${done} of ${all} ${all === 1 ? 'point is' : 'points are'} done${failed === 0 ? '' : `, ${failed} failed`}`
}

/** Lines `name<tab>value`. */
export function statusLines(status: Status): string[] {
  const { tasks, done, failed, points, running, stale, waiting, adapters, seconds } = status
  const open = running.length + stale.length + waiting.length
  const workers = new Set(running.map(({ owner }) => `${owner.host} ${owner.pid}`)).size
  const rate = seconds === undefined || workers === 0 ? undefined : (60 * workers) / Math.max(seconds, 1e-3)
  const names = Object.entries(adapters)
  return [
    `tasks\t${tasks}`,
    `done\t${done.length}`,
    `failed\t${failed.length}`,
    `running\t${running.length}`,
    `stale\t${stale.length}`,
    `waiting\t${waiting.length}`,
    ...(points.all === tasks
      ? []
      : [`points\t${points.all}`, `points done\t${points.done}`, `points failed\t${points.failed}`]),
    ...(rate === undefined ? [] : [`tasks a minute\t${Number(rate.toPrecision(3))}`]),
    ...(rate === undefined || open === 0 ? [] : [`minutes left\t${Number((open / rate).toPrecision(2))}`]),
    ...names.map(([name, count]) => `adapter ${name}\t${count}`),
    ...failed.map(({ task, reason }) => `failed ${task}\t${reason}`),
    ...stale.map(
      ({ task, owner, silence }) =>
        `stale ${task}\tprocess ${owner.pid} on ${owner.host}, last heartbeat ${Math.round(silence / 1000)} s ago`,
    ),
  ]
}

/** A note where the results are of several adapters. */
export function mixedNote(adapters: Readonly<Record<string, number>>): string | undefined {
  const count = Object.keys(adapters).length
  return count > 1 ? `the tasks ran on ${count} adapters: last bits may differ between them` : undefined
}

/**
 * States of the tasks of jobs of Slurm, such as `RUNNING 3`: of those in the queue, and of those that have ended where the cluster
 * keeps accounts; nothing where Slurm is not there.
 */
export async function slurmStates(jobs: readonly string[]): Promise<string[]> {
  if (jobs.length === 0) return []
  const list = ['--jobs', jobs.join(), '--noheader']
  const queued = await lines('squeue', [...list, '--array', '--format', '%T'])
  const known = await lines('sacct', [...list, '--allocations', '--parsable2', '--format', 'State'])
  // squeue counts these one by one. "CANCELLED by 1000" is CANCELLED.
  const ended = known.filter((state) => !/^(PENDING|REQUEUED|RUNNING|SUSPENDED|RESIZING)/.test(state))
  const states = [...queued, ...ended.map((state) => state.replace(/ .*/, ''))]
  const counts = new Map<string, number>()
  for (const state of states) counts.set(state, (counts.get(state) ?? 0) + 1)
  return [...counts].map(([state, count]) => `slurm ${state}\t${count}`)
}

async function lines(program: string, args: readonly string[]): Promise<string[]> {
  try {
    const { stdout } = await promisify(execFile)(program, args)
    return stdout.split('\n').filter((line) => line.trim() !== '')
  } catch {
    return []
  }
}

export interface Cancelled {
  /** Processes of this machine that were told to end. */
  readonly processes: number
  /** Claims of processes that had ended. */
  readonly freed: number
  /** Tasks in the hands of other machines. */
  readonly elsewhere: number
  readonly jobs: number
}

/** Ends the processes of this machine that work on a sweep, frees claims of those that have ended, and cancels its jobs of Slurm. */
export async function cancel(folder: string, sweep: Sweep): Promise<Cancelled> {
  const { running, stale } = await statusOf(folder, sweep)
  const cancelled: string[] = []
  for (const job of sweep.jobs)
    await promisify(execFile)('scancel', [job]).then(
      () => cancelled.push(job),
      () => undefined,
    )
  const here = running.filter(({ owner }) => isHere(owner))
  // A second signal would end a process before its checkpoint is written.
  const others = here.filter(({ owner: { job } }) => job === undefined || !cancelled.includes(job))
  const processes = new Set(others.map(({ owner }) => owner.pid))
  for (const pid of processes) {
    try {
      process.kill(pid, 'SIGTERM')
    } catch {
      // It has just ended.
    }
  }
  const ended = stale.filter(({ owner }) => isHere(owner))
  for (const { task } of ended) {
    const path = taskFolder(folder, task)
    free(path, (await findClaim(path)).number)
  }
  const elsewhere = running.length - here.length + stale.length - ended.length
  return { processes: processes.size, freed: ended.length, elsewhere, jobs: cancelled.length }
}
