/** What a sweep collected, as a table in long form and as a page that needs no other file. */
import type { Chart, Mark } from '../../core/analysis/chart.ts'
import { markup } from '../../core/analysis/markup.ts'
import type { NpyArray } from '../../core/data/npy.ts'
import { measureOf } from '../../core/kinds/probes/table.ts'
import { replicaCount } from '../../core/model/variation.ts'
import { csvText } from '../../core/run/results.ts'
import { type Grid, scenarioAt } from '../../core/sweep/grid.ts'
import { type GridArrays, arrayAt, courseOf, positionsOf } from '../../core/sweep/reading.ts'
import { drawChart } from '../chart.ts'
import { textOf } from './collecting.ts'
import type { Sweep } from './folder.ts'

/** Characters that are written at once. */
const PIECE = 2 ** 16

/** Charts of one probe at most. */
const MOST_CHARTS = 12

/** Lines of one chart: as many as there are colours. */
const MOST_LINES = 5

interface ProbeOf {
  readonly name: string
  /** Names of the numbers of a sample. */
  readonly columns: (count: number, terms: readonly string[]) => readonly string[]
}

/** Probes whose samples are numbers, not whole states. */
function probesOf({ scenario }: Sweep): ProbeOf[] {
  const { probes = {} } = scenario as {
    readonly probes?: Readonly<Record<string, { readonly kind: Parameters<typeof measureOf>[0] }>>
  }
  return Object.entries(probes).flatMap(([name, { kind }]) => {
    const measure = measureOf(kind)
    return measure === undefined ? [] : [{ name, columns: measure.columns }]
  })
}

/** Replicas of each point, by the values of the point. */
function replicasOf({ scenario, grid: { over } }: Sweep): (point: readonly unknown[]) => number {
  const of = (raw: unknown): number => {
    const { replicas = 1 } = raw as Partial<Counted>
    return replicaCount({ replicas } as Counted)
  }
  if (over.some(({ path }) => path.split('.')[0] === 'replicas'))
    return (point) => of(scenarioAt(scenario, over, point))
  const all = of(scenario)
  return () => all
}

type Counted = Parameters<typeof replicaCount>[0]

/** One line for each number, with the names that `engram run` gives to columns: the values of the point, seed, probe, tick, name of the number, number. Missing points have none. */
export function* longCsv(sweep: Sweep, arrays: GridArrays): Generator<string, void, undefined> {
  const { grid } = sweep
  yield `${[...grid.over.map(({ path }) => csvText(path)), 'seed', 'probe', 'tick', 'column', 'value'].join(',')}\n`
  const replicasAt = replicasOf(sweep)
  for (const { name, columns } of probesOf(sweep)) {
    for (const position of positionsOf(grid)) {
      const value = arrayAt(arrays, `${name}.value`, position)
      const tick = arrayAt(arrays, `${name}.tick`, position)
      if (value === undefined || tick === undefined || value.data.every(Number.isNaN)) continue
      const values = grid.over.map((axis, index) => axis.values[position[index] as number])
      const cells = values.map((one) => csvText(textOf(one)))
      const point = [...cells, grid.seeds[position.at(-1) as number] as number, csvText(name)].join(',')
      const count = value.data.length / Math.max(1, tick.data.length)
      const replicas = replicasAt(values)
      const own = columns(count / replicas, [])
      const names = Array.from({ length: replicas }, (_, replica) =>
        replicas > 1 ? own.map((column) => `replica.${replica}.${column}`) : own,
      ).flat()
      let lines = ''
      for (const [index, number] of value.data.entries()) {
        const column = csvText(names[index % count] as string)
        lines += `${point},${tick.data[Math.floor(index / count)] as number},${column},${cell(number, value)}\n`
        if (lines.length < PIECE) continue
        yield lines
        lines = ''
      }
      yield lines
    }
  }
}

/** Nine digits tell any two float32 numbers apart. */
function cell(number: number, { data }: NpyArray): string {
  if (Number.isNaN(number)) return 'nan'
  return String(data instanceof Float32Array ? Number(number.toPrecision(9)) : number)
}

/** Mean over the seeds and its standard error. */
interface Estimate {
  readonly mean: number
  readonly error: number
}

