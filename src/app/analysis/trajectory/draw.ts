/** Drawings of the trajectory panel on a canvas. */
import { stepText } from '../../plots/draw.ts'
import { type Scheme, stopNumbers, stopsOf } from '../../views/colours.ts'
import type { Pair } from './projection.ts'
import type { Extent } from './surface.ts'

/** The energy on a grid of a plane, [lines, lines]: b ascends from line to line. */
export interface Surface {
  readonly values: Float64Array
  readonly lines: number
  readonly extent: Extent
}

interface PlaneDrawing {
  readonly path: readonly Pair[]
  readonly extent: Extent
  readonly titles: readonly [string, string]
  /** Places with a name. */
  readonly marks: readonly (readonly [number, number, string])[]
  readonly surface?: Surface
}

/** Levels of the energy: borders between them are contours. */
const LEVELS = 16

/** Room for the labels, in CSS pixels. */
const LEFT = 50
const BOTTOM = 34
const TOP = 8
const RIGHT = 12

interface Axes {
  readonly context: CanvasRenderingContext2D
  readonly x: (value: number) => number
  readonly y: (value: number) => number
  readonly width: number
  readonly height: number
  readonly colour: (name: string) => string
}

/** Clears a canvas and draws axes with titles. */
function axesOf(
  canvas: HTMLCanvasElement,
  style: CSSStyleDeclaration,
  [a, b]: readonly [readonly [number, number], readonly [number, number]],
  [titleX, titleY]: readonly [string, string],
  below?: (axes: Axes) => void,
): Axes | undefined {
  const { clientWidth: width, clientHeight: height } = canvas.parentElement as HTMLElement
  canvas.width = Math.max(1, Math.round(width * devicePixelRatio))
  canvas.height = Math.max(1, Math.round(height * devicePixelRatio))
  const context = canvas.getContext('2d')
  if (context === null || width < LEFT + RIGHT + 10 || height < TOP + BOTTOM + 10) return undefined
  context.scale(devicePixelRatio, devicePixelRatio)
  const colour = (name: string): string => style.getPropertyValue(name).trim()
  const [right, bottom] = [width - RIGHT, height - BOTTOM]
  const x = (value: number): number => LEFT + ((value - a[0]) / (a[1] - a[0] || 1)) * (right - LEFT)
  const y = (value: number): number => bottom - ((value - b[0]) / (b[1] - b[0] || 1)) * (bottom - TOP)
  const axes = { context, x, y, width, height, colour }
  below?.(axes)
  context.font = `11px ${style.fontFamily}`
  context.fillStyle = colour('--muted')
  context.strokeStyle = colour('--grid')
  context.globalAlpha = below === undefined ? 1 : 0.5
  const line = (x1: number, y1: number, x2: number, y2: number): void => {
    context.beginPath()
    context.moveTo(x1, y1)
    context.lineTo(x2, y2)
    context.stroke()
  }
  for (const [of, room] of [
    [a, (right - LEFT) / 60],
    [b, (bottom - TOP) / 36],
  ] as const) {
    const isX = of === a
    context.textAlign = isX ? 'center' : 'right'
    context.textBaseline = isX ? 'top' : 'middle'
    const step = roundStep((of[1] - of[0]) / Math.max(2, Math.floor(room)))
    for (let at = Math.ceil(of[0] / step - 1e-9) * step; at <= of[1] + 1e-9 * step; at += step) {
      if (isX) line(x(at), TOP, x(at), bottom)
      else line(LEFT, y(at), right, y(at))
      const alpha = context.globalAlpha
      context.globalAlpha = 1
      if (isX) context.fillText(stepText(step)(at), x(at), bottom + 4)
      else context.fillText(stepText(step)(at), LEFT - 6, y(at))
      context.globalAlpha = alpha
    }
  }
  context.globalAlpha = 1
  context.textAlign = 'center'
  context.textBaseline = 'top'
  context.fillText(titleX, (LEFT + right) / 2, bottom + 19)
  context.save()
  context.translate(10, (TOP + bottom) / 2)
  context.rotate(-Math.PI / 2)
  context.textBaseline = 'middle'
  context.fillText(titleY, 0, 0)
  context.restore()
  return axes
}

function roundStep(least: number): number {
  const power = 10 ** Math.floor(Math.log10(least))
  return power * ([1, 2, 5].find((factor) => factor * power >= least) ?? 10)
}

/** A path on a plane, later states stronger, above the colours of the energy. */
export function drawPlane(
  canvas: HTMLCanvasElement,
  style: CSSStyleDeclaration,
  { path, extent, titles, marks, surface }: PlaneDrawing,
): void {
  const scheme: Scheme = style.colorScheme === 'dark' ? 'dark' : 'light'
  const below = surface && ((axes: Axes) => paintSurface(axes, surface, scheme))
  const axes = axesOf(canvas, style, [extent.a, extent.b], titles, below)
  if (axes === undefined) return
  const { context, x, y, width, height, colour } = axes
  context.save()
  context.beginPath()
  context.rect(LEFT, TOP, width - LEFT - RIGHT, height - TOP - BOTTOM)
  context.clip()
  const halo = colour('--panel')
  const ink = surface === undefined ? colour('--line-0') : colour('--line-1')
  for (const [stroke, thick] of [
    [halo, 4],
    [ink, 2],
  ] as const) {
    context.strokeStyle = stroke
    context.lineWidth = thick
    context.lineJoin = 'round'
    context.beginPath()
    path.forEach(([a, b], index) => {
      if (index === 0) context.moveTo(x(a), y(b))
      else context.lineTo(x(a), y(b))
    })
    context.stroke()
  }
  const dot = (a: number, b: number, radius: number, fill: string): void => {
    context.beginPath()
    context.arc(x(a), y(b), radius, 0, 2 * Math.PI)
    context.fillStyle = fill
    context.fill()
    context.strokeStyle = halo
    context.lineWidth = 1.5
    context.stroke()
  }
  context.font = `600 12px ${style.fontFamily}`
  context.textAlign = 'left'
  context.textBaseline = 'bottom'
  for (const [a, b, name] of marks) {
    dot(a, b, 4, colour('--text'))
    context.lineWidth = 3
    context.strokeText(name, x(a) + 7, y(b) - 3)
    context.fillStyle = colour('--text')
    context.fillText(name, x(a) + 7, y(b) - 3)
  }
  const [start, end] = [path[0], path.at(-1)]
  if (start !== undefined) dot(...start, 3, halo)
  if (end !== undefined) dot(...end, 5, ink)
  context.restore()
}

