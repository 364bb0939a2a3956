/** One live plot: a heading, a key that hides and shows its lines, and uPlot below it. */
import uPlot from 'uplot'
import { format3 } from '../format.ts'
import type { Behind } from './behind.ts'
import type { ChartData } from '../figures/chart.ts'
import { optionsOf, typeOf } from './draw.ts'
import { createFrame } from './frame.ts'
import type { Chart, History, Line } from './history.ts'
import { drawBehind } from './ink.ts'
import { createKey, valueText } from './key.ts'
import { listenToKeys } from './keys.ts'
import { createMarks } from './marks.ts'
import { type Marker, markerText } from './markers.ts'
import { compose, drawnApart } from './picture.ts'
import type { Sparse } from './sampling.ts'
import { type Shown, createPalette, shownOf, signatureOf } from './shown.ts'
import { listenToTouch } from './touch.ts'
import { type PlotView, type TimeRange, zoomed } from './view.ts'

export interface Plot {
  readonly element: HTMLElement
  /** Shows the present history and view. */
  update(): void
  /** The reader's choices for this plot. */
  choices(): PlotChoices
  choose(choices: PlotChoices): void
  /** The present lines. */
  chart(): Chart
  /** Draws the lines of other runs behind. */
  behind(runs: readonly Behind[]): void
  /** Applies the colours of the page. */
  recolour(): void
  /** The present plot with heading and key, on a canvas of a width in pixels. */
  picture(width: number): Promise<HTMLCanvasElement>
  /** The present plot as data, for a figure. */
  data(): ChartData
  destroy(): void
}

export interface PlotChoices {
  readonly isLog: boolean
  /** Lines that the reader hid or, where they are details, showed. */
  readonly toggled: ReadonlySet<string>
}

/** A drag of fewer pixels is a click. */
const LEAST_DRAG = 5

/**
 * @param sparse - the spacing of samples that lines must not join
 * @param yTitle - of the vertical axis of a figure
 */