function estimateOf(values: readonly number[]): Estimate {
  const known = values.filter((value) => !Number.isNaN(value))
  const count = known.length
  const mean = known.reduce((sum, value) => sum + value, 0) / count
  const squares = known.reduce((sum, value) => sum + (value - mean) ** 2, 0)
  return { mean, error: count < 2 ? NaN : Math.sqrt(squares / (count - 1) / count) }
}

/** What the charts of a probe average, such as `, mean over seeds and patterns ± standard error over seeds`. */
function averagesOf({ name, columns }: ProbeOf, sweep: Sweep, arrays: GridArrays): string {
  const { over, seeds } = sweep.grid
  const points = over.reduce<(readonly unknown[])[]>(
    (all, { values }) => all.flatMap((point) => values.map((value) => [...point, value])),
    [[]],
  )
  const replicas = Math.max(...points.map(replicasOf(sweep)))
  const own = Object.entries(arrays).flatMap(([key, { shape }]) => {
    if (key === `${name}.value`) return [shape.slice(over.length + 2)]
    return key.startsWith(`${name}.value.`) ? [shape.slice(1)] : []
  })
  const numbers = Math.max(...own.map((shape) => shape.reduce((product, length) => product * length, 1)))
  const [column = '', ...others] = columns(numbers / replicas, [])
  const what = [
    ...(seeds.length > 1 ? ['seeds'] : []),
    ...(replicas > 1 ? ['replicas'] : []),
    ...(others.length > 0 ? [`${column.split('.')[0] ?? ''}s`] : []),
  ]
  if (what.length === 0) return ''
  const list = [...what.slice(0, -2), what.slice(-2).join(' and ')].join(', ')
  return `, mean over ${list}${seeds.length > 1 ? ' ± standard error over seeds' : ''}`
}

/** The charts of a probe: of its last sample over one axis, as a map over two, or of its samples where nothing varies. */
function chartsOf(probe: ProbeOf, sweep: Sweep, arrays: GridArrays): string[] {
  const { name } = probe
  const { grid } = sweep
  const { over, seeds } = grid
  const averages = averagesOf(probe, sweep, arrays)
  const courses = (point: readonly number[]): (Float64Array | undefined)[] =>
    seeds.map((_, seed) => {
      const array = arrayAt(arrays, `${name}.value`, [...point, seed])
      return array === undefined ? undefined : courseOf(array)
    })
  const last = (point: readonly number[]): Estimate =>
    estimateOf(courses(point).map((course) => course?.at(-1) ?? NaN))
  const open = over.flatMap(({ values }, axis) => (values.length > 1 ? [axis] : []))
  const first = over.map(() => 0)
  const [along, across, ...rest] = open
  if (along === undefined) return [drawChart(courseChart(name, `${name}${averages}`, first, courses, arrays))]
  const axis = axisOf(grid, along)
  if (across === undefined) {
    const points = axis.x.map((_, index) => last(first.with(along, index)))
    return [drawChart(lineChart(name, axis, averages, [{ label: undefined, points }]))]
  }
  const others = combinations(rest.map((one) => over[one]?.values.length ?? 1)).slice(0, MOST_CHARTS)
  const panels = others.map((indices) => {
    const base = rest.reduce<number[]>((point, one, k) => point.with(one, indices[k] as number), first)
    const fixed = rest
      .map((one) => `${over[one]?.path ?? ''} = ${textOf(over[one]?.values[base[one] as number])}`)
      .join(', ')
    const title = fixed === '' ? name : `${name} at ${fixed}`
    const rows = over[across]?.values ?? []
    const points = rows.map((_, row) => axis.x.map((__, k) => last(base.with(along, k).with(across, row))))
    return { title, rows, points }
  })
  // Panels that stand below each other are compared.
  const range = panels.length > 1 ? rangeOf(panels.flatMap(({ points }) => points.flat())) : undefined
  return panels.map(({ title, rows, points }) => {
    if (rows.length <= MOST_LINES) {
      const path = over[across]?.path ?? ''
      const lines = points.map((line, row) => ({ label: `${path} = ${textOf(rows[row])}`, points: line }))
      return drawChart(lineChart(title, axis, averages, lines, range))
    }
    return drawMap(title, axis, axisOf(grid, across), averages, points, range)
  })
}

