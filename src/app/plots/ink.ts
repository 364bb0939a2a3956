/** Draws the lines of other runs, thin and muted. */
import type uPlot from 'uplot'
import { type Behind, dashOf } from './behind.ts'
import { DISTRIBUTIONS } from './draw.ts'

interface Ink {
  readonly colour: string
  readonly font: string
  readonly zoom: number
}

/** Draws the lines with the name of each run above its last value. */
export function drawBehind(u: uPlot, behind: readonly Behind[], { colour, font, zoom }: Ink): void {
  const { ctx, bbox } = u
  const unit = zoom * devicePixelRatio
  ctx.save()
  ctx.beginPath()
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height)
  ctx.clip()
  ctx.strokeStyle = colour
  ctx.fillStyle = colour
  ctx.lineWidth = unit
  ctx.font = `${10.5 * unit}px ${font}`
  ctx.textAlign = 'right'
  ctx.textBaseline = 'bottom'
  const isLogarithmic = (scale: string): boolean => u.scales[scale]?.distr === DISTRIBUTIONS.log
  const [isLogTime, isLog] = [isLogarithmic('x'), isLogarithmic('y')]
  /** Names that stand already: another one goes below. */
  const taken: number[] = []
  behind.forEach(({ name, times, lines }, index) => {
    ctx.setLineDash(dashOf(index, unit))
    let label: { readonly x: number; readonly y: number } | undefined
    for (const values of lines) {
      ctx.beginPath()
      let isOpen = false
      values.forEach((value, at) => {
        const time = times[at] as number
        if (value === null || (isLog && value <= 0) || (isLogTime && time <= 0)) {
          isOpen = false
          return
        }
        const [x, y] = [u.valToPos(time, 'x', true), u.valToPos(value, 'y', true)]
        if (isOpen) ctx.lineTo(x, y)
        else ctx.moveTo(x, y)
        isOpen = true
        if (values === lines[0] && x <= bbox.left + bbox.width) label = { x, y }
      })
      ctx.stroke()
    }
    if (label === undefined) return
    const height = 13 * unit
    const [top, bottom] = [bbox.top + height, bbox.top + bbox.height]
    const wanted = Math.max(top, Math.min(bottom, label.y - 2 * unit))
    const places = [0, 1, -1, 2, -2, 3, -3].map((step) => wanted + step * height)
    const y = places.find(
      (one) => one >= top && one <= bottom && !taken.some((other) => Math.abs(other - one) < height),
    )
    if (y === undefined) return
    taken.push(y)
    ctx.fillText(name, label.x - 3 * unit, y)
  })
  ctx.restore()
}
