/** The folder of a sweep: sweep.json, and a folder for each task. */
import { mkdir } from 'node:fs/promises'
import { join, relative, resolve } from 'node:path'
import * as v from 'valibot'
import { version } from '../../../package.json'
import { ModelError } from '../../core/errors.ts'
import { hashesOf, sha256Of } from '../../core/model/files.ts'
import { parseJson } from '../../core/model/json.ts'
import type { ResidentMode } from '../../core/plan/forms.ts'
import type { Tuned, Variants } from '../../core/plan/variants.ts'
import { firstDifference } from '../../core/run/checkpoint.ts'
import { type Grid, lostFrom, scenarioAt } from '../../core/sweep/grid.ts'
import { type Task, furtherTasks } from '../../core/sweep/tasks.ts'
import { insideOf } from '../../core/sweep/together.ts'
import { checkScenario } from '../../core/model/check.ts'
import { parseScenario } from '../../core/model/parse.ts'
import { show } from '../../core/model/path.ts'
import type { Scenario } from '../../core/model/schema.ts'
import { AGAIN, createOutput, writeError } from '../output.ts'
import { readInput, readerOf } from '../scenario.ts'
import { alone } from './claims.ts'

const FILE = 'sweep.json'
const VERSION = 1

const record = v.record(v.string(), v.string())
const count = v.pipe(v.number(), v.integer(), v.minValue(0))

const sweepSchema = v.object({
  version: v.literal(VERSION),
  /** Of the program that began it. */
  versions: v.object({ engram: v.string(), node: v.string() }),
  /** The scenario file as it was named, for people. */
  file: v.string(),
  /** Its folder, relative to that of the sweep: the files that it names are there. */
  folder: v.string(),
  allowOutside: v.boolean(),
  /** With --set and --ticks applied. */
  scenario: v.record(v.string(), v.unknown()),
  /** SHA-256 of each file that the scenario names. */
  files: record,
  /** SHA-256 of scenario, with its defaults, and files. */
  hash: v.string(),
  grid: v.object({
    over: v.array(v.object({ path: v.string(), values: v.array(v.unknown()) })),
    seeds: v.array(count),
  }),
  resident: v.picklist(['on', 'off', 'auto']),
  variants: record,
  autotune: v.boolean(),
  /** That of the first process, and the kernels that were the fastest then. */
  adapter: v.optional(
    v.object({
      key: v.string(),
      name: v.string(),
      type: v.string(),
      driver: v.string(),
      variants: record,
      tuned: record,
    }),
  ),
  /** Jobs of Slurm that work on it. */
  jobs: v.array(v.string()),
  tasks: v.array(v.object({ values: v.array(v.array(v.unknown())), seed: count })),
})

export interface Sweep {
  readonly version: typeof VERSION
  readonly versions: { readonly engram: string; readonly node: string }
  readonly file: string
  readonly folder: string
  readonly allowOutside: boolean
  readonly scenario: Readonly<Record<string, unknown>>
  readonly files: Readonly<Record<string, string>>
  readonly hash: string
  readonly grid: Grid
  readonly resident: ResidentMode
  readonly variants: Variants
  readonly autotune: boolean
  readonly adapter?: Pinned | undefined
  readonly jobs: readonly string[]
  readonly tasks: readonly Task[]
}

/** What the first process of a sweep found: all others keep to it. */
export interface Pinned {
  readonly key: string
  readonly name: string
  readonly type: string
  readonly driver: string
  readonly variants: Variants
  readonly tuned: Tuned
}

/** What is asked for; the rest of a sweep follows. */
export type Wanted = Pick<
  Sweep,
  'file' | 'allowOutside' | 'scenario' | 'grid' | 'resident' | 'variants' | 'autotune'
> & {
  /** Folder of the scenario, or its .engram file. */
  readonly home: string
  /** Most points of a task. */
  readonly together: number
}

/** Folder of a task: its number with six digits. */
export function taskFolder(folder: string, task: number): string {
  return join(folder, 'tasks', String(task).padStart(6, '0'))
}

/** Folder of the files that a scenario names, or the .engram file that has them. */
export function homeOf(folder: string, sweep: Sweep): string {
  return resolve(folder, sweep.folder)
}

/**
 * Reads sweep.json.
 * @throws ModelError if it is not there, damaged, or of another version
 */
export async function readSweep(folder: string): Promise<Sweep> {
  const file = join(folder, FILE)
  const bytes = await readInput(
    file,
    file,
    'begin the sweep again',
    () => '; engram sweep SCENARIO --over PATH=VALUES --out DIR begins a sweep in DIR',
  )
  const raw = parseJson(bytes.toString(), file)
  const { version: found } = raw as { readonly version?: unknown }
  if (typeof found === 'number' && found !== VERSION)
    throw new ModelError(
      `is of version ${found}, this engram reads version ${VERSION}; take the engram that began the sweep`,
      { file },
    )
  const read = v.safeParse(sweepSchema, raw)
  if (read.success) return read.output
  const [{ path, input }] = read.issues
  const key = (path ?? []).map((item) => String(item.key)).join('.')
  throw new ModelError(`is damaged: it has ${show(input)} there; put the file back, or begin a new sweep`, {
    file,
    path: key,
  })
}

/** sweep.json with one task a line. */
function textOf({ tasks, ...rest }: Sweep): string {
  const lines = tasks.map((task) => `    ${JSON.stringify(task)}`).join(',\n')
  return `${JSON.stringify({ ...rest, tasks: [] }, null, 2).replace(/\[\]\n\}$/, () => `[\n${lines}\n  ]\n}`)}\n`
}

