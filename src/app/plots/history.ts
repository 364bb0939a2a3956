/** The samples of one probe as lines to plot: bounded, however long the run. Pure. */
import type { Sample, Series } from '../../core/run/series.ts'

/** Points a line has at most; then every second one is dropped and only every second sample taken from there on. */
const MOST_POINTS = 1200

/** Lines in one plot. */
const MOST_LINES = 5

export interface Line {
  readonly label: string
  readonly values: readonly (number | null)[]
}

/** What a plot shows at a moment. */
export interface Chart {
  readonly times: readonly number[]
  readonly lines: readonly Line[]
}

export interface History {
  readonly name: string
  readonly kind: Series['kind']
  /** True when the lines are the mean, the lowest and the highest of the replicas. */
  readonly isBand: boolean
  push(sample: Sample): void
  chart(): Chart
  clear(): void
}

/**
 * With replicas, the mean, the lowest and the highest value of all of them (of an overlap: of the largest in each); without,
 * the patterns that are the largest now.
 */
export function createHistory(series: Series, replicas: number): History {
  const { name, kind } = series
  const isBand = replicas > 1
  let times: number[] = []
  let points: Float64Array[] = []
  let stride = 1
  let seen = 0

  const reduce = (value: Sample['value']): Float64Array => {
    if (!isBand) return Float64Array.from(value)
    const perReplica = kind === 'overlap' ? largestOfEach(value, replicas) : Array.from(value)
    const sum = perReplica.reduce((a, b) => a + b, 0)
    return Float64Array.of(sum / perReplica.length, Math.min(...perReplica), Math.max(...perReplica))
  }

  const linesShown = (): { label: string; index: number }[] => {
    if (isBand) return ['mean', 'lowest', 'highest'].map((label, index) => ({ label, index }))
    const last = points.at(-1) ?? new Float64Array(0)
    const order = Array.from(last.keys())
    if (last.length === 1) return [{ label: '', index: 0 }]
    const shown =
      last.length <= MOST_LINES
        ? order
        : order.sort((a, b) => (last[b] as number) - (last[a] as number)).slice(0, MOST_LINES)
    return shown.map((index) => ({ label: `#${index}`, index }))
  }

  return {
    name,
    kind,
    isBand,
    push({ time, value }) {
      if (seen++ % stride !== 0) return
      times.push(time)
      points.push(reduce(value))
      if (times.length <= MOST_POINTS) return
      times = times.filter((_, index) => index % 2 === 0)
      points = points.filter((_, index) => index % 2 === 0)
      stride *= 2
    },
    chart: () => ({
      times,
      lines: linesShown().map(({ label, index }) => ({
        label,
        // A gap where the network was not finite.
        values: points.map((point) => (Number.isFinite(point[index]) ? (point[index] as number) : null)),
      })),
    }),
    clear() {
      times = []
      points = []
      stride = 1
      seen = 0
    },
  }
}

function largestOfEach(value: Sample['value'], replicas: number): number[] {
  const patterns = value.length / replicas
  return Array.from({ length: replicas }, (_, replica) => {
    let largest = -Infinity
    for (let pattern = 0; pattern < patterns; pattern++)
      largest = Math.max(largest, value[replica * patterns + pattern] as number)
    return largest
  })
}
