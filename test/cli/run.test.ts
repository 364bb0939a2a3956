import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, join, relative, resolve } from 'node:path'
import { promisify } from 'node:util'
import { beforeAll, describe, expect, test } from 'vitest'
import { isSampled } from '../../src/core/plan/clock.ts'
import { decodeCheckpoint } from '../../src/core/run/checkpoint.ts'
import {
  ask,
  engram,
  type Outcome,
  loneNeuron,
  readArrays,
  readJson,
  smallScenario,
  start,
  temporaryFolder,
  writeScenario,
  type Raw,
} from './program.ts'

const folder = temporaryFolder()
const bytes = (name: string): Buffer => readFileSync(join(folder, name))

/** The run that others are compared with: 60 ticks at once. */
let whole: Outcome

beforeAll(async () => {
  writeScenario(folder, 'small.json', smallScenario())
  whole = await engram(['run', 'small.json', '--csv'], folder)
})

test('a run ends with 0, results in out/NAME, and results alone on standard output', () => {
  expect(whole.code).toBe(0)
  expect(whole.stderr).toBe('')
  const lines = whole.stdout
    .trimEnd()
    .split('\n')
    .map((line) => line.split('\t'))
  expect(lines.at(-1)).toEqual(['results.npz', join('out', 'small', 'results.npz')])
  const { final } = readJson(folder, 'out/small/summary.json') as {
    final: Record<string, Record<string, number>>
  }
  const values = Object.entries(final).flatMap(([name, spread]) =>
    Object.entries(spread).map(([key, value]) => [`${name}.${key}`, String(value)]),
  )
  expect(lines.slice(0, -1)).toEqual(values)
  expect(readdirSync(join(folder, 'out/small')).sort()).toEqual([
    'energy.csv',
    'overlap.csv',
    'rate.csv',
    'results.npz',
    'similarity.csv',
    'summary.json',
  ])
})

test('results.npz has the samples of every probe and the final states, in the shapes of the contract', () => {
  const arrays = readArrays(folder, 'out/small/results.npz')
  const shapes = Object.fromEntries(Object.entries(arrays).map(([name, { shape }]) => [name, shape]))
  expect(shapes).toEqual({
    'energy.tick': [7],
    'energy.time': [7],
    'energy.value': [7, 3],
    'energy.terms': [7, 3, 4],
    'overlap.tick': [4],
    'overlap.time': [4],
    'overlap.value': [4, 3, 5],
    'similarity.tick': [3],
    'similarity.time': [3],
    'similarity.value': [3, 3, 5],
    'rate.tick': [9],
    'rate.time': [9],
    'rate.value': [9, 3],
    'snap.tick': [3],
    'snap.time': [3],
    'snap.value': [3, 3, 30, 30],
    'state.visible': [3, 30],
    'state.hidden': [3, 5],
    'state.xi': [3, 5, 30],
    'state.w': [3, 30, 30],
  })
  const several = Object.keys(shapes).filter((name) => !/[.](tick|time)$/.test(name))
  expect((readJson(folder, 'out/small/summary.json').perReplica as string[]).sort()).toEqual(several.sort())
  for (const [name, every] of Object.entries({
    energy: 10,
    overlap: 20,
    similarity: 30,
    rate: 7,
    snap: 30,
  })) {
    const ticks = Array.from({ length: 61 }, (_, tick) => tick).filter((tick) => isSampled(tick, every))
    expect(Array.from(arrays[`${name}.tick`]!.data)).toEqual(ticks)
    expect(Array.from(arrays[`${name}.time`]!.data)).toEqual(ticks.map((tick) => tick * 0.1))
  }
  expect(arrays['energy.tick']!.data).toBeInstanceOf(Int32Array)
  expect(arrays['energy.time']!.data).toBeInstanceOf(Float64Array)
  expect(arrays['overlap.value']!.data).toBeInstanceOf(Float32Array)
  expect(arrays['state.w']!.data).toBeInstanceOf(Float32Array)
})

