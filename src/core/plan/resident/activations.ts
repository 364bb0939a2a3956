/** g = dL/dx, and L(x) of the layer if it is not a sum. */
import { isPerNeuron } from '../../kinds/lagrangians/table.ts'
import type { Held, Writing } from './types.ts'
import { padded, times, valid } from './words.ts'

export function activation(writing: Writing, one: Held): string {
  const { index, quads, layer, kind } = one
  const p = `let p = ${lagrangianParams(writing, one)};`
  if (isPerNeuron(layer.lagrangian)) {
    const values = times(
      quads,
      (k) => `g${index}_${k} = ${padded(one, k, `${kind}activationQuad(x${index}_${k}, p)`)};`,
    )
    return `{ ${p}\n${values} }`
  }
  const there = (k: number): string => valid(one, k) ?? 'vec4<bool>(true)'
  const fold = times(quads, (k) => `first = ${kind}firstQuad(first, x${index}_${k}, ${there(k)}, p);`)
  const terms = times(quads, (k) => {
    const g = `g${index}_${k}`
    return `${g} = ${kind}termsQuad(x${index}_${k}, ${there(k)}, first, n, p); second += total(${g});`
  })
  const values = times(quads, (k) => {
    const value = `${kind}activationQuad(x${index}_${k}, g${index}_${k}, first, second, n, p)`
    return `g${index}_${k} = ${padded(one, k, value)};`
  })
  return `{ ${p}
let n = ${layer.size}.0;
var first: ${kind}First = ${kind}FIRST_IDENTITY;
${fold}
first = ${kind}reduceFirst(first, lane);
var second = 0.0;
${terms}
second = reduceSum(second, lane);
${values}
${writing.hasEnergy ? `w${index} = ${kind}lagrangianOf(first, second, n, p);` : ''} }`
}

export function lagrangianParams({ param }: Writing, { layer, index }: Held): string {
  const label = `${layer.name}/${isPerNeuron(layer.lagrangian) ? 'activate' : 'normalize'}`
  const values = ['p0', 'p1', 'p2', 'p3'].map((field) =>
    param(`l${index}_`, label, ['activate', 'settle'], field),
  )
  return `vec4<f32>(${values.join(', ')})`
}
