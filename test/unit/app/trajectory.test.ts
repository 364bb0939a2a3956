import { describe, expect, test } from 'vitest'
import { FIRST, followed, noPlane } from '../../../src/app/analysis/trajectory/choices.ts'
import { autocorrelation } from '../../../src/app/analysis/trajectory/correlation.ts'
import { labelPlace } from '../../../src/app/analysis/trajectory/label.ts'
import { componentsOf, createPlane, onComponents } from '../../../src/app/analysis/trajectory/projection.ts'
import { coordinate, energyModel, statesOnPlane } from '../../../src/app/analysis/trajectory/surface.ts'
import { createVisits } from '../../../src/app/analysis/trajectory/visits.ts'
import { RandomStream } from '../../../src/core/model/random.ts'
import { createReference } from '../../../src/core/reference/network.ts'
import { buildModel, rowsOf, signRows } from '../../build.ts'

describe('the plane of two patterns', () => {
  test('has the coefficients of a state in it, and those of the nearest point for another state', () => {
    const [xi1, xi2] = [Float64Array.of(1, 1, 1, -1), Float64Array.of(1, 2, 0, 0)]
    const plane = createPlane(xi1, xi2)!
    const inside = xi1.map((value, i) => 0.3 * value - 2 * xi2[i]!)
    const [a, b] = plane(inside)
    expect([a, b]).toEqual([expect.closeTo(0.3, 12), expect.closeTo(-2, 12)])
    // Orthogonal to both patterns: the nearest point stays.
    const [c, d] = plane(inside.map((value, i) => value + [2, -1, 0, 1][i]!))
    expect([c, d]).toEqual([expect.closeTo(0.3, 12), expect.closeTo(-2, 12)])
    expect(
      createPlane(
        xi1,
        xi1.map((value) => 3 * value),
      ),
    ).toBeUndefined()
  })
})

test('the name of a mark is right of it and above, and inside of the frame at every edge', () => {
  const frame = { left: 50, top: 8, right: 300 }
  const place = (x: number, y: number) => labelPlace(x, y, [20, 16], frame)
  expect(place(100, 100)).toEqual([107, 97])
  for (const x of [50, 299, 300])
    for (const y of [8, 9, 200]) {
      const [left, bottom] = place(x, y)
      expect(left).toBeGreaterThanOrEqual(50)
      expect(left + 20).toBeLessThanOrEqual(300)
      expect(bottom - 16).toBeGreaterThanOrEqual(8)
      expect(bottom).toBeLessThanOrEqual(200)
      // It leaves the mark free.
      expect(left >= x + 7 || left + 20 <= x - 7).toBe(true)
    }
})

describe('principal components', () => {
  // Columns of a rotation by 30 degrees in the plane of neurons 0 and 2, and neuron 1.
  const axes = [
    [Math.cos(Math.PI / 6), 0, Math.sin(Math.PI / 6)],
    [0, 1, 0],
    [-Math.sin(Math.PI / 6), 0, Math.cos(Math.PI / 6)],
  ]
  // Orthogonal weights with squares 36, 16 and 4: variances in these proportions.
  const weights = [
    [3, 3, -3, -3],
    [2, -2, 2, -2],
    [1, -1, -1, 1],
  ]
  const states = [0, 1, 2, 3].map((t) =>
    Float64Array.from(
      { length: 3 },
      (_, i) => 5 + axes.reduce((sum, axis, k) => sum + axis[i]! * weights[k]![t]!, 0),
    ),
  )

  test('come from states that come one by one, from the first on', () => {
    let found = componentsOf(states.slice(0, 1))
    expect(found.shares).toEqual([0, 0])
    // Two states are on a line.
    found = componentsOf(states.slice(0, 2), found)
    expect(found.shares).toEqual([expect.closeTo(1, 12), 0])
    for (const state of states.slice(0, 2)) expect(onComponents(found, state)[1]).toBe(0)
    for (const count of [3, 4]) found = componentsOf(states.slice(0, count), found)
    // The passes go on with each new picture.
    for (let picture = 0; picture < 20; picture++) found = componentsOf(states, found)
    expect(found.shares[0]).toBeCloseTo(36 / 56, 6)
    expect(found.shares[1]).toBeCloseTo(16 / 56, 6)
  })

  test('are the axes of the largest variances, with their fractions', () => {
    const found = componentsOf(states)
    found.axes.forEach((axis, k) => {
      const along = axis.reduce((sum, value, i) => sum + value * axes[k]![i]!, 0)
      expect(Math.abs(along)).toBeCloseTo(1, 9)
    })
    expect(found.shares[0]).toBeCloseTo(36 / 56, 9)
    expect(found.shares[1]).toBeCloseTo(16 / 56, 9)
    expect(states.map((state) => Math.abs(onComponents(found, state)[0]))).toEqual(
      states.map((): unknown => expect.closeTo(3, 9)),
    )
  })

  test('go on from those before, with the same signs', () => {
    const found = componentsOf(states)
    const again = componentsOf([...states, Float64Array.of(5, 5, 5)], found)
    again.axes.forEach((axis, k) =>
      expect(axis.reduce((sum, value, i) => sum + value * found.axes[k]![i]!, 0)).toBeCloseTo(1, 6),
    )
  })
})

