/** All pictures of a network: one large, the others next to it. */
import './stage.css'
import type { Sample } from '../../core/run/series.ts'
import type { Simulation } from '../../core/run/simulation.ts'
import { variedText } from '../vary.ts'
import { type Companion, companionsOf } from './companions.ts'
import { createDrawing } from './drawing.ts'
import { type Pieces, type PicturePointer, createFigure } from './figure.ts'
import { type Matches, createMatches } from './matches.ts'
import { optionsButton } from './options-button.ts'
import type { Options } from './options.ts'
import { createPainter } from './painter.ts'
import { type Part, type Picture, createPicture } from './picture.ts'
import type { PainterPipelines } from './pipelines.ts'
import { createPointing } from './pointing.ts'
import { pictureSettings as settings } from './preferences.ts'
import type { Print } from './print.ts'
import { type Sheet, hasCompanions, sheetsOf } from './sheet.ts'
import { createToolbar } from './toolbar.ts'
import type { Window } from './window.ts'

export interface Stage {
  /** Draws all pictures from the present buffers, unless drawing is switched off. */
  draw(): void
  /** Whether pictures are drawn; the network also runs without drawing. Applies to other networks too. */
  visible: boolean
  /** Number of drawings. */
  readonly draws: number
  /**
   * Times the next drawing of all pictures on the GPU; `learn` gets microseconds, and is not called if nothing
   * is drawn or an earlier time is pending. Absent if the device has no timestamp-query.
   */
  readonly timeDrawing?: (learn: (microseconds: number) => void) => void
  /** The shown replica of matrices and activations, counted from 0. */
  replica: number
  /** The present large picture, with its caption and legend. */
  picture(caption: string): { readonly name: string; readonly canvas: HTMLCanvasElement }
  /** The same on light, in parts. @param take - is called while they can be read */
  light<T>(take: (pieces: Pieces) => T): T
  /**
   * Calls back for every pointer event above a picture, its cue or its target; if a listener returns true, the
   * event is handled and no other listener is called. The listener that handles a `down` gets the following
   * events up to `up`. A `click` follows the `up` of an unhandled press without movement; a handled click does
   * not enlarge the picture. Returns a function that removes the listener.
   */
  onPointer(listener: (event: PicturePointer) => boolean): () => void
  /** The reader's choices. */
  view(): StageView
  /** Applies the same choices to another network, where possible. */
  show(view: StageView): void
  /** Takes a sample, also one of a run that continues here: pictures name the pattern that is nearest in it. */
  push(sample: Sample): void
  /** Clears the ranges before a new run. */
  restart(): void
  /** Fits the pictures to the available room, after the layout around them. */
  layOut(): void
  /** Resolves when the ranges of the values are known: the next drawing shows them. */
  measure(): Promise<void>
  /** Applies the colours of the present scheme. */
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

/** @param changed - called when the pictures are outdated for another reason than a tick */
export async function createStage(
  simulation: Simulation,
  pipelines: PainterPipelines,
  places: StagePlaces,
  changed: () => void,
): Promise<Stage> {
  const { engine, model } = simulation
  const matches = createMatches(model.replicas)
  const parts = partsOf(simulation, matches)
  const prints = parts.flatMap(({ sheet, companions }): Print[] => [
    { sheet },
    ...companions.map((companion) => ({ sheet, companion })),
  ])
  const painter = await createPainter(engine, prints, pipelines)
  let options: Promise<Options> | undefined
  const listeners = new Set<(event: PicturePointer) => boolean>()
  let replica = 0
  const pointing = createPointing(simulation, () => replica, places.large)
  const keyOf = ({ name }: Sheet): string => `${model.scenario.name}/${name}`

  const pictures: readonly Picture[] = parts.map((part): Picture => {
    const { sheet, companions } = part
    const figure = createFigure(sheet, companions, engine.device, pipelines.canvasFormat, {
      changed() {
        picture.refresh()
        changed()
      },
      chosen: () => picture !== large && enlarge(picture),
      isLarge: () => large === picture && !isPageScrolled(),
      pointed: (at) => pointing.point(picture, at),
      pointer: (event) => [...listeners].some((listener) => listener(event)),
    })
    const picture = createPicture(keyOf(sheet), part, figure, painter, () => replica)
    figure.tools.append(optionsButton(sheet.name, (anchor) => openOptions(picture, anchor)))
    return picture
  })
  const named = (name: string): Picture | undefined => pictures.find(({ sheet }) => sheet.name === name)
  const drawing = createDrawing(simulation, painter, pictures, changed)
  const refreshAll = (): void => {
    for (const picture of pictures) picture.refresh()
    changed()
  }

  const openOptions = ({ sheet, range = { low: 0, high: 1 } }: Picture, anchor: HTMLElement): void => {
    options ??= import('./options.ts').then(({ createOptions }) => createOptions(places.large))
    options.then(
      (panel) =>
        panel.open(anchor, {
          name: sheet.name,
          maps: settings.maps,
          fixed: settings.rangeOf(keyOf(sheet)),
          range,
          setMaps(maps) {
            settings.maps = maps
            refreshAll()
          },
          setRange(fixed) {
            settings.fix(keyOf(sheet), fixed)
            refreshAll()
          },
        }),
      // The next click loads it.
      () => (options = undefined),
    )
  }

  const hasReplicas = parts.some(({ sheet: { copies, frames } }) => copies > 1 || frames !== undefined)
  const toolbar = createToolbar({
    replicas: hasReplicas ? model.replicas : 1,
    wordsOf: (one) => variedText(model, one),
    zoom: (factor) => large.figure.zoom(factor),
    fit: () => large.figure.fit(),
    setReplica: (next) => setReplica(next),
    setVisible: (next) => setVisible(next),
  })
  let large: Picture = pictures.find(({ sheet }) => sheet.isMain) ?? (pictures[0] as Picture)
  const enlarge = (chosen: Picture): void => {
    large = chosen
    const { activeElement } = places.large.getRootNode() as Document
    toolbar.element.remove()
    chosen.figure.tools.prepend(toolbar.element)
    places.large.replaceChildren(chosen.figure.element)
    const others = pictures.filter((picture) => picture !== chosen)
    places.small.replaceChildren(...others.map(({ figure }) => figure.element))
    // Moved, it loses the focus.
    if (chosen.figure.element.contains(activeElement)) (activeElement as HTMLElement).focus()
  }
  places.small.dataset.count = String(pictures.length - 1)
  enlarge(large)

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
    drawing.remeasure()
    refreshAll()
  }

