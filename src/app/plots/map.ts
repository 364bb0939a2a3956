/** The last value of a probe at every point of the varied parameters: a map of two, a curve with a band of one. */
import type { Plot } from '../../core/kinds/probes/definition.ts'
import type { Model } from '../../core/model/model.ts'
import type { Sample, Series } from '../../core/run/series.ts'
import { type Scheme, stopNumbers, stopsOf } from '../views/colours.ts'
import { format3 } from '../format.ts'
import { schemeAt } from '../views/scheme.ts'
import type { ChartData } from '../figures/chart.ts'
import type { MapData } from '../figures/map.ts'
import {
  type Grid,
  type Side,
  type Spread,
  cellText,
  figureOf,
  gridOf,
  innerLabels,
  rangeOfCells,
} from './grid.ts'
import { noteOf, plotOf, valueOfEach } from './history.ts'
import { typeOf } from './draw.ts'
import './map.css'

export interface GridMap {
  readonly element: HTMLElement
  push(sample: Sample): void
  update(): void
  recolour(): void
  clear(): void
  picture(width: number): HTMLCanvasElement
  /** The present values, for figures; undefined without any. */
  data(): ChartData | MapData | undefined
  destroy(): void
}

/** Room for the labels, in CSS pixels. */
const LEFT = 66
const BOTTOM = 34
const RIGHT = 10
const HALF_LETTER = 7

/**
 * @param choose - called with the replica of a cell that is clicked
 * @param does - the effect of a choice, for screen readers
 * @returns undefined if nothing varies or nothing is sampled
 */
