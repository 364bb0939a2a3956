/** Shared by all plots of a network: the range and scale of time, the replica, the markers. Pure. */
import type { Markers } from './markers.ts'

export interface TimeRange {
  readonly min: number
  readonly max: number
}

export interface PlotView {
  /** Cursors of plots with the same key show the same time. */
  readonly sync: string
  /** Absent = the whole run. */
  readonly range: TimeRange | undefined
  readonly logTime: boolean
  /** Absent = all replicas. */
  readonly replica: number | undefined
  readonly markers: Markers
  /** Model time of the last tick of the scenario. */
  readonly end: number
  /** Shows a range; undefined or an empty range = everything. */
  readonly zoom: (range: TimeRange | undefined) => void
  readonly setLogTime: (on: boolean) => void
  readonly setReplica: (replica: number | undefined) => void
  /** Room for the numbers of the vertical axes: the most that a plot has asked for, so that the axes of a column stand in one line. */
  readonly reserve: (room: number) => number
}

/** Room for five figures, in CSS pixels. */
const USUAL_ROOM = 52

/** Counter of networks with plots: the plots of each network share a separate cursor. */
let views = 0

/**
 * @param changed - called after each change
 * @param end - model time of the last tick of the scenario
 */
export function createPlotView(markers: Markers, changed: () => void, end = 1): PlotView {
  let range: TimeRange | undefined
  let logTime = false
  let replica: number | undefined
  let most = USUAL_ROOM
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
    end,
    zoom(next) {
      range = next !== undefined && next.max > next.min ? next : undefined
      changed()
    },
    setLogTime(on) {
      logTime = on
      // A range may begin at 0, or be very small on the other scale.
      range = undefined
      changed()
    },
    setReplica(next) {
      replica = next
      changed()
    },
    reserve(room) {
      if (room > most) {
        most = room
        // Once the plot that asks is drawn.
        setTimeout(changed)
      }
      return most
    },
  }
}

/**
 * A range of time, scaled by a factor around a fixed time.
 * @param whole - the range of the run; a range of this size means everything
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
