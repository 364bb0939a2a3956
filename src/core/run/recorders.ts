/** Where the dispatches of ticks are recorded: in one pass, in one kernel for all of them, or in timed passes. */
import type { Command } from '../gpu/commands.ts'
import type { BatchedCommand } from '../gpu/batched.ts'
import type { Engine } from '../gpu/engine.ts'
import type { Records } from '../plan/clock.ts'
import type { Pending } from '../plan/deferred.ts'
import type { Timer } from './profile.ts'

/** The dispatches of one submit. */
export interface Recorder {
  readonly record: (command: Command, group: string) => void
  /** Opens the next clock record, of a tick; returns its first word. */
  readonly open: (at: number) => number
  /** @param after - the ticks that were recorded end with this one, and perhaps with a snapshot */
  readonly end: (after: { readonly tick: number; readonly snapshot: boolean }) => void
  readonly isBatched: boolean
}

export interface Recorders {
  /** Dispatches so far. */
  readonly dispatches: number
  /** Whether the submit has records left for one more tick. */
  readonly hasRoom: boolean
  /** One pass for all dispatches. */
  all(encoder: GPUCommandEncoder, tick: number): Recorder
  /** One dispatch for all ticks of the submit; what would be dispatched for each stands in the records. */
  batched(encoder: GPUCommandEncoder, command: BatchedCommand): Recorder
  /** Timed passes, a new one where the group changes. */
  timed(encoder: GPUCommandEncoder, timer: Timer): Recorder
  /**
   * Submits commands between ticks.
   * @param fill - writes what they need into the clock record of the tick, given its first word
   */
  alone(label: string, at: number, commands: readonly Command[], fill?: (word: number) => void): void
  /** Uploads the records of the submit, and the one that ends them. */
  upload(): void
}

/**
 * @param records - of the clock; what a dispatch finds in them is up to the caller
 * @param updates - that are pending, for each record that is opened
 */
export function createRecorders(
  { device, plan, clock, refresh }: Engine,
  records: Records,
  updates: Pending,
): Recorders {
  const dynamicOffset = [0]
  let dispatches = 0
  /** Records of the submit so far. */
  let opened = 0

  const dispatch = (pass: GPUComputePassEncoder, command: Command): void => {
    pass.setPipeline(command.pipeline)
    pass.setBindGroup(0, command.bindGroup)
    pass.dispatchWorkgroups(command.x, command.y, command.z)
    dispatches++
  }

  /** Fills the next clock record for the dispatches that follow; returns its first word. */
  const fillRecord = (at: number): number => {
    const record = records.open(opened++, at, updates.all)
    dynamicOffset[0] = record * 4
    return record
  }

  /** The same, for a pass that is open. */
  const openRecord = (pass: GPUComputePassEncoder, at: number): number => {
    const word = fillRecord(at)
    pass.setBindGroup(1, clock.group, dynamicOffset)
    return word
  }

  const upload = (count: number): void => {
    device.queue.writeBuffer(clock.buffer, 0, records.words, 0, count * records.stride)
  }

  return {
    get dispatches() {
      return dispatches
    },
    get hasRoom() {
      return opened + plan.clock.perTick <= clock.records
    },
    all(encoder, tick) {
      opened = 0
      const pass = encoder.beginComputePass({ label: `ticks from ${tick}` })
      return {
        record: (command) => dispatch(pass, command),
        open: (at) => openRecord(pass, at),
        end: () => pass.end(),
        isBatched: false,
      }
    },
    batched(encoder, { command, copyIn, copyOut }) {
      opened = 0
      return {
        record: () => undefined,
        open: fillRecord,
        end({ tick, snapshot }) {
          // The kernel ends at the first record without a tick.
          records.close(opened)
          copyIn(encoder)
          const pass = encoder.beginComputePass({ label: `ticks to ${tick}` })
          dispatch(pass, command)
          pass.end()
          copyOut(encoder)
          // All arrays of a snapshot are of one tick; the kernel does not write adiabatic layers.
          if (!snapshot) return
          const after = encoder.beginComputePass({ label: `state after ${tick}` })
          after.setBindGroup(1, clock.group, dynamicOffset)
          for (const one of refresh) dispatch(after, one)
          after.end()
        },
        isBatched: true,
      }
    },
    timed(encoder, timer) {
      opened = 0
      let pass: GPUComputePassEncoder | undefined
      let current: string | undefined
      const end = (): void => {
        pass?.end()
        pass = undefined
      }
      return {
        record(command, group) {
          if (pass === undefined || group !== current) {
            end()
            current = group
            pass = encoder.beginComputePass({ label: `time ${group}`, timestampWrites: timer.begin(group) })
            pass.setBindGroup(1, clock.group, dynamicOffset)
          }
          dispatch(pass, command)
          timer.count()
        },
        open(at) {
          const word = fillRecord(at)
          pass?.setBindGroup(1, clock.group, dynamicOffset)
          return word
        },
        end,
        isBatched: false,
      }
    },
    alone(label, at, commands, fill) {
      if (commands.length === 0) return
      const encoder = device.createCommandEncoder({ label })
      const pass = encoder.beginComputePass({ label })
      opened = 0
      const word = openRecord(pass, at)
      fill?.(word)
      for (const command of commands) dispatch(pass, command)
      pass.end()
      upload(1)
      device.queue.submit([encoder.finish()])
    },
    upload: () => upload(opened + 1),
  }
}
