/** Sweeps as array jobs of the Slurm that run.ts has started, and by the lines that the documents have for other schedulers. */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join, resolve } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { beforeAll, describe, expect, test } from 'vitest'
import { beganOf } from '../../src/node/lock.ts'
import { temporaryFolder } from '../cli/program.ts'

const folder = join(temporaryFolder(), 'with a space')
const documented = readFileSync('docs/sweeps.md', 'utf8')

/** Long enough to be met at work; a checkpoint after each twentieth. */
const MODEL = {
  version: 1,
  time: { dt: 0.1, ticks: 6000 },
  neurons: { v: { size: 100, lagrangian: { kind: 'tanh', gain: 2 }, temperature: 0.1 } },
  synapses: { w: { layer: 'v', base: { kind: 'random', distribution: 'normal' }, symmetric: false } },
  probes: { speed: { kind: 'speed', layer: 'v', every: 1000 } },
}
const CHECKPOINTS = '--checkpoint-every 300'

/** `npx engram` is this program. */
function environment(): NodeJS.ProcessEnv {
  const bin = join(folder, 'bin')
  mkdirSync(bin, { recursive: true })
  const program = `exec '${process.execPath}' '${resolve('bin/engram.js')}'`
  writeFileSync(join(bin, 'npx'), `#!/bin/sh\nshift\n${program} "$@"\n`, { mode: 0o755 })
  // As Grid Engine starts the tasks of an array: a script from standard input, with numbers from 1.
  const qsub = '#!/bin/sh\nscript=$(cat)\nfor n in 1 2; do SGE_TASK_ID=$n sh -c "$script"; done\n'
  writeFileSync(join(bin, 'qsub'), qsub, { mode: 0o755 })
  return {
    ...process.env,
    PATH: `${bin}:${process.env.PATH}`,
    ENGRAM_ADAPTER: process.env.ENGRAM_ADAPTER ?? 'software',
    ENGRAM_AUTOTUNE: 'off',
  }
}

function shell(line: string, more: NodeJS.ProcessEnv = {}): string {
  const env = { ...environment(), ...more }
  return execFileSync('bash', ['-c', line], { cwd: folder, env, encoding: 'utf8', stdio: 'pipe' })
}

/** Lines `name<tab>value`. */
function table(text: string): Record<string, string> {
  const lines = text.trim().split('\n')
  return Object.fromEntries(lines.map((line) => line.split('\t') as [string, string]))
}

const status = (sweep: string): Record<string, string> => table(shell(`npx engram sweep status ${sweep}`))

function filesOf(sweep: string, task: number): string[] {
  const path = join(folder, sweep, 'tasks', String(task).padStart(6, '0'))
  return existsSync(path) ? readdirSync(path) : []
}

function tasksWith(sweep: string, file: string, from: readonly number[] = TASKS): number[] {
  return from.filter((task) => filesOf(sweep, task).includes(file))
}

const TASKS = Array.from({ length: 12 }, (_, task) => task)

/** Process of the last claim of a task, while it has it. */
function workerOf(sweep: string, task: number): number | undefined {
  const path = join(folder, sweep, 'tasks', String(task).padStart(6, '0'))
  const claims = filesOf(sweep, task).filter((name) => name.startsWith('claim'))
  const file = join(path, claims.length === 1 ? 'claim' : `claim.${claims.length}`, 'owner.json')
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as { pid: number }).pid : undefined
}

/** Tasks in mid-run: with a process and a checkpoint. */
function atWork(sweep: string): number[] {
  return tasksWith(sweep, 'checkpoint.npz').filter(
    (task) => workerOf(sweep, task) !== undefined && !filesOf(sweep, task).includes('done'),
  )
}

