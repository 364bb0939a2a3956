/** The files of `engram sweep collect`. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as v from 'valibot'
import { type NpyArray, encodeNpyTexts } from '../../core/data/npy.ts'
import { type EncodedArray, decodeNpz } from '../../core/data/npz.ts'
import { ModelError, RunError } from '../../core/errors.ts'
import { createCollector, pointOf } from '../../core/sweep/collect.ts'
import { pointsOf } from '../../core/sweep/tasks.ts'
import { findClaim } from './claims.ts'
import { type Sweep, taskFolder } from './folder.ts'

export interface Collected {
  /** `axis.PATH` and `axis.seed`. */
  readonly axes: Readonly<Record<string, NpyArray | EncodedArray>>
  readonly arrays: Readonly<Record<string, NpyArray>>
  /** Names of arrays whose shapes differ from point to point. */
  readonly apart: readonly string[]
  /** Tasks that are done, and all. */
  readonly done: number
  readonly total: number
}

/**
 * Reads the results of all tasks that are done.
 * @throws RunError if one cannot be read
 */
export async function collect(folder: string, sweep: Sweep): Promise<Collected> {
  const { grid, tasks } = sweep
  const collector = createCollector(grid)
  let done = 0
  for (const [number, task] of tasks.entries()) {
    const path = taskFolder(folder, number)
    const { names } = await findClaim(path)
    const isDone = names.includes('done')
    const points = pointsOf(task)
    const lost = isDone ? [] : names.includes('failed') ? await failedPoints(path) : undefined
    if (isDone) done++
    if (lost === undefined || lost.length >= points.length) continue
    const arrays = await readResults(join(path, 'results.npz'))
    points.forEach((point, index) => {
      if (!lost.includes(index)) collector.add(point, task.seed, pointOf(arrays, index, points.length))
    })
  }
  const axes = grid.over.map(({ path, values }) => [`axis.${path}`, axisArray(values)] as const)
  const seeds = [`axis.seed`, axisArray(grid.seeds)] as const
  return {
    axes: Object.fromEntries([...axes, seeds]),
    arrays: collector.arrays(),
    apart: collector.apart(),
    done,
    total: tasks.length,
  }
}

/** The points of a task that have failed; undefined where nothing of it is there. */
async function failedPoints(path: string): Promise<readonly number[] | undefined> {
  const text = await readFile(join(path, 'failed'), 'utf8').catch(() => '')
  const schema = v.pipe(v.string(), v.parseJson(), v.object({ points: v.array(v.number()) }))
  const found = v.safeParse(schema, text)
  return found.success ? found.output.points : undefined
}

async function readResults(file: string): Promise<Record<string, NpyArray>> {
  try {
    return decodeNpz(await readFile(file))
  } catch (error) {
    const reason = error instanceof ModelError ? error.reason : ((error as NodeJS.ErrnoException).code ?? '')
    throw new RunError(
      `${file} cannot be read (${reason}); remove \`done\` beside it, and run the sweep again`,
    )
  }
}

/** Numbers as float64; of other values their text, of objects their JSON. */
function axisArray(values: readonly unknown[]): NpyArray | EncodedArray {
  if (values.every((value) => typeof value === 'number'))
    return { shape: [values.length], data: Float64Array.from(values as number[]) }
  return { npy: encodeNpyTexts(values.map(textOf)) }
}

/** A value as a cell or a label. */
export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}
