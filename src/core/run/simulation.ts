/** A network that runs: the interface of the library, the command line and the page. */
import type { PiecedArray } from '../data/npz.ts'
import {
  checkFunction,
  checkList,
  checkNumber,
  checkNumbers,
  checkObject,
  checkPositive,
  checkRecord,
  checkText,
  checkTexts,
} from '../model/arguments.ts'
import { ModelError, type RunError } from '../errors.ts'
import { fitsPatterns } from '../model/fitting.ts'
import type { Model } from '../model/model.ts'
import { runningParameters, withParameter } from '../model/parameters.ts'
import { stepWarnings } from '../model/steps.ts'
import { abilitiesOf } from '../gpu/adapter.ts'
import { createEngine, type Engine } from '../gpu/engine.ts'
import { tuneChoices } from '../gpu/tuner.ts'
import { carryNameOf, hasCarry, withoutCarry } from '../plan/carry.ts'
import type { Limits } from '../plan/layout.ts'
import type { Plan, PlanOptions } from '../plan/plan.ts'
import { type Residence, type ResidentMode, planResidence } from '../plan/forms.ts'
import { untuned } from '../plan/tuning.ts'
import type { Tuned, Variants } from '../plan/variants.ts'
import {
  type Copy,
  type DenseArray,
  type Part,
  bytesOf,
  copiesOf,
  finiteFloats,
  packArray,
  packCue,
  packPart,
  partsOf,
  unpackArray,
} from './arrays.ts'
import { destroyedError, readError } from './failures.ts'
import { checkFinite } from './finite.ts'
import { createEnergyGuard } from './guard.ts'
import { type Errors, type Listener, createErrors, createListeners } from './listeners.ts'
import { onLost } from './lost.ts'
import { type Profile, type Timer, createTimer } from './profile.ts'
import { type Recording, createRecording } from './recording.ts'
import { LAST_TICK, checkRestorable } from './restorable.ts'
import { createScheduler } from './scheduler.ts'
import { type Sample, type Series, flatOf, readSample } from './series.ts'

export interface SimulationOptions extends Omit<PlanOptions, 'resident'> {
  /**
   * Whether a small network lives in one kernel, many ticks a dispatch. `on`: from the first tick; `off`: never; `auto`
   * (default): compiled in the background once a long run has begun, and taken when it is ready. Values are the same within
   * rounding; for runs that are to be equal to the last bit say `on` or `off`.
   */
  readonly resident?: ResidentMode
  /** What `planResidence` made for this device and model: nothing is planned again, and what else plans is not looked at. */
  readonly plan?: Residence
  /** Limits to plan with; default those of the device. */
  readonly limits?: Limits
  /** Longest time in ms that one submit should take. */
  readonly submitTime?: number
  /** False = samples are handed to `onSample` only and not kept, and may be as many as one likes. */
  readonly keepSamples?: boolean
}

/**
 * Everything that a run needs to go on where it was, bit by bit on the same adapter: plain data, which `structuredClone` and
 * `postMessage` take. The lists of its series are made when they are asked for first.
 */
export interface Checkpoint {
  readonly tick: number
  /** Where the current time.dt began to act: time is counted from there, so that a resumed run counts the same. */
  readonly origin: { readonly tick: number; readonly time: number }
  readonly seed: number
  /** The kernels that made it, as `variants` of the options takes them; files of before have none. */
  readonly variants?: Variants
  /**
   * State of every dynamic layer, plastic synapse and learning memory; of a synapse whose updates are deferred also what was
   * carried out and what is pending, `NAME/excess` and `NAME/ring`; and the second word `NAME/carry` of what is slow beside
   * its step.
   */
  readonly arrays: Readonly<Record<string, DenseArray>>
  /** Fade and weights of the updates that are pending. */
  readonly rings?: Readonly<Record<string, readonly number[]>>
  readonly series: readonly Series[]
  /** What the run found worth a warning. */
  readonly warnings: readonly string[]
  /** The scenario with its parameters as they were. */
  readonly scenario: Model['scenario']
  /** SHA-256 of each file that the scenario names; checkpoints of before have none. */
  readonly files?: Readonly<Record<string, string>>
}

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
   * Advances the network; resolves when the ticks are submitted. All ticks are submitted before an error of a listener is thrown.
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
 * What a checkpoint consists of, where its types have not been checked by a compiler.
 * @throws ModelError that names the part
 */
