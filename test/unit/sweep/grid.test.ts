import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { NpyArray, NpyData } from '../../../src/core/data/npy.ts'
import { decodeNpyText, encodeNpyTexts } from '../../../src/core/data/npy.ts'
import { encodeNpz } from '../../../src/core/data/npz.ts'
import {
  type GridArray,
  type PointArrays,
  createCollector,
  joinParts,
  pointOf,
} from '../../../src/core/sweep/collect.ts'
import { type Grid, lostFrom, readOver, readSeeds, scenarioAt, sizeOf } from '../../../src/core/sweep/grid.ts'
import { arrayAt, positionsOf } from '../../../src/core/sweep/reading.ts'
import { furtherTasks, pointsOf } from '../../../src/core/sweep/tasks.ts'
import { createKept } from '../../../src/node/sweep/collecting.ts'

describe('--over', () => {
  test.each([
    ['a.b=1,2.5', [1, 2.5]],
    ['a.b=0:1:5', [0, 0.25, 0.5, 0.75, 1]],
    ['a.b=1:4:3:log', [1, 2, 4]],
    ['a.b=euler,heun', ['euler', 'heun']],
    ['a.b=x.npy#a:b,y.npy', ['x.npy#a:b', 'y.npy']],
    [
      'a.b=[[2,3],[4,5]]',
      [
        [2, 3],
        [4, 5],
      ],
    ],
    [
      'a.b=[2,3],[4,5]',
      [
        [2, 3],
        [4, 5],
      ],
    ],
    ['a.b={"kind":"tanh","gain":1},{"kind":"sign"}', [{ kind: 'tanh', gain: 1 }, { kind: 'sign' }]],
    ['a.b=true,"a,b"', [true, 'a,b']],
  ])('%s has its values', (assignment, values) => {
    expect(readOver(assignment)).toEqual({ path: 'a.b', values })
  })

  test.each([
    ['a.b', '--over: takes path=from:to:steps'],
    ['a.b=', '--over: takes path=from:to:steps'],
    ['a.b=1,2,1', '--over: a.b has the value 1 twice'],
    ['a.b=[]', '--over: a.b has no values'],
    ['a.b=-1:1:3:log', 'has no log scale'],
    ['seed=1,2', '--over: seeds of whole runs are given with --seeds'],
  ])('%s is refused', (assignment, line) => {
    expect(() => readOver(assignment)).toThrow(line)
  })

  test('seeds are ranges and single ones, each once', () => {
    expect(readSeeds('1:4,9')).toEqual([1, 2, 3, 4, 9])
    expect(() => readSeeds('3:1')).toThrow('--seeds: takes FIRST:LAST')
    expect(() => readSeeds('1:3,2')).toThrow('has the seed 2 twice')
    expect(() => readSeeds('4294967296')).toThrow('--seeds')
  })

  test('a value goes into the scenario as --set puts it there', () => {
    const raw = { time: { dt: 1, ticks: 2 }, name: 'x' }
    const over = [readOver('time.dt=0.5'), readOver('name=42')]
    expect(scenarioAt(raw, over, [0.5, 42])).toEqual({ time: { dt: 0.5, ticks: 2 }, name: '42' })
  })

  test('a grid too large, or a path twice, is refused', () => {
    const axis = { path: 'a', values: [1, 2] }
    expect(() => sizeOf({ over: [axis, axis], seeds: [1] })).toThrow('"a" is given twice')
    const seeds = Array.from({ length: 500_001 }, (_, k) => k)
    expect(() => sizeOf({ over: [axis], seeds })).toThrow('1000002 points, there may be 1000000')
  })
})

const grid = (a: readonly unknown[], b: readonly unknown[], seeds: readonly number[]): Grid => ({
  over: [
    { path: 'a', values: a },
    { path: 'b', values: b },
  ],
  seeds,
})

