/**
 * Model time with changes of dt. Integer ticks are counted from the last change of dt; samples in flight belong
 * to the previous dt.
 */

/** The tick and time at which a dt starts to act. */
interface Origin {
  readonly tick: number
  readonly time: number
}

export interface ModelTime {
  /** Model time after a number of ticks. */
  at(tick: number): number
  /** The start of the present dt. */
  readonly origin: Origin
  /** Sets another dt from a tick on. */
  change(tick: number, dt: number): void
  /** Counts from another origin. */
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
