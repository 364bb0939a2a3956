/** The samples of one probe as lines to plot, in bounded memory. Pure. */
import type { Plot } from '../../core/kinds/probes/definition.ts'
import { measureOf } from '../../core/kinds/probes/table.ts'
import type { Sample, Series } from '../../core/run/series.ts'

/**
 * The most points of a line; then every second point is dropped, and afterwards only every second sample is
 * stored.
 */
const MOST_POINTS = 1200

/** The most bytes for the points of a probe, and the smallest number of points. */
const MOST_BYTES = 16 * 2 ** 20
const LEAST_POINTS = 100

/** The most lines of patterns or rows in one plot. */
const MOST_LINES = 5

/** The line of the overlap with the pattern from which the cue was made. */
const OWN = 'with its own pattern'

type Values = readonly (number | null)[]

export interface Line {
  /** Constant while other lines are added or removed. */
  readonly id: string
  readonly label: string
  readonly values: Values
  /** The lowest and the highest of the replicas. */
  readonly band?: { readonly low: Values; readonly high: Values }
  /** Hidden by default. */
  readonly isDetail?: boolean
}

/** The contents of a plot at a moment. */
export interface Chart {
  readonly times: readonly number[]
  readonly lines: readonly Line[]
}

export interface History {
  readonly name: string
  /** The drawing options of the kind of its probe. */
  readonly plot: Plot
  /** The measured quantity, for the axis. */
  readonly quantity: string
  /** The measured quantity and how to read it. */
  readonly meaning: string
  /** True if the first line is the mean of the replicas, with a band from the lowest to the highest. */
  readonly isBand: boolean
  /** Which of its numbers the plot shows. */
  readonly note: string
  readonly replicas: number
  /** One of this number of samples is stored. */
  readonly kept: number
  push(sample: Sample): void
  /** @param replica - shows this replica instead of all */
  chart(replica?: number): Chart
  clear(): void
}

interface Point {
  /** One for each replica; with one replica, one for each pattern or row. */
  readonly values: Float64Array
  /** Of each replica that with its own pattern. */
  readonly own?: Float64Array
  /** [replicas, terms] of an energy. */
  readonly terms?: Float32Array
  /** Mean, lowest and highest of the replicas. */
  readonly spread?: readonly [number, number, number]
  /** Mean over the replicas, [terms]. */
  readonly meanTerms?: Float64Array
}

/**
 * With several replicas, the mean, the lowest and the highest value (for an overlap, of the largest in each);
 * with one, the patterns with the largest present values. A chosen replica is shown by its largest overlap or
 * the mean of its rows. An energy also has its terms.
 * @param ownOf - for each replica the number of its own pattern, which then has a line
 */
