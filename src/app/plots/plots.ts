/** The plots of a network: one for each probe that samples numbers. */
import 'uplot/dist/uPlot.min.css'
import type { Model } from '../../core/model/model.ts'
import type { Sample } from '../../core/run/series.ts'
import type { Change, Simulation } from '../../core/run/simulation.ts'
import { bindNumber } from '../controls/number-field.ts'
import type { ChartData } from '../figures/chart.ts'
import type { MapData } from '../figures/map.ts'
import { variedText } from '../vary.ts'
import { ownPatterns } from '../views/companions.ts'
import { type Behind, behindOf } from './behind.ts'
import { type Chart, type History, createHistory, plotOf } from './history.ts'
import { createMap } from './map.ts'
import { type Marker, createMarkers } from './markers.ts'
import { type Plot, type PlotChoices, createPlot } from './plot.ts'
import './plots.css'
import { sparseOf } from './sampling.ts'
import { type TimeRange, createPlotView } from './view.ts'

/** Milliseconds between two updates: fast enough for the eye, and cheap enough. */
const INTERVAL = 100

/** Width of a picture of all plots, and the gap between plots, in pixels. */
const PICTURE_WIDTH = 1600
const PICTURE_GAP = 24

export interface Plots {
  push(sample: Sample): void
  /** Marks the change of a parameter. */
  mark(change: Change): void
  /** Shows new samples at intervals; call once in each frame. */
  update(now: number): void
  /** All present plots below each other; undefined if there are none. */
  picture(caption: string): Promise<HTMLCanvasElement | undefined>
  /** The map and all present plots as data, for figures. */
  data(): readonly (ChartData | MapData)[]
  /** The reader's choices. */
  view(): PlotsView
  /**
   * Applies the same choices to another network, where possible.
   * @param goesOn - true if its run continues the previous one, so that times and markers stay valid
   */
  show(view: PlotsView, goesOn: boolean): void
  /** The present lines of every plot, by the name of its probe. */
  charts(): ReadonlyMap<string, Chart>
  /** Draws the lines of other runs behind those of this one. */
  behind(runs: readonly PinnedRun[]): void
  /** Deletes all samples. */
  clear(): void
  recolour(): void
  destroy(): void
}

/** The lines of another run, by the name of the probe. */
export interface PinnedRun {
  readonly name: string
  readonly charts: ReadonlyMap<string, Chart>
}

export interface PlotsView {
  readonly range: TimeRange | undefined
  readonly logTime: boolean
  readonly replica: number | undefined
  readonly markers: readonly Marker[]
  /** By the name of the probe. */
  readonly plots: ReadonlyMap<string, PlotChoices>
}

