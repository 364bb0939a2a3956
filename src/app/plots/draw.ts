/** Options of uPlot for a chart: data, series, scales and axes, on the page and in a picture. */
import type uPlot from 'uplot'
import { type Scale, logSplits, rangeOf, symlogSplits } from './scale.ts'
import type { Palette, Shown } from './shown.ts'
import { type Behind, reachOf } from './behind.ts'
import type { PlotView } from './view.ts'

/** Indices as in uPlot. */
export const DISTRIBUTIONS = { linear: 1, log: 3, symlog: 4 } as unknown as Readonly<
  Record<Scale, uPlot.Scale.Distr>
>

export interface Look {
  readonly colour: (name: string) => string
  readonly palette: Palette
  readonly fontFamily: string
  /** Extra pixels for each CSS pixel: a picture may be larger than on the screen. */
  readonly zoom: number
}

/** The quantities of the axes, and the lines behind. */
export interface Surroundings {
  /** The title of the vertical axis. */
  readonly quantity: string
  /** Lines of other runs. */
  readonly behind: readonly Behind[]
}

/** Width of a figure in CSS pixels. */
const FIGURE = 6.4

/** The size of letters on the page, 1 where a lecture has no larger ones. */
export function typeOf(style: { readonly getPropertyValue: (name: string) => string }): number {
  return Number(style.getPropertyValue('--type')) || 1
}

/** Options without interaction: cursor and hooks are missing. */
export function optionsOf(
  shown: Shown,
  view: Pick<PlotView, 'logTime' | 'range' | 'end' | 'reserve'>,
  size: { readonly width: number; readonly height: number },
  { colour, palette, fontFamily, zoom }: Look,
  { quantity, behind }: Surroundings,
): uPlot.Options {
  const { scale, threshold, lines, isPoints } = shown
  const axis = (size: number, space: number): uPlot.Axis => ({
    stroke: colour('--muted'),
    grid: { stroke: colour('--grid'), width: zoom },
    ticks: { show: false },
    font: `${11 * zoom}px ${fontFamily}`,
    gap: 4 * zoom,
    size: size * zoom,
    space: space * zoom,
    values: (_, splits, __, ___, step) => splits.map(stepText(step)),
  })
  const titled = (label: string): uPlot.Axis => ({
    label,
    labelFont: `${11 * zoom}px ${fontFamily}`,
    labelSize: 14 * zoom,
    labelGap: 0,
  })
  const logarithmic: uPlot.Axis = {
    splits: (_, __, low, high) => logSplits(low, high),
    filter: (u, splits, index, space) =>
      apart(splits, (at) => u.valToPos(at, u.axes[index]?.scale ?? 'y'), space),
    values: (_, splits) => splits.map(powerText),
  }
  const symlog: uPlot.Axis = {
    ...logarithmic,
    splits: (_, __, low, high) => symlogSplits(low, high, threshold),
  }
  let column = 0
  const bands: uPlot.Band[] = []
  const series = lines.flatMap(({ id, band }): uPlot.Series[] => {
    const at = ++column
    const stroke = colour(palette.of(id))
    const line: uPlot.Series = isPoints
      ? dots(stroke, 4 * zoom)
      : { stroke, width: 1.75 * zoom, points: { show: false } }
    if (band === undefined) return [line]
    column += 2
    if (isPoints) {
      const edge = dots(`color-mix(in srgb, ${stroke} 45%, transparent)`, 2 * zoom)
      return [line, edge, edge]
    }
    bands.push({ series: [at + 2, at + 1], fill: colour('--band') })
    const edge: uPlot.Series = { stroke: 'transparent', width: 0, points: { show: false } }
    return [line, edge, edge]
  })
  const timeAxis: uPlot.Axis = {
    ...axis(20, 60),
    ...titled(titleOf('time', view.logTime ? 'log' : 'linear')),
    ...(view.logTime ? logarithmic : {}),
  }
  /** Letters of the longest number at the axis of time: half of the last one may stand right of the lines. */
  let letters = 0
  const timeTexts: uPlot.Axis.DynamicValues = (...given) => {
    const texts = (timeAxis.values as uPlot.Axis.DynamicValues)(...given) as string[]
    letters = longest(texts)
    return texts
  }
  return {
    ...size,
    padding: [6 * zoom, () => zoom * Math.max(10, (FIGURE * letters) / 2 + 2), 0, 0],
    legend: { show: false },
    scales: {
      x: {
        time: false,
        distr: DISTRIBUTIONS[view.logTime ? 'log' : 'linear'],
        range: ({ data: [times] }) => {
          const { range } = view
          if (range !== undefined) return [range.min, range.max]
          // For one time uPlot gives a range from 0 to 100.
          const ends = [times[0] ?? null, times.at(-1) ?? null] as const
          const [least, most] = reachOf(behind, 'times', ends, view.logTime)
          return timeRange(least, most, view)
        },
      },
      y: {
        distr: DISTRIBUTIONS[scale],
        asinh: threshold,
        range: (_, low, high) => rangeOf(scale, ...reachOf(behind, 'values', [low, high], scale === 'log')),
      },
    },
    axes: [
      { ...timeAxis, values: timeTexts },
      {
        ...axis(52, 28),
        // Their letters, the gap and the space to the title.
        size: (_, values: string[] | null) => zoom * view.reserve(FIGURE * longest(values ?? []) + 14),
        ...titled(titleOf(quantity, scale)),
        ...(scale === 'linear' ? {} : scale === 'log' ? logarithmic : symlog),
      },
    ],
    series: [{}, ...series],
    bands,
  }
}

