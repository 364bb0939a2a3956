/** One picture with its caption and legend: a canvas that keeps the proportions of its sheet. */
import type { Stops } from './colours.ts'
import type { Range } from './range.ts'
import { type Entry, type Sheet, entryAt } from './sheet.ts'

export interface Figure {
  readonly element: HTMLElement
  readonly context: GPUCanvasContext
  /** Pixels of the canvas; 0 = not to be seen. */
  readonly width: number
  readonly height: number
  legend(range: Range, stops: Stops): void
  /** What the canvas shows, on paper: below a caption, above its legend. Only right after it was drawn. */
  copy(caption: string): HTMLCanvasElement
  destroy(): void
}

/** A canvas larger than this in one direction costs more than it shows. */
const MOST_PIXELS = 2048

/** Up to this many cells in one direction each gets its pixel even where the canvas is shown smaller. */
const MOST_CELLS = 640

export interface FigureEvents {
  /** The canvas got another size and is blank. */
  readonly resized: () => void
  /** The reader wants to see it large. */
  readonly chosen: () => void
  /** The pointer does something above the picture; true when that is taken, and no click of the figure. */
  readonly pointer: (event: PicturePointer) => boolean
}

/** What the pointer does above a picture, and where. */
export interface PicturePointer {
  readonly kind: 'down' | 'move' | 'up' | 'leave'
  readonly sheet: Sheet
  /** Absent in gaps, beside the picture and on leaving it. */
  readonly entry?: Entry
  readonly event: PointerEvent
}

export function createFigure(
  sheet: Sheet,
  device: GPUDevice,
  format: GPUTextureFormat,
  events: FigureEvents,
): Figure {
  const element = document.createElement('figure')
  element.className = 'figure'
  element.dataset.name = sheet.name
  element.innerHTML = `
    <figcaption><button type="button" class="figure-name"></button><span class="figure-note"></span></figcaption>
    <div class="frame"><canvas role="img"></canvas></div>
    <div class="legend"><span class="legend-low"></span><span class="legend-bar"></span><span class="legend-high"></span></div>`
  const part = (selector: string): HTMLElement => element.querySelector(selector) as HTMLElement
  const name = part('.figure-name')
  name.textContent = sheet.name
  name.title = 'Show large'
  const note = part('.figure-note')
  note.textContent = sheet.note
  note.title = sheet.note
  const canvas = part('canvas') as HTMLCanvasElement
  canvas.setAttribute('aria-label', `${sheet.name}: ${sheet.note}`)
  const context = canvas.getContext('webgpu') as GPUCanvasContext
  context.configure({ device, format, alphaMode: 'premultiplied' })
  name.addEventListener('click', events.chosen)
  let isTaken = false
  canvas.addEventListener('click', () => {
    if (!isTaken) events.chosen()
  })
  const entryUnder = ({ clientX, clientY }: PointerEvent): Entry | undefined => {
    const { left, top, width, height } = canvas.getBoundingClientRect()
    const x = Math.floor(((clientX - left) / width) * sheet.width)
    const y = Math.floor(((clientY - top) / height) * sheet.height)
    return entryAt(sheet, x, y)
  }
  const listen = (
    type: 'pointerdown' | 'pointermove' | 'pointerup' | 'pointercancel' | 'pointerleave',
    kind: PicturePointer['kind'],
  ): void =>
    canvas.addEventListener(type, (event) => {
      const entry = kind === 'leave' ? undefined : entryUnder(event)
      const taken = events.pointer({ kind, sheet, event, ...(entry === undefined ? {} : { entry }) })
      if (kind !== 'down') return
      isTaken = taken
      // Strokes go on beside the picture, and a finger that paints does not scroll the page.
      if (taken) canvas.setPointerCapture(event.pointerId)
    })
  listen('pointerdown', 'down')
  listen('pointermove', 'move')
  listen('pointerup', 'up')
  listen('pointercancel', 'up')
  listen('pointerleave', 'leave')

  const size = { width: 0, height: 0 }
  const fit = (frameWidth: number, frameHeight: number): void => {
    const scale = Math.min(frameWidth / sheet.width, frameHeight / sheet.height)
    const width = Math.floor(sheet.width * scale)
    const height = Math.floor(sheet.height * scale)
    canvas.style.width = `${width}px`
    canvas.style.height = `${height}px`
    const next = pixelsOf(sheet, width * devicePixelRatio, height * devicePixelRatio)
    if (next.width === size.width && next.height === size.height) return
    Object.assign(size, next)
    if (size.width > 0 && size.height > 0) Object.assign(canvas, size)
    events.resized()
  }
  const observer = new ResizeObserver(([entry]) => {
    if (entry !== undefined) fit(entry.contentRect.width, entry.contentRect.height)
  })
  observer.observe(part('.frame'))

  const low = part('.legend-low')
  const high = part('.legend-high')
  const bar = part('.legend-bar')
  let shownStops: Stops = []
  return {
    element,
    context,
    get width() {
      return size.width
    },
    get height() {
      return size.height
    },
    legend(range, stops) {
      shownStops = stops
      low.textContent = format3(range.low)
      high.textContent = format3(range.high)
      bar.style.background = `linear-gradient(to right, ${stops.join(', ')})`
    },
    copy: (caption) =>
      copyOf(canvas, element, {
        title: `${sheet.name} · ${sheet.note}`,
        caption,
        low: low.textContent,
        high: high.textContent,
        stops: shownStops,
      }),
    destroy() {
      observer.disconnect()
      context.unconfigure()
      element.remove()
    },
  }
}

