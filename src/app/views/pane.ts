/** One canvas of a figure, below its name, with the mark of the cursor. */
import type { Companion, Showing } from './companions.ts'
import { type GestureEvents, listen } from './gestures.ts'
import type { Part } from './sight.ts'
import type { Extents, Spot } from './window.ts'

export type Role = 'state' | Companion['role']

/** The canvas to draw on. */
export interface Pane {
  readonly role: Role
  readonly context: GPUCanvasContext
  /** Pixels of the canvas; 0 = hidden. */
  readonly width: number
  readonly height: number
}

export interface PaneElement extends Pane {
  readonly element: HTMLElement
  readonly canvas: HTMLCanvasElement
  /** Sets the size of the canvas in CSS pixels and in its own pixels; true if its own pixels changed. */
  resize(shown: Extents, pixels: Extents): boolean
  /** Marks a cell, in fractions of the canvas, or none. */
  mark(cell: Part | undefined): void
  /** Sets the note next to the name; true if it changed. */
  tell(showing: Showing): boolean
  /** @param isAlone - true if the figure has no other canvas */
  describe(name: string, note: string, isAlone: boolean): void
  destroy(): void
}

export interface PaneEvents extends Omit<GestureEvents, 'hand'> {
  /** A pointer event at a place, in fractions of the canvas; true if it is handled and is not a gesture of the picture. */
  readonly hand: (kind: Parameters<GestureEvents['hand']>[0], event: PointerEvent, at: Spot) => boolean
  /** The canvas has lost the focus. */
  readonly blur: () => void
}

export function createPane(
  role: Role,
  device: GPUDevice,
  format: GPUTextureFormat,
  events: PaneEvents,
): PaneElement {
  const element = document.createElement('div')
  element.className = 'pane'
  element.dataset.pane = role
  element.innerHTML =
    '<p class="pane-name"><b></b> <span></span></p><div class="pane-picture"><canvas role="img" tabindex="0"></canvas><i class="cursor" hidden></i></div>'
  const [label, words] = [...element.querySelectorAll('b, span')] as [HTMLElement, HTMLElement]
  label.textContent = role
  const canvas = element.querySelector('canvas') as HTMLCanvasElement
  const marker = element.querySelector('.cursor') as HTMLElement
  const context = canvas.getContext('webgpu') as GPUCanvasContext
  context.configure({ device, format, alphaMode: 'premultiplied' })
  const spotOf = ({ clientX, clientY }: PointerEvent): Spot => {
    const { left, top, width, height } = canvas.getBoundingClientRect()
    return { x: (clientX - left) / width, y: (clientY - top) / height }
  }
  const end = listen(canvas, { ...events, hand: (kind, event) => events.hand(kind, event, spotOf(event)) })
  canvas.addEventListener('blur', events.blur)
  let size: Extents = { width: 0, height: 0 }
  let detail = ''

  return {
    role,
    context,
    element,
    canvas,
    get width() {
      return size.width
    },
    get height() {
      return size.height
    },
    resize(shown, pixels) {
      canvas.style.width = `${shown.width}px`
      canvas.style.height = `${shown.height}px`
      if (pixels.width === size.width && pixels.height === size.height) return false
      size = pixels
      if (size.width > 0 && size.height > 0) Object.assign(canvas, size)
      return true
    },
    mark(cell) {
      marker.hidden = cell === undefined
      if (cell === undefined) return
      const percent = (value: number): string => `${100 * value}%`
      Object.assign(marker.style, {
        // The middle of the cell.
        left: percent(cell.x + cell.width / 2),
        top: percent(cell.y + cell.height / 2),
        width: percent(cell.width),
        height: percent(cell.height),
      })
    },
    tell(showing) {
      element.dataset.now = String(showing.isNow)
      if (detail === showing.detail && words.textContent === showing.words) return false
      words.textContent = showing.words
      element.title = showing.detail
      detail = showing.detail
      return true
    },
    describe(name, note, isAlone) {
      const of = isAlone ? '' : `, ${role}${detail === '' ? '' : ` (${detail})`}`
      canvas.setAttribute(
        'aria-label',
        `${name}${of}: ${note}. Arrow keys read values, Enter acts as a click, plus and minus zoom.`,
      )
    },
    destroy() {
      end()
      context.unconfigure()
    },
  }
}
