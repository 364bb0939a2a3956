/** A figure as PDF of one page: texts stay texts, in Helvetica and Symbol. (ISO 32000-1) Pure. */
import { strToU8, zlibSync } from 'fflate'
import { joined } from '../../core/data/png.ts'
import { type Drawing, type Mark, widthOf } from './drawing.ts'
import { rgbOf } from './svg.ts'

const short = (value: number): string => String(Number(value.toFixed(3)))

/** Letters of WinAnsiEncoding that are not those of Latin-1; a minus is written as an en dash. */
const WIN_ANSI: Readonly<Record<string, number>> = {
  '−': 0x96,
  '–': 0x96,
  '—': 0x97,
  '‘': 0x91,
  '’': 0x92,
  '“': 0x93,
  '”': 0x94,
  '•': 0x95,
  '…': 0x85,
  '€': 0x80,
}

/** Letters of the font Symbol: Greek, and some signs. */
const SYMBOL: Readonly<Record<string, number>> = Object.fromEntries([
  ...Array.from('ΑΒΧΔΕΦΓΗΙ', (letter, index) => [letter, 0x41 + index] as const),
  ...Array.from('αβχδεφγηιϕκλμνοπθρστυϖωξψζ', (letter, index) => [letter, 0x61 + index] as const),
  ...Array.from('ΚΛΜΝΟΠΘΡΣΤΥςΩΞΨΖ', (letter, index) => [letter, 0x4b + index] as const),
  ['↔', 0xab],
  ['←', 0xac],
  ['↑', 0xad],
  ['→', 0xae],
  ['↓', 0xaf],
  ['≤', 0xa3],
  ['≥', 0xb3],
  ['∞', 0xa5],
  ['∂', 0xb6],
  ['≠', 0xb9],
  ['≈', 0xbb],
  ['√', 0xd6],
])

interface Run {
  readonly font: 'F1' | 'F2' | 'F3'
  readonly bytes: readonly number[]
}

/** A text in runs of one font. */
function runsOf(text: string, isBold: boolean): Run[] {
  const runs: { font: Run['font']; bytes: number[] }[] = []
  for (const letter of text) {
    const code = letter.codePointAt(0) ?? 0
    const symbol = SYMBOL[letter]
    const font = symbol !== undefined ? 'F3' : isBold ? 'F2' : 'F1'
    const isLatin = (code >= 0x20 && code < 0x7f) || (code >= 0xa0 && code <= 0xff)
    const byte = symbol ?? WIN_ANSI[letter] ?? (isLatin ? code : 0x3f)
    const last = runs.at(-1)
    if (last?.font === font) last.bytes.push(byte)
    else runs.push({ font, bytes: [byte] })
  }
  return runs
}

const hex = (bytes: readonly number[]): string =>
  bytes.map((byte) => byte.toString(16).padStart(2, '0')).join('')

const colour = (word: string): string =>
  [1, 3, 5].map((at) => short(Number.parseInt(word.slice(at, at + 2), 16) / 255)).join(' ')

