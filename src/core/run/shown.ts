/** What the stimuli show to a network that runs: a row of each item, written into the clock records. */
import type { Model } from '../model/model.ts'
import { shownAt } from '../model/stimulus.ts'
import type { Records } from '../plan/clock.ts'

export interface Shown {
  /** The row that each item shows; -1 = none. */
  readonly rows: ArrayLike<number>
  /** False after `forget`, until the next tick. */
  readonly isKnown: boolean
  /** Goes on to a tick; returns whether it shows anything else than the one before. */
  advance(record: number, tick: number): boolean
  /** Puts what is shown into a record. */
  put(record: number): void
  /** Puts what the last of so many ticks showed into a record; of initial states, those of tick 0 before the first. */
  repeat(record: number, ticks: number): void
  /** A clamp takes hold again of a state that was written. */
  forget(): void
}

/** Stands for the row that an item shows when that is not known: no row is equal to it. */
const UNKNOWN = -2

/** @param current - the model whose stimuli act; their number stays */
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
      // The stimulus of tick 0 is part of the initial state, so that a sample at tick 0 sees the cue; later ones act in
      // stage 1 of their tick, and what the last tick showed still holds.
      const last = Math.max(0, ticks - 1)
      const { stimulus, seed } = current()
      rows.forEach((_, index) => (rows[index] = rowAt(index, last)))
      stimulus.forEach((item, index) => {
        const row = rows[index] as number
        // A state that has run on since it was set is not set again.
        const initial = ticks === 0 ? shownAt(item, index, seed, 0) : -1
        records.show(record, index, item.kind === 'initial' ? initial : row)
      })
    },
    forget() {
      rows.fill(UNKNOWN)
    },
  }
}
