/** How well memories divide labelled patterns among themselves. */
import { squaredDistance } from '../math/algebra.ts'
import type { Rows } from '../model/model.ts'

/**
 * Label purity: each pattern goes to the memory row nearest to it, each row stands for the label that most of its patterns
 * have; the share of the patterns that have the label of their row.
 * @param memories - [rows, columns]
 * @param patterns - [count, columns]
 * @param labels - [count], whole numbers from 0
 * @returns from the share of the most frequent label to 1
 */
export function labelPurity(memories: Rows, patterns: Rows, labels: ArrayLike<number>): number {
  const rowOf = ({ data, columns }: Rows, index: number): Float32Array =>
    data.subarray(index * columns, (index + 1) * columns)
  const counts = Array.from({ length: memories.rows }, () => new Map<number, number>())
  for (let index = 0; index < patterns.rows; index++) {
    const pattern = rowOf(patterns, index)
    const distances = Array.from({ length: memories.rows }, (_, row) =>
      squaredDistance(pattern, rowOf(memories, row)),
    )
    const count = counts[distances.indexOf(Math.min(...distances))]
    const label = labels[index] as number
    count?.set(label, (count.get(label) ?? 0) + 1)
  }
  return counts.reduce((sum, count) => sum + Math.max(0, ...count.values()), 0) / patterns.rows
}
