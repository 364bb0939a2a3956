import { expect, test } from 'vitest'
import { markedAt, parametersOf } from '../../../src/app/controls/expression-text.ts'
import { controlFields, withField } from '../../../src/app/controls/fields.ts'
import { parseScenario } from '../../../src/core/model/parse.ts'
import type { Scenario } from '../../../src/core/model/schema.ts'
import { loadShipped } from '../../scenario.ts'

const path = 'neurons.visible.lagrangian'
const changed = (scenario: Scenario, at: string, value: unknown): Scenario =>
  parseScenario(JSON.parse(JSON.stringify(withField(scenario, at, value))))

test('a layer that is made custom begins with the function that it has', async () => {
  const { scenario } = await loadShipped('hopfield')
  const custom = changed(scenario, path, 'custom')
  expect(custom.neurons.visible?.lagrangian).toEqual({
    kind: 'custom',
    activation: 'tanh(gain * x)',
    lagrangian: 'logCosh(gain * x) / gain',
    parameters: { gain: 10 },
  })
  const parameter = controlFields(custom).find((one) => one.path === `${path}.parameters.gain`)
  expect(parameter).toMatchObject({ kind: 'number', title: 'gain', value: 10 })
})

test('a whole Lagrangian of two expressions is taken as it is', async () => {
  const { scenario } = await loadShipped('hopfield')
  const own = { kind: 'custom', activation: 'x', lagrangian: 'x * x / 2', parameters: { scale: 1 } }
  const custom = changed(scenario, path, own)
  expect(custom.neurons.visible?.lagrangian).toEqual(own)
  expect(controlFields(custom).map((one) => one.path)).toContain(`${path}.parameters.scale`)
})

test('the word at the column that an error names is marked, in the line that it names', () => {
  expect(markedAt('2 * tahn(x)', 'column 5: unknown function')).toEqual(['2 * ', 'tahn', '(x)'])
  expect(markedAt('x +\n  y', 'line 2, column 3: unknown name')).toEqual(['  ', 'y', ''])
  expect(markedAt('x ^ 2', 'column 3: unexpected')).toEqual(['x ', '^', ' 2'])
  expect(markedAt('x +', 'column 4: the expression ends')).toEqual(['x +', ' ', ''])
  expect(markedAt('x', 'jumps by 1 at x = 1')).toBeUndefined()
})

test('the expression called lagrangian is no choice of a kind', async () => {
  const { scenario } = await loadShipped('hopfield')
  const paths = controlFields(changed(scenario, path, 'custom')).map((one) => one.path)
  expect(paths).toContain(path)
  expect(paths).not.toContain(`${path}.lagrangian`)
})

test('parameters are numbers by name', () => {
  expect(parametersOf(' gain = 2, edge=-5e-1 ,')).toEqual({ gain: 2, edge: -0.5 })
  expect(parametersOf('')).toEqual({})
  for (const text of ['gain', 'gain = ', 'gain = x', '2 = gain', 'gain = 2 edge = 3'])
    expect(() => parametersOf(text)).toThrow(/is not a name with a number; write it as gain = 2/)
})
