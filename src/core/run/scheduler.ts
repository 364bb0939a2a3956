/**
 * Ticks become command buffers: many ticks in one compute pass and one submit, in the order of
 * docs/scenario.md, "A tick". Nothing is allocated on the GPU here; samples leave through a small pool of staging
 * buffers, without a stall.
 */
import type { RunError } from '../errors.ts'
import type { Model } from '../model/model.ts'
import { shownAt } from '../model/stimulus.ts'
import type { Engine } from '../gpu/engine.ts'
import { CHANGES, SAMPLES, createRecords, isDue, isSampled } from '../plan/clock.ts'
import { type Pending, createPending } from '../plan/deferred.ts'
import { destroyedError, readError } from './failures.ts'
import { onLost } from './lost.ts'
import { PROBES, STIMULUS, type Timer } from './profile.ts'
import { type RawSample, type Taken, createReadback } from './readback.ts'
import { type Recorder, createRecorders } from './recorders.ts'

export interface Scheduler {
  /** Ticks encoded so far. */
  readonly tick: number
  /** Submits so far. */
  readonly submits: number
  /** Dispatches so far. */
  readonly dispatches: number
  /** Submits that the GPU has not finished. */
  readonly pending: number
  /** Ticks that one submit takes, as fitted to the time of one; Infinity = as many as one can hold. */
  readonly batch: number
  /**
   * Encodes and submits ticks; resolves when all are submitted, which is when at most two batches are still running.
   * @param timer - times the groups of these ticks, as far as it has room; what is computed stays the same
   * @throws RunError when a value was found that is not finite, the device is lost, or `destroy` was called
   */
  run(ticks: number, timer?: Timer): Promise<void>
  /**
   * Resolves when everything submitted has run and its samples are delivered.
   * @throws RunError as `run` does
   */
  flush(): Promise<void>
  /** Updates that are kept and not yet carried out. */
  readonly updates: Pending
  /**
   * Submits what makes derived arrays belong to the state as it stands; does nothing where that is so anyway.
   * @param behind - ticks that they may be behind
   */
  ensure(names: readonly string[], behind: 0 | 1): void
  /** Submits what makes the state of a derived array that was written in its buffers. */
  takeBack(name: string): void
  /** To be called when parameters, or the state from outside, have changed. */
  disturb(): void
  /** The model whose parameters act from now on. */
  update(model: Model): void
  /** Shows what the last tick showed once more, after its patterns have changed; initial states only before tick 1. */
  show(): void
  /** Starts again at a tick; the buffers already hold its state. */
  restart(tick: number): void
  destroy(): void
}

export interface SchedulerOptions {
  /** What it throws ends the run, after the other samples of its batch. */
  readonly onSample: (sample: RawSample) => void
  /** Longest time in ms that one submit should take, so that a page stays responsive. */
  readonly submitTime?: number
}

/** Stands for the row that an item shows when that is not known: no row is equal to it. */
const UNKNOWN = -2

