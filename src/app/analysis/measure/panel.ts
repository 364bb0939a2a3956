/** "Measure this GPU", or this software adapter: a table and a report of how fast the adapter of this browser computes, to be sent to others. */
import './measure.css'
import {
  type DeviceReport,
  MEASURE_HEADER,
  type Measurement,
  NUMBER_COLUMNS,
  measureCells,
  measureTitle,
} from '../../../core/measure/report.ts'
import { buttonOf, createPanel } from '../../dialog.ts'
import type { Workplace } from '../../session/workplace.ts'
import { download } from '../../sharing/exports.ts'
import { adapterWord } from './adapter.ts'
import type { MeasureAnswer, MeasureQuestion } from './measuring.ts'

export interface MeasurePanel {
  open(): void
}

/** Seconds of a measurement; `?seconds=10` in the address gives another number. */
const SECONDS = 120

/** @param adapter - `GPU` or `adapter` */
const markup = (adapter: string, seconds: number): string => `
  <p>How fast does this ${adapter} run networks? The measurement takes about ${durationText(seconds)} and can be stopped. Every kernel is compared with
    float64 before it is timed. Nothing is sent anywhere. Save the report, or paste it into an issue of the project: the first
    reports decide which kernels are the defaults on a GPU.</p>
  <div class="measure-run">
    <button type="button" data-act="run" class="primary">Measure</button>
    <progress max="1" value="0" aria-label="Part of the measurement" hidden></progress>
    <p role="status"></p>
  </div>
  <div class="measure-scroll" role="region" aria-label="Measured times" tabindex="0" hidden><table></table></div>`

/** Creates the panel, a dialog that `open` shows. The network of the page pauses while the dialog is open. */
export function createMeasurePanel(workplace: Workplace): MeasurePanel {
  const adapter = adapterWord(workplace.device)
  const seconds = Number(new URLSearchParams(location.search).get('seconds')) || SECONDS
  const panel = createPanel('measure', `Measure this ${adapter}`, () => {
    stop()
    if (wasPlaying) workplace.play()
  })
  panel.body.innerHTML = markup(adapter, seconds)
  const run = panel.find<HTMLButtonElement>('[data-act=run]')
  const progress = panel.find<HTMLProgressElement>('progress')
  const status = panel.find('[role=status]')
  const region = panel.find('.measure-scroll')
  const table = panel.find('table')
  let worker: Worker | undefined
  let wasPlaying = false
  let report: DeviceReport | undefined

  const save = buttonOf('Save report', () => {
    if (report !== undefined) download({ name: 'engram-gpu.json', content: textOf(report) })
  })
  const copy = buttonOf('Copy report', () => {
    if (report === undefined) return
    navigator.clipboard.writeText(textOf(report)).then(
      () => (status.textContent = 'The report is in the clipboard.'),
      () =>
        (status.textContent = 'The browser does not let this page write to the clipboard: save the report.'),
    )
  })

  const show = (text: string): void => {
    run.textContent = worker !== undefined ? 'Stop' : report === undefined ? 'Measure' : 'Measure again'
    progress.hidden = worker === undefined
    status.textContent = text
    panel.foot.replaceChildren(...(report === undefined ? [] : [save, copy]))
  }

  const fill = (measured: readonly Measurement[]): void => {
    region.hidden = measured.length === 0
    table.replaceChildren(
      rowOf(MEASURE_HEADER, 'th'),
      ...measured.map((one) => rowOf(measureCells(one), 'td')),
    )
  }

  function stop(): void {
    worker?.terminate()
    worker = undefined
    show(report === undefined ? '' : measureTitle(report))
  }

  const start = (): void => {
    const own = new Worker(new URL('./measuring.ts', import.meta.url), { type: 'module' })
    worker = own
    report = undefined
    progress.value = 0
    fill([])
    show('starting')
    const end = (text: string): void => {
      own.terminate()
      worker = undefined
      show(text)
      run.focus()
    }
    own.onmessage = ({ data }: MessageEvent<MeasureAnswer>) => {
      if ('failed' in data) end(data.failed)
      else if ('report' in data) {
        report = data.report
        fill(report.measurements)
        end(measureTitle(report))
      } else {
        progress.value = data.share
        status.textContent = data.step
        fill(data.measured)
      }
    }
    own.onerror = ({ message }) => end(message === '' ? 'The measurement could not be loaded.' : message)
    own.postMessage({ seconds } satisfies MeasureQuestion)
  }

  run.addEventListener('click', () => {
    if (worker === undefined) start()
    else stop()
  })
  show('')

  return {
    open() {
      if (panel.element.open) return
      wasPlaying = workplace.opened?.loop.playing === true
      workplace.pause()
      panel.open()
      run.focus()
    },
  }
}

function durationText(seconds: number): string {
  const minutes = Math.round(seconds / 60)
  return seconds < 90 ? `${seconds} s` : `${minutes} minutes`
}

const textOf = (report: DeviceReport): string => `${JSON.stringify(report, null, 2)}\n`

function rowOf(cells: readonly string[], kind: 'th' | 'td'): HTMLElement {
  const line = document.createElement('tr')
  cells.forEach((text, column) => {
    const cell = document.createElement(kind)
    cell.textContent = text
    if (kind === 'th') cell.scope = 'col'
    if (NUMBER_COLUMNS.includes(column)) cell.className = 'number'
    line.append(cell)
  })
  return line
}
