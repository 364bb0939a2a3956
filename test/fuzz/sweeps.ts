/** Sweeps whose processes are killed at any moment, all or one, and begun again: the arrays of a sweep that was never killed. */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { loneNeuron } from '../cli/scenarios.ts'
import { type Outcome, engram, start } from '../cli/start.ts'
import type { Part } from './campaign.ts'
import { pick } from './random.ts'

const ARGS = ['sweep', 's.json', '--seeds', '1:4', '--together', '1', '--quiet', '--checkpoint-every', '500']
/** Kills of a trial of the long form. */
const MOST_KILLS = 30

const OVER = [
  '--over',
  'neurons.x.size=2,3',
  '--over',
  'synapses.w.strength=0.5,1',
  '--over',
  'time.dt=0.1,0.2',
]

export const killedSweeps: Part = {
  short: 1,
  long: 6,
  seeds: 0,
  async start() {
    const root = mkdtempSync(join(tmpdir(), 'engram-fuzz-'))
    const scenario = loneNeuron('tanh', 2, 0.1)
    writeFileSync(
      join(root, 's.json'),
      JSON.stringify({
        ...scenario,
        time: { dt: 0.1, ticks: 3000 },
        neurons: { x: { size: 2, lagrangian: { kind: 'tanh' }, temperature: 0.1 } },
        synapses: {
          w: {
            layer: 'x',
            base: { kind: 'hebbian', patterns: { kind: 'random', distribution: 'binary', count: 2 } },
            tau: 5,
            strength: 1,
          },
        },
      }),
    )
    const begun = Date.now()
    done(await engram([...ARGS, ...OVER, '--out', 'whole'], root))
    const took = Date.now() - begun
    done(await engram(['sweep', 'collect', 'whole'], root))
    const right = readFileSync(join(root, 'whole', 'collected.npz'))
    return {
      async run(trial, random) {
        const out = `killed-${trial}`
        const kills = trial === 0 ? 5 : MOST_KILLS
        for (let killed = 0; killed < kills; killed++) {
          const { child, end } = start([...ARGS, ...OVER, '--out', out], root)
          await wait(took * (0.05 + 0.5 * random.uniform()))
          const workers = workersOf(child.pid as number)
          const signal = pick(random, ['SIGKILL', 'SIGKILL', 'SIGKILL', 'SIGTERM'] as const)
          // The worker alone, which is replaced; the command alone, whose workers end by themselves; or all.
          const victims = pick(random, [workers, [child.pid as number], [child.pid as number, ...workers]])
          for (const pid of victims) kill(pid, signal)
          if (victims === workers) await Promise.race([wait(took), end])
          kill(child.pid as number, 'SIGKILL')
          await end
        }
        // Workers that are left write their checkpoints.
        done(await engram([...ARGS, ...OVER, '--retry', '--out', out], root))
        await allDone(join(root, out))
        done(await engram(['sweep', 'collect', out], root))
        if (!readFileSync(join(root, out, 'collected.npz')).equals(right))
          throw new Error('other bytes than without kills')
        const claims = readdirSync(join(root, out, 'tasks')).reduce(
          (sum, task) => sum + readdirSync(join(root, out, 'tasks', task)).filter(isClaim).length,
          0,
        )
        rmSync(join(root, out), { recursive: true })
        return `killed ${kills} times, ${claims} claims of 32 tasks`
      },
      end: () => rmSync(root, { recursive: true }),
    }
  },
}

function isClaim(name: string): boolean {
  return name.startsWith('claim')
}

/** Another process may hold a task for a moment after the last command has ended. */
async function allDone(folder: string): Promise<void> {
  for (let tries = 0; tries < 100; tries++) {
    const tasks = readdirSync(join(folder, 'tasks'))
    if (tasks.length === 32 && tasks.every((task) => existsSync(join(folder, 'tasks', task, 'done')))) return
    await wait(100)
  }
  throw new Error('tasks are left')
}

function workersOf(pid: number): number[] {
  const { stdout } = spawnSync('pgrep', ['-P', String(pid)], { encoding: 'utf8' })
  return stdout.split('\n').flatMap((line) => (line === '' ? [] : [Number(line)]))
}

function kill(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch {
    // It has ended.
  }
}

function done({ code, stderr }: Outcome): void {
  if (code !== 0) throw new Error(`exit ${code}: ${stderr}`)
}