/** Releases one held task of a job after the other, until it can suspend one in mid-run; Slurm wakes what it ends. */
async function suspended(sweep: string, job: string): Promise<number> {
  for (const task of TASKS) {
    if (filesOf(sweep, task).includes('done') || workerOf(sweep, task) !== undefined) continue
    shell(`scontrol release ${job}_${task}`)
    while (!filesOf(sweep, task).includes('done')) {
      await wait(20)
      const pid = atWork(sweep).includes(task) ? workerOf(sweep, task) : undefined
      if (pid === undefined) continue
      process.kill(pid, 'SIGSTOP')
      if (workerOf(sweep, task) === pid && !filesOf(sweep, task).includes('done')) return task
      process.kill(pid, 'SIGCONT')
    }
  }
  throw new Error('every task ends before it is met at work')
}

async function until(what: string, isSo: () => boolean): Promise<void> {
  for (const end = Date.now() + 120_000; Date.now() < end;) {
    if (isSo()) return
    await wait(100)
  }
  throw new Error(`not so after 120 s: ${what}`)
}

const queue = (): string[] => shell('squeue --noheader --array --format=%T').split('\n').slice(0, -1)
const untilEmpty = (): Promise<void> => until('the queue is empty', () => queue().length === 0)

/** The lines of the first block below a heading. */
function blockBelow(heading: string): string[] {
  const text = documented.slice(documented.indexOf(`\n## ${heading}\n`))
  return (/```sh\n(.*?)\n```/s.exec(text)?.[1] ?? '').split('\n')
}

describe('a sweep of 12 tasks on Slurm', () => {
  const [begin = '', submit = '', look = ''] = blockBelow('Slurm')
  const more = submit.replace(' -- ', ` ${CHECKPOINTS} -- `)
  // The node has no GPU.
  const again = more.replace(' --gres gpu:1', '')

  beforeAll(() => {
    mkdirSync(folder)
    writeFileSync(join(folder, 'model.json'), JSON.stringify(MODEL))
  })

  test('begins, is submitted and is looked at by the lines of docs/sweeps.md', () => {
    expect(shell(begin)).toBe('tasks\t12\n')
    expect(shell(more.replace(' -- ', ' --dry-run -- '))).toContain('script\t')
    const script = readFileSync(join(folder, 'D/slurm/tasks-0.sh'), 'utf8')
    expect(script.split('\n')).toEqual([
      '#!/bin/bash',
      '#SBATCH --job-name=engram-sweep',
      '#SBATCH --array=0-11%32',
      `#SBATCH "--output=${folder}/D/slurm/%A_%a.log"`,
      '#SBATCH --partition=gpu',
      '#SBATCH --gres=gpu:1',
      '#SBATCH --time=01:00:00',
      `exec ${process.execPath} ${resolve('bin/engram.js')} sweep work '${folder}/D' --checkpoint-every 300 --quiet --task $SLURM_ARRAY_TASK_ID`,
      '',
    ])
    const { tasks, job } = table(shell(`${again} --hold`))
    expect(tasks).toBe('12')
    const shown = shell(`scontrol show job ${job}`)
    for (const part of ['Account=physics', 'Partition=gpu', 'TimeLimit=01:00:00', 'ArrayTaskId=0-11%32'])
      expect(shown).toContain(part)
    expect(table(shell(look))).toMatchObject({ tasks: '12', waiting: '12', 'slurm PENDING': '12' })
    shell(`scontrol release ${job}`)
  })

  test('is cancelled as a whole, and tasks at work leave checkpoints', async () => {
    await until('two tasks are at work', () => atWork('D').length >= 2)
    const begun = atWork('D')
    expect(table(shell('npx engram sweep cancel D'))).toMatchObject({ jobs: '1' })
    await untilEmpty()
    expect(status('D')).toMatchObject({ running: '0', stale: '0', failed: '0' })
    const left = TASKS.filter((task) => !filesOf('D', task).includes('done'))
    expect(left).not.toEqual([])
    for (const task of begun.filter((one) => left.includes(one)))
      expect(filesOf('D', task)).toContain('checkpoint.npz')
  })

  let job: string
  let killed: number
  let limited: number

  test('goes on after its node was down: Slurm starts its tasks again', async () => {
    job = table(shell(`${again} --hold`)).job!
    const task = await suspended('D', job)
    const node = `NodeName=${hostname().split('.')[0]}`
    shell(`scontrol update ${node} State=DOWN Reason=test`)
    await until('the worker ends', () => workerOf('D', task) === undefined)
    expect(filesOf('D', task)).not.toContain('done')
    shell(`scontrol update ${node} State=RESUME`)
    await until('the task is at work again', () => workerOf('D', task) !== undefined)
    expect(shell(`scontrol show job ${job}_${task}`)).toContain('Restarts=1')
  })

  test('goes on without a task whose process was killed', async () => {
    // Slurm looks for limits each 30 s, meanwhile other tasks run.
    limited = await suspended('D', job)
    shell(`scontrol update JobId=${job}_${limited} EndTime=now`)
    killed = await suspended('D', job)
    const pid = workerOf('D', killed)!
    process.kill(pid, 'SIGKILL')
    await until('it has ended', () => beganOf(pid) === '')
    expect(status('D')).toHaveProperty([`stale ${killed}`])
  })

  test('leaves a checkpoint of a task that meets its time limit', async () => {
    // All that are held; it fails, since others have ended.
    shell(`scontrol release ${job} || true`)
    await untilEmpty()
    expect(shell(`scontrol show job ${job}_${limited}`)).toContain('JobState=TIMEOUT')
    expect(status('D')).toMatchObject({ done: '10', failed: '0', running: '0', stale: '1', waiting: '1' })
    expect(filesOf('D', limited)).toContain('checkpoint.npz')
  })

  test('is completed by the next submit, with the bytes of a sweep on this machine', async () => {
    expect(table(shell(again))).toMatchObject({ tasks: '2' })
    const local = `${begin.replace(/ --no-run.*/, '').replace('--out D', '--out L')} --jobs 2 --quiet`
    expect(shell(local)).toBe('done\t12\nfailed\t0\n')
    await untilEmpty()
    expect(status('D')).toMatchObject({ done: '12', failed: '0', stale: '0' })
    const file = join(folder, 'D/tasks', String(limited).padStart(6, '0'), 'summary.json')
    const { startTick } = JSON.parse(readFileSync(file, 'utf8')) as { startTick: number }
    expect(startTick).toBeGreaterThan(0)
    for (const sweep of ['D', 'L']) shell(`npx engram sweep collect ${sweep}`)
    const [slurm, here] = ['D', 'L'].map((sweep) => readFileSync(join(folder, sweep, 'collected.npz')))
    expect(slurm!.equals(here!)).toBe(true)
    expect(table(shell(again))).toEqual({ tasks: '0' })
  })
})

