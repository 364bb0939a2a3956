/** Charts as SVG files, readable on light and on dark paper. */
import { scaleLinear, scaleLog } from 'd3-scale'
import { area, line } from 'd3-shape'
import { type Chart, type ChartAxis, type Mark, coloursOf, domainOf } from '../core/analysis/chart.ts'
import { markup } from '../core/analysis/markup.ts'

export interface ChartSize {
  readonly width?: number
  readonly height?: number
}

const [LEFT, RIGHT, TOP, BOTTOM] = [72, 20, 44, 52]
const LINE_HEIGHT = 20
/** Width of a character of the legend, in px, on the safe side. */
const CHARACTER = 6.8

const STYLE = `
.chart{font:13px system-ui,sans-serif;--paper:#fff;--text:#1a1f27;--muted:#5b6573;--grid:#e4e8ee;--c0:#2459c4;--c1:#c2410c;--c2:#0f7b5f;--c3:#8b3fb8;--c4:#8a6a00}
@media(prefers-color-scheme:dark){.chart{--paper:#14171d;--text:#e7eaee;--muted:#98a2b0;--grid:#2a303a;--c0:#7db0ff;--c1:#ff9f6b;--c2:#5fd3ae;--c3:#cf9bf2;--c4:#e3c45c}}
.chart .paper{fill:var(--paper)}.chart text{fill:var(--muted)}.chart .title{fill:var(--text);font-weight:600;font-size:14px}
.chart .grid{stroke:var(--grid)}.chart .line{fill:none;stroke-width:1.75}.chart .dashed{stroke-dasharray:6 4}.chart .rule{stroke-dasharray:2 3}
.chart .point{fill:var(--paper);stroke-width:1.5}.chart .error{fill:none;stroke-width:1.25}.chart .band{stroke:none;fill-opacity:.18}.chart .bar{fill-opacity:.3}
${[0, 1, 2, 3, 4].map((k) => `.chart .s${k}{stroke:var(--c${k})}.chart .f${k}{fill:var(--c${k})}`).join('')}
`

/**
 * Draws a chart.
 * @returns a whole SVG document, which may also stand in HTML as it is
 */
export function drawChart(chart: Chart, { width = 720, height = 420 }: ChartSize = {}): string {
  const legend = placeLegend(chart.marks, width - LEFT - RIGHT)
  const top = TOP + LINE_HEIGHT * legend.lines
  const x = createScale(chart, 'x', [LEFT, width - RIGHT])
  const y = createScale(chart, 'y', [height - BOTTOM, top])
  const colours = coloursOf(chart.marks)
  const place: Place = { x: x.at, y: y.at, left: LEFT, right: width - RIGHT, top, bottom: height - BOTTOM }
  const parts = [
    `<title>${markup(chart.title)}</title>`,
    `<style>${STYLE}</style>`,
    '<rect class="paper" width="100%" height="100%"/>',
    text(LEFT, 26, chart.title, 'start', 'title'),
    ...y.ticks.map((value) => `<path class="grid" d="M${LEFT} ${px(y.at(value))}H${width - RIGHT}"/>`),
    ...y.ticks.map((value) => text(LEFT - 8, y.at(value) + 4, y.label(value), 'end')),
    ...x.ticks.map((value) => {
      const label = x.label(value)
      const most = width - 4 - (label.length * CHARACTER) / 2
      return text(Math.min(x.at(value), most), height - BOTTOM + 18, label, 'middle')
    }),
    ...x.ticks.map((value) => `<path class="grid" d="M${px(x.at(value))} ${height - BOTTOM}v4"/>`),
    text((LEFT + width - RIGHT) / 2, height - 12, chart.x.label, 'middle'),
    text(0, 0, chart.y.label, 'middle', '', `translate(18 ${px((top + height - BOTTOM) / 2)}) rotate(-90)`),
    `<clipPath id="${clipOf(chart)}"><rect x="${LEFT - 6}" y="${top - 6}" width="${width - LEFT - RIGHT + 12}" height="${height - top - BOTTOM + 12}"/></clipPath>`,
    `<g clip-path="url(#${clipOf(chart)})">`,
    ...chart.marks.map((mark, index) => drawMark(mark, colours[index] as number, place)),
    '</g>',
    ...legend.items.map(({ mark, left, line: row }) => {
      const middle = TOP + LINE_HEIGHT * row + 2
      const sample = drawSample(mark, colours[chart.marks.indexOf(mark)] as number, LEFT + left, middle)
      return sample + text(LEFT + left + 30, middle + 4, mark.label as string, 'start')
    }),
  ]
  const size = `width="${width}" height="${height}" viewBox="0 0 ${width} ${height}"`
  const role = `role="img" aria-label="${markup(chart.title)}"`
  return `<svg xmlns="http://www.w3.org/2000/svg" class="chart" ${size} ${role}>\n${parts.join('\n')}\n</svg>\n`
}

