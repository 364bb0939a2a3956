/** Cells under a brush. Pure. */
import { type Tile, channelOf, columnAt, insideOf } from '../views/tiling.ts'

/** The picture of one row of values. */
export interface Canvas extends Tile {
  readonly columns: number
}

/** The columns of the drawn line between two columns, both included (Bresenham). */
export function lineOf(canvas: Canvas, from: number, to: number): number[] {
  let { x, y } = insideOf(canvas, from)
  const end = insideOf(canvas, to)
  const [dx, dy] = [Math.abs(end.x - x), -Math.abs(end.y - y)]
  const [stepX, stepY] = [x < end.x ? 1 : -1, y < end.y ? 1 : -1]
  let error = dx + dy
  const columns = [from]
  while (x !== end.x || y !== end.y) {
    const twice = 2 * error
    if (twice >= dy) {
      error += dy
      x += stepX
    }
    if (twice <= dx) {
      error += dx
      y += stepY
    }
    const column = columnAt(canvas, x, y)
    if (column !== undefined) columns.push(column)
  }
  return columns
}

/**
 * The columns of a round brush: those whose middle is at most half the diameter from that of its cell, in the same
 * channel.
 */
export function cellsUnder(canvas: Canvas, at: number, diameter: number): number[] {
  const { x, y } = insideOf(canvas, at)
  const { channel } = channelOf(canvas, at)
  const reach = Math.floor(diameter / 2)
  const columns: number[] = []
  for (let dy = -reach; dy <= reach; dy++) {
    for (let dx = -reach; dx <= reach; dx++) {
      if (dx * dx + dy * dy > (diameter / 2) ** 2) continue
      const column = columnAt(canvas, x + dx, y + dy)
      if (column !== undefined && channelOf(canvas, column).channel === channel) columns.push(column)
    }
  }
  return columns
}

/** Neighbouring columns together: [first, count] of each run, in order. */
export function runsOf(columns: Iterable<number>): [number, number][] {
  const runs: [number, number][] = []
  for (const column of [...columns].sort((a, b) => a - b)) {
    const last = runs.at(-1)
    if (last !== undefined && column === last[0] + last[1]) last[1]++
    else if (last === undefined || column > last[0] + last[1]) runs.push([column, 1])
  }
  return runs
}
