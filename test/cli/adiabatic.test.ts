import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { ask, readArrays, readJson, temporaryFolder, writeScenario } from './program.ts'

const folder = temporaryFolder()

/** An adiabatic layer, plastic synapses and a learning memory: one limit each. */
const scenario = {
  version: 1,
  time: { dt: 0.05, ticks: 20 },
  neurons: {
    v: {
      size: 12,
      lagrangian: { kind: 'tanh', gain: 1.5 },
      init: { kind: 'random', count: 2, distribution: 'normal' },
    },
    h: { size: 4, lagrangian: { kind: 'tanh', gain: 1 }, tau: 0 },
  },
  synapses: { w: { layer: 'v', tau: 2, strength: 1 } },
  memories: {
    xi: {
      from: 'v',
      to: 'h',
      init: { kind: 'random', distribution: 'normal' },
      scale: 0.4,
      rule: 'hebbian',
      tau: 5,
    },
  },
  replicas: 2,
}

test('distances from the adiabatic and the frozen limits have order 1, in table, files and picture', async () => {
  const file = writeScenario(folder, 'three.json', scenario)
  const { code, stdout } = await ask(['analyse', 'adiabatic', file, '--out', 'limits'], folder)
  expect(code).toBe(0)
  const { limits } = readJson(folder, 'limits/adiabatic.json') as {
    limits: Record<string, { kind: string; order: number; distances: number[] }>
  }
  expect(Object.entries(limits).map(([name, { kind }]) => [name, kind])).toEqual([
    ['h', 'adiabatic'],
    ['w', 'frozen'],
    ['xi', 'frozen'],
  ])
  // The next order is some tau / tau_v, here 0.05 at most, or T / tau, 0.25 at most.
  for (const { order } of Object.values(limits)) expect(Math.abs(order - 1)).toBeLessThan(0.12)
  const arrays = readArrays(folder, 'limits/adiabatic.npz')
  expect(Array.from(arrays['h.distance']!.data)).toEqual(limits.h!.distances)
  expect(Array.from(arrays['h.tau']!.data).map((tau) => Number(tau.toPrecision(4)))).toEqual([
    0.05, 0.025, 0.0125, 0.00625,
  ])
  expect(stdout).toContain(`\nh.order\t${limits.h!.order.toFixed(3)}\t`)
  expect(readFileSync(join(folder, 'limits/adiabatic.svg'), 'utf8')).toContain('h, adiabatic: order')
})

test.each([
  [['--of', 'v'], /neurons\.v: layer `v` has the synapses `w` and cannot be adiabatic; choose another layer/],
  [['--of', 'x'], /there is no `x` in this network; choose one of v, h, xi, w/],
  [
    [
      '--of',
      'xi',
      '--set',
      'memories.xi={"from":"v","to":"h","init":{"kind":"random","distribution":"normal"}}',
    ],
    /memories\.xi: `xi` does not change and cannot be frozen; choose another/,
  ],
  [['--ticks', '0'], /time\.ticks: is 0, there is nothing to compare; set it to 1 or more/],
  [['--samples', '0'], /--samples: must be an integer from 1 to 10000, not "0"/],
])('%j is wrong input: one line, nothing written', async (args, line) => {
  const file = writeScenario(folder, 'wrong.json', scenario)
  const { code, stdout, stderr } = await ask(['analyse', 'adiabatic', file, ...args, '--out', 'no'], folder)
  expect([code, stdout]).toEqual([2, ''])
  expect(stderr).toMatch(line)
  expect(stderr.trimEnd()).not.toContain('\n')
  expect(existsSync(join(folder, 'no'))).toBe(false)
})