function checkParts({ origin, arrays, series, warnings, seed }: Checkpoint): void {
  checkObject('`origin` of a checkpoint', origin, 'tick', 'a tick and its time')
  checkRecord('`arrays` of a checkpoint', arrays)
  for (const [name, array] of Object.entries(arrays)) {
    checkObject(`\`arrays.${name}\` of a checkpoint`, array, 'data', 'an array with its shape')
    checkNumbers(`\`arrays.${name}.data\` of a checkpoint`, array.data)
    checkNumbers(`\`arrays.${name}.shape\` of a checkpoint`, array.shape)
  }
  checkList('`series` of a checkpoint', series)
  for (const one of series) checkObject('`series` of a checkpoint', one, 'name', 'a list of series')
  checkTexts('`warnings` of a checkpoint', warnings)
  checkNumber('`seed` of a checkpoint', seed)
}

/** The plan by which a model, or a sketch of its shapes, is built on a device. */
export function planOn(device: GPUDevice, model: Model, options: SimulationOptions = {}): Residence {
  if (options.plan !== undefined) return options.plan
  const { resident = 'auto', ...planOptions } = options
  const limits = options.limits ?? device.limits
  return planResidence(model, limits, { ...abilitiesOf(device), ...planOptions }, resident)
}

/**
 * Times the products of a network on a device, a fraction of a second for each, and finds their fastest forms. Nothing is tuned
 * unless this is called; results differ by rounding alone.
 * @param known - what was found before, as this gave it; only the rest is timed
 * @returns for the option `tuned`; plain data, to be kept by adapter and version
 * @throws ModelError if the network does not fit the device
 */