export function createHistory(
  series: Series,
  replicas: number,
  ownOf: () => ArrayLike<number> | undefined = () => undefined,
): History {
  const { name, kind, termNames = [] } = series
  const plot = plotOf(kind)
  if (plot === undefined) throw new Error(`${kind} has no plot`)
  const isBand = replicas > 1
  const numbers = series.shape.reduce((a, b) => a * b, 1)
  const pointBytes = 8 * (isBand ? replicas : numbers) + 4 * replicas * termNames.length
  // The mean over all numbers, as the command line has it, is another one.
  const meanLabel = plot.ofReplica !== 'mean' && numbers > replicas ? `mean of the ${plot.ofReplica}` : 'mean'
  const mostPoints = Math.min(MOST_POINTS, Math.max(LEAST_POINTS, Math.floor(MOST_BYTES / pointBytes)))
  // Such as `pattern` of the columns `pattern.0`, `pattern.1`.
  const [word] = (measureOf(kind)?.columns(1, [])[0] ?? '').split('.')
  let times: number[] = []
  let ticks: number[] = []
  let points: Point[] = []
  let stride = 1
  let seen = 0

  const reduce = ({ value, terms }: Sample): Point => {
    const ownTerms = terms === undefined ? {} : { terms }
    if (!isBand) return { values: Float64Array.from(value), ...ownTerms }
    const values = valueOfEach(plot, value, replicas)
    let [sum, low, high] = [0, Infinity, -Infinity]
    const all = plot.ofReplica === 'mean' ? value : values
    for (const one of all) {
      sum += one
      low = Math.min(low, one)
      high = Math.max(high, one)
    }
    const spread = [sum / all.length, low, high] as const
    const rows = numbers > replicas ? ownOf() : undefined
    if (rows !== undefined)
      return {
        values,
        spread,
        own: values.map((_, replica) => value[(replica * numbers) / replicas + (rows[replica] ?? 0)] ?? NaN),
      }
    if (terms === undefined) return { values, spread }
    return { values, terms, spread, meanTerms: meanOf(terms, replicas) }
  }

  // A gap where values were not finite.
  const lineOf = (get: (point: Point) => number | undefined): Values =>
    points.map((point) => {
      const value = get(point)
      return value !== undefined && Number.isFinite(value) ? value : null
    })

  const patternLines = (): Line[] => {
    const last = points.at(-1)?.values ?? new Float64Array(0)
    const order = Array.from(last.keys())
    // The patterns nearest to the state.
    const sense = plot.ofReplica === 'smallest' ? -1 : 1
    const shown =
      last.length <= MOST_LINES
        ? order
        : order.sort((a, b) => sense * ((last[b] as number) - (last[a] as number))).slice(0, MOST_LINES)
    return shown.map((index) => ({
      id: `#${index}`,
      label: last.length === 1 ? '' : `${word} ${index}`,
      values: lineOf(({ values }) => values[index]),
    }))
  }

  const mainLines = (replica: number | undefined): Line[] => {
    const { label } = plot
    if (!isBand)
      // A named line is there before its first sample, so that it has the first colour.
      return label === '' ? patternLines() : [{ id: label, label, values: lineOf(({ values }) => values[0]) }]
    const own = points.at(-1)?.own
    const ownLine = (value: (own: Float64Array) => number | undefined): Line[] =>
      own === undefined
        ? []
        : [{ id: 'own', label: OWN, values: lineOf((point) => point.own && value(point.own)) }]
    if (replica !== undefined)
      return [
        { id: 'main', label: `replica ${replica}`, values: lineOf(({ values }) => values[replica]) },
        ...ownLine((all) => all[replica]),
      ]
    const [values, low, high] = [0, 1, 2].map((part) => lineOf(({ spread }) => spread?.[part])) as [
      Values,
      Values,
      Values,
    ]
    return [
      { id: 'main', label: label === '' ? meanLabel : label, values, band: { low, high } },
      ...ownLine((all) => all.reduce((sum, one) => sum + one, 0) / replicas),
    ]
  }

  const termLines = (replica: number | undefined): Line[] =>
    termNames.map((term, index) => ({
      id: `term ${term}`,
      label: term,
      values:
        isBand && replica === undefined
          ? lineOf(({ meanTerms }) => meanTerms?.[index])
          : lineOf(({ terms }) => terms?.[(replica ?? 0) * termNames.length + index]),
      isDetail: true,
    }))

  return {
    name,
    plot,
    quantity: plot.formula ?? kind,
    meaning: `${measureOf(kind)?.description ?? ''} ${plot.reading ?? ''}`.trim(),
    isBand,
    note: noteOf(series, replicas),
    replicas,
    get kept() {
      return stride
    },
    push(sample) {
      if (seen++ % stride !== 0) return
      times.push(sample.time)
      ticks.push(sample.tick)
      points.push(reduce(sample))
      if (times.length <= mostPoints) return
      times = times.filter((_, index) => index % 2 === 0)
      ticks = ticks.filter((_, index) => index % 2 === 0)
      points = points.filter((_, index) => index % 2 === 0)
      stride *= 2
    },
    chart(replica) {
      const chart = { times, lines: [...mainLines(replica), ...termLines(replica)] }
      const breaks = breaksIn(ticks)
      return breaks.length === 0 ? chart : broken(chart, breaks)
    },
    clear() {
      times = []
      ticks = []
      points = []
      stride = 1
      seen = 0
    },
  }
}

