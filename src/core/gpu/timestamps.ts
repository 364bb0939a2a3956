/** GPU times of passes; the device needs the feature `timestamp-query`. */

export interface Timestamps {
  /** Number of passes since the last `read`. */
  readonly passes: number
  /** Where the next compute or render pass writes its times. */
  pass(): GPUComputePassTimestampWrites & GPURenderPassTimestampWrites
  /** Encode after the passes. */
  encode(encoder: GPUCommandEncoder): void
  /** Nanoseconds of each pass since the last `read`, at least 0; call after they are submitted. */
  read(): Promise<number[]>
  destroy(): void
}

/** Bytes of the two times of a pass. */
const PASS_BYTES = 16

/**
 * Allocates space for the times of the passes between two calls of `read`.
 * @param most - 2048 at most, since a query set holds 4096 times
 */
export function createTimestamps(device: GPUDevice, label: string, most: number): Timestamps {
  const { QUERY_RESOLVE, COPY_SRC, COPY_DST, MAP_READ } = GPUBufferUsage
  const size = most * PASS_BYTES
  const querySet = device.createQuerySet({ label, type: 'timestamp', count: 2 * most })
  const resolved = device.createBuffer({ label, size, usage: QUERY_RESOLVE | COPY_SRC })
  const staging = device.createBuffer({ label: `${label} staging`, size, usage: MAP_READ | COPY_DST })
  let passes = 0
  return {
    get passes() {
      return passes
    },
    pass() {
      const index = 2 * passes++
      return { querySet, beginningOfPassWriteIndex: index, endOfPassWriteIndex: index + 1 }
    },
    encode(encoder) {
      if (passes === 0) return
      encoder.resolveQuerySet(querySet, 0, 2 * passes, resolved, 0)
      encoder.copyBufferToBuffer(resolved, 0, staging, 0, passes * PASS_BYTES)
    },
    async read() {
      const count = passes
      passes = 0
      if (count === 0) return []
      await staging.mapAsync(GPUMapMode.READ, 0, count * PASS_BYTES)
      const times = new BigUint64Array(staging.getMappedRange(0, count * PASS_BYTES))
      // Counters of some drivers sometimes run backwards.
      const spans = Array.from({ length: count }, (_, pass) =>
        Math.max(0, Number((times[2 * pass + 1] ?? 0n) - (times[2 * pass] ?? 0n))),
      )
      staging.unmap()
      return spans
    },
    destroy() {
      querySet.destroy()
      resolved.destroy()
      staging.destroy()
    },
  }
}
