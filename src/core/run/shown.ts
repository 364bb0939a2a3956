/** The rows that the stimuli show during a run, written into the clock records. */
import type { Model } from '../model/model.ts'
import { shownAt } from '../model/stimulus.ts'
import type { Records } from '../plan/clock.ts'

export interface Shown {
  /** The row that each item shows; -1 = none. */
  readonly rows: ArrayLike<number>
  /** False between `forget` and the next tick. */
  readonly isKnown: boolean
  /** Advances to a tick; returns whether the rows differ from those of the previous tick. */
  advance(record: number, tick: number): boolean
  /** Writes the rows into a record. */
  put(record: number): void
  /**
   * Writes the rows of the last of a number of ticks into a record; before the first tick, the initial states of
   * tick 0.
   */
  repeat(record: number, ticks: number): void
  /** Makes clamps act again on a written state. */
  forget(): void
}

/** An unknown row of an item; different from every row. */
const UNKNOWN = -2

/** @param current - the present model; the number of stimuli is constant */
export function createShown(records: Records, current: () => Model): Shown {
  const rows = new Int32Array(current().stimulus.length).fill(-1)

  /** The row an item shows in a tick; the initial states of tick 0 have been set before it. */
  const rowAt = (index: number, tick: number): number => {
    const { stimulus, seed } = current()
    const item = stimulus[index] as Model['stimulus'][number]
    return item.kind === 'initial' && tick === 0 ? -1 : shownAt(item, index, seed, tick)
  }

  const put = (record: number): void => {
    rows.forEach((row, index) => records.show(record, index, row))
  }

  return {
    rows,
    get isKnown() {
      return !rows.includes(UNKNOWN)
    },
    advance(record, tick) {
      let changes = false
      for (let index = 0; index < rows.length; index++) {
        const row = rowAt(index, tick)
        changes ||= row !== rows[index]
        rows[index] = row
      }
      put(record)
      return changes
    },
    put,
    repeat(record, ticks) {
      // The stimulus of tick 0 is part of the initial state, so that a sample at tick 0 includes the cue. Later
      // stimuli act in stage 1 of their tick; the rows of the last tick stay until then.
      const last = Math.max(0, ticks - 1)
      const { stimulus, seed } = current()
      rows.forEach((_, index) => (rows[index] = rowAt(index, last)))
      stimulus.forEach((item, index) => {
        const row = rows[index] as number
        // An initial state is not set again after later ticks.
        const initial = ticks === 0 ? shownAt(item, index, seed, 0) : -1
        records.show(record, index, item.kind === 'initial' ? initial : row)
      })
    },
    forget() {
      rows.fill(UNKNOWN)
    },
  }
}
