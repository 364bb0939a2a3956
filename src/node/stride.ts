/** Ticks between two looks at signals and the progress bar. */

/** Longest time in ms between two looks, as far as single ticks allow. */
const LOOK = 100

/** Most ticks between two looks. */
const MOST = 4096

export interface Stride {
  /** Does something with as many ticks as take about the time between two looks, and learns from how long it takes. */
  timed(act: (ticks: number) => Promise<void>): Promise<void>
}

export function createStride(): Stride {
  let ticks = 1
  return {
    async timed(act) {
      const began = performance.now()
      await act(ticks)
      const elapsed = performance.now() - began
      if (elapsed < LOOK / 2) ticks = Math.min(MOST, ticks * 2)
      else if (elapsed > LOOK) ticks = Math.max(1, ticks >> 1)
    },
  }
}
