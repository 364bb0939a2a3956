import { filterScenario } from '../../cli/scenarios.ts'
import { expect, test } from 'vitest'
import { estimateOf, size, sketchOf } from '../../../src/app/session/estimate.ts'
import { equationsOf } from '../../../src/app/teaching/equations.ts'
import { controlFields, withField } from '../../../src/app/controls/fields.ts'
import { STORING_KINDS } from '../../../src/core/kinds/bases/table.ts'
import { UPDATE_KINDS, updateOf } from '../../../src/core/kinds/updates/table.ts'
import { memorySpecs } from '../../../src/core/model/specs.ts'
import { checkScenario } from '../../../src/core/model/check.ts'
import type { Scenario } from '../../../src/core/model/schema.ts'
import { parseScenario } from '../../../src/core/model/parse.ts'
import { runningParameters } from '../../../src/core/model/parameters.ts'
import type { Model } from '../../../src/core/model/model.ts'
import { planNetwork } from '../../../src/core/plan/plan.ts'
import { DEFAULT_LIMITS } from '../../../src/node/limits.ts'
import { loadShipped } from '../../scenario.ts'

const IDS = [
  'dense-memory',
  'digits',
  'fast-synapses',
  'hebbian-learning',
  'hierarchical',
  'hopfield',
  'softmax-synapses',
]
const changed = (scenario: Scenario, path: string, value: unknown): Scenario =>
  parseScenario(JSON.parse(JSON.stringify(withField(scenario, path, value))))

test.each(IDS)('%s: every running parameter has a control, and each control its value', async (id) => {
  const model = await loadShipped(id)
  const fields = controlFields(model.scenario)
  const paths = fields.map(({ path }) => path)
  expect(new Set(paths).size).toBe(paths.length)
  expect(paths).toEqual(expect.arrayContaining(runningParameters(model)))
  for (const { path, kind, value, absent, options } of fields) {
    if (value === undefined) expect([path, absent]).toEqual([path, expect.any(String)])
    else if (kind === 'choice') expect(options).toContain(value)
    else expect([path, typeof value]).toEqual([path, kind === 'flag' ? 'boolean' : 'number'])
  }
})

test('every Lagrangian of the schema can be chosen, and keeps the numbers that it shares', async () => {
  const { scenario } = await loadShipped('hopfield')
  const path = 'neurons.visible.lagrangian'
  const field = controlFields(scenario).find((one) => one.path === path)
  expect(field?.options).toEqual(expect.arrayContaining(['linear', 'softmax', 'spherical', 'tanh']))
  for (const kind of field?.options ?? [])
    expect(changed(scenario, path, kind).neurons.visible?.lagrangian.kind).toBe(kind)
  expect(changed(scenario, path, 'sigmoid').neurons.visible?.lagrangian).toEqual({
    kind: 'sigmoid',
    gain: 10,
  })
  const custom = changed(scenario, path, 'custom')
  expect(controlFields(custom).map((one) => one.path)).toContain(`${path}.parameters.gain`)
  expect(changed(scenario, path, 'relu').neurons.visible?.lagrangian).toEqual({ kind: 'relu' })
})

test('every update can be chosen, and one with a number has a control for it', async () => {
  const { scenario } = await loadShipped('hopfield')
  const path = 'neurons.visible.update'
  const fieldOf = (of: Scenario, at: string) => controlFields(of).find((one) => one.path === at)
  expect(fieldOf(scenario, path)).toMatchObject({ kind: 'choice', value: 'all', options: [...UPDATE_KINDS] })
  for (const kind of UPDATE_KINDS) {
    const chosen = changed(scenario, path, kind)
    expect(chosen.neurons.visible?.update).toEqual(updateOf(kind))
    expect(fieldOf(chosen, path)?.value).toBe(kind)
  }
  const random = changed(scenario, path, 'probability')
  expect(fieldOf(random, `${path}.probability`)).toMatchObject({ kind: 'number', control: { max: 1 } })
  expect(changed(random, `${path}.probability`, 0.25).neurons.visible?.update).toEqual({ probability: 0.25 })
  expect(changed(random, 'neurons.visible.tau', 0).neurons.visible?.update).toBe('all')
  expect(fieldOf(scenario, 'neurons.visible.noise')?.options).toEqual(['normal', 'logistic'])
})

