/** A process that works on a sweep: takes one free task after the other and runs them on one device. */
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { ModelError, RunError } from '../../core/errors.ts'
import { abilitiesOf, adapterKey } from '../../core/gpu/adapter.ts'
import type { Tuned } from '../../core/plan/variants.ts'
import { parseScenario } from '../../core/model/parse.ts'
import { firstOf } from '../../core/sweep/tasks.ts'
import { insideOf, scenarioOfTask } from '../../core/sweep/together.ts'
import { planRun } from '../commands/options.ts'
import { type RequestedDevice, requestDevice } from '../device.ts'
import { Interruption, type Watch, watchSignals } from '../interrupt.ts'
import { limitsFor } from '../limits.ts'
import { AGAIN, writeError } from '../output.ts'
import { planTuned } from '../running.ts'
import { mayTune } from '../tuning.ts'
import { type Claim, type Watcher, createWatcher, findClaim, take } from './claims.ts'
import { type Pinned, type Sweep, editSweep, makeTaskFolder, readSweep, taskFolder } from './folder.ts'
import { type Kernels, type Setting, Lost, canTogether, modelOf, runTask } from './task.ts'

/** What became of a task: done or failed, here or before; begun by this process; or in the hands of another. */
export type Outcome = 'done' | 'failed' | 'begun' | 'elsewhere'

export interface WorkOptions {
  readonly adapter?: string | undefined
  readonly anyAdapter?: boolean | undefined
  readonly checkpointEvery?: number | undefined
  /** Only this task. */
  readonly task?: number | undefined
  readonly retry?: boolean | undefined
  readonly watcher?: Watcher
  /** Is told what becomes of each task. */
  readonly report: (task: number, outcome: Outcome, reason?: string) => void
  /** Is told what a person may want to know. */
  readonly say: (line: string) => void
}

/**
 * Works until no task is free.
 * @returns how many of the tasks that were looked at are done, failed, or in the hands of other processes
 * @throws Interruption after a signal
 */
export async function work(folder: string, options: WorkOptions): Promise<Record<Outcome, number>> {
  const { report } = options
  const sweep = await readSweep(folder)
  const { tasks } = sweep
  if (options.task !== undefined && options.task >= tasks.length)
    throw new ModelError(`there is no task ${options.task}; ${folder} has ${tasks.length}, numbered from 0`, {
      path: '--task',
    })
  const counts = { done: 0, failed: 0, begun: 0, elsewhere: 0 }
  const count = (task: number, outcome: Outcome, reason?: string): void => {
    counts[outcome]++
    report(task, outcome, reason)
  }
  const watch = watchSignals({ patient: true })
  const bench = createBench(folder, sweep, options, watch)
  const watcher = options.watcher ?? createWatcher()
  /** @returns true once it is known what becomes of the task */
  const visit = async (task: number): Promise<boolean> => {
    const path = taskFolder(folder, task)
    let found = await findClaim(path)
    if (found.names.includes('done')) {
      count(task, 'done')
      return true
    }
    if (found.names.includes('failed')) {
      if (!options.retry) {
        count(task, 'failed')
        return true
      }
      await rm(join(path, 'failed'), { force: true })
    }
    const standing = await watcher.standingOf(path, found)
    if (standing === 'unsure') return false
    if (standing === 'owned') {
      count(task, 'elsewhere')
      return true
    }
    await makeTaskFolder(folder, task)
    const claim = await take(path, found).catch((error: unknown) => {
      throw writeError(path, error, undefined, AGAIN)
    })
    // Another process has been faster, or has ended the task meanwhile.
    found = await findClaim(path)
    const isOver = found.names.includes('done') || found.names.includes('failed')
    if (claim === undefined || isOver) {
      claim?.release()
      count(task, !isOver ? 'elsewhere' : found.names.includes('done') ? 'done' : 'failed')
      return true
    }
    try {
      report(task, 'begun')
      const reason = await bench.run(task, claim)
      count(task, reason === undefined ? 'done' : 'failed', reason)
    } catch (error) {
      if (!(error instanceof Lost)) throw error
      count(task, 'elsewhere')
    } finally {
      claim.release()
    }
    return true
  }
  try {
    const wanted = options.task === undefined ? tasks.keys() : [options.task]
    let open: number[] = [...wanted]
    while (open.length > 0) {
      const unsure: number[] = []
      for (const task of open) {
        if (watch.signal !== undefined)
          throw new Interruption(watch.signal, `ended by ${watch.signal} between two tasks`)
        if (!(await visit(task))) unsure.push(task)
      }
      open = unsure
      if (open.length > 0) await wait(500)
    }
    return counts
  } finally {
    watch.stop()
    bench.close()
  }
}

