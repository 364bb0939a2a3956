/** All pictures of a network: one large, the others beside it. */
import './stage.css'
import type { Simulation } from '../../core/run/simulation.ts'
import { frameStops, stopsOf } from './colours.ts'
import { type Companion, NO_ROW, companionsOf } from './companions.ts'
import { formatDigits } from '../format.ts'
import { type Figure, type PicturePointer, type Pointed, createFigure } from './figure.ts'
import { matchesOf } from './matches.ts'
import { createOptions, optionsButton } from './options.ts'
import { pictureSettings } from './preferences.ts'
import { type Print, createPainter } from './painter.ts'
import type { PainterPipelines } from './pipelines.ts'
import { type Spot, createPeek } from './peek.ts'
import { type Range, isSigned, nextRange } from './range.ts'
import { createReadout } from './readout.ts'
import { reached } from '../boot/timing.ts'
import { currentScheme } from './scheme.ts'
import { type Sheet, placeOf, sheetsOf, showsState } from './sheet.ts'
import { type Stopwatch, createStopwatch } from './stopwatch.ts'
import { type Toolbar, createToolbar } from './toolbar.ts'
import { type Window, sizeOf } from './window.ts'
import { variedText } from '../vary.ts'

/** Milliseconds between two looks at the ranges of the values, and between two readings of a value. */
const MEASURE_INTERVAL = 200
const READ_INTERVAL = 100

/** Milliseconds without a new tick after which activations are computed for the state as it is. */
const SETTLE_TIME = 120

export interface Stage {
  /** Draws all pictures from the buffers as they are, unless drawing is switched off. */
  draw(): void
  /** Whether pictures are drawn; the network runs on when they are not. Holds for other networks too. */
  visible: boolean
  /** How many times the pictures have been drawn. */
  readonly draws: number
  /**
   * Times the next drawing of all pictures on the GPU; `learn` gets microseconds, and is not called where nothing is
   * drawn or an earlier time is on its way. Absent where the device has no timestamp-query.
   */
  readonly timeDrawing?: (learn: (microseconds: number) => void) => void
  /** The replica, counted from 0, whose matrices and whose activations are shown. */
  replica: number
  /** The large picture as it is now, with its caption and legend. */
  picture(caption: string): { readonly name: string; readonly canvas: HTMLCanvasElement }
  /**
   * Calls back for everything the pointer does above a picture, its cue or its target; a listener that returns true takes
   * it, and no other is asked. Who takes a `down` gets what follows, up to its `up`. A `click` comes after the `up`
   * of a press that nobody took and that did not move; taken, it does not enlarge the picture. Returns a function that
   * ends it.
   */
  onPointer(listener: (event: PicturePointer) => boolean): () => void
  /** What the reader has chosen to see. */
  view(): StageView
  /** Shows the same of another network, as far as it has it. */
  show(view: StageView): void
  /** Forgets the ranges, for values that start anew. */
  restart(): void
  /** Fits the pictures to the room there is, once everything around them stands. */
  layOut(): void
  /** Resolves when the ranges of the values are known: the next drawing shows them. */
  measure(): Promise<void>
  /** Takes over the colours of the current scheme. */
  recolour(): void
  destroy(): void
}

export interface StageView {
  readonly large: string
  readonly replica: number
  readonly windows: ReadonlyMap<string, Window>
}

export interface StagePlaces {
  readonly large: HTMLElement
  readonly small: HTMLElement
}

/** One picture and what stands beside it. */
interface View {
  readonly sheet: Sheet
  readonly companions: readonly Companion[]
  readonly figure: Figure
  /** Number of its first print. */
  readonly first: number
  /** The range of the values, for an automatic one; undefined before it is measured. */
  measured: Range | undefined
  /** The activation of a neuron whose frame is brightest. */
  brightest: number
  /** The rows that the companions show. */
  readonly rows: Uint32Array[]
}

