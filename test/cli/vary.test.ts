import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { ask, readArrays, readJson, smallScenario, temporaryFolder, writeScenario } from './program.ts'

const folder = temporaryFolder()
const BETA = 'neurons.hidden.lagrangian.beta'
const VARY = ['--vary', `${BETA}=1:4:3:log`, '--vary', 'seed=1,2']

beforeAll(() => {
  // A shuffle has one order for all replicas.
  const scenario = smallScenario()
  const stimulus = (scenario.stimulus as object[]).slice(0, 2)
  writeScenario(folder, 's.json', { ...scenario, stimulus })
})

test('a run that varies writes the values of each replica beside its samples', async () => {
  const { code, stdout } = await ask(['run', 's.json', '--csv', '--out', 'out', ...VARY], folder)
  expect(code).toBe(0)
  expect(stdout).toContain('overlap.mean\t')
  const beta = [1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 4, 4, 4, 4, 4, 4]
  const seed = [1, 1, 1, 2, 2, 2, 1, 1, 1, 2, 2, 2, 1, 1, 1, 2, 2, 2]
  const arrays = readArrays(folder, 'out/results.npz')
  expect(Array.from(arrays[`axis.${BETA}`]!.data)).toEqual(beta)
  expect(Array.from(arrays['axis.seed']!.data)).toEqual(seed)
  expect(arrays['overlap.value']!.shape).toEqual([4, 18, 5])
  const { axes, repetitions } = readJson(folder, 'out/summary.json')
  expect({ axes, repetitions }).toEqual({
    axes: [
      { path: BETA, values: [1, 2, 4] },
      { path: 'seed', values: [1, 2] },
    ],
    repetitions: 3,
  })
  const lines = readFileSync(join(folder, 'out/axes.csv'), 'utf8').trimEnd().split('\n')
  expect(lines[0]).toBe(`replica,${BETA},seed`)
  expect(lines.slice(1)).toEqual(beta.map((value, r) => `${r},${value},${seed[r]}`))
})

test('validate and plan tell what varies', async () => {
  const told = [
    new RegExp(`^vary +${BETA} +1, 2, 4$`, 'm'),
    /^vary +seed +1, 2$/m,
    /^18 replicas: 6 points, the first path slowest, 3 replicas each$/m,
  ]
  for (const command of ['validate', 'plan']) {
    const { code, stdout } = await ask([command, 's.json', ...VARY], folder)
    expect(code).toBe(0)
    for (const line of told) expect(stdout).toMatch(line)
  }
})

test.each([
  [
    ['validate', 's.json', '--vary', `${BETA}=1:4`],
    `--vary: takes path=from:to:steps, path=from:to:steps:log or path=0.1,0.2, not "${BETA}=1:4"\n`,
  ],
  [
    ['run', 's.json', '--vary', 'neurons.hiden.lagrangian.beta=1,2'],
    `s.json: replicas.vary.neurons.hiden.lagrangian.beta: there is no such parameter; did you mean \`${BETA}\`?\n`,
  ],
  [
    ['analyse', 'fixed-points', 's.json', ...VARY],
    's.json: replicas.vary: parameters vary by replica, and this looks at one network; give --set replicas=1, and --set ' +
      'PATH=VALUE for its values\n',
  ],
])('wrong input is told in one line: %j', async (args, line) => {
  expect(await ask(args, folder)).toEqual({ code: 2, stdout: '', stderr: line })
})
