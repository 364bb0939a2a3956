import { expect, test } from 'vitest'
import { renamed } from '../../../src/app/building/names.ts'
import { resolveModel } from '../../../src/core/model/resolve.ts'
import { parseScenario } from '../../../src/core/model/parse.ts'
import { carriedOver, carriedSeries, renamesOf } from '../../../src/app/session/rebuild.ts'
import { loadShipped, readShipped } from '../../scenario.ts'

const load = (...set: string[]) => loadShipped('fast-synapses', { set })
const learning = (...set: string[]) => loadShipped('softmax-synapses', { set })

test('all states go on when nothing that shapes them has changed', async () => {
  const [old, next] = await Promise.all([load(), load('time.integrator=euler')])
  expect(carriedOver(old, next, 10)).toMatchObject({ kept: ['visible', 'recurrent'], anew: [] })
})

test('a layer of another size starts anew, and so do the synapses on it', async () => {
  const [old, next] = await Promise.all([load(), load('neurons.visible.size=100')])
  expect(carriedOver(old, next, 10)).toMatchObject({ kept: [], anew: ['visible', 'recurrent'] })
})

test('another number of replicas starts everything anew', async () => {
  const [old, next] = await Promise.all([load(), load('replicas=3')])
  expect(carriedOver(old, next, 10).kept).toEqual([])
})

test('a memory that starts from something else starts anew, the layers go on', async () => {
  const [old, next] = await Promise.all([learning(), learning('seed=2')])
  expect(carriedOver(old, next, 10)).toMatchObject({ kept: ['visible'], anew: ['xi'] })
})

test('at tick 0 a layer with another cue starts from the new one, with the same cue it stays', async () => {
  const [old, next] = await Promise.all([learning(), learning('stimulus.0.patterns.corrupt.sigma=0.2')])
  expect(carriedOver(old, next, 0).kept).toEqual(['xi'])
  expect(carriedOver(old, next, 1).kept).toEqual(['visible', 'xi'])
  expect(carriedOver(old, old, 0).kept).toEqual(['visible', 'xi'])
})

test('a fixed memory has no state to keep, an adiabatic layer neither', async () => {
  const [old, next] = await Promise.all([
    loadShipped('digits'),
    loadShipped('digits', { set: ['time.dt=0.2'] }),
  ])
  expect(carriedOver(old, next, 5)).toMatchObject({ kept: ['visible'], anew: [] })
})

test('samples go on where the probe has the same name, kind and shape', () => {
  const empty = { tick: [], time: [], value: [] }
  const overlap = { name: 'm', kind: 'overlap', shape: [4], ...empty } as const
  expect(carriedSeries([overlap], [overlap])).toEqual([overlap])
  expect(carriedSeries([overlap], [{ ...overlap, shape: [3] }])).toEqual([])
  expect(carriedSeries([overlap], [{ ...overlap, name: 'other' }])).toEqual([])
})

test('a layer, a memory and a probe go on under another name, and so does a step back', async () => {
  const old = await learning()
  let raw: unknown = old.scenario
  for (const [part, from, to] of [
    ['neurons', 'visible', 'seen'],
    ['memories', 'xi', 'learnt'],
    ['probes', 'overlap', 'total'],
  ] as const)
    raw = renamed(raw, part, from, to)
  const scenario = parseScenario(raw)
  const next = await resolveModel(scenario, { read: readShipped })
  const forth = renamesOf(old.scenario, scenario)
  expect([...forth.parts, ...forth.probes]).toEqual([
    ['visible', 'seen'],
    ['xi', 'learnt'],
    ['overlap', 'total'],
  ])
  // The random rows from which a memory has started depend on its place; what has been learnt goes on.
  expect(carriedOver(old, next, 10, forth)).toEqual({
    kept: ['seen', 'learnt'],
    anew: [],
    redrawn: ['learnt'],
  })
  expect(carriedOver(next, old, 10, renamesOf(scenario, old.scenario)).kept).toEqual(['visible', 'xi'])
  const empty = { kind: 'energy', shape: [], tick: [], time: [], value: [] } as const
  const terms = { ...empty, name: 'overlap', termNames: ['visible', 'hidden', 'xi'] }
  const own = { ...empty, name: 'total', termNames: ['seen', 'hidden', 'learnt'] }
  expect(carriedSeries([terms], [own], forth)).toEqual([own])
  // Another layer of the same size is no new name.
  const { seen, ...others } = scenario.neurons
  const tau = { ...seen!, tau: 7 }
  expect([...renamesOf(old.scenario, { ...scenario, neurons: { seen: tau, ...others } }).parts]).toEqual([])
})
