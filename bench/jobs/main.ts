/**
 * The waits of a user, each a process of its own: wall and CPU time, memory, and the phases of a run. With --against the same
 * jobs of another commit in turns, so that both see the same machine. Writes bench/results/jobs.json and prints a table.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { aligned } from '../../src/core/plan/print.ts'
import { type Arguments, argumentsOf } from '../arguments.ts'
import { median } from '../own.ts'
import { JOBS, type Job, SCENARIOS } from './jobs.ts'
import { type Moment, type VisitKind, type Visits, openVisits } from './page.ts'

const HELP = `npm run bench:jobs -- [WORD...] [--table] [--rounds N] [--against COMMIT] | --memory

Runs the jobs whose name contains one of the words; without a word all but "reproduce all" and "npm test"; with --table those of the
table in docs/performance.md. Takes the median of N rounds (default 3), of jobs of a minute or more one round. Writes
bench/results/jobs.json, where jobs that were not chosen keep their rows; npm run bench:report makes the tables of it. With --memory it
measures the memory of every shipped scenario in place of times: one run of the command line and one visit of the page each, into
bench/results/memory.json.

  npm run bench:jobs -- --table && npm run bench:report
  npm run bench:jobs -- help validate
  npm run bench:jobs -- "run digits" --rounds 5 --against HEAD~1`

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const USAGE = new URL('usage.mjs', import.meta.url).href

/** One round of a job; times in ms. */
interface Round {
  readonly wall: number
  /** User and system, of all processes; absent for visits of the page. */
  readonly cpu?: number
  /** MiB, of the largest process of Node; absent for other programs. */
  readonly memory?: number
  /** Ends of the phases of the first process of Node, from its start. */
  readonly marks: Readonly<Record<string, number>>
}

interface Measured {
  readonly name: string
  /** Of the machine at the end of the job. */
  readonly load: number
  /** A row of the table of docs/performance.md. */
  readonly isInTable?: true
  readonly rounds: readonly Round[]
  /** The same in another commit, in turns. */
  readonly against?: readonly Round[]
  readonly commit?: string
  /** The rounds that were in turns with `against`, where `rounds` are newer. */
  readonly turns?: readonly Round[]
  /** MiB of all buffers on the adapter, as `engram plan` counts them. */
  readonly gpu?: number
}

/** @param args - see HELP */
export async function benchJobs(args: readonly string[]): Promise<void> {
  const given = argumentsOf(args, {
    help: HELP,
    names: JOBS.map(({ name }) => name),
    options: {
      rounds: { type: 'string', default: '3' },
      against: { type: 'string' },
      table: { type: 'boolean', default: false },
      memory: { type: 'boolean', default: false },
    },
    check,
  })
  if (given === undefined) return
  const { words, options } = given
  if (options.memory === true) return benchMemory()
  const commit = options.against as string | undefined
  const rounds = Number(options.rounds)
  const chosen = JOBS.filter(({ name, isLong, isInTable }) =>
    options.table === true
      ? isInTable
      : words.length === 0
        ? !isLong
        : words.some((word) => name.includes(word)),
  )
  const folder = mkdtempSync(join(tmpdir(), 'engram-jobs-'))
  const visits = new Map<string, Visits>()
  const once = (job: Job, root: string): Promise<Round> | Round => {
    const page = visits.get(root)
    return job.visit && page ? visited(page, ...job.visit) : run(job, root, folder)
  }
  try {
    build(ROOT)
    const other = commit === undefined ? undefined : checkOut(commit, folder)
    if (chosen.some(({ visit }) => visit !== undefined))
      for (const root of [ROOT, ...(other === undefined ? [] : [other])]) {
        build(root, 'production')
        visits.set(root, await openVisits(root))
      }
    const measured: Measured[] = []
    for (const job of chosen) {
      const own: Round[] = []
      const against: Round[] = []
      for (let round = 0; round < (job.isOnce ? 1 : rounds); round++) {
        own.push(await once(job, ROOT))
        if (other !== undefined) against.push(await once(job, other))
      }
      const gpu = gpuOf(job)
      const [load = NaN] = loadavg()
      measured.push({
        name: job.name,
        load,
        ...(job.isInTable ? { isInTable: true } : {}),
        rounds: own,
        ...(gpu === undefined ? {} : { gpu }),
        ...(commit !== undefined && { against, commit }),
      })
      // After each job: what ends in between leaves what was measured.
      write(measured)
      process.stderr.write(`${job.name}: ${median(own.map(({ wall }) => wall)).toFixed(0)} ms\n`)
    }
    process.stdout.write(`${aligned(tableOf(measured)).join('\n')}\n`)
  } finally {
    for (const one of visits.values()) await one.close()
    if (commit !== undefined)
      spawnSync('git', ['worktree', 'remove', '--force', join(folder, 'other')], { cwd: ROOT })
    rmSync(folder, { recursive: true, force: true })
  }
}

