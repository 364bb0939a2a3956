/** The last values of a probe over the grid of varied parameters. Pure. */
import type { Model } from '../../core/model/model.ts'
import { axisNames, shortNumber } from '../vary.ts'

/** One side of the grid. */
export interface Side {
  readonly name: string
  readonly labels: readonly string[]
}

export interface Grid {
  /** Absent if there is one line. */
  readonly down: Side | undefined
  readonly across: Side
  readonly lines: number
  readonly columns: number
  /** The first replica of a cell. */
  readonly replicaOf: (cell: number) => number
  /** The mean of the replicas of each cell, [lines, columns]. */
  readonly meanOf: (values: ArrayLike<number>) => Float64Array
}

/**
 * The first axis goes down, the second to the right, as in the picture of the replicas; values are averaged over
 * further axes and over the replicas of a point. A single axis goes to the right, and the replicas of its points
 * go down.
 */
export function gridOf({ variation, replicas }: Model): Grid | undefined {
  if (variation === undefined) return undefined
  const { axes, repetitions } = variation
  const names = axisNames(axes)
  const side = (index: number): Side => ({
    name: names[index] as string,
    labels: (axes[index]?.values ?? []).map(shortNumber),
  })
  if (axes.length === 1) {
    const columns = replicas / repetitions
    const labels = Array.from({ length: repetitions }, (_, k) => String(k))
    return {
      down: repetitions === 1 ? undefined : { name: 'replica', labels },
      across: side(0),
      lines: repetitions,
      columns,
      replicaOf: (cell) => (cell % columns) * repetitions + Math.floor(cell / columns),
      meanOf: (values) =>
        Float64Array.from({ length: replicas }, (_, cell) => {
          const r = (cell % columns) * repetitions + Math.floor(cell / columns)
          return values[r] as number
        }),
    }
  }
  const [down, across] = [side(0), side(1)]
  const cells = down.labels.length * across.labels.length
  const each = replicas / cells
  return {
    down,
    across,
    lines: down.labels.length,
    columns: across.labels.length,
    replicaOf: (cell) => cell * each,
    meanOf: (values) =>
      Float64Array.from({ length: cells }, (_, cell) => {
        let sum = 0
        for (let r = cell * each; r < (cell + 1) * each; r++) sum += values[r] as number
        return sum / each
      }),
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
