/** Changes of parameters, for a vertical line in every plot. Pure. */
import type { Change } from '../../core/run/simulation.ts'
import { format3 } from '../format.ts'

/** One change, or all moves of a dragged slider. */
export interface Marker {
  readonly path: string
  /** Tick and time of the first move. */
  readonly tick: number
  readonly time: number
  readonly before: number
  readonly value: number
}

/** Moves of one parameter that follow each other within this many ms are one change. */
const TOGETHER = 600

/** The most markers; the oldest are removed. */
const MOST_MARKERS = 200

export interface Markers {
  readonly list: readonly Marker[]
  add(change: Change, now: number): void
  /** Copies the markers of another network. */
  take(list: readonly Marker[]): void
  clear(): void
}

export function createMarkers(): Markers {
  let list: Marker[] = []
  let addedAt = -Infinity
  return {
    get list() {
      return list
    },
    add({ path, tick, time, before, value }, now) {
      const last = list.at(-1)
      const goesOn = last?.path === path && (now - addedAt < TOGETHER || last.tick === tick)
      addedAt = now
      if (goesOn) list.pop()
      const marker = goesOn ? { ...last, value } : { path, tick, time, before, value }
      // The value returned to its start: no change.
      if (marker.before !== marker.value) list.push(marker)
      if (list.length > MOST_MARKERS) list = list.slice(-MOST_MARKERS)
    },
    take(others) {
      list = [...others]
      addedAt = -Infinity
    },
    clear() {
      list = []
      addedAt = -Infinity
    },
  }
}

/** Such as `xi.tau 250 → 120 at tick 40`. */
export function markerText({ path, before, value, tick }: Marker): string {
  return `${path.replace(/^(neurons|synapses|memories)\./, '')} ${format3(before)} → ${format3(value)} at tick ${tick}`
}
