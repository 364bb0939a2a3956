/** The samples of a run on the host, in flat arrays: 12 bytes and those of its numbers for each. */
import { ModelError } from '../errors.ts'
import type { Model } from '../model/model.ts'
import { samplesBetween } from '../plan/clock.ts'
import type { Plan } from '../plan/plan.ts'
import { type Column, createColumn, numbersOf, rowsOf } from './columns.ts'
import type { Checkpoint } from './restorable.ts'
import { type Sample, type Series, cloneable, createSeries, flatOf, sampleBytes } from './series.ts'

/** Bytes of samples that a simulation keeps at most. */
export const MOST_BYTES = 2 ** 31 - 1

export interface Recording {
  /** One for each probe of the plan; they grow. */
  readonly series: readonly Series[]
  /** Bytes that are allocated. */
  readonly bytes: number
  /**
   * @param probe - its index in the plan
   * @throws ModelError if the sample has another number of values than the probe gives
   */
  push(probe: number, sample: Pick<Sample, 'tick' | 'time' | 'value' | 'terms'>): void
  /** The samples up to a tick; they do not grow, and can be cloned. */
  until(tick: number): Series[]
  /** @throws ModelError if the samples of the ticks that come would be too many to be kept */
  checkRoom(tick: number, ticks: number): void
}

export function createRecording(plan: Plan, model: Model, mostBytes = MOST_BYTES): Recording {
  const tracks = createSeries(plan, model).map((series) => {
    const { shape, termNames } = series
    const width = shape.reduce((product, length) => product * length, 1)
    const columns = {
      tick: createColumn<Int32Array<ArrayBuffer>>(Int32Array, 1),
      time: createColumn<Float64Array<ArrayBuffer>>(Float64Array, 1),
      value:
        termNames === undefined
          ? createColumn<Float32Array<ArrayBuffer>>(Float32Array, width)
          : createColumn<Float64Array<ArrayBuffer>>(Float64Array, width),
      ...(termNames !== undefined && {
        terms: createColumn<Float32Array<ArrayBuffer>>(Float32Array, width * termNames.length),
      }),
    }
    const view = (count?: number): Series => ({
      ...series,
      tick: numbersOf(columns.tick, count),
      time: numbersOf(columns.time, count),
      value: rowsOf<Float32Array<ArrayBuffer> | Float64Array<ArrayBuffer>>(columns.value, count),
      ...(columns.terms !== undefined && { terms: rowsOf(columns.terms, count) }),
    })
    return { name: series.name, columns, view }
  })
  const series = tracks.map(({ view }) => view())
  return {
    series,
    get bytes() {
      return tracks
        .flatMap(({ columns }) => Object.values(columns))
        .reduce((sum, { bytes }) => sum + bytes, 0)
    },
    push(probe, { tick, time, value, terms }) {
      const { columns, name } = tracks[probe] as (typeof tracks)[number]
      const most = columns.terms?.width ?? 0
      if (value.length !== columns.value.width || (terms?.length ?? 0) !== most)
        throw new ModelError(
          `a sample of \`${name}\` at tick ${tick} has ${value.length} values and ${terms?.length ?? 0} terms, not ` +
            `${columns.value.width} and ${most}`,
        )
      columns.value.push(value)
      if (terms !== undefined) columns.terms?.push(terms)
      columns.time.push([time])
      columns.tick.push([tick])
    },
    until: (tick) => tracks.map(({ columns, view }) => cloneable(view(countUntil(columns.tick, tick)))),
    checkRoom(tick, ticks) {
      const sizes = series.map((one, index) => {
        const every = plan.probes[index]?.probe.every ?? 1
        const samples = one.tick.length + samplesBetween(tick, tick + ticks, every)
        return { name: one.name, samples, sample: sampleBytes(one) }
      })
      const bytes = sizes.reduce((sum, { samples, sample }) => sum + samples * sample, 0)
      if (bytes <= mostBytes) return
      const [worst] = sizes.sort((a, b) => b.samples * b.sample - a.samples * a.sample)
      throw new ModelError(
        `at tick ${tick + ticks} there would be ${bytes} bytes of samples, at most ${mostBytes} are kept, and ` +
          `\`${worst?.name}\` has ${worst?.samples} of ${worst?.sample} bytes; give its probe a larger \`every\`, or take ` +
          'samples with `onSample` and keep none (`keepSamples: false`)',
      )
    },
  }
}

/**
 * The samples of a checkpoint, to be gone on with; from tick 0 on, those of tick 0 are taken again.
 * @throws ModelError if a series has fewer samples than ticks
 */
export function continueRecording(
  plan: Plan,
  model: Model,
  saved: Pick<Checkpoint, 'tick' | 'series'>,
): Recording {
  const recording = createRecording(plan, model)
  if (saved.tick === 0) return recording
  recording.series.forEach(({ name }, probe) => {
    const found = saved.series.find((one) => one.name === name)
    const series = found && flatOf(found)
    series?.tick.forEach((at, index) => {
      recording.push(probe, sampleAt(series, at, index))
    })
  })
  return recording
}

/** @throws ModelError if the series ends before that */
function sampleAt(series: Series, tick: number, index: number): Sample {
  const [time, value, terms] = [series.time[index], series.value[index], series.terms?.[index]]
  if (time === undefined || value === undefined || (series.terms !== undefined && terms === undefined))
    throw new ModelError(`the samples of \`${series.name}\` end before tick ${tick}; take another checkpoint`)
  return { probe: series.name, tick, time, value, ...(terms !== undefined && { terms }) }
}

/** Rows whose tick is not beyond one; ticks ascend. */
function countUntil(ticks: Column<Int32Array<ArrayBuffer>>, tick: number): number {
  let [from, to] = [0, ticks.length]
  while (from < to) {
    const middle = (from + to) >> 1
    if ((ticks.row(middle)[0] as number) <= tick) from = middle + 1
    else to = middle
  }
  return from
}
