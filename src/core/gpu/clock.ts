/** The records that the ticks of one submit find in group 1. */
import type { ClockPlan } from '../plan/clock.ts'
import { clockLayout } from './pipelines.ts'

/** The clock of a plan on a device. */
export interface Clock {
  readonly buffer: GPUBuffer
  readonly group: GPUBindGroup
  /** Records that one submit can use. */
  readonly records: number
}

/** Ticks one submit can hold. */
const CLOCK_TICKS = 256

export function createClock(device: GPUDevice, { perTick, recordBytes }: ClockPlan): Clock {
  const records = CLOCK_TICKS * perTick
  const buffer = device.createBuffer({
    label: 'clock',
    // One more, so that there is always one that ends what a kernel for many ticks reads.
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