test('a coupling of patterns can be made of the same patterns in every way', async () => {
  const { scenario } = await loadShipped('hopfield')
  const [name = ''] = Object.keys(scenario.synapses)
  const path = `synapses.${name}.base`
  const field = controlFields(scenario).find((one) => one.path === path)
  expect(field).toMatchObject({ kind: 'choice', value: 'hebbian', options: [...STORING_KINDS] })
  for (const kind of STORING_KINDS)
    expect(changed(scenario, path, kind).synapses[name]?.base).toEqual({
      ...(scenario.synapses[name]?.base as object),
      kind,
    })
})

test('a change takes with it what it makes necessary', async () => {
  const { scenario } = await loadShipped('softmax-synapses')
  expect(changed(scenario, 'memories.xi.rule', 'fixed').memories.xi).not.toHaveProperty('tau')
  const back = changed(changed(scenario, 'memories.xi.rule', 'fixed'), 'memories.xi.rule', 'hebbian')
  expect(memorySpecs(back).xi?.tau).toBe(100)
  const larger = changed(scenario, 'neurons.hidden.size', 6)
  expect(memorySpecs(larger).xi?.init).toMatchObject({ count: 6 })
  expect(changed(scenario, 'memories.xi.init.count', 5).neurons.hidden?.size).toBe(5)
  const { scenario: fast } = await loadShipped('fast-synapses')
  const fixed = changed(fast, 'synapses.recurrent.tau', undefined)
  expect(fixed.synapses.recurrent).toMatchObject({ strength: 0 })
  expect(() => checkScenario(fixed)).not.toThrow()
})

test('damage to a stimulus can be chosen, changed for another kind and taken away', async () => {
  const { scenario } = await loadShipped('digits')
  const path = 'stimulus.0.patterns.corrupt'
  const options = controlFields(scenario).find((one) => one.path === path)?.options
  expect(options).toEqual(['flip', 'gaussian', 'occlude', 'mask'])
  const patternsOf = (value: unknown) => changed(scenario, path, value).stimulus[0]?.patterns
  expect(patternsOf('flip')).toMatchObject({ corrupt: { op: 'flip', fraction: 0.5 } })
  expect(patternsOf('gaussian')).toMatchObject({ corrupt: { op: 'gaussian', sigma: 0.3 } })
  expect(patternsOf(undefined)).not.toHaveProperty('corrupt')
})

/** All buffers, those too that are made when a picture looks at them. */
function drawnBytes(model: Model): number {
  return planNetwork(model, DEFAULT_LIMITS).buffers.reduce((sum, { bytes }) => sum + bytes, 0)
}

test.each(IDS)('%s: a sketch takes the same bytes as the network itself', async (id) => {
  const model = await loadShipped(id)
  expect(estimateOf(sketchOf(model, model.scenario), DEFAULT_LIMITS).bytes).toBe(drawnBytes(model))
})

test('a sketch of another size takes the bytes that it will take, and too large a one is refused with the numbers', async () => {
  const model = await loadShipped('hopfield')
  const sketch = sketchOf(model, changed(model.scenario, 'neurons.visible.size', 2000))
  const built = await loadShipped('hopfield', { set: ['neurons.visible.size=2000'] })
  expect(estimateOf(sketch, DEFAULT_LIMITS).bytes).toBe(drawnBytes(built))

  const huge = sketchOf(model, changed(model.scenario, 'neurons.visible.size', 200_000))
  const { bytes, refusal } = estimateOf(huge, { ...DEFAULT_LIMITS, totalBytes: 4e9 })
  expect(bytes).toBeGreaterThan(4 * 200_000 ** 2)
  expect(refusal).toMatch(/needs more than \d+ bytes, there are 4000000000/)
})

test('bytes are told in three digits', () => {
  expect([0, 999, 268_435_456, 999_999_999].map(size)).toEqual(['0 bytes', '999 bytes', '268 MB', '1 GB'])
})

