/** Sparse memories and synapses: only the stored entries are updated and read. */
import * as v from 'valibot'
import { forEachEntry, rowsOf, type SparsePattern } from '../../math/sparse.ts'
import { choice, file, positiveInteger } from '../fields.ts'
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
import { dense, type Lateral, onOne } from './dense.ts'

const FORMATS = ['f32', 'f16', 'binary'] as const

const init = v.pipe(
  v.variant('kind', [
    v.pipe(
      v.strictObject({
        kind: v.literal('csr'),
        path: file('path', 'A .npz file, as scipy.sparse.save_npz writes a matrix in CSR format.'),
      }),
      v.description('A matrix from a file: a row for each neuron of `to`, a column for each of `from`.'),
    ),
    v.pipe(
      v.strictObject({
        kind: v.literal('random-sparse'),
        degree: positiveInteger(
          'degree',
          'Number of entries in each row, in different random columns.',
          2 ** 30,
        ),
        distribution: choice('distribution', 'binary: -1 or +1. normal: N(0, 1).', ['binary', 'normal']),
      }),
      v.description('The same number of entries in every row, in random columns.'),
    ),
  ]),
  v.title('init'),
  v.description('The entries that exist, and their values Xi(0).'),
)

const keys = {
  init,
  format: v.optional(
    choice(
      'format',
      'How the entries are stored. f16 (half precision) and binary (one bit an entry) require rule fixed. Their columns take 16 bits ' +
        'if the layer has at most 65,536 neurons. binary requires entries of -1 and +1 before scale.',
      FORMATS,
    ),
    'f32',
  ),
}

/** Where the entries of a sparse memory come from. */
export type SparseInit = v.InferOutput<typeof init>

export const SPARSE_SOURCES: readonly string[] = ['csr', 'random-sparse'] satisfies SparseInit['kind'][]

/** The fields of a sparse memory in a model, in addition to the fields of every memory. */
export interface Sparse {
  readonly inputOffset: 'none'
  readonly format: (typeof FORMATS)[number]
}

type Held = Ends & { readonly init: { readonly pattern?: SparsePattern } }

/** -sum over the stored entries of g_to[i] Xi_ij g_from[j] */
export const sparse: MemoryFacts<typeof keys, Sparse> = {
  under: 'memories',
  description:
    'A sparse matrix between two layers: input Xi g_from to one, Xi^T g_to to the other, over the stored entries.',
  keys,
  own: ({ format }) => ({ inputOffset: 'none', format }),
  fit({ from, to, init }, { shapeOf }) {
    const [columns, rows] = [sizeOf(shapeOf(from)), sizeOf(shapeOf(to))]
    // The number of entries of a file is not in the scenario.
    const entries = init.kind === 'csr' ? 1 : rows * init.degree
    return {
      columns: entries,
      shape: [entries],
      columnsOf: { text: `memory has ${entries} entries` },
      rows: { count: 1, text: 'a sparse memory is one list of entries', path: `neurons.${to}.size` },
      between: { rows, columns, to, from },
    }
  },
  ...betweenTwo,
  energy: (memory, xi, g) => -form(patternOf(memory), xi, of(g, memory.to), of(g, memory.from)),
  input(memory, xi, g, layer) {
    const pattern = patternOf(memory)
    if (layer === memory.to) return product(pattern, xi, of(g, memory.from))
    const to = of(g, memory.to)
    const sums = new Float64Array(pattern.columns)
    forEachEntry(pattern, (entry, i, j) => (sums[j]! += xi[entry]! * to[i]!))
    return sums
  },
  drive: (memory, g: Activations, drive) =>
    driven(patternOf(memory), of(g, memory.to), of(g, memory.from), drive),
  matrix: (memory, xi) => written(patternOf(memory), xi),
  placeOf: (memory, entry) => placeIn(patternOf(memory), entry),
  slope(memory, xi, _, to) {
    return slopeOf(sparse.matrix(memory, xi), memory, patternOf(memory).columns, to)
  },
  isMatrix: false,
  hasRows: false,
  learns: 'all',
  rowShape: () => undefined,
  tex: dense.tex,
}

function patternOf({ init: { pattern } }: Held): SparsePattern {
  if (pattern === undefined) throw new Error('the entries of a sparse memory are not loaded')
  return pattern
}

export interface SparseLateral extends Lateral {
  readonly base: { readonly matrix?: { readonly pattern?: SparsePattern } }
}

/** -1/2 of the sum over the stored entries of g_i W_ij g_j, if W is symmetric */
export const sparseLateral: MatrixFacts<SparseLateral> & { readonly under: 'synapses' } = {
  ...onOne,
  energy: (synapse, W, g) => -form(baseOf(synapse), W, of(g, synapse.layer), of(g, synapse.layer)) / 2,
  input: (synapse, W, g) => product(baseOf(synapse), W, of(g, synapse.layer)),
  drive: (synapse, g, drive) => driven(baseOf(synapse), of(g, synapse.layer), of(g, synapse.layer), drive),
  matrix: (synapse, W) => written(baseOf(synapse), W),
  slope: (synapse, W) => written(baseOf(synapse), W),
  placeOf: (synapse, entry) => placeIn(baseOf(synapse), entry),
  isMatrix: false,
  learns: 'all',
}

function baseOf({ base: { matrix } }: SparseLateral): SparsePattern {
  if (matrix?.pattern === undefined) throw new Error('the entries of sparse synapses are not loaded')
  return matrix.pattern
}

/** to^T A from */
function form(pattern: SparsePattern, A: Float64Array, to: Float64Array, from: Float64Array): number {
  let sum = 0
  forEachEntry(pattern, (entry, i, j) => (sum += to[i]! * A[entry]! * from[j]!))
  return sum
}

/** A from */
function product(pattern: SparsePattern, A: Float64Array, from: Float64Array): Float64Array {
  const sums = new Float64Array(pattern.rows)
  forEachEntry(pattern, (entry, i, j) => (sums[i]! += A[entry]! * from[j]!))
  return sums
}

function driven(
  pattern: SparsePattern,
  to: Float64Array,
  from: Float64Array,
  drive: (to: number, from: number) => number,
): Float64Array {
  const sums = new Float64Array(pattern.indices.length)
  forEachEntry(pattern, (entry, i, j) => (sums[entry] = drive(to[i]!, from[j]!)))
  return sums
}

/** A with all its entries. */
function written(pattern: SparsePattern, A: Float64Array): Float64Array {
  const { rows, columns } = pattern
  const whole = new Float64Array(rows * columns)
  forEachEntry(pattern, (entry, i, j) => (whole[i * columns + j] = A[entry]!))
  return whole
}

function placeIn(pattern: SparsePattern, entry: number): readonly [number, number] {
  return [rowsOf(pattern)[entry]!, pattern.indices[entry]!]
}
