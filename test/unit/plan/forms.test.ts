import { expect, test } from 'vitest'
import { dispatchesPerTick, planResidence } from '../../../src/core/plan/forms.ts'
import type { PlanOptions } from '../../../src/core/plan/plan.ts'
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
  const enough = Math.ceil(plan.batched!.worth / dispatchesPerTick(plan, model))
  const at = (ticks: number) => planResidence(model, DEFAULT_LIMITS, { lanes: 4 }, 'auto', ticks)
  expect(at(enough).now).toBe(true)
  expect(at(enough).why).toContain('4 lanes a replica')
  expect(at(enough - 1).now).toBe(false)
  expect(at(enough - 1).plan.batched).toBeUndefined()
})

test('on a software adapter a long run of many replicas has one invocation for each, a short or small one shares', () => {
  const software = { lanes: 4, software: true }
  const why = (replicas: number, ticks: number) =>
    planResidence(learning(replicas), DEFAULT_LIMITS, software, 'on', ticks).why
  expect(why(1024, 10_000)).toBe('1 lane a replica, 16 replicas a workgroup (the faster form), as asked for')
  expect(why(1024, 100)).toBe('4 lanes a replica, as asked for')
  expect(why(4, 10_000)).toBe('4 lanes a replica, as asked for')
})

test('where only the form that compiles sooner pays, it is that one', () => {
  const model = learning(1024)
  const software = { lanes: 4, software: true }
  const at = (ticks: number) => planResidence(model, DEFAULT_LIMITS, software, 'auto', ticks)
  const worth = (form: 'subgroup' | 'invocation') => {
    const { plan } = planResidence(model, DEFAULT_LIMITS, { ...software, variants: { resident: form } }, 'on')
    return Math.ceil(plan.batched!.worth / dispatchesPerTick(plan, model))
  }
  expect(at(worth('subgroup') - 1).now).toBe(false)
  expect(at(worth('subgroup')).plan.batched?.lanes).toBe(4)
  expect(at(worth('invocation') - 1).plan.batched?.lanes).toBe(4)
  expect(at(worth('invocation')).plan.batched?.lanes).toBe(1)
})

test('elsewhere lanes share a replica, unless there are no subgroups or the other form is forced', () => {
  const model = learning(1024)
  const plan = (options: PlanOptions) => planResidence(model, DEFAULT_LIMITS, options, 'on', 1e6)
  expect(plan({ lanes: 32 }).why).toBe('32 lanes a replica, as asked for')
  expect(plan({}).why).toContain('(without subgroups)')
  const forced = plan({ lanes: 32, variants: { resident: 'invocation' } })
  expect(forced.why).toContain('(forced)')
  expect(forced.plan.batched!.operation.workgroups).toEqual([1024 / 64, 1, 1])
  expect(() => plan({ variants: { resident: 'subgroup' } })).toThrow(
    'resident=subgroup: this adapter has no subgroups; use invocation',
  )
})

test('the form of a run stands among its variants, and gives the same plan again', () => {
  const model = learning(1024)
  const options = { lanes: 4, software: true }
  const { plan } = planResidence(model, DEFAULT_LIMITS, options, 'on', 100)
  expect(plan.variants.resident).toBe('subgroup')
  const again = planResidence(model, DEFAULT_LIMITS, { ...options, variants: plan.variants }, 'on')
  expect(again.plan.batched!.operation.kernel.key).toBe(plan.batched!.operation.kernel.key)
})

test('a run that goes on keeps its form, as far as there is that form', () => {
  const model = learning(1024)
  const goOn = (lanes: number, resident: 'subgroup' | 'invocation', ticks: number) =>
    planResidence(model, DEFAULT_LIMITS, { lanes, software: true, pinned: { resident } }, 'on', ticks).why
  expect(goOn(4, 'subgroup', 1e6)).toBe('4 lanes a replica, as asked for')
  expect(goOn(4, 'invocation', 10)).toBe(
    '1 lane a replica, 16 replicas a workgroup (as before), as asked for',
  )
  expect(goOn(1, 'subgroup', 10)).toContain('(without subgroups)')
})

test('a run without a known length keeps the resident form for later, one that is switched off has none', () => {
  const model = learning(3)
  const later = planResidence(model, DEFAULT_LIMITS, { lanes: 8 }, 'auto')
  expect([later.now, later.plan.batched?.lanes]).toEqual([false, 8])
  expect(planResidence(model, DEFAULT_LIMITS, { lanes: 8 }, 'off').plan.batched).toBeUndefined()
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
    'a replica needs 5520 registers in each of 4 lanes, but at most 1024 are possible',
  )
})
