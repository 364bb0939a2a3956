/** Matrices: memories Xi between two layers, synapses W of one. */
import * as v from 'valibot'
import { dot, outer, row, times, transposeTimes } from '../../math/algebra.ts'
import { choice } from '../fields.ts'
import {
  type Activations,
  betweenTwo,
  type Ends,
  type MatrixFacts,
  type MemoryFacts,
  of,
  sizeOf,
  slopeOf,
} from './definition.ts'

const keys = {
  inputOffset: v.optional(
    choice('inputOffset', 'half-norm: the input to row mu of the layer `to` gets -|Xi_mu|^2 / 2.', [
      'none',
      'half-norm',
    ]),
    'none',
  ),
  format: v.optional(
    choice(
      'format',
      'How Xi is stored. f16 (half precision) and binary (one bit an entry) require rule fixed; binary requires init ' +
        'values of -1 and +1 before scale.',
      ['f32', 'f16', 'binary'],
    ),
    'f32',
  ),
}

/** The fields of a dense memory in a model, in addition to the fields of every memory. */
export interface Dense {
  readonly inputOffset: 'none' | 'half-norm'
  readonly format: 'f32' | 'f16' | 'binary'
}

/** -g_to^T (Xi g_from + offset) */
export const dense: MemoryFacts<typeof keys, Dense> = {
  under: 'memories',
  description: 'Memories Xi between two layers, one a row: input Xi g_from to one, Xi^T g_to to the other.',
  keys,
  own: ({ inputOffset, format }) => ({ inputOffset, format }),
  fit({ from, to }, { shapeOf }) {
    const shape = shapeOf(from)
    const [columns, count] = [sizeOf(shape), sizeOf(shapeOf(to))]
    return {
      columns,
      shape,
      columnsOf: { text: `layer \`${from}\` has ${columns} neurons`, path: `neurons.${from}.size` },
      rows: { count, text: `layer \`${to}\` has ${count} neurons`, path: `neurons.${to}.size` },
    }
  },
  ...betweenTwo,
  energy: (memory, xi, g) => -dot(of(g, memory.to), recalled(memory, xi, g)),
  input: (memory, xi, g, layer) =>
    layer === memory.to ? recalled(memory, xi, g) : transposeTimes(xi, of(g, memory.to)),
  drive: ({ from, to }, g, drive) => driven(of(g, to), of(g, from), drive),
  matrix: (_, xi) => xi,
  placeOf: (_, entry, columns) => [Math.floor(entry / columns), entry % columns],
  slope: (memory, xi, g, to) => slopeOf(xi, memory, of(g, memory.from).length, to),
  isMatrix: true,
  hasRows: true,
  learns: 'all',
  rowShape: () => undefined,
  tex: {
    forward: (xi, from) => `${xi}\\, ${from}`,
    backward: (xi, to) => `${xi}^\\top ${to}`,
    energy: (xi, to, from) => `- ${to}^\\top ${xi}\\, ${from}`,
    learnt: (to, from) => [to, from],
  },
}

/** Xi g_from, and with "half-norm" -|Xi_mu|^2 / 2. */
function recalled({ from, inputOffset }: Ends & Dense, xi: Float64Array, g: Activations): Float64Array {
  const source = of(g, from)
  const brought = times(xi, source)
  if (inputOffset === 'none') return brought
  return brought.map((h, mu) => {
    const memoryRow = row(xi, source.length, mu)
    return h - dot(memoryRow, memoryRow) / 2
  })
}

export interface Lateral {
  readonly name: string
  readonly layer: string
  readonly symmetric: boolean
}

/** The facts that all synapses share. */
export const onOne = {
  under: 'synapses',
  layers: ({ layer }: Lateral) => [layer],
  targets: ({ layer }: Lateral) => [layer],
  withoutEnergy: ({ name, symmetric }: Lateral) =>
    symmetric ? undefined : `synapses \`${name}\` may differ from their transpose`,
} as const

/** -1/2 g^T W g where W is symmetric */
export const lateral: MatrixFacts<Lateral> & { readonly under: 'synapses' } = {
  ...onOne,
  energy: ({ layer }, W, g) => -dot(of(g, layer), times(W, of(g, layer))) / 2,
  input: ({ layer }, W, g) => times(W, of(g, layer)),
  drive: ({ layer }, g, drive) => driven(of(g, layer), of(g, layer), drive),
  matrix: (_, W) => W,
  placeOf: (_, entry, columns) => [Math.floor(entry / columns), entry % columns],
  slope: (_, W) => W,
  isMatrix: true,
  learns: 'all',
}

function driven(
  to: Float64Array,
  from: Float64Array,
  drive: (to: number, from: number) => number,
): Float64Array {
  const columns = from.length
  const result = outer(to, from)
  for (let k = 0; k < result.length; k++) result[k] = drive(to[Math.floor(k / columns)]!, from[k % columns]!)
  return result
}
