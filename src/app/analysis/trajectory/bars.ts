/** Visited patterns as a list: each as a small picture and as signs, with a bar for its share of the states. */
import type { Bar } from './visits.ts'

const SVG = 'http://www.w3.org/2000/svg'

/** Side of the square of a neuron in pixels, with its gap. */
const SIDE = 8

/** @param columns - neurons in a line of the picture */
export function showBars(list: HTMLElement, bars: readonly Bar[], columns: number): void {
  const most = Math.max(0, ...bars.map(({ share }) => share))
  list.replaceChildren(
    ...bars.map(({ signs, share }) => {
      const line = document.createElement('li')
      const text = document.createElement('code')
      text.textContent = signs
      const track = document.createElement('span')
      track.className = 'visit-track'
      const bar = document.createElement('span')
      bar.style.width = `${(100 * share) / (most || 1)}%`
      track.append(bar)
      const number = document.createElement('span')
      number.textContent = `${(100 * share).toFixed(1)} %`
      line.append(pictureOf(signs, columns), text, track, number)
      return line
    }),
  )
}

/** A filled square for +, an empty one for -. */
function pictureOf(signs: string, columns: number): SVGElement {
  const picture = document.createElementNS(SVG, 'svg')
  const rows = Math.ceil(signs.length / columns)
  const [width, height] = [columns * SIDE, rows * SIDE]
  for (const [name, value] of Object.entries({ width, height, viewBox: `0 0 ${width} ${height}` }))
    picture.setAttribute(name, String(value))
  picture.setAttribute('aria-hidden', 'true')
  Array.from(signs).forEach((sign, index) => {
    const square = document.createElementNS(SVG, 'rect')
    const [column, row] = [index % columns, Math.floor(index / columns)]
    for (const [name, value] of Object.entries({
      x: column * SIDE + 1.5,
      y: row * SIDE + 1.5,
      width: SIDE - 3,
      height: SIDE - 3,
    }))
      square.setAttribute(name, String(value))
    if (sign === '+') square.classList.add('on')
    picture.append(square)
  })
  return picture
}
