/** One picture with its caption and legend, alone or next to its cue and target. */
import type { Stops } from './colours.ts'
import type { Companion, Showing } from './companions.ts'
import { copyOf } from './copy.ts'
import { arrangementOf, pixelsOf } from './arrangement.ts'
import { createLegend } from './legend.ts'
import { type Pane, type PaneElement, type Role, createPane } from './pane.ts'
import type { Range } from './range.ts'
import type { Sheet } from './sheet.ts'
import { createSight } from './sight.ts'
import type { Entry } from './tiling.ts'
import { WHOLE, type Window } from './window.ts'

export interface Figure {
  readonly element: HTMLElement
  /** Place for buttons next to the caption. */
  readonly tools: HTMLElement
  /** The state first, then its companions. */
  readonly panes: readonly Pane[]
  /** The visible part of the sheet. */
  readonly window: Window
  /** Zooms about the middle. */
  zoom(factor: number): void
  fit(): void
  /** Shows a part of the sheet, limited to its size. */
  see(window: Window | undefined): void
  /** The note of a companion, and whether it acts now. */
  tell(role: Role, showing: Showing): void
  /** Marks the cell of an entry, or none. */
  mark(entry: Entry | undefined): void
  /** Place of an entry on the screen. */
  rectOf(entry: Entry): DOMRect
  note(text: string): void
  /** Applies the present size, which the browser reports only after the first layout. */
  layOut(): void
  legend(range: Range, stops: Stops): void
  /** The canvases as a picture with caption and legend; call right after they were drawn. */
  copy(caption: string): HTMLCanvasElement
  /** The parts of a copy; they can be read in the task in which they were drawn. */
  pieces(): Pieces
  destroy(): void
}

/** The visible pictures of a figure, and its legend. */
export interface Pieces {
  readonly title: string
  readonly panes: readonly { readonly canvas: HTMLCanvasElement; readonly label: string }[]
  readonly low: string
  readonly high: string
  readonly stops: Stops
}

/** One press of a zoom key. */
const KEY_ZOOM = 1.5

const ARROWS: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
}

export interface FigureEvents {
  /** A canvas was resized and is blank, or another part of the sheet is visible. */
  readonly changed: () => void
  /** The reader enlarges the picture. */
  readonly chosen: () => void
  /** The reader points at an entry, or at none. */
  readonly pointed: (at: Pointed | undefined) => void
  /** True if the wheel zooms the picture. */
  readonly isLarge: () => boolean
  /** A pointer event above a pane; true if it is handled and is not a gesture of the figure. */
  readonly pointer: (event: PicturePointer) => boolean
}

/** An entry that the reader points at. */
export interface Pointed {
  readonly entry: Entry
  /** The pointer; absent for the keyboard. */
  readonly event?: PointerEvent
}

/** A pointer event above a picture, and its place. */
export interface PicturePointer {
  /** A click is an unhandled press and release at one place. */
  readonly kind: 'down' | 'move' | 'up' | 'leave' | 'click'
  readonly sheet: Sheet
  /** The pane. */
  readonly role: Role
  /** Absent in gaps and frames, outside the picture and on leaving it. */
  readonly entry?: Entry
  /** For the keyboard the keys of a press. */
  readonly event: Pick<PointerEvent, 'pointerId' | 'button' | 'shiftKey' | 'target'>
}