test('the energy is the sum of its terms, and the last snapshot is the final state', () => {
  const arrays = readArrays(folder, 'out/small/results.npz')
  const terms = Array.from(arrays['energy.terms']!.data)
  const sums = Array.from(arrays['energy.value']!.data, (_, index) =>
    terms.slice(4 * index, 4 * index + 4).reduce((a, b) => a + b, 0),
  )
  expect(Array.from(arrays['energy.value']!.data)).toEqual(sums)
  const snapshots = arrays['snap.value']!.data
  expect(snapshots.slice(-2700)).toEqual(arrays['state.w']!.data)
})

test('summary.json has the resolved scenario, what ran it, the warnings and the final values', () => {
  const summary = readJson(folder, 'out/small/summary.json')
  expect(summary).toMatchObject({
    seed: 1,
    ticks: 60,
    warnings: [],
    files: ['results.npz', 'energy.csv', 'overlap.csv', 'similarity.csv', 'rate.csv', 'summary.json'],
    'energy.term_names': ['visible', 'hidden', 'xi', 'w'],
    scenario: { time: { integrator: 'exponential-euler' }, neurons: { visible: { tau: 1, bias: 0 } } },
    adapter: { name: expect.any(String) as string, type: expect.any(String) as string },
    versions: {
      engram: expect.any(String) as string,
      node: process.version,
      webgpu: expect.any(String) as string,
    },
  })
  expect(summary).not.toHaveProperty('failed')
  const { started, finished, ticksPerSecond, final } = summary as {
    started: string
    finished: string
    ticksPerSecond: number
    final: Record<string, Record<string, number>>
  }
  expect(Date.parse(started)).toBeLessThanOrEqual(Date.parse(finished))
  expect(ticksPerSecond).toBeGreaterThan(0)
  const last = Array.from(readArrays(folder, 'out/small/results.npz')['energy.value']!.data.slice(-3))
  const { mean, min, max } = final.energy!
  expect(mean).toBeCloseTo((last[0]! + last[1]! + last[2]!) / 3, 9)
  expect([min, max]).toEqual([Math.min(...last), Math.max(...last)])
})

test('--csv writes each time series with named columns, the same numbers as results.npz', () => {
  const table = (name: string): string[][] =>
    bytes(`out/small/${name}.csv`)
      .toString()
      .trimEnd()
      .split('\n')
      .map((line) => line.split(','))
  const arrays = readArrays(folder, 'out/small/results.npz')
  const [head, ...rows] = table('energy')
  const columns = ['total', 'visible', 'hidden', 'xi', 'w']
  expect(head).toEqual(['tick', 'time', ...[0, 1, 2].flatMap((r) => columns.map((c) => `replica.${r}.${c}`))])
  const terms = arrays['energy.terms']!.data
  rows.forEach((row, sample) => {
    expect(Number(row[0])).toBe(10 * sample)
    for (let replica = 0; replica < 3; replica++) {
      expect(Number(row[2 + 5 * replica])).toBe(arrays['energy.value']!.data[3 * sample + replica])
      for (let term = 0; term < 4; term++)
        expect(Math.fround(Number(row[3 + 5 * replica + term]))).toBe(
          terms[(3 * sample + replica) * 4 + term],
        )
    }
  })
  expect(table('rate')[0]).toEqual(['tick', 'time', 'replica.0.value', 'replica.1.value', 'replica.2.value'])
  expect(table('overlap')[0]!.slice(2, 5)).toEqual([
    'replica.0.pattern.0',
    'replica.0.pattern.1',
    'replica.0.pattern.2',
  ])
  expect(table('similarity')[0]!.slice(6)).toContain('replica.2.row.4')
})

