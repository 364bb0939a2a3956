/** The panel of the runs of this visit: a table in the order of any column, from which a run is restored. */
import { valueAt } from '../../core/model/path.ts'
import { differences } from '../editing/undo.ts'
import { formatDigits } from '../format.ts'
import { buttonOf, createPanel } from '../dialog.ts'
import type { Run } from './ledger.ts'
import { valueText } from './names.ts'
import { type Column, columnsOf, groupsOf, sorted } from './table.ts'
import './table-panel.css'

export interface TablePanelActs<S> {
  readonly runs: () => readonly Run<S>[]
  readonly present: () => Run<S> | undefined
  readonly restore: (run: Run<S>) => Promise<boolean>
  readonly compare: (run: Run<S>) => void
  readonly saveTable: () => void
  readonly saveCurves: () => void
  /** Whether curves are pinned. */
  readonly hasCurves: () => boolean
}

export function createTablePanel<S>(acts: TablePanelActs<S>): { readonly open: () => void } {
  const panel = createPanel('runs', 'Runs of this visit', () => clearInterval(timer))
  panel.body.innerHTML = `
    <p>A run lasts from tick 0, or from a change of a value, until a reset or another change. Bold values differ from the opened scenario.</p>
    <div class="runs-scroll" tabindex="0" role="region" aria-label="Table of runs"></div>
    <div class="panel-acts"></div>`
  const part = (selector: string): HTMLElement => panel.body.querySelector(selector) as HTMLElement
  const tables = part('.runs-scroll')
  const curves = buttonOf('Pinned curves as CSV', acts.saveCurves)
  part('.panel-acts').append(buttonOf('Table as CSV', acts.saveTable), curves)
  let timer: ReturnType<typeof setInterval> | undefined
  let order = { id: 'run', isDescending: false }
  let shown = ''

  const sortBy = (id: string, group: number): void => {
    order = { id, isDescending: order.id === id ? !order.isDescending : false }
    shown = ''
    show()
    const again = [...(tables.querySelectorAll('table')[group]?.querySelectorAll('th button') ?? [])]
    again.find((one): one is HTMLElement => (one as HTMLElement).dataset.column === id)?.focus()
  }
  const headingOf = ({ id, title, hint, isNumber }: Column, group: number): HTMLElement => {
    const cell = document.createElement('th')
    cell.scope = 'col'
    cell.classList.toggle('number', isNumber)
    cell.ariaSort = order.id === id ? (order.isDescending ? 'descending' : 'ascending') : 'none'
    const button = buttonOf(title, () => sortBy(id, group))
    button.title = `${hint}; a click sorts by it`
    button.dataset.column = id
    cell.append(button)
    return cell
  }
  const rowOf = (run: Run<S>, columns: readonly Column[]): HTMLElement => {
    const row = document.createElement('tr')
    row.dataset.run = String(run.number)
    if (run === acts.present()) row.setAttribute('aria-current', 'true')
    for (const { id, valueOf, isNumber } of columns) {
      const value = valueOf(run)
      const cell = document.createElement('td')
      cell.textContent = textOf(id, value)
      cell.classList.toggle('number', isNumber)
      // The whole value, where the cell cuts it.
      if (typeof value === 'object' || typeof value === 'string')
        cell.title = typeof value === 'string' ? value : JSON.stringify(value)
      cell.classList.toggle(
        'differs',
        id.includes('.') && differences(valueAt(run.home, id), value).length > 0,
      )
      row.append(cell)
    }
    const cell = document.createElement('td')
    cell.className = 'number'
    cell.append(
      buttonOf(
        'Restore',
        () => void acts.restore(run).then((done) => done && panel.close()),
        `Restore run ${run.number}`,
      ),
      buttonOf(
        'Compare…',
        () => {
          panel.close()
          acts.compare(run)
        },
        `Compare the network with run ${run.number}`,
      ),
    )
    row.append(cell)
    return row
  }
  const show = (): void => {
    const runs = acts.runs()
    const state = JSON.stringify([
      runs.map(({ number, to, finals }) => [number, to, [...finals]]),
      acts.present()?.number,
      order,
    ])
    curves.disabled = !acts.hasCurves()
    // A table that stays the same keeps the focus.
    if (state === shown) return
    shown = state
    const focused = document.activeElement?.getAttribute('aria-label')
    const groups = groupsOf(runs, acts.present()?.home)
    tables.replaceChildren(
      ...groups.map((group, index) => {
        const columns = columnsOf(group)
        const by = columns.find(({ id }) => id === order.id) ?? columns[0]
        const table = document.createElement('table')
        if (groups.length > 1) table.createCaption().textContent = group[0]?.home.name ?? ''
        table
          .createTHead()
          .insertRow()
          .append(...columns.map((column) => headingOf(column, index)), emptyHeading())
        table.createTBody().append(...sorted(group, by, order.isDescending).map((run) => rowOf(run, columns)))
        return table
      }),
    )
    if (focused) tables.querySelector<HTMLElement>(`[aria-label="${CSS.escape(focused)}"]`)?.focus()
    panel.note.textContent = runs.length === 1 ? '1 run' : `${runs.length} runs`
  }

  return {
    open() {
      shown = ''
      show()
      panel.open()
      timer = setInterval(show, 500)
    },
  }
}

function emptyHeading(): HTMLElement {
  const cell = document.createElement('td')
  return cell
}

function textOf(id: string, value: unknown): string {
  if (value === undefined) return '–'
  if (id === 'network' && typeof value === 'string') return value
  return id.startsWith('probe ') && typeof value === 'number' ? formatDigits(value, 4) : valueText(value)
}
