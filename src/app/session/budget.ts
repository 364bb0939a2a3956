/** How many ticks a frame may take, fitted to the time that they took, and how many a second there are. Pure. */

/** GPU time in ms that the ticks of one frame should take, without the pictures. */
const FRAME_BUDGET = 20

/**
 * Milliseconds from which a submit is long, and below which it no longer is. There is one long submit at a time, begun
 * when the pictures are drawn: a frame of the page is shown when its pictures are, and they would wait behind it.
 */
const LONG_SUBMIT = 50
const SHORT_SUBMIT = 40

/** Milliseconds over which the rate is measured. */
const RATE_WINDOW = 1000

export interface Budget {
  /** Ticks that a frame may take. */
  readonly ticks: number
  readonly isLong: boolean
  /** Begins with one tick again. */
  restart(): void
  /** The GPU was done with something else at this time, in ms. */
  note(now: number): void
  /**
   * Takes into account ticks that were submitted at one time and done at another, in ms.
   * @param isFull - they were as many as a frame could take
   * @param alongside - submits on their way with theirs, itself included; absent where they took more than one
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
  /** To be called once a frame. */
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
