/** A chart of an experiment on a canvas: uPlot draws the axes, and the marks are drawn as in src/node/chart.ts. */
import uPlot from 'uplot'
import { type Chart, type ChartAxis, type Mark, coloursOf, domainOf } from '../../../core/analysis/chart.ts'
import { DISTRIBUTIONS, apart, powerText, stepText } from '../../plots/draw.ts'
import { logSplits, rangeOf } from '../../plots/scale.ts'
import { format3 } from '../../format.ts'

export interface Figure {
  /** Shows a chart; the present drawing stays while the axes are the same. */
  show(chart: Chart): void
  recolour(): void
  destroy(): void
}

/** @param place - an element of a fixed height */
export function createFigure(place: HTMLElement): Figure {
  const key = document.createElement('ul')
  key.className = 'reproduce-key'
  const area = document.createElement('div')
  area.className = 'reproduce-area'
  area.role = 'img'
  place.append(key, area)
  const style = getComputedStyle(place)
  const colour = (name: string): string => style.getPropertyValue(name).trim()
  let plot: uPlot | undefined
  let chart: Chart | undefined
  let axes = ''

  const size = () => ({ width: area.clientWidth, height: area.clientHeight })
  const draw = (u: uPlot): void => {
    const { marks } = chart as Chart
    const { ctx, bbox } = u
    const colours = coloursOf(marks)
    ctx.save()
    ctx.beginPath()
    const room = 4 * devicePixelRatio
    ctx.rect(bbox.left - room, bbox.top - room, bbox.width + 2 * room, bbox.height + 2 * room)
    ctx.clip()
    marks.forEach((mark, index) => {
      ctx.strokeStyle = colour(`--line-${colours[index]!}`)
      ctx.fillStyle = ctx.strokeStyle
      drawMark(u, mark, colour('--panel'))
    })
    ctx.restore()
  }

  const build = (): void => {
    if (chart === undefined) return
    plot?.destroy()
    const text = { stroke: colour('--muted'), font: `11px ${style.fontFamily}`, ticks: { show: false } }
    const axis = (of: 'x' | 'y'): uPlot.Axis => ({
      ...text,
      grid: { stroke: colour('--grid'), width: 1 },
      label: (chart as Chart)[of].label,
      labelFont: `12px ${style.fontFamily}`,
      labelSize: 20,
      labelGap: 0,
      size: of === 'x' ? 24 : 48,
      space: of === 'x' ? 60 : 32,
      gap: 4,
      ...((chart as Chart)[of].scale === 'log' ? logarithmic : linear),
    })
    const scale = (of: 'x' | 'y'): uPlot.Scale => ({
      time: false,
      distr: DISTRIBUTIONS[(chart as Chart)[of].scale ?? 'linear'],
      range: () => rangeOfAxis(chart as Chart, of),
    })
    plot = new uPlot(
      {
        ...size(),
        padding: [8, 12, 0, 0],
        legend: { show: false },
        cursor: { show: false },
        scales: { x: scale('x'), y: scale('y') },
        axes: [axis('x'), axis('y')],
        series: [{}, { show: true, paths: () => null, points: { show: false } }],
        hooks: { draw: [draw] },
      },
      span(chart),
      area,
    )
  }

  const observer = new ResizeObserver(() => plot?.setSize(size()))
  observer.observe(area)

  return {
    show(next) {
      chart = next
      area.ariaLabel = descriptionOf(next)
      const labelled = next.marks.flatMap((mark, index) => (mark.label === undefined ? [] : [index]))
      const colours = coloursOf(next.marks)
      key.replaceChildren(
        ...labelled.map((index) => {
          const mark = next.marks[index] as Mark
          const item = document.createElement('li')
          item.dataset.kind = mark.kind === 'line' && mark.dashed ? 'dashed' : mark.kind
          item.style.setProperty('--colour', `var(--line-${colours[index]!})`)
          item.textContent = mark.label as string
          return item
        }),
      )
      const { x, y } = next
      const wanted = JSON.stringify([x, y])
      if (wanted === axes) plot?.setData(span(next))
      else build()
      axes = wanted
    },
    recolour: build,
    destroy() {
      observer.disconnect()
      plot?.destroy()
      place.replaceChildren()
    },
  }
}

const linear: uPlot.Axis = { values: (_, splits, __, ___, step) => splits.map(stepText(step)) }

const logarithmic: uPlot.Axis = {
  splits: (_, __, low, high) => logSplits(low, high),
  filter: (u, splits, index, space) =>
    apart(splits, (at) => u.valToPos(at, u.axes[index]?.scale ?? 'y'), space),
  values: (_, splits) => splits.map(powerText),
}

/** The domain of an axis, with a little room where the chart leaves it open. */
function rangeOfAxis(chart: Chart, of: 'x' | 'y'): [number, number] {
  const axis: ChartAxis = chart[of]
  const domain = domainOf(chart, of)
  return axis.domain === undefined ? rangeOf(axis.scale ?? 'linear', ...domain) : domain
}

/** Data for uPlot, which only needs the ranges. */
function span(chart: Chart): uPlot.AlignedData {
  return [rangeOfAxis(chart, 'x'), rangeOfAxis(chart, 'y')]
}

