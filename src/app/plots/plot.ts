/** One live plot: a heading, a key that hides and shows its lines, and uPlot below it. */
import uPlot from 'uplot'
import { format3 } from '../format.ts'
import { optionsOf } from './draw.ts'
import type { Chart, History, Line } from './history.ts'
import { createKey, valueText } from './key.ts'
import type { Marker } from './markers.ts'
import { compose } from './picture.ts'
import { type Sparse, sparseText } from './sampling.ts'
import { type Shown, createPalette, shownOf, signatureOf } from './shown.ts'
import { listenToTouch } from './touch.ts'
import { type PlotView, type TimeRange, zoomed } from './view.ts'

export interface Plot {
  readonly element: HTMLElement
  /** Shows the history and the view as they are now. */
  update(): void
  /** What the reader has chosen in this plot alone. */
  choices(): PlotChoices
  choose(choices: PlotChoices): void
  /** Takes over the colours of the page. */
  recolour(): void
  /** The plot as it is shown, with its heading and key, on a canvas of a width in pixels. */
  picture(width: number): Promise<HTMLCanvasElement>
  destroy(): void
}

export interface PlotChoices {
  readonly isLog: boolean
  /** Lines that the reader hid or, where they are details, showed. */
  readonly toggled: ReadonlySet<string>
}

/** Cursors of all plots show the same time. */
const SYNC = 'plots'

/** Pixels of a drag below which it is a click. */
const LEAST_DRAG = 5

