/** What the host keeps of a run: its model time, its samples and its warnings. They begin anew together. */
import type { Model } from '../model/model.ts'
import type { Plan } from '../plan/plan.ts'
import type { RawSample } from './readback.ts'
import { type Recording, continueRecording, createRecording } from './recording.ts'
import type { Checkpoint } from './restorable.ts'
import { type Sample, type Series, readSample } from './series.ts'
import { createModelTime } from './time.ts'
import { type Warnings, createWarnings } from './warnings.ts'

export interface Log {
  /** Model time after so many ticks. */
  timeAt(tick: number): number
  readonly series: readonly Series[]
  readonly warnings: Warnings
  /** @throws ModelError if the samples of the ticks that come would be too many to be kept */
  checkRoom(tick: number, ticks: number): void
  /** The sample that has left the GPU; it is kept, and looked at for warnings. */
  add(raw: RawSample): Sample
  /** After a parameter has changed at a tick. */
  change(tick: number, before: Model): void
  /** Begins at tick 0. */
  restart(): void
  /**
   * @returns what goes on from a checkpoint, once it is called
   * @throws ModelError if a series has fewer samples than ticks
   */
  resume(checkpoint: Checkpoint): () => void
  /** @returns what a checkpoint of this tick keeps, once the samples up to it are here */
  save(tick: number): () => Pick<Checkpoint, 'tick' | 'origin' | 'series' | 'warnings'>
}

/**
 * @param keepsSamples - false = they are not kept
 * @param current - the model as it is now
 */
export function createLog(plan: Plan, current: () => Model, keepsSamples: boolean): Log {
  const initial = current()
  const time = createModelTime(initial.time.dt)
  const warnings = createWarnings(plan, initial, current)
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
      if (keepsSamples) recording.push(raw.probe, sample)
      warnings.observe(sample, raw.quietSince)
      return sample
    },
    change(tick, before) {
      const { dt } = current().time
      if (dt !== before.time.dt) time.change(tick, dt)
      warnings.change()
    },
    restart() {
      time.restart({ tick: 0, time: 0 }, current().time.dt)
      warnings.restart(current().warnings)
      recording = createRecording(plan, current())
    },
    resume(checkpoint) {
      const next = continueRecording(plan, current(), checkpoint)
      return () => {
        time.restart(checkpoint.origin, current().time.dt)
        warnings.restart(checkpoint.warnings)
        recording = next
      }
    },
    save(tick) {
      const { origin } = time
      const seen = recording
      return () => ({ tick, origin, series: seen.until(tick), warnings: warnings.all })
    },
  }
}
