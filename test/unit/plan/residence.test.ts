import { expect, test } from 'vitest'
import { dispatchesPerTick, planResidence } from '../../../src/core/plan/residence.ts'
import { RandomStream } from '../../../src/core/model/random.ts'
import { DEFAULT_LIMITS } from '../../../src/node/limits.ts'
import { buildModel, normalRows } from '../../build.ts'

/** Memories of 4 rows of 50 that learn in `replicas` networks. */
function learning(replicas: number) {
  const stream = new RandomStream(3, 'residence')
  return buildModel({
    replicas,
    layers: [
      { name: 'v', size: 50, lagrangian: { kind: 'linear', gain: 1 } },
      { name: 'h', size: 4, lagrangian: { kind: 'softmax', beta: 2 }, tau: 0 },
    ],
    memories: [{ name: 'xi', from: 'v', to: 'h', init: normalRows(stream, 4, 50), rule: 'gated', tau: 250 }],
    stimulus: [{ kind: 'clamp', layer: 'v', patterns: normalRows(stream, 4, 50) }],
  })
}

test('a run is resident from the number of ticks on at which its dispatches cost more than compiling', () => {
  const model = learning(1024)
  const { plan } = planResidence(model, DEFAULT_LIMITS, { lanes: 4 }, 'on')
  const enough = Math.ceil(plan.resident!.worth / dispatchesPerTick(plan, model))
  const at = (ticks: number) => planResidence(model, DEFAULT_LIMITS, { lanes: 4 }, 'auto', ticks)
  expect(at(enough).now).toBe(true)
  expect(at(enough).why).toContain('4 lanes a replica')
  expect(at(enough - 1).now).toBe(false)
  expect(at(enough - 1).plan.resident).toBeUndefined()
})

test('a run without a known length keeps the resident form for later, one that is switched off has none', () => {
  const model = learning(3)
  const later = planResidence(model, DEFAULT_LIMITS, { lanes: 8 }, 'auto')
  expect([later.now, later.plan.resident?.lanes]).toEqual([false, 8])
  expect(planResidence(model, DEFAULT_LIMITS, { lanes: 8 }, 'off').plan.resident).toBeUndefined()
})

test('a network that is too large says what it would take', () => {
  const stream = new RandomStream(4, 'large')
  const large = buildModel({
    layers: [
      { name: 'v', size: 200, lagrangian: { kind: 'linear', gain: 1 } },
      { name: 'h', size: 100, lagrangian: { kind: 'softmax', beta: 2 }, tau: 0 },
    ],
    memories: [{ name: 'xi', from: 'v', to: 'h', init: normalRows(stream, 100, 200) }],
  })
  expect(planResidence(large, DEFAULT_LIMITS, { lanes: 4 }, 'auto', 1e6).why).toBe(
    'a replica takes 5520 registers in each of 4 lanes, 1024 at most would do',
  )
})
