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
  /** Ticks that had passed, and their model time. */
  readonly tick: number
  readonly time: number
}

/**
 * Properties tell what the host knows, also after `destroy`; every method but `destroy` then throws a RunError, one line that
 * says so. Methods that wait for the GPU reject with a RunError once the device is lost.
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
   * What the checks of `time.until` have found so far; undefined without it. Complete after `flush`. A change from outside
   * (`set`, `write`, `adopt`) makes the checks before it void.
   */
  readonly rest: Rest | undefined
  /** The run has come to rest, and `tick` is the tick with which it ends: `step` does nothing. */
  readonly isOver: boolean
  /** Lets the run go on although it came to rest; from then on it has no end, until `reset` or `restore`. */
  goOn(): void
  /** Dispatches, submits so far, submits the GPU has not finished, and ticks one submit takes (Infinity = all it can hold). */
  readonly counts: {
    readonly dispatches: number
    readonly submits: number
    readonly pending: number
    readonly batch: number
  }
  /** What the run found worth a warning so far, one line each. */
  readonly warnings: readonly string[]
  /**
   * False where `set` has made a group so slow beside its step that float32 loses part of it: a simulation that is built anew
   * from `model` carries what is lost.
   */
  readonly isExact: boolean
  /**
   * Advances the network; resolves when the ticks are submitted, fewer where the run comes to rest (`time.until`). All ticks are submitted before an error of a listener is thrown.
   * @param ticks - default 1; 0 samples the initial state and no more
   * @throws ModelError if `ticks` is no whole number, negative or leads beyond tick 2^31 - 1, or more than 2 GiB of samples would
   *   have to be kept
   * @throws RunError when a state or a sample is not finite, the device is lost, or `destroy` is called before the end
   * @throws what a listener has thrown
   */
  step(ticks?: number): Promise<void>
  /** Whether the device can time kernels: it was requested with the feature `timestamp-query`. */
  readonly canProfile: boolean
  /**
   * Advances the network as `step` does, to the same bits, and tells the GPU time of each layer, synapse and memory.
   * @param submitted - called when the ticks are submitted, before their times are known
   * @throws ModelError if the device cannot time kernels, and as `step` does
   * @throws RunError and errors of listeners as `step` does
   */
  profile(ticks: number, submitted?: () => void): Promise<Profile>
  /**
   * Resolves when all ticks that were asked for have run, their samples are here, and async listeners have ended: these must not
   * wait for it.
   * @throws RunError and errors of listeners as `step` does
   */
  flush(): Promise<void>
  /**
   * The state of a layer, a memory or a synapse, or a layer's `NAME/activations`, as it is after all submitted ticks.
   * @returns row-major, with a leading replica axis where every replica has its own
   * @throws ModelError if the network has nothing of that name
   * @throws RunError if the device is lost or `destroy` was called
   */
  read(name: string): Promise<DenseArray>
  /**
   * What `read` gives, copied from the GPU in pieces of some MiB as they are asked for, so that a large matrix is never
   * whole on the host. No tick may be submitted and nothing written until the last has come.
   * @throws as `read` does; from the pieces too
   */
  readPieces(name: string): PiecedArray
  /**
   * Brings buffers up to date with the state as it stands, for a view that reads them there: between ticks, activations and
   * adiabatic layers are those of the last one, or of none, and a matrix that no tick needs is not made. What is submitted
   * after this call sees them.
   * @param names - arrays as `read` takes them; others, and those that are always up to date, cost nothing
   * @param behind - ticks that the values may be behind, default 0; with 1, what ticks make anyway is left as they made it
   * @throws RunError after `destroy`
   */
  ensure(names: readonly string[], behind?: 0 | 1): void
  /**
   * Replaces the state of a layer, a plastic synapse (by what is symmetric) or a memory; the shape is that of `read`.
   * @throws ModelError if there is nothing of that name, it cannot be written, has another number of values, or is given one
   *   that is not finite in the format in which it is stored
   * @throws RunError after `destroy`
   */
  write(name: string, data: ArrayLike<number>): void
  /**
   * Replaces some consecutive values inside one row of a layer or a memory as `read` gives it; of a memory that is not in
   * float32, a whole row.
   * @param at - index of the first of them in the data of `read`
   * @throws ModelError if there is nothing of that name, no room for the values inside the row, or one is not finite, as in `write`
   * @throws RunError after `destroy`
   */
  writePart(name: string, at: number, data: ArrayLike<number>): void
  /**
   * Changes some consecutive values inside one row of the patterns of a stimulus, for what is drawn while a hand paints;
   * the model does not know of them, and `adopt` puts its own in their place.
   * @throws ModelError if there is no such stimulus, no room for the values inside the row, or one is not finite
   * @throws RunError after `destroy`
   */
  writeCue(index: number, at: number, data: ArrayLike<number>): void
  /**
   * Takes over the patterns of another model from the next tick on: cues, couplings, fixed memories, what probes compare
   * with. States stay; what starts from a pattern starts from the new one at the next reset. No pipeline is built.
   * @throws ModelError if the model differs in more than the values of its patterns, which takes a new simulation
   * @throws RunError after `destroy`
   */
  adopt(next: Model): void
  /** Paths that `set` accepts. */
  readonly parameters: readonly string[]
  /**
   * Changes a parameter from the next tick on; no pipeline is built.
   * @throws ModelError if the path is no running parameter or the value is not allowed; nothing is changed then
   * @throws what a listener of `onChange` throws, after the change was made and all listeners were called
   * @throws RunError after `destroy`
   */
  set(path: string, value: number): void
  /**
   * Calls back with every change that `set` makes; returns a function that ends it.
   * @throws RunError after `destroy`
   */
  onChange(listener: Listener<Change>): () => void
  /**
   * What the probes have seen, in flat arrays behind lists that are read only and grow. Complete after `flush`. For a worker,
   * those of `checkpoint` can be cloned.
   */
  readonly series: readonly Series[]
  /**
   * Calls back with every sample, in order of ticks; returns a function that ends it. What the listener throws reaches the caller
   * of `step` or `flush`.
   * @throws RunError after `destroy`
   */
  onSample(listener: Listener<Sample>): () => void
  /**
   * Back to tick 0 and the initial state; parameters stay as they are. A run that has failed can begin again.
   * @throws RunError if the device is lost or `destroy` was called
   */
  reset(): Promise<void>
  /**
   * Everything the run needs to go on from the last tick that was submitted.
   * @throws RunError if a value is not finite, the device is lost or `destroy` was called
   */
  checkpoint(): Promise<Checkpoint>
  /**
   * Goes on from a checkpoint of the same network: as a whole, or not at all.
   * @throws ModelError if an array of the network is missing, has another shape or a value that is not finite; the simulation
   *   is then as it was
   * @throws RunError if the device is lost or `destroy` was called
   */
  restore(checkpoint: Checkpoint): Promise<void>
  /** Gives the buffers back; a `step` that is under way rejects. Calling it again does nothing. */
  destroy(): void
}