test('the same seed gives the same bytes, another seed another run', async () => {
  await ask(['run', 'small.json', '--out', 'again'], folder)
  await ask(['run', 'small.json', '--out', 'other', '--seed', '2'], folder)
  expect(bytes('again/results.npz').equals(bytes('out/small/results.npz'))).toBe(true)
  const [one, two] = [readArrays(folder, 'again/results.npz'), readArrays(folder, 'other/results.npz')]
  expect(two['state.visible']!.data).not.toEqual(one['state.visible']!.data)
  expect(readJson(folder, 'other/summary.json')).toMatchObject({ seed: 2, scenario: { seed: 2 } })
})

describe('a run that goes on from a checkpoint', () => {
  // 20: nothing special. 30 and 31: an initial state is due next, or was just set.
  test.each([20, 30, 31])('at tick %i has the bytes of the uninterrupted run', async (tick) => {
    const out = `split-${tick}`
    const first = await ask(
      ['run', 'small.json', '--out', out, '--ticks', String(tick), '--checkpoint-every', String(tick)],
      folder,
    )
    expect(first.code).toBe(0)
    const second = await ask(['run', 'small.json', '--out', out, '--resume', `${out}/checkpoint.npz`], folder)
    expect(second).toMatchObject({
      code: 0,
      stderr: '',
      stdout: expect.stringContaining(`${out}/results.npz`) as string,
    })
    expect(bytes(`${out}/results.npz`).equals(bytes('out/small/results.npz'))).toBe(true)
    expect(readJson(folder, `${out}/summary.json`)).toMatchObject({ ticks: 60, startTick: tick })
  })

  test('writes the same results when it takes more checkpoints on its way', async () => {
    await ask(['run', 'small.json', '--out', 'often', '--checkpoint-every', '7'], folder)
    expect(bytes('often/results.npz').equals(bytes('out/small/results.npz'))).toBe(true)
    const arrays = readArrays(folder, 'often/checkpoint.npz')
    expect(arrays['energy.tick']!.data.at(-1)).toBe(50)
    expect(Object.keys(arrays)).toEqual(
      expect.arrayContaining(['checkpoint', 'state.visible', 'state.w', 'state.xi']),
    )
  })

  test('keeps the kernels of the run that began, which summary.json tells', async () => {
    const forced = ['--variant', 'matvec-transposed:w=1x1/8', '--variant', 'fuse=off']
    const run = ['run', 'small.json', '--resident', 'off']
    await ask([...run, ...forced, '--out', 'forced', '--checkpoint-every', '40'], folder)
    const { variants } = readJson(folder, 'forced/summary.json') as { variants: Record<string, string> }
    expect(variants).toMatchObject({ 'matvec-transposed:w': '1x1/8', fuse: 'off' })
    expect(Object.keys(variants).sort()).toEqual([
      'fuse',
      'matvec-transposed:w',
      'matvec-transposed:xi',
      'matvec:xi',
    ])
    const resume = [...run, '--out', 'again', '--resume', 'forced/checkpoint.npz']
    expect(await ask(resume, folder)).toMatchObject({ code: 0, stderr: '' })
    expect((readJson(folder, 'again/summary.json') as { variants: unknown }).variants).toEqual(variants)
    expect(bytes('again/results.npz').equals(bytes('forced/results.npz'))).toBe(true)
    const other = await ask([...resume, '--variant', 'fuse=on'], folder)
    expect(other).toMatchObject({
      code: 2,
      stderr:
        '--variant: a run that goes on keeps its kernels, as the checkpoint says; leave --variant out\n',
    })
  })

  test('is refused when the scenario differs, at the first path that does', async () => {
    for (const [args, line] of [
      [
        ['--seed', '3'],
        'seed: the checkpoint was made with 1, the scenario has 3; resume with the same scenario',
      ],
      [['--set', 'synapses.w.tau=3'], 'synapses.w.tau: the checkpoint was made with 2, the scenario has 3'],
      [
        ['--ticks', '10'],
        'time.ticks: the checkpoint is at tick 56, the run ends at 10; give --ticks 56 or more',
      ],
    ] as const) {
      const resume = ['run', 'small.json', '--out', 'refused', '--resume', 'often/checkpoint.npz', ...args]
      const { code, stdout, stderr } = await ask(resume, folder)
      expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
      expect(stderr.startsWith(`often/checkpoint.npz: ${line}`), stderr).toBe(true)
      expect(stderr.trimEnd()).not.toContain('\n')
    }
    expect(existsSync(join(folder, 'refused'))).toBe(false)
  })
})

