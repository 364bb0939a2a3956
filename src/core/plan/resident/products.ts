/** The input of a layer from memories and synapses. */
import { targetsOf } from '../../kinds/couplings/table.ts'
import type { Held, HeldMatrix, Writing } from './types.ts'
import { everywhere, give, inFours, sumOf, times } from './words.ts'

/** in = the sum of the input. */
export function input({ matrices }: Writing, to: Held): string {
  const lines = [times(to.quads, (k) => `i${to.index}_${k} = vec4<f32>(0.0);`)]
  for (const one of matrices) {
    if (!targetsOf(one.group).includes(to.layer.name)) continue
    const target = `i${to.index}`
    // A symmetric matrix of one layer is read by columns, which needs no sum over lanes.
    const byRows = 'from' in one.group ? one.rows === to : !one.group.symmetric
    lines.push(byRows ? recall(one, target) : project(one, target))
  }
  return lines.join('\n')
}

/** target += A^T g of the rows' layer. */
export function project({ index, rows, columns }: HeldMatrix, target: string): string {
  return inFours(rows.layer.size, (four, q) => {
    const sums = times(columns.quads, (k) => {
      const terms = four.map(([row, component]) => `a.${component} * m${index}_${row}_${k}`)
      return `${target}_${k} += ${sumOf(terms)};`
    })
    return `{ let a = ${everywhere(rows, q)};\n${sums} }`
  })
}

/** target += A g of the columns' layer, less |A_mu|^2 / 2 with the half-norm offset. */
export function recall({ index, rows, columns, halfNorm }: HeldMatrix, target: string): string {
  return inFours(rows.layer.size, (four, q) => {
    const sums = four.map(([row]) => {
      const terms = Array.from({ length: columns.quads }, (_, k) => {
        const m = `m${index}_${row}_${k}`
        const g = `g${columns.index}_${k}`
        return halfNorm ? `${m} * (${g} - 0.5 * ${m})` : `${m} * ${g}`
      })
      return `total(${sumOf(terms)})`
    })
    while (sums.length < 4) sums.push('0.0')
    return `{ let r = reduceQuad(vec4<f32>(${sums.join(', ')}));\n${give(rows, target, q, 'r')} }`
  })
}