function longest(texts: readonly string[]): number {
  return Math.max(0, ...texts.map((text) => text.length))
}

/** The title of an axis; a scale that is not linear is named. */
export function titleOf(quantity: string, scale: Scale): string {
  return scale === 'linear' ? quantity : `${quantity} (${scale} scale)`
}

/** Samples as points, not joined by lines. */
function dots(colour: string, size: number): uPlot.Series {
  return { stroke: colour, paths: () => null, points: { show: true, size, width: 0, fill: colour } }
}

/** Before the first tick, the whole run of the scenario. */
function timeRange(
  low: number | null,
  high: number | null,
  { logTime, end }: Pick<PlotView, 'logTime' | 'end'>,
): [number, number] {
  if (low !== null && high !== null && high > low) return [low, high]
  const first = low ?? 0
  if (logTime) return first > 0 ? [first / 2, first * 2] : [end / 1000, end]
  return [first, Math.max(end, first + 1e-3 * end)]
}

/** Numbers on an axis, with enough digits to distinguish adjacent marks. */
export function stepText(step: number): (value: number) => string {
  const decade = Math.floor(Math.log10(step) + 1e-9)
  const isRound = Math.abs(step / 10 ** decade - Math.round(step / 10 ** decade)) < 1e-6
  // Decimal places of the step: a step of 2.5 needs one more than a step of 2.
  const places = isRound ? -decade : 1 - decade
  const held = (digits: number): number => Math.min(12, Math.max(0, digits))
  return (value) => {
    const size = Math.abs(value)
    if (size < step * 1e-6) return '0'
    const exponent = Math.floor(Math.log10(size) + 1e-9)
    const plain = String(Number(value.toFixed(held(places))))
    const power = value.toExponential(held(exponent + places)).replace('e+', 'e')
    // An energy of −123456.5 needs all of its digits, and takes fewer letters without a power.
    const isPower = (size < 1e-3 || size >= 1e5) && power.length < plain.length
    return (isPower ? power : plain).replaceAll('-', '−')
  }
}

/** Omits marks that are too close to the previous one; 0 stays. */
export function apart(
  splits: readonly number[],
  pixelOf: (value: number) => number,
  space: number,
): (number | null)[] {
  const kept = splits.includes(0) ? [pixelOf(0)] : []
  return splits.map((value) => {
    if (value === 0) return value
    const pixel = pixelOf(value)
    if (kept.some((other) => Math.abs(other - pixel) < space / 2)) return null
    kept.push(pixel)
    return value
  })
}

export function powerText(value: number | null): string {
  if (value === null) return ''
  const size = Math.abs(value)
  const text =
    size !== 0 && (size < 1e-3 || size >= 1e5) ? value.toExponential().replace('e+', 'e') : String(value)
  return text.replaceAll('-', '−')
}
