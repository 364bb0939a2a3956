import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decodeNpz, encodeNpz } from '../../../src/core/data/npz.ts'
import { planNetwork } from '../../../src/core/plan/plan.ts'
import { createColumn, numbersOf, rowsOf, wholeOf } from '../../../src/core/run/columns.ts'
import { createRecording } from '../../../src/core/run/recording.ts'
import { seriesArrays } from '../../../src/core/run/results.ts'
import { sampleBytes } from '../../../src/core/run/series.ts'
import { buildModel } from '../../build.ts'

const LIMITS = {
  maxBufferSize: 2 ** 28,
  maxStorageBufferBindingSize: 2 ** 27,
  maxComputeWorkgroupsPerDimension: 65535,
  maxStorageBuffersPerShaderStage: 10,
  maxComputeInvocationsPerWorkgroup: 256,
  maxComputeWorkgroupStorageSize: 16384,
}

function record(replicas: number, mostBytes?: number) {
  const model = buildModel({
    replicas,
    layers: [{ name: 'v', size: 6, lagrangian: { kind: 'tanh', gain: 1 } }],
    probes: [
      { kind: 'speed', name: 's', every: 1, layer: 'v' },
      { kind: 'energy', name: 'e', every: 2 },
      { kind: 'snapshot', name: 'x', every: 5, of: 'v' },
    ],
  })
  return createRecording(planNetwork(model, LIMITS), model, mostBytes)
}

describe('a list of rows', () => {
  test('is to a reader an array of arrays, and is read only', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 9000 }), fc.integer({ min: 1, max: 70 }), (count, width) => {
        const column = createColumn<Float32Array<ArrayBuffer>>(Float32Array, width)
        const list = rowsOf(column)
        const plain = Array.from({ length: count }, (_, row) =>
          Float32Array.from({ length: width }, (__, k) => row * width + k),
        )
        for (const row of plain) column.push(row)
        expect([Array.isArray(list), list.length]).toEqual([true, count])
        for (const index of [0, 1, count >> 1, count - 1, count, -1, 0.5])
          expect([list[index], list.at(index)]).toEqual([plain[index], plain.at(index)])
        expect(list.slice(-3)).toEqual(plain.slice(-3))
        expect(list.map((row) => row[0])).toEqual(plain.map((row) => row[0]))
        expect([...list].length).toBe(count)
        expect([wholeOf(list)!.length, wholeOf(list)!.every((value, k) => value === k)]).toEqual([
          count * width,
          true,
        ])
      }),
      { numRuns: 30 },
    )
    const column = createColumn<Int32Array<ArrayBuffer>>(Int32Array, 1)
    const list = numbersOf(column) as number[]
    for (const tick of [3, 5, 8]) column.push([tick])
    expect([list, JSON.stringify(list), Object.keys(list), 2 in list, 3 in list]).toEqual([
      [3, 5, 8],
      '[3,5,8]',
      ['0', '1', '2'],
      true,
      false,
    ])
    for (const change of [
      () => list.push(1),
      () => (list[0] = 1),
      () => list.sort((a, b) => b - a),
      () => (list.length = 0),
    ])
      expect(change).toThrow(TypeError)
    expect(list).toEqual([3, 5, 8])
    expect(wholeOf([1, 2])).toBeUndefined()
  })
})

test('five million samples cost the 16 bytes that are counted for each, and one chunk', () => {
  const recording = record(1)
  const value = Float32Array.of(0)
  for (let tick = 0; tick < 5e6; tick++) {
    value[0] = tick
    recording.push(0, { tick, time: tick / 10, value })
  }
  const [series] = recording.series
  expect(sampleBytes(series!)).toBe(16)
  expect(recording.bytes / 5e6).toBeLessThan(16 * 1.01)
  expect([series!.tick.at(-1), series!.time.at(-1), [...series!.value.at(-1)!]]).toEqual([
    4999999,
    499999.9,
    [4999999],
  ])
  const arrays = seriesArrays(recording.series)
  expect(['s.tick', 's.time', 's.value'].map((name) => arrays[name]!.data.byteLength)).toEqual([
    2e7, 4e7, 2e7,
  ])
})

test.each([1, 3])('what is recorded of %i replicas is what results.npz has, up to any tick', (replicas) => {
  const recording = record(replicas)
  const [, energy] = recording.series
  const terms = energy!.termNames!.length
  for (let tick = 0; tick <= 20; tick++) {
    const numbers = (count: number) => Float32Array.from({ length: count }, (_, k) => tick + k / 8)
    recording.push(0, { tick, time: tick / 10, value: numbers(replicas) })
    if (tick % 2 === 0)
      recording.push(1, {
        tick,
        time: tick / 10,
        value: Float64Array.from(numbers(replicas)),
        terms: numbers(replicas * terms),
      })
    if (tick % 5 === 0) recording.push(2, { tick, time: tick / 10, value: numbers(replicas * 6) })
  }
  for (const last of [-1, 0, 3, 4, 19, 20, 99]) {
    const part = recording.until(last)
    const plain = part.map((one) => ({
      ...one,
      tick: [...one.tick],
      time: [...one.time],
      value: one.value.map((row) => row.slice()),
      ...(one.terms && { terms: one.terms.map((row) => row.slice()) }),
    }))
    expect(plain.map(({ tick }) => tick)).toEqual(
      [1, 2, 5].map((every) =>
        Array.from({ length: 21 }, (_, tick) => tick).filter((tick) => tick % every === 0 && tick <= last),
      ),
    )
    expect(encodeNpz(seriesArrays(part))).toEqual(encodeNpz(seriesArrays(plain)))
    expect(part).toEqual(plain)
    expect(structuredClone(part)).toEqual(plain)
  }
  expect(Object.keys(decodeNpz(encodeNpz(seriesArrays(recording.series))))).toContain('e.terms')
})

test('samples that can be cloned share no buffer with those that are recorded', () => {
  const recording = record(1)
  const value = Float32Array.of(7)
  recording.push(0, { tick: 0, time: 0, value })
  const [part] = recording.until(0)
  // As postMessage with a list of what is to be transferred does.
  structuredClone(part, { transfer: [part!.value[0]!.buffer as ArrayBuffer] })
  expect(recording.series[0]!.value).toEqual([value])
  expect(seriesArrays(recording.until(0))['s.value']!.data).toEqual(value)
})

test('a view of the samples until now does not grow with those that come', () => {
  const recording = record(1)
  recording.push(0, { tick: 0, time: 0, value: [1] as unknown as Float32Array })
  const [before] = recording.until(7)
  recording.push(0, { tick: 1, time: 0.1, value: [2] as unknown as Float32Array })
  expect([before!.tick.length, recording.series[0]!.tick.length]).toEqual([1, 2])
})

test('the last step that fits is taken, the next one is refused with the numbers', () => {
  const recording = record(1, 1000)
  const bytes = (ticks: number): number =>
    recording.series.reduce((sum, one, index) => {
      return sum + Math.floor(ticks / [1, 2, 5][index]!) * sampleBytes(one)
    }, 0)
  const most = Array.from({ length: 100 }, (_, ticks) => ticks).findLast((ticks) => bytes(ticks) <= 1000)!
  expect(most).toBeGreaterThan(10)
  recording.checkRoom(0, most)
  expect(() => {
    recording.checkRoom(0, most + 1)
  }).toThrow(`at tick ${most + 1} there would be ${bytes(most + 1)} bytes of samples, at most 1000 are kept`)
})
