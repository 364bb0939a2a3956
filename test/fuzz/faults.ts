/** Runs in which the nth call for files fails: exit 1 or 2 with one line, and nothing half written under the name of a result. */
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { decodeNpz } from '../../src/core/data/npz.ts'
import { smallScenario } from '../cli/scenarios.ts'
import { type Outcome, start } from '../cli/start.ts'
import type { Part } from './campaign.ts'
import { hasControls } from './random.ts'

const CODES = ['ENOSPC', 'EIO', 'EACCES', 'EROFS', 'EMFILE', 'EDQUOT']
/** What keeps a second run out of a folder (src/node/lock.ts). */
const LOCK = '.engram.lock'
const PRELOAD = resolve('test/fuzz/fail-nth.mjs')

export const failingFiles: Part = {
  short: 8,
  long: 200,
  seeds: 0,
  async start() {
    const root = mkdtempSync(join(tmpdir(), 'engram-fuzz-'))
    writeFileSync(join(root, 's.json'), JSON.stringify(smallScenario({ time: { dt: 0.1, ticks: 60 } })))
    const run = (out: string, nth: number, code: string): Promise<Outcome> =>
      start(
        ['run', 's.json', '--quiet', '--csv', '--checkpoint-every', '20', '--resident', 'off', '--out', out],
        root,
        {
          NODE_OPTIONS: `--import=${PRELOAD}`,
          ENGRAM_FAIL_UNDER: join(root, out),
          ENGRAM_FAIL_NTH: String(nth),
          ENGRAM_FAIL_CODE: code,
        },
      ).end
    // How many calls there are to fail.
    const { code, stderr } = await run('whole', -1, 'EIO')
    const calls = Number(/^calls (\d+)$/m.exec(stderr)?.[1])
    if (code !== 0 || !(calls > 0)) throw new Error(`the run without a fault fails: ${stderr}`)
    const names = readdirSync(join(root, 'whole')).sort()
    return {
      async run(trial, random) {
        const nth = random.integer(calls)
        const kind = CODES[random.integer(CODES.length)] as string
        const out = `failed-${trial}`
        const outcome = await run(out, nth, kind)
        const lines = outcome.stderr.split('\n').filter((line) => line !== '' && !line.startsWith('calls '))
        const what = `${kind} at call ${nth} of ${calls}`
        if (outcome.code !== 0 && outcome.code !== 1 && outcome.code !== 2)
          throw new Error(`${what}: exit ${outcome.code}: ${outcome.stderr}`)
        if (lines.some((line) => /^ +at /.test(line) || hasControls(line)))
          throw new Error(`${what}: more than a line for people: ${outcome.stderr}`)
        if (outcome.code !== 0 && lines.length !== 1)
          throw new Error(`${what}: ${lines.length} lines: ${outcome.stderr}`)
        const there = readFolder(join(root, out))
        // A failure that was said leaves what there was; one that was borne leaves everything.
        const results = there.filter((name) => name !== LOCK)
        if (outcome.code === 0 && results.join() !== names.join())
          throw new Error(`${what}: exit 0, and there is ${there.join(', ')} in place of ${names.join(', ')}`)
        // A lock that could not be removed belongs to a process that has ended: it may not hold up the next run.
        if (there.includes(LOCK)) {
          const next = await run(out, -1, kind)
          if (next.code !== 0 || readFolder(join(root, out)).includes(LOCK))
            throw new Error(`${what}: the lock that was left holds up the next run: ${next.stderr}`)
        }
        rmSync(join(root, out), { recursive: true, force: true })
        return outcome.code === 0 ? 'borne' : 'said'
      },
      end: () => rmSync(root, { recursive: true }),
    }
  },
}

/** The names in a folder of results, of which each can be read. */
function readFolder(folder: string): string[] {
  let names: string[]
  try {
    names = readdirSync(folder).sort()
  } catch {
    return []
  }
  for (const name of names) {
    if (name.endsWith('.part')) continue
    const bytes = readFileSync(join(folder, name))
    if (name.endsWith('.npz')) decodeNpz(bytes)
    if (name.endsWith('.json')) JSON.parse(bytes.toString())
    if (name.endsWith('.csv') && !bytes.toString().endsWith('\n'))
      throw new Error(`${name} ends within a line`)
  }
  return names
}
