/** Runs that are killed at any moment: no file is half written, and what is resumed ends with the bytes of a run that was not. */
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { decodeNpz } from '../../src/core/data/npz.ts'
import { smallScenario } from '../cli/scenarios.ts'
import { type Outcome, engram, start } from '../cli/start.ts'
import type { Part } from './campaign.ts'
import { pick } from './random.ts'

const TICKS = 2000
const ARGS = ['run', 's.json', '--quiet', '--checkpoint-every', '100', '--resident', 'off', '--csv']

export const kills: Part = {
  short: 2,
  long: 105,
  seeds: 0,
  async start() {
    const root = mkdtempSync(join(tmpdir(), 'engram-fuzz-'))
    writeFileSync(join(root, 's.json'), JSON.stringify(smallScenario({ time: { dt: 0.1, ticks: TICKS } })))
    const begun = Date.now()
    expectDone(await engram([...ARGS, '--out', 'whole'], root))
    const took = Date.now() - begun
    const right = readFileSync(join(root, 'whole', 'results.npz'))
    return {
      async run(trial, random) {
        const out = `killed-${trial}`
        let killed = 0
        for (;;) {
          const resumes = existsSync(join(root, out, 'checkpoint.npz'))
          const { child, end } = start(
            [...ARGS, '--out', out, ...(resumes ? ['--resume', `${out}/checkpoint.npz`] : [])],
            root,
          )
          const isLast = killed === 3
          const signal = pick(random, ['SIGKILL', 'SIGKILL', 'SIGTERM', 'SIGINT'] as const)
          const timer = isLast
            ? undefined
            : wait(took * (0.1 + 0.8 * random.uniform())).then(() => child.kill(signal))
          const outcome = await end
          await timer
          expectWhole(join(root, out))
          if (outcome.code === 0) break
          if (isLast || outcome.code === 1 || outcome.code === 2)
            throw new Error(`after ${killed} kills: exit ${outcome.code}: ${outcome.stderr}`)
          killed++
        }
        const left = readdirSync(join(root, out)).filter((name) => name.endsWith('.part'))
        if (left.length > 0) throw new Error(`${left.join(', ')} are left`)
        if (!readFileSync(join(root, out, 'results.npz')).equals(right))
          throw new Error('other bytes than without kills')
        rmSync(join(root, out), { recursive: true })
        return `killed ${killed} times`
      },
      end: () => rmSync(root, { recursive: true }),
    }
  },
}

function expectDone({ code, stderr }: Outcome): void {
  if (code !== 0) throw new Error(`the run without a kill fails: ${stderr}`)
}

/** Whatever is there under its own name can be read. */
function expectWhole(folder: string): void {
  if (!existsSync(folder)) return
  for (const name of readdirSync(folder)) {
    const bytes = readFileSync(join(folder, name))
    if (name.endsWith('.npz')) decodeNpz(bytes)
    if (name.endsWith('.json')) JSON.parse(bytes.toString())
  }
}
