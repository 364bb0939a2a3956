/** A network that runs: the interface of the library, the command line and the page. */
import type { PiecedArray } from '../data/npz.ts'
import { ModelError } from '../errors.ts'
import {
  checkFunction,
  checkList,
  checkNumbers,
  checkObject,
  checkPositive,
  checkText,
  checkTexts,
} from '../model/arguments.ts'
import { fitsPatterns } from '../model/fitting.ts'
import type { Model } from '../model/model.ts'
import { runningParameters, withParameter } from '../model/parameters.ts'
import { show } from '../model/path.ts'
import { createEngine, type Engine } from '../gpu/engine.ts'
import type { Plan } from '../plan/plan.ts'
import type { DenseArray } from './arrays.ts'
import { checkFinite } from './finite.ts'
import { createLife } from './life.ts'
import { type Errors, type Listener, createErrors, createListeners } from './listeners.ts'
import { createLog } from './log.ts'
import { type SimulationOptions, planOn } from './options.ts'
import { type Profile, type Timer, createTimer } from './profile.ts'
import { type Rest, createRestWatch } from './rest.ts'
import { type Checkpoint, LAST_TICK, checkParts } from './restorable.ts'
import { createScheduler } from './scheduler.ts'
import type { Sample, Series } from './series.ts'
import { createState } from './state.ts'
import { createTicks } from './ticks.ts'
import { createTurns } from './turns.ts'

export type { Checkpoint, SimulationOptions }

/** A parameter that was changed. */
export interface Change {
  readonly path: string
  readonly before: number
  readonly value: number
  /** Number of ticks before the change, and their model time. */
  readonly tick: number
  readonly time: number
}

/** Options of `restore`. */
export interface RestoreOptions {
  /** The probes that are due sample the state of the checkpoint again at the next step. Default: only at tick 0. */
  readonly resample?: boolean
}

/**
 * Properties are readable also after `destroy`; every method except `destroy` then throws a RunError. Methods
 * that wait for the GPU reject with a RunError once the device is lost.
 *
 * Calls of `step`, `profile`, `reset` and `restore` wait for those before them, so they need not be awaited one by one.
 *
 * A listener may throw, or return a promise that rejects: the ticks go on, all listeners are called, and the first such error
 * is thrown by the call of `step`, `profile` or `flush` that ends next.
 */
