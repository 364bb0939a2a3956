import { expect, test } from 'vitest'
import { afterwards } from '../../../src/node/afterwards.ts'
import { loadScenario } from '../../../src/node/scenario.ts'

async function linesOf(name: string): Promise<string[]> {
  const adapter = {
    name: 'a',
    type: 'software',
    vendor: '',
    architecture: '',
    driver: '',
    source: 'npm',
  } as const
  const model = await loadScenario(name)
  return afterwards({
    scenario: name,
    folder: `out/${name}`,
    files: ['results.npz', 'summary.json'],
    model,
    adapter,
  })
}

test('three lines tell the adapter, the results and the next command', async () => {
  expect(await linesOf('digits')).toEqual([
    'adapter  a (software: computes on the CPU); engram devices lists all',
    'results  out/digits: results.npz, summary.json',
    'next     engram analyse fixed-points digits --starts 20 --out out/digits',
  ])
})

test.each([
  ['a network that learns', 'hebbian-learning'],
  ['one without a Hessian', 'asynchronous'],
  ['one whose parameters vary', 'phase-diagram'],
])('for %s it is another seed', async (_, name) => {
  const { seed } = await loadScenario(name)
  expect((await linesOf(name))[2]).toBe(
    `next     engram run ${name} --seed ${seed + 1} --csv --out out/seed-${seed + 1}`,
  )
})
