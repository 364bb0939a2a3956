/** The runs of a visit: pins the curves of runs behind those of later ones, and restores, compares and varies them. */
import './desk.css'
import { finalOf } from './finals.ts'
import type { Messages } from '../messages.ts'
import { textOf } from '../messages.ts'
import type { Chart } from '../plots/history.ts'
import type { Scenario } from '../../core/model/schema.ts'
import type { Sample } from '../../core/run/series.ts'
import { differences } from '../editing/undo.ts'
import { entryNow } from '../session/entries.ts'
import type { Opened } from '../session/opened.ts'
import { keepSteps, recallSteps } from '../session/kept-steps.ts'
import { samplesOf } from '../session/recorder.ts'
import { type Making, changedSource, readShipped } from '../session/source.ts'
import type { Change, Workplace } from '../session/workplace.ts'
import { download, stemOf } from '../sharing/exports.ts'
import { curvesCsv } from './curves-csv.ts'
import { keepRuns, recallRuns } from './kept-runs.ts'
import { type Run, createLedger } from './ledger.ts'
import { runName } from './names.ts'
import { offerProbes } from './offer.ts'
import type { KeptRun, Made } from './runs-text.ts'
import { runsCsv } from './table.ts'

export interface Desk {
  /** The present run has reached a tick, or another network is open; call once in each frame. */
  frame(): void
  sample(sample: Sample): void
  changed(change: Change): void
  /** The present run has ended, and its samples are about to be removed. */
  ending(): void
  /** The network is at tick 0 again. */
  begun(): void
  /** Pins the present run, or removes its pin. */
  pin(): void
  showRuns(): Promise<void>
  /** Starts the run again at a pace at which it takes about ten seconds. */
  replay(): Promise<void>
}

export interface DeskPlaces {
  readonly pin: HTMLButtonElement
  /** Place of the names of pinned runs. */
  readonly pins: HTMLElement
  readonly plots: HTMLElement
}

/** A pinned run. */
interface Pin {
  readonly run: Run<Making>
  /** Absent while the run goes on: its curves are those of the present run. */
  charts: ReadonlyMap<string, Chart> | undefined
}

/** Seconds of a replay. */
const REPLAY_SECONDS = 10