/** The samples before which others are missing, as the probe was not there: the ticks in between are more than twice those next to them. */
function breaksIn(ticks: readonly number[]): number[] {
  const found: number[] = []
  for (let at = 1; ticks.length > 2 && at < ticks.length; at++) {
    const apart = (index: number): number => (ticks[index] ?? NaN) - (ticks[index - 1] ?? NaN) || 0
    if (apart(at) > 2 * Math.max(apart(at - 1), apart(at + 1))) found.push(at)
  }
  return found
}

/** A chart whose lines end before some samples: a time without values is between. */
function broken({ times, lines }: Chart, breaks: readonly number[]): Chart {
  const withBreaks = <T>(values: readonly T[], between: (at: number) => T): T[] =>
    values.flatMap((value, at) => (breaks.includes(at) ? [between(at), value] : [value]))
  const apart = (values: Values): Values => withBreaks(values, () => null)
  return {
    times: withBreaks(times, (at) => ((times[at - 1] as number) + (times[at] as number)) / 2),
    lines: lines.map(({ values, band, ...line }) => ({
      ...line,
      values: apart(values),
      ...(band && { band: { low: apart(band.low), high: apart(band.high) } }),
    })),
  }
}

/** Which of its numbers a plot shows, and that they are means; empty where there is one number, as it is. */
export function noteOf(
  { kind, shape, mean }: Pick<Series, 'kind' | 'shape' | 'mean'>,
  replicas: number,
): string {
  const plot = plotOf(kind)
  const ofReplicas = shape.reduce((a, b) => a * b, 1) > replicas ? plot?.bandNote : ''
  return [mean, replicas === 1 ? plot?.note : ofReplicas].filter(Boolean).join(', ')
}

/** The drawing options of a kind of probe; undefined for a copy, which is not drawn. */
export function plotOf(kind: Series['kind']): Plot | undefined {
  return measureOf(kind)?.plot
}

const EACH: Readonly<Record<Plot['ofReplica'], typeof meanOfEach>> = {
  mean: meanOfEach,
  largest: (value, replicas) => extremeOfEach(value, replicas, Math.max),
  smallest: (value, replicas) => extremeOfEach(value, replicas, Math.min),
}

/** One number for each replica. */
export function valueOfEach(plot: Plot, value: Sample['value'], replicas: number): Float64Array {
  return EACH[plot.ofReplica](value, replicas)
}

function extremeOfEach(
  value: Sample['value'],
  replicas: number,
  better: (a: number, b: number) => number,
): Float64Array {
  const patterns = value.length / replicas
  return Float64Array.from({ length: replicas }, (_, replica) => {
    let extreme = value[replica * patterns] as number
    for (let pattern = 1; pattern < patterns; pattern++)
      extreme = better(extreme, value[replica * patterns + pattern] as number)
    return extreme
  })
}

/** The mean over rows, because all rows learn. */
function meanOfEach(value: Sample['value'], replicas: number): Float64Array {
  const n = value.length / replicas
  return Float64Array.from({ length: replicas }, (_, replica) => {
    let sum = 0
    for (let index = 0; index < n; index++) sum += value[replica * n + index] as number
    return sum / n
  })
}

/** [replicas, n] to [n]. */
function meanOf(values: Float32Array, replicas: number): Float64Array {
  const n = values.length / replicas
  const mean = new Float64Array(n)
  values.forEach((value, index) => {
    mean[index % n] = (mean[index % n] as number) + value / replicas
  })
  return mean
}
