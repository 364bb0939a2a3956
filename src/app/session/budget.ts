/** The number of ticks of a frame, fitted to their measured time, and the rate of ticks per second. Pure. */

/** GPU time in ms that the ticks of one frame should take, without the pictures. */
const FRAME_BUDGET = 20

/**
 * A submit is long above the first limit in ms, and no longer below the second. Only one long submit runs at a
 * time, started after the pictures are drawn, because pictures would wait behind it.
 */
const LONG_SUBMIT = 50
const SHORT_SUBMIT = 40

/** Milliseconds over which the rate is measured. */
const RATE_WINDOW = 1000

export interface Budget {
  /** The most ticks of a frame. */
  readonly ticks: number
  readonly isLong: boolean
  /** Starts again with one tick. */
  restart(): void
  /** The GPU finished other work at this time in ms. */
  note(now: number): void
  /**
   * Records ticks with the times of their submit and their end, in ms.
   * @param isFull - true if their number was the limit of the frame
   * @param alongside - number of unfinished submits, including theirs; absent if they needed several submits
   */
  learn(started: number, now: number, isFull: boolean, alongside: number | undefined): void
}

export function createBudget(): Budget {
  let ticks = 1
  let isLong = false
  let lastDone = 0
  return {
    get ticks() {
      return ticks
    },
    get isLong() {
      return isLong
    },
    restart() {
      ticks = 1
    },
    note(now) {
      lastDone = now
    },
    learn(started, now, isFull, alongside) {
      const elapsed = now - Math.max(started, lastDone)
      lastDone = now
      if (alongside !== undefined)
        isLong = (now - started) / alongside > (isLong ? SHORT_SUBMIT : LONG_SUBMIT)
      if (!isFull) return
      if (elapsed < FRAME_BUDGET / 2) ticks *= 2
      else if (elapsed > FRAME_BUDGET * 1.5) ticks = Math.max(1, Math.floor((ticks * FRAME_BUDGET) / elapsed))
    },
  }
}

export interface Rate {
  /** Ticks a second in the last full window; 0 until there is one. */
  readonly value: number
  restart(tick: number, now: number): void
  /** Call once in each frame. */
  count(tick: number, now: number): void
}

export function createRate(): Rate {
  let value = 0
  let counted = { tick: 0, at: 0 }
  return {
    get value() {
      return value
    },
    restart(tick, now) {
      value = 0
      counted = { tick, at: now }
    },
    count(tick, now) {
      if (now - counted.at < RATE_WINDOW) return
      value = ((tick - counted.tick) / (now - counted.at)) * 1000
      counted = { tick, at: now }
    },
  }
}
