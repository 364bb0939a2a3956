/** A sweep as array jobs of Slurm, whose tasks are those of the sweep. */
import { execFile } from 'node:child_process'
import { resolve } from 'node:path'
import { promisify } from 'node:util'
import { ModelError, RunError } from '../../core/errors.ts'
import { quoted } from '../commands/options.ts'
import { createOutput } from '../output.ts'
import { PROGRAM } from '../program.ts'

/** Array indices of Slurm are below this, unless its configuration says otherwise. */
const MAX_ARRAY = 1001

export interface SlurmOptions {
  readonly partition?: string
  readonly gres?: string
  readonly time?: string
  /** Most tasks at the same time. */
  readonly max?: number
  /** Options of sbatch as they are. */
  readonly others: readonly string[]
  /** Of `engram sweep work`. */
  readonly args: readonly string[]
}

/** Such as `0-3,7`. */
export function rangesOf(numbers: readonly number[]): string {
  const ranges: [number, number][] = []
  for (const number of numbers) {
    const last = ranges.at(-1)
    if (last?.[1] === number - 1) last[1] = number
    else ranges.push([number, number])
  }
  return ranges.map(([from, to]) => (from === to ? from : `${from}-${to}`)).join()
}

/** Tasks whose numbers, less an offset, are indices of one array. */
export interface ArrayPart {
  readonly offset: number
  readonly indices: readonly number[]
}

/** @param most - indices are below it */
export function arraysOf(tasks: readonly number[], most: number): ArrayPart[] {
  const parts = new Map<number, number[]>()
  for (const task of tasks) {
    const offset = Math.floor(task / most) * most
    parts.set(offset, [...(parts.get(offset) ?? []), task - offset])
  }
  return [...parts].map(([offset, indices]) => ({ offset, indices }))
}

/**
 * The script of an array job.
 * @throws ModelError for an option with a line break
 */
export function scriptOf(folder: string, part: ArrayPart, options: SlurmOptions): string {
  const { partition, gres, time, max, args } = options
  const path = resolve(folder)
  const limit = max === undefined ? '' : `%${max}`
  const settings = [
    '--job-name=engram-sweep',
    `--array=${rangesOf(part.indices)}${limit}`,
    `--output=${path}/slurm/%A_%a.log`,
    ...(partition === undefined ? [] : [`--partition=${partition}`]),
    ...(gres === undefined ? [] : [`--gres=${gres}`]),
    ...(time === undefined ? [] : [`--time=${time}`]),
  ]
  const strange = settings.find((setting) => /\p{Cc}/u.test(setting))
  if (strange !== undefined) throw new ModelError('has a control character; leave it out', { path: strange })
  const index = '$SLURM_ARRAY_TASK_ID'
  const task = part.offset === 0 ? index : `$((${part.offset} + ${index.slice(1)}))`
  const words = [process.execPath, PROGRAM, 'sweep', 'work', path, ...args].map(quoted)
  return [
    '#!/bin/bash',
    ...settings.map((setting) => `#SBATCH ${/[\s"']/.test(setting) ? JSON.stringify(setting) : setting}`),
    // In place of the shell, so that it gets the signals.
    `exec ${words.join(' ')} --task ${task}`,
    '',
  ].join('\n')
}

/**
 * Writes the scripts and submits them.
 * @param submits - false = they are only written
 * @returns the scripts, each with the number of its job where it is submitted
 */
export async function submit(
  folder: string,
  tasks: readonly number[],
  options: SlurmOptions,
  submits: boolean,
): Promise<{ readonly script: string; readonly job?: string }[]> {
  const most = submits ? await maxArray() : MAX_ARRAY
  const output = await createOutput(`${folder}/slurm`, { locks: false, shared: true })
  try {
    const submitted: { script: string; job?: string }[] = []
    for (const part of arraysOf(tasks, most)) {
      const script = await output.write(`tasks-${part.offset}.sh`, scriptOf(folder, part, options))
      submitted.push(submits ? { script, job: await sbatch(script, options.others) } : { script })
    }
    return submitted
  } finally {
    output.close()
  }
}

async function sbatch(script: string, others: readonly string[]): Promise<string> {
  try {
    const { stdout } = await promisify(execFile)('sbatch', ['--parsable', ...others, script])
    return stdout.trim().split(';')[0] as string
  } catch (error) {
    const { code, stderr = '' } = error as { readonly code?: unknown; readonly stderr?: string }
    if (code === 'ENOENT')
      throw new RunError(`there is no sbatch here; submit ${script} on a machine of the cluster`)
    throw new RunError(`sbatch refused ${script}: ${stderr.trim() || String(code)}`)
  }
}

/** The limit of the cluster; the usual one where it does not tell. */
async function maxArray(): Promise<number> {
  try {
    const { stdout } = await promisify(execFile)('scontrol', ['show', 'config'])
    return Number(/^MaxArraySize\s*=\s*(\d+)/m.exec(stdout)?.[1] ?? MAX_ARRAY)
  } catch {
    return MAX_ARRAY
  }
}
