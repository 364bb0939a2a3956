/** The folder of a run: what stands beside what, who writes, and what cannot be written. */
import { once } from 'node:events'
import {
  cpSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { spawn, spawnSync } from 'node:child_process'
import { hostname } from 'node:os'
import { join, resolve } from 'node:path'
import { expect, test } from 'vitest'
import { encodeNpy } from '../../src/core/data/npy.ts'
import { ask, readArrays, readJson, start, temporaryFolder, writeScenario } from './program.ts'

const folder = temporaryFolder()
const tanh = { kind: 'tanh' }
const small = {
  version: 1,
  name: 's',
  time: { dt: 0.1, ticks: 20 },
  neurons: { v: { size: 16, lagrangian: tanh, temperature: 0.1 } },
  probes: {
    o: {
      kind: 'overlap',
      layer: 'v',
      patterns: { kind: 'random', distribution: 'binary', count: 2 },
    },
  },
}
writeScenario(folder, 's.json', small)

function writePattern(name: string, sign: number): void {
  const data = Float32Array.from({ length: 64 }, (_, index) => sign * (index % 3 === 0 ? 1 : -1))
  writeFileSync(join(folder, name), encodeNpy({ shape: [4, 16], data }))
}

/** Waits until a file is there; by default until a run has taken its folder. */
async function taken(out: string, file = '.engram.lock'): Promise<void> {
  while (!existsSync(join(folder, out, file))) await new Promise((settle) => setTimeout(settle, 20))
}

test('a run replaces what an earlier one left, tables and checkpoint too, and leaves the files of others', async () => {
  await ask(['run', 's.json', '--seed', '1', '--csv', '--checkpoint-every', '10', '--out', 'o'], folder)
  expect(readdirSync(join(folder, 'o')).sort()).toEqual([
    'checkpoint.npz',
    'o.csv',
    'results.npz',
    'summary.json',
  ])
  writeFileSync(join(folder, 'o/mine.csv'), 'mine')
  writeFileSync(join(folder, 'o/results.npz.999999.part'), 'half')
  await ask(['run', 's.json', '--seed', '2', '--out', 'o'], folder)
  expect(readdirSync(join(folder, 'o')).sort()).toEqual(['mine.csv', 'results.npz', 'summary.json'])
  expect(readJson(folder, 'o/summary.json')).toMatchObject({ seed: 2 })
})

test('a checkpoint goes on with the data of its run only, and an added probe begins there', async () => {
  const patterns = { kind: 'npy', path: 'X.npy' }
  const scenario = { ...small, probes: { o: { kind: 'overlap', layer: 'v', patterns } } }
  writeScenario(folder, 'data.json', scenario)
  writePattern('X.npy', 1)
  const first = ['run', 'data.json', '--out', 'a', '--ticks', '10', '--checkpoint-every', '10']
  expect((await ask(first, folder)).code).toBe(0)
  writePattern('X.npy', -1)
  const resume = ['--out', 'b', '--resume', 'a/checkpoint.npz']
  const refused = await ask(['run', 'data.json', ...resume], folder)
  expect(refused).toMatchObject({
    code: 2,
    stdout: '',
    stderr:
      'a/checkpoint.npz: X.npy is not what the checkpoint was made with; put the file of that run back, or start again without the checkpoint\n',
  })
  expect(existsSync(join(folder, 'b'))).toBe(false)
  writePattern('X.npy', 1)
  const more = {
    ...scenario,
    name: 'more',
    probes: { ...scenario.probes, rate: { kind: 'speed', layer: 'v' } },
  }
  writeScenario(folder, 'more.json', more)
  expect((await ask(['run', 'more.json', ...resume], folder)).code).toBe(0)
  const arrays = readArrays(folder, 'b/results.npz')
  expect(arrays['o.tick']!.shape).toEqual([21])
  expect(Array.from(arrays['rate.tick']!.data)).toEqual([11, 12, 13, 14, 15, 16, 17, 18, 19, 20])
  expect((await ask(['run', 'data.json', '--out', 'whole'], folder)).code).toBe(0)
  expect(arrays['state.v']!.data).toEqual(readArrays(folder, 'whole/results.npz')['state.v']!.data)
})

test('a state of another shape is refused before anything is written', async () => {
  const cases = resolve('test/cases/checkpoints')
  cpSync(join(cases, 'k.json'), join(folder, 'k.json'))
  cpSync(join(cases, 'ck_shape.npz'), join(folder, 'ck_shape.npz'))
  expect(await ask(['run', 'k.json', '--resume', 'ck_shape.npz', '--out', 'k'], folder)).toMatchObject({
    code: 2,
    stderr: 'ck_shape.npz: `state.v` has the shape (3), but the network has (48); take another checkpoint\n',
  })
  expect(existsSync(join(folder, 'k'))).toBe(false)
})

test('a second run into a folder is refused at once; the line of the first one goes on with all its options', async () => {
  const inner = join(folder, "in 'ner")
  mkdirSync(inner)
  writePattern('X.npy', 1)
  writeScenario(inner, 's.json', {
    ...small,
    probes: { o: { ...small.probes.o, every: 1000, patterns: { kind: 'npy', path: '../X.npy' } } },
  })
  const options = ['--allow-outside', '--csv', '--adapter', 'software', '--checkpoint-every', '100000000']
  const own = ['--set', "name=it's", 'seed=3', '--no-autotune', '--resident', 'off', '--out', 'lock ed']
  const { child, end } = start(['run', "in 'ner/s.json", ...options, ...own, '--ticks', '200000000'], folder)
  await taken('lock ed')
  const second = await ask(['run', 's.json', '--out', 'lock ed'], folder)
  expect(second).toMatchObject({ code: 1, stdout: '' })
  expect(second.stderr).toMatch(
    /^cannot write lock ed: engram, process \d+, is writing there; wait for its end, or give /,
  )
  child.kill('SIGHUP')
  const { code, stderr } = await end
  expect(code).toBe(129)
  expect(readdirSync(join(folder, 'lock ed'))).toEqual(['checkpoint.npz'])
  const [, tick, line] = /at tick (\d+) of .*go on with: engram (run .*)\n$/.exec(stderr)!
  expect(line).toBe(
    String.raw`run 'in '\''ner/s.json' --set 'name=it'\''s' --set seed=3 --allow-outside --resident off --no-autotune ` +
      `--adapter software --csv --checkpoint-every 100000000 --ticks 200000000 --out 'lock ed' --resume 'lock ed/checkpoint.npz'`,
  )
  const shorter = line!.replace('--ticks 200000000', `--ticks ${Number(tick) + 5}`)
  const shell = spawnSync('bash', ['-c', `"${process.execPath}" "${resolve('bin/engram.js')}" ${shorter}`], {
    cwd: folder,
  })
  expect(shell.stderr.toString()).not.toContain('--')
  expect(shell.status).toBe(0)
  expect(readdirSync(join(folder, 'lock ed')).sort()).toEqual([
    'checkpoint.npz',
    'o.csv',
    'results.npz',
    'summary.json',
  ])
})

test('the lock of a process that has ended is taken over, that of another machine is not', async () => {
  const lock = (content: object): void => {
    mkdirSync(join(folder, 'stale'), { recursive: true })
    writeFileSync(join(folder, 'stale/.engram.lock'), JSON.stringify(content))
  }
  const gone = spawn(process.execPath, ['-e', ''])
  await once(gone, 'close')
  lock({ pid: gone.pid, host: hostname(), began: '1' })
  expect((await ask(['run', 's.json', '--out', 'stale'], folder)).code).toBe(0)
  expect(readdirSync(join(folder, 'stale')).sort()).toEqual(['results.npz', 'summary.json'])
  // Its number is that of another process by now.
  lock({ pid: process.pid, host: hostname(), began: 'before' })
  expect((await ask(['run', 's.json', '--out', 'stale'], folder)).code).toBe(0)
  lock({ pid: gone.pid, host: 'elsewhere', began: '1' })
  const { code, stderr } = await ask(['run', 's.json', '--out', 'stale'], folder)
  expect(code).toBe(1)
  expect(stderr).toMatch(/process \d+ on elsewhere, is writing there; .*remove stale.\.engram\.lock\)\n$/)
})

