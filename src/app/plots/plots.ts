/** The plots of a network: one for each probe that samples numbers. */
import type { Sample } from '../../core/run/series.ts'
import type { Simulation } from '../../core/run/simulation.ts'
import { type History, createHistory } from './history.ts'
import { type Plot, createPlot } from './plot.ts'

/** Milliseconds between two updates: fast enough for the eye, and drawing lines is not free. */
const INTERVAL = 100

export interface Plots {
  push(sample: Sample): void
  /** Shows new samples, if it is time; to be called once a frame. */
  update(now: number): void
  /** Forgets all samples. */
  clear(): void
  recolour(): void
  destroy(): void
}

export function createPlots(simulation: Simulation, place: HTMLElement): Plots {
  const series = simulation.series.filter(({ kind }) => kind !== 'snapshot')
  const histories = new Map<string, History>()
  const plots: Plot[] = series.map((one) => {
    const history = createHistory(one, simulation.model.replicas)
    histories.set(one.name, history)
    return createPlot(history)
  })
  place.replaceChildren(...plots.map(({ element }) => element))
  place.hidden = plots.length === 0
  let hasNews = false
  let updatedAt = -Infinity
  return {
    push(sample) {
      histories.get(sample.probe)?.push(sample)
      hasNews = true
    },
    update(now) {
      if (!hasNews || now - updatedAt < INTERVAL) return
      hasNews = false
      updatedAt = now
      for (const plot of plots) plot.update()
    },
    clear() {
      for (const history of histories.values()) history.clear()
      hasNews = true
    },
    recolour() {
      for (const plot of plots) plot.recolour()
    },
    destroy() {
      for (const plot of plots) plot.destroy()
    },
  }
}
