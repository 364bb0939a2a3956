/** A figure as SVG: texts stay texts. Pure. */
import { strFromU8 } from 'fflate'
import { encodePng } from '../../core/data/png-encode.ts'
import { type Drawing, type Mark, type Pixels, POINTS } from './drawing.ts'

const short = (value: number): string => String(Number(value.toFixed(2)))

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')

/** @param title - the name of the figure for screen readers */
export function svgOf({ width, height, marks }: Drawing, title: string): string {
  const size = (points: number): string => `${short(points / POINTS)}mm`
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${size(width)}" height="${size(height)}" viewBox="0 0 ${short(width)} ${short(height)}" font-family="Helvetica, Arial, sans-serif">`,
    `<title>${escaped(title)}</title>`,
    `<rect width="100%" height="100%" fill="#ffffff"/>`,
    ...marks.map(element),
    '</svg>\n',
  ].join('\n')
}

function element(mark: Mark): string {
  switch (mark.kind) {
    case 'path': {
      const { points, stroke, width = 1, dash, fill } = mark
      const line = points.map(([x, y], index) => `${index === 0 ? 'M' : 'L'}${short(x)} ${short(y)}`).join('')
      const pen =
        stroke === undefined
          ? ''
          : ` stroke="${stroke}" stroke-width="${short(width)}" stroke-linejoin="round"${dash === undefined || dash.length === 0 ? '' : ` stroke-dasharray="${dash.join(' ')}"`}`
      return `<path d="${line}${fill === undefined ? '' : 'Z'}" fill="${fill ?? 'none'}"${pen}/>`
    }
    case 'text': {
      const { x, y, text, size, anchor, isBold, fill, isTurned } = mark
      const at = `${short(x)} ${short(y)}`
      const place =
        isTurned === true ? `transform="translate(${at}) rotate(-90)"` : `x="${short(x)}" y="${short(y)}"`
      return `<text ${place} font-size="${short(size)}"${isBold === true ? ' font-weight="bold"' : ''} text-anchor="${anchor}" fill="${fill}">${escaped(text)}</text>`
    }
    case 'dots':
      return `<g fill="${mark.fill}">${mark.points.map(([x, y]) => `<circle cx="${short(x)}" cy="${short(y)}" r="${short(mark.radius)}"/>`).join('')}</g>`
    case 'image': {
      const { x, y, width, height, pixels } = mark
      const png = btoa(strFromU8(encodePng(pixels.width, pixels.height, rgbOf(pixels.data), 3), true))
      return `<image x="${short(x)}" y="${short(y)}" width="${short(width)}" height="${short(height)}" preserveAspectRatio="none" style="image-rendering:pixelated" href="data:image/png;base64,${png}"/>`
    }
  }
}

/** RGBA on white as RGB. */
export function rgbOf(data: Pixels['data']): Uint8Array {
  const rgb = new Uint8Array((data.length / 4) * 3)
  for (let at = 0, to = 0; at < data.length; at += 4) {
    const alpha = (data[at + 3] as number) / 255
    for (let part = 0; part < 3; part++)
      rgb[to++] = Math.round((data[at + part] as number) * alpha + 255 * (1 - alpha))
  }
  return rgb
}