describe('the autocorrelation', () => {
  test('of a first-order process falls as rho to the lag, also where ticks are missing', () => {
    const rho = 0.8
    const stream = new RandomStream(3, 'process')
    const states: Float64Array[] = []
    const ticks: number[] = []
    // 64 independent processes in one state.
    let x = Float64Array.from({ length: 64 }, () => stream.normal())
    for (let tick = 0; tick < 600; tick++) {
      x = x.map((value) => rho * value + Math.sqrt(1 - rho * rho) * stream.normal())
      if (tick % 5 === 3) continue
      ticks.push(tick)
      states.push(x)
    }
    const { lags, values } = autocorrelation(ticks, states, 300)
    expect([lags[0], values[0]]).toEqual([0, 1])
    // The deviation of a mean over 64 * 480 correlated pairs is about 0.015.
    for (const at of [1, 2, 3, 5]) expect(Math.abs(values[at]! - rho ** lags[at]!)).toBeLessThan(0.06)
  })

  test('of a period is 1 after a period and -1 after half of it', () => {
    const ticks = Array.from({ length: 81 }, (_, tick) => tick)
    const { values } = autocorrelation(
      ticks,
      ticks.map((tick) => Float64Array.of(Math.cos((2 * Math.PI * tick) / 8))),
      40,
    )
    expect(values[4]).toBeCloseTo(-1, 1)
    expect(values[8]).toBeCloseTo(1, 1)
  })
})

test('the signs of visited states are counted, 0 as +', () => {
  const visits = createVisits()
  for (const state of [
    [1, -2],
    [0.1, -1],
    [-1, 0],
    [3, -3],
  ])
    visits.add(state)
  expect(visits.most(5)).toEqual([
    { signs: '+−', share: 0.75 },
    { signs: '−+', share: 0.25 },
  ])
})

test('the energy on the plane of two patterns is that of the reference, and quadratic for a linear layer', () => {
  const size = 8
  const patterns = signRows(new RandomStream(1, 'patterns'), 2, size)
  const model = buildModel({
    layers: [{ name: 'v', size, lagrangian: { kind: 'linear', gain: 1 } }],
    synapses: [{ name: 'w', layer: 'v', base: { kind: 'hebbian', patterns, zeroDiagonal: false } }],
  })
  const [xi1, xi2] = [patterns.data.subarray(0, size), patterns.data.subarray(size)] as [
    Float32Array,
    Float32Array,
  ]
  const extent = { a: [-1, 1], b: [-0.5, 1.5] } as const
  const lines = 5
  const states = statesOnPlane(xi1, xi2, extent, lines)
  const found = createReference(energyModel(model, {}, 'v', states, 0)).energy()
  expect(found).toHaveLength(25)
  const q = xi1.reduce((sum, value, i) => sum + value * xi2[i]!, 0)
  found.forEach(({ total }, point) => {
    const a = coordinate(extent.a, point % lines, lines)
    const b = coordinate(extent.b, Math.floor(point / lines), lines)
    // x = a xi1 + b xi2, g = x, W = sum xi xi^T / N: E = |x|^2 / 2 - sum (xi.x)^2 / 2N.
    const squared = a * a * size + 2 * a * b * q + b * b * size
    const fields = (a * size + b * q) ** 2 + (a * q + b * size) ** 2
    expect(total).toBeCloseTo(squared / 2 - fields / (2 * size), 5)
  })
  const other = createReference({
    ...model,
    replicas: 1,
    layers: [{ ...model.layers[0]!, init: rowsOf([states.subarray(3 * size, 4 * size)]) }],
  })
  expect(found[3]!.total).toBeCloseTo(other.energy()[0]!.total, 10)
})

test('the choices for a trajectory follow the names of parts and probes', () => {
  const chosen = { ...FIRST, layer: 'seen', source: 'memories.xi', of: 'xi' }
  const renames = { parts: new Map([['xi', 'learnt']]), probes: new Map([['xi', 'overlap']]) }
  // A probe may have the name of a memory.
  expect(followed(chosen, renames)).toEqual({ ...chosen, source: 'memories.learnt', of: 'overlap' })
  expect(followed({ ...chosen, source: 'probes.xi' }, renames).source).toBe('probes.overlap')
  expect(followed({ ...FIRST, source: 'stimulus.0' }, renames)).toEqual({ ...FIRST, source: 'stimulus.0' })
  expect(followed(FIRST, renames)).toEqual(FIRST)
})

test('principal components take the place of a plane that does not exist, unless the reader looks for its patterns', () => {
  const plane = { ...FIRST, view: 'plane' } as const
  expect([FIRST, plane].map((one) => noPlane(one, 0, false))).toEqual(['no patterns', 'no patterns'])
  expect([FIRST, plane].map((one) => noPlane(one, 1, true))).toEqual(['parallel', undefined])
  expect([FIRST, plane].map((one) => noPlane(one, 1, false))).toEqual([undefined, undefined])
  expect(noPlane({ ...FIRST, view: 'visits' }, 0, true)).toBeUndefined()
})