export interface Simulation {
  readonly model: Model
  readonly plan: Plan
  /** Buffers and commands, for a view that draws from them. */
  readonly engine: Engine
  /** Ticks submitted. */
  readonly tick: number
  /** Model time of `tick`. */
  readonly time: number
  /**
   * The results of the checks of `time.until` so far; undefined without `time.until`. Complete after `flush`. A
   * change from outside (`set`, `write`, `adopt`) invalidates earlier checks.
   */
  readonly rest: Rest | undefined
  /** True if the run has come to rest and `tick` is its last tick: `step` does nothing. */
  readonly isOver: boolean
  /** Lets the run continue after rest, without an end, until `reset` or `restore`. */
  goOn(): void
  /** Numbers of dispatches, submits so far, unfinished submits, and ticks of one submit (Infinity = as many as fit). */
  readonly counts: {
    readonly dispatches: number
    readonly submits: number
    readonly pending: number
    readonly batch: number
  }
  /** The warnings of the run so far, one line each. */
  readonly warnings: readonly string[]
  /**
   * False if `set` has made a group so slow that float32 loses part of its steps; a new simulation built from
   * `model` keeps these parts.
   */
  readonly isExact: boolean
  /**
   * Advances the network; resolves when the ticks are submitted, fewer if the run comes to rest (`time.until`). All ticks are submitted before an error of a listener is thrown.
   * @param ticks - default 1; 0 only samples the initial state
   * @throws ModelError if `ticks` is negative, not a whole number or exceeds tick 2^31 - 1, or samples would
   *   need more than 2 GiB
   * @throws RunError if a state or a sample is not finite, the device is lost, or `destroy` is called before the end
   * @throws the error of a listener
   */
  step(ticks?: number): Promise<void>
  /** Whether the device can time kernels, which needs the feature `timestamp-query`. */
  readonly canProfile: boolean
  /**
   * Advances the network as `step` does, to the same bits, and returns the GPU time of each layer, synapse and
   * memory.
   * @param submitted - called when the ticks are submitted, before their times are known
   * @throws ModelError if the device cannot time kernels, and as `step` does
   * @throws RunError and errors of listeners as `step` does
   */
  profile(ticks: number, submitted?: () => void): Promise<Profile>
  /**
   * Resolves when all requested ticks have run, their samples have arrived, and async listeners have ended; a
   * listener must not await `flush`.
   * @throws RunError and errors of listeners as `step` does
   */
  flush(): Promise<void>
  /**
   * The state of a layer, a memory or a synapse, or a layer's `NAME/activations`, after all submitted ticks.
   * @returns row-major, with a leading replica axis if replicas have separate values
   * @throws ModelError if the network has nothing of that name
   * @throws RunError if the device is lost or `destroy` was called
   */
  read(name: string): Promise<DenseArray>
  /**
   * The result of `read` in pieces of some MiB, each copied from the GPU when requested, so that a large matrix
   * is never whole on the host. Do not submit ticks or write arrays before the last piece has arrived.
   * @throws as `read` does, also while pieces are read
   */
  readPieces(name: string): PiecedArray
  /**
   * Updates buffers of derived arrays to the present state, for a view that reads them on the GPU. Between
   * ticks, activations and adiabatic layers are those of the last tick or unset, and matrices on demand are not
   * computed. Later submits read the updated buffers.
   * @param names - names for `read`; unknown arrays and arrays that are always up to date cost nothing
   * @param behind - allowed age of the values in ticks, default 0; with 1, arrays that ticks compute are not
   *   computed again
   * @throws RunError after `destroy`
   */
  ensure(names: readonly string[], behind?: 0 | 1): void
  /**
   * Replaces the state of a layer, a plastic synapse (by a symmetric matrix) or a memory; the shape is that of
   * `read`.
   * @throws ModelError if the name is unknown, the array cannot be written or has another number of values, or a
   *   value is not finite in the storage format
   * @throws RunError after `destroy`
   */
  write(name: string, data: ArrayLike<number>): void
  /**
   * Replaces some consecutive values inside one row of a layer or a memory in the data of `read`; for a memory
   * that is not in float32, a whole row.
   * @param at - index of the first of them in the data of `read`
   * @throws ModelError if the name is unknown, the values exceed the row, or one is not finite, as in `write`
   * @throws RunError after `destroy`
   */
  writePart(name: string, at: number, data: ArrayLike<number>): void
  /**
   * Changes some consecutive values inside one row of the patterns of a stimulus, for painting by hand. The
   * model is unchanged, and `adopt` overwrites the values.
   * @throws ModelError if the stimulus does not exist, the values exceed the row, or one is not finite
   * @throws RunError after `destroy`
   */
  writeCue(index: number, at: number, data: ArrayLike<number>): void
  /**
   * Uses the patterns of another model from the next tick on: cues, couplings, fixed memories, patterns of
   * probes. States stay; initial patterns act at the next reset. No pipeline is built.
   * @throws ModelError if the model differs in more than the values of its patterns, which needs a new simulation
   * @throws RunError after `destroy`
   */
  adopt(next: Model): void
  /** Paths that `set` accepts. */
  readonly parameters: readonly string[]
  /**
   * Changes a parameter from the next tick on; no pipeline is built.
   * @throws ModelError if the path is not a running parameter or the value is not allowed; nothing is changed then
   * @throws the error of a listener of `onChange`, after the change and after all listeners were called
   * @throws RunError after `destroy`
   */
  set(path: string, value: number): void
  /**
   * Calls back with every change by `set`; returns a function that removes the callback.
   * @throws RunError after `destroy`
   */
  onChange(listener: Listener<Change>): () => void
  /**
   * The samples of the probes: flat arrays behind read-only lists that grow. Complete after `flush`. The series
   * of `checkpoint` can be cloned for a worker.
   */
  readonly series: readonly Series[]
  /**
   * Calls back with every sample, in order of ticks; returns a function that removes the callback. An error of
   * the listener reaches the caller of `step` or `flush`.
   * @throws RunError after `destroy`
   */
  onSample(listener: Listener<Sample>): () => void
  /**
   * Returns to tick 0 and the initial state; parameters are unchanged. A failed run can start again.
   * @throws RunError if the device is lost or `destroy` was called
   */
  reset(): Promise<void>
  /**
   * All data that the run needs to continue from the last submitted tick.
   * @throws RunError if a value is not finite, the device is lost or `destroy` was called
   */
  checkpoint(): Promise<Checkpoint>
  /**
   * Continues from a checkpoint of the same network. An error leaves the simulation unchanged.
   * @param options - whether the next step samples the state of the checkpoint
   * @throws ModelError if an array of the network is missing, has another shape or a value that is not finite
   * @throws RunError if the device is lost or `destroy` was called
   */
  restore(checkpoint: Checkpoint, options?: RestoreOptions): Promise<void>
  /** Destroys the buffers; a running `step` rejects. A second call does nothing. */
  destroy(): void
}