describe('the lines of docs/sweeps.md for other schedulers', () => {
  const [parallel = '', gridEngine = ''] = blockBelow('Other schedulers')
  const kubernetes = /command: \[sh, -c, '(.*)'\]/.exec(documented)?.[1] ?? ''
  const none = 'npx engram sweep model.json --ticks 10 --seeds 1:4 --out D --no-run'

  /** Runs a line for the sweep O and tells which tasks are done then. */
  const doneAfter = (line: string, more?: NodeJS.ProcessEnv): number[] => {
    shell(line.replace(/(\/sweep\/)?\bD\b/, 'O'), more)
    return tasksWith('O', 'done')
  }

  test('Grid Engine, whose numbers begin at 1, begins at task 0', () => {
    expect(doneAfter(none)).toEqual([])
    expect(doneAfter(gridEngine.replace('1-12', '1-2'))).toEqual([0, 1])
  })

  test('a pod of an indexed job of Kubernetes works on its task', () => {
    expect(doneAfter(kubernetes, { JOB_COMPLETION_INDEX: '2' })).toEqual([0, 1, 2])
  })

  test('GNU parallel works on all tasks', () => {
    expect(doneAfter(parallel.replace('0 11', '0 3'))).toEqual([0, 1, 2, 3])
  })
})
