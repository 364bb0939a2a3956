/** Stage 5 of a tick: the samples of one submit, and their slots in the ring. */
import type { Engine } from '../gpu/engine.ts'
import { type Records, SAMPLES, isSampled } from '../plan/clock.ts'
import type { Pending } from '../plan/deferred.ts'
import type { ProbePlan } from '../plan/probes.ts'
import { PROBES } from './profile.ts'
import type { Taken } from './readback.ts'
import type { Recorder } from './recorders.ts'

export interface Sampling {
  readonly taken: readonly Taken[]
  /** Number of used slots of each probe. */
  readonly used: readonly number[]
  /** True if the submit must end: a snapshot is copied after the last tick of its submit. */
  readonly hasSnapshot: boolean
  /** False if a probe that is due after a number of ticks has no free slot. */
  hasRoom(ticks: number): boolean
  /**
   * Samples the probes that are due in the state after `tick` ticks.
   * @param record - the present clock record
   * @param quietSince - for the samples
   */
  take(recorder: Recorder, record: number, tick: number, quietSince: number): void
}

/** Sampling of one submit. */
export function createSampling(engine: Engine, records: Records, updates: Pending): Sampling {
  const { plan } = engine
  const used = plan.probes.map(() => 0)
  const taken: Taken[] = []
  let hasSnapshot = false

  /** With deferred updates, an energy needs them applied, and a snapshot needs arrays on demand. */
  const settle = ({ record, open }: Recorder, tick: number, due: readonly ProbePlan[]): number => {
    if (!updates.isEmpty && due.some(({ needsFlush }) => needsFlush)) {
      open(tick)
      for (const { flush, deferred } of engine.deferred)
        for (const command of flush) record(command, deferred.name)
      updates.clear()
    }
    const word = open(tick)
    for (const { make, derived } of engine.derived)
      if (derived.made === 'demand' && due.some(({ copies }) => copies === derived.name))
        for (const command of make) record(command, PROBES)
    return word
  }

  return {
    taken,
    used,
    get hasSnapshot() {
      return hasSnapshot
    },
    hasRoom: (ticks) =>
      plan.probes.every(
        ({ probe, capacity }, index) =>
          !isSampled(ticks, probe.every) || capacity === 0 || (used[index] as number) < capacity,
      ),
    take(recorder, opened, tick, quietSince) {
      const due = plan.probes.filter(({ probe }) => isSampled(tick, probe.every))
      if (due.length === 0) return
      const word = plan.clock.perTick > 1 ? settle(recorder, tick, due) : opened
      for (const command of engine.refresh) recorder.record(command, PROBES)
      records.raise(word, SAMPLES)
      plan.probes.forEach(({ probe, slotWord, copies }, index) => {
        if (!isSampled(tick, probe.every)) return
        const slot = used[index] as number
        used[index] = slot + 1
        taken.push({ probe: index, tick, quietSince, slot })
        records.put(word, slotWord, slot)
        if (copies !== undefined) hasSnapshot = true
        for (const command of engine.probes[index] ?? []) recorder.record(command, PROBES)
      })
    },
  }
}