function check({ words, options: { rounds, against, memory } }: Arguments): string | undefined {
  if (!/^[1-9]\d*$/.test(String(rounds)))
    return `--rounds must be an integer above 0, not "${String(rounds)}"; leave it out for 3`
  if (memory === true && words.length > 0)
    return `--memory measures all scenarios: leave "${words.join(' ')}" out`
  if (typeof against !== 'string') return undefined
  const { status } = spawnSync(
    'git',
    ['rev-parse', '--verify', '--quiet', '--end-of-options', `${against}^{commit}`],
    {
      cwd: ROOT,
    },
  )
  return status === 0 ? undefined : `--against: there is no commit "${against}"; git log lists commits`
}

/** The same dependencies and another state of the sources. */
function checkOut(commit: string, folder: string): string {
  const place = join(folder, 'other')
  const { status, stderr } = spawnSync('git', ['worktree', 'add', '--detach', place, commit], {
    cwd: ROOT,
    encoding: 'utf8',
  })
  if (status !== 0) throw new Error(`--against ${commit}: ${stderr.trim()}`)
  symlinkSync(join(ROOT, 'node_modules'), join(place, 'node_modules'))
  build(place)
  return place
}

/** @param mode - of vite.config.ts: `node` makes the command line, `production` the page */
function build(root: string, mode = 'node'): void {
  const vite = join(root, 'node_modules/vite/bin/vite.js')
  const { status, stderr } = spawnSync(
    process.execPath,
    [vite, 'build', '--mode', mode, '--logLevel', 'error'],
    {
      cwd: root,
      encoding: 'utf8',
    },
  )
  if (status !== 0) throw new Error(stderr)
}

async function visited(visits: Visits, kind: VisitKind, moment: Moment): Promise<Round> {
  return { wall: await visits.time(kind, moment), marks: {} }
}

/** MiB on the adapter, of a run of a scenario. */
function gpuOf({ program, args: [command, scenario = ''] }: Job): number | undefined {
  if (program !== 'engram' || command !== 'run') return undefined
  const args = [join(ROOT, 'bin/engram.js'), 'plan', scenario, '--adapter', 'software', '--json']
  const { stdout } = spawnSync(process.execPath, args, { encoding: 'utf8', maxBuffer: 2 ** 28 })
  return (JSON.parse(stdout) as { bytes: number }).bytes / 2 ** 20
}

/** @throws Error with the last lines of a job that fails */
function run(job: Job, root: string, folder: string): Round {
  const place = mkdtempSync(join(folder, 'run-'))
  const usage = join(place, 'usage')
  const cache = join(folder, 'cache')
  if (job.isCold) rmSync(cache, { recursive: true, force: true })
  mkdirSync(cache, { recursive: true })
  const command = {
    engram: [process.execPath, join(root, 'bin/engram.js'), ...job.args],
    node: [process.execPath, ...job.args],
    npm: ['npm', '--prefix', root, ...job.args],
    python3: ['python3', ...job.args],
    page: [],
  }[job.program]
  // The shell counts the CPU time of all processes below it.
  const { status, stderr } = spawnSync(
    'bash',
    ['-c', 'TIMEFORMAT="time %R %U %S"; time "$@"', 'bash', ...command],
    {
      cwd: place,
      encoding: 'utf8',
      stdio: ['ignore', 'ignore', 'pipe'],
      env: {
        ...process.env,
        LC_ALL: 'C',
        XDG_CACHE_HOME: cache,
        ENGRAM_USAGE: usage,
        NODE_OPTIONS: `--import ${USAGE}`,
      },
    },
  )
  const [, wall, user, system] = /^time (\S+) (\S+) (\S+)$/m.exec(stderr) ?? []
  if (status !== 0 || wall === undefined) throw new Error(`${job.name} failed:\n${stderr.slice(-2000)}`)
  const processes = existsSync(usage)
    ? readFileSync(usage, 'utf8')
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as { memory: number; end: number; marks: [string, number][] })
    : []
  rmSync(place, { recursive: true })
  const marked = processes.find(({ marks }) => marks.length > 0)
  return {
    wall: 1000 * Number(wall),
    cpu: 1000 * (Number(user) + Number(system)),
    ...(processes.length > 0 ? { memory: Math.max(...processes.map(({ memory }) => memory)) } : {}),
    marks: marked === undefined ? {} : { ...Object.fromEntries(marked.marks), end: marked.end },
  }
}

