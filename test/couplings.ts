/** A row for each kind of coupling: networks with it, of every form that it has. */
import type { Geometry } from '../src/core/kinds/couplings/convolution.ts'
import { PROJECTIONS } from '../src/core/kinds/couplings/attention.ts'
import { columnsOf, placesAlong } from '../src/core/kinds/couplings/convolution.ts'
import type { CouplingKind } from '../src/core/kinds/couplings/table.ts'
import type { AttentionEdge, Model, ProductEdge, Rows, SparseSynapse } from '../src/core/model/model.ts'
import { RandomStream } from '../src/core/model/random.ts'
import { buildModel, normalRows, type Parts, symmetricRows } from './build.ts'

/** Two layers that move, with biases, cues and a coupling between or on them. */
function network(sizes: readonly [number, number], seed: string, parts: Partial<Parts>): Model {
  const stream = new RandomStream(5, seed)
  const [v, h] = sizes
  return buildModel({
    layers: [
      { name: 'v', size: v, lagrangian: { kind: 'tanh', gain: 0.9 }, bias: normalRows(stream, 1, v, 0.3), init: normalRows(stream, 2, v) },
      { name: 'h', size: h, lagrangian: { kind: 'tanh', gain: 1.1 }, tau: 2, bias: normalRows(stream, 1, h, 0.3), init: normalRows(stream, 2, h) },
    ], // prettier-ignore
    replicas: 2,
    ...parts,
  })
}

/** The convolutions that differ in what they read: channels, odd and even kernels, strides, boundaries. */
export const GEOMETRIES: readonly Geometry[] = [
  geometry([1, 5, 7], 3, [3, 3], 1, 'valid'),
  geometry([2, 5, 6], 3, [2, 3], 1, 'zero'),
  geometry([3, 4, 5], 2, [3, 2], 2, 'periodic'),
  geometry([2, 7, 6], 5, [4, 1], 3, 'valid'),
  geometry([1, 6, 5], 4, [3, 3], 2, 'zero'),
  // Larger than the image: it goes around more than once.
  geometry([1, 3, 2], 2, [4, 5], 1, 'periodic'),
  geometry([1, 1, 9], 1, [1, 1], 4, 'valid'),
]

/** Convolutions of more than one tile, and of more terms than a partial sum has: along a line, over lines and over features. */
export const WIDE: readonly Geometry[] = [
  geometry([5, 4, 19], 6, [3, 4], 1, 'zero'),
  geometry([3, 5, 37], 18, [2, 20], 1, 'periodic'),
  geometry([4, 3, 61], 5, [3, 20], 3, 'zero'),
  geometry([3, 20, 4], 2, [18, 2], 2, 'valid'),
  geometry([3, 2, 3], 3, [3, 5], 1, 'periodic'),
]

function geometry(
  image: Geometry['image'],
  count: number,
  kernel: Geometry['kernel'],
  stride: number,
  boundary: Geometry['boundary'],
): Geometry {
  const [down, across] = [0, 1].map((side) =>
    placesAlong(image[side + 1]!, kernel[side]!, stride, boundary),
  ) as [number, number]
  return { image, features: [count, down, across], kernel, stride, boundary }
}

const sizeOf = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1)
const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0)

export function convolved(form: Geometry, own: Partial<Model['memories'][number]> = {}): Model {
  const stream = new RandomStream(7, JSON.stringify(form))
  const init = normalRows(stream, form.features[0], columnsOf(form), 0.4)
  return network([sizeOf(form.image), sizeOf(form.features)], 'convolution', {
    memories: [
      {
        name: 'k',
        from: 'v',
        to: 'h',
        kind: 'convolution',
        geometry: form,
        init,
        ...own,
      },
    ],
  })
}

/** A sparse matrix of [N_h, N_v] with so many entries in each row, in random columns. */
export function sparseRows(stream: RandomStream, columns: number, counts: readonly number[]): Rows {
  const indptr = Uint32Array.from([0, ...counts].map((_, row) => sum(counts.slice(0, row))))
  const indices = Uint32Array.from(
    counts.flatMap((count) =>
      stream
        .permutation(columns)
        .slice(0, count)
        .sort((a, b) => a - b),
    ),
  )
  const [degree = 0] = counts
  const isEven = degree > 0 && counts.every((count) => count === degree)
  return {
    ...normalRows(stream, 1, indices.length, 0.4),
    pattern: { rows: counts.length, columns, ...(isEven && { degree }), indices, indptr },
  }
}

/** Sparse matrices that differ in how they are read: columns, entries in each row. */
export const SPARSE: readonly (readonly [number, readonly number[]])[] = [
  [1, [1]],
  [6, [2, 0, 3, 6, 0]],
  [7, [3, 3, 3, 3, 3]],
  // Layers of more than a workgroup; the columns have some long rows of the transposed matrix.
  [131, Array.from({ length: 70 }, (_, row) => (row * 7) % 9)],
  [300, Array.from({ length: 5 }, (_, row) => 290 - 30 * row)],
]

export function sparse(index: number, own: Partial<Model['memories'][number]> = {}): Model {
  const [columns, counts] = SPARSE[index]!
  const init = sparseRows(new RandomStream(8, `sparse ${index}`), columns, counts)
  return network([columns, counts.length], `sparse ${index}`, {
    memories: [{ name: 'k', from: 'v', to: 'h', kind: 'sparse', init, ...own }],
  })
}

