import { expect, test } from 'vitest'
import { carriedOver, carriedSeries } from '../../../src/app/session/rebuild.ts'
import { loadShipped } from '../../scenario.ts'

const load = (...set: string[]) => loadShipped('fast-synapses', { set })
const learning = (...set: string[]) => loadShipped('softmax-synapses', { set })

test('all states go on when nothing that shapes them has changed', async () => {
  const [old, next] = await Promise.all([load(), load('time.integrator=euler')])
  expect(carriedOver(old, next, 10)).toEqual({ kept: ['visible', 'recurrent'], anew: [] })
})

test('a layer of another size starts anew, and so do the synapses on it', async () => {
  const [old, next] = await Promise.all([load(), load('neurons.visible.size=100')])
  expect(carriedOver(old, next, 10)).toEqual({ kept: [], anew: ['visible', 'recurrent'] })
})

test('another number of replicas starts everything anew', async () => {
  const [old, next] = await Promise.all([load(), load('replicas=3')])
  expect(carriedOver(old, next, 10).kept).toEqual([])
})

test('a memory that starts from something else starts anew, the layers go on', async () => {
  const [old, next] = await Promise.all([learning(), learning('seed=2')])
  expect(carriedOver(old, next, 10)).toEqual({ kept: ['visible'], anew: ['xi'] })
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
  expect(carriedOver(old, next, 5)).toEqual({ kept: ['visible'], anew: [] })
})

test('samples go on where the probe has the same name, kind and shape', () => {
  const empty = { tick: [], time: [], value: [] }
  const overlap = { name: 'm', kind: 'overlap', shape: [4], ...empty } as const
  expect(carriedSeries([overlap], [overlap])).toEqual([overlap])
  expect(carriedSeries([overlap], [{ ...overlap, shape: [3] }])).toEqual([])
  expect(carriedSeries([overlap], [{ ...overlap, name: 'other' }])).toEqual([])
})