/** @param changed - called when the pictures are out of date for another reason than a tick */
export async function createStage(
  simulation: Simulation,
  pipelines: PainterPipelines,
  places: StagePlaces,
  changed: () => void,
): Promise<Stage> {
  const { engine, model, plan } = simulation
  const { device } = engine
  const settings = pictureSettings
  const sheets = sheetsOf(model, plan)
  const matches = matchesOf(simulation)
  const companionsBeside = (sheet: Sheet): Companion[] => {
    const layer = model.layers.find(({ name }) => name === sheet.name)
    return layer === undefined || !showsState(layer)
      ? []
      : companionsOf(
          () => simulation.model,
          plan,
          layer,
          (probe) => matches.of(probe),
        )
  }
  const parts = sheets.map((sheet) => ({ sheet, companions: companionsBeside(sheet) }))
  const prints = parts.flatMap(({ sheet, companions }): Print[] => [
    { sheet },
    ...companions.map((companion) => ({ sheet, companion })),
  ])
  const painter = await createPainter(engine, prints, pipelines)
  const peek = createPeek(simulation)
  const stopwatch = device.features.has('timestamp-query')
    ? createStopwatch(device, prints.length)
    : undefined
  const readout = createReadout()
  const options = createOptions()
  const listeners = new Set<(event: PicturePointer) => boolean>()
  let measuredAt = -Infinity
  let draws = 0
  let isSeen = false
  let replica = 0
  let large = 0

  const pictureName = ({ name }: Sheet): string => `${model.scenario.name}/${name}`
  const rangeOf = ({ sheet, measured }: View): Range | undefined =>
    settings.rangeOf(pictureName(sheet)) ?? measured

  const refresh = (view: View): void => {
    const range = rangeOf(view)
    if (range === undefined) return
    const stops = stopsOf(currentScheme(), isSigned(range), settings.maps)
    const { figure, sheet, brightest, first } = view
    figure.panes.forEach(({ width, height }, index) => {
      if (width === 0) return
      painter.look(first + index, {
        range,
        stops,
        frameStops: frameStops(currentScheme()),
        width,
        height,
        window: figure.window,
        replica,
        brightest,
      })
    })
    figure.legend(range, stops)
    const [pane] = figure.panes
    figure.note(sheet.note + (pane === undefined ? '' : passedOver(sheet, figure, pane.width)))
  }
  const refreshAll = (): void => {
    views.forEach(refresh)
    changed()
  }

  let first = 0
  const views = parts.map(({ sheet, companions }, index): View => {
    const figure = createFigure(sheet, companions, device, pipelines.canvasFormat, {
      changed() {
        refresh(views[index] as View)
        changed()
      },
      chosen: () => enlarge(index),
      isLarge: () => large === index && !isPageScrolled(),
      pointed: (at) => point(index, at),
      pointer: (event) => [...listeners].some((listener) => listener(event)),
    })
    const view: View = { sheet, companions, figure, first, measured: undefined, brightest: 1, rows: [] }
    first += 1 + companions.length
    figure.tools.append(optionsButton(sheet.name, (anchor) => openOptions(view, anchor)))
    return view
  })
  const openOptions = (view: View, anchor: HTMLElement): void => {
    const { sheet } = view
    options.open(anchor, {
      name: sheet.name,
      maps: settings.maps,
      fixed: settings.rangeOf(pictureName(sheet)),
      range: rangeOf(view) ?? { low: 0, high: 1 },
      setMaps(maps) {
        settings.maps = maps
        refreshAll()
      },
      setRange(range) {
        settings.fix(pictureName(sheet), range)
        refreshAll()
      },
    })
  }

  const toolbar: Toolbar = createToolbar({
    replicas: sheets.some(({ copies, frames }) => copies > 1 || frames !== undefined) ? model.replicas : 1,
    wordsOf: (one) => variedText(model, one),
    zoom: (factor) => views[large]?.figure.zoom(factor),
    fit: () => views[large]?.figure.fit(),
    setReplica: (next) => setReplica(next),
    setVisible: (next) => setVisible(next),
  })
  const enlarge = (index: number): void => {
    large = index
    const chosen = views[index] as View
    toolbar.element.remove()
    chosen.figure.tools.prepend(toolbar.element)
    places.large.replaceChildren(chosen.figure.element)
    places.small.replaceChildren(
      ...views.filter((view) => view !== chosen).map(({ figure }) => figure.element),
    )
  }
  places.small.dataset.count = String(sheets.length - 1)
  enlarge(
    Math.max(
      0,
      sheets.findIndex(({ isMain }) => isMain),
    ),
  )

  const setVisible = (next: boolean): void => {
    settings.isDrawing = next
    for (const place of [places.large, places.small]) place.dataset.drawing = String(next)
    toolbar.showVisible(next)
    if (next) changed()
  }
  setVisible(settings.isDrawing)
  const setReplica = (next: number): void => {
    replica = Math.min(model.replicas - 1, Math.max(0, Math.round(next) || 0))
    toolbar.showReplica(replica)
    measuredAt = -Infinity
    refreshAll()
  }

  // -------------------------------------------------------------------------------------------- what is pointed at

  let pointed: { readonly index: number; readonly at: Pointed } | undefined
  let readAt = -Infinity
  let later: ReturnType<typeof setTimeout> | undefined

  const point = (index: number, at: Pointed | undefined): void => {
    if (pointed !== undefined && pointed.index !== index) views[pointed.index]?.figure.mark(undefined)
    const { figure } = views[index] as View
    figure.mark(at?.entry)
    pointed = at === undefined ? undefined : { index, at }
    if (at === undefined) readout.hide()
    else readValues()
  }

  /** Rows of the blocks of each pane of a picture. */
  const spotsOf = ({ sheet, companions, rows }: View, { entry }: Pointed): Spot[] => [
    {
      source: sheet,
      row: entry.row + (sheet.copies > 1 ? replica * sheet.rows : 0),
      column: entry.column,
      array: sheet.array,
    },
    ...companions.map(({ blocks, stride }, index): Spot => ({
      source: { blocks, stride, format: 'f32', scale: 1 },
      row: rows[index]?.[entry.row] ?? NO_ROW,
      column: entry.column,
    })),
  ]

  /** Reads the values under the cursor and shows them; again while they change. */
  const readValues = (): void => {
    clearTimeout(later)
    const wanted = pointed
    if (wanted === undefined) return
    const view = views[wanted.index] as View
    const reading = peek.read(spotsOf(view, wanted.at))
    if (reading === undefined) {
      later = setTimeout(readValues, READ_INTERVAL / 2)
      return
    }
    readAt = performance.now()
    void reading.then((values) => {
      if (pointed !== wanted || values.length === 0) return
      const { entry, event } = wanted.at
      const at = event === undefined ? view.figure.rectOf(entry) : new DOMRect(event.clientX, event.clientY)
      const varied = view.sheet.kind === 'neurons' ? variedText(model, entry.row) : ''
      const lines = linesOf(view, entry, values)
      readout.show(varied === '' ? lines : [...lines, varied], at, event === undefined)
    })
  }

  // ------------------------------------------------------------------------------------------------------ drawing

  const arrays = [
    ...new Set(
      sheets.flatMap(({ array, frames }) => [array, ...(frames === undefined ? [] : [frames.buffer])]),
    ),
  ]

  const measure = async (): Promise<void> => {
    simulation.ensure(arrays, 1)
    const found = painter.measure()
    if (found === undefined) return
    measuredAt = performance.now()
    await found.then((extents) => {
      if (extents.length === 0) return
      let isNew = false
      for (const view of views) {
        const own = extents.slice(view.first, view.first + 1 + view.companions.length)
        const low = Math.max(...own.map(({ extent }) => extent.low))
        const high = Math.max(...own.map(({ extent }) => extent.high))
        const next = nextRange(view.measured, low, high)
        const activations = own[0]?.activations
        const brightest =
          activations === undefined
            ? 1
            : nextRange({ low: 0, high: view.brightest }, 0, Math.max(activations.low, activations.high)).high
        if (
          next.low === view.measured?.low &&
          next.high === view.measured.high &&
          brightest === view.brightest
        )
          continue
        view.measured = next
        view.brightest = brightest
        refresh(view)
        isNew = true
      }
      if (isNew) changed()
    })
  }

  /** Lets the companions show what belongs to this tick. */
  const place = (view: View): void => {
    view.companions.forEach((companion, index) => {
      const showing = companion.at(simulation.tick)
      const before = view.rows[index]
      if (before === undefined || before.some((row, replica) => row !== showing.rows[replica])) {
        view.rows[index] = showing.rows.slice()
        painter.place(view.first + 1 + index, showing.rows)
      }
      view.figure.tell(companion.role, showing)
    })
  }

  /** Between ticks activations are those of the last one: near enough while it runs, wrong for who looks at one state. */
  const mayLag = plan.derived.some(({ name, made }) => made !== 'demand' && arrays.includes(name))
  let settling: ReturnType<typeof setTimeout> | undefined
  let isSettled = false
  const settle = (): void => {
    clearTimeout(settling)
    if (isSettled || !mayLag) {
      isSettled = false
      return
    }
    settling = setTimeout(() => {
      simulation.ensure(arrays)
      isSettled = true
      changed()
    }, SETTLE_TIME)
  }

  const paint = (shown: readonly View[], watch?: Stopwatch): void => {
    shown.forEach(place)
    const timing = watch?.begin()
    simulation.ensure(arrays, 1)
    const encoder = device.createCommandEncoder({ label: 'view' })
    for (const view of shown) {
      if (rangeOf(view) === undefined) continue
      view.figure.panes.forEach(({ context, width }, index) => {
        if (width === 0) return
        painter.draw(encoder, view.first + index, context.getCurrentTexture().createView(), timing?.pass())
      })
    }
    timing?.encode(encoder)
    device.queue.submit([encoder.finish()])
    timing?.read()
    draws++
    if (!isSeen && shown.some((view) => rangeOf(view) !== undefined)) {
      isSeen = true
      void device.queue.onSubmittedWorkDone().then(() => reached('picture'))
    }
  }

  return {
    draw() {
      if (!settings.isDrawing) return
      const now = performance.now()
      if (now - measuredAt >= MEASURE_INTERVAL) void measure()
      paint(views, stopwatch)
      settle()
      if (now - readAt >= READ_INTERVAL) readValues()
    },
    get visible() {
      return settings.isDrawing
    },
    set visible(next) {
      setVisible(next)
    },
    get draws() {
      return draws
    },
    ...(stopwatch && { timeDrawing: (learn) => stopwatch.ask(learn) }),
    get replica() {
      return replica
    },
    set replica(next) {
      setReplica(next)
    },
    picture(caption) {
      // What a canvas shows can be read only in the task in which it was drawn.
      const view = views[large] as View
      paint([view])
      return { name: view.sheet.name, canvas: view.figure.copy(caption) }
    },
    onPointer(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    view: () => ({
      large: (sheets[large] as Sheet).name,
      replica,
      windows: new Map(views.map(({ sheet, figure }) => [sheet.name, figure.window])),
    }),
    show(chosen) {
      const index = sheets.findIndex(({ name }) => name === chosen.large)
      if (index >= 0) enlarge(index)
      for (const { sheet, figure } of views) figure.see(chosen.windows.get(sheet.name))
      setReplica(chosen.replica)
    },
    restart() {
      for (const view of views) view.measured = undefined
      matches.clear()
      measuredAt = -Infinity
    },
    layOut() {
      views.forEach(place)
      for (const { figure } of views) figure.layOut()
    },
    measure,
    recolour: refreshAll,
    destroy() {
      clearTimeout(later)
      clearTimeout(settling)
      pointed = undefined
      matches.end()
      toolbar.element.remove()
      options.destroy()
      readout.destroy()
      peek.destroy()
      for (const { figure } of views) figure.destroy()
      painter.destroy()
      stopwatch?.destroy()
    },
  }
}

/** What to say where there are more entries than pixels. */
function passedOver(sheet: Sheet, figure: Figure, pixels: number): string {
  const entries = sizeOf(figure.window, sheet).width / pixels
  return pixels > 0 && entries > 1.01
    ? ` · each pixel one of ${formatDigits(entries, 2)} × ${formatDigits(entries, 2)} entries`
    : ''
}

function linesOf(
  { sheet, companions, rows }: View,
  entry: Pointed['entry'],
  values: readonly number[],
): string[] {
  const place = placeOf(sheet, entry)
  const text = (value: number | undefined): string =>
    value === undefined || Number.isNaN(value) ? '–' : formatDigits(value, 5)
  if (companions.length === 0) return [`${place}, ${text(values[0])}`]
  return [
    `${place}, ${text(values[0])}`,
    ...companions.map(({ role }, index) => {
      const row = rows[index]?.[entry.row] ?? NO_ROW
      return row === NO_ROW ? `no ${role}` : `${role} ${text(values[index + 1])} (pattern ${row})`
    }),
  ]
}

/** True where a wheel scrolls the page. */
function isPageScrolled(): boolean {
  const { scrollHeight, clientHeight } = document.documentElement
  return scrollHeight > clientHeight + 1
}
