/** The rows of a store that are free to be written to. */
import type { Rows } from '../../core/model/model.ts'
import type { Simulation } from '../../core/run/simulation.ts'
import { type Store, zeroRow } from './places.ts'

export interface Free {
  readonly row: number
  /** The reason for this row, in words. */
  readonly how: string
  /** True if the contents of the row are lost. */
  readonly replaces: boolean
}

/** Rows to write to: rows of zeros, then new rows if possible, else the least used rows. */
export async function freeRows(
  simulation: Pick<Simulation, 'read'>,
  store: Store,
  count: number,
): Promise<Free[]> {
  const { rows, columns } = store.rows
  const now: Rows = store.learns
    ? { rows, columns, data: (await simulation.read(store.name)).data.subarray(0, rows * columns) }
    : store.rows
  const free: Free[] = []
  const copy = { rows, columns, data: now.data.slice() }
  for (let zero = zeroRow(copy); zero !== undefined && free.length < count; zero = zeroRow(copy)) {
    free.push({ row: zero, how: '', replaces: false })
    copy.data[zero * columns] = 1
  }
  if (store.to === undefined) {
    for (let row = rows; free.length < count; row++) free.push({ row, how: '', replaces: false })
    return free
  }
  if (free.length < count) {
    const { data } = await simulation.read(`${store.to}/activations`)
    const used = new Float64Array(rows)
    data.forEach((value, index) => (used[index % rows] = (used[index % rows] as number) + Math.abs(value)))
    const taken = new Set(free.map(({ row }) => row))
    const order = Array.from({ length: rows }, (_, row) => row).filter((row) => !taken.has(row))
    order.sort((a, b) => (used[a] as number) - (used[b] as number) || b - a)
    free.push(
      ...order.slice(0, count - free.length).map((row) => ({ row, how: ', the least used', replaces: true })),
    )
  }
  return free
}
