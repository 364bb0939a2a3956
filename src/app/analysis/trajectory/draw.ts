/** Drawings of the trajectory panel on a canvas. */
import { format3 } from '../../format.ts'
import { stepText } from '../../plots/draw.ts'
import { type Scheme, stopNumbers, stopsOf } from '../../views/colours.ts'
import { labelPlace } from './label.ts'
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

/** Room for the labels, in CSS pixels; that on the left has the numbers between title and axis. */
const LEAST_LEFT = 50
const BOTTOM = 34
const TOP = 8
const RIGHT = 12

/** Height of the name of a mark, with its halo. */
const LABEL = 16

/** Room for the colours of the energy with their numbers. */
const SCALE = 76

interface Axes {
  readonly left: number
  readonly right: number
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
  rightRoom = RIGHT,
): Axes | undefined {
  const { clientWidth: width, clientHeight: height } = canvas.parentElement as HTMLElement
  canvas.width = Math.max(1, Math.round(width * devicePixelRatio))
  canvas.height = Math.max(1, Math.round(height * devicePixelRatio))
  const context = canvas.getContext('2d')
  if (context === null || width < LEAST_LEFT + rightRoom + 10 || height < TOP + BOTTOM + 10) return undefined
  context.scale(devicePixelRatio, devicePixelRatio)
  context.font = `11px ${style.fontFamily}`
  const colour = (name: string): string => style.getPropertyValue(name).trim()
  const [right, bottom] = [width - rightRoom, height - BOTTOM]
  const lines = ticksOf(b, (bottom - TOP) / 36)
  const left = Math.max(
    LEAST_LEFT,
    28 + Math.max(...lines.map(({ text }) => context.measureText(text).width)),
  )
  const x = (value: number): number => left + ((value - a[0]) / (a[1] - a[0] || 1)) * (right - left)
  const y = (value: number): number => bottom - ((value - b[0]) / (b[1] - b[0] || 1)) * (bottom - TOP)
  const axes = { context, left, right, x, y, width, height, colour }
  below?.(axes)
  context.fillStyle = colour('--muted')
  context.strokeStyle = colour('--grid')
  context.globalAlpha = below === undefined ? 1 : 0.5
  const line = (x1: number, y1: number, x2: number, y2: number): void => {
    context.beginPath()
    context.moveTo(x1, y1)
    context.lineTo(x2, y2)
    context.stroke()
  }
  const write = (text: string, at: number, base: number): void => {
    const alpha = context.globalAlpha
    context.globalAlpha = 1
    context.fillText(text, at, base)
    context.globalAlpha = alpha
  }
  context.textAlign = 'center'
  context.textBaseline = 'top'
  for (const { at, text } of ticksOf(a, (right - left) / 60)) {
    line(x(at), TOP, x(at), bottom)
    write(text, x(at), bottom + 4)
  }
  context.textAlign = 'right'
  context.textBaseline = 'middle'
  for (const { at, text } of lines) {
    line(left, y(at), right, y(at))
    write(text, left - 6, y(at))
  }
  context.globalAlpha = 1
  context.textAlign = 'center'
  context.textBaseline = 'top'
  context.fillText(titleX, (left + right) / 2, bottom + 19)
  context.save()
  context.translate(10, (TOP + bottom) / 2)
  context.rotate(-Math.PI / 2)
  context.textBaseline = 'middle'
  context.fillText(titleY, 0, 0)
  context.restore()
  return axes
}

