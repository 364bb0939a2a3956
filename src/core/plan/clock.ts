/**
 * Integer time (docs/theory.md, "Time and rates"): ticks are counted, seconds are derived. Everything that happens at
 * a rate asks one of these functions.
 */

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
