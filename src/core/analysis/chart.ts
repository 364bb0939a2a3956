/** A chart as plain data: what to draw, not how. src/node/chart.ts draws it as SVG, the page on a canvas. */

/** Index of a mark's colour, 0 to 4; related marks share a colour. */
export type Colour = 0 | 1 | 2 | 3 | 4

interface Named {
  /** Text in the legend; no entry when absent. */
  readonly label?: string
  /** Default: the number of labelled marks before it. */
  readonly colour?: Colour
}

/** The marks of a chart. All arrays of a mark have the same length; NaN is a gap. */
export type Mark =
  | (Named & {
      readonly kind: 'line'
      readonly x: ArrayLike<number>
      readonly y: ArrayLike<number>
      readonly dashed?: true
    })
  | (Named & {
      readonly kind: 'points'
      readonly x: ArrayLike<number>
      readonly y: ArrayLike<number>
      /** Half lengths of the error bars; NaN = none. */
      readonly error?: ArrayLike<number>
    })
  | (Named & {
      readonly kind: 'band'
      readonly x: ArrayLike<number>
      readonly low: ArrayLike<number>
      readonly high: ArrayLike<number>
    })
  | (Named & {
      readonly kind: 'histogram'
      /** Borders of the bins, ascending, one more than heights. */
      readonly edges: ArrayLike<number>
      readonly heights: ArrayLike<number>
    })
  /** A straight line across the chart, at one x or at one y. */
  | (Named & { readonly kind: 'rule'; readonly at: number; readonly of: 'x' | 'y' })

export interface ChartAxis {
  readonly label: string
  /** Log axes omit values that are not positive. */
  readonly scale?: 'linear' | 'log'
  /** Range of the axis; default: the range of all marks. */
  readonly domain?: readonly [number, number]
}

export interface Chart {
  readonly title: string
  readonly x: ChartAxis
  readonly y: ChartAxis
  /** Drawn in this order; later marks cover earlier marks. */
  readonly marks: readonly Mark[]
}

/** The colour of each mark. */
export function coloursOf(marks: readonly Mark[]): Colour[] {
  let labelled = 0
  return marks.map((mark) => {
    const own = mark.colour ?? ((labelled % 5) as Colour)
    if (mark.label !== undefined && mark.colour === undefined) labelled++
    return own
  })
}

/**
 * The range of an axis: its domain, else the range of all marks, widened if all values are equal. Rules and
 * values that a log axis omits do not count.
 */
export function domainOf({ marks, ...axes }: Chart, of: 'x' | 'y'): [number, number] {
  const axis = axes[of]
  if (axis.domain !== undefined) return [...axis.domain]
  let [low, high] = [Infinity, -Infinity]
  for (const mark of marks) {
    for (const values of reach(mark, of)) {
      for (const value of Array.from(values)) {
        if (!Number.isFinite(value) || (axis.scale === 'log' && value <= 0)) continue
        low = Math.min(low, value)
        high = Math.max(high, value)
      }
    }
  }
  if (low > high) return axis.scale === 'log' ? [0.1, 1] : [0, 1]
  if (low < high) return [low, high]
  if (axis.scale === 'log') return [low / 2, high * 2]
  return [low - (Math.abs(low) / 2 || 0.5), high + (Math.abs(high) / 2 || 0.5)]
}

/** The values of a mark that an axis must include. */
function reach(mark: Mark, of: 'x' | 'y'): ArrayLike<number>[] {
  switch (mark.kind) {
    case 'line':
      return [mark[of]]
    case 'points': {
      const { x, y, error } = mark
      if (of === 'x') return [x]
      if (error === undefined) return [y]
      const values = Array.from(y)
      return [y, values.map((value, i) => value - error[i]!), values.map((value, i) => value + error[i]!)]
    }
    case 'band':
      return of === 'x' ? [mark.x] : [mark.low, mark.high]
    case 'histogram':
      return of === 'x' ? [mark.edges] : [[0], mark.heights]
    case 'rule':
      return []
  }
}