test('Ctrl-C leaves a checkpoint that goes on to the same results, and exit code 130', async () => {
  // Which form a small network takes depends on the length of the run, unless it is said.
  const long = ['run', 'small.json', '--ticks', '1000000', '--out', 'stopped', '--resident', 'off']
  const { child, end } = start(long, folder)
  // The folder is made when all is planned and the ticks begin.
  while (!existsSync(join(folder, 'stopped'))) await new Promise((settle) => setTimeout(settle, 20))
  await new Promise((settle) => setTimeout(settle, 300))
  child.kill('SIGINT')
  const { code, stdout, stderr } = await end
  expect({ code, stdout }).toEqual({ code: 130, stdout: '' })
  const [, tick, again] =
    /^ended by SIGINT at tick (\d+) of 1000000; .*; go on with: engram (run .*)\n$/.exec(stderr) ?? []
  expect(readdirSync(join(folder, 'stopped'))).toEqual(['checkpoint.npz'])
  // What it says to go on with, but for fewer ticks.
  const ticks = String(Number(tick) + 5)
  const resumed = await ask(again!.replace('1000000', ticks).split(' '), folder)
  expect(resumed.code).toBe(0)
  await ask(['run', 'small.json', '--ticks', ticks, '--out', 'unstopped', '--resident', 'off'], folder)
  expect(bytes('stopped/results.npz').equals(bytes('unstopped/results.npz'))).toBe(true)
})

/** All files below a folder with their contents. */
function contents(name: string): Readonly<Record<string, string>> {
  const files = readdirSync(join(folder, name), { recursive: true, withFileTypes: true })
  const paths = files.filter((file) => file.isFile()).map((file) => join(file.parentPath, file.name))
  return Object.fromEntries(
    paths.sort().map((path) => [relative(join(folder, name), path), readFileSync(path, 'latin1')]),
  )
}

test('samples that go to the disk as they come are those of a run that keeps them, and outlive kill -9', async () => {
  const streamed = await ask(['run', 'small.json', '--stream', '--out', 'streamed'], folder)
  expect(streamed).toMatchObject({ code: 0, stderr: '' })
  expect(streamed.stdout).toBe(whole.stdout.replace(join('out', 'small'), 'streamed'))
  expect(bytes('streamed/results.npz').equals(bytes('out/small/results.npz'))).toBe(true)
  expect(readdirSync(join(folder, 'streamed'))).toEqual(['results.npz', 'summary.json'])

  const zarr = ['run', 'small.json', '--resident', 'off', '--format', 'zarr']
  const long = [...zarr, '--out', 'killed', '--checkpoint-every', '20', '--ticks', '1000000']
  const { child, end } = start(long, folder)
  const saved = join(folder, 'killed/checkpoint.npz')
  while (!existsSync(saved)) await new Promise((settle) => setTimeout(settle, 20))
  child.kill('SIGKILL')
  await end
  const ticks = String(decodeCheckpoint(readFileSync(saved)).tick + 25)
  // Its format is that of the checkpoint.
  const again = ['--resume', 'killed/checkpoint.npz', '--out', 'killed', '--ticks', ticks]
  const resume = ['run', 'small.json', '--resident', 'off', ...again]
  const resumed = await ask(resume, folder)
  expect(resumed).toMatchObject({ code: 0, stderr: '' })
  const once = await ask([...zarr, '--out', 'once', '--ticks', ticks], folder)
  expect(resumed.stdout).toBe(once.stdout.replace(/once/g, 'killed'))
  expect(once.stdout).toContain(`results.zarr\t${join('once', 'results.zarr')}\n`)
  expect(contents('killed/results.zarr')).toEqual(contents('once/results.zarr'))
  expect(readJson(folder, 'killed/summary.json').final).toEqual(readJson(folder, 'once/summary.json').final)
  const refused = await ask([...resume, '--format', 'csv'], folder)
  expect(refused).toMatchObject({
    code: 2,
    stderr: '--format: the samples of the checkpoint are in zarr; leave --format out\n',
  })
})

