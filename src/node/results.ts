/** The files of a run: results.npz, CSV, summary.json and checkpoint.npz. */
import { createRequire } from 'node:module'
import { readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import * as v from 'valibot'
import { version } from '../../package.json'
import type { NpyArray } from '../core/data/npy.ts'
import { encodeNpzPieces, type PiecedArray } from '../core/data/npz.ts'
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

/** What the files are written from. */
export interface Writing {
  readonly simulation: Simulation
  readonly requested: RequestedDevice
  readonly options: { readonly csv?: true }
  readonly output: Output
  readonly startTick: number
  readonly started: Date
}

export const CHECKPOINT = 'checkpoint.npz'

/** The names of CSV that a run can write. */
function csvNames({ probes, variation }: Model): string[] {
  const names = probes.map(({ name }) => `${name}.csv`)
  return variation === undefined ? names : [...names, 'axes.csv']
}

/** All names that it can write. */
export function fileNames(model: Model, { csv }: { readonly csv?: true }): string[] {
  return ['results.npz', 'summary.json', CHECKPOINT, ...(csv ? csvNames(model) : [])]
}

/**
 * What an earlier run left in the folder: the files that its summary tells, and those of the names that this run may
 * write; all of them, so that no two runs are mixed. The checkpoint from which this run goes on stays.
 */
export async function earlierFiles(
  folder: string,
  model: Model,
  resume: string | undefined,
): Promise<string[]> {
  const text = await readFile(join(folder, 'summary.json'), 'utf8').catch(() => '{}')
  const told = v.safeParse(v.pipe(v.string(), v.parseJson(), v.object({ files: v.array(v.string()) })), text)
  const tables = (told.success ? told.output.files : []).filter((name) => /^[\w-]+\.csv$/.test(name))
  const kept = resume !== undefined && resolve(resume) === resolve(folder, CHECKPOINT)
  return [
    'summary.json',
    'results.npz',
    ...(kept ? [] : [CHECKPOINT]),
    ...new Set([...tables, ...csvNames(model)]),
  ]
}

/** @returns path of checkpoint.npz */
export async function saveCheckpoint({ simulation, output }: Writing): Promise<string> {
  return output.write(CHECKPOINT, encodeNpzPieces(checkpointArrays(await simulation.checkpoint())))
}

/**
 * Writes results.npz, CSV if wanted, and last summary.json.
 * @param failure - why the run did not reach its end; then states that can no longer be read are left out
 * @returns path of results.npz
 */
export async function writeResults(run: Writing, failure?: Error): Promise<string> {
  const { simulation, output, options } = run
  const finished = new Date()
  const { series, tick, model } = simulation
  const samples = { ...axisArrays(model), ...seriesArrays(series) }
  const write = (states: Readonly<Record<string, NpyArray | PiecedArray>>): Promise<string> =>
    output.write('results.npz', encodeNpzPieces({ ...samples, ...stateArrays(states) }))
  const path = await write(statesOf(simulation)).catch((error: unknown) => {
    if (failure === undefined || error instanceof RunError) throw error
    return write({})
  })
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
  return path
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
export function resultLines(simulation: Simulation): string[] {
  return Object.entries(finalValues(simulation.series)).flatMap(([name, value]) =>
    value === null || typeof value === 'number'
      ? [`${name}\t${value}`]
      : [`${name}.mean\t${value.mean}`, `${name}.min\t${value.min}`, `${name}.max\t${value.max}`],
  )
}