interface Scale {
  readonly at: (value: number) => number
  readonly ticks: readonly number[]
  readonly label: (value: number) => string
}

function createScale(chart: Chart, of: 'x' | 'y', range: [number, number]): Scale {
  const axis: ChartAxis = chart[of]
  const count = of === 'x' ? 7 : 6
  const domain = domainOf(chart, of)
  if (axis.scale !== 'log') {
    const scale = scaleLinear(domain, range)
    if (axis.domain === undefined && of === 'y') scale.nice(count)
    const format = scale.tickFormat(count)
    const ticks = scale.ticks(count)
    const whole = of === 'x' && isWhole(chart) ? ticks.filter(Number.isInteger) : ticks
    return { at: scale, ticks: whole.length > 1 ? whole : ticks, label: (value) => format(value) }
  }
  const scale = scaleLog(domain, range)
  if (axis.domain === undefined && of === 'y' && domain[1] / domain[0] >= 10) scale.nice()
  const decades = Math.log10(domain[1] / domain[0])
  const stride = Math.ceil(decades / count)
  const all = scale.ticks(count)
  const isPower = (value: number): boolean =>
    Math.abs(Math.log10(value) - Math.round(Math.log10(value))) < 1e-9
  const ticks =
    decades < 1.5
      ? all
      : all.filter((value) => isPower(value) && Math.round(Math.log10(value)) % stride === 0)
  return { at: (value) => (value > 0 ? scale(value) : NaN), ticks, label: logLabel }
}

/** True where all points stand at whole numbers. */
function isWhole({ marks }: Chart): boolean {
  return marks.every((mark) => !('x' in mark) || Array.from(mark.x).every(Number.isInteger))
}

/** 1,000 and less as numbers, other powers of ten as such. */
function logLabel(value: number): string {
  const power = Math.round(Math.log10(value))
  if (Math.abs(power) <= 3 || Math.abs(value / 10 ** power - 1) > 1e-9)
    return String(Number(value.toPrecision(3)))
  const raised = String(power).replace(/./g, (digit) =>
    digit === '-' ? '⁻' : '⁰¹²³⁴⁵⁶⁷⁸⁹'.charAt(Number(digit)),
  )
  return `10${raised}`
}

interface Place {
  readonly x: (value: number) => number
  readonly y: (value: number) => number
  readonly left: number
  readonly right: number
  readonly top: number
  readonly bottom: number
}