test('what stands where a run keeps its lock is named, and folders of others stay', async () => {
  mkdirSync(join(folder, 'held/.engram.lock'), { recursive: true })
  mkdirSync(join(folder, 'piped'))
  spawnSync('mkfifo', [join(folder, 'piped/.engram.lock')])
  for (const [out, what] of [
    ['held', 'a folder'],
    ['piped', 'a pipe or a device'],
  ]) {
    expect(await ask(['run', 's.json', '--quiet', '--out', out!], folder)).toEqual({
      code: 1,
      stdout: '',
      stderr: `cannot write ${out}: ${join(out!, '.engram.lock')} is ${what}, where a run keeps its lock; remove it, or give another folder with --out\n`,
    })
  }
  for (const own of ['o.csv', 'mine.1.part']) mkdirSync(join(folder, 'own', own), { recursive: true })
  expect((await ask(['run', 's.json', '--quiet', '--out', 'own'], folder)).code).toBe(0)
  expect(readdirSync(join(folder, 'own')).sort()).toEqual([
    'mine.1.part',
    'o.csv',
    'results.npz',
    'summary.json',
  ])
})

test.each([
  ['mkdir', 0, 'unmade', ''],
  // The lock, then the results.
  ['open', 0, 'made', ''],
  ['open', 1, 'made', 'results.npz'],
])('a disk that is read-only is named: %s %i, folder %s', async (call, nth, out, file) => {
  if (out === 'made') mkdirSync(join(folder, out), { recursive: true })
  const failed = await ask(['run', 's.json', '--quiet', '--out', out], folder, {
    ENGRAM_FAIL_UNDER: join(folder, out),
    ENGRAM_FAIL_CALL: call,
    ENGRAM_FAIL_NTH: String(nth),
    ENGRAM_FAIL_CODE: 'EROFS',
  })
  const stderr = `cannot write ${join(out, file)}: the disk is read-only; give another folder with --out\n`
  expect(failed).toEqual({ code: 1, stdout: '', stderr })
  expect(existsSync(join(folder, out, 'results.npz'))).toBe(false)
})

