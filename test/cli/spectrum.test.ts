import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { expect, test } from 'vitest'
import { decodeNpz } from '../../src/core/data/npz.ts'
import { ask, temporaryFolder } from './program.ts'

const folder = temporaryFolder()
const dense = resolve('scenarios/dense-memory.json')

/** Lines `key<tab>value`. */
function valuesOf(stdout: string): Record<string, string> {
  return Object.fromEntries(
    stdout
      .trimEnd()
      .split('\n')
      .map((line) => line.split('\t') as [string, string]),
  )
}

test('the coupling of random signs follows the law of Marchenko and Pastur, in lines and in files', async () => {
  const { code, stdout } = await ask(['analyse', 'spectrum', dense, '--top', '2', '--out', 'law'], folder)
  expect(code).toBe(0)
  const values = valuesOf(stdout)
  expect(Number(values['xi.q'])).toBeCloseTo(0.256, 10)
  expect(Number(values['xi.kolmogorov'])).toBeLessThan(0.02)
  expect(values['xi.highest']?.split(' ')).toHaveLength(2)
  const { 'xi.eigenvalues': eigenvalues } = decodeNpz(readFileSync(join(folder, 'law/spectrum.npz')))
  expect(eigenvalues?.shape).toEqual([256])
  // The trace of J is N_v times the mean square of the entries.
  const trace = Array.from(eigenvalues?.data ?? []).reduce((total, value) => total + value, 0)
  expect(trace / 256).toBeCloseTo(0.0248 ** 2, 9)
  const picture = readFileSync(join(folder, 'law/spectrum-xi.svg'), 'utf8')
  expect(picture).toContain('law of Marchenko and Pastur')
  expect(picture.match(/class="bar /g)?.length).toBeGreaterThan(10)
  const summary = JSON.parse(readFileSync(join(folder, 'law/spectrum.json'), 'utf8')) as { tick: number }
  expect(summary.tick).toBe(0)
})

test('the Jacobian tells a memory, which is stable, from the state between two, which is a saddle', async () => {
  const scenario = {
    version: 1,
    time: { dt: 0.1, ticks: 100 },
    neurons: { v: { size: 32, lagrangian: { kind: 'tanh', gain: 4 } } },
    synapses: {
      w: {
        layer: 'v',
        base: {
          kind: 'hebbian',
          zeroDiagonal: false,
          patterns: { kind: 'random', count: 2, distribution: 'orthogonal' },
        },
      },
    },
    stimulus: [{ kind: 'initial', layer: 'v', patterns: { kind: 'rows', of: 'w', select: [0] } }],
  }
  writeFileSync(join(folder, 'two.json'), JSON.stringify(scenario))
  const at = async (...more: string[]): Promise<Record<string, string>> => {
    const args = ['analyse', 'spectrum', 'two.json', '--of', 'jacobian', ...more]
    const { code, stdout, stderr } = await ask(args, folder)
    expect([code, stderr]).toEqual([0, ''])
    return valuesOf(stdout)
  }
  const rest = await at()
  expect(rest['jacobian.hyperbolic']).toBe('true')
  expect(rest['jacobian.unstable']).toBe('0')
  // At 0 the eigenvalues are 4 N/N - 1 = 3 along both patterns and -1 elsewhere.
  const origin = await at('--at', '0', '--set', 'stimulus=[]')
  expect([origin['jacobian.unstable'], origin['jacobian.stable']]).toEqual(['2', '30'])
  expect(Number(origin['jacobian.largest'])).toBeCloseTo(3, 4)
})

test.each([
  [['--of', 'everything'], /--of: must be coupling or jacobian, not "everything"/],
  [['--at', 'rest'], /--at: must be an integer from 0 .*, not "rest"/],
  [['--replica', '20'], /--replica: is 20, the scenario has 20 replicas, numbered from 0/],
  [['--speed', '0'], /--speed: must be a number above 0, not "0"/],
  [['--top', '0'], /--top: must be an integer from 1 to 1024, not "0"/],
  [['--set', 'memories.xi.rulle=1'], /did you mean `rule`\?/],
])('%j is wrong input: one line, nothing written', async (args, line) => {
  const { code, stdout, stderr } = await ask(['analyse', 'spectrum', dense, ...args, '--out', 'no'], folder)
  expect([code, stdout]).toEqual([2, ''])
  expect(stderr).toMatch(line)
  expect(stderr.trimEnd()).not.toContain('\n')
  expect(existsSync(join(folder, 'no'))).toBe(false)
})

test('of a memory too large for the dense solver both ends are found without its N x N matrix', async () => {
  const args = ['--set', 'neurons.visible.size=1100', '--set', 'neurons.hidden.size=1152']
  const { code, stdout } = await ask(
    ['analyse', 'spectrum', dense, ...args, '--set', 'memories.xi.init.count=1152', '--top', '2'],
    folder,
  )
  expect(code).toBe(0)
  const values = valuesOf(stdout)
  expect(values['xi.method']).toBe('lanczos')
  expect(Number(values['xi.residual.high'])).toBeLessThan(1e-4 * Number(values['xi.largest']))
  const edge = Number(values['xi.law.high'])
  expect(Math.abs(Number(values['xi.largest']) - edge)).toBeLessThan(0.05 * edge)
  expect(Number(values['xi.bytes'])).toBeLessThan(3 * 1152 * 1100 * 4)
})

test('of synapses and a flow of more neurons than the dense solver takes, the ends are found and the verdict holds', async () => {
  // Two orthogonal patterns of norm sqrt(N): W has the eigenvalue 1 twice, at 0 the flow has 4 - 1 = 3 twice and -1.
  const scenario = {
    version: 1,
    time: { dt: 0.1, ticks: 1 },
    neurons: { v: { size: 1100, lagrangian: { kind: 'tanh', gain: 4 } } },
    synapses: {
      w: {
        layer: 'v',
        base: {
          kind: 'hebbian',
          zeroDiagonal: false,
          patterns: { kind: 'random', count: 2, distribution: 'orthogonal' },
        },
      },
    },
  }
  writeFileSync(join(folder, 'large.json'), JSON.stringify(scenario))
  const coupling = await ask(['analyse', 'spectrum', 'large.json', '--top', '2'], folder)
  expect(coupling.code).toBe(0)
  const w = valuesOf(coupling.stdout)
  expect(w['w.method']).toBe('lanczos')
  expect(Number(w['w.largest'])).toBeCloseTo(1, 4)
  expect(Math.abs(Number(w['w.smallest']))).toBeLessThan(1e-4)
  const args = ['analyse', 'spectrum', 'large.json', '--of', 'jacobian', '--at', '0', '--top', '2']
  const flow = await ask(args, folder)
  expect(flow.code).toBe(0)
  const values = valuesOf(flow.stdout)
  expect(values['jacobian.method']).toBe('lanczos')
  expect(values['jacobian.hyperbolic']).toBe('true')
  expect(Number(values['jacobian.largest'])).toBeCloseTo(3, 3)
  expect(Number(values['jacobian.smallest'])).toBeCloseTo(-1, 3)
  expect(Number(values['jacobian.margin'])).toBeCloseTo(1, 3)
})