/** What all means with their errors lie in; undefined where they do not differ. */
function rangeOf(points: readonly Estimate[]): readonly [number, number] | undefined {
  let [low, high] = [Infinity, -Infinity]
  for (const { mean, error } of points) {
    if (!Number.isFinite(mean)) continue
    const half = Number.isFinite(error) ? error : 0
    low = Math.min(low, mean - half)
    high = Math.max(high, mean + half)
  }
  return low < high ? [low, high] : undefined
}

/** The range of an axis with room at both ends, so that error bars do not stand on the frame. */
function roomy(x: readonly number[], isLog: boolean): readonly [number, number] | undefined {
  const [low, high] = [Math.min(...x), Math.max(...x)]
  if (!(low < high)) return undefined
  if (isLog) return [low / (high / low) ** 0.04, high * (high / low) ** 0.04]
  return [low - 0.04 * (high - low), high + 0.04 * (high - low)]
}

function combinations(lengths: readonly number[]): number[][] {
  return lengths.reduce<number[][]>(
    (all, length) => all.flatMap((one) => Array.from({ length }, (_, index) => [...one, index])),
    [[]],
  )
}

interface AxisPlot {
  readonly label: string
  readonly x: readonly number[]
  readonly names: readonly string[]
  readonly isLog: boolean
}

/** Numbers as they are, on a log axis where their ratios are equal; other values are numbered. */
function axisOf({ over }: Grid, axis: number): AxisPlot {
  const { path, values } = over[axis] as Grid['over'][number]
  const names = values.map(textOf)
  if (!values.every((value) => typeof value === 'number')) {
    const label = `${path}: ${names.map((name, index) => `${index} = ${name}`).join(', ')}`
    return { label, x: values.map((_, index) => index), names, isLog: false }
  }
  const numbers = values
  const [a = 0, b = 0, c = 0] = [...numbers].sort((one, other) => one - other)
  const isLog = numbers.length > 2 && a > 0 && Math.abs(b / a / (c / b) - 1) < 1e-6 && b / a > 1.01
  return { label: path, x: numbers, names, isLog }
}

function lineChart(
  title: string,
  axis: AxisPlot,
  averages: string,
  lines: readonly { readonly label: string | undefined; readonly points: readonly Estimate[] }[],
  range?: readonly [number, number],
): Chart {
  const order = axis.x.map((_, index) => index).sort((a, b) => (axis.x[a] ?? 0) - (axis.x[b] ?? 0))
  const x = order.map((index) => axis.x[index] as number)
  const marks = lines.flatMap(({ label, points }, index): Mark[] => {
    const colour = (index % 5) as 0 | 1 | 2 | 3 | 4
    const y = order.map((one) => points[one]?.mean ?? NaN)
    const error = order.map((one) => points[one]?.error ?? NaN)
    return [
      { kind: 'line', x, y, colour },
      { kind: 'points', x, y, error, colour, ...(label === undefined ? {} : { label }) },
    ]
  })
  const domain = roomy(x, axis.isLog)
  const both = range === undefined ? undefined : roomy(range, false)
  return {
    title: `${title}: last sample${averages}`,
    x: { label: axis.label, scale: axis.isLog ? 'log' : 'linear', ...(domain && { domain }) },
    y: { label: 'last sample', ...(both && { domain: both }) },
    marks,
  }
}

function courseChart(
  name: string,
  title: string,
  point: readonly number[],
  courses: (point: readonly number[]) => (Float64Array | undefined)[],
  arrays: GridArrays,
): Chart {
  const all = courses(point)
  const tick = all.flatMap((_, seed) => arrayAt(arrays, `${name}.tick`, [...point, seed]) ?? [])[0]
  const x = Array.from(tick?.data ?? [])
  const estimates = x.map((_, sample) => estimateOf(all.map((course) => course?.[sample] ?? NaN)))
  const y = estimates.map(({ mean }) => mean)
  const bound = (sign: number): number[] => estimates.map(({ mean, error }) => mean + sign * error)
  return {
    title,
    x: { label: 'tick' },
    y: { label: name },
    marks: [
      { kind: 'band', x, low: bound(-1), high: bound(1), colour: 0 },
      { kind: 'line', x, y, colour: 0 },
    ],
  }
}

