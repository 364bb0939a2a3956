/** GPU time by group: ticks recorded with one timed pass for each run of dispatches of a layer, synapse or memory. */
import type { Model } from '../model/model.ts'

/** The part of a tick that a group of dispatches belongs to. */
export type GroupKind = 'stimulus' | 'neurons' | 'synapses' | 'memories' | 'probes'

/** What one group took. */
export interface GroupTime {
  readonly kind: GroupKind
  /** Name of the layer, synapse or memory; '' for stimulus and probes. A product belongs to its matrix. */
  readonly name: string
  /** Mean GPU time of a tick; browsers may round each timestamp, so that few ticks tell little. */
  readonly microseconds: number
  /** Dispatches in all ticks together. */
  readonly dispatches: number
}

/** GPU time of some ticks. */
export interface Profile {
  /** Ticks that were timed: all that were asked for, unless there were more than a query set holds. */
  readonly ticks: number
  /** Stimulus, then layers, synapses and memories in the order of the model, then probes. */
  readonly groups: readonly GroupTime[]
}

/** Group names inside of the scheduler; no item has a name like these. */
export const STIMULUS = ' stimulus'
export const PROBES = ' probes'

/** Passes a timer can tell apart: two queries each, and a query set holds 4096. */
const MOST_PASSES = 2048

const BYTES = MOST_PASSES * 16

export interface Timer {
  /** Whether so many passes more can be timed. */
  hasRoom(passes: number): boolean
  /** Where the pass of a group that is about to begin leaves its times. */
  begin(group: string): GPUComputePassTimestampWrites
  /** Counts a dispatch of the pass that was begun last. */
  count(): void
  /** Counts a tick that was timed as a whole. */
  tick(): void
  /** Reads what was timed since the last read; to be called when all of it is submitted. */
  read(model: Model): Promise<Profile>
  destroy(): void
}

/** Needs the feature timestamp-query. */
export function createTimer(device: GPUDevice): Timer {
  const querySet = device.createQuerySet({ label: 'profile', type: 'timestamp', count: 2 * MOST_PASSES })
  const resolved = device.createBuffer({
    label: 'profile',
    size: BYTES,
    usage: GPUBufferUsage.QUERY_RESOLVE | GPUBufferUsage.COPY_SRC,
  })
  const staging = device.createBuffer({
    label: 'profile staging',
    size: BYTES,
    usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST,
  })
  let passes: { readonly group: string; dispatches: number }[] = []
  let ticks = 0
  return {
    hasRoom: (more) => passes.length + more <= MOST_PASSES,
    begin(group) {
      const index = 2 * passes.length
      passes.push({ group, dispatches: 0 })
      return { querySet, beginningOfPassWriteIndex: index, endOfPassWriteIndex: index + 1 }
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
        const bytes = timed.length * 16
        const encoder = device.createCommandEncoder({ label: 'profile' })
        encoder.resolveQuerySet(querySet, 0, 2 * timed.length, resolved, 0)
        encoder.copyBufferToBuffer(resolved, 0, staging, 0, bytes)
        device.queue.submit([encoder.finish()])
        await staging.mapAsync(GPUMapMode.READ, 0, bytes)
        const times = new BigUint64Array(staging.getMappedRange(0, bytes))
        timed.forEach(({ group, dispatches }, index) => {
          const sum = sums.get(group) ?? { nanoseconds: 0, dispatches: 0 }
          // Counters of some drivers run backwards now and then.
          sum.nanoseconds += Math.max(0, Number((times[2 * index + 1] ?? 0n) - (times[2 * index] ?? 0n)))
          sum.dispatches += dispatches
          sums.set(group, sum)
        })
        staging.unmap()
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
          ...model.synapses.map(({ name }) => time('synapses', name)),
          ...model.memories.map(({ name }) => time('memories', name)),
          time('probes', PROBES, ''),
        ],
      }
    },
    destroy() {
      querySet.destroy()
      resolved.destroy()
      staging.destroy()
    },
  }
}
