/** A figure as one canvas: its pictures, a caption and a legend. */
import type { Stops } from './colours.ts'

/** The texts around the pictures of a copy. */
interface Words {
  readonly title: string
  readonly caption: string
  readonly low: string
  readonly high: string
  readonly stops: Stops
}

/** Sizes of a copy in pixels: margin, lines of text, least width of the text, and gap between pictures. */
const COPY = { margin: 24, line: 24, font: 16, leastWidth: 480, gap: 16 }

/** Pictures side by side, below a caption and above a legend; call right after they were drawn. */
export function copyOf(
  pictures: readonly { readonly canvas: HTMLCanvasElement; readonly label: string }[],
  styled: HTMLElement,
  words: Words,
): HTMLCanvasElement {
  const { margin, line, font, leastWidth, gap } = COPY
  const style = getComputedStyle(styled)
  const canvas = document.createElement('canvas')
  const total = pictures.reduce((sum, picture) => sum + picture.canvas.width + gap, -gap)
  const tallest = Math.max(...pictures.map((picture) => picture.canvas.height))
  canvas.width = Math.max(leastWidth, total) + 2 * margin
  const labels = pictures.length > 1 ? line : 0
  const top = margin + 2 * line + labels
  canvas.height = top + tallest + 1.5 * line + margin
  const context = canvas.getContext('2d') as CanvasRenderingContext2D
  const { width, height } = canvas
  context.fillStyle = style.getPropertyValue('--panel')
  context.fillRect(0, 0, width, height)
  context.imageSmoothingEnabled = false

  const text = style.getPropertyValue('--text')
  const write = (words: string, x: number, y: number, align: CanvasTextAlign, weight = 400): void => {
    context.font = `${weight} ${font}px ${style.fontFamily}`
    context.textAlign = align
    context.textBaseline = 'middle'
    context.fillStyle = text
    context.fillText(words, x, y, width - 2 * margin)
  }
  let left = Math.round((width - total) / 2)
  for (const { canvas: picture, label } of pictures) {
    context.drawImage(picture, left, top)
    if (label !== '') write(label, left, top - line / 2, 'left')
    left += picture.width + gap
  }
  write(words.title, margin, margin + line / 2 - 4, 'left', 600)
  write(words.caption, margin, margin + 1.5 * line - 4, 'left')
  const middle = height - margin - line / 2
  write(words.low, margin, middle, 'left')
  write(words.high, width - margin, middle, 'right')
  const room = 80
  const gradient = context.createLinearGradient(margin + room, 0, width - margin - room, 0)
  words.stops.forEach((stop, index, { length }) => gradient.addColorStop(index / (length - 1), stop))
  context.fillStyle = gradient
  context.fillRect(margin + room, middle - 6, width - 2 * (margin + room), 12)
  return canvas
}
