/** The stimuli of layers: their rows, read from the cues of each layer. */
import type { Stimulus } from '../../model/model.ts'
import { cuesOf, repetitionsOf } from '../../model/variation.ts'
import { vectorStride } from '../layout.ts'
import type { Held, Writing } from './types.ts'
import { load, loadNew, loadWords, times, valid } from './words.ts'

/** Lanes that share reads of the same row, if one invocation computes a replica on a software adapter. */
export const SPREAD = 4

/** The first row of a stimulus among the cues of its layer. */
function firstRow({ planning: { model }, place }: Writing, { layer }: Held, item: number): string {
  const own = model.stimulus.flatMap((other, at) => (other.layer === layer.name ? [at] : []))
  if (own.some((at) => cuesOf(model, at).length > 1))
    return `arena[${place(`${layer.name}/items`)}u + replica * ${own.length}u + ${own.indexOf(item)}u].y`
  const before = own.slice(0, own.indexOf(item))
  return `${before.reduce((sum, at) => sum + (model.stimulus[at] as Stimulus).patterns.rows, 0)}u`
}

/** The state of a layer that a clamp holds at all times: the place of the row shown. */
export function behold(writing: Writing, one: Held): string {
  const { layer, index, quads, holder } = one
  if (holder === undefined) return ''
  const { planning, place, spreads } = writing
  const stride = vectorStride(layer.size) / 4
  const shown = `u32(clock[record + ${planning.clock.stimulusWord + holder}u])`
  const cues = `${place(`${layer.name}/cues`)}u`
  const start = `at${index} = ${cues} + (${firstRow(writing, one, holder)} + ${shown}) * ${stride}u;`
  if (!spreads || cuesOf(planning.model, holder).length > 1)
    return `${start}\n${times(quads, (k) => loadNew(one, k, `x${index}_${k}`, `at${index}`))}`
  // The same for all replicas: each lane reads a quad and broadcasts it.
  const reads = times(Math.ceil(quads / SPREAD), (q) => {
    const quad = `min(${SPREAD * q}u + neighbour % ${SPREAD}u, ${quads - 1}u)`
    return `let s${index}_${q} = bitcast<vec4<f32>>(arena[at${index} + ${quad}]);`
  })
  const gives = times(
    quads,
    (k) => `let x${index}_${k} = subgroupBroadcast(s${index}_${Math.floor(k / SPREAD)}, ${k % SPREAD}u);`,
  )
  return `${start}\n${reads}\n${gives}`
}

/** The effect of the stimuli of a layer on its state, its current and its held neurons. */
export function stimulate(writing: Writing, one: Held): string {
  if (!one.stimulated) return ''
  const { layer, index, quads, driven, clamped, masked, holder } = one
  const { model, clock } = writing.planning
  const cues = writing.place(`${layer.name}/cues`)
  const free = masked ? writing.place(`${layer.name}/free`) : 0
  const items = model.stimulus.flatMap((item, at) => {
    if (item.layer !== layer.name || at === holder) return []
    const start = firstRow(writing, one, at)
    const repetition = `(replica % ${repetitionsOf(model)}u)`
    const row = item.kind === 'initial' ? `${repetition} % ${item.patterns.rows}u` : 'u32(max(shown, 0))'
    const isClamp = item.kind === 'clamp'
    const takes = times(quads, (k) => {
      const [x, c, h] = [`x${index}_${k}`, `c${index}_${k}`, `h${index}_${k}`]
      const holds = clamped && masked ? ` ${h} = select(${h}, vec4<bool>(${isClamp}), taken);` : ''
      const act =
        item.kind === 'current'
          ? `${c} += select(vec4<f32>(0.0), cue, taken);`
          : `${x} = select(${x}, cue, taken);${holds}`
      const there = [valid(one, k) ?? [], 'vec4<bool>(is)'].flat().join(' & ')
      const mask = masked
        ? `var free = vec4<u32>(0u);\n${loadWords(one, k, 'free', `${free}u + row`)}\ntaken = taken & (free == vec4<u32>(0u));`
        : ''
      return `{ var cue = vec4<f32>(0.0); var taken = ${there};\n${load(one, k, 'cue', `${cues}u + row`)}\n${mask}\n${act} }`
    })
    // No branch, because merging is slow: without a stimulus the first row is read and ignored.
    const hold =
      clamped && !masked && item.kind !== 'current' ? `h${index} = select(h${index}, ${isClamp}, is);` : ''
    return [
      `{ let shown = clock[record + ${clock.stimulusWord + at}u]; let is = shown >= 0; ${hold}
let row = (${start} + ${row}) * ${vectorStride(layer.size) / 4}u;\n${takes} }`,
    ]
  })
  const clear = times(quads, (k) =>
    [
      driven ? `c${index}_${k} = vec4<f32>(0.0);` : '',
      clamped && masked ? `h${index}_${k} = vec4<bool>(false);` : '',
    ].join(' '),
  )
  const release = clamped && !masked ? `h${index} = false;` : ''
  return `${clear}\n${release}\n${items.join('\n')}`
}
