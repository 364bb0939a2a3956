/** The samples of a run in the page, for its exports: all of them, up to a bound of memory. Pure. */
import type { Sample, Series } from '../../core/run/series.ts'

/** The most bytes of samples; beyond it the oldest are removed. */
export const MOST_BYTES = 128 * 2 ** 20

/** Overhead of a sample in bytes. */
const OVERHEAD = 200

/** Fraction of the bound that is freed at once, because freeing for every sample would be slow. */
const ROOM = 1 / 8

export interface Recorder {
  /** Number of removed samples. */
  readonly dropped: number
  push(sample: Sample): void
  /** The stored samples, as series of the probes. */
  series(): Series[]
  clear(): void
}

/** @param probes - the series to fill; their present samples are ignored */
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

/** The samples of series in the order of a run. */
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

/** Memory of a sample. */
export function bytesOf({ value, terms }: Sample): number {
  return OVERHEAD + value.byteLength + (terms?.byteLength ?? 0)
}
