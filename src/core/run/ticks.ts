/** Ticks become dispatches, in the order of docs/scenario.md, "A tick". Nothing is allocated on the GPU here. */
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
  /** Updates that are kept and not yet carried out. */
  readonly updates: Pending
  /**
   * Encodes the ticks of one submit, and uploads their records.
   * @param limit - fewer are encoded where the submit has no room for more
   * @param timer - times the groups of these ticks, as far as it has room; what is computed stays the same
   */
  encode(
    encoder: GPUCommandEncoder,
    limit: number,
    timer?: Timer,
  ): { readonly ticks: number; readonly samples: Sampling }
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
  /** Whether activations that follow their states have to be computed anew. */
  let stale = true

  const owners = engine.tick.map(({ operation }) => operation.owner)
  /** Passes of a timed tick, at most: every owner may come again and again, stimulus and probes once. */
  const mostPasses = engine.prepare.length + owners.length + engine.deferred.length + 3

  /** A kernel for many ticks, where it has all that the model asks for. */
  const batchedFor = (isStart: boolean): Engine['batched'] => {
    if (plan.batched?.knows(current) !== true) return undefined
    // It has the state of a layer that is always held from the row that it is shown.
    return isStart && !shown.isKnown ? undefined : engine.batched
  }

  const recorderFor = (encoder: GPUCommandEncoder, isStart: boolean, timer?: Timer): Recorder => {
    if (timer !== undefined) return recorders.timed(encoder, timer)
    const batched = batchedFor(isStart)
    return batched === undefined ? recorders.all(encoder, tick) : recorders.batched(encoder, batched)
  }

  /** Stage 1: dispatched only when what is shown changes; clamps and currents last until then. */
  const stimulate = ({ record }: Recorder, word: number): void => {
    if (!shown.advance(word, tick)) return
    records.raise(word, CHANGES)
    for (const command of engine.stimulate) record(command, STIMULUS)
    stale = true
    quietSince = tick + 1
  }

  /** Before the rest of a tick whose states were changed from outside. */
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

  /** Shows a stimulus to a state that is not just being run through it. */
  const show = (): void => {
    stale = true
    const last = Math.max(0, tick - 1)
    recorders.alone(`stimulus of tick ${last}`, last, engine.stimulate, (word) => shown.repeat(word, tick))
  }

  const restart = (at: number): void => {
    tick = at
    updates.clear()
    sampledStart = at > 0
    quietSince = at
    show()
  }
  restart(0)

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
      const isStart = tick === 0 && !sampledStart && plan.probes.length > 0
      const timing = timer?.hasRoom(mostPasses) ? timer : undefined
      const recorder = recorderFor(encoder, isStart, timing)
      if (isStart) {
        const word = recorder.open(0)
        shown.put(word)
        samples.take(recorder, word, 0, quietSince)
      }
      sampledStart = true
      let ticks = 0
      while (ticks < limit && !samples.hasSnapshot && recorders.hasRoom && samples.hasRoom(tick + 1)) {
        const word = recorder.open(tick)
        run(recorder, word)
        ticks++
        samples.take(recorder, word, tick, quietSince)
        timing?.tick()
        // What has no room is not timed, from the next submit on.
        if (timing?.hasRoom(mostPasses) === false) break
      }
      recorder.end({ tick, snapshot: samples.hasSnapshot })
      // A kernel for many ticks keeps its activations to itself.
      stale ||= recorder.isBatched
      recorders.upload()
      return { ticks, samples }
    },
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
