/** The end of a run at rest (`time.until`): a fixed number of ticks after the check that finds rest. */
import type { Model } from '../model/model.ts'
import { REST_PROBE, restLag } from '../model/rest.ts'
import type { Plan } from '../plan/plan.ts'

/** The results of the checks of `time.until`. */
export interface Rest {
  /** For each replica the tick of the first check since which it is at rest; null = it moves. */
  readonly ticks: readonly (number | null)[]
  /** The tick of the check that found all replicas at rest; absent until then. */
  readonly tick?: number
  /** The last tick of the run: that of the check plus a fixed number. */
  readonly end?: number
}

export interface RestWatch {
  /** Undefined if the run has no `time.until`. */
  readonly found: Rest | undefined
  /** The last tick of the run, once known. */
  readonly end: number | undefined
  /** The last tick that may be submitted now: the run may end there. */
  readonly horizon: number
  /** The most ticks of a submit, so that one is in flight while another runs. */
  readonly most: number
  /** Processes a sample of the plan's probe with this index; returns false for samples of other probes. */
  observe(probe: number, tick: number, speeds: ArrayLike<number>): boolean
  /** Call after a change of the state or a parameter from outside: earlier checks no longer count. */
  disturb(tick: number): void
  /** Lets the run continue beyond its end, without another end. */
  release(): void
  /** Starts at a tick, with the result of `save`. */
  restart(tick: number, saved?: Rest): void
  /** @returns the results of the checks up to a tick, once they have arrived */
  save(tick: number): () => Rest | undefined
}

/** @param current - the present model */
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
  /** Callers that wait for the results up to a tick. */
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
    // Half of the delay of a decision.
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

/** The watch of a run without `time.until`. */
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