test('a long run times its kernels first, says so, and keeps what it found', async () => {
  const long = ['run', 'small.json', '--ticks', '1000000', '--resident', 'off']
  const env = { ENGRAM_AUTOTUNE: 'on', XDG_CACHE_HOME: join(folder, 'cache') }
  const { child, end } = start(
    [...long, '--variant', 'matvec-transposed:w=1x1', '--out', 'tuned'],
    folder,
    env,
  )
  while (!existsSync(join(folder, 'tuned'))) await new Promise((settle) => setTimeout(settle, 20))
  await new Promise((settle) => setTimeout(settle, 300))
  child.kill('SIGINT')
  const { code, stderr } = await end
  expect(code).toBe(130)
  const [line] = stderr.split('\n') as [string]
  expect(line).toMatch(
    /^tuned in \d+\.\d s: matvec:xi .*, matvec-transposed:xi .*; --no-autotune leaves this out$/,
  )
  expect(line).not.toContain('matvec-transposed:w')
  const { adapters } = readJson(folder, 'cache/engram/tuning.json') as {
    adapters: Record<string, Record<string, string>>
  }
  const kept = Object.values(adapters).flatMap((forms) => Object.keys(forms))
  expect(kept.map((shape) => shape.split(' ')[0]).sort()).toEqual(['matvec', 'matvec-transposed'])
  // `plan` tells where it is from.
  const { stdout } = await ask(['plan', 'small.json', '--resident', 'off'], folder, env)
  expect(stdout).toMatch(/^ +product\/matvec\S* +hidden\/matvec xi +\S+ tuned /m)
  expect(stdout).toMatch(/^ +product\/matvec-transposed\S* +visible\/matvec-transposed w +\S+ default /m)
  const fixed = await ask(['plan', 'small.json', '--no-autotune'], folder, env)
  expect(fixed.stdout).not.toContain(' tuned ')
})

test('a checkpoint that is cut short or foreign is one line and exit code 2', async () => {
  writeFileSync(join(folder, 'cut.npz'), bytes('often/checkpoint.npz').subarray(0, 5000))
  for (const [file, reason] of [
    ['cut.npz', /^cut.npz: is not a readable .npz archive .*; write or copy it again\n$/],
    [
      'out/small/results.npz',
      /results.npz: is not a checkpoint: it has no array `checkpoint`; give a checkpoint.npz/,
    ],
    ['small.json', /^small.json: is not a readable .npz archive/],
    ['none.npz', /^none.npz does not exist; check the name and the folder\n$/],
  ] as const) {
    const { code, stderr } = await ask(['run', 'small.json', '--out', 'refused', '--resume', file], folder)
    expect(code).toBe(2)
    expect(stderr).toMatch(reason)
    expect(stderr.trimEnd()).not.toContain('\n')
  }
  expect(existsSync(join(folder, 'refused'))).toBe(false)
})

test('the longest name that a scenario may have gives a file', async () => {
  const name = 'n'.repeat(200)
  writeScenario(folder, 'names.json', smallScenario({ probes: { [name]: { kind: 'energy' } } }))
  const args = ['run', 'names.json', '--quiet', '--csv', '--out', 'names', '--set']
  expect((await ask([...args, `probes.${name}n={"kind":"energy"}`], folder)).code).toBe(2)
  expect((await ask([...args, 'time.ticks=2'], folder)).code).toBe(0)
  expect(existsSync(join(folder, 'names', `${name}.csv`))).toBe(true)
})

