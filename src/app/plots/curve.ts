/** A curve over one varied parameter: the mean of the replicas of each value, and a band from the lowest to the highest. */
import { stepText, titleOf } from './draw.ts'
import type { Side, Spread } from './grid.ts'
import { logSplits, rangeOf } from './scale.ts'

/** Room for the labels at least, in CSS pixels, and around the numbers: the title and the gap. */
const LEFT = 66
const BESIDE = 26
const BOTTOM = 34
const RIGHT = 12
const TOP = 6

export interface CurvePainting {
  readonly style: CSSStyleDeclaration
  readonly width: number
  readonly height: number
  readonly side: Side
  readonly spread: Spread
  /** The title of the vertical axis. */
  readonly quantity: string
  readonly cursor: number | undefined
}

/** The horizontal place of a value, from 0 to 1. */
function shareOf({ values, isLog }: Pick<Side, 'values' | 'isLog'>): (value: number) => number {
  const to = isLog ? Math.log : (value: number): number => value
  const [low, high] = [to(Math.min(...values)), to(Math.max(...values))]
  return (value) => (high > low ? (to(value) - low) / (high - low) : 0.5)
}

/** The value next to a place in pixels from the left. @param left - the room for the labels */
export function cellOnCurve(
  width: number,
  side: Pick<Side, 'values' | 'isLog'>,
  x: number,
  left = LEFT,
): number {
  const share = shareOf(side)
  const at = (x - left) / (width - left - RIGHT)
  return side.values.reduce(
    (best, value, index) =>
      Math.abs(share(value) - at) < Math.abs(share(side.values[best] as number) - at) ? index : best,
    0,
  )
}

/** @returns the room for the labels */
export function paintCurve(context: CanvasRenderingContext2D, painting: CurvePainting): number {
  const { style, width, height, side, spread, cursor } = painting
  const { values, isLog } = side
  const colour = (name: string): string => style.getPropertyValue(name).trim()
  const finite = [...spread.low, ...spread.high].filter(Number.isFinite)
  const [low, high] = rangeOf('linear', Math.min(...finite), Math.max(...finite))
  const share = shareOf(side)
  const [right, bottom] = [width - RIGHT, height - BOTTOM]
  const y = (value: number): number => bottom - ((value - low) / (high - low)) * (bottom - TOP)
  const order = values.map((_, index) => index).sort((a, b) => (values[a] as number) - (values[b] as number))

  context.font = `11px ${style.fontFamily}`
  const step = roundStep((high - low) / Math.max(2, Math.floor((bottom - TOP) / 36)))
  const marks: number[] = []
  for (let at = Math.ceil(low / step) * step; at <= high; at += step) marks.push(at)
  const widest = Math.max(0, ...marks.map((at) => context.measureText(stepText(step)(at)).width))
  const left = Math.max(LEFT, BESIDE + widest)
  const x = (value: number): number => left + share(value) * (right - left)
  context.lineWidth = 1
  context.strokeStyle = colour('--grid')
  context.fillStyle = colour('--muted')
  const line = (fromX: number, fromY: number, toX: number, toY: number): void => {
    context.beginPath()
    context.moveTo(fromX, fromY)
    context.lineTo(toX, toY)
    context.stroke()
  }
  context.textAlign = 'right'
  context.textBaseline = 'middle'
  for (const at of marks) {
    line(left, y(at), right, y(at))
    context.fillText(stepText(step)(at), left - 6, y(at))
  }
  context.textAlign = 'center'
  context.textBaseline = 'top'
  for (const at of marksOf(values, isLog)) {
    line(x(at), TOP, x(at), bottom)
    context.fillText(stepText(at === 0 ? 1 : Math.abs(at) / 100)(at), x(at), bottom + 4)
  }
  context.fillText(
    titleOf(side.title, isLog ? 'log' : 'linear'),
    (left + right) / 2,
    bottom + 19,
    right - left,
  )
  context.save()
  context.translate(10, (TOP + bottom) / 2)
  context.rotate(-Math.PI / 2)
  context.textBaseline = 'middle'
  context.fillText(painting.quantity, 0, 0, bottom - TOP)
  context.restore()

  const path = (list: readonly number[], of: Float64Array): void => {
    for (const index of list) {
      const value = of[index] as number
      if (Number.isFinite(value)) context.lineTo(x(values[index] as number), y(value))
    }
  }
  context.beginPath()
  path(order, spread.high)
  path(order.toReversed(), spread.low)
  context.fillStyle = colour('--band')
  context.fill()
  context.beginPath()
  path(order, spread.mean)
  context.strokeStyle = colour('--line-0')
  context.lineWidth = 1.75
  context.stroke()
  for (const index of order) {
    const value = spread.mean[index] as number
    if (!Number.isFinite(value)) continue
    context.beginPath()
    context.arc(x(values[index] as number), y(value), index === cursor ? 5 : 2.5, 0, 2 * Math.PI)
    context.fillStyle = colour('--line-0')
    context.fill()
  }
  return left
}

/** 1, 2 or 5 times a power of ten, not below a number. */
function roundStep(least: number): number {
  const power = 10 ** Math.floor(Math.log10(least))
  return power * ([1, 2, 5].find((factor) => factor * power >= least) ?? 10)
}

/** Marks of the horizontal axis within the values. */
function marksOf(values: readonly number[], isLog: boolean): number[] {
  const [low, high] = [Math.min(...values), Math.max(...values)]
  if (isLog) return logSplits(low, high)
  const step = roundStep((high - low) / 5)
  if (!(step > 0)) return [low]
  const first = Math.ceil(low / step - 1e-9)
  const count = Math.floor(high / step + 1e-9) - first + 1
  return Array.from({ length: count }, (_, index) => Number(((first + index) * step).toPrecision(12)))
}
