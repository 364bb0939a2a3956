import { existsSync, readdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { ask, type Raw, readArrays, readJson, temporaryFolder, writeScenario } from './program.ts'

const folder = temporaryFolder()
const digits = resolve('scenarios/digits.json')
const hopfield = resolve('scenarios/hopfield.json')
const QUANTITIES = ['activation', 'energy', 'velocity', 'drive']

/** Standard output as `quantity: [absolute, relative, tick, replica]`. */
function tableOf(stdout: string): Record<string, number[]> {
  const [head, ...rows] = stdout
    .trimEnd()
    .split('\n')
    .filter((line) => !line.includes('\t'))
    .map((line) => line.split(/ +/))
  expect(head).toEqual(['quantity', 'absolute', 'relative', 'tick', 'replica'])
  return Object.fromEntries(rows.map(([name, ...cells]) => [name!, cells.map(Number)] as const))
}

const generating = (...args: string[]) => ask(['analyse', 'generating', ...args], folder)

const random: Raw = { kind: 'random', distribution: 'normal' }

/** The Hebbian choice: hidden neurons linear with gain 1/N_h. */
const hebbian: Raw = {
  version: 1,
  time: { dt: 0.1, ticks: 20 },
  neurons: {
    visible: { size: 20, lagrangian: { kind: 'linear' }, init: { ...random, count: 1 } },
    hidden: { size: 40, lagrangian: { kind: 'linear', gain: 1 / 40 }, tau: 0 },
  },
  memories: { xi: { from: 'visible', to: 'hidden', init: random } },
}

/** All that a network with a generating function may have. */
const everything: Raw = {
  version: 1,
  time: { dt: 0.05, ticks: 60 },
  neurons: {
    visible: { size: 30, lagrangian: { kind: 'linear' }, tau: 2, every: 2, temperature: 0.01 },
    hidden: {
      size: 6,
      lagrangian: { kind: 'softmax', beta: 2 },
      tau: 0,
      bias: { ...random, count: 3 },
    },
    other: { size: 9, lagrangian: { kind: 'tanh', gain: 2 }, tau: 0 },
  },
  memories: {
    xi: {
      from: 'visible',
      to: 'hidden',
      init: random,
      scale: 0.3,
      rule: 'gated',
      tau: 3,
      every: 3,
      inputOffset: 'half-norm',
    },
    back: { from: 'other', to: 'visible', init: random, scale: 0.1, rule: 'hebbian', tau: 5 },
    half: {
      from: 'hidden',
      to: 'visible',
      init: random,
      scale: 0.2,
      format: 'f16',
      inputOffset: 'half-norm',
    },
  },
  stimulus: [
    {
      kind: 'current',
      layer: 'hidden',
      patterns: { ...random, count: 4 },
      dwell: 3,
      gap: 2,
      order: 'shuffle',
    },
    { kind: 'current', layer: 'visible', patterns: { ...random, count: 2 }, start: 10, stop: 50, dwell: 4 },
    {
      kind: 'clamp',
      layer: 'visible',
      patterns: { ...random, count: 3, corrupt: { op: 'mask', fraction: 0.5 } },
      start: 5,
      dwell: 4,
      gap: 3,
    },
  ],
  replicas: 3,
}

beforeAll(() => {
  writeScenario(folder, 'hebbian.json', hebbian)
  writeScenario(folder, 'everything.json', everything)
})

test('digits: the GPU and the generating function differ by float32 rounding', async () => {
  const { code, stdout, stderr } = await generating(
    ...[digits, '--set', 'replicas=3', '--ticks', '40', '--samples', '8', '--out', 'digits'],
  )
  expect({ code, stderr: stderr.replace(/^warning: .*\n/gm, '') }).toEqual({ code: 0, stderr: '' })
  const table = tableOf(stdout)
  expect(Object.keys(table)).toEqual(QUANTITIES)
  // A float32 sum of N products is off by 4 sqrt(N) 2^-24 |Xi_mu| |v| at most, but for once in 10^4 (Higham, Mary 2019).
  // Relative to the terms of the energy that is itself the bound; softmax makes of an error e of h one of 2 beta e of g.
  const rounding = 4 * Math.sqrt(784) * 2 ** -24
  const steepness = 2 * 0.1 * 28 * 28
  expect(table.energy![1]).toBeLessThan(rounding)
  for (const quantity of ['activation', 'velocity', 'drive'])
    expect(table[quantity]![1], quantity).toBeLessThan(steepness * rounding)
})

test('--out writes both energies and the differences of every sample and replica, and the table as JSON', () => {
  expect(readdirSync(join(folder, 'digits')).sort()).toEqual(['generating.json', 'generating.npz'])
  const arrays = readArrays(folder, 'digits/generating.npz')
  const shapes = Object.fromEntries(Object.entries(arrays).map(([name, { shape }]) => [name, shape]))
  expect(shapes).toEqual({
    tick: [9],
    time: [9],
    'energy.full': [9, 3],
    'energy.generating': [9, 3],
    ...Object.fromEntries(
      QUANTITIES.flatMap((name) => [
        [`${name}.absolute`, [9, 3]],
        [`${name}.relative`, [9, 3]],
      ]),
    ),
  })
  expect(Array.from(arrays.tick!.data)).toEqual([0, 5, 10, 15, 20, 25, 30, 35, 40])
  const [full, generated] = [arrays['energy.full']!.data, arrays['energy.generating']!.data]
  const apart = Array.from(full, (energy, k) => Math.abs(energy - generated[k]!))
  expect(Array.from(arrays['energy.absolute']!.data)).toEqual(apart)
  // The energy falls on the way, in both versions.
  expect(full[24]).toBeLessThan(full[0]!)
  const content = readJson(folder, 'digits/generating.json') as {
    differences: Record<string, Record<string, number>>
  }
  expect(content).toMatchObject({ samples: 9, stride: 5, seed: 1, scenario: { replicas: 3 } })
  expect(content.differences.energy!.absolute).toBe(Math.max(...apart))
})

test('hidden neurons of gain 1/N_h, the Hebbian choice: all quantities agree to 1e-5', async () => {
  const { code, stdout } = await generating('hebbian.json', '--out', 'hebbian')
  expect(code).toBe(0)
  // Linear: of the order of sqrt(N) 2^-24 times the norms over the largest entry, 4 * 6 * 6e-8 * 6.
  for (const [quantity, row] of Object.entries(tableOf(stdout))) expect(row[1], quantity).toBeLessThan(1e-5)
  expect(readArrays(folder, 'hebbian/generating.npz')['energy.full']!.shape).toEqual([21])
})

test('noise, rates, learning, half-norm offsets, currents and clamps: all quantities agree to 1e-5', async () => {
  const { code, stdout } = await generating('everything.json', '--samples', '60', '--json')
  expect(code).toBe(0)
  const { samples, differences } = JSON.parse(stdout) as {
    samples: number
    differences: Record<string, { relative: number }>
  }
  expect(samples).toBe(61)
  for (const quantity of QUANTITIES) expect(differences[quantity]!.relative, quantity).toBeLessThan(1e-5)
})

describe('wrong input is one line, exit code 2, and nothing is written', () => {
  test.each<[string, string[], RegExp]>([
    [
      'a tanh visible layer',
      ['hebbian.json', '--set', 'neurons.visible.lagrangian={"kind":"tanh"}'],
      /^hebbian.json: neurons.visible.lagrangian: layer `visible` is tanh, .*; set it to \{"kind": "linear"\}$/,
    ],
    [
      'no adiabatic hidden layer',
      ['hebbian.json', '--set', 'neurons.hidden.tau=1'],
      /^hebbian.json: neurons: layer `hidden` has tau 1, .*; set neurons.hidden.tau to 0$/,
    ],
    [
      'no hidden layer',
      [hopfield],
      /hopfield.json: neurons: layer `visible` is the only layer, .*; add one with tau 0/,
    ],
    [
      '0 samples',
      ['hebbian.json', '--samples', '0'],
      /^--samples: must be an integer from 1 to \d+, not "0"$/,
    ],
    [
      'an unknown option',
      ['hebbian.json', '--sample', '3'],
      /^unknown option '--sample' \(Did you mean --samples\?\)$/,
    ],
  ])('%s', async (_, args, line) => {
    const { code, stdout, stderr } = await ask(['analyse', 'generating', ...args, '--out', 'refused'], folder)
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr.trimEnd()).toMatch(line)
    expect(stderr.trimEnd()).not.toContain('\n')
    expect(existsSync(join(folder, 'refused'))).toBe(false)
  })
})

test('a run that diverges is one line and exit code 1', async () => {
  const { code, stdout, stderr } = await generating('hebbian.json', '--ticks', '2000', '--samples', '2')
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
  expect(stderr).toMatch(/^`visible` is not finite from tick \d+ on .*\n$/)
})

test('engram analyse --help and engram analyse generating --help go to standard output', async () => {
  for (const words of [['analyse'], ['analyse', 'generating']]) {
    const { code, stdout, stderr } = await ask([...words, '--help'], folder)
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toContain(`Usage: engram ${words.join(' ')} [options]`)
  }
})
