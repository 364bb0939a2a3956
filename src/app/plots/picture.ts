/** A plot as a picture: with heading, key and markers. */
import uPlot from 'uplot'

/** The texts around the lines of a picture. */
interface Words {
  readonly title: string
  readonly note: string
  readonly key: readonly { readonly text: string; readonly colour: string }[]
  readonly markers: readonly { readonly at: number; readonly text: string }[]
  /** The part of the canvas with the lines. */
  readonly top: number
  readonly bottom: number
  readonly colour: (name: string) => string
  readonly fontFamily: string
}

/** A plot below its heading and key. */
export function compose(plot: HTMLCanvasElement, words: Words): HTMLCanvasElement {
  const { colour, fontFamily } = words
  const head = 76
  const canvas = document.createElement('canvas')
  canvas.width = plot.width
  canvas.height = plot.height + head
  const context = canvas.getContext('2d') as CanvasRenderingContext2D
  context.fillStyle = colour('--panel')
  context.fillRect(0, 0, canvas.width, canvas.height)
  context.drawImage(plot, 0, head)
  context.textBaseline = 'middle'
  const write = (text: string, x: number, y: number, font: string, fill: string): number => {
    context.font = `${font} ${fontFamily}`
    context.fillStyle = fill
    context.fillText(text, x, y)
    return x + context.measureText(text).width
  }
  const end = write(words.title, 24, 22, '600 28px', colour('--text'))
  write(words.note, end + 16, 24, '24px', colour('--muted'))
  let x = 24
  for (const { text, colour: fill } of words.key) x = write(text, x, 58, '600 24px', fill) + 28
  context.setLineDash([6, 6])
  context.lineWidth = 2
  context.strokeStyle = colour('--muted')
  for (const { at, text } of words.markers) {
    context.beginPath()
    context.moveTo(at, head + words.top)
    context.lineTo(at, head + words.bottom)
    context.stroke()
    context.textAlign = at > canvas.width / 2 ? 'right' : 'left'
    write(text, at + (at > canvas.width / 2 ? -8 : 8), head + words.top + 14, '20px', colour('--muted'))
  }
  return canvas
}

/** Draws a plot off-screen, applies a function to it, and removes it. */
export async function drawnApart<T>(
  options: uPlot.Options,
  data: uPlot.AlignedData,
  make: (drawn: uPlot) => T,
): Promise<T> {
  const place = document.createElement('div')
  place.style.cssText = 'position:fixed;left:-10000px;top:0'
  document.body.append(place)
  const drawn = new uPlot(options, data, place)
  try {
    await Promise.resolve()
    return make(drawn)
  } finally {
    drawn.destroy()
    place.remove()
  }
}
