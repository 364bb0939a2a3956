/**
 * Integer time (docs/theory.md, "Time and rates"): ticks are counted, seconds are derived. These functions
 * decide when a group or a probe is due. The clock record of a tick is laid out and written here.
 */
import type { Model } from '../model/model.ts'
import { roundUp } from './layout.ts'

/**
 * Bits of a record's word `flags`, so that the GPU needs no division to find what is due: run a tick, change the
 * stimulus, take a sample. Bits from 8 on are the groups to update (`Batched`).
 */
export const RUNS = 1
export const CHANGES = 2
export const SAMPLES = 4

/** True if a group with this rate divider is updated in tick t. */
export function isDue(tick: number, every: number): boolean {
  return tick % every === every - 1
}

/** True if a probe samples the state after `ticks` ticks; 0 = before the first. */
export function isSampled(ticks: number, every: number): boolean {
  return ticks % every === 0
}

/** Number of samples of a probe in the states after `from` + 1, ..., `to` ticks. */
export function samplesBetween(from: number, to: number, every: number): number {
  return Math.floor(to / every) - Math.floor(from / every)
}

/** Number of updates that are applied together: the pending ones and the present one (deferred.ts). */
export const MOST_PENDING = 16

/**
 * Words of a record for each synapse: number of pending updates, fade, 1 - fade (a slow synapse needs more
 * digits than fade has), and the weights w_k.
 */
const PENDING_WORDS = 3 + MOST_PENDING

/** Largest number of ticks in one submit, and in one dispatch of a resident network. */
export const CLOCK_TICKS = 256

/** The record of a tick: the tick, its flags, the row each stimulus item shows, the ring slot of each probe, pending updates. */
export interface ClockPlan {
  readonly flagsWord: number
  readonly stimulusWord: number
  readonly probeWord: number
  readonly pendingWord: number
  /**
   * The most records for one tick: the tick itself; with deferred updates one to apply them, and one for
   * samples.
   */
  readonly perTick: number
  readonly words: number
  readonly recordBytes: number
}

/** Lays out the record of a network without deferred updates. */
export function planClock(model: Model): ClockPlan {
  const flagsWord = 1
  const stimulusWord = 2
  const probeWord = stimulusWord + model.stimulus.length
  const pendingWord = probeWord + model.probes.length
  const isPlastic = model.synapses.some(({ tau }) => tau !== undefined)
  const words = pendingWord + (isPlastic ? PENDING_WORDS * model.synapses.length : 0)
  return {
    flagsWord,
    stimulusWord,
    probeWord,
    pendingWord,
    perTick: 1,
    words,
    recordBytes: roundUp(words * 4, 256),
  }
}

/** First word of the pending updates of a synapse. */
export function pendingWordOf({ pendingWord }: ClockPlan, synapse: number): number {
  return pendingWord + PENDING_WORDS * synapse
}

/** The pending updates of one synapse. */
export interface PendingUpdates {
  readonly word: number
  readonly fade: number
  readonly weights: readonly number[]
}

/** The records of one submit, on the host. The index of its first word identifies a record. */
export interface Records {
  /** All records, for the upload. */
  readonly words: Int32Array<ArrayBuffer>
  /** Words from one record to the next. */
  readonly stride: number
  /** Starts the record at an index, without stimuli and samples. */
  open(index: number, tick: number, pending: readonly PendingUpdates[]): number
  /** Sets bits of the flags. */
  raise(record: number, bits: number): void
  /** Sets the row that a stimulus item shows; -1 = none. */
  show(record: number, item: number, row: number): void
  /** Sets the word with the ring slot for the sample of a probe. */
  put(record: number, slotWord: number, slot: number): void
  /** Turns the record at an index into the end of a run of ticks. */
  close(index: number): void
}

export function createRecords(clock: ClockPlan, count: number): Records {
  const stride = clock.recordBytes / 4
  const words = new Int32Array(count * stride)
  const floats = new Float32Array(words.buffer)
  return {
    words,
    stride,
    open(index, tick, pending) {
      const record = index * stride
      words.fill(-1, record, record + clock.words)
      words[record] = tick
      words[record + clock.flagsWord] = 0
      for (const { word, fade, weights } of pending) {
        const at = record + word
        words[at] = weights.length
        floats[at + 1] = fade
        floats[at + 2] = 1 - fade
        for (let k = 0; k < MOST_PENDING; k++) floats[at + 3 + k] = weights[k] ?? 0
      }
      return record
    },
    raise(record, bits) {
      const at = record + clock.flagsWord
      words[at] = (words[at] as number) | bits
    },
    show(record, item, row) {
      words[record + clock.stimulusWord + item] = row
    },
    put(record, slotWord, slot) {
      words[record + slotWord] = slot
    },
    close(index) {
      words[index * stride + clock.flagsWord] = 0
    },
  }
}