describe('tasks', () => {
  test('each point with each seed is in one task, however points go together', () => {
    const all = grid([1, 2, 3], ['x', 'y', 'z'], [7, 8])
    for (const inside of [
      [false, false],
      [true, false],
      [false, true],
      [true, true],
    ])
      for (const most of [1, 2, 4, 100]) {
        const tasks = furtherTasks(all, [], inside, most)
        const points = tasks.flatMap((task) =>
          pointsOf(task).map((point) => JSON.stringify([point, task.seed])),
        )
        expect(points).toHaveLength(18)
        expect(new Set(points).size).toBe(18)
        expect(Math.max(...tasks.map((task) => pointsOf(task).length))).toBeLessThanOrEqual(most)
      }
    expect(furtherTasks(all, [], [true, true], 100)).toHaveLength(2)
  })

  test('a grid that grows keeps its tasks, and the new ones have what was missing', () => {
    const before = furtherTasks(grid([1, 3], ['x'], [7]), [], [true, true], 100)
    const now = grid([1, 2, 3], ['x', 'y'], [7, 8])
    expect(lostFrom(grid([1, 3], ['x'], [7]), now)).toBeUndefined()
    const added = furtherTasks(now, before, [true, true], 100)
    const of = (tasks: typeof added): string[] =>
      tasks.flatMap((task) => pointsOf(task).map((point) => JSON.stringify([point, task.seed])))
    expect(of([...before, ...added])).toHaveLength(12)
    expect(new Set(of([...before, ...added])).size).toBe(12)
    expect(furtherTasks(now, [...before, ...added], [true, true], 100)).toEqual([])
  })

  test('a grid that has lost something tells what', () => {
    const before = grid([1, 2], ['x'], [7])
    expect(lostFrom(before, grid([1], ['x'], [7]))).toBe('it has the value of a 2, which is not given now')
    expect(lostFrom(before, grid([1, 2], ['x'], [8]))).toBe('it has the seed 7, which is not given now')
    expect(lostFrom(before, { over: [], seeds: [7] })).toBe('it is over a, b, not over nothing')
  })
})

const floats = (shape: readonly number[], values: readonly number[]): NpyArray => ({
  shape,
  data: Float32Array.from(values),
})
const ticks = (...values: readonly number[]): NpyArray => ({
  shape: [values.length],
  data: Int32Array.from(values),
})

/** Arrays of a point, and how often each was read. */
const lazy = (arrays: Readonly<Record<string, NpyArray>>, count = (): void => undefined): PointArrays =>
  Object.fromEntries(
    Object.entries(arrays).map(([name, { shape, data }]) => {
      const read = (): NpyData => {
        count()
        return data
      }
      return [name, { shape, like: data.slice(0, 0), read }]
    }),
  )

const wholeOf = (array: GridArray | undefined): NpyArray => {
  const numbers = [...array!.pieces].flatMap((piece) => Array.from(piece))
  return { shape: array!.shape, data: (array!.like.constructor as typeof Float32Array).from(numbers) }
}

