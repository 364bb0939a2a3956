/** The clock records of the ticks of one submit, bound as group 1. */
import { CLOCK_TICKS, type ClockPlan } from '../plan/clock.ts'
import { clockLayout } from './pipelines.ts'

/** The clock of a plan on a device. */
export interface Clock {
  readonly buffer: GPUBuffer
  readonly group: GPUBindGroup
  /** Number of records for one submit. */
  readonly records: number
}

export function createClock(device: GPUDevice, { perTick, recordBytes }: ClockPlan): Clock {
  const records = CLOCK_TICKS * perTick
  const buffer = device.createBuffer({
    label: 'clock',
    // One more record: it ends the list that a kernel for many ticks reads.
    size: (records + 1) * recordBytes,
    usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST,
  })
  const group = device.createBindGroup({
    label: 'clock',
    layout: clockLayout(device),
    entries: [{ binding: 0, resource: { buffer, size: recordBytes } }],
  })
  return { buffer, group, records }
}
