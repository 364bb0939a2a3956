/** Wrong signs in one step against the load, and the load at which steps begin to have errors. */
import { gaussianTail } from '../analysis/gaussian.ts'
import type { Simulation } from '../run/simulation.ts'

/** What networks of one load showed. */
export interface Trial {
  /** Patterns that disturb: all but the one that is recalled. */
  readonly load: number
  readonly signs: number
  readonly wrong: number
}

/** (2k - 1)!! */
export function oddFactorial(k: number): number {
  return k <= 0 ? 1 : (2 * k - 1) * oddFactorial(k - 1)
}

/**
 * The load at which signal to noise is sqrt(2 ln N), where a step of N signs begins to be free of errors: N^d / (2 (2d-1)!! ln N) as
 * N grows. The noise of the others is taken to be Gaussian with a variance in proportion to their number.
 */
export function errorFreeLoad(trials: readonly Trial[], N: number): number {
  const wrong = trials.reduce((sum, trial) => sum + trial.wrong, 0)
  const expected = (limit: number): number =>
    trials.reduce(
      (sum, { signs, load }) => sum + signs * gaussianTail(Math.sqrt((2 * Math.log(N) * limit) / load)),
      0,
    )
  // Ratios of the two, by bisection of their logarithm; what is expected falls.
  const largest = Math.max(...trials.map(({ load }) => load))
  let [low, high] = [largest / 1e3, largest * 1e3]
  for (let k = 0; k < 60; k++) {
    const middle = Math.sqrt(low * high)
    if (expected(middle) > wrong) low = middle
    else high = middle
  }
  return low
}

/** How many signs of the states of all copies differ from the row of the memory that copy r should be at. */
export async function wrongSigns(
  simulation: Simulation,
  target: (copy: number, rows: number) => number,
): Promise<{ readonly signs: number; readonly wrong: number }> {
  const { columns, rows, data: xi } = simulation.model.memories[0]!.init
  const { data } = await simulation.read('visible')
  let wrong = 0
  for (let copy = 0; copy * columns < data.length; copy++) {
    const row = target(copy, rows) * columns
    for (let i = 0; i < columns; i++) if (data[copy * columns + i]! >= 0 !== xi[row + i]! >= 0) wrong++
  }
  return { signs: data.length, wrong }
}

/** Adds up what several networks showed. */
export function pooled(
  load: number,
  found: readonly { readonly signs: number; readonly wrong: number }[],
): Trial {
  return {
    load,
    signs: found.reduce((sum, { signs }) => sum + signs, 0),
    wrong: found.reduce((sum, { wrong }) => sum + wrong, 0),
  }
}

/** The whole numbers below a count. */
export function upTo(count: number): number[] {
  return Array.from({ length: count }, (_, k) => k)
}
