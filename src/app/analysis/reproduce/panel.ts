/** Experiments of the literature, run live on the device of the page, one at a time or all in turn. */
import './reproduce.css'
import type { Result } from '../../../core/reproduce/lab.ts'
import { REPRODUCTIONS } from '../../../core/reproduce/index.ts'
import type { Reproduction } from '../../../core/reproduce/reproduction.ts'
import { CHECK_HEADER, checkCells, sourceLines } from '../../../core/reproduce/table.ts'
import { createPanel } from '../../dialog.ts'
import { createMeasurePanel } from '../measure/panel.ts'
import { onScheme } from '../../views/scheme.ts'
import type { Workplace } from '../../session/workplace.ts'
import { type Figure, createFigure } from './figure.ts'
import { type Trial, createTrials } from './trials.ts'

export interface ReproducePanel {
  /** @param id - the experiment to show, or `measure`, which opens the panel of measurements; default: the previous one */
  open(id?: string): void
}

const MARKUP = `
  <nav aria-label="Experiments"><ul></ul><button type="button" data-act="all">Run all</button></nav>
  <section>
    <h3></h3>
    <p class="reproduce-claim"></p>
    <p class="reproduce-note" data-part="citation"></p>
    <div class="reproduce-run">
      <button type="button" data-act="run" class="primary">Run</button>
      <progress max="1" value="0" aria-label="Part of the experiment"></progress>
      <p role="status"></p>
    </div>
    <figure></figure>
    <div class="reproduce-scroll"><table></table></div>
    <p class="reproduce-note" data-part="sources"></p>
    <p class="reproduce-note" data-part="method"></p>
    <p class="reproduce-note" data-part="command"></p>
  </section>`

/** Creates the panel, a dialog that `open` shows. The network of the page pauses while the dialog is open. */
export function createReproducePanel(workplace: Workplace): ReproducePanel {
  const panel = createPanel('reproduce', 'Reproductions, live', () => {
    trials.cancel()
    if (wasPlaying) workplace.play()
  })
  const part = panel.find
  panel.body.innerHTML = MARKUP
  const runButton = part<HTMLButtonElement>('[data-act=run]')
  const allButton = part<HTMLButtonElement>('[data-act=all]')
  const progress = part<HTMLProgressElement>('progress')
  const status = part('[role=status]')
  const figure: Figure = createFigure(part('figure'))

  const trials = createTrials(
    () => workplace.device,
    (one = chosen) => {
      if (one === chosen) show()
    },
  )
  let chosen = REPRODUCTIONS[0] as Reproduction
  let wasPlaying = false
  let measure: ReturnType<typeof createMeasurePanel> | undefined

  const entries = REPRODUCTIONS.map((one) => {
    const item = document.createElement('li')
    const button = document.createElement('button')
    button.type = 'button'
    button.dataset.id = one.id
    button.append(document.createElement('span'), document.createElement('small'))
    ;(button.firstElementChild as HTMLElement).textContent = one.title
    button.addEventListener('click', () => choose(one))
    item.append(button)
    return { one, button, note: button.lastElementChild as HTMLElement }
  })
  part('ul').append(...entries.map(({ button }) => button.parentElement as HTMLElement))

  const reveal = (): void => {
    entries.find(({ one }) => one === chosen)?.button.scrollIntoView({ block: 'nearest' })
  }

  const showList = (): void => {
    for (const { one, button, note } of entries) {
      const outcome = trials.outcomeOf(one)
      const word = wordOf(outcome)
      button.setAttribute('aria-current', String(one === chosen))
      button.dataset.state = word
      note.textContent = word === '' ? shortCitation(one) : word
    }
  }

  const show = (): void => {
    const outcome = trials.outcomeOf(chosen)
    const isRunning = outcome?.kind === 'running'
    showList()
    runButton.textContent = isRunning ? 'Cancel' : outcome === undefined ? 'Run' : 'Run again'
    runButton.disabled = trials.underWay !== undefined && !isRunning
    allButton.textContent = trials.underWay === 'all' ? 'Cancel all' : 'Run all'
    allButton.disabled = trials.underWay === 'one'
    progress.hidden = !isRunning
    progress.value = isRunning ? outcome.share : 0
    status.dataset.state = wordOf(outcome)
    status.textContent = statusOf(outcome, chosen)
    const chart = trials.chartOf(chosen)
    if (chart !== undefined) figure.show(chart)
    const table = part('table')
    table.hidden = outcome?.kind !== 'done'
    part('[data-part=sources]').textContent =
      outcome?.kind === 'done' ? `Expected numbers: ${sourceLines(outcome.result.checks).join('; ')}.` : ''
    if (outcome?.kind === 'done') fill(table, outcome.result)
  }

  const choose = (one: Reproduction): void => {
    chosen = one
    part('h3').textContent = one.title
    part('.reproduce-claim').textContent = one.claim
    part('[data-part=citation]').textContent = one.citation
    part('[data-part=method]').textContent = one.method
    part('[data-part=command]').replaceChildren(
      'At the sizes of the papers: ',
      Object.assign(document.createElement('code'), { textContent: `engram reproduce ${one.id} --full` }),
    )
    part('section').scrollTop = 0
    show()
    trials.wantChart(one)
  }

  runButton.addEventListener('click', () => {
    if (trials.underWay === undefined) void trials.run(chosen)
    else trials.cancel()
  })
  allButton.addEventListener('click', () => {
    if (trials.underWay !== undefined) trials.cancel()
    else
      void trials.runAll(REPRODUCTIONS, (one) => {
        choose(one)
        reveal()
      })
  })
  onScheme(() => figure.recolour())

  return {
    open(id) {
      if (id === 'measure') {
        measure ??= createMeasurePanel(workplace)
        measure.open()
        return
      }
      if (panel.element.open) return
      wasPlaying = workplace.opened?.loop.playing === true
      workplace.pause()
      panel.open()
      choose(REPRODUCTIONS.find((one) => one.id === id) ?? chosen)
      reveal()
      runButton.focus()
    },
  }
}

