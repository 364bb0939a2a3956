import { expect, test } from 'vitest'
import {
  type AxisForm,
  commandOf,
  listText,
  readList,
  startingAxis,
  variedScenario,
} from '../../../src/app/variation/form.ts'
import { parseScenario } from '../../../src/core/model/parse.ts'
import { checkScenario } from '../../../src/core/model/check.ts'
import { resolveModel, sparesOf } from '../../../src/core/model/resolve.ts'
import { replicaCount, withVariation } from '../../../src/core/model/variation.ts'

const BETA = 'neurons.hidden.lagrangian.beta'
const scenario = parseScenario({
  version: 1,
  seed: 7,
  replicas: 3,
  time: { dt: 0.1, ticks: 20 },
  neurons: {
    visible: { size: 4, lagrangian: { kind: 'tanh' } },
    hidden: { size: 2, tau: 0, lagrangian: { kind: 'softmax', beta: 2 } },
  },
  memories: { xi: { from: 'visible', to: 'hidden', init: { kind: 'random', distribution: 'binary' } } },
})
const beta: AxisForm = { path: BETA, from: 0.1, to: 10, steps: 5, isLog: true }

test('an axis with replicas or with seeds is the same scenario as that of the command line', () => {
  for (const by of ['replicas', 'seeds'] as const) {
    const varied = variedScenario(scenario, { axes: [beta], repeats: 4, by, ticks: 30 })
    checkScenario(parseScenario(varied))
    expect(replicaCount(varied)).toBe(20)
    const seeds = by === 'seeds' ? ['seed=7,8,9,10'] : []
    expect(withVariation(varied, [`${BETA}=0.1:10:5:log`, ...seeds])).toEqual(varied)
  }
  // The file has what varies.
  expect(commandOf('two-vary.engram')).toBe('engram run two-vary.engram --out out/two-vary')
})

test('a list is read with spaces, commas or semicolons, and is refused with a reason', () => {
  for (const [text, values] of [
    ['0.5, 1, 2', [0.5, 1, 2]],
    ['0.5 1 2', [0.5, 1, 2]],
    ['0.5,1,2', [0.5, 1, 2]],
    ['0.5,1', [0.5, 1]],
    ['1,2,3', [1, 2, 3]],
    ['0,5 1,5', [0.5, 1.5]],
    ['0,5; 1,5;2', [0.5, 1.5, 2]],
    ['0,5, 1,5', [0.5, 1.5]],
    [' 3 , 4,', [3, 4]],
    ['-1e-3', [-0.001]],
  ] as const)
    expect(readList(text), text).toEqual({ values })
  expect(readList(listText([0.1, 2, 3e-9]))).toEqual({ values: [0.1, 2, 3e-9] })
  expect(readList('a b')).toEqual({ fault: '“a” is not a number; write it like 1.5, 1,5 or 1e-3.' })
  expect(readList('1,2')).toEqual({ fault: '“1,2” may be one number or two; write 1.2 or 1, 2.' })
  for (const text of ['', ' ', ',', '1 b', '1,,2', '1;;;x'])
    expect(readList(text), text).toHaveProperty('fault')
})

test('a list and a second axis make a grid; a form begins with the range of the slider', () => {
  const bias: AxisForm = {
    path: 'neurons.hidden.bias',
    values: [-1, 0, 1],
    from: 0,
    to: 0,
    steps: 2,
    isLog: false,
  }
  const varied = variedScenario(scenario, { axes: [beta, bias], repeats: 1, by: 'replicas', ticks: 20 })
  expect(parseScenario(varied).replicas).toEqual({
    vary: {
      [BETA]: { from: 0.1, to: 10, steps: 5, scale: 'log' },
      'neurons.hidden.bias': { values: [-1, 0, 1] },
    },
  })
  const start = startingAxis(scenario, BETA)
  expect(start.isLog).toBe(true)
  expect([start.from, start.to].every((value) => value > 0)).toBe(true)
  expect(start.from).toBeLessThan(2)
  expect(start.to).toBeGreaterThan(2)
  // A layer with tau 0 needs another plan, so that a range from 0 would be refused.
  const seed = startingAxis(scenario, 'seed')
  checkScenario(
    parseScenario(variedScenario(scenario, { axes: [seed], repeats: 1, by: 'replicas', ticks: 20 })),
  )
  expect([seed.from, seed.to, seed.steps]).toEqual([scenario.seed, scenario.seed + 8, 9])
  const tau = startingAxis(scenario, 'neurons.visible.tau')
  expect(tau).toEqual({ path: 'neurons.visible.tau', steps: 9, from: 0.25, to: 4, isLog: true })
  checkScenario(
    parseScenario(variedScenario(scenario, { axes: [tau], repeats: 1, by: 'replicas', ticks: 20 })),
  )
})

test('rows that no network of a point uses are known from the form', async () => {
  const init = { kind: 'values', values: Array.from({ length: 5 }, (_, row) => [row, 0, 0, 1]) }
  const starts = parseScenario({
    ...scenario,
    replicas: 5,
    neurons: { ...scenario.neurons, visible: { ...scenario.neurons.visible, init } },
  })
  const model = await resolveModel(starts, { read: () => Promise.reject(new Error('no file')) })
  const spares = (repeats: number) =>
    sparesOf({
      ...model,
      scenario: variedScenario(starts, {
        axes: [startingAxis(starts, BETA)],
        repeats,
        by: 'replicas',
        ticks: 20,
      }),
    })
  expect(spares(3)).toEqual([{ path: 'neurons.visible.init', rows: 5, used: 3 }])
  expect(spares(5)).toEqual([])
})
