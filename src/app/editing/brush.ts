/** Cells under a brush. Pure. */

/** A picture of one row of values: `columns` cells in lines of `width`. */
export interface Canvas {
  readonly width: number
  readonly columns: number
}

/** The cells on the way from one to another, both included (Bresenham). */
export function lineOf(canvas: Canvas, from: number, to: number): number[] {
  const { width } = canvas
  let [x, y] = [from % width, Math.floor(from / width)]
  const [endX, endY] = [to % width, Math.floor(to / width)]
  const [dx, dy] = [Math.abs(endX - x), -Math.abs(endY - y)]
  const [stepX, stepY] = [x < endX ? 1 : -1, y < endY ? 1 : -1]
  let error = dx + dy
  const cells = [y * width + x]
  while (x !== endX || y !== endY) {
    const twice = 2 * error
    if (twice >= dy) {
      error += dy
      x += stepX
    }
    if (twice <= dx) {
      error += dx
      y += stepY
    }
    cells.push(y * width + x)
  }
  return cells
}

/** The cells of a round brush: those whose middle is at most half the diameter from that of its cell. */
export function cellsUnder(canvas: Canvas, at: number, diameter: number): number[] {
  const { width, columns } = canvas
  const [x, y] = [at % width, Math.floor(at / width)]
  const reach = Math.floor(diameter / 2)
  const cells: number[] = []
  for (let dy = -reach; dy <= reach; dy++) {
    for (let dx = -reach; dx <= reach; dx++) {
      const column = (y + dy) * width + x + dx
      const isRound = dx * dx + dy * dy <= (diameter / 2) ** 2
      if (isRound && x + dx >= 0 && x + dx < width && y + dy >= 0 && column < columns) cells.push(column)
    }
  }
  return cells
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
