/** One live plot: a heading with the latest values, and uPlot below it. */
import uPlot from 'uplot'
import { format3 } from '../views/figure.ts'
import type { Chart, History } from './history.ts'

export interface Plot {
  readonly element: HTMLElement
  /** Shows the history as it is now. */
  update(): void
  /** Takes over the colours of the page. */
  recolour(): void
  destroy(): void
}

const TITLES: Readonly<Partial<Record<History['kind'], string>>> = {
  energy: 'total',
  similarity: 'cosine of each row',
  speed: 'max |dx/dt|',
}

const BAND_TITLES: typeof TITLES = { overlap: 'replica maxima' }

export function createPlot(history: History): Plot {
  const element = document.createElement('section')
  element.className = 'plot'
  element.innerHTML =
    '<header><h3></h3><span class="plot-note"></span><output></output></header><div class="plot-area"></div>'
  const part = (selector: string): HTMLElement => element.querySelector(selector) as HTMLElement
  part('h3').textContent = history.name
  const note = (history.isBand ? BAND_TITLES[history.kind] : undefined) ?? TITLES[history.kind] ?? ''
  part('.plot-note').textContent = note
  part('.plot-note').title = note
  const key = part('output')
  const area = part('.plot-area')
  let plot: uPlot | undefined
  let lineCount = 0

  const colour = (name: string): string => getComputedStyle(element).getPropertyValue(name).trim()
  const lineColour = (index: number): string => colour(`--line-${history.isBand ? 0 : index}`)

  const build = (lines: number): void => {
    plot?.destroy()
    lineCount = lines
    const axis: uPlot.Axis = {
      stroke: colour('--muted'),
      grid: { stroke: colour('--grid'), width: 1 },
      ticks: { show: false },
      font: `11px ${getComputedStyle(element).fontFamily}`,
      gap: 4,
    }
    plot = new uPlot(
      {
        width: Math.max(80, area.clientWidth),
        height: Math.max(60, area.clientHeight),
        padding: [6, 10, 0, 0],
        legend: { show: false },
        cursor: { show: false },
        scales: { x: { time: false }, y: { range: rangeOf } },
        axes: [
          { ...axis, size: 22, space: 60, values: (_, splits, __, ___, step) => splits.map(stepText(step)) },
          { ...axis, size: 52, space: 28, values: (_, splits, __, ___, step) => splits.map(stepText(step)) },
        ],
        series: [
          {},
          ...Array.from({ length: lines }, (_, index): uPlot.Series => ({
            stroke: history.isBand && index > 0 ? 'transparent' : lineColour(index),
            width: 1.75,
            points: { show: false },
          })),
        ],
        bands: history.isBand ? [{ series: [3, 2], fill: colour('--band') }] : [],
      },
      [[], ...Array.from({ length: lines }, () => [])],
      area,
    )
  }

  const showKey = ({ lines }: Chart): void => {
    const latest = lines.map(({ values }) => values.at(-1) ?? null)
    const isShare = history.kind === 'overlap' || history.kind === 'similarity'
    const text = (value: number | null | undefined): string => {
      if (value == null) return '–'
      return format3(isShare && lines.length > 1 ? Number(value.toFixed(lines.length > 4 ? 2 : 3)) : value)
    }
    if (history.isBand) {
      key.title = 'mean (lowest to highest) of the replicas'
      key.textContent = `${text(latest[0])} (${text(latest[1])} to ${text(latest[2])})`
      return
    }
    key.replaceChildren(
      ...lines.map(({ label }, index) => {
        const item = document.createElement('span')
        item.textContent = label === '' ? text(latest[index]) : `${label} ${text(latest[index])}`
        if (label !== '') item.style.color = lineColour(index)
        return item
      }),
    )
  }

  const update = (): void => {
    const chart = history.chart()
    if (chart.times.length === 0) {
      key.textContent = ''
      plot?.setData([[], ...Array.from({ length: lineCount }, () => [])])
      return
    }
    if (plot === undefined || chart.lines.length !== lineCount) build(chart.lines.length)
    plot?.setData([[...chart.times], ...chart.lines.map(({ values }) => [...values])])
    showKey(chart)
  }

  const observer = new ResizeObserver(() => {
    plot?.setSize({ width: Math.max(80, area.clientWidth), height: Math.max(60, area.clientHeight) })
  })
  observer.observe(area)

  return {
    element,
    update,
    recolour() {
      if (plot === undefined) return
      build(lineCount)
      update()
    },
    destroy() {
      observer.disconnect()
      plot?.destroy()
      element.remove()
    },
  }
}

/** Numbers on an axis, with as many digits as their distance needs. */
function stepText(step: number): (value: number) => string {
  let digits = 0
  while (digits < 5 && Math.abs(Math.round(step * 10 ** digits) - step * 10 ** digits) > 1e-6) digits++
  return (value) => {
    const text = digits > 4 || step >= 1e5 ? value.toExponential(1) : String(Number(value.toFixed(digits)))
    return text.replace('-', '−')
  }
}

/** The values with a little room; a constant is a line in the middle, whatever rounding makes of it. */
function rangeOf(_: uPlot, low: number | null, high: number | null): [number, number] {
  if (low === null || high === null) return [0, 1]
  const size = Math.max(Math.abs(low), Math.abs(high))
  const span = high - low
  const room = span > 1e-5 * size ? 0.06 * span : 0.1 * size || 0.5
  return [low - room, high + room]
}