/**
 * Builds a network on a device.
 * @throws ModelError if it does not fit the device, or is to be resident and cannot be
 * @throws RunError if the device has not enough memory or is lost
 */
export async function createSimulation(
  device: GPUDevice,
  initial: Model,
  options: SimulationOptions = {},
): Promise<Simulation> {
  checkObject('createSimulation', device, 'queue', 'a GPUDevice')
  checkObject('createSimulation', initial, 'layers', 'a device and a model, as loadScenario gives it')
  checkPositive('the option `submitTime`', options.submitTime)
  let model = initial
  const { plan, now } = planOn(device, model, options)
  const life = createLife(device)
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

  /** @throws ModelError if so many ticks from now on are too many */
  const checkRoom = (count: number): void => {
    const tick = ticks.done
    if (tick + count > LAST_TICK)
      throw new ModelError(
        `${count} ticks from tick ${tick} on lead beyond tick ${LAST_TICK}, the last; give fewer`,
      )
    log.checkRoom(tick, count)
  }

  /** Steps when those before are done. */
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

  /** Waits for what is under way, whether it fails or not; puts every buffer back to tick 0, and the ticks to another one. */
  const startAt = async (tick: number, found?: Rest): Promise<void> => {
    life.checkDevice()
    await scheduler.flush().catch(() => undefined)
    life.checkDevice()
    scheduler.recover()
    engine.reset(model)
    ticks.restart(tick)
    rest.restart(tick, found)
  }

  const reset = async (): Promise<void> => {
    await startAt(0)
    log.restart()
  }

  const restore = async (checkpoint: Checkpoint, resume: () => void): Promise<void> => {
    await startAt(checkpoint.tick, restOf(checkpoint, model))
    // After the stimulus, which may set states of its own.
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
          'only the values of patterns can change while the network runs; build it anew from the changed scenario',
        )
      }
      // States stay, among them what is derived by way of patterns.
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
      // Their order is that of the file.
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
    async restore(checkpoint) {
      life.checkDevice()
      for (const part of ['tick', 'origin', 'arrays', 'series', 'warnings'])
        checkObject('restore', checkpoint, part, 'what `checkpoint` gave')
      checkParts(checkpoint)
      state.checkSaved(checkpoint)
      const resume = log.resume(checkpoint)
      await turns.take(() => restore(checkpoint, resume))
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

/** What the checks of a checkpoint have found; what other checks found says nothing here. */
function restOf({ rest, scenario }: Checkpoint, { time }: Model): Rest | undefined {
  if (rest === undefined || time.until === undefined) return undefined
  return JSON.stringify(scenario.time.until) === JSON.stringify(time.until) ? rest : undefined
}

function checkCount(ticks: number): void {
  if (Number.isInteger(ticks) && ticks >= 0) return
  throw new ModelError(`step takes a whole number of ticks, 0 or more, not ${ticks}`)
}

function numberAt(scenario: unknown, path: string): number {
  let value: unknown = scenario
  for (const key of path.split('.')) value = (value as Readonly<Record<string, unknown>>)[key]
  return value as number
}
