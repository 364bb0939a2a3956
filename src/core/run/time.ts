/**
 * Model time while dt changes. It counts integer ticks from the last change of dt; samples on their way belong to the dt
 * before it.
 */

/** A tick and its time, from which on a dt acts. */
interface Origin {
  readonly tick: number
  readonly time: number
}

export interface ModelTime {
  /** Model time after so many ticks. */
  at(tick: number): number
  /** Where the current dt began to act. */
  readonly origin: Origin
  /** From a tick on another dt acts. */
  change(tick: number, dt: number): void
  /** Counts anew from an origin. */
  restart(origin: Origin, dt: number): void
}

export function createModelTime(dt: number): ModelTime {
  let latest = { tick: 0, time: 0, dt }
  let eras = [latest]
  const at = (tick: number): number => {
    const era = eras.findLast((one) => one.tick < tick) ?? eras[0] ?? latest
    return era.time + (tick - era.tick) * era.dt
  }
  return {
    at,
    get origin() {
      return { tick: latest.tick, time: latest.time }
    },
    change(tick, next) {
      latest = { tick, time: at(tick), dt: next }
      eras.push(latest)
    },
    restart({ tick, time }, next) {
      latest = { tick, time, dt: next }
      eras = [latest]
    },
  }
}
