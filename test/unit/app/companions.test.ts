import { expect, test } from 'vitest'
import type { Model } from '../../../src/core/model/model.ts'
import { shownAt } from '../../../src/core/model/stimulus.ts'
import { planNetwork } from '../../../src/core/plan/plan.ts'
import { NO_ROW, companionsOf, cueAt, lastShown } from '../../../src/app/views/companions.ts'
import { createMatches } from '../../../src/app/views/matches.ts'
import { buildModel, zeroRows } from '../../build.ts'
import { loadShipped } from '../../scenario.ts'

const LIMITS = {
  maxStorageBufferBindingSize: 2 ** 27,
  maxBufferSize: 2 ** 28,
  maxComputeWorkgroupsPerDimension: 65535,
  maxStorageBuffersPerShaderStage: 10,
}

function beside(model: Model, layer = 'visible', matches = new Uint32Array(model.replicas).fill(NO_ROW)) {
  const found = companionsOf(
    () => model,
    planNetwork(model, LIMITS),
    model.layers.find(({ name }) => name === layer)!,
    () => matches,
  )
  return {
    cue: found.find(({ role }) => role === 'cue'),
    target: found.find(({ role }) => role === 'target'),
  }
}

test('the last tick at which a stimulus is shown is that of a search', () => {
  for (const order of ['cycle', 'shuffle', 'once', 'random'] as const) {
    for (const [dwell, gap] of [
      [1, 0],
      [3, 0],
      [2, 3],
      [{ min: 1, max: 4 }, 2],
    ] as const) {
      const item = {
        kind: 'clamp' as const,
        layer: 'x',
        patterns: zeroRows(3, 1),
        start: 4,
        stop: 31,
        dwell,
        gap,
        order,
      }
      for (let tick = 0; tick < 40; tick++) {
        let expected = tick
        while (expected >= 0 && shownAt(item, 0, 1, expected) < 0) expected--
        expect(lastShown(item, 0, 1, tick), `${order} ${JSON.stringify(dwell)} ${gap} ${tick}`).toBe(expected)
      }
    }
  }
})

test('what acts now is the cue, before what has acted and what will; a clamp comes before a current', () => {
  const layers = [{ name: 'x', size: 2, lagrangian: { kind: 'linear', gain: 1 } as const }]
  const patterns = zeroRows(1, 2)
  const model = buildModel({
    layers,
    stimulus: [
      { kind: 'initial', layer: 'x', patterns, start: 0, stop: 1, order: 'once' },
      { kind: 'clamp', layer: 'x', patterns, start: 5, stop: 10, dwell: 2, gap: 1 },
      { kind: 'current', layer: 'x', patterns, start: 6, stop: 20 },
    ],
  })
  // Passed ticks; the last of them is one less.
  const at = (passed: number) => {
    const cue = cueAt(model, 'x', passed)
    return [cue?.index, cue?.state, cue?.tick]
  }
  expect(at(0)).toEqual([0, 'now', 0])
  expect(at(1)).toEqual([0, 'now', 0])
  expect(at(3)).toEqual([0, 'past', 0])
  expect(at(7)).toEqual([1, 'now', 6])
  expect(at(8)).toEqual([2, 'now', 7])
  expect(at(30)).toEqual([2, 'past', 19])
})

test('rows of an initial state are dealt to the replicas, and their targets are the rows that they were made from', async () => {
  const model = await loadShipped('hierarchical')
  const { cue, target } = beside(model)
  expect([...cue!.at(0).rows]).toEqual(Array.from({ length: 50 }, (_, replica) => replica))
  expect([...target!.at(0).rows]).toEqual(Array.from({ length: 50 }, (_, replica) => 2 * replica))
  expect(cue!.at(1).isNow).toBe(true)
  expect(cue!.at(2)).toMatchObject({ isNow: false, words: 'set at tick 0' })
})

test('the target follows the cue that is shown', async () => {
  const model = await loadShipped('softmax-synapses', {
    set: [
      'probes.overlap={"kind":"overlap","layer":"visible","patterns":{"kind":"rows","of":"xi","select":[3,2,1,0]}}',
    ],
  })
  const { target } = beside(model)
  // Ticks 0, 1, 2, 3 show rows 0, 1, 2, 3.
  expect([1, 2, 3, 4, 5].map((passed) => target!.at(passed).rows[0])).toEqual([3, 2, 1, 0, 3])
})

test('rows of a stimulus are those of its source', async () => {
  const probe = {
    kind: 'overlap',
    layer: 'visible',
    patterns: { kind: 'rows', of: 'stimulus.0', select: [1, 3] },
  }
  const { target } = beside(
    await loadShipped('softmax-synapses', { set: [`probes.overlap=${JSON.stringify(probe)}`] }),
  )
  // Rows 0 and 2 are not among what the probe compares with.
  expect([1, 2, 3, 4].map((passed) => target!.at(passed).rows[0])).toEqual([NO_ROW, 0, NO_ROW, 1])
})

test('where the scenario does not say what a cue should become, the target is the best match', async () => {
  const model = await loadShipped('hopfield', {
    set: ['stimulus.0.patterns={"kind":"random","count":1,"distribution":"binary"}'],
  })
  const { target } = beside(model, 'visible', new Uint32Array([2]))
  expect(target!.at(0)).toMatchObject({ words: 'best match', rows: new Uint32Array([2]) })
})

test('a layer that is neither cued nor compared has nothing beside it', async () => {
  const { cue, target } = beside(await loadShipped('digits'), 'hidden')
  expect([cue, target]).toEqual([undefined, undefined])
})

test('the cue of a layer that is shown currents has the scale of what is shown, any other that of the state', async () => {
  const { cue } = beside(await loadShipped('pavlov'), 'v')
  // The stream of currents, and then the cues for which it has ended.
  expect(cue?.at(10).extent).toEqual({ low: 200, high: 200 })
  expect(cue?.at(450).extent).toEqual({ low: 1, high: 1 })
  expect(beside(await loadShipped('digits')).cue?.at(0).extent).toBeUndefined()
})

test('the targets of independent networks are rows of their own patterns', async () => {
  const model = await loadShipped('hopfield', {
    set: [
      'neurons.visible.size=40',
      'synapses.recurrent.base.patterns.count=5',
      'replicas={"count": 4, "vary": {"seed": {"values": [1, 2]}}, "independent": true}',
    ],
  })
  const { target, cue } = beside(model)
  const { rows } = model.probes.flatMap((probe) => ('patterns' in probe ? [probe.patterns] : []))[0]!
  // Each replica starts on row 0 of its network; the networks have a cue each.
  expect([...target!.at(1).rows]).toEqual([0, rows, 2 * rows, 3 * rows])
  expect([...cue!.at(1).rows]).toEqual([0, 0, 1, 1])
})

test('the best match of each replica is the largest number of the last sample, also before anything asks for it', () => {
  const matches = createMatches(2)
  expect(matches.of('overlap')).toEqual(new Uint32Array([NO_ROW, NO_ROW]))
  const sample = (...values: number[]) => ({
    probe: 'overlap',
    tick: 0,
    time: 0,
    value: Float32Array.from(values),
  })
  matches.push(sample(0, 0, 1, 1, 0, 0))
  matches.push(sample(0.1, 0.7, -0.9, -0.2, -0.3, -0.1))
  matches.push({ ...sample(1, 0, 0, 1, 0, 0), probe: 'other' })
  expect(matches.of('overlap')).toEqual(new Uint32Array([1, 2]))
  matches.clear()
  expect(matches.of('overlap')).toEqual(new Uint32Array([NO_ROW, NO_ROW]))
})
