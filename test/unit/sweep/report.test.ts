import { expect, test } from 'vitest'
import type { NpyArray } from '../../../src/core/data/npy.ts'
import { createCollector } from '../../../src/core/sweep/collect.ts'
import type { Sweep } from '../../../src/node/sweep/folder.ts'
import { htmlOf, longCsv } from '../../../src/node/sweep/report.ts'

/** A sweep over patterns whose points have 2 replicas. */
function collected(seeds: readonly number[], replicas: number) {
  const grid = { over: [{ path: 'count', values: [1, 2] }], seeds }
  const scenario = { replicas, probes: { overlap: { kind: 'overlap' } }, count: 1 }
  const collector = createCollector(grid)
  for (const count of [1, 2])
    for (const seed of seeds) {
      const length = replicas * count
      const add = (name: string, { shape, data }: NpyArray): void =>
        collector.add([count], seed, { [name]: { shape, like: data.slice(0, 0), read: () => data } })
      add('overlap.tick', { shape: [1], data: Int32Array.of(9) })
      add('overlap.value', {
        shape: [1, ...(replicas > 1 ? [replicas] : []), count],
        data: Float32Array.from({ length }, (_, index) => index + seed),
      })
    }
  const sweep = { file: 's.json', grid, scenario } as unknown as Sweep
  return { sweep, arrays: collector.arrays() }
}

test('columns have the names that a single run gives them, at every point', () => {
  const { sweep, arrays } = collected([1], 2)
  expect(Array.from(longCsv(sweep, arrays)).join('').trim().split('\n')).toEqual([
    'count,seed,probe,tick,column,value',
    '1,1,overlap,9,replica.0.pattern.0,1',
    '1,1,overlap,9,replica.1.pattern.0,2',
    '2,1,overlap,9,replica.0.pattern.0,1',
    '2,1,overlap,9,replica.0.pattern.1,2',
    '2,1,overlap,9,replica.1.pattern.0,3',
    '2,1,overlap,9,replica.1.pattern.1,4',
  ])
})

test('the page says what it averages, and of one seed no error', () => {
  const page = (seeds: readonly number[], replicas: number): string => {
    const { sweep, arrays } = collected(seeds, replicas)
    return htmlOf(sweep, arrays, ['6 of 8 points are done, 2 failed.'])
  }
  const many = page([1, 2], 2)
  expect(many).toContain(': last sample, mean over seeds, replicas and patterns ± standard error over seeds<')
  expect(many).toContain('<p>6 of 8 points are done, 2 failed.</p>')
  expect(page([1], 1)).toContain(': last sample, mean over patterns<')
})
