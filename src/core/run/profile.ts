/** GPU time by group: one timed pass for each sequence of dispatches of a layer, synapse or memory. */
import { couplingFacts } from '../kinds/couplings/table.ts'
import { createTimestamps } from '../gpu/timestamps.ts'
import type { Model } from '../model/model.ts'

/** The part of a tick that a group of dispatches belongs to. */
export type GroupKind = 'stimulus' | 'neurons' | 'synapses' | 'memories' | 'probes'

/** The GPU time of one group. */
export interface GroupTime {
  readonly kind: GroupKind
  /** Name of the layer, synapse or memory; '' for stimulus and probes. A product belongs to its matrix. */
  readonly name: string
  /** Mean GPU time of a tick; browsers may round each timestamp, so a mean over few ticks is inaccurate. */
  readonly microseconds: number
  /** Total number of dispatches in all ticks. */
  readonly dispatches: number
}

/** GPU time of some ticks. */
export interface Profile {
  /** Number of timed ticks: all requested ones, up to the size of a query set. */
  readonly ticks: number
  /** Stimulus, then layers and couplings in the order of the model, then probes. */
  readonly groups: readonly GroupTime[]
}

/** Group names inside the scheduler; no layer or coupling can have these names. */
export const STIMULUS = ' stimulus'
export const PROBES = ' probes'

/** The most passes of a timer: two queries each, and a query set holds 4096. */
const MOST_PASSES = 2048

export interface Timer {
  /** Whether a number of further passes can be timed. */
  hasRoom(passes: number): boolean
  /** Where the next pass of a group writes its times. */
  begin(group: string): GPUComputePassTimestampWrites
  /** Counts a dispatch of the present pass. */
  count(): void
  /** Counts a completely timed tick. */
  tick(): void
  /** Reads the times since the last read; call after all passes are submitted. */
  read(model: Model): Promise<Profile>
  destroy(): void
}

/** Needs the feature timestamp-query. */
export function createTimer(device: GPUDevice): Timer {
  const times = createTimestamps(device, 'profile', MOST_PASSES)
  let passes: { readonly group: string; dispatches: number }[] = []
  let ticks = 0
  return {
    hasRoom: (more) => passes.length + more <= MOST_PASSES,
    begin(group) {
      passes.push({ group, dispatches: 0 })
      return times.pass()
    },
    count() {
      const last = passes.at(-1)
      if (last !== undefined) last.dispatches++
    },
    tick() {
      ticks++
    },
    async read(model) {
      const timed = passes
      const counted = ticks
      passes = []
      ticks = 0
      const sums = new Map<string, { nanoseconds: number; dispatches: number }>()
      if (timed.length > 0) {
        const encoder = device.createCommandEncoder({ label: 'profile' })
        times.encode(encoder)
        device.queue.submit([encoder.finish()])
        const spans = await times.read()
        timed.forEach(({ group, dispatches }, index) => {
          const sum = sums.get(group) ?? { nanoseconds: 0, dispatches: 0 }
          sum.nanoseconds += spans[index] ?? 0
          sum.dispatches += dispatches
          sums.set(group, sum)
        })
      }
      const time = (kind: GroupKind, key: string, name = key): GroupTime => {
        const { nanoseconds, dispatches } = sums.get(key) ?? { nanoseconds: 0, dispatches: 0 }
        return { kind, name, microseconds: counted === 0 ? 0 : nanoseconds / 1000 / counted, dispatches }
      }
      return {
        ticks: counted,
        groups: [
          time('stimulus', STIMULUS, ''),
          ...model.layers.map(({ name }) => time('neurons', name)),
          ...model.couplings.map((coupling) => time(couplingFacts(coupling).under, coupling.name)),
          time('probes', PROBES, ''),
        ],
      }
    },
    destroy: () => times.destroy(),
  }
}
