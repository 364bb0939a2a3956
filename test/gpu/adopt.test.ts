import { expect, test } from 'vitest'
import { loadModel } from '../../src/core/model/load.ts'
import type { Model } from '../../src/core/model/model.ts'
import type { Patterns } from '../../src/core/model/patterns/schema.ts'
import type { ScenarioInput } from '../../src/core/model/schema.ts'
import { namesOf, readAll, withSimulation } from './helpers/compare.ts'

const random = (count: number, distribution: 'binary' | 'normal' = 'normal') => ({
  kind: 'random' as const,
  count,
  distribution,
})

/** Every place at which patterns may stand; `edits` are made in each. */
function scenario(edits: Patterns['edits'], format: 'f32' | 'f16' = 'f32'): ScenarioInput {
  const edit = edits === undefined ? {} : { edits }
  return {
    version: 1,
    time: { dt: 0.1, ticks: 10 },
    neurons: {
      visible: {
        size: 10,
        lagrangian: { kind: 'tanh' },
        init: { ...random(3), ...edit },
        bias: { ...random(3), ...edit },
      },
      hidden: { size: 3, lagrangian: { kind: 'softmax' }, tau: 0 },
    },
    synapses: {
      fixed: { layer: 'visible', base: { kind: 'hebbian', patterns: { ...random(4), ...edit } } },
      plastic: {
        layer: 'visible',
        tau: 2,
        strength: 1,
        base: { kind: 'hebbian', patterns: { ...random(4), ...edit } },
      },
    },
    memories: {
      xi: { from: 'visible', to: 'hidden', format, init: { ...random(3), ...edit } },
      learnt: { from: 'visible', to: 'hidden', rule: 'hebbian', tau: 5, init: { ...random(3), ...edit } },
    },
    stimulus: [
      { kind: 'initial', layer: 'visible', patterns: { ...random(3), ...edit } },
      { kind: 'current', layer: 'visible', patterns: { ...random(2), ...edit }, start: 2, stop: 5 },
    ],
    probes: {
      overlap: { kind: 'overlap', layer: 'visible', patterns: { ...random(4), ...edit } },
      similarity: { kind: 'similarity', memory: 'learnt', patterns: { ...random(3), ...edit } },
      energy: { kind: 'energy' },
    },
    replicas: 3,
  }
}

const load = (raw: ScenarioInput): Promise<Model> =>
  loadModel(JSON.stringify(raw), { read: () => Promise.reject(new Error('there is no file')) })

const EDITS: NonNullable<Patterns['edits']> = [
  { op: 'row', row: 1, values: [1, -1, 1, -1, 1, -1, 1, -1, 1, -1] },
  { op: 'paint', row: 0, columns: [2, 3, 9], value: 2 },
]

test.each(['f32', 'f16'] as const)(
  'a network that took over other patterns runs, after a reset, bit by bit as one that was built with them (%s)',
  async (format) => {
    const [plain, edited] = await Promise.all([
      load(scenario(undefined, format)),
      load(scenario(EDITS, format)),
    ])
    const record = await withSimulation(edited, async (simulation) => {
      await simulation.step(6)
      await simulation.flush()
      return { states: await readAll(simulation), series: simulation.series }
    })
    await withSimulation(plain, async (simulation) => {
      await simulation.step(6)
      const unlike = await readAll(simulation)
      simulation.adopt(edited)
      expect(simulation.model.scenario).toEqual(edited.scenario)
      await simulation.reset()
      await simulation.step(6)
      await simulation.flush()
      expect(await readAll(simulation)).toEqual(record.states)
      expect(simulation.series).toEqual(record.series)
      for (const name of ['visible', 'fixed', 'xi', 'learnt'])
        expect(unlike[name], name).not.toEqual(record.states[name])
    })
  },
)

test('what a run changes stays when patterns are taken over; a clamp shows its new pattern at once', async () => {
  const clamp = (value: number): ScenarioInput => ({
    version: 1,
    time: { dt: 0.1, ticks: 10 },
    neurons: {
      held: { size: 3, lagrangian: { kind: 'linear' } },
      free: { size: 3, lagrangian: { kind: 'linear' }, init: { kind: 'values', values: [[1, 2, value]] } },
    },
    memories: { xi: { from: 'held', to: 'free', init: { kind: 'zeros' } } },
    stimulus: [{ kind: 'clamp', layer: 'held', patterns: { kind: 'values', values: [[value, 1, 2]] } }],
  })
  await withSimulation(await load(clamp(5)), async (simulation) => {
    await simulation.step(3)
    const before = [...(await simulation.read('free')).data]
    simulation.adopt(await load(clamp(7)))
    expect([...(await simulation.read('held')).data]).toEqual([7, 1, 2])
    expect([...(await simulation.read('free')).data]).toEqual(before)
  })
})

test('a model that differs in more than its patterns is not taken over', async () => {
  const other = await load({ ...scenario(undefined), seed: 2 })
  await withSimulation(await load(scenario(undefined)), async (simulation) => {
    expect(() => simulation.adopt(other)).toThrow('only the values of patterns can change')
    await simulation.step(1)
    expect(simulation.model.seed).toBe(1)
  })
})

test.each(['f32', 'f16'] as const)('a part that is written is all that changes (%s)', async (format) => {
  const parts = [
    { name: 'visible', at: 12, data: [3, 4, 5] },
    { name: 'learnt', at: 59, data: [7] },
    { name: 'xi', at: 20, data: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10] },
  ]
  await withSimulation(await load(scenario(undefined, format)), async (simulation) => {
    const expected = await readAll(simulation)
    for (const { name, at, data } of parts) {
      simulation.writePart(name, at, data)
      expected[name]!.set(data, at)
    }
    // The adiabatic layer follows the state at every moment.
    for (const name of namesOf(simulation.model).filter((one) => one !== 'hidden'))
      expect((await simulation.read(name)).data, name).toEqual(expected[name])
    expect(() => simulation.writePart('visible', 8, [1, 2, 3])).toThrow('exceed row 0 of `visible`')
    expect(() => simulation.writePart('visible', 30, [1])).toThrow('exceed row 3 of `visible`')
    if (format === 'f16') expect(() => simulation.writePart('xi', 0, [1])).toThrow('needs whole rows')
  })
})
