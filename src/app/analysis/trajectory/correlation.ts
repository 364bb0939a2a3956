/** Autocorrelation of numbers or of states that were read at any ticks. Pure. */
import { dot } from '../../../core/math/algebra.ts'
import type { Vector } from './projection.ts'

export interface Lags {
  /** Ticks from one value to a later one. */
  readonly lags: readonly number[]
  /** 1 at lag 0. */
  readonly values: readonly number[]
}

/**
 * The mean of (s(t) - m).(s(t + lag) - m) over all pairs, divided by its value at lag 0, m the mean of all states.
 * Pairs whose lags round to the same bin are averaged, so the ticks need not be evenly spaced.
 * @param ticks - ascending
 * @param count - number of bins after lag 0; the longest lag is half of the time
 */
export function autocorrelation(ticks: readonly number[], states: readonly Vector[], count: number): Lags {
  const n = states.length
  const [first, last] = [ticks[0] ?? 0, ticks.at(-1) ?? 0]
  if (n < 3 || last === first) return { lags: [0], values: [1] }
  const size = states[0]!.length
  const mean = new Float64Array(size)
  for (const state of states) state.forEach((value, i) => (mean[i] = mean[i]! + value / n))
  const centred = states.map((state) => Float64Array.from(state, (value, i) => value - mean[i]!))
  const longest = (last - first) / 2
  const width = Math.max((last - first) / (n - 1), longest / count)
  const bins = Math.floor(longest / width)
  const sums = new Float64Array(bins + 1)
  const lagSums = new Float64Array(bins + 1)
  const pairs = new Float64Array(bins + 1)
  for (let i = 0; i < n; i++) {
    for (let j = i; j < n; j++) {
      const lag = ticks[j]! - ticks[i]!
      const bin = j === i ? 0 : Math.max(1, Math.round(lag / width))
      if (bin > bins) break
      sums[bin] = sums[bin]! + dot(centred[i]!, centred[j]!)
      lagSums[bin] = lagSums[bin]! + lag
      pairs[bin] = pairs[bin]! + 1
    }
  }
  const variance = sums[0]! / n
  const known = Array.from(pairs.keys()).filter((bin) => pairs[bin]! > 0)
  return {
    lags: known.map((bin) => lagSums[bin]! / pairs[bin]!),
    values: known.map((bin) => (variance === 0 ? 0 : sums[bin]! / pairs[bin]! / variance)),
  }
}