test.each(['writeFile', 'close'])(
  'a lock that fails in its %s does not hold up the next run',
  async (call) => {
    const out = `unlocked-${call}`
    const failing = {
      ENGRAM_FAIL_UNDER: join(folder, out),
      ENGRAM_FAIL_CALL: call,
      ENGRAM_FAIL_NTH: '0',
      ENGRAM_FAIL_CODE: 'ENOSPC',
    }
    const failed = await ask(['run', 's.json', '--quiet', '--out', out], folder, failing)
    expect([failed.code, failed.stderr]).toEqual([
      1,
      expect.stringMatching(/^cannot write .*disk is full.*\n$/),
    ])
    expect(readdirSync(join(folder, out))).toEqual([])
    expect((await ask(['run', 's.json', '--quiet', '--out', out], folder)).code).toBe(0)
  },
)

test('where no folder can be made, the line says why', async () => {
  symlinkSync('/nonexistent/place', join(folder, 'dangling'))
  mkdirSync(join(folder, 'taken/summary.json'), { recursive: true })
  const matrix: [string, RegExp][] = [
    ['dangling', /there is a link to a place that does not exist/],
    ['dangling/deeper/x', /there is a link to a place that does not exist/],
    ['s.json', /there is a file in place of a folder/],
    ['taken', /taken.summary.json: there is a folder of that name/],
    ['x'.repeat(300), /the name is too long/],
    ...(process.platform === 'linux'
      ? [['/proc/a/b', /no folder can be made there/] as [string, RegExp]]
      : []),
  ]
  for (const [out, reason] of matrix) {
    const { code, stdout, stderr } = await ask(['run', 's.json', '--quiet', '--out', out], folder)
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr).toMatch(
      /^cannot write .*; give another folder with --out\n$|or give another folder with --out\n$/,
    )
    expect(stderr).toMatch(reason)
  }
})

test('a folder that is removed while the run goes on is one line', async () => {
  const { child, end } = start(
    [
      'run',
      's.json',
      '--quiet',
      '--ticks',
      '200000000',
      '--set',
      'probes.o.every=100000',
      '--checkpoint-every',
      '100000',
      '--out',
      'removed',
    ],
    folder,
  )
  // Not before the run itself: until then the folder is looked at.
  await taken('removed', 'checkpoint.npz')
  rmSync(join(folder, 'removed'), { recursive: true })
  child.kill('SIGINT')
  const { code, stderr } = await end
  expect(code).toBe(1)
  expect(stderr).toMatch(
    /^cannot write removed.checkpoint\.npz: its folder is gone; give another folder with --out\b.*\n$/,
  )
})

test.runIf(process.platform === 'linux')('a full standard output is one line and exit code 1', () => {
  for (const args of [
    ['validate', 's.json'],
    ['run', 's.json', '--quiet', '--out', 'full'],
  ]) {
    const { status, stderr } = spawnSync(process.execPath, [resolve('bin/engram.js'), ...args], {
      cwd: folder,
      env: { ...process.env, ENGRAM_ADAPTER: 'software', ENGRAM_AUTOTUNE: 'off' },
      stdio: ['ignore', openSync('/dev/full', 'w'), 'pipe'],
    })
    expect(status).toBe(1)
    expect(stderr.toString().trimEnd().split('\n').at(-1)).toBe(
      'cannot write to standard output: the disk is full; make room',
    )
  }
})

test('a scenario called N=100.json stands behind --set', async () => {
  writeScenario(folder, 'N=100.json', small)
  const { code, stdout } = await ask(['validate', '--set', 'time.ticks=5', 'seed=2', 'N=100.json'], folder)
  expect(code).toBe(0)
  expect(stdout).toMatch(/^N=100.json is valid: s\n5 ticks .* seed 2$/m)
})

test('a name cannot steer the terminal', async () => {
  const name = '\u001b[31mred\u001b]0;title\u0007\n\u202e'
  writeScenario(folder, 'steer.json', { ...small, name })
  writeFileSync(join(folder, '\u001b[31m.json'), JSON.stringify({ ...small, [name]: 1 }))
  const shown = String.raw`\u001b[31mred\u001b]0;title\u0007\u000a\u202e`
  for (const args of [
    ['validate', 'steer.json'],
    ['plan', 'steer.json'],
    ['plan', 'steer.json', '--json'],
    ['run', 'steer.json', '--out', 'steer'],
    ['validate', '\u001b[31m.json'],
    ['run', 'steer.json', '--resume', '\u001b[31m.json'],
  ]) {
    const { stdout, stderr } = await ask(args, folder)
    expect(stdout + stderr).not.toMatch(/(?![\n\t])\p{Cc}|\u202e/u)
    if (args[0] === 'validate' && args[1] === 'steer.json') expect(stdout).toContain(shown)
  }
  const { scenario } = JSON.parse(readFileSync(join(folder, 'steer/summary.json'), 'utf8')) as {
    scenario: { name: string }
  }
  expect(scenario.name).toBe(name)
})
