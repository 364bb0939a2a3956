/** What a user waits for: the jobs of `npm run bench:jobs`. */
import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Moment, VisitKind } from './page.ts'

/** A command, run in an empty folder, or a visit of the page. */
export interface Job {
  readonly name: string
  /** Arguments of `engram`, or of `npm` or `python3`; none for a visit. */
  readonly program: 'engram' | 'node' | 'npm' | 'python3' | 'page'
  readonly args: readonly string[]
  /** Of the page: which visit, and until when. */
  readonly visit?: readonly [kind: VisitKind, moment: Moment]
  /** True = the cache folder is empty: the driver is unpacked, and no tuning is known. */
  readonly isCold?: boolean
  /** A job of many minutes, which is run only if it is named, or with --table. */
  readonly isLong?: boolean
  /** A job of a minute or more: one round, whatever is asked for. */
  readonly isOnce?: boolean
  /** A row of the table of docs/performance.md. */
  readonly isInTable?: boolean
}

/** Names of the shipped scenarios. */
export const SCENARIOS = readdirSync(new URL('../../scenarios/', import.meta.url))
  .filter((file) => file.endsWith('.json'))
  .map((file) => file.slice(0, -'.json'.length))

const NUMPY = fileURLToPath(new URL('numpy_jobs.py', import.meta.url))

/**
 * 32 values of beta, 32 of the damage, 10 cues each: 10,240 networks of 784 neurons and 100 memories, 150 ticks. The scenario has 12 x 12
 * points, and 10 cues at each of them are 1,440 replicas.
 */
const DIAGRAM = [
  'run',
  'phase-diagram',
  '--vary',
  'neurons.hidden.lagrangian.beta=0.005:0.1:32:log',
  '--vary',
  'stimulus.0.patterns.corrupt.fraction=0:0.55:32',
  '--set',
  'replicas.count=1440',
  '--quiet',
]

/** One hundred points of a small network, each a task of its own. */
const SWEEP = [
  'sweep',
  'hopfield',
  '--set',
  'time.ticks=50',
  '--over',
  'neurons.visible.lagrangian.gain=1:10:10',
  '--seeds',
  '1:10',
  '--out',
  'out',
  '--quiet',
]

const page = (kind: VisitKind, moment: Moment, title: string): Job => ({
  name: `page, ${kind === 'cold' ? 'first' : 'second'} visit: ${title}`,
  program: 'page',
  args: [],
  visit: [kind, moment],
  isInTable: true,
})

/** Scenarios in the table: small and long, large, many replicas. */
const TABLE = ['softmax-synapses', 'hopfield', 'digits']

const engram = (name: string, args: readonly string[], more: Partial<Job> = {}): Job => ({
  name,
  program: 'engram',
  args,
  ...more,
})

export const JOBS: readonly Job[] = [
  page('cold', 'picture', 'first picture'),
  page('cold', 'interactive', 'interactive'),
  page('warm', 'picture', 'first picture'),
  page('warm', 'interactive', 'interactive'),
  { name: 'node -e 0', program: 'node', args: ['-e', '0'], isInTable: true },
  engram('help', ['--help'], { isInTable: true }),
  engram('validate digits', ['validate', 'digits'], { isInTable: true }),
  ...SCENARIOS.map((name) =>
    engram(`run ${name}`, ['run', name, '--quiet'], { isInTable: TABLE.includes(name) }),
  ),
  ...SCENARIOS.map((name) => engram(`run ${name}, cold`, ['run', name, '--quiet'], { isCold: true })),
  engram('phase diagram', DIAGRAM, { isOnce: true, isInTable: true }),
  engram('sweep of 100 tasks', SWEEP, { isOnce: true, isInTable: true }),
  engram('reproduce all', ['reproduce', 'all', '--quick'], { isLong: true, isOnce: true, isInTable: true }),
  { name: 'npm test', program: 'npm', args: ['test'], isLong: true, isOnce: true },
  { name: 'NumPy: run digits', program: 'python3', args: [NUMPY, 'digits'], isInTable: true },
  { name: 'NumPy: phase diagram', program: 'python3', args: [NUMPY, 'diagram'], isInTable: true },
]