export function createPlot(
  history: History,
  view: PlotView,
  sparse: () => Sparse | undefined,
  yTitle: string,
): Plot {
  const frame = createFrame(history, {
    showAll: () => view.zoom(undefined),
    toggleLogTime: () => view.setLogTime(!view.logTime),
    toggleLog() {
      isLog = !isLog
      update()
    },
  })
  const { element, area } = frame
  const palette = createPalette()
  const placeMarks = createMarks(view.markers)
  /** Lines that the reader hid or, where they are details, showed. */
  const toggled = new Set<string>()
  const isHidden = ({ id, isDetail = false }: Line): boolean => isDetail !== toggled.has(id)
  let isLog = false
  let plot: uPlot | undefined
  let built = ''
  let chart: Chart = { times: [], lines: [] }
  let shown: Shown | undefined
  let behind: readonly Behind[] = []
  let room = view.reserve(0)

  const style = getComputedStyle(element)
  const colour = (name: string): string => style.getPropertyValue(name).trim()

  // ----------------------------------------------------------------------------------------------------------- key

  const key = createKey(frame.key, history, palette, isHidden, ({ id }) => {
    if (!toggled.delete(id)) toggled.add(id)
    update()
  })
  const showKey = (): void => {
    const { times } = chart
    const cursor = plot?.cursor.left === undefined || plot.cursor.left < 0 ? undefined : plot.cursor.idx
    // The plot omits times that a logarithm cannot show, the chart does not.
    const index =
      cursor == null || shown === undefined ? undefined : cursor + times.length - shown.times.length
    key.show(chart, index)
    const time = index === undefined ? '' : `t ${format3(times[index] ?? 0)}`
    if (area.dataset.cursor !== time) area.dataset.cursor = time
  }

  // ---------------------------------------------------------------------------------------------------------- zoom

  const whole = (): TimeRange => {
    const { times = [] } = shown ?? {}
    return { min: times[0] ?? 0, max: times.at(-1) ?? 1 }
  }
  const zoomBy = (factor: number, around: number): void => {
    if (shown === undefined || shown.times.length < 2) return
    view.zoom(zoomed(view.range ?? whole(), factor, around, view.logTime, whole()))
  }
  /** Moves the cursors of all plots; the types lack the argument with which uPlot informs the others. */
  const setCursor = (left: number): void => {
    const u = plot as { setCursor?: (at: object, fire: boolean, tellOthers: boolean) => void } | undefined
    u?.setCursor?.({ left, top: left < 0 ? left : 1 }, true, true)
  }
  const cursorTime = (): number => {
    const range = view.range ?? whole()
    const index = plot?.cursor.idx
    const time = index == null ? undefined : shown?.times[index]
    return time ?? (view.logTime ? Math.sqrt(range.min * range.max) : (range.min + range.max) / 2)
  }
  const selected = (u: uPlot): void => {
    const { left, width } = u.select
    u.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false)
    if (width >= LEAST_DRAG) view.zoom({ min: u.posToVal(left, 'x'), max: u.posToVal(left + width, 'x') })
  }

  /** Moves the cursor by samples, from the last sample if there is no cursor. */
  const moveCursor = (samples: number): void => {
    if (plot === undefined) return
    const { times = [], data = [] } = shown ?? {}
    const from = (plot.cursor.left ?? -1) < 0 ? times.length - 1 : (plot.cursor.idx ?? 0)
    let to = Math.min(times.length - 1, Math.max(0, from + samples))
    // Where lines end there is no sample.
    while (times[to] !== undefined && data.slice(1).every((values) => values[to] == null))
      to += Math.sign(samples)
    setCursor(plot.valToPos(times[to] ?? 0, 'x'))
  }
  listenToKeys(area, {
    isReady: () => plot !== undefined && shown !== undefined,
    move: moveCursor,
    zoom: (factor) => zoomBy(factor, cursorTime()),
    showAll: () => view.zoom(undefined),
  })
  area.addEventListener('blur', () => setCursor(-10))

  // ---------------------------------------------------------------------------------------------------------- draw

  /** Grows with the letters of the page. */
  const type = (): number => typeOf(style)
  const look = (zoom: number) => ({ colour, palette, fontFamily: style.fontFamily, zoom })
  const areaSize = () => ({ width: Math.max(80, area.clientWidth), height: Math.max(48, area.clientHeight) })

  const around = () => ({ quantity: history.quantity, behind })
  const inked =
    (zoom: number) =>
    (u: uPlot): void =>
      drawBehind(u, behind, { colour: colour('--behind'), font: style.fontFamily, zoom })
  const build = (what: Shown): void => {
    plot?.destroy()
    plot = new uPlot(
      {
        ...optionsOf(what, view, areaSize(), look(type()), around()),
        cursor: cursorOf(view.sync, () => view.zoom(undefined)),
        hooks: {
          drawAxes: [inked(type())],
          setCursor: [showKey],
          setSelect: [selected],
          draw: [placeMarks],
        },
      },
      alignedOf(what),
      area,
    )
    listenToTouch(plot.over, {
      point: setCursor,
      zoom(factor, around) {
        if (plot !== undefined) zoomBy(factor, plot.posToVal(around, 'x'))
      },
      showAll: () => view.zoom(undefined),
    })
  }

  const update = (): void => {
    chart = history.chart(view.replica)
    palette.keep(chart.lines.map(({ id }) => id))
    const apart = sparse()
    shown = shownOf(chart, isHidden, isLog, view, apart !== undefined)
    frame.show(shown, view, isLog, apart)
    const signature = `${type()} ${signatureOf(shown, view)}`
    const isNew = chart.times.length > 0 && (plot === undefined || signature !== built)
    if (isNew) {
      build(shown)
      built = signature
    } else plot?.setData(signature === built ? alignedOf(shown) : [[]])
    // The numbers of another plot need more room.
    if (view.reserve(0) !== room) {
      room = view.reserve(0)
      plot?.redraw(false, true)
    }
    showKey()
    // A key that has as many rows as before is no change to the observer, and the plot was built without it.
    if (isNew) plot?.setSize(areaSize())
  }

  const observer = new ResizeObserver(() => {
    plot?.setSize(areaSize())
    if (plot !== undefined && !built.startsWith(`${type()} `)) update()
  })
  observer.observe(area)

  return {
    element,
    update,
    choices: () => ({ isLog, toggled: new Set(toggled) }),
    choose(choices) {
      isLog = choices.isLog
      toggled.clear()
      for (const id of choices.toggled) toggled.add(id)
      update()
    },
    chart: () => history.chart(view.replica),
    behind(runs) {
      if (runs.length === 0 && behind.length === 0) return
      behind = runs
      built = ''
      update()
    },
    recolour() {
      built = ''
      if (plot !== undefined) update()
    },
    picture(width) {
      const zoom = 2
      const what = shown ?? shownOf(chart, isHidden, isLog, view, sparse() !== undefined)
      // uPlot draws at the pixel density of the screen.
      const size = { width: width / devicePixelRatio, height: 220 * (zoom / devicePixelRatio) }
      const options = {
        ...optionsOf(what, view, size, look(zoom / devicePixelRatio), around()),
        cursor: { show: false },
        hooks: { drawAxes: [inked(zoom / devicePixelRatio)] },
      }
      return drawnApart(options, alignedOf(what), (copy) => {
        const key = chart.lines
          .filter((line) => !isHidden(line))
          .map((line) => ({
            text: `${line.label} ${valueText(history.plot, chart, line)}`.trim(),
            colour: colour(palette.of(line.id)),
          }))
        return compose(copy.ctx.canvas, {
          title: history.name,
          note: frame.note,
          key,
          markers: view.markers.list.flatMap((marker) => {
            const at = positionOf(copy, marker)
            return at === undefined ? [] : [{ at, text: markerText(marker) }]
          }),
          top: copy.bbox.top,
          bottom: copy.bbox.top + copy.bbox.height,
          colour,
          fontFamily: style.fontFamily,
        })
      })
    },
    data() {
      const { lines, times, scale, threshold, isPoints } =
        shown ?? shownOf(chart, isHidden, isLog, view, sparse() !== undefined)
      // The times that a logarithm cannot show are the first ones.
      const cut = <T>(values: readonly T[]): readonly T[] => values.slice(values.length - times.length)
      return {
        title: history.name,
        note: frame.note,
        axes: { x: 'time', y: yTitle },
        times,
        lines: lines.map(({ id, label, values, band }) => ({
          label,
          colour: palette.of(id),
          values: cut(values),
          ...(band && { band: { low: cut(band.low), high: cut(band.high) } }),
        })),
        behind,
        scale,
        threshold,
        logTime: view.logTime,
        ...(view.range && { range: view.range }),
        isPoints,
        markers: view.markers.list.map((marker) => ({ time: marker.time, text: markerText(marker) })),
      }
    },
    destroy() {
      observer.disconnect()
      plot?.destroy()
      element.remove()
    },
  }
}

/** A cursor that the plots share, a drag that selects, a double click that shows everything. */
function cursorOf(key: string, showAll: () => void): uPlot.Cursor {
  return {
    y: false,
    points: { size: 6 },
    drag: { x: true, y: false, setScale: false, dist: LEAST_DRAG },
    sync: {
      key,
      scales: ['x', null],
      filters: { pub: (type) => type === 'mousemove', sub: () => true },
    },
    bind: {
      dblclick: () => () => {
        showAll()
        return null
      },
    },
  }
}

/** uPlot does not write to its data, but its types lack `readonly`. */
function alignedOf({ data }: Shown): uPlot.AlignedData {
  return data as unknown as uPlot.AlignedData
}

/** Pixels from the left of the canvas; undefined outside the shown range. */
function positionOf(plot: uPlot, { time }: Marker): number | undefined {
  const { min, max } = plot.scales.x as { min?: number; max?: number }
  return min === undefined || max === undefined || time < min || time > max
    ? undefined
    : plot.valToPos(time, 'x', true)
}