export function createMap(
  model: Model,
  series: readonly Series[],
  choose: (replica: number) => void,
  does = 'shows the replica in the plots',
): GridMap | undefined {
  const grid = gridOf(model)
  const leads = ({ kind }: Series): number => Number(plotOf(kind)?.leads ?? false)
  const [first] = [...series].sort((a, b) => leads(b) - leads(a))
  if (grid === undefined || first === undefined) return undefined
  const element = document.createElement('section')
  element.className = 'plot map'
  element.innerHTML = `
    <header><h3></h3><select aria-label="Probe of the map"></select><span class="plot-note"></span></header>
    <div class="plot-key"><output aria-live="polite"></output></div>
    <div class="plot-area" tabindex="0" role="application"><canvas></canvas></div>`
  const part = (selector: string): HTMLElement => element.querySelector(selector) as HTMLElement
  const isCurve = grid.down === undefined
  let curve: typeof import('./curve.ts') | undefined
  if (isCurve)
    void import('./curve.ts').then((loaded) => {
      curve = loaded
      update()
    })
  part('h3').textContent = isCurve ? 'curve' : 'map'
  const select = part('select') as HTMLSelectElement
  select.append(...series.map(({ name }) => new Option(name, name)))
  select.value = first.name
  const [area, canvas, output] = [part('.plot-area'), part('canvas') as HTMLCanvasElement, part('output')]
  area.setAttribute(
    'aria-label',
    `Last values by ${[grid.down?.name, grid.across.name].filter(Boolean).join(' and ')}. Arrow keys move the cursor, Enter ${does}`,
  )

  const latest = new Map<string, Sample>()
  let cursor: number | undefined
  /** Room for the labels of the curve. */
  let left: number | undefined
  const seriesNow = (): Series => series.find(({ name }) => name === select.value) ?? first
  const plotNow = (): Plot => plotOf(seriesNow().kind) as Plot

  const cellsNow = (): Spread | undefined => {
    const sample = latest.get(select.value)
    if (sample === undefined) return undefined
    return grid.spreadOf(valueOfEach(plotNow(), sample.value, model.replicas))
  }
  const draw = (target: HTMLCanvasElement, width: number, height: number, scale: number): void => {
    target.width = Math.max(1, Math.round(width * scale))
    target.height = Math.max(1, Math.round(height * scale))
    const context = target.getContext('2d')
    const cells = cellsNow()
    if (context === null || cells === undefined) return
    const plot = plotNow()
    const style = getComputedStyle(area)
    const type = typeOf(style)
    context.scale(scale * type, scale * type)
    const size = { width: width / type, height: height / type }
    if (isCurve)
      left = curve?.paintCurve(context, {
        ...size,
        style,
        side: grid.across,
        spread: cells,
        quantity: select.value,
        cursor,
      })
    else paint(context, { ...size, area, grid, cells: cells.mean, isShare: plot.isShare, cursor })
  }
  const update = (): void => {
    const { clientWidth, clientHeight } = area
    draw(canvas, clientWidth, clientHeight, devicePixelRatio)
    const cells = cellsNow()
    const sample = latest.get(select.value)
    const note = part('.plot-note')
    note.textContent = [
      noteOf(seriesNow(), model.replicas),
      sample === undefined ? '' : `tick ${sample.tick}`,
    ]
      .filter(Boolean)
      .join(' · ')
    note.title = note.textContent
    if (cells === undefined) output.replaceChildren()
    else if (cursor !== undefined) output.replaceChildren(valueText(grid, cells, cursor))
    else if (isCurve) output.replaceChildren('mean, band from the lowest to the highest replica')
    else output.replaceChildren(...legendOf(cells.mean, plotNow().isShare, schemeAt(area)))
  }

  const move = (next: number | undefined): void => {
    if (next === cursor) return
    cursor = next
    update()
  }
  const at = (x: number, y: number): number | undefined => {
    const type = typeOf(getComputedStyle(area))
    const [width, height] = [area.clientWidth / type, area.clientHeight / type]
    return isCurve
      ? curve?.cellOnCurve(width, grid.across, x / type, left)
      : cellAt(width, height, grid, x / type, y / type)
  }
  area.addEventListener('pointermove', ({ offsetX, offsetY }) => move(at(offsetX, offsetY)))
  area.addEventListener('pointerleave', () => move(undefined))
  area.addEventListener('blur', () => move(undefined))
  area.addEventListener('click', ({ offsetX, offsetY }) => {
    const cell = at(offsetX, offsetY)
    if (cell !== undefined) choose(grid.replicaOf(cell))
  })
  area.addEventListener('keydown', (event) => {
    const { columns, lines } = grid
    const now = cursor ?? 0
    const [line, column] = [Math.floor(now / columns), now % columns]
    const moves: Readonly<Record<string, number>> = {
      ArrowLeft: line * columns + Math.max(0, column - 1),
      ArrowRight: line * columns + Math.min(columns - 1, column + 1),
      ArrowUp: Math.max(0, line - 1) * columns + column,
      ArrowDown: Math.min(lines - 1, line + 1) * columns + column,
    }
    const next = moves[event.key]
    if (event.key === 'Enter' && cursor !== undefined) choose(grid.replicaOf(cursor))
    else if (event.key === 'Escape') move(undefined)
    else if (next === undefined) return
    else move(cursor === undefined ? 0 : next)
    event.preventDefault()
    event.stopPropagation()
  })
  select.addEventListener('change', update)
  const sizes = new ResizeObserver(update)
  sizes.observe(area)

  return {
    element,
    push(sample) {
      if (series.some(({ name }) => name === sample.probe)) latest.set(sample.probe, sample)
    },
    update,
    recolour: update,
    clear() {
      latest.clear()
      update()
    },
    picture(width) {
      const drawn = document.createElement('canvas')
      draw(drawn, width / 2, width / 4, 2)
      return drawn
    },
    data() {
      const cells = cellsNow()
      return (
        cells && {
          ...figureOf(grid, cells, select.value, plotNow().isShare),
          note: part('.plot-note').textContent,
        }
      )
    },
    destroy() {
      sizes.disconnect()
      element.remove()
    },
  }
}

/** The legend: the lowest value, the colours, the highest value. */
function legendOf(cells: Float64Array, share: boolean, scheme: Scheme): (Node | string)[] {
  const { low, high, signed } = rangeOfCells(cells, share)
  const bar = document.createElement('i')
  bar.style.background = `linear-gradient(to right, ${stopsOf(scheme, signed).join(', ')})`
  return [format3(low), bar, format3(high)]
}

interface Painting {
  /** The element with the colours and the font. */
  readonly area: HTMLElement
  readonly width: number
  readonly height: number
  readonly grid: Grid
  readonly cells: Float64Array
  readonly isShare: boolean
  readonly cursor: number | undefined
}

function cellSize(width: number, height: number, { columns, lines }: Grid): readonly [number, number] {
  return [(width - LEFT - RIGHT) / columns, (height - BOTTOM) / lines]
}

function cellAt(width: number, height: number, grid: Grid, x: number, y: number): number | undefined {
  const [w, h] = cellSize(width, height, grid)
  const [column, line] = [Math.floor((x - LEFT) / w), Math.floor(y / h)]
  const isInside = column >= 0 && column < grid.columns && line >= 0 && line < grid.lines
  return isInside ? line * grid.columns + column : undefined
}

