/** Lines of other runs, behind those of the present run. Pure. */
import type { Chart } from './history.ts'

/** The lines of one plot of another run. */
export interface Behind {
  readonly name: string
  readonly times: Chart['times']
  readonly lines: readonly (readonly (number | null)[])[]
}

const DASHES = [[], [5, 3], [2, 2.5], [8, 3, 2, 3]]

/** Dashes tell several runs apart. @param unit - by which the lengths are multiplied */
export function dashOf(index: number, unit: number): number[] {
  return (DASHES[index % DASHES.length] ?? []).map((length) => length * unit)
}

/** The lines of a run that are drawn behind, without the terms of an energy. */
export function behindOf(name: string, { times, lines }: Chart): Behind {
  return { name, times, lines: lines.filter(({ isDetail = false }) => !isDetail).map(({ values }) => values) }
}

/** A range, widened to the values or the times of lines; a logarithm leaves out what is not positive. */
export function reachOf(
  behind: readonly Behind[],
  of: 'times' | 'values',
  [low, high]: readonly [number | null, number | null],
  isLog: boolean,
): [number | null, number | null] {
  let [least, most] = [low ?? Infinity, high ?? -Infinity]
  for (const { times, lines } of behind)
    for (const values of of === 'times' ? [times] : lines)
      for (const value of values) {
        if (value === null || (isLog && value <= 0)) continue
        least = Math.min(least, value)
        most = Math.max(most, value)
      }
  return least > most ? [low, high] : [least, most]
}
