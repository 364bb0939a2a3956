/** GPU time of the render passes of one drawing, read while the next ones go on. Needs the feature timestamp-query. */

export interface Stopwatch {
  /** Times the next drawing, unless one is being read; `learn` gets the sum of its passes in microseconds. */
  ask(learn: (microseconds: number) => void): void
  /** What times the drawing that is about to be encoded; undefined = nobody asked. */
  begin(): Timing | undefined
  destroy(): void
}

export interface Timing {
  /** Where the next pass leaves its times. */
  pass(): GPURenderPassTimestampWrites
  /** To be encoded after the passes. */
  encode(encoder: GPUCommandEncoder): void
  /** To be called when all of it is submitted. */
  read(): void
}

/** @param most - passes of one drawing at most */
export function createStopwatch(device: GPUDevice, most: number): Stopwatch {
  const querySet = device.createQuerySet({ label: 'view/times', type: 'timestamp', count: 2 * most })
  const size = most * 16
  const { QUERY_RESOLVE, COPY_SRC, COPY_DST, MAP_READ } = GPUBufferUsage
  const resolved = device.createBuffer({ label: 'view/times', size, usage: QUERY_RESOLVE | COPY_SRC })
  const staging = device.createBuffer({ label: 'view/times staging', size, usage: MAP_READ | COPY_DST })
  let asked: ((microseconds: number) => void) | undefined
  let isReading = false

  const read = async (passes: number, learn: (microseconds: number) => void): Promise<void> => {
    await staging.mapAsync(GPUMapMode.READ)
    const times = new BigUint64Array(staging.getMappedRange())
    let nanoseconds = 0
    // Counters of some drivers run backwards now and then.
    for (let at = 0; at < 2 * passes; at += 2)
      nanoseconds += Math.max(0, Number((times[at + 1] ?? 0n) - (times[at] ?? 0n)))
    staging.unmap()
    isReading = false
    learn(nanoseconds / 1000)
  }

  return {
    ask(learn) {
      if (!isReading) asked = learn
    },
    begin() {
      const learn = asked
      if (learn === undefined) return undefined
      asked = undefined
      isReading = true
      let passes = 0
      return {
        pass() {
          const index = 2 * passes++
          return { querySet, beginningOfPassWriteIndex: index, endOfPassWriteIndex: index + 1 }
        },
        encode(encoder) {
          if (passes === 0) return
          encoder.resolveQuerySet(querySet, 0, 2 * passes, resolved, 0)
          encoder.copyBufferToBuffer(resolved, 0, staging, 0, passes * 16)
        },
        read() {
          // The network was closed or the device lost while the times were on their way.
          if (passes > 0) read(passes, learn).catch(() => undefined)
          else isReading = false
        },
      }
    },
    destroy() {
      querySet.destroy()
      resolved.destroy()
      staging.destroy()
    },
  }
}