export function createFigure(
  sheet: Sheet,
  companions: readonly Companion[],
  device: GPUDevice,
  format: GPUTextureFormat,
  events: FigureEvents,
): Figure {
  const element = document.createElement('figure')
  element.className = 'figure'
  element.dataset.name = sheet.name
  element.innerHTML = `
    <figcaption><button type="button" class="figure-name"></button><span class="figure-note"></span><span class="figure-tools"></span></figcaption>
    <div class="frame"></div>`
  const part = (selector: string): HTMLElement => element.querySelector(selector) as HTMLElement
  const name = part('.figure-name')
  name.textContent = sheet.name
  name.title = `Show ${sheet.name} large`
  name.addEventListener('click', events.chosen)
  const frame = part('.frame')
  const note = part('.figure-note')
  const legend = createLegend()
  element.append(legend.element)
  const sight = createSight(sheet, () => {
    element.dataset.zoomed = String(sight.window.zoom > 1)
    layOut()
    place()
    events.changed()
  })
  const key = (role: Role, event: KeyboardEvent): boolean => {
    const { key: pressed, shiftKey, target } = event
    const arrow = ARROWS[pressed]
    if (arrow !== undefined) {
      const [x, y] = arrow
      const entry = sight.step(shiftKey ? x * sheet.channelWidth : x, shiftKey ? y * sheet.channelHeight : y)
      if (entry !== undefined) events.pointed({ entry })
    } else if (pressed === '+' || pressed === '=') sight.zoom(KEY_ZOOM)
    else if (pressed === '-') sight.zoom(1 / KEY_ZOOM)
    else if (pressed === '0') sight.see(WHOLE)
    else if (pressed === 'Enter' || pressed === ' ') {
      const { cursor: entry } = sight
      const hand = (kind: PicturePointer['kind']): boolean =>
        entry !== undefined &&
        events.pointer({ kind, sheet, role, entry, event: { pointerId: 0, button: 0, shiftKey, target } })
      // As a press at the cell of the cursor.
      if (hand('down')) hand('up')
      else if (pressed === ' ') return false
      else if (!hand('click')) events.chosen()
    } else if (pressed === 'Escape' && sight.cursor !== undefined) events.pointed(undefined)
    else return false
    return true
  }

  const paneOf = (role: Role): PaneElement =>
    createPane(role, device, format, {
      hand(kind, event, at) {
        const entry = kind === 'leave' ? undefined : sight.entryUnder(at)
        if (kind === 'move' || kind === 'down') events.pointed(entry && { entry, event })
        if (kind === 'leave') events.pointed(undefined)
        return events.pointer({ kind, sheet, role, event, ...(entry === undefined ? {} : { entry }) })
      },
      clicked: events.chosen,
      drag: ({ x, y }) => sight.pan({ x: -x, y: -y }),
      zoom: sight.zoom,
      takesWheel: events.isLarge,
      key: (event) => key(role, event),
      blur: () => events.pointed(undefined),
    })
  const state = paneOf('state')
  const others = companions.map(({ role }) => paneOf(role))
  const panes = [state, ...others]
  const aside = document.createElement('div')
  aside.className = 'aside'
  aside.append(...others.map((pane) => pane.element))
  frame.append(state.element, ...(others.length > 0 ? [aside] : []))
  element.dataset.panes = String(panes.length)

  const describe = (): void => {
    for (const pane of panes) pane.describe(sheet.name, note.textContent, panes.length === 1)
  }

  let room = { width: 0, height: 0 }
  const layOut = (): void => {
    const { mode, state: stateSize, other } = arrangementOf(sheet, room, others.length)
    frame.dataset.layout = mode
    const isChanged = panes.map((pane) => {
      const shown = pane === state ? stateSize : other
      const { width, height } = shown
      return pane.resize(
        shown,
        pixelsOf(sheet, sight.window, width * devicePixelRatio, height * devicePixelRatio),
      )
    })
    if (isChanged.includes(true)) events.changed()
  }
  const observer = new ResizeObserver(([entry]) => {
    if (entry === undefined) return
    room = entry.contentRect
    layOut()
  })
  observer.observe(frame)

  /** Puts the mark around the cell of the cursor. */
  const place = (): void => {
    for (const pane of panes) pane.mark(sight.cursor && sight.partOf(sight.cursor))
  }

  const visiblePanes = (): Pieces['panes'] =>
    panes
      .filter(({ width, element: { offsetParent } }) => width > 0 && offsetParent !== null)
      .map(({ canvas, role }) => ({ canvas, label: panes.length > 1 ? role : '' }))
  const figure: Figure = {
    element,
    tools: part('.figure-tools'),
    panes,
    get window() {
      return sight.window
    },
    zoom: (factor) => sight.zoom(factor),
    fit: () => sight.see(WHOLE),
    see: (next) => sight.see(next),
    tell(role, showing) {
      const pane = panes.find((one) => one.role === role)
      if (pane?.tell(showing) === true) describe()
    },
    mark(entry) {
      sight.mark(entry)
      place()
    },
    rectOf(entry) {
      const { left, top, width, height } = state.canvas.getBoundingClientRect()
      const cell = sight.partOf(entry)
      return new DOMRect(
        left + cell.x * width,
        top + cell.y * height,
        cell.width * width,
        cell.height * height,
      )
    },
    note(text) {
      // A part that has no room is hidden whole.
      note.replaceChildren(
        ...text.split(/(?= · )/).map((part) => {
          const span = document.createElement('span')
          span.textContent = part
          return span
        }),
      )
      note.title = text
      describe()
    },
    layOut() {
      room = frame.getBoundingClientRect()
      layOut()
    },
    legend(range, stops) {
      legend.show(range, stops)
    },
    copy: (caption) =>
      copyOf(visiblePanes(), element, {
        title: `${sheet.name} · ${note.textContent}`,
        caption,
        ...legend.shown,
      }),
    pieces: () => ({
      title: `${sheet.name} · ${note.textContent}`,
      panes: visiblePanes(),
      ...legend.shown,
    }),
    destroy() {
      observer.disconnect()
      for (const pane of panes) pane.destroy()
      element.remove()
    },
  }
  figure.note(sheet.note)
  return figure
}