function paint(context: CanvasRenderingContext2D, painting: Painting): void {
  const { area, width, height, grid, cells, cursor } = painting
  const { low, high, signed } = rangeOfCells(cells, painting.isShare)
  const colours = stopNumbers(stopsOf(schemeAt(area), signed))
  const [w, h] = cellSize(width, height, grid)
  const scale = context.getTransform().a
  const whole = (at: number): number => Math.round(at * scale) / scale
  cells.forEach((value, cell) => {
    const x = LEFT + (cell % grid.columns) * w
    const y = Math.floor(cell / grid.columns) * h
    context.fillStyle = Number.isFinite(value) ? colourAt(colours, (value - low) / (high - low)) : '#808080'
    // To the next whole pixel of the canvas, so that there are no gaps between cells.
    const [left, top] = [whole(x), whole(y)]
    context.fillRect(left, top, whole(x + w) - left, whole(y + h) - top)
  })
  const style = getComputedStyle(area)
  if (cursor !== undefined) {
    context.strokeStyle = style.getPropertyValue('--accent').trim()
    context.lineWidth = 2
    const x = LEFT + (cursor % grid.columns) * w
    context.strokeRect(x, Math.floor(cursor / grid.columns) * h, w, h)
  }
  context.fillStyle = style.getPropertyValue('--muted').trim()
  context.font = `11px ${style.fontFamily}`
  const { down, across } = grid
  context.textBaseline = 'top'
  const top = height - BOTTOM + 4
  context.textAlign = 'center'
  const wide = Math.max(...across.labels.map((label) => context.measureText(label).width)) + 14
  for (const column of labelled(across, (width - LEFT - RIGHT) / wide)) {
    const label = across.labels[column] ?? ''
    const room = width - context.measureText(label).width / 2
    context.fillText(label, Math.min(room, LEFT + (column + 0.5) * w), top)
  }
  const middle = LEFT + (width - LEFT - RIGHT) / 2
  context.fillText(`${sideTitle(context, across, width - LEFT - RIGHT)} →`, middle, top + 14)
  if (down === undefined) return
  context.textAlign = 'right'
  context.textBaseline = 'middle'
  for (const line of labelled(down, (height - BOTTOM) / 26))
    // The first is whole, however low its line is.
    context.fillText(down.labels[line] ?? '', LEFT - 6, Math.max(HALF_LETTER, (line + 0.5) * h))
  context.textAlign = 'center'
  context.save()
  context.translate(8, (height - BOTTOM) / 2)
  context.rotate(-Math.PI / 2)
  context.fillText(`← ${sideTitle(context, down, height - BOTTOM)}`, 0, 0)
  context.restore()
}

/** The cells of a side that are labelled: the first, the last and some between them. */
function labelled({ labels }: Side, most: number): Set<number> {
  return new Set([0, ...innerLabels(labels.length, most), labels.length - 1])
}

/** Such as `beta 2, tau 1: 0.98 (0.9 to 1)`. */
function valueText(grid: Grid, { mean, low, high }: Spread, cell: number): string {
  const [a, b] = [low[cell] ?? NaN, high[cell] ?? NaN]
  const range = a === b ? '' : ` (${format3(a)} to ${format3(b)})`
  return `${cellText(grid, cell)}: ${format3(mean[cell] ?? NaN)}${range}`
}

/** The path of an axis, or its last key where the path is too long; a logarithmic axis is named where there is room. */
export function sideTitle(
  context: Pick<CanvasRenderingContext2D, 'measureText'>,
  { title, name, isLog }: Side,
  room: number,
): string {
  const forms = isLog ? [`${title} (log scale)`, `${name} (log scale)`, `${name} (log)`] : [title]
  return forms.find((form) => context.measureText(`← ${form}`).width < room) ?? name
}

/** @param stops - [n, 4] in [0, 1] */
function colourAt(stops: readonly number[], position: number): string {
  const last = stops.length / 4 - 1
  const at = Math.min(1, Math.max(0, position)) * last
  const below = Math.min(last - 1, Math.floor(at))
  const mix = [0, 1, 2].map((part) => {
    const a = stops[4 * below + part] as number
    const b = stops[4 * (below + 1) + part] as number
    return Math.round(255 * (a + (b - a) * (at - below)))
  })
  return `rgb(${mix.join(' ')})`
}
