/** `engram sweep` as a process: one sweep serves many claims. */
import { existsSync, readFileSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { beforeAll, expect, test } from 'vitest'
import { ask, type Outcome, readArrays, readJson, start, temporaryFolder, writeScenario } from './program.ts'

const folder = temporaryFolder()

/** Grows beyond float32 as soon as it has a bias. */
const scenario = {
  version: 1,
  time: { dt: 0.1, ticks: 40 },
  neurons: { x: { size: 2, lagrangian: { kind: 'linear' }, bias: 0 } },
  synapses: {
    w: {
      layer: 'x',
      base: { kind: 'hebbian', patterns: { kind: 'random', distribution: 'binary', count: 2 } },
    },
  },
  stimulus: [{ kind: 'initial', layer: 'x', patterns: { kind: 'random', distribution: 'normal', count: 1 } }],
  probes: { energy: { kind: 'energy', every: 10 }, rate: { kind: 'speed', layer: 'x', every: 20 } },
}

const OVER = ['--over', 'neurons.x.size=2,3', '--over', 'neurons.x.bias=0,0.5,1e30']
const SWEEP = ['sweep', 's.json', ...OVER, '--seeds', '1:2', '--out', 'D', '--quiet']

let first: Outcome

beforeAll(async () => {
  writeScenario(folder, 's.json', scenario)
  first = await ask(SWEEP, folder)
}, 120_000)

test('a point that fails inside a run leaves the others their results, and is named', async () => {
  expect(first.code).toBe(1)
  expect(first.stdout).toBe('done\t0\nfailed\t4\n')
  const { code, stdout } = await ask(['sweep', 'status', 'D'], folder)
  expect(code).toBe(1)
  expect(stdout).toMatch(
    /^points\t12\npoints done\t8\npoints failed\t4$[^]*^failed 0\t1 of 3 points failed, at neurons\.x\.bias=1e\+30: /m,
  )
  const collected = await ask(['sweep', 'collect', 'D'], folder)
  expect(collected.code).toBe(0)
  expect(collected.stderr).toMatch(/^8 of 12 points are done, 4 failed$/m)
  const arrays = readArrays(folder, 'D/collected.npz')
  const value = arrays['energy.value']!
  expect(value.shape).toEqual([2, 3, 2, 5])
  const missing = Array.from(
    value.data,
    (number, index) => Number.isNaN(number) === (Math.floor(index / 10) % 3 === 2),
  )
  expect(missing.every(Boolean)).toBe(true)
})

test('points that are run side by side have the bytes of single runs', async () => {
  const set = ['--set', 'neurons.x.size=3', '--set', 'neurons.x.bias=0.5', '--seed', '2']
  expect((await ask(['run', 's.json', ...set, '--quiet', '--out', 'one'], folder)).code).toBe(0)
  const one = readArrays(folder, 'one/results.npz')
  const all = readArrays(folder, 'D/collected.npz')
  for (const probe of ['energy', 'rate']) {
    const { data } = one[`${probe}.value`]!
    const at = (1 * 3 + 1) * 2 + 1
    expect(all[`${probe}.value`]!.data.slice(at * data.length, (at + 1) * data.length)).toEqual(data)
    expect(all[`${probe}.tick`]).toEqual(one[`${probe}.tick`])
  }
})

test('the same command runs nothing again, more values get more tasks, and other changes are refused', async () => {
  const names = readdirSync(join(folder, 'D/tasks'))
  expect(names).toEqual(['000000', '000001', '000002', '000003'])
  const more = ['sweep', 's.json', '--over', 'neurons.x.size=2,3', '--over', 'neurons.x.bias=0,0.25,0.5,1e30']
  const grown = [...more, '--seeds', '1:2', '--out', 'D', '--no-run']
  expect(await ask(grown, folder)).toMatchObject({ code: 0, stdout: 'tasks\t8\n' })
  for (const [args, line] of [
    [SWEEP, 's.json: D holds another sweep: it has the value of neurons.x.bias 0.25, which is not given now'],
    [[...grown, '--set', 'time.dt=0.2'], 's.json: D holds another sweep: its time.dt is 0.1, not 0.2'],
    [
      ['sweep', 's.json', '--over', 'neurons.x.sise=2', '--out', 'E'],
      'neurons.x.sise: unknown key; did you mean',
    ],
    [['sweep', 's.json', '--over', 'neurons.x.size=2,-1', '--out', 'E'], '(at --over neurons.x.size=-1)'],
    [['sweep', 'work', 'D', '--task', '8'], '--task: there is no task 8; D has 8, numbered from 0'],
    [['sweep', 'status', 'E'], 'E/sweep.json does not exist'],
  ] as const) {
    const { code, stderr } = await ask([...args], folder)
    expect(stderr).toContain(line)
    expect(code).toBe(2)
  }
  expect(existsSync(join(folder, 'E'))).toBe(false)
})

test('what another process is about to rename stays, and what one has left goes', async () => {
  const [young, old] = ['D/sweep.json.999998.part', 'D/sweep.json.999999.part'].map((path) =>
    join(folder, path),
  )
  for (const path of [young!, old!]) writeFileSync(path, 'half')
  utimesSync(old!, 0, 0)
  await ask([...SWEEP, '--no-run'], folder)
  expect([existsSync(young!), existsSync(old!)]).toEqual([true, false])
  rmSync(young!)
})

test('the script of an array job has the open tasks', async () => {
  const { code, stdout } = await ask(['sweep', 'submit', '--slurm', 'D', '--max', '2', '--dry-run'], folder)
  expect({ code, stdout }).toEqual({ code: 0, stdout: 'tasks\t4\nscript\tD/slurm/tasks-0.sh\n' })
  const script = readFileSync(join(folder, 'D/slurm/tasks-0.sh'), 'utf8')
  expect(script).toContain('#SBATCH --array=4-7%2\n')
  expect(script).toMatch(/^exec .* sweep work .*\/D --quiet --task \$SLURM_ARRAY_TASK_ID$/m)
})

test('a sweep from a file, with texts on an axis, is resumed by workers', async () => {
  const sweep = {
    scenario: 's.json',
    over: { 'time.integrator': ['euler', 'heun'] },
    set: { 'time.ticks': 20 },
  }
  writeFileSync(join(folder, 'study.json'), JSON.stringify({ sweep }))
  const begun = await ask(['sweep', 'study.json', '--out', 'S', '--no-run'], folder)
  expect(begun).toMatchObject({ code: 0, stdout: 'tasks\t2\n' })
  // What is read is sweep.json.
  rmSync(join(folder, 'study.json'))
  const { code, stdout } = await ask(['sweep', 'work', 'S', '--task', '1'], folder)
  expect({ code, stdout }).toEqual({ code: 0, stdout: 'done\t1\nfailed\t0\n' })
  expect(readJson(folder, 'S/tasks/000001/summary.json').scenario).toMatchObject({
    time: { ticks: 20, integrator: 'heun' },
  })
  expect(existsSync(join(folder, 'S/tasks/000000'))).toBe(false)
  await ask(['sweep', 'collect', 'S'], folder)
  expect(readFileSync(join(folder, 'S/collected.csv'), 'utf8').split('\n')[1]).toMatch(
    /^heun,1,energy,0,total,/,
  )
})

test('a cancelled sweep ends all its workers, begins no task, and continues', async () => {
  writeScenario(folder, 'long.json', { ...scenario, time: { dt: 0.001, ticks: 60_000 }, probes: {} })
  // Many enough that some are left whenever the request arrives.
  const args = ['sweep', 'long.json', '--seeds', '1:10', '--jobs', '2', '--out', 'C']
  const { end } = start(args, folder)
  const isDone = (): boolean =>
    existsSync(join(folder, 'C/tasks')) &&
    readdirSync(join(folder, 'C/tasks')).some((task) => existsSync(join(folder, 'C/tasks', task, 'done')))
  while (!isDone()) await wait(20)
  await ask(['sweep', 'cancel', 'C'], folder)
  const { code, stdout, stderr } = await end
  expect(code).toBe(143)
  const [, done] = /^done\t(\d+)\nfailed\t0\n$/.exec(stdout)!
  expect(Number(done)).toBeGreaterThan(0)
  expect(Number(done)).toBeLessThan(10)
  expect(stderr).toContain(
    `${done} of 10 points are done; run the same command again to go on with the others\n`,
  )
  const status = await ask(['sweep', 'status', 'C'], folder)
  expect(status.stdout).toContain(
    `done\t${done}\nfailed\t0\nrunning\t0\nstale\t0\nwaiting\t${10 - Number(done)}\n`,
  )
  expect(await ask([...args, '--quiet'], folder)).toMatchObject({
    code: 0,
    stdout: 'done\t10\nfailed\t0\n',
  })
}, 120_000)