/** A symmetric sparse matrix with entries where `joins` says, for i <= j. */
export function symmetricEntries(
  stream: RandomStream,
  size: number,
  joins: (i: number, j: number) => boolean,
): Rows {
  const whole = symmetricRows(stream, size, 0.4).data
  const columns = Array.from({ length: size }, (_, i) =>
    Array.from({ length: size }, (__, j) => j).filter((j) => joins(Math.min(i, j), Math.max(i, j))),
  )
  const indices = Uint32Array.from(columns.flat())
  const [degree = 0] = columns.map(({ length }) => length)
  const isEven = degree > 0 && columns.every(({ length }) => length === degree)
  const data = Float32Array.from(columns.flatMap((row, i) => row.map((j) => whole[i * size + j]!)))
  const indptr = Uint32Array.from(
    [0, ...columns].map((_, row) => sum(columns.slice(0, row).map((one) => one.length))),
  )
  return {
    rows: 1,
    columns: indices.length,
    data,
    pattern: { rows: size, columns: size, ...(isEven && { degree }), indices, indptr },
  }
}

/** Synapses of entries alone: a ring, whose rows are of one length, and two that are not. */
export const SPARSE_SYNAPSES: readonly (readonly [number, (i: number, j: number) => boolean])[] = [
  [7, (i, j) => [1, 6].includes(j - i)],
  [6, (i, j) => i === j || (i + j) % 3 === 0],
  [131, (i, j) => (i * i + j * j) % 17 === 1],
]

export function sparseSynapses(index: number, own: Partial<SparseSynapse> = {}): Model {
  const [size, joins] = SPARSE_SYNAPSES[index]!
  const matrix = symmetricEntries(new RandomStream(3, `lateral ${index}`), size, joins)
  return network([size, 5], `sparse lateral ${index}`, {
    synapses: [{ kind: 'sparse-lateral', name: 'k', layer: 'v', base: { kind: 'csr', matrix }, ...own }],
  })
}

/** Layers that share patterns. */
export function product(sizes: readonly number[], count: number, own: Partial<ProductEdge> = {}): Model {
  const stream = new RandomStream(6, `product ${sizes.join(' ')}`)
  const names = ['v', 'h', 'u', 'w'].slice(0, sizes.length)
  return buildModel({
    layers: names.map((name, index) => ({
      name,
      size: sizes[index]!,
      lagrangian: { kind: 'tanh', gain: 0.8 + 0.1 * index } as const,
      tau: 1 + index,
      bias: normalRows(stream, 1, sizes[index]!, 0.3),
      init: normalRows(stream, 2, sizes[index]!),
    })),
    hyperedges: [
      {
        name: 'k',
        factors: names.map((layer, index) => ({
          part: layer,
          layer,
          init: normalRows(stream, count, sizes[index]!, 0.6),
        })),
        ...own,
      },
    ],
    replicas: 2,
  })
}

/** Tokens of one layer that attend to each other. */
export function attending(
  tokens: AttentionEdge['tokens'],
  form: Pick<AttentionEdge, 'heads' | 'size' | 'beta'>,
  parts: Partial<Parts['layers'][number]> = {},
): Model {
  const [count, width] = tokens
  const stream = new RandomStream(8, `attention ${tokens.join(' ')}`)
  const N = count * width
  return buildModel({
    layers: [
      {
        name: 'v',
        size: N,
        shape: tokens,
        lagrangian: { kind: 'tanh', gain: 0.9 },
        bias: normalRows(stream, 1, N, 0.3),
        init: normalRows(stream, 2, N),
        ...parts,
      },
    ],
    attention: [
      {
        kind: 'attention',
        name: 'k',
        layer: 'v',
        tokens,
        ...form,
        factors: PROJECTIONS.map((part) => ({
          part,
          layer: 'v',
          init: normalRows(stream, form.heads * form.size, width, 0.8),
        })),
        rule: 'fixed',
        every: 1,
      },
    ],
    replicas: 2,
  })
}

export const NETWORKS: Readonly<Record<CouplingKind, readonly (() => Model)[]>> = {
  dense: (['none', 'half-norm'] as const).map(
    (inputOffset) => () =>
      network([6, 5], inputOffset, {
        memories: [
          {
            name: 'k',
            from: 'v',
            to: 'h',
            init: normalRows(new RandomStream(2, 'xi'), 5, 6, 0.4),
            inputOffset,
          },
        ],
      }),
  ),
  convolution: GEOMETRIES.map((form) => () => convolved(form)),
  sparse: SPARSE.map((_, index) => () => sparse(index)),
  product: [
    () => product([6, 5], 3),
    () => product([6, 5, 7], 4),
    () => product([3, 4, 5, 2], 5, { rule: 'hebbian', tau: 4, scale: 0.7 }),
  ],
  attention: [
    () => attending([1, 5], { heads: 1, size: 3, beta: 0.5 }),
    () => attending([2, 1], { heads: 2, size: 1, beta: 2 }),
    () => attending([5, 3], { heads: 3, size: 2, beta: 1.5 }),
    () => attending([4, 8], { heads: 1, size: 4, beta: 0.7 }),
    () => attending([67, 2], { heads: 3, size: 2, beta: 0.3 }),
  ],
  lateral: [
    () =>
      network([6, 5], 'lateral', {
        synapses: [
          {
            name: 'k',
            layer: 'v',
            base: { kind: 'matrix', matrix: symmetricRows(new RandomStream(4, 'w'), 6, 0.4) },
          },
        ],
      }),
  ],
  'sparse-lateral': SPARSE_SYNAPSES.map((_, index) => () => sparseSynapses(index)),
}
