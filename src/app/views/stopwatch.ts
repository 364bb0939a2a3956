/** GPU time of the render passes of one drawing, read while the next ones go on. Needs the feature timestamp-query. */
import { createTimestamps } from '../../core/gpu/timestamps.ts'

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
  const times = createTimestamps(device, 'view/times', most)
  let asked: ((microseconds: number) => void) | undefined
  let isReading = false

  const read = async (learn: (microseconds: number) => void): Promise<void> => {
    const spans = await times.read()
    isReading = false
    learn(spans.reduce((sum, nanoseconds) => sum + nanoseconds, 0) / 1000)
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
      return {
        pass: () => times.pass(),
        encode: (encoder) => times.encode(encoder),
        read() {
          // The network was closed or the device lost while the times were on their way.
          if (times.passes > 0) read(learn).catch(() => undefined)
          else isReading = false
        },
      }
    },
    destroy: () => times.destroy(),
  }
}