function wordOf(outcome: Trial | undefined): string {
  if (outcome?.kind === 'done') return outcome.result.passed ? 'pass' : 'FAIL'
  return outcome?.kind ?? ''
}

function statusOf(outcome: Trial | undefined, { duration }: Reproduction): string {
  switch (outcome?.kind) {
    case undefined:
      return `About ${duration.quick} on a software adapter.`
    case 'running':
      return ''
    case 'failed':
      return outcome.text
    case 'done': {
      const { checks, passed, duration: seconds } = outcome.result
      const failed = checks.filter((check) => !check.passed).length
      const verdict = passed
        ? checks.length === 1
          ? 'Pass: the number comes out'
          : `Pass: all ${checks.length} numbers come out`
        : `FAIL: ${failed} of ${checks.length} numbers ${failed === 1 ? 'does' : 'do'} not come out`
      return `${verdict}, in ${seconds.toPrecision(2)} s.`
    }
  }
}

/** The authors, such as `Amit, Gutfreund, Sompolinsky`. */
function shortCitation({ citation }: Reproduction): string {
  return citation.split(/;|, (?=[A-Z][a-z]*\.|[A-Z]{2}|Neuro|arXiv|ICLR|Solving|Math)/)[0] as string
}

function fill(table: HTMLElement, { checks }: Result): void {
  const row = (cells: readonly string[], kind: 'th' | 'td'): HTMLElement => {
    const line = document.createElement('tr')
    for (const text of cells) {
      const cell = document.createElement(kind)
      cell.textContent = text
      if (text === 'pass' || text === 'FAIL') cell.dataset.state = text
      line.append(cell)
    }
    return line
  }
  table.replaceChildren(row(CHECK_HEADER, 'th'), ...checks.map((check) => row(checkCells(check), 'td')))
}
