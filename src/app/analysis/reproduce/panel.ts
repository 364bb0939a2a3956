/** Experiments with published results, run live on the device of the page, one at a time or all in turn. */
import './reproduce.css'
import { type Result, publishedChart, reproduce } from '../../../core/reproduce/lab.ts'
import { REPRODUCTIONS } from '../../../core/reproduce/index.ts'
import type { Reproduction } from '../../../core/reproduce/reproduction.ts'
import { CHECK_HEADER, checkCells } from '../../../core/reproduce/table.ts'
import { textOf } from '../../messages.ts'
import { onScheme } from '../../views/scheme.ts'
import type { Workplace } from '../../session/workplace.ts'
import { type Figure, createFigure } from './figure.ts'

/** Longest time in ms of one submit, and between two looks at the clicks of the reader. */
const [SUBMIT_TIME, PATIENCE] = [60, 40]

export interface ReproducePanel {
  /** @param id - the experiment to be shown; default the one that was */
  open(id?: string): void
}

/** What is known of an experiment. */
type Outcome =
  | { readonly kind: 'running'; readonly share: number }
  | { readonly kind: 'done'; readonly result: Result }
  | { readonly kind: 'failed'; readonly text: string }

/** Ends a run that the reader does not want any more. */
class Cancelled extends Error {}

const MARKUP = `
  <div class="reproduce-inside">
    <header>
      <h2 id="reproduce-title">Published results, reproduced live</h2>
      <button type="button" data-close aria-label="Close">
        <svg viewBox="0 0 12 12" aria-hidden="true"><path d="M2 2l8 8M10 2l-8 8" /></svg>
      </button>
    </header>
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
      <p class="reproduce-note" data-part="method"></p>
      <p class="reproduce-note" data-part="command"></p>
    </section>
  </div>`

/** Makes the panel, a dialog that is shown by `open`. The network of the page waits while it is. */
export function createReproducePanel(workplace: Workplace): ReproducePanel {
  const dialog = document.createElement('dialog')
  dialog.className = 'reproduce'
  dialog.setAttribute('aria-labelledby', 'reproduce-title')
  dialog.innerHTML = MARKUP
  document.body.append(dialog)
  const part = (selector: string): HTMLElement => dialog.querySelector(selector) as HTMLElement
  const runButton = part('[data-act=run]') as HTMLButtonElement
  const allButton = part('[data-act=all]') as HTMLButtonElement
  const progress = part('progress') as HTMLProgressElement
  const status = part('[role=status]')
  const figure: Figure = createFigure(part('figure'))

  const outcomes = new Map<string, Outcome>()
  const charts = new Map<string, Result['chart']>()
  let chosen = REPRODUCTIONS[0] as Reproduction
  /** The run that is under way. */
  let task: { readonly isAll: boolean; isCancelled: boolean } | undefined
  let wasPlaying = false

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
      const outcome = outcomes.get(one.id)
      const word = wordOf(outcome)
      button.setAttribute('aria-current', String(one === chosen))
      button.dataset.state = word
      note.textContent = word === '' ? shortCitation(one) : word
    }
  }

  const show = (): void => {
    const outcome = outcomes.get(chosen.id)
    const isRunning = outcome?.kind === 'running'
    showList()
    runButton.textContent = isRunning ? 'Cancel' : outcome === undefined ? 'Run' : 'Run again'
    runButton.disabled = task !== undefined && !isRunning
    allButton.textContent = task?.isAll === true ? 'Cancel all' : 'Run all'
    allButton.disabled = task !== undefined && !task.isAll
    progress.hidden = !isRunning
    progress.value = isRunning ? outcome.share : 0
    status.dataset.state = wordOf(outcome)
    status.textContent = statusOf(outcome, chosen)
    const chart = charts.get(chosen.id)
    if (chart !== undefined) figure.show(chart)
    const table = part('table')
    table.hidden = outcome?.kind !== 'done'
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
    if (charts.has(one.id)) return
    void publishedChart(one).then((chart) => {
      if (!charts.has(one.id)) charts.set(one.id, chart)
      if (one === chosen) show()
    })
  }

  /** Runs one experiment; false when it was cancelled. */
  const run = async (one: Reproduction, own: NonNullable<typeof task>): Promise<boolean> => {
    let lookedAt = performance.now()
    outcomes.set(one.id, { kind: 'running', share: 0 })
    show()
    try {
      const result = await reproduce(workplace.device, one, {
        submitTime: SUBMIT_TIME,
        onProgress(share, chart) {
          outcomes.set(one.id, { kind: 'running', share })
          if (chart !== undefined) charts.set(one.id, chart)
          if (one === chosen) show()
        },
        async interrupt() {
          // Clicks and frames come between; a hidden page has none, and slows its timers.
          if (performance.now() - lookedAt > PATIENCE && !document.hidden) {
            await new Promise((resolve) => setTimeout(resolve))
            lookedAt = performance.now()
          }
          if (own.isCancelled) throw new Cancelled()
        },
      })
      outcomes.set(one.id, { kind: 'done', result })
      return true
    } catch (error) {
      if (error instanceof Cancelled) outcomes.delete(one.id)
      else outcomes.set(one.id, { kind: 'failed', text: textOf(error) })
      return !own.isCancelled
    }
  }

  const begin = async (list: readonly Reproduction[], isAll: boolean): Promise<void> => {
    const own = { isAll, isCancelled: false }
    task = own
    for (const one of list) {
      if (isAll) {
        choose(one)
        reveal()
      }
      if (!(await run(one, own))) break
    }
    task = undefined
    show()
  }
  const cancel = (): void => {
    if (task !== undefined) task.isCancelled = true
  }
  runButton.addEventListener('click', () => (task === undefined ? void begin([chosen], false) : cancel()))
  allButton.addEventListener('click', () => (task === undefined ? void begin(REPRODUCTIONS, true) : cancel()))
  part('[data-close]').addEventListener('click', () => dialog.close())
  dialog.addEventListener('click', (event) => {
    // The backdrop is part of the dialog, what it holds fills the rest.
    if (event.target === dialog) dialog.close()
  })
  dialog.addEventListener('close', () => {
    cancel()
    if (wasPlaying) workplace.play()
  })
  onScheme(() => figure.recolour())

  return {
    open(id) {
      if (dialog.open) return
      wasPlaying = workplace.opened?.loop.playing === true
      workplace.pause()
      dialog.showModal()
      choose(REPRODUCTIONS.find((one) => one.id === id) ?? chosen)
      reveal()
      runButton.focus()
    },
  }
}

function wordOf(outcome: Outcome | undefined): string {
  if (outcome?.kind === 'done') return outcome.result.passed ? 'pass' : 'FAIL'
  return outcome?.kind ?? ''
}

function statusOf(outcome: Outcome | undefined, { duration }: Reproduction): string {
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
