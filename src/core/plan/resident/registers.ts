/** What comes from the arena into registers before the first tick of a dispatch, and goes back after the last. */
import { carryNameOf } from '../carry.ts'
import { type Matrix, vectorStride } from '../layout.ts'
import { biasRows } from '../neurons.ts'
import { load, loadNew, loadWords, store } from './arena.ts'
import type { Held, HeldMatrix, Writing } from './types.ts'
import { everyQuad, isHeld, isRagged, quadAt, times, valid } from './words.ts'

/** The registers of a layer, among them those that each round has `fresh`. */
export function layerRegisters(
  { planning, place, hasEnergy }: Writing,
  one: Held,
): { readonly reads: string; readonly fresh: string; readonly writes: string } {
  const { layer, index, quads, driven, clamped, masked, carried, holder } = one
  const stride = vectorStride(layer.size) / 4
  const at = (buffer: string): string => `${place(`${layer.name}/${buffer}`, true)}u + replica * ${stride}u`
  const biases = biasRows(planning.model, layer)
  const bias = `${place(`${layer.name}/bias`)}u + (replica % ${biases}u) * ${stride}u`
  // What an adiabatic layer has not been given belongs to the rest of the state, whoever asks for it.
  const isKept = holder === undefined && (layer.tau > 0 || clamped)
  const fresh = times(quads, (k) =>
    [
      `var g${index}_${k} = vec4<f32>(0.0); var i${index}_${k} = vec4<f32>(0.0);`,
      isKept || holder !== undefined ? '' : `var x${index}_${k} = vec4<f32>(0.0);`,
    ].join(' '),
  )
  const reads = times(quads, (k) =>
    [
      isKept ? `var x${index}_${k} = vec4<f32>(0.0);` : '',
      isKept ? load(one, k, `x${index}_${k}`, at('state')) : '',
      carried ? loadNew(one, k, `l${index}_${k}`, at('carry')) : '',
      loadNew(one, k, `b${index}_${k}`, bias),
      isRagged(one, k)
        ? `let ${valid(one, k)} = vec4<u32>(4u * (${quadAt(one, k)})) + vec4<u32>(0u, 1u, 2u, 3u) < vec4<u32>(${layer.size}u);`
        : '',
      driven ? loadNew(one, k, `c${index}_${k}`, at('current')) : '',
      clamped && masked
        ? `var h${index}_${k} = vec4<bool>(false);
{ var word = vec4<u32>(0u);
${loadWords(one, k, 'word', at('hold'))}
h${index}_${k} = word != vec4<u32>(0u); }`
        : '',
    ].join('\n'),
  )
  const hold = clamped && !masked ? `var h${index} = arena[${at('hold')}].x != 0u;` : ''
  const whole = holder === undefined ? hold : `var at${index} = ${at('state')};`
  const held = (k: number): string => `select(vec4<u32>(0u), vec4<u32>(1u), ${isHeld(one, k)})`
  const writes = times(quads, (k) =>
    [
      ...(holder === undefined
        ? []
        : [
            `{ var last = vec4<u32>(0u);\n${loadWords(one, k, 'last', `at${index}`)}`,
            `${store(one, k, at('state'), 'last')}\n}`,
          ]),
      ...(isKept ? [store(one, k, at('state'), `x${index}_${k}`)] : []),
      ...(carried ? [store(one, k, at('carry'), `l${index}_${k}`)] : []),
      ...(driven ? [store(one, k, at('current'), `c${index}_${k}`)] : []),
      ...(clamped || holder !== undefined ? [store(one, k, at('hold'), held(k))] : []),
    ].join('\n'),
  )
  return {
    reads: `${reads}\n${whole}`,
    fresh: hasEnergy ? `${fresh}\nvar w${index} = 0.0;` : fresh,
    writes,
  }
}

/** The registers of a matrix; what does not learn is not written back. */
export function matrixRegisters(
  { planning, placeMatrix }: Writing,
  one: HeldMatrix,
): { readonly reads: string; readonly writes: string } {
  const { group, index, rows, columns, rule, carried, based } = one
  const isOwn = (planning.matrices.get(group.name) as Matrix).copies > 1
  const stride = vectorStride(columns.layer.size) / 4
  const from = (start: number, row: number): string =>
    `${start + row * stride}u${isOwn ? ` + replica * ${rows.layer.size * stride}u` : ''}`
  const base = placeMatrix(group.name, rule !== undefined)
  const low = carried ? placeMatrix(carryNameOf(group.name), true) : 0
  const other = based ? placeMatrix(`${group.name}/base`) : 0
  const reads = everyQuad(one, (row, k) =>
    [
      loadNew(columns, k, `m${index}_${row}_${k}`, from(base, row)),
      ...(carried ? [loadNew(columns, k, `e${index}_${row}_${k}`, from(low, row))] : []),
      ...(based ? [loadNew(columns, k, `d${index}_${row}_${k}`, `${other + row * stride}u`)] : []),
    ].join('\n'),
  )
  const writes = everyQuad(one, (row, k) =>
    [
      store(columns, k, from(base, row), `m${index}_${row}_${k}`),
      ...(carried ? [store(columns, k, from(low, row), `e${index}_${row}_${k}`)] : []),
    ].join('\n'),
  )
  return { reads, writes: rule === undefined ? '' : writes }
}
