/** The files of `engram sweep collect`. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as v from 'valibot'
import { type NpyArray, decodeNpy, encodeNpyTexts } from '../../core/data/npy.ts'
import type { EncodedArray } from '../../core/data/npz.ts'
import { readZipFrom } from '../../core/data/zip.ts'
import { ModelError, RunError } from '../../core/errors.ts'
import { type PointArray, SAMPLES, createCollector, pointOf } from '../../core/sweep/collect.ts'
import type { GridArrays } from '../../core/sweep/reading.ts'
import { pointsOf } from '../../core/sweep/tasks.ts'
import { withRanges } from '../ranges.ts'
import { findClaim } from './claims.ts'
import { type Sweep, taskFolder } from './folder.ts'

export interface Collected {
  /** `axis.PATH` and `axis.seed`. */
  readonly axes: Readonly<Record<string, NpyArray | EncodedArray>>
  /** Read from the files of the tasks as they are gone through. */
  readonly arrays: GridArrays
  /** Names of arrays whose shapes differ from point to point. */
  readonly apart: readonly string[]
  /** Tasks that are done, and all. */
  readonly done: number
  readonly total: number
}

/** Bytes of arrays that are kept in case they are read again, as those are that hold several points. */
const MOST_KEPT = 2 ** 28

/**
 * Finds the results of all tasks that are done. Their arrays are read one by one, now and as they are gone through.
 * @param mostKept - bytes of them in memory, beside the one that is read
 * @throws RunError if one cannot be read
 */
export async function collect(folder: string, sweep: Sweep, mostKept = MOST_KEPT): Promise<Collected> {
  const { grid, tasks } = sweep
  const collector = createCollector(grid)
  const arrays = createKept(mostKept)
  let done = 0
  for (const [number, task] of tasks.entries()) {
    const path = taskFolder(folder, number)
    const { names } = await findClaim(path)
    const isDone = names.includes('done')
    const points = pointsOf(task)
    const lost = isDone ? [] : names.includes('failed') ? await failedPoints(path) : undefined
    if (isDone) done++
    if (lost === undefined || lost.length >= points.length) continue
    const file = join(path, 'results.npz')
    for (const name of namesIn(file)) {
      const first = arrays.get(file, name)
      const own = (index: number, array: NpyArray): NpyArray =>
        pointOf({ [name]: array }, index, points.length)[name] as NpyArray
      points.forEach((point, index) => {
        if (lost.includes(index)) return
        const { shape, data } = own(index, first)
        const array: PointArray = {
          shape,
          like: data.slice(0, 0),
          read: () => own(index, arrays.get(file, name)).data,
        }
        collector.add(point, task.seed, { [name]: array })
      })
    }
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

/** Arrays of files, with those that were read last up to some bytes. */
export function createKept(most: number): {
  get(file: string, name: string): NpyArray
  readonly bytes: number
} {
  const kept = new Map<string, NpyArray>()
  let bytes = 0
  const drop = (key: string): void => {
    bytes -= kept.get(key)?.data.byteLength ?? 0
    kept.delete(key)
  }
  return {
    get(file, name) {
      const key = `${file}#${name}`
      const array = kept.get(key) ?? readArray(file, name)
      drop(key)
      if (array.data.byteLength > most) return array
      kept.set(key, array)
      bytes += array.data.byteLength
      for (const oldest of kept.keys()) {
        if (bytes <= most) break
        drop(oldest)
      }
      return array
    },
    get bytes() {
      return bytes
    },
  }
}

/** Names of the arrays of samples in a file. */
function namesIn(file: string): string[] {
  return reading(file, (files) => files.map(({ name }) => name.replace(/\.npy$/, ''))).filter((name) =>
    SAMPLES.test(name),
  )
}

function readArray(file: string, name: string): NpyArray {
  return reading(file, (files) => {
    const found = files.find((one) => one.name === `${name}.npy`)
    if (found === undefined) throw new ModelError(`\`${name}\` is not there`)
    return decodeNpy(found.read())
  })
}

/** What an archive has, of which no more is read than is asked for. */
function reading<T>(file: string, use: (files: ReturnType<typeof readZipFrom>) => T): T {
  try {
    return withRanges(file, (source) => use(readZipFrom(source)))
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
