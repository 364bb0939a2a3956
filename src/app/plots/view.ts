/** What all plots of a network share: the part of time they show, its scale, the replica, the markers. Pure. */
import type { Markers } from './markers.ts'

export interface TimeRange {
  readonly min: number
  readonly max: number
}

export interface PlotView {
  /** Cursors of plots with the same key show the same time. */
  readonly sync: string
  /** Absent = all of the run. */
  readonly range: TimeRange | undefined
  readonly logTime: boolean
  /** Absent = all of them. */
  readonly replica: number | undefined
  readonly markers: Markers
  /** Shows a part; undefined or nothing at all = everything. */
  readonly zoom: (range: TimeRange | undefined) => void
  readonly setLogTime: (on: boolean) => void
  readonly setReplica: (replica: number | undefined) => void
}

/** Networks whose plots there have been: those of another one on the page have a cursor for themselves. */
let views = 0

/** @param changed - called after each change */
export function createPlotView(markers: Markers, changed: () => void): PlotView {
  let range: TimeRange | undefined
  let logTime = false
  let replica: number | undefined
  const sync = `plots-${++views}`
  return {
    sync,
    get range() {
      return range
    },
    get logTime() {
      return logTime
    },
    get replica() {
      return replica
    },
    markers,
    zoom(next) {
      range = next !== undefined && next.max > next.min ? next : undefined
      changed()
    },
    setLogTime(on) {
      logTime = on
      // A range may begin at 0, or be a sliver of the other scale.
      range = undefined
      changed()
    },
    setReplica(next) {
      replica = next
      changed()
    },
  }
}

/**
 * A part of time, larger or smaller by a factor, around a time that stays where it is.
 * @param whole - the range of the run; what is as large is everything
 */
export function zoomed(
  { min, max }: TimeRange,
  factor: number,
  around: number,
  logTime: boolean,
  whole: TimeRange,
): TimeRange | undefined {
  const to = logTime ? Math.log : (value: number) => value
  const from = logTime ? Math.exp : (value: number) => value
  const [a, b, centre] = [to(min), to(max), to(around)]
  const next = { min: from(centre - (centre - a) * factor), max: from(centre + (b - centre) * factor) }
  return next.min <= whole.min && next.max >= whole.max ? undefined : next
}
