/**
 * A campaign against everything that comes from outside: scenarios, data files, a process that is killed, a disk that fails.
 * Each trial follows from the seed, the part and its number alone, so that one can be run again by itself.
 */
import { parseArgs } from 'node:util'
import { Worker } from 'node:worker_threads'
import { RandomStream } from '../../src/core/model/random.ts'
import { failingFiles } from './faults.ts'
import { damagedFiles } from './files.ts'
import { kills } from './kills.ts'
import { mutatedScenarios } from './scenarios.ts'
import { killedSweeps } from './sweeps.ts'

/** One part of the campaign. */
export interface Part {
  /** Trials of the short form, and of the long one. */
  readonly short: number
  readonly long: number
  /** Inputs of faults that were found, tried first whatever the seed. */
  readonly seeds: number
  /** What is done once before the trials, and what it leaves. */
  readonly start: () => Promise<Trials>
}

export interface Trials {
  /**
   * One trial.
   * @returns what came of it, for the counts
   * @throws Error that says what is wrong
   */
  readonly run: (trial: number, random: RandomStream) => Promise<string>
  readonly end: () => void
}

const PARTS: Readonly<Record<string, Part>> = {
  scenarios: mutatedScenarios,
  files: damagedFiles,
  kills,
  faults: failingFiles,
  sweeps: killedSweeps,
}

const HELP = `npm run fuzz -- [options]

  --long          thousands of trials, some ten minutes; without it some hundred, within a minute
  --seed <n>      another campaign (default 1)
  --part <name>   only ${Object.keys(PARTS).join(', ')}
  --trial <n>     only this one of the part, as a failure names it
  --trials <n>    so many of each part

scenarios: mutants of the shipped scenarios through parsing, resolving and planning: a model, or one line.
files: damaged npy, npz, IDX, tables, MATLAB, safetensors, PNG, JPEG, WebP, gzip and checkpoints: the values that were written, or
  one line.
kills: runs killed at any moment and resumed: the bytes of a run that was never killed.
sweeps: a sweep killed five times, or thirty (from trial 1): the arrays of one that was never killed.
faults: runs in which the nth file call fails: exit 1 with one line, and no file half written.
`

/** Longest time of a trial in ms before it counts as hanging. */
const HANGING = 600_000

/**
 * Runs the campaign and prints its counts.
 * @returns exit code: 0 without failures, 1 with some
 */
export async function campaign(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      long: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
      seed: { type: 'string', default: '1' },
      part: { type: 'string' },
      trial: { type: 'string' },
      trials: { type: 'string' },
    },
  })
  if (values.help) {
    process.stdout.write(HELP)
    return 0
  }
  const { part: only, seed } = values
  if (only !== undefined && !(only in PARTS)) {
    process.stderr.write(`--part ${only}: there are ${Object.keys(PARTS).join(', ')}\n`)
    return 2
  }
  const watch = createWatchdog()
  let failures = 0
  for (const [name, part] of Object.entries(PARTS)) {
    if (only !== undefined && name !== only) continue
    const one = values.trial === undefined ? undefined : Number(values.trial)
    const count = Number(values.trials ?? (values.long ? part.long : part.short))
    const trials = one === undefined ? Array.from({ length: part.seeds + count }, (_, index) => index) : [one]
    const { run, end } = await part.start()
    const counts = new Map<string, number>()
    let failed = 0
    for (const trial of trials) {
      const again = `npm run fuzz -- --seed ${seed} --part ${name} --trial ${trial}`
      watch.begin(again)
      try {
        const outcome = await run(trial, new RandomStream(Number(seed), `${name} ${trial}`))
        counts.set(outcome, (counts.get(outcome) ?? 0) + 1)
      } catch (error) {
        failed++
        process.stdout.write(
          `FAILED ${again}\n  ${(error as Error).stack?.split('\n').slice(0, 4).join('\n  ')}\n`,
        )
      }
    }
    watch.begin('')
    end()
    const outcomes = [...counts].map(([outcome, times]) => `${times} ${outcome}`).join(', ')
    process.stdout.write(`${name}: ${trials.length} trials: ${outcomes}; ${failed} failed\n`)
    failures += failed
  }
  await watch.end()
  return failures === 0 ? 0 : 1
}

interface Watchdog {
  readonly begin: (what: string) => void
  readonly end: () => Promise<unknown>
}

/** Ends the process, with the name of the trial, when one does not end: a loop holds up every timer but that of another thread. */
function createWatchdog(): Watchdog {
  const worker = new Worker(
    `const { parentPort } = require('node:worker_threads')
    const { writeSync } = require('node:fs')
    let timer
    parentPort.on('message', (what) => {
      clearTimeout(timer)
      if (what === '') return
      timer = setTimeout(() => {
        writeSync(1, 'FAILED ' + what + '\\n  does not end\\n')
        process.kill(process.pid, 'SIGKILL')
      }, ${HANGING})
    })`,
    { eval: true },
  )
  worker.unref()
  return { begin: (what) => worker.postMessage(what), end: () => worker.terminate() }
}
