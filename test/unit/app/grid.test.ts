import { expect, test } from 'vitest'
import { cellText, gridOf, innerLabels, rangeOfCells } from '../../../src/app/plots/grid.ts'
import { axisNames, variedText } from '../../../src/app/vary.ts'
import type { Axis, Model } from '../../../src/core/model/model.ts'
import { buildModel } from '../../build.ts'

const axis = (path: string, values: number[]): Axis => ({ path, values, log: false })

function varying(repetitions: number, ...axes: Axis[]): Model {
  const points = axes.reduce((product, { values }) => product * values.length, 1)
  const model = buildModel({ layers: [], replicas: points * repetitions })
  return { ...model, variation: { axes, repetitions, points: [] } }
}

const beta = axis('neurons.h.lagrangian.beta', [1, 2])
const tau = axis('neurons.v.tau', [0.5, 1, 1.5])

test('two axes go down and across; the replicas of a point are averaged', () => {
  const model = varying(2, beta, tau)
  const grid = gridOf(model)!
  expect([grid.lines, grid.columns]).toEqual([2, 3])
  const { mean, low, high } = grid.spreadOf([0, 2, 1, 1, 4, 6, 1, 3, 0, 0, 9, 9])
  expect([...mean]).toEqual([1, 1, 5, 2, 0, 9])
  expect([...low]).toEqual([0, 1, 4, 1, 0, 9])
  expect([...high]).toEqual([2, 1, 6, 3, 0, 9])
  expect(grid.replicaOf(4)).toBe(8)
  expect(cellText(grid, 4)).toBe('beta 2, tau 1')
  expect(variedText(model, 8)).toBe('beta 2, tau 1')
})

test('one axis is a curve: the mean, the lowest and the highest over replicas and seeds', () => {
  const grid = gridOf(varying(2, tau, axis('seed', [7, 8])))!
  expect([grid.down, grid.lines, grid.columns]).toEqual([undefined, 1, 3])
  const { mean, low, high } = grid.spreadOf([1, 2, 3, 6, 0, 0, 0, 4, 5, 5, 5, 5])
  expect([[...mean], [...low], [...high]]).toEqual([
    [3, 1, 5],
    [1, 0, 5],
    [6, 4, 5],
  ])
  expect(grid.replicaOf(2)).toBe(8)
  expect(cellText(grid, 2)).toBe('tau 1.5')
  expect(gridOf(varying(1, axis('seed', [7, 8])))!.columns).toBe(2)
})

test('over seeds the mean is taken, wherever their axis stands', () => {
  const grid = gridOf(varying(1, beta, axis('seed', [1, 2]), tau))!
  expect([...grid.spreadOf([1, 2, 3, 4, 5, 6, 0, 0, 0, 3, 0, 0]).mean]).toEqual([2.5, 3.5, 4.5, 1.5, 0, 0])
})

test('colours go from 0 to 1 for shares, to both sides alike where there are both signs, else from end to end', () => {
  expect(rangeOfCells(Float64Array.of(0.2, 0.9), true)).toEqual({ low: 0, high: 1, signed: false })
  expect(rangeOfCells(Float64Array.of(-0.5, 0.9), true)).toEqual({ low: -1, high: 1, signed: true })
  expect(rangeOfCells(Float64Array.of(-3, 2), false)).toEqual({ low: -3, high: 3, signed: true })
  expect(rangeOfCells(Float64Array.of(-3, -2, NaN), false)).toEqual({ low: -3, high: -2, signed: false })
  expect(rangeOfCells(Float64Array.of(4), false)).toEqual({ low: 3.5, high: 4.5, signed: false })
})

test('axes with the same key are told by what they belong to', () => {
  expect(axisNames([tau, axis('memories.xi.tau', [1]), beta])).toEqual([
    'neurons.v tau',
    'memories.xi tau',
    'beta',
  ])
  expect(gridOf(buildModel({ layers: [] }))).toBeUndefined()
})

test('labels between the ends of an axis are evenly spaced, as many as there is room for', () => {
  expect(innerLabels(7, 9)).toEqual([1, 2, 3, 4, 5])
  expect(innerLabels(7, 5)).toEqual([2, 4])
  expect(innerLabels(8, 4)).toEqual([3])
  expect([innerLabels(7, 2.9), innerLabels(2, 9), innerLabels(1, 9), innerLabels(5, 0.4)]).toEqual([
    [],
    [],
    [],
    [],
  ])
})