describe('collected arrays', () => {
  test('have the axes of the grid, the seeds, and what a run has; what is missing is NaN', () => {
    const collector = createCollector(grid([1, 2], ['x', 'y'], [7, 8, 9]))
    const put = (a: number, b: string, seed: number, last: number): void =>
      collector.add(
        [a, b],
        seed,
        lazy({
          'p.tick': ticks(0, 10),
          'p.time': floats([2], [0, 1]),
          'p.value': floats([2, 2], [0, 0, last, 2 * last]),
          'state.v': floats([2], [1, 2]),
        }),
      )
    put(2, 'x', 9, 7)
    put(2, 'x', 7, 1)
    put(2, 'x', 8, 4)
    put(1, 'y', 8, 5)
    const arrays = collector.arrays()
    expect(Object.keys(arrays)).toEqual(['p.tick', 'p.value', 'mean.p', 'sem.p'])
    expect(wholeOf(arrays['p.tick'])).toEqual(ticks(0, 10))
    const value = wholeOf(arrays['p.value'])
    expect(value.shape).toEqual([2, 2, 3, 2, 2])
    expect(value.data).toBeInstanceOf(Float32Array)
    expect(Array.from(value.data).filter(Number.isNaN)).toHaveLength(8 * 4)
    expect(Array.from(arrayAt(arrays, 'p.value', [1, 0, 2])?.data ?? [])).toEqual([0, 0, 7, 14])
    expect(arrayAt(arrays, 'p.value', [0, 0, 0])).toBeUndefined()
    // By hand: 1, 4, 7 have the mean 4 and s = 3.
    expect(Array.from(arrayAt(arrays, 'mean.p', [1, 0])?.data ?? [])).toEqual([0, 0, 4, 8])
    expect(arrayAt(arrays, 'sem.p', [1, 0])?.data[2]).toBeCloseTo(3 / Math.sqrt(3), 12)
    expect(arrayAt(arrays, 'mean.p', [0, 1])?.data[2]).toBe(5)
    expect(arrayAt(arrays, 'sem.p', [0, 1])?.data[2]).toBeNaN()
  })

  test('whose shapes differ are kept point by point, and named; ticks that differ have the axes of the grid', () => {
    const collector = createCollector(grid([1, 2], ['x'], [7]))
    const first = { 'p.tick': ticks(0, 5), 'p.value': floats([2], [1, 2]) }
    collector.add([1, 'x'], 7, lazy({ ...first, 'q.tick': ticks(3), 'q.value': floats([1], [9]) }))
    const second = { 'p.tick': ticks(0), 'p.value': floats([1], [3]) }
    collector.add([2, 'x'], 7, lazy({ ...second, 'q.tick': ticks(4), 'q.value': floats([1], [8]) }))
    const arrays = collector.arrays()
    expect(collector.apart()).toEqual(['p.tick', 'p.value'])
    expect(wholeOf(arrays['p.value.0.0.0'])).toEqual(floats([2], [1, 2]))
    expect(wholeOf(arrays['p.value.1.0.0'])).toEqual(floats([1], [3]))
    expect(wholeOf(arrays['p.tick.1.0.0'])).toEqual(ticks(0))
    expect(Array.from(wholeOf(arrays['mean.p.0.0']).data)).toEqual([1, 2])
    expect(arrays['q.tick']?.shape).toEqual([2, 1, 1, 1])
    expect(arrays['q.value']?.shape).toEqual([2, 1, 1, 1])
  })

  test('are read point by point as they are written, never all at once', () => {
    const collector = createCollector(grid([1, 2, 3], ['x'], [7, 8]))
    let reads = 0
    const count = (): void => {
      reads++
    }
    for (const a of [1, 2, 3])
      for (const seed of [7, 8])
        collector.add([a, 'x'], seed, lazy({ 'p.value': floats([2], [a, seed]) }, count))
    const arrays = collector.arrays()
    expect(reads).toBe(0)
    /** How many arrays are read for each piece. */
    const readsOf = (name: string): number[] => {
      const counts: number[] = []
      for (const piece of arrays[name]!.pieces) {
        expect(piece).toHaveLength(2)
        counts.push(reads)
        reads = 0
      }
      return counts
    }
    // A mean reads the seeds of a point.
    expect(readsOf('p.value')).toEqual([1, 1, 1, 1, 1, 1])
    expect(readsOf('mean.p')).toEqual([2, 2, 2])
  })

  test('are kept in memory up to some bytes, the last that were read', () => {
    const folder = mkdtempSync(join(tmpdir(), 'engram-kept-'))
    const file = join(folder, 'results.npz')
    const names = ['a.value', 'b.value', 'c.value']
    const bytes = encodeNpz(Object.fromEntries(names.map((name, k) => [name, floats([4], [k, 1, 2, 3])])))
    writeFileSync(file, bytes)
    // Room for two arrays of 16 bytes.
    const kept = createKept(39)
    const [a, , c] = names.map((name) => kept.get(file, name))
    expect(c?.data[0]).toBe(2)
    expect(kept.bytes).toBe(32)
    rmSync(folder, { recursive: true })
    expect(kept.get(file, 'c.value')).toBe(c)
    expect(() => kept.get(file, 'a.value')).toThrow(/results.npz cannot be read \(ENOENT\); remove `done`/)
    expect(a?.data).toHaveLength(4)
  })

  test.each([1, 2])(
    'points of a run that varies, of %d replicas each, are taken apart and joined again',
    (each) => {
      const [points, samples, entry] = [3, 2, 2]
      const count = samples * points * each * entry
      const whole = {
        'p.tick': ticks(0, 1),
        'p.value': floats(
          [samples, points * each, entry],
          Array.from({ length: count }, (_, k) => k),
        ),
      }
      const parts = [0, 1, 2].map((point) => ({ points: 1, arrays: pointOf(whole, point, points) }))
      expect(parts[1]?.arrays['p.value']?.shape).toEqual([samples, ...(each > 1 ? [each] : []), entry])
      expect(parts[1]?.arrays['p.value']?.data[0]).toBe(each * entry)
      expect(joinParts(parts, each)).toEqual(whole)
      const holed = joinParts(parts.with(1, { points: 1, arrays: undefined as never }), each)
      expect(Array.from(pointOf(holed, 1, points)['p.value']?.data ?? []).every(Number.isNaN)).toBe(true)
      expect(pointOf(holed, 2, points)).toEqual(parts[2]?.arrays)
    },
  )

  test('all positions are counted, the seed the fastest', () => {
    expect(positionsOf(grid([1, 2], ['x'], [7, 8]))).toEqual([
      [0, 0, 0],
      [0, 0, 1],
      [1, 0, 0],
      [1, 0, 1],
    ])
  })

  test('texts are written as NumPy has them', () => {
    expect(decodeNpyText(encodeNpyTexts(['euler', 'ξ']))).toContain('euler')
  })
})