/**
 * Pixels of a canvas that is shown at a size: a whole number of pixels a cell, which the browser scales smoothly, so that
 * all cells look alike; one pixel for several cells where that would be too many.
 */
function pixelsOf(sheet: Sheet, width: number, height: number): { width: number; height: number } {
  const perCell = Math.max(1, Math.ceil(width / sheet.width - 0.01))
  const largest = perCell * Math.max(sheet.width, sheet.height)
  if (largest <= (perCell === 1 ? MOST_CELLS : MOST_PIXELS)) {
    return { width: sheet.width * perCell, height: sheet.height * perCell }
  }
  return {
    width: Math.min(MOST_PIXELS, Math.round(width)),
    height: Math.min(MOST_PIXELS, Math.round(height)),
  }
}

interface Words {
  readonly title: string
  readonly caption: string
  readonly low: string
  readonly high: string
  readonly stops: Stops
}

/** Pixels of a copy: its margin, its lines of text, and the least width that the text needs. */
const COPY = { margin: 24, line: 24, font: 16, leastWidth: 480 }

function copyOf(picture: HTMLCanvasElement, styled: HTMLElement, words: Words): HTMLCanvasElement {
  const { margin, line, font, leastWidth } = COPY
  const style = getComputedStyle(styled)
  const canvas = document.createElement('canvas')
  canvas.width = Math.max(leastWidth, picture.width) + 2 * margin
  const top = margin + 2 * line
  canvas.height = top + picture.height + 1.5 * line + margin
  const context = canvas.getContext('2d') as CanvasRenderingContext2D
  const { width, height } = canvas
  context.fillStyle = style.getPropertyValue('--panel')
  context.fillRect(0, 0, width, height)
  context.imageSmoothingEnabled = false
  context.drawImage(picture, Math.round((width - picture.width) / 2), top)

  const text = style.getPropertyValue('--text')
  const write = (words: string, y: number, align: CanvasTextAlign, weight = 400): void => {
    context.font = `${weight} ${font}px ${style.fontFamily}`
    context.textAlign = align
    context.textBaseline = 'middle'
    context.fillStyle = text
    context.fillText(words, align === 'right' ? width - margin : margin, y, width - 2 * margin)
  }
  write(words.title, margin + line / 2 - 4, 'left', 600)
  write(words.caption, margin + 1.5 * line - 4, 'left')
  const middle = height - margin - line / 2
  write(words.low, middle, 'left')
  write(words.high, middle, 'right')
  const room = 80
  const gradient = context.createLinearGradient(margin + room, 0, width - margin - room, 0)
  words.stops.forEach((stop, index, { length }) => gradient.addColorStop(index / (length - 1), stop))
  context.fillStyle = gradient
  context.fillRect(margin + room, middle - 6, width - 2 * (margin + room), 12)
  return canvas
}

/** Three digits, with a real minus sign. */
export function format3(value: number): string {
  const size = Math.abs(value)
  const text =
    size !== 0 && (size < 1e-3 || size >= 1e5) ? size.toExponential(1) : String(Number(size.toPrecision(3)))
  return value < 0 ? `−${text}` : text
}
