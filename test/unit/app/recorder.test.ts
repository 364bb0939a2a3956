import { expect, test } from 'vitest'
import { createRecorder, samplesOf } from '../../../src/app/session/recorder.ts'
import type { Sample, Series } from '../../../src/core/run/series.ts'

const PROBES: readonly Series[] = [
  {
    name: 'energy',
    kind: 'energy',
    shape: [],
    tick: [],
    time: [],
    value: [],
    terms: [],
    termNames: ['x', 'w'],
  },
  { name: 'overlap', kind: 'overlap', shape: [3], tick: [], time: [], value: [] },
]

function sample(probe: string, tick: number): Sample {
  const base = { probe, tick, time: tick / 10 }
  if (probe === 'overlap') return { ...base, value: Float32Array.of(tick, 0, 1) }
  return { ...base, value: Float64Array.of(-tick), terms: Float32Array.of(-tick, 0) }
}

const RUN = [0, 1, 2, 3, 4, 5].flatMap((tick) =>
  tick % 2 === 0 ? [sample('energy', tick), sample('overlap', tick)] : [sample('energy', tick)],
)

test('the series have every sample, and are taken apart into the same samples', () => {
  const recorder = createRecorder(PROBES)
  RUN.forEach((one) => recorder.push(one))
  const [energy, overlap] = recorder.series()
  expect(energy).toMatchObject({ tick: [0, 1, 2, 3, 4, 5], termNames: ['x', 'w'] })
  expect(energy?.terms).toHaveLength(6)
  expect(overlap?.tick).toEqual([0, 2, 4])
  expect(overlap).not.toHaveProperty('terms')
  expect(samplesOf(recorder.series())).toEqual(RUN)
  expect(recorder.dropped).toBe(0)
})

test('beyond the bound the oldest samples go, and are counted', () => {
  const recorder = createRecorder(PROBES, 10_000)
  for (let tick = 0; tick < 1000; tick++) recorder.push(sample('overlap', tick))
  const [, overlap] = recorder.series()
  const count = overlap!.tick.length
  expect(count).toBeGreaterThan(30)
  // 12 bytes of numbers each, and what a sample costs beside them.
  expect(count * 212).toBeLessThanOrEqual(10_000)
  expect(recorder.dropped).toBe(1000 - count)
  expect(overlap!.tick).toEqual(Array.from({ length: count }, (_, index) => 1000 - count + index))
  recorder.clear()
  expect(recorder.series().map(({ tick }) => tick.length)).toEqual([0, 0])
  expect(recorder.dropped).toBe(0)
})
