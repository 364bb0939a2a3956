/** The frame of a plot: its heading with buttons, and the places of its key and its lines. */
import type { History } from './history.ts'
import { type Sparse, sparseText } from './sampling.ts'
import type { Shown } from './shown.ts'
import type { PlotView } from './view.ts'

export interface Frame {
  readonly element: HTMLElement
  /** Place of the key. */
  readonly key: HTMLElement
  /** Place of the lines; focusable. */
  readonly area: HTMLElement
  /** Note next to the name. */
  readonly note: string
  /** Updates buttons and notes. */
  show(shown: Shown, view: PlotView, isLog: boolean, apart: Sparse | undefined): void
}

export interface FrameActs {
  readonly showAll: () => void
  readonly toggleLogTime: () => void
  readonly toggleLog: () => void
}

export function createFrame(history: History, { showAll, toggleLogTime, toggleLog }: FrameActs): Frame {
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
  part('h3').title = `${history.name}: ${history.meaning}`
  const { note } = history
  part('.plot-note').textContent = note
  part('.plot-note').title = note
  const points = part('.plot-points')
  const area = part('.plot-area')
  area.setAttribute(
    'aria-label',
    `${history.name} over time. Arrow keys move the cursor, + and − zoom, Escape shows the whole run`,
  )
  const [all, logTime, log] = [part('.plot-all'), part('.plot-log-time'), part('.plot-log')]
  all.addEventListener('click', showAll)
  logTime.addEventListener('click', toggleLogTime)
  log.addEventListener('click', toggleLog)

  return {
    element,
    key: part('output'),
    area,
    get note() {
      return [note, points.textContent].filter((text) => text !== '').join(' · ')
    },
    show({ scale, threshold }, view, isLog, apart) {
      const { text, reason } = apart === undefined ? { text: '', reason: '' } : sparseText(apart)
      points.hidden = text === ''
      points.textContent = text
      points.title = `${text}: ${reason}`
      all.hidden = view.range === undefined
      logTime.setAttribute('aria-pressed', String(view.logTime))
      log.setAttribute('aria-pressed', String(isLog))
      log.textContent = scale === 'symlog' ? 'symlog' : 'log'
      log.title =
        scale === 'symlog'
          ? `Logarithmic in both directions, linear below ${powerOf(threshold)}: there are values below 0`
          : 'Logarithmic values; 0 is not shown'
    },
  }
}

function powerOf(value: number): string {
  return `1e${Math.round(Math.log10(value))}`.replace('-', '−')
}