/** Makes the scheduler of an engine, at tick 0 with the initial state. */
export function createScheduler(engine: Engine, model: Model, options: SchedulerOptions): Scheduler {
  const { device, plan } = engine
  const submitTime = options.submitTime ?? 100
  const records = createRecords(plan.clock, engine.clock.records + 1)
  const { perTick } = plan.clock
  const mostTicks = engine.clock.records / perTick
  const updates = createPending(plan.deferred)

  const recorders = createRecorders(engine, records, updates)
  const readback = createReadback(engine, model)
  const free = [...readback.staging]
  let waiting: (() => void)[] = []

  let current = model
  let tick = 0
  let sampledStart = false
  let quietSince = 0
  let submits = 0
  let pending = 0
  let batchLimit = 1
  let lastDone = 0
  let failure: RunError | undefined
  /** Whether activations that follow their states have to be computed anew. */
  let stale = true
  let destroyed = false
  const shown = new Int32Array(model.stimulus.length).fill(-1)

  const forget = onLost(device, (error) => {
    failure ??= error
    wake()
  })

  /** Lets everything that waits look again. */
  function wake(): void {
    const woken = waiting
    waiting = []
    for (const resolve of woken) resolve()
  }

  const owners = engine.tick.map(({ operation }) => operation.owner)
  /** Passes of a timed tick, at most: every owner may come again and again, stimulus and probes once. */
  const mostPasses = engine.prepare.length + owners.length + engine.deferred.length + 3

  /** The row an item shows in a tick; the initial states of tick 0 have been set before it. */
  const rowShown = (index: number, at: number): number => {
    const item = current.stimulus[index] as Model['stimulus'][number]
    return item.kind === 'initial' && at === 0 ? -1 : shownAt(item, index, current.seed, at)
  }

  /** Stage 1: dispatched only when what is shown changes; clamps and currents last until then. */
  const stimulate = ({ record }: Recorder, word: number, at: number): void => {
    let changes = false
    for (let index = 0; index < shown.length; index++) {
      const row = rowShown(index, at)
      records.show(word, index, row)
      if (row !== shown[index]) {
        shown[index] = row
        changes = true
      }
    }
    if (!changes) return
    records.raise(word, CHANGES)
    for (const command of engine.stimulate) record(command, STIMULUS)
    stale = true
    quietSince = at + 1
  }

  /** Before the rest of a tick whose states were changed from outside. */
  const prepare = ({ record }: Recorder): void => {
    if (stale) for (const command of engine.prepare) record(command, command.operation.owner)
    stale = false
  }

  interface Batch {
    readonly samples: Taken[]
    readonly used: number[]
    records: number
    snapshot: boolean
  }

  /** Before samples where updates are deferred: an energy wants them carried out, a snapshot what is made on demand. */
  const settlePending = ({ record, open }: Recorder, batch: Batch): number => {
    const due = plan.probes.filter(({ probe }) => isSampled(tick, probe.every))
    if (!updates.isEmpty && due.some(({ needsFlush }) => needsFlush)) {
      open(batch.records++, tick)
      for (const { flush, deferred } of engine.deferred)
        for (const command of flush) record(command, deferred.name)
      updates.clear()
    }
    const word = open(batch.records++, tick)
    for (const { make, derived } of engine.derived)
      if (derived.made === 'demand' && due.some(({ copies }) => copies === derived.name))
        for (const command of make) record(command, PROBES)
    return word
  }

  /** Stage 5: samples of the probes that are due in the state after `tick` ticks. */
  const sample = (recorder: Recorder, recordWord: number, batch: Batch): void => {
    const { record } = recorder
    let word = recordWord
    if (perTick > 1 && plan.probes.some(({ probe }) => isSampled(tick, probe.every)))
      word = settlePending(recorder, batch)
    let refreshed = false
    plan.probes.forEach(({ probe, slotWord, copies }, index) => {
      if (!isSampled(tick, probe.every)) return
      const slot = batch.used[index] as number
      batch.used[index] = slot + 1
      batch.samples.push({ probe: index, tick, quietSince, slot })
      records.put(word, slotWord, slot)
      if (!refreshed) {
        for (const command of engine.refresh) record(command, PROBES)
        records.raise(word, SAMPLES)
      }
      refreshed = true
      if (copies !== undefined) batch.snapshot = true
      for (const command of engine.probes[index] ?? []) record(command, PROBES)
    })
  }

  /** False when a probe due after the next tick has no slot left in this batch. */
  const hasRoom = (batch: Batch): boolean =>
    plan.probes.every(
      ({ probe, capacity }, index) =>
        !isSampled(tick + 1, probe.every) || capacity === 0 || (batch.used[index] as number) < capacity,
    )

  const encode = (
    encoder: GPUCommandEncoder,
    limit: number,
    timer?: Timer,
  ): { batch: Batch; ticks: number } => {
    const batch: Batch = { samples: [], used: plan.probes.map(() => 0), records: 0, snapshot: false }
    const isStart = tick === 0 && !sampledStart && plan.probes.length > 0
    // A kernel for many ticks has the state of a layer that is always held from the row that it is shown.
    const isShown = !shown.includes(UNKNOWN)
    const timing = timer?.hasRoom(mostPasses) ? timer : undefined
    const recorder =
      timing !== undefined
        ? recorders.timed(encoder, timing)
        : engine.batched === undefined || plan.batched?.knows(current) !== true || (isStart && !isShown)
          ? recorders.all(encoder, tick)
          : recorders.batched(encoder, engine.batched)
    const { record, open, end } = recorder
    let ticks = 0
    if (isStart) {
      const word = open(batch.records++, 0)
      shown.forEach((row, index) => records.show(word, index, row))
      sample(recorder, word, batch)
    }
    sampledStart = true
    while (
      ticks < limit &&
      !batch.snapshot &&
      batch.records + perTick <= engine.clock.records &&
      hasRoom(batch)
    ) {
      const word = open(batch.records++, tick)
      stimulate(recorder, word, tick)
      prepare(recorder)
      if (plan.batched !== undefined) records.raise(word, plan.batched.flags(current, tick, shown))
      engine.tick.forEach((command, index) => {
        if (isDue(tick, command.every) && updates.takes(command.operation))
          record(command, owners[index] as string)
      })
      updates.advance(tick, current)
      tick++
      ticks++
      sample(recorder, word, batch)
      timing?.tick()
      // What has no room is not timed, from the next submit on.
      if (timing?.hasRoom(mostPasses) === false) break
    }
    end({ tick, snapshot: batch.snapshot })
    // A kernel for many ticks keeps its activations to itself.
    stale ||= recorder.isBatched
    return { batch, ticks }
  }

  /** Fits the ticks of a submit to the time that it should take. */
  const adapt = (ticks: number, started: number): void => {
    const now = Date.now()
    const elapsed = now - Math.max(started, lastDone)
    lastDone = now
    if (ticks < batchLimit) return
    if (elapsed * 2 < submitTime) batchLimit = Math.min(mostTicks, batchLimit * 2)
    else if (elapsed > submitTime) batchLimit = Math.max(1, batchLimit >> 1)
  }

  const submit = (target: GPUBuffer, limit: number, timer?: Timer): number => {
    const started = Date.now()
    const encoder = device.createCommandEncoder({ label: `batch at tick ${tick}` })
    const { batch, ticks } = encode(encoder, limit, timer)
    readback.encode(encoder, batch.used, target)
    recorders.upload(batch.records + 1)
    device.queue.submit([encoder.finish()])
    submits++
    pending++
    target
      .mapAsync(GPUMapMode.READ)
      .then(() => {
        adapt(ticks, started)
        if (destroyed) return
        const refused = readback.deliver(batch.samples, target.getMappedRange(), options.onSample)
        failure ??= refused
        target.unmap()
      })
      .catch((error: unknown) => {
        if (!destroyed) failure ??= readError(error)
      })
      .finally(() => {
        release(target)
      })
    return ticks
  }

  const release = (target: GPUBuffer): void => {
    free.push(target)
    pending--
    wake()
  }

  const changed = (): Promise<void> => new Promise((resolve) => waiting.push(resolve))

  const throwFailure = (): void => {
    if (destroyed) throw destroyedError()
    if (failure !== undefined) throw failure
  }

  /** Shows the stimulus of a tick to a state that is not just being run through it. */
  const applyStimulus = (at: number, rows: (index: number) => number): void => {
    stale = true
    recorders.alone(`stimulus of tick ${at}`, at, engine.stimulate, (word) => {
      for (let index = 0; index < shown.length; index++) records.show(word, index, rows(index))
    })
  }

  const show = (at: number): void => {
    // The stimulus of tick 0 is part of the initial state, so that a sample at tick 0 sees the cue; later ones act in
    // stage 1 of their tick, and what the last tick showed still holds.
    const last = Math.max(0, at - 1)
    for (let index = 0; index < shown.length; index++) shown[index] = rowShown(index, last)
    applyStimulus(last, (index) => {
      const item = current.stimulus[index] as Model['stimulus'][number]
      if (item.kind !== 'initial') return shown[index] as number
      // A state that has run on since it was set is not set again.
      return at === 0 ? shownAt(item, index, current.seed, 0) : -1
    })
  }
  const restart = (at: number): void => {
    tick = at
    updates.clear()
    stale = true
    sampledStart = at > 0
    quietSince = at
    failure = undefined
    show(at)
  }
  restart(0)

  return {
    get tick() {
      return tick
    },
    get submits() {
      return submits
    },
    get dispatches() {
      return recorders.dispatches
    },
    get pending() {
      return pending
    },
    get batch() {
      return batchLimit < mostTicks ? batchLimit : Infinity
    },
    async run(ticks, timer) {
      // What has been dispatched by now costs as much as compiling what needs no such dispatches.
      if (recorders.dispatches >= (plan.batched?.worth ?? Infinity)) engine.compileBatched()
      let left = ticks
      do {
        while (free.length === 0 && failure === undefined && !destroyed) await changed()
        throwFailure()
        left -= submit(free.pop() as GPUBuffer, Math.min(left, batchLimit), timer)
      } while (left > 0)
      throwFailure()
    },
    async flush() {
      // After a failure too: what is still on its way belongs to the run that failed.
      while (pending > 0 && !destroyed) await changed()
      throwFailure()
    },
    updates,
    ensure(names, behind) {
      const areKept = behind > 0 && engine.batched === undefined
      const wanted = engine.derived.filter(
        ({ derived: { name, made } }) => names.includes(name) && !(areKept && made === 'tick'),
      )
      // What is made on demand gets its buffers now.
      for (const { derived } of wanted) for (const name of derived.buffers) engine.buffer(name)
      const makes = new Set(wanted.flatMap(({ make }) => make))
      // Parts of stage 2 keep its order: they share buffers for what stands between.
      recorders.alone('ensure', tick, [
        ...new Set([...engine.refresh.filter((one) => makes.has(one)), ...makes]),
      ])
    },
    takeBack(name) {
      const { takeBack = [] } = engine.derived.find(({ derived }) => derived.name === name) ?? {}
      recorders.alone(`take back ${name}`, tick, takeBack)
      updates.clear(name)
    },
    disturb() {
      quietSince = tick + 1
      stale = true
      // A clamp takes hold again of a state that was written.
      shown.fill(UNKNOWN)
    },
    update(next) {
      current = next
      quietSince = tick + 1
      stale = true
    },
    show() {
      show(tick)
    },
    restart,
    destroy() {
      destroyed = true
      forget()
      readback.destroy()
      wake()
    },
  }
}
