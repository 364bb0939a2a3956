import { expect, test } from 'vitest'
import { RandomStream } from '../../src/core/model/random.ts'
import type { Variants } from '../../src/core/plan/variants.ts'
import { tune } from '../../src/core/run/tune.ts'
import type { SimulationOptions } from '../../src/core/run/simulation.ts'
import { buildModel, signRows } from '../build.ts'
import { testDevice } from './device.ts'
import { readAll, withSimulation } from './helpers/compare.ts'

const stream = new RandomStream(1, 'former names')
const model = buildModel({
  replicas: 4,
  layers: [
    { name: 'v', size: 12, lagrangian: { kind: 'tanh', gain: 1 } },
    { name: 'h', size: 8, lagrangian: { kind: 'softmax', beta: 1 }, tau: 0 },
  ],
  memories: [{ name: 'xi', from: 'v', to: 'h', init: signRows(stream, 8, 12) }],
  stimulus: [{ kind: 'initial', layer: 'v', patterns: signRows(stream, 4, 12) }],
})

/** What a version before these names wrote into checkpoints and summary.json, and what it is called today. */
const BEFORE = {
  'recall:xi': '8x1/32',
  project: '2x1',
  attend: 'off',
  resident: 'lone',
} as unknown as Variants
const TODAY: Variants = {
  'matvec:xi': '8x1/32',
  'matvec-transposed': '2x1',
  attention: 'off',
  resident: 'invocation',
}

const after = (options: SimulationOptions): Promise<unknown> =>
  withSimulation(
    model,
    async (simulation) => {
      await simulation.step(20)
      const { variants, batched } = simulation.plan
      return [variants, batched?.operation.kernel.key, await readAll(simulation)]
    },
    options,
  )

test.each(['on', 'off'] as const)(
  'variants of earlier versions give the run that those of today give, resident %s',
  async (resident) => {
    const today = await after({ resident, variants: TODAY })
    expect(await after({ resident, variants: BEFORE })).toEqual(today)
    expect(today).not.toEqual(await after({ resident }))
    const pinned = await after({ resident, pinned: TODAY })
    expect(await after({ resident, pinned: BEFORE })).toEqual(pinned)
    expect(pinned).not.toEqual(await after({ resident }))
  },
)

test('what an earlier version tuned is not timed again, and gets the names of today', async () => {
  const { device } = await testDevice()
  const found = await tune(device, model)
  expect(Object.keys(found).map((key) => key.split(' ')[0])).toEqual(['matvec', 'matvec-transposed'])
  const forms = Object.values(found).map((_, index) => ['1x4/32', '1x8/32'][index] as string)
  const shapes = Object.keys(found).map((key) => key.replace(/^\S+ /, ''))
  const before = { [`recall ${shapes[0]}`]: forms[0] as string, [`project ${shapes[1]}`]: forms[1] as string }
  expect(await tune(device, model, {}, before)).toEqual(
    Object.fromEntries(Object.keys(found).map((key, index) => [key, forms[index]])),
  )
})
