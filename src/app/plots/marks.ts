/** The vertical lines above a plot at which parameters were changed. */
import type uPlot from 'uplot'
import { type Markers, markerText } from './markers.ts'

/** Creates a function that positions the lines; call it with the plot, also a new one, after every drawing. */
export function createMarks(markers: Markers): (plot: uPlot) => void {
  const elements: HTMLElement[] = []
  return (plot) => {
    const { min = 0, max = 0 } = plot.scales.x as { min?: number; max?: number }
    const visible = markers.list.filter(({ time }) => time >= min && time <= max)
    while (elements.length > visible.length) elements.pop()?.remove()
    visible.forEach((marker, index) => {
      const left = plot.valToPos(marker.time, 'x')
      let mark = elements[index]
      if (mark === undefined) {
        mark = document.createElement('i')
        mark.className = 'plot-marker'
        elements.push(mark)
      }
      if (mark.parentElement !== plot.over) plot.over.append(mark)
      mark.dataset.tick = String(marker.tick)
      mark.dataset.text = markerText(marker)
      mark.classList.toggle('plot-marker-right', left > plot.over.clientWidth / 2)
      mark.style.left = `${left}px`
    })
  }
}