/**
 * Changes sweep.json, one process at a time.
 * @param change - from what is there now; the same object = nothing is written
 */
export async function editSweep(
  folder: string,
  change: (sweep: Sweep | undefined) => Promise<Sweep> | Sweep,
): Promise<Sweep> {
  const output = await createOutput(folder, { locks: false, shared: true, remedy: AGAIN })
  try {
    return await alone(join(folder, 'edits'), async () => {
      const before = await readSweep(folder).catch((error: unknown) => {
        if (error instanceof ModelError && error.reason.includes('does not exist')) return undefined
        throw error
      })
      const after = await change(before)
      if (after !== before) await output.write(FILE, textOf(after))
      return after
    }).catch((error: unknown) => {
      const isOfFiles = typeof (error as NodeJS.ErrnoException).code === 'string'
      throw isOfFiles ? writeError(folder, error, undefined, AGAIN) : error
    })
  } finally {
    output.close()
  }
}

/**
 * Begins a sweep, or goes on with the one that the folder holds; a grid with more values gets more tasks.
 * @throws ModelError if a value does not fit the scenario, or the folder holds another sweep
 */
export async function beginSweep(folder: string, wanted: Wanted): Promise<Sweep> {
  const { home, together, ...rest } = wanted
  const points = pointsToCheck(wanted)
  const scenarios = points.map(({ raw, what }) => checked(raw, wanted.file, what))
  const read = readerOf(home, wanted.allowOutside)
  const files = await hashesOf(scenarios, read, wanted.allowOutside).catch((error: unknown) => {
    throw error instanceof ModelError ? error.in(wanted.file) : error
  })
  const inside = insideOf(wanted.grid, scenarios[0] as Scenario)
  return editSweep(folder, async (before) => {
    if (before !== undefined) {
      refuseOther(folder, before, wanted, files)
      const tasks = furtherTasks(wanted.grid, before.tasks, inside, together)
      const same = tasks.length === 0 && JSON.stringify(before.grid) === JSON.stringify(wanted.grid)
      return same
        ? before
        : {
            ...before,
            grid: wanted.grid,
            files: { ...before.files, ...files },
            tasks: [...before.tasks, ...tasks],
          }
    }
    const text = JSON.stringify([parseScenario(wanted.scenario), files])
    return {
      version: VERSION,
      versions: { engram: version, node: process.version },
      ...rest,
      folder: relative(resolve(folder), home) || '.',
      scenario: wanted.scenario,
      files,
      hash: await sha256Of(new TextEncoder().encode(text)),
      jobs: [],
      tasks: furtherTasks(wanted.grid, [], inside, together),
    }
  })
}

/** The first point, and each other value of each axis with the first values of the others. */
function pointsToCheck({ scenario, grid: { over } }: Wanted): { raw: unknown; what: string }[] {
  const first = over.map(({ values }) => values[0])
  const others = over.flatMap(({ path, values }, axis) =>
    values.slice(1).map((value) => ({
      raw: scenarioAt(scenario, over, first.with(axis, value)),
      what: `${path}=${show(value)}`,
    })),
  )
  return [{ raw: scenarioAt(scenario, over, first), what: '' }, ...others]
}

function checked(raw: unknown, file: string, what: string): Scenario {
  try {
    const scenario = parseScenario(raw)
    checkScenario(scenario)
    return scenario
  } catch (error) {
    if (!(error instanceof ModelError)) throw error
    throw new ModelError(what === '' ? error.reason : `${error.reason} (at --over ${what})`, {
      ...error.place,
      file,
    })
  }
}

/** Says what differs from the sweep that a folder holds. */
function refuseOther(
  folder: string,
  before: Sweep,
  wanted: Wanted,
  files: Readonly<Record<string, string>>,
): void {
  const refuse = (what: string): never => {
    throw new ModelError(
      `${folder} holds another sweep: ${what}; put that back, or give another folder with --out`,
      { file: wanted.file },
    )
  }
  if (before.versions.engram !== version)
    refuse(`engram ${before.versions.engram} began it, this is engram ${version}`)
  const named = { name: '', description: '', lesson: undefined }
  const difference = firstDifference(
    { ...parseScenario(before.scenario), ...named },
    { ...parseScenario(wanted.scenario), ...named },
  )
  if (difference !== undefined)
    refuse(`its ${difference.path} is ${show(difference.left)}, not ${show(difference.right)}`)
  const changed = Object.keys(files).find(
    (name) => Object.hasOwn(before.files, name) && before.files[name] !== files[name],
  )
  if (changed !== undefined) refuse(`${changed} has other content than when it began`)
  for (const key of ['resident', 'autotune'] as const)
    if (before[key] !== wanted[key]) refuse(`${key} is ${before[key]}, not ${wanted[key]}`)
  const variants = firstDifference(before.variants, wanted.variants)
  if (variants !== undefined)
    refuse(`the variant ${variants.path} is ${show(variants.left)}, not ${show(variants.right)}`)
  const lost = lostFrom(before.grid, wanted.grid)
  if (lost !== undefined) refuse(lost)
}

/** Makes the folder of a task. */
export async function makeTaskFolder(folder: string, task: number): Promise<string> {
  const path = taskFolder(folder, task)
  try {
    await mkdir(path, { recursive: true })
  } catch (error) {
    throw writeError(path, error, undefined, AGAIN)
  }
  return path
}
