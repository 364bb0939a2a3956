import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { expect, test } from 'vitest'
import { ask, readArrays, readJson, temporaryFolder, writeScenario } from './program.ts'

const folder = temporaryFolder()
const dense = resolve('scenarios/dense-memory.json')

/** Two patterns of signs in 32 saturating neurons: they and their negatives are stable. */
const three = {
  version: 1,
  time: { dt: 0.2, ticks: 60 },
  neurons: { v: { size: 32, lagrangian: { kind: 'tanh', gain: 10 } } },
  synapses: {
    w: {
      layer: 'v',
      base: {
        kind: 'hebbian',
        zeroDiagonal: false,
        patterns: { kind: 'random', count: 2, distribution: 'binary' },
      },
    },
  },
}

test('starts at the memories end at the memories, which are stable; files and table agree', async () => {
  const scenario = writeScenario(folder, 'softmax.json', {
    version: 1,
    time: { dt: 0.2, ticks: 50 },
    neurons: {
      v: { size: 40, lagrangian: { kind: 'linear' } },
      h: { size: 4, lagrangian: { kind: 'softmax', beta: 2 }, tau: 0 },
    },
    memories: { xi: { from: 'v', to: 'h', init: { kind: 'random', distribution: 'binary' } } },
  })
  const args = ['analyse', 'fixed-points', scenario, '--starts', '12', '--from', 'memories', '--noise', '0.3']
  const { code, stdout } = await ask([...args, '--out', 'fixed'], folder)
  expect(code).toBe(0)
  const [head, ...lines] = stdout.trimEnd().split('\n')
  expect(head?.trim().split(/\s+/).slice(0, 4)).toEqual(['point', 'basin', 'kind', 'stability'])
  expect(lines.slice(0, 4).map((line) => line.replaceAll(/\s+/g, ' ').trim().slice(0, 22))).toEqual(
    [0, 1, 2, 3].map((point) => `${point} 25.0 % memory stable`),
  )
  const arrays = readArrays(folder, 'fixed/fixed-points.npz')
  expect(arrays.v?.shape).toEqual([4, 40])
  expect([...arrays['start.point']!.data]).toEqual([0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3])
  expect(Math.max(...Array.from(arrays.residual!.data))).toBeLessThan(1e-10)
  const { points, moving } = readJson(folder, 'fixed/fixed-points.json') as {
    points: { members: string[] }[]
    moving: number
  }
  expect(points.map(({ members }) => members)).toEqual([['xi 0'], ['xi 1'], ['xi 2'], ['xi 3']])
  expect(moving).toBe(0)
})

test('random starts of a network with two patterns find both and their negatives, nothing else', async () => {
  const scenario = writeScenario(folder, 'two.json', three)
  const { code, stdout } = await ask(
    ['analyse', 'fixed-points', scenario, '--starts', '40', '--json'],
    folder,
  )
  expect(code).toBe(0)
  const { points } = JSON.parse(stdout) as {
    points: { kind: string; members: string[]; unstable: number; share: number; basin: number }[]
  }
  const stable = points.filter(({ unstable }) => unstable === 0)
  expect(stable.map(({ members }) => members.join()).toSorted()).toEqual(['-w 0', '-w 1', 'w 0', 'w 1'])
  expect(stable.reduce((sum, { basin }) => sum + basin, 0)).toBeGreaterThan(35)
})

test('a network that cannot rest in its time is a failed run with advice', async () => {
  const scenario = writeScenario(folder, 'short.json', { ...three, time: { dt: 0.001, ticks: 1 } })
  const { code, stdout, stderr } = await ask(['analyse', 'fixed-points', scenario, '--starts', '2'], folder)
  expect([code, stdout]).toEqual([1, ''])
  expect(stderr).toMatch(
    /no start has come to rest after 25 ticks: the slowest moves at \S+, rest is below \S+; give four times as long \(--ticks 10\)/,
  )
})

test.each([
  [['--starts', '0'], /--starts: must be an integer from 1 to 65535, not "0"$/],
  [['--from', 'anywhere'], /--from: must be random or memories, not "anywhere"$/],
  [['--noise', 'much'], /--noise: must be a number above 0, not "much"$/],
  [['--replica', '20'], /--replica: is 20, the scenario has 20 replicas, numbered from 0$/],
  [['--speed', '-1'], /--speed: must be a number above 0, not "-1"$/],
  [['--set', 'memories.xi.rulle=1'], /did you mean `rule`\?/],
])('%j is wrong input: one line, nothing written', async (args, line) => {
  const { code, stdout, stderr } = await ask(
    ['analyse', 'fixed-points', dense, ...args, '--out', 'no'],
    folder,
  )
  expect([code, stdout]).toEqual([2, ''])
  expect(stderr.trimEnd()).toMatch(line)
  expect(stderr.trimEnd()).not.toContain('\n')
  expect(existsSync(join(folder, 'no'))).toBe(false)
})
