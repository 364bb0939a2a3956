/** The visible parts of a chart, and their colours. Pure. */
import type { Chart, Line } from './history.ts'
import { type Scale, logScaleOf, shownOn, thresholdOf } from './scale.ts'
import type { PlotView } from './view.ts'

/** Number of line colours in style.css. */
const COLOURS = 5

/** A chart with the choices of the reader. */
export interface Shown {
  readonly lines: readonly Line[]
  readonly times: readonly number[]
  readonly scale: Scale
  readonly threshold: number
  /** True if samples must not be joined by lines. */
  readonly isPoints: boolean
  /** The times, then the columns of each line: its values, and the edges of its band. */
  readonly data: readonly [readonly number[], ...(readonly (number | null)[])[]]
}

/** The visible parts of a chart: without hidden lines, and without times that a logarithm cannot show. */
export function shownOf(
  { times, lines }: Chart,
  hidden: (line: Line) => boolean,
  isLog: boolean,
  { logTime }: Pick<PlotView, 'logTime'>,
  isPoints = false,
): Shown {
  const first = logTime ? times.findIndex((time) => time > 0) : 0
  const from = first === -1 ? times.length : first
  const visible = lines.filter((line) => !hidden(line))
  const columns = visible.flatMap(({ values, band }) =>
    band === undefined ? [values] : [values, band.low, band.high],
  )
  const scale = isLog ? logScaleOf(columns) : 'linear'
  const cut = (values: Line['values']): (number | null)[] => shownOn(scale, values.slice(from))
  return {
    lines: visible,
    times: times.slice(from),
    scale,
    isPoints,
    threshold: scale === 'symlog' ? thresholdOf(columns) : 1,
    data: [times.slice(from), ...columns.map(cut)],
  }
}

/** A key that changes exactly when a plot must be rebuilt. */
export function signatureOf(
  { lines, scale, threshold, isPoints }: Shown,
  { logTime }: Pick<PlotView, 'logTime'>,
): string {
  return JSON.stringify([
    lines.map(({ id, band }) => [id, band !== undefined]),
    scale,
    threshold,
    isPoints,
    logTime,
  ])
}

/** Each line keeps its colour while it exists. */
export interface Palette {
  /** Such as `--line-2`. */
  of(id: string): string
  /** Releases the colours of removed lines. */
  keep(ids: readonly string[]): void
}

export function createPalette(): Palette {
  const slots = new Map<string, number>()
  return {
    of: (id) => `--line-${(slots.get(id) ?? 0) % COLOURS}`,
    keep(ids) {
      for (const id of slots.keys()) if (!ids.includes(id)) slots.delete(id)
      for (const id of ids) {
        if (slots.has(id)) continue
        const taken = new Set(slots.values())
        let slot = 0
        while (taken.has(slot)) slot++
        slots.set(id, slot)
      }
    },
  }
}
