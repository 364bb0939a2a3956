/**
 * Integer time (docs/theory.md, "Time and rates"): ticks are counted, seconds are derived. Everything that happens at
 * a rate asks one of these functions. What a tick is told stands in a record of words, which is laid out and written here.
 */
import type { Model } from '../model/model.ts'
import { roundUp } from './layout.ts'

/**
 * Bits of a record's word `flags`, so that nothing has to be divided on the GPU to know what is due: a tick is run, what is
 * shown changes, a sample is taken. Those from 8 on say which groups are to be updated (`Batched`).
 */
export const RUNS = 1
export const CHANGES = 2
export const SAMPLES = 4

/** True when a group with this rate divider is updated in tick t. */
export function isDue(tick: number, every: number): boolean {
  return tick % every === every - 1
}

/** True when a probe samples the state that stands after `ticks` ticks; 0 = before the first. */
export function isSampled(ticks: number, every: number): boolean {
  return ticks % every === 0
}

/** How many samples a probe takes in the states after `from` + 1, ..., `to` ticks. */
export function samplesBetween(from: number, to: number, every: number): number {
  return Math.floor(to / every) - Math.floor(from / every)
}

/** Updates that are carried out together: those that were kept, and the one with which they are (deferred.ts). */
export const MOST_PENDING = 16

/**
 * Words of a record for each synapse: how many updates are pending, fade, 1 - fade, which a slow one needs to more
 * digits than fade has, and the weights w_k.
 */
const PENDING_WORDS = 3 + MOST_PENDING

/** The record of a tick: the tick, its flags, the row each stimulus item shows, the ring slot of each probe, pending updates. */
export interface ClockPlan {
  readonly flagsWord: number
  readonly stimulusWord: number
  readonly probeWord: number
  readonly pendingWord: number
  /** Records that one tick may take: its own; with deferred updates one to carry them out, and one for samples. */
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

/** First word of what is pending of a synapse. */
export function pendingWordOf({ pendingWord }: ClockPlan, synapse: number): number {
  return pendingWord + PENDING_WORDS * synapse
}

/** What is pending of one synapse. */
export interface PendingUpdates {
  readonly word: number
  readonly fade: number
  readonly weights: readonly number[]
}

/** The records of one submit, on the host. A record is named by its first word. */
export interface Records {
  /** All of them, to be uploaded. */
  readonly words: Int32Array<ArrayBuffer>
  /** Words from one record to the next. */
  readonly stride: number
  /** Begins the record at an index: nothing is shown or sampled in it yet. */
  open(index: number, tick: number, pending: readonly PendingUpdates[]): number
  /** Sets bits of the flags. */
  raise(record: number, bits: number): void
  /** Sets the row that a stimulus item shows; -1 = none. */
  show(record: number, item: number, row: number): void
  /** Sets a word that says in which slot of the ring a probe leaves its sample. */
  put(record: number, slotWord: number, slot: number): void
  /** Makes the record at an index one that ends a run of ticks. */
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