test('the numbers of a shape are called by what they count', () => {
  const scenario = parseScenario(filterScenario())
  const titles = (path: string): unknown[] =>
    controlFields(scenario).flatMap((field) =>
      field.path.startsWith(path) ? [field.title, field.value] : [],
    )
  expect(titles('neurons.image.size.')).toEqual(['channels', 2, 'height', 7, 'width', 6])
  expect(titles('memories.k.kernel.')).toEqual(['height', 3, 'width', 3])
})

test('a layer that may come to rest can be chosen to end the run, and its bound follows', () => {
  const scenario = parseScenario(filterScenario())
  const untilOf = (of: Scenario) =>
    controlFields(of).flatMap(({ path, value }) => (path.startsWith('time.until') ? [[path, value]] : []))
  expect(untilOf(scenario)).toEqual([['time.until', undefined]])
  const field = controlFields(scenario).find(({ path }) => path === 'time.until')
  const [layer = ''] = field?.options ?? []
  expect(scenario.neurons[layer]?.tau).toBeGreaterThan(0)
  const chosen = changed(scenario, 'time.until', layer)
  expect(untilOf(chosen)).toEqual([
    ['time.until', layer],
    ['time.until.below', 1e-5],
    ['time.until.every', 10],
  ])
  expect(changed(chosen, 'time.until', undefined).time).not.toHaveProperty('until')
})

test('values for each neuron have a control of their scale, and formulas with their range', async () => {
  const { scenario } = await loadShipped('hopfield')
  const row = { kind: 'random', distribution: 'binary', transform: [{ op: 'scale', factor: 0 }] }
  const values = { ...row, edits: [{ op: 'paint', row: 0, columns: [3], value: 2 }] }
  const path = 'neurons.visible'
  const changes = { 'lagrangian.gain': { kind: 'png', paths: ['x.png'] }, tau: { ...values, scale: 3 } }
  const changedBoth = Object.entries(changes).reduce(
    (next, [key, value]) => changed(next, `${path}.${key}`, value),
    scenario,
  )
  const fields = controlFields(changedBoth)
  const ofTau = fields.flatMap((one) => (one.path.startsWith(`${path}.tau`) ? [one.path] : []))
  expect(ofTau).toEqual([`${path}.tau.scale`])
  expect(fields.find((one) => one.path === `${path}.tau.scale`)).toMatchObject({
    title: 'tau scale',
    kind: 'number',
    value: 3,
    control: { log: true },
  })
  expect(fields.map((one) => one.path)).toEqual(
    expect.arrayContaining(runningParameters({ scenario: changedBoth } as Model)),
  )
  expect(changed(changedBoth, `${path}.tau`, 2).neurons.visible?.tau).toBe(2)
  expect(changed(changedBoth, `${path}.lagrangian`, 'sigmoid').neurons.visible?.lagrangian).toMatchObject({
    kind: 'sigmoid',
    gain: { kind: 'png', scale: 1 },
  })
  expect(changed(changedBoth, `${path}.lagrangian`, 'custom').neurons.visible?.lagrangian).toMatchObject({
    parameters: { gain: { kind: 'png' } },
  })
  const model = sketchOf(undefined, changedBoth)
  expect(planNetwork(model, DEFAULT_LIMITS).buffers.map(({ name }) => name)).toContain('visible/values')
  expect(estimateOf(model, DEFAULT_LIMITS).bytes).toBeGreaterThan(0)
  const own = { tau: { row: Float32Array.of(1, 4), scale: 0.5 } }
  const layers = model.layers.map((layer) => ({ ...layer, own, tau: 0.5 }))
  const lines = equationsOf({ ...model, layers }).flatMap((one) => one.lines)
  expect(lines.join()).toContain('\\tau_{v} = 0.5 \\ldots 2')
})

test('the factor of a hyperedge has a control, and the scale of first memories none', async () => {
  const scales = async (id: string): Promise<unknown[]> =>
    controlFields((await loadShipped(id)).scenario)
      .filter(({ path }) => path.endsWith('.scale'))
      .map(({ path, value }) => [path, value])
  expect(await scales('hyperedge')).toEqual([['memories.all.scale', 1.6e-5]])
  expect(await scales('digits')).toEqual([])
})
