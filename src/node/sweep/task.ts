/** One task of a sweep: a run whose files go into the task's folder. */
import { rm } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { ModelError, RunError } from '../../core/errors.ts'
import { abilitiesOf } from '../../core/gpu/adapter.ts'
import { loadModel } from '../../core/model/load.ts'
import type { Model } from '../../core/model/model.ts'
import type { Tuned } from '../../core/plan/variants.ts'
import { checkResumable, decodeCheckpoint } from '../../core/run/checkpoint.ts'
import { type Checkpoint, type Simulation, createSimulation } from '../../core/run/simulation.ts'
import { planRun } from '../commands/options.ts'
import type { RequestedDevice } from '../device.ts'
import { Interruption, type Watch } from '../interrupt.ts'
import { limitsFor } from '../limits.ts'
import { type Output, createOutput } from '../output.ts'
import { CHECKPOINT, type Writing, saveCheckpoint, writeResults } from '../results.ts'
import { advance } from '../running.ts'
import { readInput, readerOf } from '../scenario.ts'
import type { Claim } from './claims.ts'
import { type Sweep, homeOf, scenarioOf, taskFolder } from './folder.ts'

/** Milliseconds between two checkpoints of a task, unless ticks are given. */
const CHECKPOINT_AFTER = 60_000

export interface Setting {
  readonly folder: string
  readonly sweep: Sweep
  readonly requested: RequestedDevice
  /** Name of the adapter with its driver, as it is compared. */
  readonly adapter: string
  readonly tuned: Tuned
  readonly watch: Watch
  readonly checkpointEvery: number | undefined
}

/** Nothing of the sweep can be written: the fault of no task. */
export class FolderError extends RunError {}

/** The task is no longer this process's: another has taken it over. */
export class Lost extends Error {}

/** The model of a task. */
export async function modelOf(folder: string, sweep: Sweep, task: number): Promise<Model> {
  const { file, allowOutside, tasks, files } = sweep
  const text = JSON.stringify(scenarioOf(sweep, tasks[task] as Sweep['tasks'][number]))
  const read = readerOf(homeOf(folder, sweep), allowOutside)
  const model = await loadModel(text, { file, allowOutside, read })
  const changed = Object.keys(model.files).find(
    (name) => Object.hasOwn(files, name) && files[name] !== model.files[name],
  )
  if (changed === undefined) return model
  throw new ModelError(
    `${changed} is not what the sweep began with; put the file back, and give --retry to run the task again`,
    { file },
  )
}

/**
 * Runs a task to its end. Its folder then has results.npz, summary.json and `done`; or `failed` with the reason.
 * @returns the reason, or undefined where it is done
 * @throws Interruption after a signal, with a checkpoint; FolderError where the folder cannot be written; Lost
 */
export async function runTask(setting: Setting, task: number, claim: Claim): Promise<string | undefined> {
  const { folder, adapter } = setting
  const began = performance.now()
  const output = await createOutput(taskFolder(folder, task), { locks: false })
  const end = async (name: 'done' | 'failed', more: object): Promise<void> => {
    const seconds = Number(((performance.now() - began) / 1000).toFixed(3))
    const text = JSON.stringify({ ...more, seconds, host: hostname(), adapter }, null, 2)
    await written(setting.watch, claim, () => output.write(name, `${text}\n`))
  }
  try {
    await runInto(output, setting, task, claim)
    await rm(join(output.folder, CHECKPOINT), { force: true })
    await end('done', {})
    return undefined
  } catch (error) {
    if (error instanceof Interruption || error instanceof FolderError || error instanceof Lost) throw error
    const reason =
      error instanceof ModelError || error instanceof RunError
        ? error.message
        : `unexpected: ${String(error)}`
    await rm(join(output.folder, CHECKPOINT), { force: true })
    await end('failed', { reason })
    return reason
  } finally {
    output.close()
  }
}

/** Records that a task has failed. */
export async function failTask(path: string, reason: string): Promise<void> {
  const output = await createOutput(path, { locks: false })
  try {
    await output.write('failed', `${JSON.stringify({ reason, host: hostname() }, null, 2)}\n`)
  } finally {
    output.close()
  }
}

/** Writes as long as the task is this process's. */
async function written<T>(watch: Watch, claim: Claim, write: () => Promise<T>): Promise<T> {
  if (!(await claim.isMine())) throw new Lost(watch.signal ?? 'taken over')
  try {
    return await write()
  } catch (error) {
    throw error instanceof RunError ? new FolderError(error.message) : error
  }
}

async function runInto(raw: Output, setting: Setting, task: number, claim: Claim): Promise<void> {
  const { folder, sweep, requested, watch, checkpointEvery } = setting
  const output: Output = {
    ...raw,
    get files() {
      return raw.files
    },
    write: (name, content) => written(watch, claim, () => raw.write(name, content)),
  }
  const model = await modelOf(folder, sweep, task)
  const checkpoint = await readCheckpoint(output.folder, model)
  const abilities = {
    ...abilitiesOf(requested.device),
    variants: sweep.variants,
    tuned: setting.tuned,
    pinned: checkpoint?.variants ?? {},
  }
  const plan = planRun(model, limitsFor(requested), abilities, sweep.resident, model.time.ticks)
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
            `ended by ${signal} at tick ${run.simulation.tick} of ${model.time.ticks} of task ${task}; its checkpoint is kept`,
          )
        },
      })
      if (fault !== undefined) throw new RunError(`WebGPU refused a command: ${fault}`)
    } catch (error) {
      if (error instanceof Error && !isOfProcess(error)) {
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
    const checkpoint = decodeCheckpoint(await readInput(join(folder, CHECKPOINT)))
    checkResumable(checkpoint, model)
    return checkpoint
  } catch (error) {
    if (error instanceof ModelError) return undefined
    throw error
  }
}