function drawMark(mark: Mark, colour: number, { x, y, left, right, top, bottom }: Place): string {
  const indices = (values: ArrayLike<number>): number[] => Array.from(values, (_, index) => index)
  switch (mark.kind) {
    case 'line': {
      const path = line<number>(
        (i) => x(mark.x[i]!),
        (i) => y(mark.y[i]!),
      ).defined((i) => isPlaced(x(mark.x[i]!), y(mark.y[i]!)))
      const dashed = mark.dashed ? ' dashed' : ''
      return `<path class="line s${colour}${dashed}" d="${path.digits(1)(indices(mark.x)) ?? ''}"/>`
    }
    case 'points':
      return indices(mark.x)
        .map((i) => {
          const [cx, cy] = [x(mark.x[i]!), y(mark.y[i]!)]
          if (!isPlaced(cx, cy)) return ''
          const half = mark.error?.[i] ?? 0
          const bar = (): string => {
            const [from, to] = [y(mark.y[i]! + half), y(mark.y[i]! - half)]
            return `M${px(cx)} ${px(from)}V${px(isPlaced(to) ? to : bottom)}`
          }
          // NaN where there is no interval.
          const error = half > 0 ? `<path class="error s${colour}" d="${bar()}"/>` : ''
          return `${error}<circle class="point s${colour}" cx="${px(cx)}" cy="${px(cy)}" r="3"/>`
        })
        .join('')
    case 'band': {
      const shape = area<number>(
        (i) => x(mark.x[i]!),
        (i) => y(mark.low[i]!),
        (i) => y(mark.high[i]!),
      ).defined((i) => isPlaced(x(mark.x[i]!), y(mark.low[i]!), y(mark.high[i]!)))
      return `<path class="band f${colour}" d="${shape.digits(1)(indices(mark.x)) ?? ''}"/>`
    }
    case 'histogram':
      return indices(mark.heights)
        .map((i) => {
          const [from, to] = [x(mark.edges[i]!), x(mark.edges[i + 1]!)]
          const height = y(mark.heights[i]!)
          if (!isPlaced(from, to, height) || height >= bottom) return ''
          return `<path class="bar f${colour} s${colour}" d="M${px(from)} ${px(bottom)}V${px(height)}H${px(to)}V${px(bottom)}z"/>`
        })
        .join('')
    case 'rule': {
      const at = mark.of === 'x' ? x(mark.at) : y(mark.at)
      if (!isPlaced(at)) return ''
      const path = mark.of === 'x' ? `M${px(at)} ${top}V${bottom}` : `M${left} ${px(at)}H${right}`
      return `<path class="line rule s${colour}" d="${path}"/>`
    }
  }
}

/** A mark in small, for the legend. */
function drawSample(mark: Mark, colour: number, left: number, middle: number): string {
  switch (mark.kind) {
    case 'points':
      return `<circle class="point s${colour}" cx="${left + 12}" cy="${middle}" r="3"/>`
    case 'band':
      return `<path class="band f${colour}" d="M${left} ${middle - 5}h24v10h-24z"/>`
    case 'histogram':
      return `<path class="bar f${colour} s${colour}" d="M${left + 4} ${middle + 5}v-10h16v10z"/>`
    default: {
      const style = mark.kind === 'rule' ? ' rule' : mark.dashed ? ' dashed' : ''
      return `<path class="line s${colour}${style}" d="M${left} ${middle}h24"/>`
    }
  }
}

/** The entries of the legend side by side, in as many lines as they need. */
function placeLegend(
  marks: readonly Mark[],
  width: number,
): {
  readonly lines: number
  readonly items: readonly { readonly mark: Mark; readonly left: number; readonly line: number }[]
} {
  let [left, row] = [0, 0]
  const items = marks
    .filter(({ label }) => label !== undefined)
    .map((mark) => {
      const needed = 30 + (mark.label as string).length * CHARACTER
      if (left > 0 && left + needed > width) [left, row] = [0, row + 1]
      const item = { mark, left: Math.round(left), line: row }
      left += needed + 16
      return item
    })
  return { lines: items.length === 0 ? 0 : row + 1, items }
}

function isPlaced(...numbers: readonly number[]): boolean {
  return numbers.every(Number.isFinite)
}

/** A name for the clip of a chart, since several may stand in one document. */
function clipOf({ title }: Chart): string {
  return `clip-${title.toLowerCase().replace(/[^a-z0-9]+/g, '-')}`
}

function px(value: number): string {
  return String(Number(value.toFixed(1)))
}

function text(x: number, y: number, content: string, anchor: string, kind = '', transform = ''): string {
  const place = transform === '' ? `x="${px(x)}" y="${px(y)}"` : `transform="${transform}"`
  const own = kind === '' ? '' : `class="${kind}" `
  return `<text ${own}${place} text-anchor="${anchor}">${markup(content)}</text>`
}
