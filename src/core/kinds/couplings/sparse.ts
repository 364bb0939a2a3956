/** Memories that are a sparse matrix: only the entries that are there are stored, moved and read. */
import * as v from 'valibot'
import { forEachEntry, rowsOf, type SparsePattern } from '../../math/sparse.ts'
import { choice, positiveInteger, text } from '../fields.ts'
import {
  type Activations,
  betweenTwo,
  type Ends,
  type MemoryFacts,
  of,
  sizeOf,
  slopeOf,
} from './definition.ts'
import { dense } from './dense.ts'

const init = v.pipe(
  v.variant('kind', [
    v.pipe(
      v.strictObject({
        kind: v.literal('csr'),
        path: text('path', 'A .npz file, as scipy.sparse.save_npz writes a matrix in CSR format.'),
      }),
      v.description('A matrix from a file: a row for each neuron of `to`, a column for each of `from`.'),
    ),
    v.pipe(
      v.strictObject({
        kind: v.literal('random-sparse'),
        degree: positiveInteger('degree', 'Entries of each row, in different random columns.', 2 ** 30),
        distribution: choice('distribution', 'binary: -1 or +1. normal: N(0, 1).', ['binary', 'normal']),
      }),
      v.description('As many entries in every row, in random columns.'),
    ),
  ]),
  v.title('init'),
  v.description('The entries that are there, and Xi(0) on them.'),
)

const keys = { init }

/** Where the entries of a sparse memory come from. */
export type SparseInit = v.InferOutput<typeof init>

export const SPARSE_SOURCES: readonly string[] = ['csr', 'random-sparse'] satisfies SparseInit['kind'][]

/** The fields of a sparse memory in a model, besides those that every memory has. */
export interface Sparse {
  readonly inputOffset: 'none'
  readonly format: 'f32'
}

type Held = Ends & { readonly init: { readonly pattern?: SparsePattern } }

/** -sum over the entries that are there of g_to[i] Xi_ij g_from[j] */
export const sparse: MemoryFacts<typeof keys, Sparse> = {
  under: 'memories',
  description:
    'A sparse matrix between two layers: input Xi g_from to one, Xi^T g_to to the other, of the entries that are there.',
  keys,
  own: () => ({ inputOffset: 'none', format: 'f32' }),
  fit({ from, to, init }, { shapeOf }) {
    const [columns, rows] = [sizeOf(shapeOf(from)), sizeOf(shapeOf(to))]
    // How many entries a file has only the file can tell.
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
  energy(memory, xi, g) {
    const [to, from] = [of(g, memory.to), of(g, memory.from)]
    let sum = 0
    forEachEntry(patternOf(memory), (entry, i, j) => {
      sum += to[i]! * xi[entry]! * from[j]!
    })
    return -sum
  },
  input(memory, xi, g, layer) {
    const pattern = patternOf(memory)
    if (layer === memory.to) {
      const from = of(g, memory.from)
      const sums = new Float64Array(pattern.rows)
      forEachEntry(pattern, (entry, i, j) => (sums[i]! += xi[entry]! * from[j]!))
      return sums
    }
    const to = of(g, memory.to)
    const sums = new Float64Array(pattern.columns)
    forEachEntry(pattern, (entry, i, j) => (sums[j]! += xi[entry]! * to[i]!))
    return sums
  },
  drive(memory, g: Activations, drive) {
    const pattern = patternOf(memory)
    const [to, from] = [of(g, memory.to), of(g, memory.from)]
    const driven = new Float64Array(pattern.indices.length)
    forEachEntry(pattern, (entry, i, j) => (driven[entry] = drive(to[i]!, from[j]!)))
    return driven
  },
  matrix(memory, xi) {
    const pattern = patternOf(memory)
    const written = new Float64Array(pattern.rows * pattern.columns)
    forEachEntry(pattern, (entry, i, j) => (written[i * pattern.columns + j] = xi[entry]!))
    return written
  },
  placeOf(memory, entry) {
    const pattern = patternOf(memory)
    return [rowsOf(pattern)[entry]!, pattern.indices[entry]!]
  },
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
