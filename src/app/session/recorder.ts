/** The samples of a run in the page, for its exports: all of them, up to a bound of memory. Pure. */
import type { Sample, Series } from '../../core/run/series.ts'

/** Bytes of samples that are kept; beyond it the oldest go. */
export const MOST_BYTES = 128 * 2 ** 20

/** What a sample costs beside its numbers. */
const OVERHEAD = 200

/** Room made at once, as a part of the bound: making it for every sample would be slow. */
const ROOM = 1 / 8

export interface Recorder {
  /** Samples that had to go. */
  readonly dropped: number
  push(sample: Sample): void
  /** What is kept, as series of the probes. */
  series(): Series[]
  clear(): void
}

/** @param probes - the series to be filled; samples in them are not taken over */
export function createRecorder(probes: readonly Series[], mostBytes = MOST_BYTES): Recorder {
  let samples: Sample[] = []
  let bytes = 0
  let dropped = 0

  const makeRoom = (): void => {
    let count = 0
    while (bytes > mostBytes * (1 - ROOM)) bytes -= bytesOf(samples[count++] as Sample)
    samples.splice(0, count)
    dropped += count
  }

  return {
    get dropped() {
      return dropped
    },
    push(sample) {
      samples.push(sample)
      bytes += bytesOf(sample)
      if (bytes > mostBytes) makeRoom()
    },
    series() {
      return probes.map(({ name, kind, shape, termNames }): Series => {
        const own = samples.filter(({ probe }) => probe === name)
        const series = {
          name,
          kind,
          shape,
          tick: own.map(({ tick }) => tick),
          time: own.map(({ time }) => time),
          value: own.map(({ value }) => value),
        }
        if (termNames === undefined) return series
        return { ...series, terms: own.map(({ terms }) => terms as Float32Array), termNames }
      })
    },
    clear() {
      samples = []
      bytes = 0
      dropped = 0
    },
  }
}

/** The samples of series in the order in which a run takes them. */
export function samplesOf(series: readonly Series[]): Sample[] {
  return series
    .flatMap(({ name, tick, time, value, terms }) =>
      tick.map((at, index): Sample => ({
        probe: name,
        tick: at,
        time: time[index] as number,
        value: value[index] as Sample['value'],
        ...(terms === undefined ? {} : { terms: terms[index] as Float32Array }),
      })),
    )
    .sort((a, b) => a.tick - b.tick)
}

function bytesOf({ value, terms }: Sample): number {
  return OVERHEAD + value.byteLength + (terms?.byteLength ?? 0)
}