/**
 * Builds a network on a device.
 * @throws ModelError if it does not fit the device, or `resident: 'on'` is not possible
 * @throws RunError if the device has too little memory or is lost
 */
export async function createSimulation(
  device: GPUDevice,
  initial: Model,
  options: SimulationOptions = {},
): Promise<Simulation> {
  checkObject('createSimulation', device, 'queue', 'a GPUDevice')
  checkObject('createSimulation', initial, 'layers', 'a device and a model, as loadScenario returns it')
  checkPositive('the option `submitTime`', options.submitTime)
  let model = initial
  const { plan, now } = planOn(device, model, options)
  const life = createLife(device)
  // Dawn crashes if an object is made on a device that was lost before; the loss is known one microtask later.
  await Promise.race([device.lost, Promise.resolve()])
  if (life.isLost) life.end()
  life.checkLost()
  const engine = await createEngine(device, plan, model, !now).catch((error: unknown) => {
    life.end()
    life.checkLost()
    throw error
  })
  if (life.isLost) engine.destroy()
  life.checkLost()

  const log = createLog(plan, () => model, options.keepSamples !== false)
  const samples = createListeners<Sample>()
  const changes = createListeners<Change>()
  const errors: Errors = createErrors()
  const turns = createTurns()
  let timer: Timer | undefined

  const ticks = createTicks(engine, model)
  const rest = createRestWatch(plan, () => model)
  const scheduler = createScheduler(engine, model, ticks, {
    ...(options.submitTime === undefined ? {} : { submitTime: options.submitTime }),
    rest,
    onSample(raw) {
      if (rest.observe(raw.probe, raw.tick, raw.data)) return
      const sample = log.add(raw)
      samples.tell(sample, errors, errors)
      checkFinite(sample)
    },
  })

  const state = createState(engine, ticks, life, () => model)

  /** @throws ModelError if the last tick would exceed the limit */
  const checkRoom = (count: number): void => {
    const tick = ticks.done
    if (tick + count > LAST_TICK)
      throw new ModelError(
        `${count} ticks from tick ${tick} on exceed the last tick ${LAST_TICK}; give fewer`,
      )
    log.checkRoom(tick, count)
  }

  /** Steps after all earlier calls. */
  const advance = <T>(count: number, act: () => Promise<T>): Promise<T> =>
    turns.take(async () => {
      life.checkDevice()
      checkRoom(count)
      if (count > 0) log.warnings.beforeTicks()
      const result = await act()
      errors.throwFirst()
      return result
    })

  const timed = async (count: number, submitted?: () => void): Promise<Profile> => {
    timer ??= createTimer(device)
    const current = model
    try {
      await scheduler.run(count, timer)
    } finally {
      submitted?.()
    }
    return timer.read(current)
  }

  /** Waits for running calls, also failing ones; resets every buffer to tick 0, and the ticks to a given tick. */
  const startAt = async (tick: number, isSampled: boolean, found?: Rest): Promise<void> => {
    life.checkDevice()
    await scheduler.flush().catch(() => undefined)
    life.checkDevice()
    scheduler.recover()
    engine.reset(model)
    ticks.restart(tick, isSampled)
    rest.restart(tick, found)
  }

  const reset = async (): Promise<void> => {
    await startAt(0, false)
    log.restart()
  }

  const restore = async (
    checkpoint: Checkpoint,
    { resample = checkpoint.tick === 0 }: RestoreOptions,
    resume: () => void,
  ): Promise<void> => {
    await startAt(checkpoint.tick, !resample, restOf(checkpoint, model))
    // After the stimulus, which may set states.
    state.load(checkpoint)
    resume()
  }

  return {
    get model() {
      return model
    },
    plan,
    engine,
    get tick() {
      return ticks.done
    },
    get time() {
      return log.timeAt(ticks.done)
    },
    get rest() {
      return rest.found
    },
    get isOver() {
      return ticks.done >= (rest.end ?? Infinity)
    },
    goOn() {
      life.checkAlive()
      rest.release()
    },
    get counts() {
      const { submits, pending, batch } = scheduler
      return { dispatches: ticks.dispatches, submits, pending, batch }
    },
    get warnings() {
      return log.warnings.all
    },
    get isExact() {
      return log.warnings.isExact
    },
    async step(count = 1) {
      life.checkDevice()
      checkCount(count)
      await advance(count, () => scheduler.run(count))
    },
    canProfile: device.features.has('timestamp-query'),
    async profile(count, submitted) {
      life.checkDevice()
      checkCount(count)
      if (!device.features.has('timestamp-query')) {
        throw new ModelError(
          'this device cannot time its kernels; request it with the feature `timestamp-query`, if the adapter has it',
        )
      }
      return advance(count, () => timed(count, submitted))
    },
    async flush() {
      life.checkDevice()
      await turns.underWay
      await scheduler.flush()
      await Promise.all([samples.settled(), changes.settled()])
      life.checkAlive()
      errors.throwFirst()
    },
    async read(name) {
      life.checkDevice()
      return (await state.read([name]))[0] as DenseArray
    },
    readPieces(name) {
      life.checkDevice()
      return state.readPieces(name)
    },
    ensure(names, behind = 0) {
      life.checkAlive()
      checkList('ensure', names)
      checkTexts('ensure', names)
      ticks.ensure(names, behind)
    },
    write(name, data) {
      life.checkAlive()
      checkNumbers('write', data)
      state.write(name, data)
      rest.disturb(ticks.done)
    },
    writePart(name, at, data) {
      life.checkAlive()
      checkNumbers('writePart', data)
      state.writePart(name, at, data)
      rest.disturb(ticks.done)
    },
    writeCue(index, at, data) {
      life.checkAlive()
      checkNumbers('writeCue', data)
      state.writeCue(index, at, data)
      rest.disturb(ticks.done)
    },
    adopt(next) {
      life.checkAlive()
      checkObject('adopt', next, 'layers', 'a model')
      if (!fitsPatterns(model, next)) {
        throw new ModelError(
          'only the values of patterns can change during a run; build a new simulation from the changed scenario',
        )
      }
      // States stay, including those derived from patterns.
      ticks.ensure(state.writable, 0)
      engine.adopt(model, next)
      model = next
      for (const name of state.writable) ticks.takeBack(name)
      ticks.update(model)
      ticks.show()
      rest.disturb(ticks.done)
    },
    get parameters() {
      return runningParameters(model)
    },
    set(path, value) {
      life.checkAlive()
      checkText('set', path)
      const next = withParameter(model, path, value)
      const before = model
      const tick = ticks.done
      model = next
      log.change(tick, before)
      engine.update(model)
      ticks.update(model)
      rest.disturb(tick)
      const change = { path, before: numberAt(before.scenario, path), value, tick, time: log.timeAt(tick) }
      const thrown = createErrors()
      changes.tell(change, thrown, errors)
      thrown.throwFirst()
    },
    onChange(listener) {
      life.checkAlive()
      checkFunction('onChange', listener)
      return changes.add(listener)
    },
    get series() {
      return log.series
    },
    onSample(listener) {
      life.checkAlive()
      checkFunction('onSample', listener)
      return samples.add(listener)
    },
    reset: () => turns.take(reset),
    async checkpoint() {
      life.checkDevice()
      const kept = log.save(ticks.done)
      const found = rest.save(ticks.done)
      const [saved] = await Promise.all([state.save(), scheduler.flush()])
      const { seed, scenario, files } = model
      const { series, warnings, ...start } = kept()
      const rested = found()
      // In the order of the file.
      return {
        ...start,
        seed,
        variants: plan.variants,
        ...saved,
        ...(rested && { rest: rested }),
        series,
        warnings,
        scenario,
        files,
      }
    },
    async restore(checkpoint, restoring = {}) {
      life.checkDevice()
      for (const part of ['tick', 'origin', 'arrays', 'series', 'warnings'])
        checkObject('restore', checkpoint, part, 'what `checkpoint` gave')
      checkParts(checkpoint)
      state.checkSaved(checkpoint)
      const resume = log.resume(checkpoint)
      await turns.take(() => restore(checkpoint, restoring, resume))
    },
    destroy() {
      if (life.isOver) return
      life.end()
      timer?.destroy()
      scheduler.destroy()
      engine.destroy()
    },
  }
}

/**
 * The results of the checks in a checkpoint, if its `time.until` is the same; results of other checks do not
 * apply.
 */
function restOf({ rest, scenario }: Checkpoint, { time }: Model): Rest | undefined {
  if (rest === undefined || time.until === undefined) return undefined
  return JSON.stringify(scenario.time.until) === JSON.stringify(time.until) ? rest : undefined
}

function checkCount(ticks: number): void {
  if (Number.isInteger(ticks) && ticks >= 0) return
  throw new ModelError(`step needs a whole number of ticks, 0 or more, not ${show(ticks)}`)
}

function numberAt(scenario: unknown, path: string): number {
  let value: unknown = scenario
  for (const key of path.split('.')) value = (value as Readonly<Record<string, unknown>>)[key]
  return value as number
}