export async function tune(
  device: GPUDevice,
  model: Model,
  options: SimulationOptions = {},
  known: Tuned = {},
): Promise<Tuned> {
  const { plan } = planOn(device, model, { ...options, tuned: known })
  const { tuned } = await tuneChoices(device, untuned(plan, known))
  return { ...known, ...tuned }
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
  let lost: RunError | undefined
  const forget = onLost(device, (error) => (lost = error))
  const engine = await createEngine(device, plan, model, !now).catch((error: unknown) => {
    forget()
    throw lost ?? error
  })
  const checkLost = (): void => {
    if (lost !== undefined) throw lost
  }
  if (lost !== undefined) engine.destroy()
  checkLost()
  // Model time counts integer ticks from the last change of dt; samples on their way belong to the dt before it.
  const firstEra = { tick: 0, time: 0, dt: model.time.dt }
  let eras = [firstEra]
  const timeOf = (tick: number): number => {
    const era = eras.findLast((one) => one.tick < tick) ?? eras[0] ?? firstEra
    return era.time + (tick - era.tick) * era.dt
  }

  let recording: Recording = createRecording(plan, model)
  let guard = createEnergyGuard(initial, () => model)
  let earlierWarnings = model.warnings
  /** Groups that `set` has made so slow that a second word, for which there is no room, would have to carry their steps. */
  let coarse: readonly string[] = []
  /** What `set` has made too long a step, the last of it that ticks were run with; asked for once a change. */
  let longSteps: readonly string[] = []
  let asksForSteps = false
  const warnings = (): readonly string[] => [
    ...new Set([...earlierWarnings, ...longSteps, ...guard.warnings(), ...coarse.map(tooCoarse)]),
  ]
  const samples = createListeners<Sample>()
  const changes = createListeners<Change>()
  const errors: Errors = createErrors()
  let timer: Timer | undefined
  let destroyed = false
  const checkAlive = (): void => {
    if (destroyed) throw destroyedError()
  }
  const checkDevice = (): void => {
    checkAlive()
    checkLost()
  }

  /** Calls one after the other; where none is under way, at once. */
  let underWay: Promise<void> | undefined
  const inTurn = <T>(act: () => Promise<T>): Promise<T> => {
    const result = underWay === undefined ? act() : underWay.then(act)
    const end = result
      .then(
        () => undefined,
        () => undefined,
      )
      .then(() => {
        if (underWay === end) underWay = undefined
      })
    underWay = end
    return result
  }

  const scheduler = createScheduler(engine, model, {
    ...(options.submitTime === undefined ? {} : { submitTime: options.submitTime }),
    onSample(raw) {
      const sample = readSample(plan, model, raw, timeOf(raw.tick))
      if (options.keepSamples !== false) recording.push(raw.probe, sample)
      guard.observe(sample, raw.quietSince)
      samples.tell(sample, errors, errors)
      checkFinite(sample)
    },
  })

  /** The bytes of buffers, as they are after what was submitted. */
  const copyOut = async (copies: readonly Copy[]): Promise<ArrayBuffer> => {
    checkDevice()
    const bytes = await readBuffers(engine, copies).catch((error: unknown) => {
      checkDevice()
      throw error
    })
    // A copy from a lost device reads as zeros.
    checkLost()
    return bytes
  }

  const readAll = async (names: readonly string[]): Promise<DenseArray[]> => {
    const lists = names.map((name) => copiesOf(plan, model, name))
    checkDevice()
    scheduler.ensure(names, 0)
    const bytes = await copyOut(lists.flat())
    let start = 0
    return names.map((name, index) => {
      const array = unpackArray(plan, model, name, bytes, start)
      start += bytesOf(lists[index] as Copy[])
      return array
    })
  }

  async function* readParts(
    name: string,
    parts: readonly Part[],
  ): AsyncGenerator<Float32Array, void, undefined> {
    checkDevice()
    scheduler.ensure([name], 0)
    for (const { copies, unpack } of parts) yield unpack(await copyOut(copies))
  }

  const upload = (name: string, data: ArrayLike<number>): void => {
    const dense = data instanceof Float32Array ? data : Float32Array.from(data)
    for (const { buffer, bytes } of packArray(plan, model, name, dense))
      device.queue.writeBuffer(engine.buffer(buffer), 0, bytes)
  }

  /** Derived arrays from which the state follows where they are written. */
  const writable = plan.derived.filter(({ takeBack }) => takeBack.length > 0).map(({ name }) => name)
  const deferred = plan.deferred.map(({ name }) => name)
  const checkWritable = (name: string): void => {
    const [owner = '', part] = name.split('/')
    if (part !== undefined)
      throw new ModelError(`\`${name}\` follows from the state and cannot be written; write \`${owner}\``)
    if (writable.includes(name) || !plan.derived.some((one) => one.name === name && one.made === 'demand'))
      return
    throw new ModelError(
      `\`${name}\` is not plastic and follows from its patterns: it cannot be written; give it as a base of its own`,
    )
  }

  /** Of symmetric couplings only one half is read. */
  const checkSymmetric = (name: string, data: ArrayLike<number>): void => {
    const isFolded = plan.tick.some(
      ({ kernel, buffers }) => kernel.entryPoint === 'fold' && buffers.matrix?.startsWith(`${name}/`),
    )
    const matrix = plan.matrices.get(name)
    if (!isFolded || matrix === undefined) return
    const { rows } = matrix
    for (let copy = 0; copy < data.length; copy += rows * rows)
      for (let row = 0; row < rows; row++)
        for (let column = 0; column < row; column++) {
          const [here, there] = [data[copy + row * rows + column], data[copy + column * rows + row]]
          if (here === there) continue
          throw new ModelError(
            `\`${name}\` must be symmetric, but entry [${row}, ${column}] is ${here} and [${column}, ${row}] is ${there}`,
          )
        }
  }

  const write = (name: string, data: ArrayLike<number>): void => {
    checkWritable(name)
    checkSymmetric(name, data)
    upload(name, data)
    if (writable.includes(name)) scheduler.takeBack(name)
    scheduler.disturb()
  }

  /** Numbers that are to be written; a name that is not there is said first. */
  const floatsFor = (name: string, data: ArrayLike<number>, at = 0): Float32Array => {
    copiesOf(plan, model, name)
    return finiteFloats(name, data, at, plan.matrices.get(name)?.format)
  }

  /** Names of what a run changes. */
  const dynamicNames = [
    ...model.layers.filter(({ tau }) => tau > 0),
    ...model.synapses.filter(({ tau }) => tau !== undefined),
    ...model.memories.filter(({ tau }) => tau !== undefined),
  ].map(({ name }) => name)

  /** Second words of what a run changes. */
  const carriedNames = [...dynamicNames, ...plan.deferred.flatMap(({ arrays }) => arrays)]
    .map(carryNameOf)
    .filter((name) => hasCarry(plan.buffers, name))

  const checkTicks = (ticks: number): void => {
    if (Number.isInteger(ticks) && ticks >= 0) return
    throw new ModelError(`step takes a whole number of ticks, 0 or more, not ${ticks}`)
  }
  const checkRoom = (ticks: number): void => {
    const { tick } = scheduler
    if (tick + ticks > LAST_TICK)
      throw new ModelError(
        `${ticks} ticks from tick ${tick} on lead beyond tick ${LAST_TICK}, the last; give fewer`,
      )
    if (options.keepSamples !== false) recording.checkRoom(tick, ticks)
  }

  /** Steps when those before are done. */
  const advance = <T>(ticks: number, act: () => Promise<T>): Promise<T> =>
    inTurn(async () => {
      checkDevice()
      checkRoom(ticks)
      if (asksForSteps && ticks > 0) {
        asksForSteps = false
        const found = stepWarnings(model)
        if (found.length > 0) longSteps = found
      }
      const result = await act()
      errors.throwFirst()
      return result
    })

  /** What can be wrong with a checkpoint is found before anything is changed. */
  const checkCheckpoint = (checkpoint: Checkpoint): void => {
    const missing = dynamicNames.find((name) => checkpoint.arrays[name] === undefined)
    if (missing !== undefined)
      throw new ModelError(`the checkpoint has no state of \`${missing}\`; it belongs to another scenario`)
    checkRestorable(plan, model, checkpoint)
    for (const name of dynamicNames) checkSymmetric(name, (checkpoint.arrays[name] as DenseArray).data)
  }

  const timed = async (ticks: number, submitted?: () => void): Promise<Profile> => {
    timer ??= createTimer(device)
    const current = model
    try {
      await scheduler.run(ticks, timer)
    } finally {
      submitted?.()
    }
    return timer.read(current)
  }

  const reset = async (): Promise<void> => {
    checkDevice()
    await scheduler.flush().catch(() => undefined)
    checkDevice()
    engine.reset(model)
    eras = [{ tick: 0, time: 0, dt: model.time.dt }]
    earlierWarnings = model.warnings
    longSteps = []
    asksForSteps = model !== initial
    recording = createRecording(plan, model)
    guard = createEnergyGuard(initial, () => model)
    scheduler.restart(0)
  }

  const restore = async (checkpoint: Checkpoint, next: Recording): Promise<void> => {
    checkDevice()
    await scheduler.flush().catch(() => undefined)
    checkDevice()
    engine.reset(model)
    scheduler.restart(checkpoint.tick)
    // After the stimulus, which may set states of its own.
    for (const name of dynamicNames) {
      const parts = plan.deferred.find((one) => one.name === name)?.arrays ?? []
      const saved = checkpoint.rings?.[name]
      const found = parts.flatMap((part) => {
        const array = checkpoint.arrays[part]
        return array === undefined ? [] : [{ part, data: array.data }]
      })
      if (saved !== undefined && found.length > 0 && found.length === parts.length) {
        for (const { part, data } of found) upload(part, data)
        scheduler.updates.load(name, saved)
      } else write(name, (checkpoint.arrays[name] as DenseArray).data)
    }
    for (const name of carriedNames) {
      const carry = checkpoint.arrays[name]
      if (carry !== undefined) upload(name, carry.data)
    }
    eras = [{ ...checkpoint.origin, dt: model.time.dt }]
    earlierWarnings = checkpoint.warnings
    longSteps = []
    asksForSteps = model !== initial
    recording = next
    guard = createEnergyGuard(initial, () => model)
  }

  /** The samples of a checkpoint, to be gone on with; from tick 0 on, those of tick 0 are taken again. */
  const recordingOf = ({ tick, series }: Checkpoint): Recording => {
    const next = createRecording(plan, model)
    if (tick === 0) return next
    next.series.forEach(({ name }, probe) => {
      const found = series.find((one) => one.name === name)
      const saved = found && flatOf(found)
      saved?.tick.forEach((at, index) => {
        next.push(probe, sampleAt(saved, at, index))
      })
    })
    return next
  }

  return {
    get model() {
      return model
    },
    plan,
    engine,
    get tick() {
      return scheduler.tick
    },
    get time() {
      return timeOf(scheduler.tick)
    },
    get counts() {
      const { dispatches, submits, pending, batch } = scheduler
      return { dispatches, submits, pending, batch }
    },
    get warnings() {
      return warnings()
    },
    get isExact() {
      return coarse.length === 0
    },
    async step(ticks = 1) {
      checkDevice()
      checkTicks(ticks)
      await advance(ticks, () => scheduler.run(ticks))
    },
    canProfile: device.features.has('timestamp-query'),
    async profile(ticks, submitted) {
      checkDevice()
      checkTicks(ticks)
      if (!device.features.has('timestamp-query')) {
        throw new ModelError(
          'this device cannot time its kernels; request it with the feature `timestamp-query`, if the adapter has it',
        )
      }
      return advance(ticks, () => timed(ticks, submitted))
    },
    async flush() {
      checkDevice()
      await underWay
      await scheduler.flush()
      await Promise.all([samples.settled(), changes.settled()])
      checkAlive()
      errors.throwFirst()
    },
    async read(name) {
      checkDevice()
      return (await readAll([name]))[0] as DenseArray
    },
    readPieces(name) {
      checkDevice()
      const { shape, parts } = partsOf(plan, model, name)
      return { shape, pieces: readParts(name, parts) }
    },
    ensure(names, behind = 0) {
      checkAlive()
      checkList('ensure', names)
      checkTexts('ensure', names)
      scheduler.ensure(names, behind)
    },
    write(name, data) {
      checkAlive()
      checkNumbers('write', data)
      write(name, floatsFor(name, data))
    },
    writePart(name, at, data) {
      checkAlive()
      checkNumbers('writePart', data)
      const { buffer, offset, bytes } = packPart(plan, model, name, at, floatsFor(name, data, at))
      if (model.synapses.some((synapse) => synapse.name === name)) {
        throw new ModelError(`\`${name}\` is symmetric and cannot be written in part; write the whole of it`)
      }
      device.queue.writeBuffer(engine.buffer(buffer), offset, bytes)
      scheduler.disturb()
    },
    writeCue(index, at, data) {
      checkAlive()
      checkNumbers('writeCue', data)
      const floats = finiteFloats(`stimulus.${index}.patterns`, data, at)
      const { buffer, offset, bytes } = packCue(model, index, at, floats)
      device.queue.writeBuffer(engine.buffer(buffer), offset, bytes)
      scheduler.disturb()
    },
    adopt(next) {
      checkAlive()
      checkObject('adopt', next, 'layers', 'a model')
      if (!fitsPatterns(model, next)) {
        throw new ModelError(
          'only the values of patterns can change while the network runs; build it anew from the changed scenario',
        )
      }
      // States stay, among them what is derived by way of patterns.
      scheduler.ensure(writable, 0)
      engine.adopt(model, next)
      model = next
      for (const name of writable) scheduler.takeBack(name)
      scheduler.update(model)
      scheduler.show()
    },
    get parameters() {
      return runningParameters(model)
    },
    set(path, value) {
      checkAlive()
      checkText('set', path)
      const next = withParameter(model, path, value)
      const before = numberAt(model.scenario, path)
      if (next.time.dt !== model.time.dt)
        eras.push({ tick: scheduler.tick, time: timeOf(scheduler.tick), dt: next.time.dt })
      model = next
      coarse = withoutCarry(plan.buffers, model)
      asksForSteps = true
      engine.update(model)
      scheduler.update(model)
      const change = { path, before, value, tick: scheduler.tick, time: timeOf(scheduler.tick) }
      const thrown = createErrors()
      changes.tell(change, thrown, errors)
      thrown.throwFirst()
    },
    onChange(listener) {
      checkAlive()
      checkFunction('onChange', listener)
      return changes.add(listener)
    },
    get series() {
      return recording.series
    },
    onSample(listener) {
      checkAlive()
      checkFunction('onSample', listener)
      return samples.add(listener)
    },
    reset: () => inTurn(reset),
    async checkpoint() {
      checkDevice()
      const { tick } = scheduler
      const era = eras.at(-1) ?? firstEra
      const rings = Object.fromEntries(deferred.map((name) => [name, scheduler.updates.save(name)]))
      const parts = plan.deferred.flatMap(({ arrays }) => arrays)
      const names = [...dynamicNames, ...parts, ...carriedNames]
      const seen = recording
      const [arrays] = await Promise.all([readAll(names), scheduler.flush()])
      return {
        tick,
        origin: { tick: era.tick, time: era.time },
        seed: model.seed,
        variants: plan.variants,
        arrays: Object.fromEntries(names.map((name, index) => [name, arrays[index] as DenseArray])),
        ...(deferred.length > 0 && { rings }),
        series: seen.until(tick),
        warnings: warnings(),
        scenario: model.scenario,
        files: model.files,
      }
    },
    async restore(checkpoint) {
      checkDevice()
      for (const part of ['tick', 'origin', 'arrays', 'series', 'warnings'])
        checkObject('restore', checkpoint, part, 'what `checkpoint` gave')
      checkParts(checkpoint)
      checkCheckpoint(checkpoint)
      const next = recordingOf(checkpoint)
      await inTurn(() => restore(checkpoint, next))
    },
    destroy() {
      if (destroyed) return
      destroyed = true
      forget()
      timer?.destroy()
      scheduler.destroy()
      engine.destroy()
    },
  }
}