/** The device on which tasks are run, once there is one to run. */
interface Bench {
  run(task: number, claim: Claim): Promise<string | undefined>
  close(): void
}

function createBench(folder: string, sweep: Sweep, options: WorkOptions, watch: Watch): Bench {
  let requested: RequestedDevice | undefined
  let pinned: Pinned | undefined
  const close = (): void => {
    requested?.release()
    requested = undefined
  }
  return {
    close,
    async run(task, claim) {
      requested ??= await requestDevice(options.adapter === undefined ? {} : { adapter: options.adapter })
      const adapter = adapterKey(requested.device.adapterInfo)
      pinned ??= await pin(folder, sweep, requested, task, watch, options)
      const { checkpointEvery } = options
      const { tuned, variants } = pinned
      const kernels = { tuned, variants }
      const setting = { folder, sweep, requested, adapter, kernels, watch, checkpointEvery }
      const reason = await runTask(setting, task, claim)
      // A device may be lost with a task.
      if (reason !== undefined) close()
      return reason
    },
  }
}

/**
 * What all processes of a sweep keep to: the first one finds and writes it.
 * @throws ModelError on another adapter than that of the first
 */
async function pin(
  folder: string,
  sweep: Sweep,
  requested: RequestedDevice,
  task: number,
  watch: Watch,
  { anyAdapter, say }: WorkOptions,
): Promise<Pinned> {
  const { device, info } = requested
  const key = adapterKey(device.adapterInfo)
  const { adapter } =
    sweep.adapter === undefined
      ? await editSweep(folder, async (now) => {
          if (now === undefined) throw new RunError(`${folder} holds no sweep any more`)
          if (now.adapter !== undefined) return now
          const { name, type, driver } = info
          const tuned = sweep.autotune && mayTune() ? await tunedFor(folder, sweep, requested, task, say) : {}
          const setting = { folder, sweep, requested, adapter: key, watch, checkpointEvery: undefined }
          const kernels = await kernelsFor(setting, tuned)
          return { ...now, adapter: { key, name, type, driver, ...kernels } }
        })
      : sweep
  if (adapter === undefined) throw new Error('no adapter is pinned')
  if (adapter.key !== key && anyAdapter !== true)
    throw new ModelError(
      `the sweep began on ${adapter.name} (${adapter.driver}), this is ${info.name} (${info.driver}), where last bits may ` +
        'differ; take the first adapter, or give --any-adapter',
      { path: '--adapter' },
    )
  return adapter
}

/** The forms that are the fastest for a task, timed where all tasks together are long enough. */
async function tunedFor(
  folder: string,
  sweep: Sweep,
  requested: RequestedDevice,
  task: number,
  say: (line: string) => void,
): Promise<Tuned> {
  const first = firstOf(sweep.tasks[task] as Sweep['tasks'][number])
  const model = await modelOf(folder, sweep, first).catch((error: unknown) => {
    // Running it tells what is wrong with the task.
    if (error instanceof ModelError) return undefined
    throw error
  })
  if (model === undefined) return {}
  const limits = limitsFor(requested)
  const { ticks } = model.time
  const abilities = { ...abilitiesOf(requested.device), variants: sweep.variants }
  const planned = (tuned: Tuned) =>
    Promise.resolve(planRun(model, limits, { ...abilities, tuned }, sweep.resident, ticks))
  const { tuned } = await planTuned(planned, requested, ticks * sweep.tasks.length, say).catch(
    (error: unknown) => {
      if (error instanceof ModelError) return { tuned: {} }
      throw error
    },
  )
  return tuned
}

/**
 * The kernels of all runs: as they are asked for; but unfused where only so points that are run side by side have the bits of
 * single runs. A product that moves its layer at once has the parameters of one network.
 */
async function kernelsFor(setting: Omit<Setting, 'kernels'>, tuned: Tuned): Promise<Kernels> {
  const { sweep } = setting
  const { grid, variants } = sweep
  const asked = { tuned, variants }
  const first = { values: grid.over.map(({ values }) => values.slice(0, 1)), seed: grid.seeds[0] ?? 0 }
  const scenario = scenarioOfTask(sweep.scenario, grid.over, first)
  const inside = insideOf(grid, parseScenario(scenario))
  const both = {
    ...first,
    values: grid.over.map(({ values }, axis) => values.slice(0, inside[axis] ? 2 : 1)),
  }
  const hasPairs = both.values.some(({ length }) => length > 1)
  if (!hasPairs || variants.fuse !== undefined) return asked
  if (await canTogether({ ...setting, kernels: asked }, both)) return asked
  const unfused = { tuned, variants: { ...variants, fuse: 'off' as const } }
  return (await canTogether({ ...setting, kernels: unfused }, both)) ? unfused : asked
}