test('a step that makes the energy rise is a warning with tick, size and advice, on standard error and in the summary', async () => {
  writeScenario(folder, 'rising.json', loneNeuron('tanh', -3, 2))
  const { code, stderr } = await ask(['run', 'rising.json', '--out', 'rising'], folder)
  expect(code).toBe(0)
  const [before, line] = stderr.split('\n')
  expect(before).toMatch(
    /^warning: neurons\.\S+: dt 2 \* every 1 \/ tau 1 = 2, .*; set time.dt to [\d.]+ at most$/,
  )
  const [largest] = /[\d.]+ at most$/.exec(before!)!
  expect(line).toMatch(/^warning: the energy rose by [\d.e-]+ at tick 1\b.*; use a smaller time.dt than 2: /)
  expect(line!.endsWith(`: ${largest}`)).toBe(true)
  const { warnings } = readJson(folder, 'rising/summary.json') as { warnings: string[] }
  expect(warnings.map((warning) => `warning: ${warning}\n`).join('')).toBe(stderr)
  const quiet = await ask(['run', 'rising.json', '--out', 'rising', '--quiet'], folder)
  expect(quiet).toMatchObject({ code: 0, stderr: '' })
  const small = await ask(['run', 'rising.json', '--out', 'rising', '--set', 'time.dt=0.05'], folder)
  expect(small).toMatchObject({ code: 0, stderr: '' })
})

test('a value that is not finite stops the run with tick and variable, and leaves the samples so far', async () => {
  const { energy, ...others } = loneNeuron('linear', 3, 1).probes as Raw
  for (const [probes, what] of [
    [others, '`x` is not finite from tick \\d+ on .*; use a smaller time.dt, .*'],
    [{ energy }, 'probe `energy` is -Infinity at tick \\d+, which is not finite; use smaller values .*'],
  ] as const) {
    writeScenario(folder, 'diverging.json', { ...loneNeuron('linear', 3, 1), probes })
    const { code, stdout, stderr } = await ask(['run', 'diverging.json', '--out', 'diverged'], folder)
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    const [warning, line, ...more] = stderr.trimEnd().split('\n')
    expect(warning).toMatch(/^warning: neurons.x: dt 1 .*; set time.dt to 0.5 at most$/)
    expect(line).toMatch(new RegExp(`^${what}; the samples so far are in diverged/results.npz$`))
    expect(more).toEqual([])
    const tick = Number(/tick (\d+)/.exec(line as string)?.[1])
    const arrays = readArrays(folder, 'diverged/results.npz')
    for (const [name, array] of Object.entries(arrays)) {
      if (!name.endsWith('.value')) continue
      const ticks = Array.from(arrays[name.replace('.value', '.tick')]!.data)
      ticks.forEach((at, index) => {
        expect([at, Number.isFinite(array.data[index])]).toEqual([at, at < tick])
      })
      expect(ticks.length).toBeGreaterThan(3)
    }
    expect(readJson(folder, 'diverged/summary.json').failed).toContain('is not finite')
  }
})

test('an --out that cannot be a folder is one line and exit code 1', async () => {
  const { code, stderr } = await ask(['run', 'small.json', '--out', 'small.json/out'], folder)
  expect(code).toBe(1)
  expect(stderr).toBe(
    'cannot write small.json/out: there is a file in place of a folder; give another folder with --out\n',
  )
})

test('--set takes several values, one or many at a time', async () => {
  const { code } = await ask(
    [
      'run',
      '--set',
      'replicas=1',
      'synapses.w.tau=4',
      'small.json',
      '--set',
      'seed=9',
      '--out',
      'set',
      '--ticks',
      '0',
    ],
    folder,
  )
  expect(code).toBe(0)
  const summary = readJson(folder, 'set/summary.json')
  expect(summary.scenario).toMatchObject({
    seed: 9,
    replicas: 1,
    time: { ticks: 0 },
    synapses: { w: { tau: 4 } },
  })
  expect(readArrays(folder, 'set/results.npz')['energy.value']!.shape).toEqual([1])
})

