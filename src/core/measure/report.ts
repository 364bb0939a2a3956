/** What a measurement says of a device: plain data, to be sent to others, and its table. */
import { adapterTitle } from '../gpu/adapter.ts'
import { medianOf } from '../plan/tuning.ts'

/** One form of one work. */
export interface Measurement {
  readonly work: string
  readonly title: string
  readonly way: string
  readonly size: number
  /** What the size counts. */
  readonly unit: string
  /** To the float64 reference at a small size, as a part of the largest entry; absent where the form did not run. */
  readonly difference?: number
  /** Why it was not timed. */
  readonly refused?: string
  /** Keys of the kernels of a tick. */
  readonly kernels: readonly string[]
  /** Milliseconds of a tick, in each round. */
  readonly ms: readonly number[]
  /** Of a tick in the mean. */
  readonly dispatches: number
  readonly bytes: number
  readonly operations: number
  /** Part of the time that the bytes of a tick take at the bandwidth of a copy; above 1 where caches hold them. */
  readonly share: number
}

export interface DeviceReport {
  readonly version: 1
  /** Version of engram. */
  readonly program: string
  readonly date: string
  readonly adapter: {
    readonly vendor: string
    readonly architecture: string
    readonly device: string
    readonly description: string
    readonly driver: string
    readonly software: boolean
  }
  /** Smallest subgroup; 1 = none. */
  readonly lanes: number
  readonly features: readonly string[]
  readonly limits: Readonly<Record<string, number>>
  /** That the measurement took. */
  readonly seconds: number
  /** Bytes a second that copies read and write. */
  readonly bandwidth: number
  readonly measurements: readonly Measurement[]
  /** Keys of all kernels whose results agreed, for src/core/plan/reports.ts. */
  readonly kernels: readonly string[]
}

export const MEASURE_HEADER: readonly string[] = [
  'work',
  'form',
  'size',
  'ms per tick',
  'lowest to highest',
  'GB/s',
  'of a copy',
]

/** Columns of the table that are numbers. */
export const NUMBER_COLUMNS: readonly number[] = [2, 3, 4, 5, 6]

/** The cells of a row of the table. */
export function measureCells({ title, way, size, unit, ms, bytes, share, refused }: Measurement): string[] {
  const place = [title, way, `${size.toLocaleString('en')} ${unit}`]
  if (refused !== undefined) return [...place, 'wrong', refused, '-', '-']
  const median = medianOf(ms)
  return [
    ...place,
    digits(median),
    `${digits(Math.min(...ms))} to ${digits(Math.max(...ms))}`,
    digits(bytes / median / 1e6),
    `${(100 * share).toFixed(0)} %`,
  ]
}

/** The adapter and its bandwidth, in a line. */
export function measureTitle({ adapter, bandwidth, seconds }: DeviceReport): string {
  const { description, driver } = adapter
  const more = driver === '' || description.includes(driver) ? '' : `, ${driver}`
  return `${adapterTitle(adapter)}${more}: a copy moves ${digits(bandwidth / 1e9)} GB/s; measured in ${seconds.toFixed(0)} s`
}

function digits(value: number): string {
  return value >= 100 ? String(Math.round(value)) : String(Number(value.toPrecision(3)))
}