/** A map: a cell for each pair of values, blue low and yellow high, empty where the point is missing. */
function drawMap(
  title: string,
  along: AxisPlot,
  across: AxisPlot,
  averages: string,
  rows: readonly Estimate[][],
  range?: readonly [number, number],
): string {
  const [left, top, side] = [150, 60, Math.max(12, Math.min(44, 620 / along.x.length))]
  const values = rows.flat().map(({ mean }) => mean)
  const known = values.filter(Number.isFinite)
  const [low, high] = range ?? [Math.min(...known), Math.max(...known)]
  const width = left + Math.max(side * along.x.length, 420) + 40
  const names = along.names.map((name) => name.slice(0, 8))
  const every = Math.ceil((7 * Math.max(...names.map(({ length }) => length)) + 4) / side)
  const height = top + side * across.x.length + 60
  const share = (value: number): number => (high > low ? (value - low) / (high - low) : 0.5)
  const fill = (value: number): string => {
    const part = share(value)
    return `rgb(${[40 + 210 * part, 50 + 160 * part, 120 - 80 * part].map((one) => one.toFixed(0)).join(',')})`
  }
  const text = (x: number, y: number, content: string, more = ''): string =>
    `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" ${more}>${markup(content)}</text>`
  const cells = rows.flatMap((row, j) =>
    row.map(({ mean }, i) => {
      const place = `x="${(left + side * i).toFixed(1)}" y="${(top + side * j).toFixed(1)}" width="${side.toFixed(1)}" height="${side.toFixed(1)}"`
      const told = `<title>${markup(`${along.label} = ${along.names[i] ?? ''}, ${across.label} = ${across.names[j] ?? ''}: ${mean.toPrecision(4)}`)}</title>`
      return Number.isFinite(mean)
        ? `<rect ${place} fill="${fill(mean)}">${told}</rect>`
        : `<rect ${place} fill="none" stroke="currentColor" stroke-opacity=".3">${told}</rect>`
    }),
  )
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="${markup(title)}" width="${width.toFixed(0)}" height="${height.toFixed(0)}" viewBox="0 0 ${width.toFixed(0)} ${height.toFixed(0)}" fill="currentColor" font-size="12">`,
    text(left, 20, title, 'font-weight="600" font-size="14"'),
    text(
      left,
      42,
      `last sample${averages.replace(/ ±.*/, '')}: ${low.toPrecision(4)} (dark) to ${high.toPrecision(4)} (bright)`,
    ),
    ...cells,
    ...across.names.map((name, j) =>
      text(left - 8, top + side * (j + 0.65), name.slice(0, 20), 'text-anchor="end"'),
    ),
    ...names.flatMap((name, i) =>
      i % every === 0
        ? [text(left + side * (i + 0.5), top + side * across.x.length + 16, name, 'text-anchor="middle"')]
        : [],
    ),
    text(left, height - 12, `${along.label} (across), ${across.label} (down)`),
    '</svg>',
  ].join('\n')
}

const STYLE = `
:root{color-scheme:light dark}
body{margin:0 auto;max-width:820px;padding:24px 12px;font:14px/1.45 system-ui,sans-serif}
h1{font-size:22px}h2{font-size:16px}figure{margin:12px 0;overflow-x:auto}svg{max-width:none}
`

/** A page with the charts of all probes. */
export function htmlOf(sweep: Sweep, arrays: GridArrays, notes: readonly string[]): string {
  const { file, grid } = sweep
  const grids = grid.over.map(({ path, values }) => `${path}: ${values.map(textOf).join(', ')}`)
  const sections = probesOf(sweep).map((probe) => {
    const { name } = probe
    const isThere = Object.keys(arrays).some((one) => one.startsWith(`${name}.value`))
    const charts = isThere ? chartsOf(probe, sweep, arrays) : ['<p>No point is done.</p>']
    return `<section><h2>${markup(name)}</h2>\n${charts.map((chart) => `<figure>${chart}</figure>`).join('\n')}</section>`
  })
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<title>${markup(`Sweep of ${file}`)}</title><style>${STYLE}</style></head><body>
<h1>${markup(`Sweep of ${file}`)}</h1>
<p>${markup([...grids, `seeds: ${grid.seeds.join(', ')}`].join('; '))}</p>
${notes.map((note) => `<p>${markup(note)}</p>`).join('\n')}
${sections.join('\n')}
</body></html>
`
}
