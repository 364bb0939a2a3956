/** When a run comes to rest (`time.until`). The end follows the check that finds rest by a fixed number of ticks. */
import type { Model } from '../model/model.ts'
import { REST_PROBE, restLag } from '../model/rest.ts'
import type { Plan } from '../plan/plan.ts'

/** What the checks of `time.until` have found. */
export interface Rest {
  /** For each replica the tick from whose check on it was at rest, without a break; null = it moves. */
  readonly ticks: readonly (number | null)[]
  /** The tick of the check that found all replicas at rest; absent until then. */
  readonly tick?: number
  /** The tick with which the run ends: that of the check, and a fixed number more. */
  readonly end?: number
}

export interface RestWatch {
  /** Undefined where the run has no `time.until`. */
  readonly found: Rest | undefined
  /** The tick with which the run ends, once that is known. */
  readonly end: number | undefined
  /** The last tick that may be submitted as far as is known: beyond it the run may have ended. */
  readonly horizon: number
  /** Ticks of a submit at most, so that one is on its way while another runs. */
  readonly most: number
  /** Takes a sample of the plan's probe of this index; returns false where it belongs to another. */
  observe(probe: number, tick: number, speeds: ArrayLike<number>): boolean
  /** The state or a parameter was changed from outside after so many ticks: checks up to then count no more. */
  disturb(tick: number): void
  /** The run goes on beyond its end, and has no other. */
  release(): void
  /** Begins at a tick, with what `save` gave. */
  restart(tick: number, saved?: Rest): void
  /** @returns what the checks up to a tick have found, once they are here */
  save(tick: number): () => Rest | undefined
}

/** @param current - the model as it is now */
export function createRestWatch(plan: Plan, current: () => Model): RestWatch {
  const probe = plan.probes.findIndex(({ probe: { name } }) => name === REST_PROBE)
  const { until } = current().time
  if (probe === -1 || until === undefined) return WATCHLESS
  const { every, below } = until
  const lag = restLag(every)
  const moving: Rest = { ticks: Array.from({ length: current().replicas }, () => null) }
  let found = moving
  let known = 0
  let quietFrom = 0
  let isReleased = false
  /** Those that wait for what stood at a tick. */
  let savers: { readonly tick: number; found: Rest | undefined }[] = []

  return {
    get found() {
      return found
    },
    get end() {
      return isReleased ? undefined : found.end
    },
    get horizon() {
      return isReleased ? Infinity : (found.end ?? known + lag)
    },
    // Half the way of a decision.
    most: Math.ceil(lag / 2),
    observe(index, tick, speeds) {
      if (index !== probe) return false
      for (const saver of savers) if (saver.tick < tick) saver.found ??= found
      known = Math.max(known, tick)
      if (tick <= quietFrom || found.end !== undefined) return true
      const ticks = found.ticks.map((since, r) => ((speeds[r] as number) < below ? (since ?? tick) : null))
      found = ticks.includes(null) ? { ticks } : { ticks, tick, end: tick + lag }
      return true
    },
    disturb(tick) {
      if (tick === 0) return
      quietFrom = tick
      found = moving
    },
    release() {
      isReleased = true
    },
    restart(tick, saved) {
      known = tick - (tick % every)
      quietFrom = known
      isReleased = false
      found = saved ?? moving
    },
    save(tick) {
      const saver: (typeof savers)[number] = { tick, found: undefined }
      savers.push(saver)
      return () => {
        savers = savers.filter((one) => one !== saver)
        return saver.found ?? found
      }
    },
  }
}

/** Of a run that ends with its ticks. */
const WATCHLESS: RestWatch = {
  found: undefined,
  end: undefined,
  horizon: Infinity,
  most: Infinity,
  observe: () => false,
  disturb: () => undefined,
  release: () => undefined,
  restart: () => undefined,
  save: () => () => undefined,
}