/** @param sparse - how the samples lie apart where no line may join them */
export function createPlot(history: History, view: PlotView, sparse: () => Sparse | undefined): Plot {
  const element = document.createElement('section')
  element.className = 'plot'
  element.dataset.probe = history.name
  element.innerHTML = `
    <header>
      <h3></h3><span class="plot-note"></span>
      <button type="button" class="plot-all" title="Show the whole run (double click, Escape)" hidden>all</button>
      <button type="button" class="plot-log-time" aria-pressed="false" title="Logarithmic time, in all plots">log t</button>
      <button type="button" class="plot-log" aria-pressed="false" title="Logarithmic values">log</button>
    </header>
    <div class="plot-key"><output></output><small class="plot-points" hidden></small></div>
    <div class="plot-area" tabindex="0" role="application"></div>`
  const part = (selector: string): HTMLElement => element.querySelector(selector) as HTMLElement
  part('h3').textContent = history.name
  const note = history.isBand ? history.plot.bandNote : history.plot.note
  part('.plot-note').textContent = note
  part('.plot-note').title = note
  const points = part('.plot-points')
  const area = part('.plot-area')
  area.setAttribute(
    'aria-label',
    `${history.name} over time. Arrow keys move the cursor, + and − zoom, Escape shows the whole run`,
  )
  const buttons = {
    all: part('.plot-all') as HTMLButtonElement,
    logTime: part('.plot-log-time') as HTMLButtonElement,
    log: part('.plot-log') as HTMLButtonElement,
  }

  const palette = createPalette()
  /** Lines that the reader hid or, where they are details, showed. */
  const toggled = new Set<string>()
  const isHidden = ({ id, isDetail = false }: Line): boolean => isDetail !== toggled.has(id)
  let isLog = false
  let plot: uPlot | undefined
  let built = ''
  let chart: Chart = { times: [], lines: [] }
  let shown: Shown | undefined

  const style = getComputedStyle(element)
  const colour = (name: string): string => style.getPropertyValue(name).trim()

  // ------------------------------------------------------------------------------------------------------- markers

  const markerElements: HTMLElement[] = []
  const placeMarkers = (u: uPlot): void => {
    const { min = 0, max = 0 } = u.scales.x as { min?: number; max?: number }
    const visible = view.markers.list.filter(({ time }) => time >= min && time <= max)
    while (markerElements.length > visible.length) markerElements.pop()?.remove()
    visible.forEach((marker, index) => {
      const left = u.valToPos(marker.time, 'x')
      let mark = markerElements[index]
      if (mark === undefined) {
        mark = document.createElement('i')
        mark.className = 'plot-marker'
        markerElements.push(mark)
      }
      if (mark.parentElement !== u.over) u.over.append(mark)
      mark.dataset.tick = String(marker.tick)
      mark.dataset.text = markerText(marker)
      mark.classList.toggle('plot-marker-right', left > u.over.clientWidth / 2)
      mark.style.left = `${left}px`
    })
  }

  // ----------------------------------------------------------------------------------------------------------- key

  const key = createKey(part('output'), history, palette, isHidden, ({ id }) => {
    if (!toggled.delete(id)) toggled.add(id)
    update()
  })
  const showKey = (): void => {
    const { times } = chart
    const cursor = plot?.cursor.left === undefined || plot.cursor.left < 0 ? undefined : plot.cursor.idx
    // Times that a logarithm leaves out are missing from the plot and not from the chart.
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
  /** Moves the cursors of all plots; the types do not know that uPlot tells the others on request. */
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

  area.addEventListener('keydown', (event) => {
    if (plot === undefined || shown === undefined || event.ctrlKey || event.metaKey || event.altKey) return
    const u = plot
    const move = (steps: number): void => {
      const { times = [] } = shown ?? {}
      const from = (u.cursor.left ?? -1) < 0 ? times.length - 1 : (u.cursor.idx ?? 0)
      const to = Math.min(times.length - 1, Math.max(0, from + steps))
      setCursor(u.valToPos(times[to] ?? 0, 'x'))
    }
    const act: Readonly<Record<string, () => void>> = {
      ArrowLeft: () => move(event.shiftKey ? -10 : -1),
      ArrowRight: () => move(event.shiftKey ? 10 : 1),
      Home: () => move(-Infinity),
      End: () => move(Infinity),
      '+': () => zoomBy(0.5, cursorTime()),
      '=': () => zoomBy(0.5, cursorTime()),
      '-': () => zoomBy(2, cursorTime()),
      Escape: () => view.zoom(undefined),
    }
    const chosen = act[event.key]
    if (chosen === undefined) return
    event.preventDefault()
    event.stopPropagation()
    chosen()
  })
  area.addEventListener('blur', () => setCursor(-10))
  buttons.all.addEventListener('click', () => view.zoom(undefined))
  buttons.logTime.addEventListener('click', () => view.setLogTime(!view.logTime))
  buttons.log.addEventListener('click', () => {
    isLog = !isLog
    update()
  })

  // ---------------------------------------------------------------------------------------------------------- draw

  const look = (zoom: number) => ({ colour, palette, fontFamily: style.fontFamily, zoom })
  const areaSize = () => ({ width: Math.max(80, area.clientWidth), height: Math.max(48, area.clientHeight) })

  const build = (what: Shown): void => {
    plot?.destroy()
    plot = new uPlot(
      {
        ...optionsOf(what, view, areaSize(), look(1)),
        cursor: {
          y: false,
          points: { size: 6 },
          drag: { x: true, y: false, setScale: false, dist: LEAST_DRAG },
          sync: {
            key: SYNC,
            scales: ['x', null],
            filters: { pub: (type) => type === 'mousemove', sub: () => true },
          },
          bind: {
            dblclick: () => () => {
              view.zoom(undefined)
              return null
            },
          },
        },
        hooks: { setCursor: [showKey], setSelect: [selected], draw: [placeMarkers] },
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

  const showApart = (apart: Sparse | undefined): void => {
    const { text, reason } = apart === undefined ? { text: '', reason: '' } : sparseText(apart)
    points.hidden = text === ''
    points.textContent = text
    points.title = reason
  }

  const update = (): void => {
    chart = history.chart(view.replica)
    palette.keep(chart.lines.map(({ id }) => id))
    const apart = sparse()
    shown = shownOf(chart, isHidden, isLog, view, apart !== undefined)
    showApart(apart)
    buttons.all.hidden = view.range === undefined
    buttons.logTime.setAttribute('aria-pressed', String(view.logTime))
    buttons.log.setAttribute('aria-pressed', String(isLog))
    buttons.log.textContent = shown.scale === 'symlog' ? 'symlog' : 'log'
    buttons.log.title =
      shown.scale === 'symlog'
        ? `Logarithmic in both directions, linear below ${powerOf(shown.threshold)}: there are values below 0`
        : 'Logarithmic values; 0 is not shown'
    const signature = signatureOf(shown, view)
    if (chart.times.length > 0 && (plot === undefined || signature !== built)) {
      build(shown)
      built = signature
    } else plot?.setData(signature === built ? alignedOf(shown) : [[]])
    showKey()
  }

  const observer = new ResizeObserver(() => plot?.setSize(areaSize()))
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
    recolour() {
      built = ''
      if (plot !== undefined) update()
    },
    async picture(width) {
      const zoom = 2
      const what = shown ?? shownOf(chart, isHidden, isLog, view, sparse() !== undefined)
      const place = document.createElement('div')
      place.style.cssText = 'position:fixed;left:-10000px;top:0'
      document.body.append(place)
      // uPlot draws at the density of the screen.
      const size = { width: width / devicePixelRatio, height: 220 * (zoom / devicePixelRatio) }
      const copy = new uPlot(
        { ...optionsOf(what, view, size, look(zoom / devicePixelRatio)), cursor: { show: false } },
        alignedOf(what),
        place,
      )
      try {
        await Promise.resolve()
        const key = chart.lines
          .filter((line) => !isHidden(line))
          .map((line) => ({
            text: `${line.label} ${valueText(history.plot, chart, line)}`.trim(),
            colour: colour(palette.of(line.id)),
          }))
        const markers = view.markers.list.map((marker) => ({
          at: positionOf(copy, marker),
          text: markerText(marker),
        }))
        return compose(copy.ctx.canvas, {
          title: history.name,
          note: [note, points.textContent].filter((text) => text !== '').join(' · '),
          key,
          markers: markers.filter(({ at }) => at !== undefined) as { at: number; text: string }[],
          top: copy.bbox.top,
          bottom: copy.bbox.top + copy.bbox.height,
          colour,
          fontFamily: style.fontFamily,
        })
      } finally {
        copy.destroy()
        place.remove()
      }
    },
    destroy() {
      observer.disconnect()
      plot?.destroy()
      element.remove()
    },
  }
}

/** Such as `xi.tau 250 → 120 at tick 40`. */
function markerText({ path, before, value, tick }: Marker): string {
  return `${path.replace(/^(neurons|synapses|memories)\./, '')} ${format3(before)} → ${format3(value)} at tick ${tick}`
}

/** uPlot does not write to its data; its types do not say so. */
function alignedOf({ data }: Shown): uPlot.AlignedData {
  return data as unknown as uPlot.AlignedData
}

function powerOf(value: number): string {
  return `1e${Math.round(Math.log10(value))}`.replace('-', '−')
}

/** Pixels from the left of the canvas; undefined outside of what is shown. */
function positionOf(plot: uPlot, { time }: Marker): number | undefined {
  const { min, max } = plot.scales.x as { min?: number; max?: number }
  return min === undefined || max === undefined || time < min || time > max
    ? undefined
    : plot.valToPos(time, 'x', true)
}
