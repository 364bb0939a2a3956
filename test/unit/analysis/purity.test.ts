import { expect, it } from 'vitest'
import { labelPurity } from '../../../src/core/analysis/purity.ts'
import { rowsOf } from '../../build.ts'

const memories = rowsOf([
  [0, 0],
  [10, 0],
  [0, 10],
])
const patterns = rowsOf([
  [1, 0],
  [0, 1],
  [9, 0],
  [11, 1],
  [10, -1],
])

it('label purity is the share of patterns with the most frequent label of their nearest row', () => {
  expect(labelPurity(memories, patterns, [7, 7, 3, 3, 3])).toBe(1)
  expect(labelPurity(memories, patterns, [7, 3, 3, 3, 5])).toBeCloseTo(3 / 5, 12)
})
