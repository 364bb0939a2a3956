/**
 * GPU time of the render passes of one drawing, read in parallel with the next ones. Needs the feature
 * timestamp-query.
 */
import { createTimestamps } from '../../core/gpu/timestamps.ts'

export interface Stopwatch {
  /** Times the next drawing, unless one is being read; `learn` gets the sum of its passes in microseconds. */
  ask(learn: (microseconds: number) => void): void
  /** The timer of the next drawing; undefined = not timed. */
  begin(): Timing | undefined
  destroy(): void
}

export interface Timing {
  /** Where the next pass writes its times. */
  pass(): GPURenderPassTimestampWrites
  /** Encode after the passes. */
  encode(encoder: GPUCommandEncoder): void
  /** Call after all passes are submitted. */
  read(): void
}

/** @param most - the most passes of one drawing */
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
          // The network was closed or the device lost before the times arrived.
          if (times.passes > 0) read(learn).catch(() => undefined)
          else isReading = false
        },
      }
    },
    destroy: () => times.destroy(),
  }
}
