/** Steps of matrices that learn, by the functions of their rules. */
import { hasSteadyRate, type RuleKind } from '../../kinds/rules/table.ts'
import { carry } from './moves.ts'
import type { HeldMatrix, Writing } from './types.ts'
import { everywhere, inFours, times } from './words.ts'

/** One step of a matrix that learns by a rule. */
export function learn({ rules, param, broken }: Writing, one: HeldMatrix, rule: RuleKind): string {
  const { group, index, rows, columns, carried, based } = one
  const get = (field: string): string =>
    param(`m${index}_`, `${group.name}/plasticity-step`, ['learn', 'plasticity'], field)
  const kind = `r${rules.indexOf(rule)}_`
  const isRowwise = !hasSteadyRate(rule)
  const p = `vec4<f32>(${['r0', 'r1', 'r2', 'r3'].map(get).join(', ')})`
  /** One step of quad k of a row, of which the activation and what decays are known. */
  const move = (row: number, k: number, component: string): string => {
    const m = `m${index}_${row}_${k}`
    const drive = `${kind}driveOf(a.${component}, g${columns.index}_${k}, p)`
    const target = based ? `${drive} + d${index}_${row}_${k}` : drive
    // Left out where it is 1.
    const decayed = (z: string): string => (isRowwise ? `decays.${component} * ${z}` : z)
    if (!carried) return `${m} += rate * (${target} - ${decayed(m)}); all += ${m};`
    const step = (kept: string): string => `rate * ((${target} - ${decayed(m)}) - ${decayed(kept)})`
    return `{ var next = ${m};\n${carry(get, [m, `e${index}_${row}_${k}`], step)}\n${m} = next; all += next; }`
  }
  const text = inFours(rows.layer.size, (four, q) => {
    const steps = four.map(([row, component]) => {
      const rate = isRowwise ? `rates.${component}` : get('rate')
      return `{ let rate = ${rate};\n${times(columns.quads, (k) => move(row, k, component))} }`
    })
    const rates = isRowwise
      ? `let decays = ${kind}decayOf(a, p);\nlet rates = rateOf(${get('ratio')}, ${kind}gateOf(a, p), decays);`
      : ''
    return `{ let a = ${everywhere(rows, q)};\nlet p = ${p};\n${rates}\n${steps.join('\n')} }`
  })
  // NaN and infinity stay what they are, whatever is added.
  return `var all = vec4<f32>(0.0);\n${text}\n${broken(group.name)} = any(areBroken(all));`
}
