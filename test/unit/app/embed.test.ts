import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { chosenFields } from '../../../src/app/embed/fields.ts'
import { paceOf, schemeOf } from '../../../src/app/embed/words.ts'
import { parseScenario } from '../../../src/core/model/parse.ts'
import { runningPaths } from '../../../src/core/model/running.ts'

const chosen = (id: string, names?: string) => {
  const scenario = parseScenario(JSON.parse(readFileSync(`scenarios/${id}.json`, 'utf8')))
  const { fields, faults } = chosenFields(scenario, runningPaths(scenario), names)
  return { paths: fields.map(({ path }) => path), titles: fields.map(({ title }) => title), faults }
}

test('a short name is the one value that it can be, of those that act at once before others', () => {
  expect(chosen('digits', 'beta, tau , fraction')).toEqual({
    // The tau of the adiabatic layer does not act.
    paths: ['neurons.hidden.lagrangian.beta', 'neurons.visible.tau', 'stimulus.0.patterns.corrupt.fraction'],
    titles: ['beta', 'tau', 'fraction'],
    faults: [],
  })
  expect(chosen('digits', 'hidden.bias').paths).toEqual(['neurons.hidden.bias'])
  expect(chosen('digits', 'beta,beta,neurons.hidden.lagrangian.beta').paths).toHaveLength(1)
})

test('a name that is none, or that of several values, is refused with the remedy, and the others are taken', () => {
  expect(chosen('digits', 'betta, gain')).toMatchObject({
    paths: ['neurons.visible.lagrangian.gain'],
    faults: ['controls: there is no value "betta"; did you mean `beta`?'],
  })
  expect(chosen('hebbian-learning', 'tau').faults).toEqual([
    'controls: "tau" may be 2 values; write neurons.visible.tau or memories.xi.tau',
  ])
})

test('titles that several have tell whose they are', () => {
  expect(chosen('hebbian-learning', 'visible.tau, xi.tau, beta').titles).toEqual([
    'visible tau',
    'xi tau',
    'beta',
  ])
})

test('without names every shipped scenario has a few controls that act without a rebuild; with an empty one none', () => {
  expect(chosen('digits').paths).toEqual([
    'neurons.visible.lagrangian.gain',
    'neurons.hidden.lagrangian.beta',
    'neurons.visible.temperature',
  ])
  expect(chosen('digits', '').paths).toEqual([])
})

test('a page is as dark as it declares, and follows the system where it knows both', () => {
  expect([false, true].map((dark) => schemeOf('light dark', dark))).toEqual(['light', 'dark'])
  expect([false, true].map((dark) => schemeOf('dark', dark))).toEqual(['dark', 'dark'])
  expect([false, true].map((dark) => schemeOf('', dark))).toEqual(['light', 'light'])
  expect([false, true].map((dark) => schemeOf('only light', dark))).toEqual(['light', 'light'])
})

test('a speed is a number of ticks per second, or fastest', () => {
  expect(['200', '1,5', 'fastest'].map(paceOf)).toEqual([200, 1.5, Infinity])
  expect(paceOf('fast')).toMatch(/^speed: “fast” is not a number; .* Or write fastest\.$/)
  expect(paceOf('0')).toMatch(/^speed: /)
})
