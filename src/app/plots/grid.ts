/** The last values of a probe over the grid of varied parameters. Pure. */
import type { Axis, Model } from '../../core/model/model.ts'
import type { ChartData } from '../figures/chart.ts'
import type { MapData } from '../figures/map.ts'
import { axisNames, shortNumber } from '../vary.ts'
import { stopsOf } from '../views/colours.ts'
import { titleOf } from './draw.ts'

/** One side of the grid. */
export interface Side {
  readonly name: string
  /** The title of its axis: the path. */
  readonly title: string
  readonly isLog: boolean
  readonly values: readonly number[]
  readonly labels: readonly string[]
}

/** Mean, lowest and highest value of the replicas of each cell, [lines, columns]. */
export interface Spread {
  readonly mean: Float64Array
  readonly low: Float64Array
  readonly high: Float64Array
}

export interface Grid {
  /** Absent if one parameter varies: a curve. */
  readonly down: Side | undefined
  readonly across: Side
  readonly lines: number
  readonly columns: number
  /** The first replica of a cell. */
  readonly replicaOf: (cell: number) => number
  /** @param values - one for each replica */
  readonly spreadOf: (values: ArrayLike<number>) => Spread
}

/**
 * The first axis goes down, the second to the right, as in the picture of the replicas; a single one goes to the
 * right. The values of a cell are those of its replicas, over all seeds and over further axes.
 */
export function gridOf({ variation, replicas }: Model): Grid | undefined {
  if (variation === undefined) return undefined
  const { axes, repetitions } = variation
  const names = axisNames(axes)
  const others = axes.filter(({ path }) => path !== 'seed')
  const shown = (others.length > 0 ? others : axes).slice(0, 2)
  const side = (axis: Axis): Side => ({
    name: names[axes.indexOf(axis)] as string,
    title: axis.path,
    isLog: axis.log,
    values: axis.values,
    labels: axis.values.map(shortNumber),
  })
  const across = shown.at(-1) as Axis
  const down = shown.length === 2 ? shown[0] : undefined
  const columns = across.values.length
  const lines = down?.values.length ?? 1
  /** The place of a replica on an axis. */
  const placeOn = (axis: Axis | undefined, replica: number): number => {
    if (axis === undefined) return 0
    const faster = axes
      .slice(axes.indexOf(axis) + 1)
      .reduce((n, { values }) => n * values.length, repetitions)
    return Math.floor(replica / faster) % axis.values.length
  }
  const cellOf = Uint32Array.from(
    { length: replicas },
    (_, r) => placeOn(down, r) * columns + placeOn(across, r),
  )
  return {
    down: down && side(down),
    across: side(across),
    lines,
    columns,
    replicaOf: (cell) => cellOf.indexOf(cell),
    spreadOf(values) {
      const cells = lines * columns
      const mean = new Float64Array(cells)
      const low = new Float64Array(cells).fill(Infinity)
      const high = new Float64Array(cells).fill(-Infinity)
      const each = replicas / cells
      cellOf.forEach((cell, r) => {
        const value = values[r] as number
        mean[cell] = (mean[cell] as number) + value / each
        low[cell] = Math.min(low[cell] as number, value)
        high[cell] = Math.max(high[cell] as number, value)
      })
      return { mean, low, high }
    },
  }
}

/** Such as `beta 0.32, fraction 0.1`. */
export function cellText({ down, across, columns }: Grid, cell: number): string {
  const parts = [
    ...(down === undefined ? [] : [`${down.name} ${down.labels[Math.floor(cell / columns)] ?? ''}`]),
    `${across.name} ${across.labels[cell % columns] ?? ''}`,
  ]
  return parts.join(', ')
}

/** The range of colours: 0 to 1 for fractions, else the range of values, symmetric about 0 if there are both signs. */
export function rangeOfCells(
  cells: Float64Array,
  isShare: boolean,
): { readonly low: number; readonly high: number; readonly signed: boolean } {
  const finite = cells.filter(Number.isFinite)
  const low = finite.reduce((a, b) => Math.min(a, b), Infinity)
  const high = finite.reduce((a, b) => Math.max(a, b), -Infinity)
  if (isShare && low > -0.1) return { low: 0, high: 1, signed: false }
  if (low < 0 && high > 0) {
    const size = isShare ? 1 : Math.max(-low, high)
    return { low: -size, high: size, signed: true }
  }
  return low < high ? { low, high, signed: false } : { low: low - 0.5, high: low + 0.5, signed: false }
}

/** The values of a probe at all points, for a figure: a curve with a band of one axis, a map of two. */
export function figureOf(
  { across, down }: Grid,
  { mean, low, high }: Spread,
  quantity: string,
  isShare: boolean,
): ChartData | MapData {
  const titleOfSide = ({ title, isLog }: Side): string => titleOf(title, isLog ? 'log' : 'linear')
  if (down !== undefined) {
    const range = rangeOfCells(mean, isShare)
    return {
      title: `map of ${quantity}`,
      axes: { x: titleOfSide(across), y: titleOfSide(down) },
      across: across.labels,
      down: down.labels,
      cells: mean,
      range: [range.low, range.high],
      stops: stopsOf('light', range.signed),
    }
  }
  const order = across.values.map((_, index) => index)
  order.sort((a, b) => (across.values[a] as number) - (across.values[b] as number))
  const sorted = (values: ArrayLike<number>): (number | null)[] =>
    order.map((index) => {
      const value = values[index] as number
      return Number.isFinite(value) ? value : null
    })
  return {
    title: `curve of ${quantity}`,
    axes: { x: titleOfSide(across), y: quantity },
    times: order.map((index) => across.values[index] as number),
    lines: [
      {
        label: 'mean',
        colour: '--line-0',
        values: sorted(mean),
        band: { low: sorted(low), high: sorted(high) },
      },
    ],
    scale: 'linear',
    threshold: 1,
    logTime: across.isLog,
    isPoints: false,
  }
}

/**
 * The cells between the first and the last of an axis that are labelled, evenly spaced; the last space may be wider.
 * @param most - labels for which there is room
 */
export function innerLabels(count: number, most: number): number[] {
  const step = Math.max(1, Math.ceil((count - 1) / Math.max(1, Math.floor(most) - 1)))
  const inner = Math.max(0, Math.floor((count - 1) / step) - 1)
  return Array.from({ length: inner }, (_, at) => (at + 1) * step)
}
