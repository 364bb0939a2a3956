import { expect, test } from 'vitest'
import { differenceOf } from '../../src/core/measure/difference.ts'
import { measureDevice } from '../../src/core/measure/measure.ts'
import { MEASURED_WORKS } from '../../src/core/measure/works.ts'
import { measureCells, measureTitle } from '../../src/core/measure/report.ts'
import { testDevice } from './device.ts'

const { device } = await testDevice()

test('a measurement compares every form of every work with float64, and times it within the time', async () => {
  const steps: string[] = []
  const report = await measureDevice(device, { seconds: 2, onProgress: (_, step) => steps.push(step) })
  const { lanes } = report
  for (const { id, ways } of MEASURED_WORKS) {
    const found = report.measurements.filter(({ work }) => work === id)
    expect(found.map(({ way }) => way).sort()).toEqual(
      ways.flatMap((way) => ((way.lanes ?? 1) <= lanes ? way.name : [])).sort(),
    )
    for (const { refused, ms, bytes, operations, kernels } of found) {
      expect(refused).toBeUndefined()
      expect(Math.min(...ms, bytes, operations, kernels.length)).toBeGreaterThan(0)
    }
  }
  expect(report.bandwidth).toBeGreaterThan(0)
  expect(report.kernels).toContain('resident')
  expect(report.kernels.some((key) => key.startsWith('memory/attention+'))).toBe(true)
  expect(measureTitle(report)).toMatch(/: a copy moves [\d.]+ GB\/s/)
  expect(JSON.parse(JSON.stringify(report))).toEqual(report)
  expect(steps).toContain('convolution, 16 filters of 5 x 5: comparing')
})

test('a form with a wrong result is named, and not timed', async () => {
  const { measurements, kernels } = await measureDevice(device, {
    seconds: 1,
    works: ['sparse'],
    tolerance: 0,
  })
  expect(measurements).toHaveLength(1)
  const [wrong] = measurements
  expect(wrong).toMatchObject({ ms: [], kernels: [] })
  expect(measureCells(wrong!).join(' ')).toMatch(/ wrong differs from float64 by \d\.\de-\d/)
  expect(kernels).toEqual([])
})

test('what is no number differs by all', () => {
  expect(differenceOf([1, NaN], [1, 2])).toBe(Infinity)
  expect(differenceOf([1, 2], [1, 2.5])).toBe(0.2)
  expect(differenceOf([1], [1, 2])).toBe(Infinity)
})
