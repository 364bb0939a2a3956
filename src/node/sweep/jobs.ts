/** Processes of this machine that work on a sweep; one that dies is replaced. */
import { type ChildProcess, fork } from 'node:child_process'
import { RunError } from '../../core/errors.ts'
import { SIGNALS, codeOf, watchSignals } from '../interrupt.ts'
import { PROGRAM } from '../program.ts'
import { findClaim, take } from './claims.ts'
import { taskFolder } from './folder.ts'
import { failTask } from './task.ts'
import type { Outcome } from './worker.ts'

/** Set in the environment of workers that report to the process that started them. */
export const JOB = 'ENGRAM_SWEEP_JOB'

/** Deaths of the process at one task, one after the other, after which the task has failed. */
const MOST_DEATHS = 3

/** What a worker tells the process that started it. */
export interface Message {
  readonly task: number
  readonly outcome: Outcome
  readonly reason?: string | undefined
}

export interface JobOptions {
  readonly jobs: number
  /** Of `engram sweep work`. */
  readonly args: readonly string[]
  readonly report: (message: Message) => void
}

/**
 * Starts workers and waits for all. Once one has to end, all are told so, each a single time, and none is replaced.
 * @returns the exit code to end with: 0, or that of a worker that could not go on, or of the signal
 */
export async function runJobs(folder: string, { jobs, args, report }: JobOptions): Promise<number> {
  const watch = watchSignals()
  const running = new Set<ChildProcess>()
  const deaths = new Map<number, number>()
  let isStopped = false
  let ending = 0
  const stop = (code: number): void => {
    if (isStopped) return
    isStopped = true
    ending = code
    for (const child of running) child.kill('SIGTERM')
  }
  const look = setInterval(() => {
    if (watch.signal !== undefined) stop(codeOf(watch.signal))
  }, 50)
  /** One worker after the other, until one ends by itself. */
  const job = async (): Promise<void> => {
    while (!isStopped) {
      const { code, signal, task } = await runOne(folder, args, running, report)
      if (code === 0) return
      // It has said why: the input is wrong, or a folder cannot be written.
      if (code !== null) {
        stop(code)
        return
      }
      // Asked to end before it could listen.
      if (signal !== null && SIGNALS.some((name) => name === signal)) {
        stop(codeOf(signal))
        return
      }
      if (task === undefined)
        throw new RunError(`a worker has died (${signal ?? 'no exit code'}); run the command again`)
      const times = (deaths.get(task) ?? 0) + 1
      deaths.set(task, times)
      if (times < MOST_DEATHS) continue
      const reason = `its process has died ${times} times, the last time by ${signal ?? 'no signal'}; give it more memory, and --retry`
      await recordDeath(folder, task, reason)
      report({ task, outcome: 'failed', reason })
    }
  }
  try {
    await Promise.all(Array.from({ length: jobs }, job))
    return ending
  } finally {
    clearInterval(look)
    watch.stop()
    stop(0)
  }
}

interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  /** What it was at. */
  readonly task: number | undefined
}

function runOne(
  folder: string,
  args: readonly string[],
  running: Set<ChildProcess>,
  report: (message: Message) => void,
): Promise<Ended> {
  // In a group of its own: Ctrl-C is for this process, which tells it on. It ends when this process has gone.
  const child = fork(PROGRAM, ['sweep', 'work', folder, ...args], {
    detached: true,
    env: { ...process.env, [JOB]: '1' },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  running.add(child)
  let at: number | undefined
  child.on('message', (message: Message) => {
    at = message.outcome === 'begun' ? message.task : undefined
    report(message)
  })
  return new Promise((settle, reject) => {
    child.on('error', (error) => reject(new RunError(`no worker can be started: ${error.message}`)))
    child.on('close', (code, signal) => {
      running.delete(child)
      settle({ code, signal, task: at })
    })
  })
}

async function recordDeath(folder: string, task: number, reason: string): Promise<void> {
  const path = taskFolder(folder, task)
  const claim = await take(path, await findClaim(path))
  if (claim === undefined) return
  try {
    await failTask(path, reason)
  } finally {
    claim.release()
  }
}
