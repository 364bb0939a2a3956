import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { main } from '../../src/node/main.ts'
import type * as Plans from '../../src/core/plan/plan.ts'
import { loneNeuron } from './scenarios.ts'

const planned = vi.hoisted(() => ({ times: 0 }))

vi.mock('../../src/core/plan/plan.ts', async (original) => {
  const plans = await original<typeof Plans>()
  return {
    ...plans,
    planForms: (...args: Parameters<typeof plans.planForms>) => {
      planned.times++
      return plans.planForms(...args)
    },
  }
})

test.each(['auto', 'on', 'off'])('a run plans its network once, with --resident %s', async (resident) => {
  const folder = mkdtempSync(join(tmpdir(), 'engram-plans-'))
  try {
    const file = join(folder, 's.json')
    writeFileSync(file, JSON.stringify(loneNeuron('tanh', 1, 0.1)))
    planned.times = 0
    const args = ['--quiet', '--no-autotune', '--adapter', 'software', '--resident', resident]
    expect(await main(['run', file, '--out', join(folder, 'out'), ...args])).toBe(0)
    expect(planned.times).toBe(1)
  } finally {
    rmSync(folder, { recursive: true })
  }
})