test('whoever reads the output may stop early', async () => {
  const { child, end } = start(['plan', 'small.json'], folder)
  child.stdout?.destroy()
  await once(child, 'close')
  expect((await end).stderr).toBe('')
})

test('a run with time.until ends at rest, says so last, and summary.json has the tick of each replica', async () => {
  const until = { layer: 'v', below: 1e-4, every: 10 }
  writeScenario(folder, 'rest.json', {
    version: 1,
    time: { dt: 0.1, ticks: 1000, until },
    neurons: {
      v: {
        size: 1,
        lagrangian: { kind: 'linear' },
        bias: { kind: 'values', values: [[1], [10]] },
      },
    },
    probes: { rate: { kind: 'speed', layer: 'v', every: 5 } },
    replicas: 2,
  })
  const last = (text: string): string | undefined => text.trimEnd().split('\n').at(-1)
  const { code, stderr } = await ask(['run', 'rest.json', '--checkpoint-every', '60'], folder)
  expect([code, last(stderr)]).toEqual([0, 'came to rest at tick 120; ended at tick 250 of 1000'])
  expect(readJson(folder, 'out/rest/summary.json')).toMatchObject({ ticks: 250, rest: [100, 120] })
  const arrays = readArrays(folder, 'out/rest/results.npz')
  expect(Object.keys(arrays).sort()).toEqual(['rate.tick', 'rate.time', 'rate.value', 'state.v'])
  const again = ['run', 'rest.json', '--resume', 'out/rest/checkpoint.npz', '--out', 'again']
  const more = await ask([...again, '--ticks', '2000'], folder)
  expect([more.code, last(more.stderr)]).toEqual([0, 'came to rest at tick 120; ended at tick 250 of 2000'])
  expect(readJson(folder, 'again/summary.json')).toMatchObject({
    ticks: 250,
    startTick: 240,
    rest: [100, 120],
  })
  expect(bytes('again/results.npz')).toEqual(bytes('out/rest/results.npz'))
  const short = await ask(['run', 'rest.json', '--ticks', '110', '--out', 'short'], folder)
  expect(last(short.stderr)).toBe('1 of 2 replicas are not at rest at tick 110, the last')
  expect(readJson(folder, 'short/summary.json')).toMatchObject({ ticks: 110, rest: [100, null] })
})

test.runIf(process.platform === 'linux')(
  'on a terminal three lines say what there is and what is next',
  async () => {
    writeScenario(folder, 'lone.json', smallScenario())
    const command = `'${process.execPath}' '${resolve('bin/engram.js')}' run lone.json`
    const onTerminal = async (line: string): Promise<string> => {
      const { stdout } = await promisify(execFile)('script', ['-qec', line, '/dev/null'], { cwd: folder })
      return stdout.replaceAll('\r', '')
    }
    expect(await onTerminal(command)).toMatch(
      /\nresults\.npz\tout\/lone\/results\.npz\n\nadapter {2}.*; engram devices lists all\nresults {2}out\/lone: results\.npz, summary\.json\nnext {5}engram .* lone\.json .*\n$/,
    )
    expect(await onTerminal(`${command} --quiet`)).not.toContain('adapter ')
  },
)

test('a run reads no modules of a terminal or of eigenvalues, each of which is many files', async () => {
  const list = join(folder, 'list.mjs')
  writeFileSync(
    list,
    `import { _cache } from 'node:module'
import { writeFileSync } from 'node:fs'
process.on('exit', () => writeFileSync(process.env.LIST_FILE, Object.keys(_cache).join('\\n')))`,
  )
  const file = join(folder, 'modules.txt')
  const env = { LIST_FILE: file, NODE_OPTIONS: `--import ${list}` }
  expect((await start(['run', 'small.json', '--out', 'modules'], folder, env).end).code).toBe(0)
  const modules = readFileSync(file, 'utf8').split('\n')
  expect(modules.map((path) => basename(path)).filter((name) => name.endsWith('.js'))).toEqual([])
  expect(modules.some((path) => path.endsWith('dawn.node'))).toBe(true)
})
