/** Encodes ticks as dispatches, in the order of docs/scenario.md, "A tick". Allocates nothing on the GPU. */
import type { Engine } from '../gpu/engine.ts'
import type { Model } from '../model/model.ts'
import { CHANGES, createRecords, isDue } from '../plan/clock.ts'
import { type Pending, createPending } from '../plan/deferred.ts'
import { STIMULUS, type Timer } from './profile.ts'
import { type Recorder, createRecorders } from './recorders.ts'
import { type Sampling, createSampling } from './sampling.ts'
import { createShown } from './shown.ts'

export interface Ticks {
  /** Ticks encoded so far. */
  readonly done: number
  /** Dispatches so far. */
  readonly dispatches: number
  /** The deferred updates. */
  readonly updates: Pending
  /**
   * Encodes the ticks of one submit, and uploads their records.
   * @param limit - the most ticks; fewer are encoded if the submit is full
   * @param timer - times the groups of these ticks, as far as it has room; results do not change
   */
  encode(
    encoder: GPUCommandEncoder,
    limit: number,
    timer?: Timer,
  ): { readonly ticks: number; readonly samples: Sampling }
  /**
   * Submits the commands that update derived arrays to the present state, if they are not up to date.
   * @param behind - allowed age in ticks
   */
  ensure(names: readonly string[], behind: 0 | 1): void
  /** Submits the commands that compute the state from a derived array after a write. */
  takeBack(name: string): void
  /** Call after parameters, or the state from outside, have changed. */
  disturb(): void
  /** Sets the model whose parameters act from now on. */
  update(model: Model): void
  /** Shows the stimuli of the last tick again after their patterns have changed; initial states only before tick 1. */
  show(): void
  /**
   * Starts again at a tick; the buffers must already contain its state.
   * @param isSampled - false = the probes that are due sample the state before the next tick
   */
  restart(tick: number, isSampled: boolean): void
}

/** The ticks of an engine, from tick 0 with the initial state. */
export function createTicks(engine: Engine, model: Model): Ticks {
  const { plan } = engine
  let current = model
  const updates = createPending(plan.deferred)
  const records = createRecords(plan.clock, engine.clock.records + 1)
  const recorders = createRecorders(engine, records, updates)
  const shown = createShown(records, () => current)

  let tick = 0
  let sampledStart = false
  let quietSince = 0
  /** Whether activations computed with their states must be computed again. */
  let stale = true

  const owners = engine.tick.map(({ operation }) => operation.owner)
  /** The most passes of a timed tick: owners may occur several times, stimulus and probes once. */
  const mostPasses = engine.prepare.length + owners.length + engine.deferred.length + 3

  /** A kernel for many ticks, if it supports the present parameters. */
  const batchedFor = (isStart: boolean): Engine['batched'] => {
    if (plan.batched?.knows(current) !== true) return undefined
    // This kernel reads the state of an always clamped layer from its cue.
    return isStart && !shown.isKnown ? undefined : engine.batched
  }

  const recorderFor = (encoder: GPUCommandEncoder, isStart: boolean, timer?: Timer): Recorder => {
    if (timer !== undefined) return recorders.timed(encoder, timer)
    const batched = batchedFor(isStart)
    return batched === undefined ? recorders.all(encoder, tick) : recorders.batched(encoder, batched)
  }

  /** Stage 1: dispatched only when the stimulus changes; clamps and currents stay until then. */
  const stimulate = ({ record }: Recorder, word: number): void => {
    if (!shown.advance(word, tick)) return
    records.raise(word, CHANGES)
    for (const command of engine.stimulate) record(command, STIMULUS)
    stale = true
    quietSince = tick + 1
  }

  /** Runs first in a tick after states were changed from outside. */
  const prepare = ({ record }: Recorder): void => {
    if (stale) for (const command of engine.prepare) record(command, command.operation.owner)
    stale = false
  }

  /** Stages 1 to 4. */
  const run = (recorder: Recorder, word: number): void => {
    stimulate(recorder, word)
    prepare(recorder)
    if (plan.batched !== undefined) records.raise(word, plan.batched.flags(current, tick, shown.rows))
    engine.tick.forEach((command, index) => {
      if (isDue(tick, command.every) && updates.takes(command.operation))
        recorder.record(command, owners[index] as string)
    })
    updates.advance(tick, current)
    tick++
  }

  /** Shows a stimulus outside a tick. */
  const show = (): void => {
    stale = true
    const last = Math.max(0, tick - 1)
    recorders.alone(`stimulus of tick ${last}`, last, engine.stimulate, (word) => shown.repeat(word, tick))
  }

  const restart = (at: number, isSampled: boolean): void => {
    tick = at
    updates.clear()
    sampledStart = isSampled
    quietSince = at
    show()
  }
  restart(0, false)

  return {
    get done() {
      return tick
    },
    get dispatches() {
      return recorders.dispatches
    },
    updates,
    encode(encoder, limit, timer) {
      const samples = createSampling(engine, records, updates)
      const isStart = !sampledStart && plan.probes.length > 0
      const timing = timer?.hasRoom(mostPasses) ? timer : undefined
      const recorder = recorderFor(encoder, isStart, timing)
      if (isStart) {
        const word = recorder.open(tick)
        shown.put(word)
        samples.take(recorder, word, tick, quietSince)
      }
      sampledStart = true
      let ticks = 0
      while (ticks < limit && !samples.hasSnapshot && recorders.hasRoom && samples.hasRoom(tick + 1)) {
        const word = recorder.open(tick)
        run(recorder, word)
        ticks++
        samples.take(recorder, word, tick, quietSince)
        timing?.tick()
        // If there is no room for its times, the rest is not timed, from the next submit on.
        if (timing?.hasRoom(mostPasses) === false) break
      }
      recorder.end({ tick, snapshot: samples.hasSnapshot })
      // A kernel for many ticks does not write its activations.
      stale ||= recorder.isBatched
      recorders.upload()
      return { ticks, samples }
    },
    ensure(names, behind) {
      const areKept = behind > 0 && engine.batched === undefined
      const wanted = engine.derived.filter(
        ({ derived: { name, made } }) => names.includes(name) && !(areKept && made === 'tick'),
      )
      // Buffers on demand are allocated here.
      for (const { derived } of wanted) for (const name of derived.buffers) engine.buffer(name)
      const makes = new Set(wanted.flatMap(({ make }) => make))
      // Parts of stage 2 run in its order, because they share buffers for intermediate results.
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
      shown.forget()
    },
    update(next) {
      current = next
      quietSince = tick + 1
      stale = true
    },
    show,
    restart,
  }
}
