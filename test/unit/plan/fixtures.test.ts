/** The plans of the shipped scenarios as they are: a change shows in the files of `fixtures`, which `npx vitest run -u` writes anew. */
import { readdirSync } from 'node:fs'
import { expect, test } from 'vitest'
import { planNetwork } from '../../../src/core/plan/plan.ts'
import { planText } from '../../../src/core/plan/print.ts'
import { loadShipped } from '../../scenario.ts'

const LIMITS = {
  maxStorageBufferBindingSize: 2 ** 27,
  maxBufferSize: 2 ** 28,
  maxComputeWorkgroupsPerDimension: 65535,
  maxStorageBuffersPerShaderStage: 10,
}

const shipped = readdirSync('scenarios')
  .filter((name) => name.endsWith('.json'))
  .map((name) => name.replace('.json', ''))

test.each(shipped)('the plan of %s is the one on record', async (name) => {
  const model = await loadShipped(name)
  const text = planText(planNetwork(model, LIMITS, { software: true, lanes: 4, resident: true }), model)
  await expect(text).toMatchFileSnapshot(`fixtures/${name}.txt`)
})