/** @param title - of the document */
export function pdfOf({ width, height, marks }: Drawing, title: string): Uint8Array {
  const images: Uint8Array[] = []
  const lines: string[] = []
  const up = (y: number): number => height - y
  const draw = (mark: Mark): void => {
    switch (mark.kind) {
      case 'path': {
        const { points, stroke, width: pen = 1, dash, fill } = mark
        if (fill !== undefined) lines.push(`${colour(fill)} rg`)
        if (stroke !== undefined)
          lines.push(`${colour(stroke)} RG ${short(pen)} w [${(dash ?? []).join(' ')}] 0 d 1 j`)
        points.forEach(([x, y], index) =>
          lines.push(`${short(x)} ${short(up(y))} ${index === 0 ? 'm' : 'l'}`),
        )
        lines.push(fill === undefined ? 'S' : stroke === undefined ? 'f' : 'b')
        return
      }
      case 'dots': {
        lines.push(`${colour(mark.fill)} rg`)
        const r = mark.radius
        // A circle of four cubic curves, within 0.03 % of its radius.
        const k = 0.5523 * r
        for (const [x, y] of mark.points.map(([left, top]): [number, number] => [left, up(top)]))
          lines.push(
            `${short(x + r)} ${short(y)} m`,
            ...[
              [x + r, y + k, x + k, y + r, x, y + r],
              [x - k, y + r, x - r, y + k, x - r, y],
              [x - r, y - k, x - k, y - r, x, y - r],
              [x + k, y - r, x + r, y - k, x + r, y],
            ].map((curve) => `${curve.map(short).join(' ')} c`),
            'f',
          )
        return
      }
      case 'text': {
        const { x, y, text, size, anchor, isBold = false, fill, isTurned = false } = mark
        const back = widthOf(text, size) * (anchor === 'start' ? 0 : anchor === 'middle' ? 0.5 : 1)
        const [left, base] = isTurned ? [x, up(y) - back] : [x - back, up(y)]
        const turn = isTurned ? '0 1 -1 0' : '1 0 0 1'
        lines.push(
          `BT ${colour(fill)} rg ${turn} ${short(left)} ${short(base)} Tm`,
          ...runsOf(text, isBold).map(({ font, bytes }) => `/${font} ${short(size)} Tf <${hex(bytes)}> Tj`),
          'ET',
        )
        return
      }
      case 'image': {
        const { pixels } = mark
        images.push(
          stream(
            `/Type /XObject /Subtype /Image /Width ${pixels.width} /Height ${pixels.height} /ColorSpace /DeviceRGB /BitsPerComponent 8`,
            rgbOf(pixels.data),
          ),
        )
        lines.push(
          `q ${short(mark.width)} 0 0 ${short(mark.height)} ${short(mark.x)} ${short(up(mark.y + mark.height))} cm /I${images.length} Do Q`,
        )
      }
    }
  }
  marks.forEach(draw)

  const font = (name: string, more = ' /Encoding /WinAnsiEncoding'): Uint8Array =>
    strToU8(`<< /Type /Font /Subtype /Type1 /BaseFont /${name}${more} >>`)
  const names = images.map((_, index) => `/I${index + 1} ${FIRST_IMAGE + index} 0 R`).join(' ')
  return fileOf([
    strToU8('<< /Type /Catalog /Pages 2 0 R >>'),
    strToU8('<< /Type /Pages /Kids [3 0 R] /Count 1 >>'),
    strToU8(
      `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 ${short(width)} ${short(height)}] /Contents 4 0 R /Resources << /Font << /F1 5 0 R /F2 6 0 R /F3 7 0 R >> /XObject << ${names} >> >> >>`,
    ),
    stream('', strToU8(lines.join('\n'))),
    font('Helvetica'),
    font('Helvetica-Bold'),
    font('Symbol', ''),
    strToU8(`<< /Title <${hex([0xfe, 0xff, ...utf16(title)])}> /Producer (engram) >>`),
    ...images,
  ])
}

/** Number of the object of the first image, and of the title. */
const FIRST_IMAGE = 9
const INFO = 8

const utf16 = (text: string): number[] =>
  Array.from({ length: text.length }, (_, at) => [text.charCodeAt(at) >> 8, text.charCodeAt(at) & 255]).flat()

function stream(dictionary: string, content: Uint8Array): Uint8Array {
  const packed = zlibSync(content)
  return joined([
    strToU8(`<< ${dictionary} /Filter /FlateDecode /Length ${packed.length} >>\nstream\n`),
    packed,
    strToU8('\nendstream'),
  ])
}

/** The objects with their table. */
function fileOf(objects: readonly Uint8Array[]): Uint8Array {
  const parts: Uint8Array[] = [Uint8Array.of(...strToU8('%PDF-1.4\n%'), 0xe2, 0xe3, 0xcf, 0xd3, 0x0a)]
  let at = parts[0]?.length ?? 0
  const offsets = objects.map((content, index) => {
    const part = joined([strToU8(`${index + 1} 0 obj\n`), content, strToU8('\nendobj\n')])
    const offset = at
    at += part.length
    parts.push(part)
    return offset
  })
  const rows = offsets.map((offset) => `${String(offset).padStart(10, '0')} 00000 n \n`).join('')
  const count = objects.length + 1
  parts.push(
    strToU8(
      `xref\n0 ${count}\n0000000000 65535 f \n${rows}trailer\n<< /Size ${count} /Root 1 0 R /Info ${INFO} 0 R >>\nstartxref\n${at}\n%%EOF\n`,
    ),
  )
  return joined(parts)
}
