/** Steps of matrices that learn, by the functions of their rules. */
import { rateSharedBy, type Rule } from '../../kinds/rules/table.ts'
import { carry } from './moves.ts'
import type { HeldMatrix, Writing } from './types.ts'
import { everywhere, inFours, padded, times } from './words.ts'

/** One step of a matrix that learns by a rule. */
export function learn({ rules, param, broken }: Writing, one: HeldMatrix, rule: Rule): string {
  const { group, index, rows, columns, carried, based } = one
  const hollow = 'layer' in group && group.zeroDiagonal
  const get = (field: string): string =>
    param(`m${index}_`, `${group.name}/plasticity-step`, ['learn', 'plasticity'], field)
  const kind = `r${rules.indexOf(rule)}_`
  const shared = rateSharedBy(rule)
  const p = `vec4<f32>(${['r0', 'r1', 'r2', 'r3'].map(get).join(', ')})`
  /** The activations of quad k of the columns; 0 on a diagonal without a drive. */
  const from = (row: number, k: number, component: string): string => {
    const g = `g${columns.index}_${k}`
    const quad = Math.floor(row / 4)
    if (!hollow || Math.floor(quad / columns.lanes) !== k) return g
    const without = `vec4<f32>(${['x', 'y', 'z', 'w'].map((one) => (one === component ? '0.0' : `${g}.${one}`)).join(', ')})`
    return columns.lanes === 1 ? without : `select(${g}, ${without}, lane == ${quad % columns.lanes}u)`
  }
  /** One step of quad k of a row, from its activation and its decay. */
  const move = (row: number, k: number, component: string): string => {
    const drive = `${kind}driveOf(a.${component}, ${from(row, k, component)}, p)`
    const target = based ? `${drive} + d${index}_${row}_${k}` : drive
    return step(row, k, target, shared === 'row' ? `decays.${component}` : undefined)
  }
  /** The same for rules with a separate rate for each entry. */
  const moveEach = (row: number, k: number, component: string): string => {
    const m = `m${index}_${row}_${k}`
    const lambda = based ? `d${index}_${row}_${k}` : 'vec4<f32>(0.0)'
    const entries = `a.${component}, g${columns.index}_${k}, ${m}, ${lambda}, p`
    return `{ let decay = ${kind}decaysOf(${entries});
let rate = rateOf(${get('ratio')}, vec4<f32>(1.0), decay);
let drive = ${padded(columns, k, `${kind}drivesOf(${entries})`)};
${step(row, k, 'drive', 'decay')} }`
  }
  /** @param decay - absent if 1 */
  const step = (row: number, k: number, target: string, decay: string | undefined): string => {
    const m = `m${index}_${row}_${k}`
    const decayed = (z: string): string => (decay === undefined ? z : `${decay} * ${z}`)
    if (!carried) return `${m} += rate * (${target} - ${decayed(m)}); all += ${m};`
    const gain = (kept: string): string => `rate * ((${target} - ${decayed(m)}) - ${decayed(kept)})`
    return `{ var next = ${m};\n${carry(get, [m, `e${index}_${row}_${k}`], gain)}\n${m} = next; all += next; }`
  }
  const text = inFours(rows.layer.size, (four, q) => {
    const steps = four.map(([row, component]) => {
      if (shared === 'entry') return times(columns.quads, (k) => moveEach(row, k, component))
      const rate = shared === 'row' ? `rates.${component}` : get('rate')
      return `{ let rate = ${rate};\n${times(columns.quads, (k) => move(row, k, component))} }`
    })
    const rates =
      shared === 'row'
        ? `let decays = ${kind}decayOf(a, p);\nlet rates = rateOf(${get('ratio')}, ${kind}gateOf(a, p), decays);`
        : ''
    return `{ let a = ${everywhere(rows, q)};\nlet p = ${p};\n${rates}\n${steps.join('\n')} }`
  })
  // A sum with NaN or infinity is never finite.
  return `var all = vec4<f32>(0.0);\n${text}\n${broken(group.name)} = any(areBroken(all));`
}
