/** Running means of probes (docs/scenario.md, "Probes"): of samples as they come, in float64. */
import { ModelError } from '../errors.ts'
import type { Model } from '../model/model.ts'
import type { Plan } from '../plan/plan.ts'
import type { Sample } from './series.ts'

/** The state of the mean of one probe. */
export interface SavedMean {
  /** Tick of each row. */
  readonly ticks: readonly number[]
  /** Samples in the sum of a mean since a tick, which is the only row; absent for a mean over a window of samples. */
  readonly count?: number
  /** Numbers of each row: the values of a sample, then its terms. */
  readonly rows: readonly Float64Array<ArrayBuffer>[]
}

/** By the name of the probe. */
export type SavedMeans = Readonly<Record<string, SavedMean>>

export interface Means {
  /**
   * The mean that takes the place of a sample; the sample itself for a probe without mean.
   * @param probe - its index in the plan
   */
  take(probe: number, sample: Sample): Sample
  restart(): void
  /** Continues from what `save` gave; a mean that is not there, or is of another kind, starts anew. */
  resume(saved: SavedMeans): void
  /** @returns the means of this tick; call after the samples up to the tick have arrived */
  save(tick: number): () => SavedMeans
}

/** The most bytes of the samples of all windows. */
const MOST_BYTES = 2 ** 30

const NOTHING: SavedMean = { ticks: [], rows: [] }

/** @throws ModelError if a window has too many numbers */
export function createMeans(plan: Plan, { probes, replicas }: Model): Means {
  const averaged = new Map(probes.map((probe) => [probe.name, probe]))
  let means: SavedMeans = {}
  /** Saves whose samples may not all have arrived. */
  let marks: { readonly tick: number; means?: SavedMeans }[] = []

  const bytes = plan.probes.map(({ probe: { name, averageOver = 0, every }, shape }) => {
    const numbers = shape.reduce((product, length) => product * length, replicas)
    return { name, bytes: 8 * numbers * Math.ceil(averageOver / every) }
  })
  if (bytes.reduce((sum, one) => sum + one.bytes, 0) > MOST_BYTES) {
    const [worst] = bytes.sort((a, b) => b.bytes - a.bytes)
    throw new ModelError(
      `the samples of the window need ${worst?.bytes} bytes, and at most ${MOST_BYTES} are kept; give a larger \`every\`, or averageSince`,
      { path: `probes.${worst?.name}.averageOver` },
    )
  }

  return {
    take(probe, sample) {
      const name = plan.probes[probe]?.probe.name ?? ''
      const { averageOver, averageSince } = averaged.get(name) ?? {}
      if (averageOver === undefined && averageSince === undefined) return sample
      const { tick } = sample
      for (const mark of marks) if (mark.tick < tick) mark.means ??= means
      const own = means[name] ?? NOTHING
      const next =
        averageOver === undefined
          ? summed(own, sample, averageSince ?? 0)
          : windowed(own, sample, averageOver)
      means = { ...means, [name]: next }
      return meanOf(next, sample)
    },
    restart() {
      means = {}
      marks = []
    },
    resume(saved) {
      marks = []
      const fitting = Object.entries(saved).filter(([name, { count }]) => {
        const probe = averaged.get(name)
        return count === undefined ? probe?.averageOver !== undefined : probe?.averageSince !== undefined
      })
      means = Object.fromEntries(fitting)
    },
    save(tick) {
      const mark: (typeof marks)[number] = { tick }
      marks.push(mark)
      return () => {
        marks = marks.filter((one) => one !== mark)
        return mark.means ?? means
      }
    },
  }
}

/** The samples of the last ticks. A sample that is taken again takes the place of the former one. */
function windowed({ ticks, rows }: SavedMean, sample: Sample, over: number): SavedMean {
  const { tick } = sample
  const kept = ticks.flatMap((at, index) => (at > tick - over && at < tick ? [index] : []))
  return {
    ticks: [...kept.map((index) => ticks[index] as number), tick],
    rows: [...kept.map((index) => rows[index] as Float64Array<ArrayBuffer>), numbersOf(sample)],
  }
}

/** The sum of the samples since a tick; before it the sample alone. */
function summed({ ticks, rows, count = 0 }: SavedMean, sample: Sample, since: number): SavedMean {
  const [last = -1] = ticks
  const { tick } = sample
  // A sample that is taken again is in the sum.
  if (tick === last) return { ticks, rows, count }
  const numbers = numbersOf(sample)
  const [sum] = rows
  if (last < since || sum === undefined) return { ticks: [tick], rows: [numbers], count: 1 }
  return { ticks: [tick], rows: [numbers.map((value, at) => value + (sum[at] as number))], count: count + 1 }
}

function numbersOf({ value, terms = new Float32Array(0) }: Sample): Float64Array<ArrayBuffer> {
  const numbers = new Float64Array(value.length + terms.length)
  numbers.set(value)
  numbers.set(terms, value.length)
  return numbers
}

function meanOf({ rows, count = rows.length }: SavedMean, sample: Sample): Sample {
  const { value, terms } = sample
  const sum = new Float64Array(value.length + (terms?.length ?? 0))
  for (const row of rows)
    for (let at = 0; at < sum.length; at++) sum[at] = (sum[at] as number) + (row[at] as number)
  const mean = sum.map((number) => number / count)
  const values = mean.subarray(0, value.length)
  return {
    ...sample,
    value: value instanceof Float32Array ? Float32Array.from(values) : values.slice(),
    ...(terms && { terms: Float32Array.from(mean.subarray(value.length)) }),
  }
}