export function createDesk(places: DeskPlaces, workplace: Workplace, messages: Messages): Desk {
  let pins: Pin[] = []
  const ledger = createLedger<Making>((number) => pins.some(({ run }) => run.number === number))
  let known: Opened | undefined

  const pinOf = (run: Run<Making> | undefined): Pin | undefined => pins.find((pin) => pin.run === run)

  const nameOf = (run: Run<Making>): string =>
    known === undefined
      ? `run ${run.number}`
      : runName(known.simulation.model.scenario, run.scenario, run.number)

  /** Names depend on the present values. The pins of another scenario have no place in the plots of this one. */
  const refresh = (): void => {
    const { present } = ledger
    const own = pins.filter(({ run }) => known !== undefined && isSame(run.home, known.home))
    places.pin.setAttribute('aria-pressed', String(pinOf(present) !== undefined))
    places.pins.replaceChildren(
      ...own.map((pin, index) => {
        const chip = document.createElement('span')
        chip.className = 'pinned'
        chip.dataset.run = String(pin.run.number)
        chip.dataset.dashes = String(index % 4)
        const name = pin.charts === undefined ? 'this run' : nameOf(pin.run)
        chip.append(name)
        chip.title = `Run ${pin.run.number}, its curves are behind those of this run`
        const remove = document.createElement('button')
        remove.type = 'button'
        remove.textContent = '×'
        remove.setAttribute('aria-label', `Remove the pinned run ${name}`)
        remove.addEventListener('click', () => {
          pins = pins.filter((other) => other !== pin)
          refresh()
          places.pin.focus()
        })
        chip.append(remove)
        return chip
      }),
    )
    known?.plots.behind(
      own.flatMap(({ run, charts }) => (charts === undefined ? [] : [{ name: nameOf(run), charts }])),
    )
  }

  /** Keeps the curves of the present run if it is pinned. */
  const freeze = (): void => {
    const pin = pinOf(ledger.present)
    if (pin !== undefined && known !== undefined) pin.charts = known.plots.charts()
  }

  const begin = (tick: number): void => {
    if (known === undefined) return
    const { home, source, simulation } = known
    ledger.begin({ scenario: simulation.model.scenario, home, source, tick })
    // A run without a tick is none.
    pins = pins.filter(({ run }) => ledger.runs.includes(run))
  }

  /** Entries of the browser's history that have the files of scenarios. */
  const entries = new Map<Scenario, string>()

  /** The runs of before a reload, with their pins. */
  const recall = ({ home, source }: Opened, kept: readonly KeptRun[]): void => {
    ledger.recall(
      kept.map((run): Run<Making> => {
        if (isSame(run.home, home)) return { ...run, home, source }
        const { origin, entry } = run.source
        if (entry !== undefined) entries.set(run.home, entry)
        return { ...run, source: { ...(origin && { origin }), ...(entry !== undefined && readIn(entry)) } }
      }),
    )
    pins = ledger.runs.flatMap((run, index) => {
      const charts = kept[index]?.charts
      return charts === undefined ? [] : [{ run, charts }]
    })
  }

  /** A network comes back: its run goes on, if it is known, and has the samples that were taken before. */
  const comeBack = (opened: Opened): void => {
    const { simulation, home, source, recorder } = opened
    const eras = workplace.past.until(simulation.tick)
    const tick = eras?.at(-1)?.tick ?? simulation.tick
    const run = ledger.runs.findLast(
      (one) =>
        one.from < tick &&
        tick <= one.to &&
        isSame(one.home, home) &&
        eras?.length === 1 &&
        isSame(one.scenario, eras[0].scenario),
    )
    if (run === undefined) begin(tick)
    else {
      ledger.goOn(run.number, { tick, home, source })
      // The plots have its curves.
      const pin = pinOf(run)
      if (pin !== undefined) pin.charts = undefined
    }
    const from = ledger.present?.from ?? 0
    for (const sample of samplesOf(recorder.series())) {
      const value = sample.tick > from || from === 0 ? finalOf(simulation, sample) : undefined
      if (value !== undefined) ledger.sample(sample.probe, sample.tick, value)
    }
  }
  addEventListener('pagehide', () => {
    keepSteps(workplace)
    if (known === undefined) return
    const { plots, simulation } = known
    ledger.reached(simulation.tick)
    const madeOf = ({ home, source: { origin, read } }: Run<Making>): Made => {
      const entry = read && entries.get(home)
      return { ...(origin && { origin }), ...(entry !== undefined && { entry }) }
    }
    keepRuns(
      ledger.runs
        .filter(({ from, to }) => to > from)
        .map((run) => {
          const pin = pinOf(run)
          return { ...run, source: madeOf(run), ...(pin && { charts: pin.charts ?? plots.charts() }) }
        }),
    )
  })

  /** Notices another network. */
  const look = (): void => {
    const { opened } = workplace
    if (opened === undefined || opened.simulation === known?.simulation) {
      known = opened
      return
    }
    freeze()
    const before = known
    known = opened
    const entry = opened.source.read && entryNow()
    if (entry !== undefined && !entries.has(opened.home)) entries.set(opened.home, entry)
    if (before === undefined) {
      recall(opened, recallRuns())
      recallSteps(workplace)
    }
    if (before === undefined || !isSame(before.home, opened.home)) comeBack(opened)
    else begin(opened.simulation.tick)
    offerProbes(places.plots, workplace, messages)
    refresh()
  }

  const restore = async (run: Run<Making>): Promise<boolean> => {
    if (known === undefined) return false
    const name = nameOf(run)
    try {
      if (run.home === known.home) {
        if (!(await workplace.begin(run.scenario))) return false
      } else {
        const source = await changedSource(run.scenario, run.source)
        await workplace.open({ ...source, home: run.home })
      }
      messages.notice(`Run ${run.number} (${name}) is restored at tick 0. Ctrl+Z returns to the run before.`)
      return true
    } catch (error) {
      messages.warn(textOf(error))
      return false
    }
  }

  const stem = (): string => (known === undefined ? 'runs' : `${stemOf(known)}-runs`)

  let table: Promise<{ readonly open: () => void }> | undefined
  const showRuns = async (): Promise<void> => {
    table ??= import('./table-panel.ts').then(({ createTablePanel }) =>
      createTablePanel<Making>({
        runs: () => ledger.runs,
        present: () => ledger.present,
        restore,
        compare: (run) => void compare(run),
        saveTable: () => download({ name: `${stem()}.csv`, content: runsCsv(ledger.runs) }),
        saveCurves() {
          freeze()
          const curves = pins.flatMap(({ run, charts }) =>
            charts === undefined ? [] : [{ name: nameOf(run), number: run.number, charts }],
          )
          download({ name: `${stem()}-curves.csv`, content: curvesCsv(curves) })
          const pin = pinOf(ledger.present)
          if (pin !== undefined) pin.charts = undefined
        },
        hasCurves: () => pins.length > 0,
      }),
    )
    ;(await table).open()
  }

  const compare = async (run: Run<Making>): Promise<void> => {
    try {
      const { openComparison } = await import('./comparison.ts')
      await openComparison(workplace, run, nameOf(run))
    } catch (error) {
      messages.warn(textOf(error))
    }
  }

  look()
  return {
    frame() {
      look()
      if (known !== undefined) ledger.reached(known.simulation.tick)
    },
    sample(sample) {
      look()
      if (known === undefined) return
      const value = finalOf(known.simulation, sample)
      ledger.reached(sample.tick)
      if (value !== undefined) ledger.sample(sample.probe, sample.tick, value)
    },
    changed({ path, tick }) {
      if (workplace.opened?.simulation !== known?.simulation) {
        look()
        return
      }
      if (known === undefined) return
      const before = ledger.present
      freeze()
      ledger.changed(path, known.simulation.model.scenario, tick, performance.now())
      const pin = pinOf(before)
      // The same run goes on with another value.
      if (pin !== undefined && ledger.present === before) pin.charts = undefined
      refresh()
    },
    ending() {
      look()
      if (known === undefined) return
      ledger.reached(known.simulation.tick)
      freeze()
      ledger.end()
    },
    // Not when a frame sees tick 0: a script goes on before there is one.
    begun() {
      begin(0)
      refresh()
    },
    pin() {
      const { present } = ledger
      if (present === undefined || known === undefined) return
      ledger.reached(known.simulation.tick)
      const pin = pinOf(present)
      if (pin !== undefined) pins = pins.filter((other) => other !== pin)
      else if (present.to === 0) {
        messages.notice('There is nothing to pin at tick 0. Play, then pin the run.')
        return
      } else {
        pins = [...pins, { run: present, charts: undefined }]
        messages.notice('This run is pinned: its curves stay behind those of the next runs.')
      }
      refresh()
    },
    showRuns,
    async replay() {
      if (known === undefined) return
      const { tick, model } = known.simulation
      const ticks = tick === 0 ? model.time.ticks : tick
      await workplace.reset()
      const loop = workplace.opened?.loop
      if (loop === undefined) return
      loop.pace = Math.max(1, Number((ticks / REPLAY_SECONDS).toPrecision(2)))
      workplace.play()
    },
  }
}

function isSame(one: Scenario, other: Scenario): boolean {
  return differences(one, other).length === 0
}

/** Reads files of the reader that the browser has stored. */
function readIn(entry: string): Required<Pick<Making, 'read'>> {
  return {
    async read(path) {
      const { readerOf } = await import('../data/kept.ts')
      return readerOf(entry, readShipped)(path)
    },
  }
}
