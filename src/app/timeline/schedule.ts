/** The events of the last ticks, from the integer clock alone: updates of groups, patterns shown, samples. Pure. */
import type { Model } from '../../core/model/model.ts'
import { shortestDwell, showingAt, shownAt } from '../../core/model/stimulus.ts'

/** The rate divider of a group from a tick on. */
export interface Era {
  readonly tick: number
  readonly every: number
}

/** Ticks [from, to) with one rate divider. */
export interface Span {
  readonly from: number
  readonly to: number
  readonly every: number
}

/** The parts of [from, to) with a constant divider. */
export function spansBetween(eras: readonly Era[], from: number, to: number): Span[] {
  return eras.flatMap(({ tick, every }, index) => {
    const start = Math.max(from, tick)
    const end = Math.min(to, eras[index + 1]?.tick ?? Infinity)
    return end > start ? [{ from: start, to: end, every }] : []
  })
}

/** The ticks of a span in which its group is updated: t mod every = every - 1. */
export function dueTicks({ from, to, every }: Span): number[] {
  const first = from + ((every - 1 - (from % every) + every) % every)
  return Array.from({ length: Math.max(0, Math.ceil((to - first) / every)) }, (_, k) => first + k * every)
}

/** A pattern that is shown in the ticks [from, to). */
export interface Showing {
  readonly from: number
  readonly to: number
  readonly row: number
}

/**
 * The showings of a stimulus item in [from, to).
 * @param most - the most showings; the result is undefined if there are more
 */
export function showings(
  item: Model['stimulus'][number],
  index: number,
  seed: number,
  from: number,
  to: number,
  most: number,
): Showing[] | undefined {
  const { start, gap } = item
  const begin = Math.max(from, start)
  const end = Math.min(to, item.stop)
  if (end <= begin) return []
  if (
    (end - begin) / (shortestDwell(item) + gap) > most &&
    showingCount(item, index, seed, begin, end) > most
  )
    return undefined
  const found: Showing[] = []
  for (let at = begin; at < end;) {
    const one = showingAt(item, index, seed, at)
    const row = shownAt(item, index, seed, one.start)
    const showing = { from: Math.max(from, one.start), to: Math.min(end, one.end), row }
    if (row !== -1 && showing.to > showing.from) found.push(showing)
    at = one.next
  }
  return found
}

/** Showings that overlap [from, to). */
function showingCount(
  item: Model['stimulus'][number],
  index: number,
  seed: number,
  from: number,
  to: number,
): number {
  const [first, last] = [from, to - 1].map((tick) => showingAt(item, index, seed, tick).number)
  return (last as number) - (first as number)
}

/** Window sizes in ticks: 1, 2 and 5 times powers of ten. */
const WINDOWS = [10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000, 100_000]

/** The next larger or smaller window. */
export function nextWindow(ticks: number, larger: boolean): number {
  const next = larger ? WINDOWS.find((size) => size > ticks) : WINDOWS.findLast((size) => size < ticks)
  return next ?? ticks
}

/** A window with several updates of the slowest group and its time constant, within limits. */
export function windowOf(model: Model): number {
  const groups = [
    ...model.layers,
    ...model.synapses,
    ...[...model.memories, ...model.hyperedges].filter(({ tau }) => tau !== undefined),
  ]
  const wanted = groups.map(({ tau = 0, every }) =>
    Math.max(5 * every, Math.min(1000, (1.5 * tau) / model.time.dt)),
  )
  const ticks = Math.max(40, ...wanted)
  return WINDOWS.find((size) => size >= ticks) ?? 100_000
}
