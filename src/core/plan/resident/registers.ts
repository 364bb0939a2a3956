/** Copies from the arena to registers before the first tick of a dispatch, and back after the last. */
import { carryNameOf } from '../carry.ts'
import { type Matrix, vectorStride } from '../layout.ts'
import { biasRows } from '../neurons.ts'
import type { Held, HeldMatrix, Writing } from './types.ts'
import { everyQuad, isHeld, load, loadNew, loadWords, quadAt, store, times, valid } from './words.ts'

/** The registers of a layer; those in `fresh` are new in each round. */
export function layerRegisters({ planning, place, hasEnergy }: Writing, one: Held) {
  const { layer, index, quads, driven, clamped, masked, carried, holder } = one
  const stride = vectorStride(layer.size) / 4
  const at = (buffer: string): string => `${place(`${layer.name}/${buffer}`, true)}u + replica * ${stride}u`
  const biases = biasRows(planning.model, layer)
  const bias = `${place(`${layer.name}/bias`)}u + (replica % ${biases}u) * ${stride}u`
  // Unset values of an adiabatic layer are derived from the rest of the state.
  const isKept = holder === undefined && (layer.tau > 0 || clamped)
  const fresh = times(quads, (k) =>
    [
      `var g${index}_${k} = vec4<f32>(0.0); var i${index}_${k} = vec4<f32>(0.0);`,
      isKept || holder !== undefined ? '' : `var x${index}_${k} = vec4<f32>(0.0);`,
    ].join(' '),
  )
  const there = (k: number): string => {
    const indices = `vec4<u32>(4u * (${quadAt(one, k)})) + vec4<u32>(0u, 1u, 2u, 3u)`
    return valid(one, k) === undefined ? '' : `let ${valid(one, k)} = ${indices} < vec4<u32>(${layer.size}u);`
  }
  const reads = times(quads, (k) =>
    [
      isKept ? `var x${index}_${k} = vec4<f32>(0.0);` : '',
      isKept ? load(one, k, `x${index}_${k}`, at('state')) : '',
      carried ? loadNew(one, k, `l${index}_${k}`, at('carry')) : '',
      loadNew(one, k, `b${index}_${k}`, bias),
      there(k),
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
        : [`{ var last = vec4<u32>(0u);\n${loadWords(one, k, 'last', `at${index}`)}`]),
      ...(holder === undefined ? [] : [`${store(one, k, at('state'), 'last')}\n}`]),
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

/** The registers of a matrix; a fixed matrix is not written back. */
export function matrixRegisters({ planning, placeMatrix }: Writing, one: HeldMatrix) {
  const { group, index, rows, columns, rule, carried, based } = one
  const isOwn = (planning.matrices.get(group.name) as Matrix).copies > 1
  const stride = vectorStride(columns.layer.size) / 4
  const from = (start: number, row: number): string =>
    `${start + row * stride}u${isOwn ? ` + replica * ${rows.layer.size * stride}u` : ''}`
  const own: [string, number][] = [['m', placeMatrix(group.name, rule !== undefined)]]
  if (carried) own.push(['e', placeMatrix(carryNameOf(group.name), true)])
  const base = based ? placeMatrix(`${group.name}/base`) : 0
  const reads = everyQuad(one, (row, k) =>
    [
      ...own.map(([name, start]) => loadNew(columns, k, `${name}${index}_${row}_${k}`, from(start, row))),
      ...(based ? [loadNew(columns, k, `d${index}_${row}_${k}`, `${base + row * stride}u`)] : []),
    ].join('\n'),
  )
  const writes = everyQuad(one, (row, k) =>
    own.map(([name, start]) => store(columns, k, from(start, row), `${name}${index}_${row}_${k}`)).join('\n'),
  )
  return { reads, writes: rule === undefined ? '' : writes }
}
