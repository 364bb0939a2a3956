import fc from 'fast-check'
import { expect, test } from 'vitest'
import { loadModel } from '../../../src/core/model/load.ts'
import { restLag } from '../../../src/core/model/rest.ts'
import { planNetwork } from '../../../src/core/plan/plan.ts'
import { createRestWatch } from '../../../src/core/run/rest.ts'
import { DEFAULT_LIMITS } from '../../../src/node/limits.ts'
import '../../properties.ts'

async function watchOf(every: number) {
  const scenario = {
    version: 1,
    time: { dt: 1, ticks: 10, until: { layer: 'v', below: 1, every } },
    neurons: { v: { size: 1, lagrangian: { kind: 'linear' } } },
    replicas: 2,
  }
  const model = await loadModel(JSON.stringify(scenario), {
    file: 'rest.json',
    read: () => Promise.reject(new Error()),
  })
  return createRestWatch(planNetwork(model, DEFAULT_LIMITS), () => model)
}

test('a decision lags by the smallest multiple of `every` from 128 on', () => {
  expect([1, 10, 64, 100, 128, 129, 5000].map(restLag)).toEqual([128, 130, 128, 200, 128, 129, 5000])
})

test('a run never gets beyond its end and never stands still before it, however late its checks come', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 300 }),
      fc.integer({ min: 1, max: 9 }),
      fc.array(fc.integer({ min: 0, max: 200 }), { minLength: 40, maxLength: 40 }),
      async (every, restCheck, strides) => {
        const watch = await watchOf(every)
        const rest = every * restCheck
        let done = 0
        let known = 0
        const learn = (to: number): void => {
          for (; known + every <= to; known += every)
            watch.observe(0, known + every, known + every >= rest ? [0, 0] : [0, 2])
        }
        for (let turn = 0; turn < 4000 && done < (watch.end ?? Infinity); turn++) {
          const room = watch.horizon - done
          if (room <= 0) learn(Math.min(done, known + every))
          else done += Math.min(room, strides[turn % strides.length] as number)
          if ((strides[turn % strides.length] as number) % 3 === 0) learn(Math.min(done, known + every))
        }
        expect([done, watch.found?.tick]).toEqual([rest + restLag(every), rest])
      },
    ),
    { numRuns: 30 },
  )
})