/** In the colours that are set. @param paper - the inside of points */
function drawMark(u: uPlot, mark: Mark, paper: string): void {
  const { ctx, bbox } = u
  const dpr = devicePixelRatio
  const x = (value: number): number => positionOf(u, value, 'x')
  const y = (value: number): number => positionOf(u, value, 'y')
  const path = (xs: ArrayLike<number>, ys: ArrayLike<number>): void => {
    ctx.beginPath()
    let isOpen = false
    for (let i = 0; i < xs.length; i++) {
      const [left, top] = [x(xs[i]!), y(ys[i]!)]
      const isPlaced = Number.isFinite(left) && Number.isFinite(top)
      if (isPlaced && isOpen) ctx.lineTo(left, top)
      else if (isPlaced) ctx.moveTo(left, top)
      isOpen = isPlaced
    }
  }
  ctx.lineWidth = 1.75 * dpr
  ctx.setLineDash([])
  switch (mark.kind) {
    case 'line':
      if (mark.dashed) ctx.setLineDash([6 * dpr, 4 * dpr])
      path(mark.x, mark.y)
      ctx.stroke()
      return
    case 'points':
      ctx.lineWidth = 1.5 * dpr
      for (let i = 0; i < mark.x.length; i++) {
        const [left, top] = [x(mark.x[i]!), y(mark.y[i]!)]
        if (!Number.isFinite(left) || !Number.isFinite(top)) continue
        const half = mark.error?.[i] ?? 0
        if (half > 0) {
          const below = y(mark.y[i]! - half)
          ctx.beginPath()
          ctx.moveTo(left, y(mark.y[i]! + half))
          ctx.lineTo(left, Number.isFinite(below) ? below : bbox.top + bbox.height)
          ctx.stroke()
        }
        const inside = ctx.fillStyle
        ctx.fillStyle = paper
        ctx.beginPath()
        ctx.arc(left, top, 3 * dpr, 0, 2 * Math.PI)
        ctx.fill()
        ctx.stroke()
        ctx.fillStyle = inside
      }
      return
    case 'band': {
      const xs = Array.from(mark.x)
      path([...xs, ...xs.toReversed()], [...Array.from(mark.low), ...Array.from(mark.high).toReversed()])
      ctx.globalAlpha = 0.18
      ctx.fill()
      ctx.globalAlpha = 1
      return
    }
    case 'histogram':
      for (let i = 0; i < mark.heights.length; i++) {
        const [from, to, top] = [x(mark.edges[i]!), x(mark.edges[i + 1]!), y(mark.heights[i]!)]
        const bottom = bbox.top + bbox.height
        if (![from, to, top].every(Number.isFinite) || top >= bottom) continue
        ctx.globalAlpha = 0.3
        ctx.fillRect(from, top, to - from, bottom - top)
        ctx.globalAlpha = 1
        ctx.lineWidth = dpr
        ctx.strokeRect(from, top, to - from, bottom - top)
      }
      return
    case 'rule': {
      ctx.setLineDash([2 * dpr, 3 * dpr])
      const [left, top] = [x(mark.at), y(mark.at)]
      ctx.beginPath()
      if (mark.of === 'x') {
        ctx.moveTo(left, bbox.top)
        ctx.lineTo(left, bbox.top + bbox.height)
      } else {
        ctx.moveTo(bbox.left, top)
        ctx.lineTo(bbox.left + bbox.width, top)
      }
      ctx.stroke()
    }
  }
}

/** Pixels of the canvas; NaN for values that a log axis omits. */
function positionOf(u: uPlot, value: number, of: 'x' | 'y'): number {
  const isLog = u.scales[of]?.distr === DISTRIBUTIONS.log
  return isLog && !(value > 0) ? NaN : u.valToPos(value, of, true)
}

/** The most points of a mark that are listed; of more points only the first and the last. */
const MOST_POINTS = 16

/** A description of a chart in words. */
function descriptionOf({ title, x, y, marks }: Chart): string {
  const pair = (mark: { readonly x: ArrayLike<number>; readonly y: ArrayLike<number> }, i: number): string =>
    `(${format3(mark.x[i]!)}, ${format3(mark.y[i]!)})`
  const list = (mark: Extract<Mark, { kind: 'line' | 'points' }>): string => {
    const all = Array.from(mark.x, (_, i) => i)
    if (mark.kind === 'points' && all.length <= MOST_POINTS) return all.map((i) => pair(mark, i)).join(' ')
    return all.length === 0 ? '' : `from ${pair(mark, 0)} to ${pair(mark, all.length - 1)}`
  }
  const parts = marks.map((mark): string => {
    const name = mark.label ?? mark.kind
    if (mark.kind === 'line') return `${name}: ${list(mark)}`
    if (mark.kind === 'points') return `${name}, ${mark.x.length} points: ${list(mark)}`
    return mark.kind === 'rule' ? `${name} at ${mark.of} = ${format3(mark.at)}` : name
  })
  return `${title}. ${y.label} against ${x.label}. ${parts.join('. ')}`
}
