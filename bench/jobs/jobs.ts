/** What a user waits for: the jobs of `npm run bench:jobs`. */
import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** A command, run in an empty folder. */
export interface Job {
  readonly name: string
  /** Arguments of `engram`, or of `npm` or `python3`. */
  readonly program: 'engram' | 'npm' | 'python3'
  readonly args: readonly string[]
  /** True = the cache folder is empty: the driver is unpacked, and no tuning is known. */
  readonly isCold?: boolean
  /** A job of many minutes, which is run only if it is named. */
  readonly isLong?: boolean
}

const SCENARIOS = readdirSync(new URL('../../scenarios/', import.meta.url))
  .filter((file) => file.endsWith('.json'))
  .map((file) => file.slice(0, -'.json'.length))

const NUMPY = fileURLToPath(new URL('numpy_jobs.py', import.meta.url))

/** 32 values of beta, 32 of the damage, 10 cues each: 10,240 networks of 784 neurons and 100 memories, 150 ticks. */
const DIAGRAM = [
  'run',
  'phase-diagram',
  '--vary',
  'neurons.hidden.lagrangian.beta=0.005:0.1:32:log',
  '--vary',
  'stimulus.0.patterns.corrupt.fraction=0:0.55:32',
  '--set',
  'replicas.count=10240',
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
  '--quiet',
]

const engram = (name: string, args: readonly string[], more: Partial<Job> = {}): Job => ({
  name,
  program: 'engram',
  args,
  ...more,
})

export const JOBS: readonly Job[] = [
  engram('help', ['--help']),
  engram('validate digits', ['validate', 'digits']),
  ...SCENARIOS.map((name) => engram(`run ${name}`, ['run', name, '--quiet'])),
  ...SCENARIOS.map((name) => engram(`run ${name}, cold`, ['run', name, '--quiet'], { isCold: true })),
  engram('phase diagram', DIAGRAM),
  engram('sweep of 100 tasks', SWEEP),
  engram('reproduce all', ['reproduce', 'all', '--quick'], { isLong: true }),
  { name: 'npm test', program: 'npm', args: ['test'], isLong: true },
  { name: 'NumPy: run digits', program: 'python3', args: [NUMPY, 'digits'] },
  { name: 'NumPy: phase diagram', program: 'python3', args: [NUMPY, 'diagram'] },
]
