/** Wrong signs in one step against the load, and the load at which steps begin to have errors. */
import { gaussianTail } from '../analysis/gaussian.ts'
import type { Simulation } from '../run/simulation.ts'

/** Number of trials and of errors. */
export interface Count {
  readonly asked: number
  readonly wrong: number
}

/** The results of networks with one load. */
export interface Trial extends Count {
  /** Number of other patterns: all except the recalled one. */
  readonly load: number
}

/** (2k - 1)!! */
export function oddFactorial(k: number): number {
  return k <= 0 ? 1 : (2 * k - 1) * oddFactorial(k - 1)
}

/** The fraction of groups of signs with an error, at a signal to noise of sqrt(2 ln N / ratio). */
export function shareWrong(ratio: number, N: number, group: number): number {
  const one = gaussianTail(Math.sqrt((2 * Math.log(N)) / ratio))
  return -Math.expm1(group * Math.log1p(-one))
}

/**
 * The load at which signal to noise is sqrt(2 ln N), where a step of N signs begins to be free of errors: N^d / (2 (2d-1)!! ln N) as
 * N grows. The noise of the others is taken to be Gaussian with a variance in proportion to their number.
 * @param group - number of signs in a group, which is wrong if one of its signs is wrong
 */
export function errorFreeLoad(trials: readonly Trial[], N: number, group = 1): number {
  const wrong = trials.reduce((sum, trial) => sum + trial.wrong, 0)
  const expected = (limit: number): number =>
    trials.reduce((sum, { asked, load }) => sum + asked * shareWrong(load / limit, N, group), 0)
  // Ratios of the two, by bisection of their logarithm; the expectation falls.
  const largest = Math.max(...trials.map(({ load }) => load))
  let [low, high] = [largest / 1e3, largest * 1e3]
  for (let k = 0; k < 60; k++) {
    const middle = Math.sqrt(low * high)
    if (expected(middle) > wrong) low = middle
    else high = middle
  }
  return low
}

/** Number of signs of each copy that differ from its target row of the memory. */
export async function wrongSigns(
  simulation: Simulation,
  target: (copy: number, rows: number) => number,
): Promise<Count[]> {
  const { columns, rows, data: xi } = simulation.model.memories[0]!.init
  const { data } = await simulation.read('visible')
  return upTo(data.length / columns).map((copy) => {
    const row = target(copy, rows) * columns
    let wrong = 0
    for (let i = 0; i < columns; i++) if (data[copy * columns + i]! >= 0 !== xi[row + i]! >= 0) wrong++
    return { asked: columns, wrong }
  })
}

/** Sums the results of several copies or networks. */
export function pooled(found: readonly Count[]): Count {
  return {
    asked: found.reduce((sum, { asked }) => sum + asked, 0),
    wrong: found.reduce((sum, { wrong }) => sum + wrong, 0),
  }
}

/** The whole numbers below a count. */
export function upTo(count: number): number[] {
  return Array.from({ length: count }, (_, k) => k)
}