export function createPlots(simulation: Simulation, place: HTMLElement): Plots {
  const series = simulation.series.filter(({ kind }) => plotOf(kind) !== undefined)
  const histories = new Map<string, History>()
  const markers = createMarkers()
  let isDestroyed = false
  const updateAll = (): void => {
    if (isDestroyed) return
    map?.update()
    for (const plot of plots) plot.update()
  }
  const { replicas, time } = simulation.model
  const view = createPlotView(markers, updateAll, time.ticks * time.dt)
  /** Patterns may be replaced during a run. */
  const ownOf = (name: string) => {
    let known: { readonly model: Model; readonly rows: Uint32Array | undefined } | undefined
    return (): Uint32Array | undefined => {
      const { model } = simulation
      if (known?.model !== model) known = { model, rows: ownPatterns(model, name) }
      return known.rows
    }
  }
  const plots: Plot[] = series.map((one) => {
    const history = createHistory(one, replicas, ownOf(one.name))
    histories.set(one.name, history)
    const { name, kind } = one
    const title = name === kind ? kind : `${name} (${kind})`
    return createPlot(history, view, () => sparseOf(simulation.model, name, history.kept), title)
  })
  const map = createMap(simulation.model, series, (replica) => setReplica(replica))
  place.replaceChildren(...[...(map === undefined ? [] : [map]), ...plots].map(({ element }) => element))
  place.hidden = plots.length === 0
  const replicaChoice = createReplicaChoice(simulation.model, view.setReplica)
  const setReplica = (replica: number): void => {
    const input = replicaChoice.querySelector('input') as HTMLInputElement
    input.value = String(replica)
    input.dispatchEvent(new Event('change'))
  }
  if (replicas > 1) plots[0]?.element.querySelector('.plot-note')?.after(replicaChoice)
  let hasNews = false
  let updatedAt = -Infinity
  return {
    push(sample) {
      histories.get(sample.probe)?.push(sample)
      map?.push(sample)
      hasNews = true
    },
    mark(change) {
      markers.add(change, performance.now())
      hasNews = true
    },
    update(now) {
      if (!hasNews || now - updatedAt < INTERVAL) return
      hasNews = false
      updatedAt = now
      updateAll()
    },
    async picture(caption) {
      updateAll()
      const lines = await Promise.all(plots.map((plot) => plot.picture(PICTURE_WIDTH)))
      const pictures = [...(map === undefined ? [] : [map.picture(PICTURE_WIDTH)]), ...lines]
      return pictures.length === 0 ? undefined : stack(pictures, caption, getComputedStyle(place))
    },
    data() {
      updateAll()
      const varied = map?.data()
      return [...(varied === undefined ? [] : [varied]), ...plots.map((plot) => plot.data())]
    },
    view: () => ({
      range: view.range,
      logTime: view.logTime,
      replica: view.replica,
      markers: markers.list,
      plots: new Map(series.map(({ name }, index) => [name, (plots[index] as Plot).choices()])),
    }),
    show(seen, goesOn) {
      if (goesOn) markers.take(seen.markers.filter(({ tick }) => tick <= simulation.tick))
      series.forEach(({ name }, index) => {
        const choices = seen.plots.get(name)
        if (choices !== undefined) plots[index]?.choose(choices)
      })
      view.setLogTime(seen.logTime)
      if (seen.replica !== undefined && seen.replica < replicas) setReplica(seen.replica)
      // After the scale, because a change of the scale shows everything.
      if (goesOn) view.zoom(seen.range)
    },
    charts: () => new Map(series.map(({ name }, index) => [name, (plots[index] as Plot).chart()])),
    behind(runs) {
      series.forEach(({ name }, index) => {
        const own = runs.flatMap((run): Behind[] => {
          const chart = run.charts.get(name)
          return chart === undefined ? [] : [behindOf(run.name, chart)]
        })
        plots[index]?.behind(own)
      })
    },
    clear() {
      for (const history of histories.values()) history.clear()
      map?.clear()
      markers.clear()
      view.zoom(undefined)
      hasNews = true
    },
    recolour() {
      map?.recolour()
      for (const plot of plots) plot.recolour()
    },
    destroy() {
      isDestroyed = true
      map?.destroy()
      for (const plot of plots) plot.destroy()
    },
  }
}

/** A number that chooses one replica for all plots; empty = all of them. */
function createReplicaChoice(model: Model, choose: (replica: number | undefined) => void): HTMLElement {
  const { replicas } = model
  const label = document.createElement('label')
  label.className = 'plot-replica'
  label.textContent = 'replica'
  label.title = `Show one replica in all plots, 0 to ${replicas - 1}; empty = mean, lowest and highest of all`
  const input = document.createElement('input')
  input.placeholder = 'all'
  bindNumber(input, {
    rule: () => ({ integer: true, min: 0, max: replicas - 1 }),
    mayBeEmpty: true,
    isLive: true,
    take(replica) {
      values.textContent = replica === undefined ? '' : variedText(model, replica)
      values.title = values.textContent
      choose(replica)
    },
  })
  const values = document.createElement('span')
  label.append(input, values)
  return label
}

function stack(
  pictures: readonly HTMLCanvasElement[],
  caption: string,
  style: CSSStyleDeclaration,
): HTMLCanvasElement {
  const canvas = document.createElement('canvas')
  const margin = PICTURE_GAP
  canvas.width = PICTURE_WIDTH + 2 * margin
  const head = 56
  canvas.height = head + pictures.reduce((sum, { height }) => sum + height + PICTURE_GAP, 0)
  const context = canvas.getContext('2d') as CanvasRenderingContext2D
  context.fillStyle = style.getPropertyValue('--panel')
  context.fillRect(0, 0, canvas.width, canvas.height)
  context.font = `28px ${style.fontFamily}`
  context.textBaseline = 'middle'
  context.fillStyle = style.getPropertyValue('--text')
  context.fillText(caption, 2 * margin, head / 2 + 6, canvas.width - 4 * margin)
  let top = head
  for (const picture of pictures) {
    context.drawImage(picture, margin, top)
    top += picture.height + PICTURE_GAP
  }
  return canvas
}