function tooCoarse(name: string): string {
  return `\`${name}\` has become so slow that float32 loses part of its steps; build the simulation anew to carry what is lost`
}

/** @throws ModelError if the series ends before that */
function sampleAt(series: Series, tick: number, index: number): Sample {
  const [time, value, terms] = [series.time[index], series.value[index], series.terms?.[index]]
  if (time === undefined || value === undefined || (series.terms !== undefined && terms === undefined))
    throw new ModelError(`the samples of \`${series.name}\` end before tick ${tick}; take another checkpoint`)
  return { probe: series.name, tick, time, value, ...(terms !== undefined && { terms }) }
}

function numberAt(scenario: unknown, path: string): number {
  let value: unknown = scenario
  for (const key of path.split('.')) value = (value as Readonly<Record<string, unknown>>)[key]
  return value as number
}

/** The bytes of buffers, one behind the other, all of one moment. */
async function readBuffers(engine: Engine, copies: readonly Copy[]): Promise<ArrayBuffer> {
  const { device } = engine
  const encoder = device.createCommandEncoder({ label: 'read' })
  // A staging buffer each: together they may be more than one buffer can hold.
  const staged = copies.map(({ buffer, offset = 0, bytes }) => {
    const staging = device.createBuffer({
      label: `read ${buffer}`,
      size: bytes,
      usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST,
    })
    encoder.copyBufferToBuffer(engine.buffer(buffer), offset, staging, 0, bytes)
    return staging
  })
  try {
    device.queue.submit([encoder.finish()])
    await Promise.all(staged.map((staging) => staging.mapAsync(GPUMapMode.READ)))
    const all = new Uint8Array(bytesOf(copies))
    let start = 0
    for (const staging of staged) {
      all.set(new Uint8Array(staging.getMappedRange()), start)
      start += staging.size
    }
    return all.buffer
  } catch (error) {
    throw readError(error)
  } finally {
    for (const staging of staged) staging.destroy()
  }
}