/** Ticks of a scenario on the page before its memory is measured. */
const TICKS = 100

/** The memory of each shipped scenario, MiB: process of a run, scripts of the page, buffers on the adapter. */
async function benchMemory(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'engram-jobs-'))
  build(ROOT)
  build(ROOT, 'production')
  const visits = await openVisits(ROOT)
  try {
    const scenarios = []
    for (const name of SCENARIOS) {
      const job = JOBS.find((one) => one.name === `run ${name}`) as Job
      const { memory } = run(job, ROOT, folder)
      const page = (await visits.heap(name, TICKS)) / 2 ** 20
      scenarios.push({ name, process: memory, page, gpu: gpuOf(job) })
      process.stderr.write(`${name}: ${page.toFixed(1)} MiB on the page\n`)
    }
    const date = new Date().toISOString().slice(0, 10)
    save('memory', { date, node: process.version, ticks: TICKS, scenarios })
  } finally {
    await visits.close()
    rmSync(folder, { recursive: true, force: true })
  }
}

/** The rows of jobs that were not measured now stay. */
function write(measured: readonly Measured[]): void {
  const file = join(RESULTS, 'jobs.json')
  const earlier = existsSync(file)
    ? (JSON.parse(readFileSync(file, 'utf8')) as { readonly measured: readonly Measured[] }).measured
    : []
  const all = JOBS.flatMap(({ name }) => {
    const before = earlier.find((one) => one.name === name)
    const now = measured.find((one) => one.name === name)
    if (now === undefined || now.against !== undefined || before?.against === undefined)
      return now ?? before ?? []
    return {
      ...now,
      against: before.against,
      turns: before.turns ?? before.rounds,
      ...(before.commit !== undefined && { commit: before.commit }),
    }
  })
  const date = new Date().toISOString().slice(0, 10)
  save('jobs', { date, node: process.version, measured: all })
}

const RESULTS = join(ROOT, 'bench/results')

function save(name: string, results: object): void {
  mkdirSync(RESULTS, { recursive: true })
  writeFileSync(join(RESULTS, `${name}.json`), `${JSON.stringify(results, null, 2)}\n`)
}

/** From one mark to the next: reading the scenario, the device and its kernels, ticks, writing. */
const PHASES = [
  ['start', undefined, 'read'],
  ['compile', 'read', 'compiled'],
  ['run', 'compiled', 'ran'],
  ['write', 'ran', 'end'],
] as const

function tableOf(measured: readonly Measured[]): string[][] {
  const head = [
    'job',
    'wall, ms',
    'CPU, ms',
    'MiB',
    'GPU, MiB',
    ...PHASES.map(([name]) => name),
    'wall / before',
    'CPU / before',
  ]
  const lines = measured.map(({ name, rounds, gpu, against = [] }) => {
    const ratio = (of: (round: Round) => number): string =>
      against.length === 0 ? '-' : (median(rounds.map(of)) / median(against.map(of))).toFixed(2)
    return [
      name,
      median(rounds.map(({ wall }) => wall)).toFixed(0),
      rounds[0]?.cpu === undefined ? '-' : median(rounds.map(({ cpu = NaN }) => cpu)).toFixed(0),
      rounds[0]?.memory === undefined ? '-' : median(rounds.map(({ memory = NaN }) => memory)).toFixed(0),
      gpu?.toFixed(1) ?? '-',
      ...PHASES.map(([, from, to]) => {
        if (rounds.some(({ marks }) => marks[to] === undefined || marks.read === undefined)) return '-'
        return median(
          rounds.map(({ marks }) => (marks[to] ?? NaN) - (from === undefined ? 0 : (marks[from] ?? NaN))),
        ).toFixed(0)
      }),
      ratio(({ wall }) => wall),
      rounds[0]?.cpu === undefined ? '-' : ratio(({ cpu = NaN }) => cpu),
    ]
  })
  return [head, ...lines]
}