/** Colours between the grid points in levels, low energy strong. */
function paintSurface({ context, x, y }: Axes, { values, lines, extent }: Surface, scheme: Scheme): void {
  const finite = values.filter(Number.isFinite)
  if (finite.length === 0) return
  const sorted = finite.toSorted()
  const low = sorted[0] as number
  // A few high corners would take all colours.
  const high = sorted[Math.floor(0.97 * (sorted.length - 1))] as number
  const stops = stopNumbers(stopsOf(scheme, false))
  const [left, right] = [x(extent.a[0]), x(extent.a[1])]
  const [bottom, top] = [y(extent.b[0]), y(extent.b[1])]
  const [width, height] = [Math.round(right - left), Math.round(bottom - top)]
  if (width < 1 || height < 1) return
  const image = new ImageData(width, height)
  for (let row = 0; row < height; row++) {
    const line = (1 - (row + 0.5) / height) * (lines - 1)
    const below = Math.min(lines - 2, Math.max(0, Math.floor(line)))
    for (let column = 0; column < width; column++) {
      const place = ((column + 0.5) / width) * (lines - 1)
      const before = Math.min(lines - 2, Math.max(0, Math.floor(place)))
      const at = (dl: number, dc: number): number => values[(below + dl) * lines + before + dc] as number
      const [s, t] = [line - below, place - before]
      const value = (1 - s) * ((1 - t) * at(0, 0) + t * at(0, 1)) + s * ((1 - t) * at(1, 0) + t * at(1, 1))
      const share = high > low ? Math.min(1, Math.max(0, (value - low) / (high - low))) : 0
      const level = Math.min(LEVELS - 1, Math.floor(share * LEVELS)) / (LEVELS - 1)
      // From the paper for high energies to the middle of the scale, so that the path is seen on it.
      const strength = 0.6 * (1 - level) * (stops.length / 4 - 1)
      const index = Math.min(stops.length / 4 - 2, Math.floor(strength))
      for (let channel = 0; channel < 3; channel++) {
        const [from, to] = [stops[4 * index + channel], stops[4 * (index + 1) + channel]] as [number, number]
        image.data[4 * (row * width + column) + channel] = 255 * (from + (to - from) * (strength - index))
      }
      image.data[4 * (row * width + column) + 3] = Number.isFinite(value) ? 255 : 0
    }
  }
  const buffer = new OffscreenCanvas(width, height)
  buffer.getContext('2d')?.putImageData(image, 0, 0)
  context.drawImage(buffer, left, top, width, height)
}

interface CurveDrawing {
  readonly x: readonly number[]
  readonly y: readonly number[]
  readonly titles: readonly [string, string]
  readonly range?: readonly [number, number]
}

export function drawCurve(
  canvas: HTMLCanvasElement,
  style: CSSStyleDeclaration,
  { x, y, titles, range = [0, 1] }: CurveDrawing,
): void {
  const axes = axesOf(canvas, style, [[0, Math.max(x.at(-1) ?? 0, 1e-9)], range], titles)
  if (axes === undefined) return
  const { context } = axes
  context.strokeStyle = axes.colour('--line-0')
  context.lineWidth = 1.75
  context.beginPath()
  x.forEach((at, index) => context.lineTo(axes.x(at), axes.y(y[index] as number)))
  context.stroke()
}

/** Bars with the signs of each pattern below them. */
export function drawBars(
  canvas: HTMLCanvasElement,
  style: CSSStyleDeclaration,
  bars: readonly { readonly signs: string; readonly share: number }[],
): void {
  const most = Math.max(0.1, ...bars.map(({ share }) => share))
  const count = Math.max(8, bars.length)
  const axes = axesOf(
    canvas,
    style,
    [
      [0, count],
      [0, most],
    ],
    ['', 'fraction of states'],
  )
  if (axes === undefined) return
  const { context, x, y, colour, height, width } = axes
  // The numbers of the axis mean nothing here.
  context.clearRect(LEFT - 4, height - BOTTOM + 1, width, BOTTOM)
  bars.forEach(({ signs, share }, index) => {
    context.fillStyle = colour('--line-0')
    context.fillRect(x(index + 0.12), y(share), x(index + 0.88) - x(index + 0.12), y(0) - y(share))
    context.fillStyle = colour('--text')
    context.font = `11px ui-monospace, monospace`
    context.textAlign = 'left'
    context.textBaseline = 'middle'
    context.save()
    context.translate(x(index + 0.5), y(0) - 4)
    context.rotate(-Math.PI / 2)
    context.lineWidth = 3
    context.strokeStyle = colour('--panel')
    context.strokeText(signs, 0, 0)
    context.fillText(signs, 0, 0)
    context.restore()
  })
}