  return {
    draw() {
      if (!settings.isDrawing || !pictures.some(isSeen)) return
      const now = performance.now()
      drawing.drawAll(now)
      pointing.update(now)
    },
    get visible() {
      return settings.isDrawing
    },
    set visible(next) {
      setVisible(next)
    },
    get draws() {
      return drawing.draws
    },
    ...(drawing.time && { timeDrawing: drawing.time }),
    get replica() {
      return replica
    },
    set replica(next) {
      setReplica(next)
    },
    picture(caption) {
      // A canvas can be read only in the task in which it was drawn.
      drawing.draw(large)
      return { name: large.sheet.name, canvas: large.figure.copy(caption) }
    },
    light(take) {
      const { element } = large.figure
      element.style.colorScheme = 'light'
      large.refresh()
      drawing.draw(large)
      try {
        return take(large.figure.pieces())
      } finally {
        element.style.colorScheme = ''
        refreshAll()
      }
    },
    onPointer(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    view: () => ({
      large: large.sheet.name,
      replica,
      windows: new Map(pictures.map(({ sheet, figure }) => [sheet.name, figure.window])),
    }),
    show(chosen) {
      const wanted = named(chosen.large)
      if (wanted !== undefined) enlarge(wanted)
      for (const { sheet, figure } of pictures) figure.see(chosen.windows.get(sheet.name))
      setReplica(chosen.replica)
    },
    push: (sample) => matches.push(sample),
    restart() {
      for (const picture of pictures) picture.restart()
      matches.clear()
      drawing.remeasure()
    },
    layOut() {
      for (const picture of pictures) picture.place(simulation.tick)
      for (const { figure } of pictures) figure.layOut()
    },
    measure: () => drawing.measure(),
    recolour: refreshAll,
    destroy() {
      pointing.destroy()
      drawing.destroy()
      toolbar.element.remove()
      void options?.then((panel) => panel.destroy())
      for (const { figure } of pictures) figure.destroy()
      painter.destroy()
    },
  }
}

/** The drawn parts of a network, in the order of its pictures. */
function partsOf(simulation: Simulation, matches: Matches): Part[] {
  const { model, plan } = simulation
  let first = 0
  return sheetsOf(model, plan).map((sheet) => {
    const layer = model.layers.find(({ name }) => name === sheet.name)
    const companions: Companion[] =
      layer === undefined || !hasCompanions(layer)
        ? []
        : companionsOf(() => simulation.model, plan, layer, matches.of)
    const part = { sheet, companions, first }
    first += 1 + companions.length
    return part
  })
}

/** True if a picture has room. */
function isSeen({ figure }: Picture): boolean {
  return figure.panes.some(({ width }) => width > 0)
}

/** True if the wheel scrolls the page. */
function isPageScrolled(): boolean {
  const { scrollHeight, clientHeight } = document.documentElement
  return scrollHeight > clientHeight + 1
}
