/** The host's record of a run: model time, samples and warnings. All start again together. */
import type { Model } from '../model/model.ts'
import type { Plan } from '../plan/plan.ts'
import { createMeans } from './means.ts'
import type { RawSample } from './readback.ts'
import { type Recording, continueRecording, createRecording } from './recording.ts'
import type { Checkpoint } from './restorable.ts'
import { type Sample, type Series, readSample } from './series.ts'
import { createModelTime } from './time.ts'
import { type Warnings, createWarnings } from './warnings.ts'

export interface Log {
  /** Model time after a number of ticks. */
  timeAt(tick: number): number
  readonly series: readonly Series[]
  readonly warnings: Warnings
  /** @throws ModelError if the samples of the next ticks would need too much memory */
  checkRoom(tick: number, ticks: number): void
  /** Stores a sample from the GPU, or its running mean, and checks the sample for warnings. */
  add(raw: RawSample): Sample
  /** Call after a parameter has changed at a tick. */
  change(tick: number, before: Model): void
  /** Starts at tick 0. */
  restart(): void
  /**
   * @returns a function that continues from a checkpoint
   * @throws ModelError if a series has fewer samples than ticks
   */
  resume(checkpoint: Checkpoint): () => void
  /** @returns the part of a checkpoint of this tick; call after the samples up to it have arrived */
  save(tick: number): () => Pick<Checkpoint, 'tick' | 'origin' | 'means' | 'series' | 'warnings'>
}

/**
 * @param keepsSamples - false = samples are not stored
 * @param current - the present model
 */
export function createLog(plan: Plan, current: () => Model, keepsSamples: boolean): Log {
  const initial = current()
  const time = createModelTime(initial.time.dt)
  const warnings = createWarnings(plan, initial, current)
  const means = createMeans(plan, initial)
  let recording: Recording = createRecording(plan, initial)
  return {
    timeAt: (tick) => time.at(tick),
    get series() {
      return recording.series
    },
    warnings,
    checkRoom(tick, ticks) {
      if (keepsSamples) recording.checkRoom(tick, ticks)
    },
    add(raw) {
      const sample = readSample(plan, current(), raw, time.at(raw.tick))
      warnings.observe(sample, raw.quietSince)
      const told = means.take(raw.probe, sample)
      if (keepsSamples) recording.push(raw.probe, told)
      return told
    },
    change(tick, before) {
      const { dt } = current().time
      if (dt !== before.time.dt) time.change(tick, dt)
      warnings.change()
    },
    restart() {
      time.restart({ tick: 0, time: 0 }, current().time.dt)
      warnings.restart(current().warnings)
      means.restart()
      recording = createRecording(plan, current())
    },
    resume(checkpoint) {
      const next = continueRecording(plan, current(), checkpoint)
      return () => {
        time.restart(checkpoint.origin, current().time.dt)
        warnings.restart(checkpoint.warnings)
        means.resume(checkpoint.tick === 0 ? {} : (checkpoint.means ?? {}))
        recording = next
      }
    },
    save(tick) {
      const { origin } = time
      const seen = recording
      const averages = means.save(tick)
      return () => {
        const found = averages()
        const known = Object.keys(found).length > 0 && { means: found }
        return { tick, origin, ...known, series: seen.until(tick), warnings: warnings.all }
      }
    },
  }
}
