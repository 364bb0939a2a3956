/** The arrays of a model for computations in float64. */
import { roundToHalf } from '../math/algebra.ts'
import { movingRule } from '../kinds/rules/table.ts'
import type { Memory, Rows } from './model.ts'

/** Xi(0), as its format holds it; the binary format holds it exactly. */
export function initialMemories({ init, format }: Memory): Float64Array {
  return Float64Array.from(init.data, format === 'f16' ? roundToHalf : (value) => value)
}

/** Lambda: as given, else Xi(0) or 0, depending on the rule. */
export function synapticBias({ bias, rule }: Memory, xi: Float64Array): Float64Array {
  if (bias !== undefined) return Float64Array.from(bias.data)
  return movingRule(rule)?.base === 'init' ? xi.slice() : new Float64Array(xi.length)
}

/** Row r mod rows, in float64. */
export function dealt({ rows, columns, data }: Rows, r: number): Float64Array {
  const start = (r % rows) * columns
  return Float64Array.from(data.subarray(start, start + columns))
}

/** Calls `visit` for every entry of pattern p that is not masked. */
export function unmasked(patterns: Rows, p: number, visit: (i: number, value: number) => void): void {
  const { columns, data, free } = patterns
  for (let i = 0; i < columns; i++) {
    if (!free?.[p * columns + i]) visit(i, data[p * columns + i]!)
  }
}
