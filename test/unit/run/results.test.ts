import { describe, expect, test } from 'vitest'
import { decodeNpz, encodeNpz } from '../../../src/core/data/npz.ts'
import { ModelError } from '../../../src/core/errors.ts'
import { planNetwork } from '../../../src/core/plan/plan.ts'
import {
  checkResultSize,
  finalValues,
  seriesArrays,
  csvText,
  seriesCsv,
  stateArrays,
  termNames,
} from '../../../src/core/run/results.ts'
import type { Series } from '../../../src/core/run/series.ts'
import { buildModel } from '../../build.ts'

const limits = {
  maxStorageBufferBindingSize: 2 ** 27,
  maxBufferSize: 2 ** 28,
  maxComputeWorkgroupsPerDimension: 65535,
  maxStorageBuffersPerShaderStage: 10,
}

/** Two samples of the energy of two replicas with three terms. */
const energy: Series = {
  name: 'e',
  kind: 'energy',
  shape: [2],
  tick: [0, 4],
  time: [0, 0.4],
  value: [Float64Array.of(6, 15), Float64Array.of(-1.5, NaN)],
  terms: [Float32Array.of(1, 2, 3, 4, 5, 6), Float32Array.of(-0.1, -0.4, -1, NaN, 1, Infinity)],
  termNames: ['v', 'h', 'xi'],
}
const overlap: Series = {
  name: 'm',
  kind: 'overlap',
  shape: [2],
  tick: [0],
  time: [0],
  value: [Float32Array.of(0.1, -0.2)],
}
const speed: Series = {
  name: 's',
  kind: 'speed',
  shape: [],
  tick: [0],
  time: [0],
  value: [Float32Array.of(3)],
}
const snapshot: Series = {
  name: 'p',
  kind: 'snapshot',
  shape: [2, 2],
  tick: [0],
  time: [0],
  value: [Float32Array.of(1, 2, 3, 4)],
}

describe('arrays', () => {
  test('have the sample axis first, then the axes of one value', () => {
    const arrays = seriesArrays([energy, overlap, speed, snapshot])
    expect(Object.fromEntries(Object.entries(arrays).map(([name, { shape }]) => [name, shape]))).toEqual({
      'e.tick': [2],
      'e.time': [2],
      'e.value': [2, 2],
      'e.terms': [2, 2, 3],
      'm.tick': [1],
      'm.time': [1],
      'm.value': [1, 2],
      's.tick': [1],
      's.time': [1],
      's.value': [1],
      'p.tick': [1],
      'p.time': [1],
      'p.value': [1, 2, 2],
    })
    expect(arrays['e.terms']?.data).toEqual(
      Float32Array.of(1, 2, 3, 4, 5, 6, -0.1, -0.4, -1, NaN, 1, Infinity),
    )
  })

  test('of a probe without samples are empty and keep their other axes', () => {
    const empty: Series = { ...energy, tick: [], time: [], value: [], terms: [] }
    const arrays = decodeNpz(encodeNpz({ ...seriesArrays([empty]) }))
    expect(arrays['e.value']).toEqual({ shape: [0, 2], data: new Float64Array(0) })
    expect(arrays['e.terms']).toEqual({ shape: [0, 2, 3], data: new Float32Array(0) })
  })

  test('of states are called state.NAME', () => {
    const array = { shape: [2], data: Float32Array.of(1, 2) }
    expect(stateArrays({ v: array })).toEqual({ 'state.v': array })
  })
})

describe('summary values', () => {
  test('are the last ones: a number, or the spread of several; null where not finite', () => {
    const final = finalValues([
      { ...energy, tick: [0], value: [Float64Array.of(6, 15)] },
      overlap,
      speed,
      snapshot,
    ])
    expect(final).toEqual({
      e: { mean: 10.5, min: 6, max: 15 },
      m: { mean: (Math.fround(0.1) + Math.fround(-0.2)) / 2, min: Math.fround(-0.2), max: Math.fround(0.1) },
      s: 3,
    })
    expect(finalValues([energy])).toEqual({ e: { mean: null, min: null, max: null } })
  })

  test('name the terms of every energy', () => {
    expect(termNames([energy, overlap])).toEqual({ 'e.term_names': ['v', 'h', 'xi'] })
  })
})

describe('CSV', () => {
  const csv = (...given: Parameters<typeof seriesCsv>): string | undefined => {
    const pieces = seriesCsv(...given)
    return pieces === undefined ? undefined : [...pieces].join('')
  }

  test('of an energy has the total and each term of every replica', () => {
    expect(csv(energy, 2)).toBe(
      'tick,time,replica.0.total,replica.0.v,replica.0.h,replica.0.xi,replica.1.total,replica.1.v,replica.1.h,replica.1.xi\n' +
        '0,0,6,1,2,3,15,4,5,6\n' +
        '4,0.4,-1.5,-0.100000001,-0.400000006,-1,nan,nan,1,inf\n',
    )
  })

  test('of other series has a column for each number', () => {
    expect(csv(overlap, 1)).toBe('tick,time,pattern.0,pattern.1\n0,0,0.100000001,-0.200000003\n')
    expect(csv(overlap, 2)).toBe(
      'tick,time,replica.0.pattern.0,replica.1.pattern.0\n0,0,0.100000001,-0.200000003\n',
    )
    expect(csv({ ...overlap, kind: 'similarity' }, 1)).toMatch(/^tick,time,row.0,row.1\n/)
    expect(csv(speed, 1)).toBe('tick,time,value\n0,0,3\n')
  })

  test('is not made of snapshots', () => {
    expect(csv(snapshot, 1)).toBeUndefined()
  })
})

describe('the size of the results', () => {
  const model = (ticks: number, every = 1) =>
    buildModel({
      layers: [{ name: 'v', size: 1000, lagrangian: { kind: 'relu' } }],
      probes: [{ kind: 'snapshot', name: 'p', every, of: 'v' }],
      time: { ticks },
    })
  const check = (ticks: number, every?: number): void => {
    const built = model(ticks, every)
    checkResultSize(planNetwork(built, limits), built)
  }

  test('is refused above 2 GiB, with an `every` that is enough', () => {
    expect(() => check(100_000)).not.toThrow()
    expect(() => check(10_000_000)).toThrow(ModelError)
    try {
      check(10_000_000)
    } catch (error) {
      const { place, reason } = error as ModelError
      expect(place.path).toBe('probes.p.every')
      expect(() => check(10_000_000, Number(/set it to (\d+) or more/.exec(reason)?.[1]))).not.toThrow()
    }
  })

  test('comes in pieces however long it is', () => {
    const value = Array.from({ length: 3 }, () => new Float32Array(200_000).fill(0.1))
    const long = { ...overlap, shape: [200_000], tick: [0, 1, 2], time: [0, 1, 2], value }
    const pieces = [...(seriesCsv(long, 1) ?? [])]
    expect(Math.max(...pieces.map(({ length }) => length))).toBeLessThan(2 ** 17)
    const rows = pieces.join('').trimEnd().split('\n')
    expect(rows.map((row) => row.split(',').length)).toEqual([200_002, 200_002, 200_002, 200_002])
  })

  test('has no name that a spreadsheet takes for a formula', () => {
    for (const name of ['=1+1', '+1', '-1', '@x']) expect(csvText(name)).toBe(`'${name}`)
    expect(csvText('a,"b"')).toBe('"a,""b"""')
    expect(csvText('stimulus.0.gap')).toBe('stimulus.0.gap')
  })
})