/** Marks of an axis. @param room - the most of them */
function ticksOf(
  [low, high]: readonly [number, number],
  room: number,
): readonly { readonly at: number; readonly text: string }[] {
  const step = roundStep((high - low) / Math.max(2, Math.floor(room)))
  const text = stepText(step)
  const first = Math.ceil(low / step - 1e-9)
  const count = Math.max(0, Math.floor(high / step + 1e-9) - first + 1)
  return Array.from({ length: count }, (_, index) => (first + index) * step).map((at) => ({
    at,
    text: text(at),
  }))
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
  const range = surface && levelsOf(surface)
  const below = range && ((axes: Axes) => paintSurface(axes, surface, range, scheme))
  const axes = axesOf(canvas, style, [extent.a, extent.b], titles, below, range && SCALE)
  if (axes === undefined) return
  if (range !== undefined) paintScale(axes, range, scheme)
  const { context, left, right, x, y, height, colour } = axes
  context.save()
  context.beginPath()
  context.rect(left, TOP, right - left, height - TOP - BOTTOM)
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
    const size = [context.measureText(name).width, LABEL] as const
    const at = labelPlace(x(a), y(b), size, { left, top: TOP, right })
    context.strokeText(name, ...at)
    context.fillStyle = colour('--text')
    context.fillText(name, ...at)
  }
  const [start, end] = [path[0], path.at(-1)]
  if (start !== undefined) dot(...start, 3, halo)
  if (end !== undefined) dot(...end, 5, ink)
  context.restore()
}

/** The energies of the first and the last colour; undefined where there is none. */
function levelsOf({ values }: Surface): readonly [number, number] | undefined {
  const sorted = values.filter(Number.isFinite).toSorted()
  const low = sorted[0]
  // A few high corners would take all colours.
  return low === undefined ? undefined : [low, sorted[Math.floor(0.97 * (sorted.length - 1))] as number]
}

/** The colour of a level, RGB of 255: from the paper for high energies to the middle of the scale, so that the path is seen on it. */
function shadesOf(scheme: Scheme): (level: number) => readonly number[] {
  const stops = stopNumbers(stopsOf(scheme, false))
  return (level) => {
    const strength = 0.6 * (1 - level / (LEVELS - 1)) * (stops.length / 4 - 1)
    const index = Math.min(stops.length / 4 - 2, Math.floor(strength))
    return [0, 1, 2].map((channel) => {
      const [from, to] = [stops[4 * index + channel], stops[4 * (index + 1) + channel]] as [number, number]
      return 255 * (from + (to - from) * (strength - index))
    })
  }
}

/** The colours of the energy with their numbers, beside the plane; the last colour is also that of higher energies. */
function paintScale(
  { context, right, height, colour }: Axes,
  [low, high]: readonly [number, number],
  scheme: Scheme,
): void {
  const shade = shadesOf(scheme)
  const [from, bottom] = [right + 12, height - BOTTOM]
  const step = (bottom - TOP) / LEVELS
  for (let level = 0; level < LEVELS; level++) {
    context.fillStyle = `rgb(${shade(level).map(Math.round).join(' ')})`
    context.fillRect(from, bottom - (level + 1) * step, 10, step + 0.5)
  }
  context.strokeStyle = colour('--grid')
  context.strokeRect(from, TOP, 10, bottom - TOP)
  context.fillStyle = colour('--muted')
  context.textAlign = 'left'
  context.textBaseline = 'bottom'
  context.fillText(format3(low), from + 14, bottom + 2)
  context.textBaseline = 'top'
  context.fillText(`≥ ${format3(high)}`, from + 14, TOP - 2)
  context.save()
  context.translate(from + 20, (TOP + bottom) / 2)
  context.rotate(-Math.PI / 2)
  context.textAlign = 'center'
  context.textBaseline = 'middle'
  context.fillText('energy', 0, 0)
  context.restore()
}

/** Colours between the grid points in levels, low energy strong. */
function paintSurface(
  { context, x, y }: Axes,
  { values, lines, extent }: Surface,
  [low, high]: readonly [number, number],
  scheme: Scheme,
): void {
  const shade = shadesOf(scheme)
  const shades = Array.from({ length: LEVELS }, (_, level) => shade(level))
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
      const level = Math.min(LEVELS - 1, Math.floor(share * LEVELS))
      image.data.set(shades[level] ?? [], 4 * (row * width + column))
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
