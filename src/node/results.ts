/** The files of a run: its results as npz, CSV or Zarr, summary.json and checkpoint.npz. */
import { createRequire } from 'node:module'
import { readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import * as v from 'valibot'
import { version } from '../../package.json'
import { encodeNpzPieces } from '../core/data/npz.ts'
import { RunError } from '../core/errors.ts'
import { energyTerms, leftOutOf, risesOf } from '../core/model/energy.ts'
import type { Model } from '../core/model/model.ts'
import { checkpointArrays } from '../core/run/checkpoint.ts'
import {
  axesCsv,
  axesSummary,
  axisArrays,
  finalValues,
  perReplica,
  seriesArrays,
  seriesCsv,
  stateArrays,
  statesOf,
  termNames,
} from '../core/run/results.ts'
import type { Simulation } from '../core/run/simulation.ts'
import type { AdapterInfo, RequestedDevice } from './device.ts'
import type { Output } from './output.ts'
import { NPZ_PARTS } from './samples/npz.ts'
import type { Named } from './samples/store.ts'
import type { Format, Stream } from './samples/stream.ts'
import { ZARR } from './samples/zarr.ts'

/** What the files are written from. */
export interface Writing {
  readonly simulation: Simulation
  readonly requested: RequestedDevice
  readonly options: { readonly csv?: true }
  readonly output: Output
  /** Where samples go as they come; without it they are in the simulation until the end. */
  readonly stream?: Stream | undefined
  readonly startTick: number
  readonly started: Date
}

export const CHECKPOINT = 'checkpoint.npz'

/** The names of CSV that a run can write. */
function csvNames({ probes, variation }: Model): string[] {
  const names = probes.map(({ name }) => `${name}.csv`)
  return variation === undefined ? names : [...names, 'axes.csv']
}

/** All names of files that it can write. */
export function fileNames(model: Model, { csv }: { readonly csv?: true }, format: Format = 'npz'): string[] {
  const results = format === 'npz' ? ['results.npz'] : []
  return [...results, 'summary.json', CHECKPOINT, ...(csv || format === 'csv' ? csvNames(model) : [])]
}

/**
 * What an earlier run left in the folder: the files that its summary tells, and those of the names that this run may
 * write; all of them, so that no two runs are mixed. The checkpoint from which this run goes on stays.
 * @param stays - samples that this run goes on behind
 */
export async function earlierFiles(
  folder: string,
  model: Model,
  resume: string | undefined,
  stays: readonly string[] = [],
): Promise<string[]> {
  const text = await readFile(join(folder, 'summary.json'), 'utf8').catch(() => '{}')
  const told = v.safeParse(v.pipe(v.string(), v.parseJson(), v.object({ files: v.array(v.string()) })), text)
  const tables = (told.success ? told.output.files : []).filter((name) => /^[\w.-]+\.csv$/.test(name))
  const kept = resume !== undefined && resolve(resume) === resolve(folder, CHECKPOINT)
  const names = [
    'summary.json',
    'results.npz',
    NPZ_PARTS,
    ZARR,
    ...(kept ? [] : [CHECKPOINT]),
    ...new Set([...tables, ...csvNames(model)]),
  ]
  return names.filter((name) => !stays.includes(name))
}

/** @returns path of checkpoint.npz */
export async function saveCheckpoint({ simulation, output, stream }: Writing): Promise<string> {
  const checkpoint = await simulation.checkpoint()
  const arrays = checkpointArrays({ ...checkpoint, ...stream?.save() })
  return output.write(CHECKPOINT, encodeNpzPieces(arrays))
}

/** A file of results: its name, and its path. */
export type Written = readonly [name: string, path: string]

/**
 * Writes the results, CSV if wanted, and last summary.json.
 * @param failure - why the run did not reach its end; then states that can no longer be read are left out
 */
export async function writeResults(run: Writing, failure?: Error): Promise<readonly Written[]> {
  const { simulation, output, options, stream } = run
  const finished = new Date()
  const { tick, model } = simulation
  const { series } = stream ?? simulation
  const axes = axisArrays(model)
  const write = async (named: Named): Promise<readonly Written[]> => {
    const states = stateArrays(named)
    if (stream !== undefined) return stream.finish({ axes, states })
    const arrays = { ...axes, ...seriesArrays(series), ...states }
    return [['results.npz', await output.write('results.npz', encodeNpzPieces(arrays))]]
  }
  const written = await write(statesOf(simulation)).catch((error: unknown) => {
    if (failure === undefined || error instanceof RunError) throw error
    return write({})
  })
  const path = placeOf(written, output)
  if (options.csv) {
    const tables = [
      ...series.map((one) => [`${one.name}.csv`, seriesCsv(one, model.replicas)] as const),
      ['axes.csv', axesCsv(model)] as const,
    ]
    for (const [name, content] of tables) {
      if (content !== undefined) await output.write(name, content).catch(besides(path))
    }
  }
  const wallTime = (finished.getTime() - run.started.getTime()) / 1000
  const summary = {
    ...(failure === undefined ? {} : { failed: failure.message }),
    scenario: model.scenario,
    seed: model.seed,
    ...axesSummary(model),
    adapter: adapterOf(run.requested.info),
    versions: { engram: version, node: process.version, webgpu: webgpuVersion() },
    started: run.started.toISOString(),
    finished: finished.toISOString(),
    wallTime,
    ticks: tick,
    startTick: run.startTick,
    ...(simulation.rest === undefined ? {} : { rest: simulation.rest.ticks }),
    variants: simulation.plan.variants,
    ticksPerSecond: (tick - run.startTick) / Math.max(wallTime, 1e-3),
    warnings: simulation.warnings,
    final: finalValues(series),
    energy: energySummary(model),
    ...termNames(series),
    perReplica: perReplica(simulation),
    files: [...output.files, 'summary.json'],
  }
  await output.write('summary.json', `${JSON.stringify(summary, null, 2)}\n`).catch(besides(path))
  return written
}

/** Where results are, in a word: their path, or the folder of several tables. */
export function placeOf(written: readonly Written[], { folder }: Output): string {
  const [first, ...more] = written
  return first === undefined || more.length > 0 ? folder : first[1]
}

/** What the sum is of, what it leaves out, and why it may rise; without reasons the network is a gradient flow. */
function energySummary(model: Model) {
  const mayRise = risesOf(model)
  return {
    terms: energyTerms(model),
    leftOut: leftOutOf(model),
    isGradientFlow: mayRise.length === 0,
    mayRise,
  }
}

/** Tells, with an error of a later file, that the results are there. */
function besides(path: string): (error: unknown) => never {
  return (error) => {
    throw error instanceof RunError ? new RunError(`${error.message}; ${path} is written`) : error
  }
}

function adapterOf({ name, type, driver }: AdapterInfo): Pick<AdapterInfo, 'name' | 'type' | 'driver'> {
  return { name, type, driver }
}

function webgpuVersion(): string {
  const { version: found } = createRequire(import.meta.url)('webgpu/package.json') as { version: string }
  return found
}

/** The final values as lines `NAME<tab>value`. */
export function resultLines({ series }: Pick<Simulation, 'series'>): string[] {
  return Object.entries(finalValues(series)).flatMap(([name, value]) =>
    value === null || typeof value === 'number'
      ? [`${name}\t${value}`]
      : [`${name}.mean\t${value.mean}`, `${name}.min\t${value.min}`, `${name}.max\t${value.max}`],
  )
}
