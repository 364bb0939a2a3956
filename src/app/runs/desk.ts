/** The runs of a visit: pins the curves of runs behind those of later ones, and restores, compares and varies them. */
import './desk.css'
import { finalOf } from './finals.ts'
import type { Messages } from '../messages.ts'
import { textOf } from '../messages.ts'
import type { Chart } from '../plots/history.ts'
import type { Sample } from '../../core/run/series.ts'
import type { Opened } from '../session/opened.ts'
import { type Source, changedSource } from '../session/source.ts'
import type { Change, Workplace } from '../session/workplace.ts'
import { download, stemOf } from '../sharing/exports.ts'
import { curvesCsv } from './curves-csv.ts'
import { keepPins, recallPins } from './kept-pins.ts'
import { type Run, createLedger } from './ledger.ts'
import { runName } from './names.ts'
import { offerProbes } from './offer.ts'
import { runsCsv } from './table.ts'

export interface Desk {
  /** The present run has reached a tick, or another network is open; call once in each frame. */
  frame(): void
  sample(sample: Sample): void
  changed(change: Change): void
  /** The present run has ended, and its samples are about to be removed. */
  ending(): void
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
  readonly run: Run<Source>
  /** Absent while the run goes on: its curves are those of the present run. */
  charts: ReadonlyMap<string, Chart> | undefined
}

/** Seconds of a replay. */
const REPLAY_SECONDS = 10

export function createDesk(places: DeskPlaces, workplace: Workplace, messages: Messages): Desk {
  let pins: Pin[] = []
  const ledger = createLedger<Source>((number) => pins.some(({ run }) => run.number === number))
  let known: Opened | undefined

  const pinOf = (run: Run<Source> | undefined): Pin | undefined => pins.find((pin) => pin.run === run)

  const nameOf = (run: Run<Source>): string =>
    known === undefined
      ? `run ${run.number}`
      : runName(known.simulation.model.scenario, run.scenario, run.number)

  /** Names depend on the present values. */
  const refresh = (): void => {
    const { present } = ledger
    places.pin.setAttribute('aria-pressed', String(pinOf(present) !== undefined))
    places.pins.replaceChildren(
      ...pins.map((pin, index) => {
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
      pins.flatMap(({ run, charts }) => (charts === undefined ? [] : [{ name: nameOf(run), charts }])),
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

  /** Pins of before a reload: each is a run again, in front of the one that goes on. */
  const recall = ({ home, source }: Opened): void => {
    for (const { scenario, from, to, finals, charts } of recallPins(home)) {
      ledger.begin({ scenario, home, source, tick: from })
      ledger.reached(to)
      for (const [probe, value] of finals) ledger.sample(probe, to, value)
      if (ledger.present !== undefined) pins.push({ run: ledger.present, charts })
    }
  }
  addEventListener('pagehide', () => {
    if (known === undefined) return
    const { home, plots } = known
    const own = pins.filter(({ run }) => run.home === home)
    keepPins(
      home,
      own.map(({ run: { scenario, from, to, finals }, charts = plots.charts() }) => ({
        scenario,
        from,
        to,
        finals,
        charts,
      })),
    )
  })

  /** Notices another network. */
  const look = (): void => {
    const { opened } = workplace
    if (opened === undefined || opened.simulation === known?.simulation) {
      known = opened
      // After a reset the next run begins; until then the network has the tick of the run before.
      if (ledger.present === undefined && known?.simulation.tick === 0) {
        begin(0)
        refresh()
      }
      return
    }
    freeze()
    const isFirst = known === undefined
    known = opened
    const { tick } = opened.simulation
    if (isFirst) recall(opened)
    // The first network may have begun to run before this part of the page was loaded.
    begin(isFirst ? (workplace.past.until(tick)?.at(-1)?.tick ?? tick) : tick)
    offerProbes(places.plots, workplace, messages)
    refresh()
  }

  const restore = async (run: Run<Source>): Promise<boolean> => {
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
      createTablePanel<Source>({
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

  const compare = async (run: Run<Source>): Promise<void> => {
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
