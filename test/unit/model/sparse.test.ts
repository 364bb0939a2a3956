import { readFileSync } from 'node:fs'
import { zipSync } from 'fflate'
import { describe, expect, test } from 'vitest'
import { encodeNpy, type NpyData } from '../../../src/core/data/npy.ts'
import { matrixFacts } from '../../../src/core/kinds/couplings/table.ts'
import type { Rows, SparseMemory } from '../../../src/core/model/model.ts'
import { parseScenario } from '../../../src/core/model/parse.ts'
import { sketchOf } from '../../../src/core/model/sketch.ts'
import { planNetwork } from '../../../src/core/plan/plan.ts'
import { planRows } from '../../../src/core/plan/print.ts'
import { type Raw, resolve, scenario } from './resolving.ts'

/** What scipy.sparse.save_npz has written of [[0, 1.5, 0, 0, -2, 0], [0 ...], [3, 0, 0, .25, 0, 7]]. */
const SCIPY = new Uint8Array(readFileSync(new URL('../../cases/scipy-csr.npz', import.meta.url)))

/** A sparse memory from six neurons to three. */
function sparse(init: Raw, parts: Raw = {}): Raw {
  return scenario({ memories: { xi: { kind: 'sparse', from: 'visible', to: 'hidden', init, ...parts } } })
}

interface Members {
  readonly format: string
  readonly shape: NpyData
  readonly data: NpyData
  readonly indices: NpyData
  readonly indptr: NpyData
}

const GOOD: Members = {
  format: 'csr',
  shape: Int32Array.of(3, 6),
  data: Float32Array.of(1.5, -2, 3, 0.25, 7),
  indices: Int32Array.of(1, 4, 0, 3, 5),
  indptr: Int32Array.of(0, 2, 2, 5),
}

/** A file as SciPy writes it. */
function csr(parts: Partial<Members> = {}): Uint8Array {
  const { format, ...arrays } = { ...GOOD, ...parts }
  const files = Object.entries(arrays).map(
    ([name, data]: [string, NpyData]) => [`${name}.npy`, encodeNpy({ shape: [data.length], data })] as const,
  )
  return zipSync({ ...Object.fromEntries(files), 'format.npy': textNpy(format) })
}

/** A .npy file of one text in bytes. */
function textNpy(text: string): Uint8Array {
  const header = `{'descr': '|S${text.length}', 'fortran_order': False, 'shape': (), }`.padEnd(117) + '\n'
  return new Uint8Array(Buffer.from(`\x93NUMPY\x01\x00\x76\x00${header}${text}`, 'latin1'))
}

async function initOf(raw: Raw, files: Readonly<Record<string, Uint8Array>> = {}): Promise<Rows> {
  return (await resolve(raw, files)).memories[0]!.init
}

const FILE = { kind: 'csr', path: 'w.npz' }

test.each([
  ['SciPy', SCIPY],
  ['a test', csr()],
])('the file that %s has written is the matrix that it holds, scaled', async (_, bytes) => {
  const model = await resolve(sparse(FILE, { scale: 2 }), { 'w.npz': bytes })
  const memory = model.memories[0] as SparseMemory
  expect([...matrixFacts(memory).matrix(memory, Float64Array.from(memory.init.data))]).toEqual(
    [[0, 3, 0, 0, -4, 0], [0, 0, 0, 0, 0, 0], [6, 0, 0, 0.5, 0, 14]].flat(), // prettier-ignore
  )
  expect(memory.init.pattern!.degree).toBeUndefined()
})

const inFile = (parts: Partial<Members>, own: Raw = {}) => [sparse(FILE, own), csr(parts)] as const
const WRONG: readonly (readonly [string, Raw, Uint8Array, RegExp])[] = [
  ['another format', ...inFile({ format: 'csc' }), /memories\.xi\.init\.path: w\.npz contains a sparse matrix of format "csc"; write it with .*tocsr/],
  ['another shape', ...inFile({ shape: Int32Array.of(4, 6) }), /w\.npz is \[4, 6\], but layer `hidden` has 3 neurons and `visible` has 6; give a matrix of \[3, 6\]/],
  ['columns that do not rise', ...inFile({ indices: Int32Array.of(4, 1, 0, 3, 5) }), /w\.npz has column 1 after 4 in row 0; call matrix\.sort_indices/],
  ['a column twice', ...inFile({ indices: Int32Array.of(1, 4, 0, 3, 3) }), /w\.npz has two entries in row 2, column 3; call matrix\.sum_duplicates/],
  ['a column too far', ...inFile({ indices: Int32Array.of(1, 4, 0, 3, 6) }), /w\.npz has an entry in row 2, column 6, but there are 6 columns/],
  ['a column before the first', ...inFile({ indices: Int32Array.of(-1, 4, 0, 3, 5) }), /w\.npz has an entry in row 0, column -1,/],
  ['rows that end before they begin', ...inFile({ indptr: Int32Array.of(0, 3, 2, 5) }), /w\.npz has row 1 from entry 3 to 2 in `indptr`/],
  ['rows that begin late', ...inFile({ indptr: Int32Array.of(1, 2, 2, 5) }), /w\.npz has row 0 from entry 1 to 2 in `indptr`/],
  ['too few rows', ...inFile({ indptr: Int32Array.of(0, 2, 5) }), /w\.npz has 3 numbers in `indptr` for 3 rows/],
  ['more entries than rows', ...inFile({ indptr: Int32Array.of(0, 2, 2, 4) }), /w\.npz has 5 entries, but `indptr` counts 4/],
  ['fewer columns than entries', ...inFile({ indices: Int32Array.of(1, 4, 0, 3) }), /w\.npz has 5 entries in `data` and 4 in `indices`/],
  ['an entry that is no number', ...inFile({ data: Float32Array.of(1, NaN, 3, 4, 5) }), /w\.npz has the entry 1 NaN in float32/],
  ['no entry', ...inFile({ data: new Float32Array(0), indices: new Int32Array(0), indptr: new Int32Array(4) }), /w\.npz has no entries/],
  ['no matrix', sparse(FILE), zipSync({ 'data.npy': encodeNpy({ shape: [1], data: Float32Array.of(1) }) }), /w\.npz contains no sparse matrix; write it with scipy/],
  ['more entries than columns', sparse({ kind: 'random-sparse', degree: 7, distribution: 'normal' }), csr(), /memories\.xi\.init\.degree: is 7, but layer `visible` has 6 neurons; set it to 6 at most/],
  ['a bias', sparse(FILE, { bias: { kind: 'zeros' } }), csr(), /memories\.xi\.bias: cannot be given for a memory of kind "sparse", which has no rows; leave it out/],
  ['signs that are none', ...inFile({}, { format: 'binary' }), /memories\.xi\.init: row 0, column 1 is 1\.5, but format "binary" stores only -1 and \+1 \(before scale\); use "f32" or "f16"/],
  ['signs that learn', ...inFile({}, { format: 'binary', rule: 'hebbian', tau: 2 }), /memories\.xi\.format: "binary" cannot learn by rule "hebbian"/],
  ['halves that are too large', ...inFile({ data: Float32Array.of(1, 1, 1, 7e4, 1) }, { format: 'f16' }), /memories\.xi\.init: row 2, column 3 is 70000 after scale 1, too large for format "f16"/],
  ['rows to copy', { ...sparse(FILE), stimulus: [{ kind: 'initial', layer: 'visible', patterns: { kind: 'rows', of: 'xi' } }] }, csr(), /memories\.xi is sparse and has no rows to copy; name another memory/],
  ['rows to compare', { ...sparse(FILE), probes: { p: { kind: 'similarity', memory: 'xi', patterns: { kind: 'zeros' } } } }, csr(), /memory `xi` is sparse and has no rows to compare with/],
] // prettier-ignore

test.each(WRONG)('%s is refused in one line', async (_, raw, bytes, message) => {
  const refused = resolve(raw, { 'w.npz': bytes })
  await expect(refused).rejects.toThrow(message)
  await expect(refused).rejects.not.toThrow(/\n/)
})

describe('a random sparse matrix', () => {
  const raw = (degree: number, distribution: string) =>
    sparse({ kind: 'random-sparse', degree, distribution })

  test.each([1, 4, 6])('has %i entries in each row, in different columns that rise', async (degree) => {
    const { pattern, data } = await initOf(raw(degree, 'binary'))
    expect(pattern!.degree).toBe(degree)
    expect([...pattern!.indptr]).toEqual([0, degree, 2 * degree, 3 * degree])
    for (let row = 0; row < 3; row++) {
      const own = [...pattern!.indices.subarray(row * degree, (row + 1) * degree)]
      expect(own).toEqual([...new Set(own)].sort((a, b) => a - b))
      expect(Math.max(...own)).toBeLessThan(6)
    }
    expect([...data].every((value) => Math.abs(value) === 1)).toBe(true)
  })

  test('draws every column as often as any other', async () => {
    const big = {
      ...raw(3, 'normal'),
      neurons: {
        visible: { size: 6, lagrangian: { kind: 'tanh' } },
        hidden: { size: 20000, lagrangian: { kind: 'tanh' } },
      },
    }
    const { pattern, data } = await initOf(big)
    const counts = new Array<number>(6).fill(0)
    for (const column of pattern!.indices) counts[column]! += 1
    // Half of 20000 rows each, standard deviation 71.
    for (const count of counts) expect(Math.abs(count - 10000)).toBeLessThan(5 * 71)
    const squares = data.reduce((sum, value) => sum + value ** 2, 0) / data.length
    expect(Math.abs(squares - 1)).toBeLessThan(5 * Math.sqrt(2 / data.length))
  })

  test('is planned from its sketch as from itself', async () => {
    const sketch = sketchOf(undefined, parseScenario(raw(4, 'normal')))
    const whole = await resolve(raw(4, 'normal'))
    const limits = {
      maxStorageBufferBindingSize: 2 ** 27,
      maxBufferSize: 2 ** 28,
      maxComputeWorkgroupsPerDimension: 65535,
      maxStorageBuffersPerShaderStage: 8,
    }
    const [a, b] = [sketch, whole].map((model) => planRows(planNetwork(model, limits), model))
    expect(a).toEqual(b)
    // Eight bytes an entry, and the vectors: nothing says where rows begin.
    const product = b!.find(({ label }) => label === 'hidden/matvec xi')!
    expect(product.reads).toEqual(['xi/matrix', 'xi/indices', 'visible/activations'])
    expect(product.bytes).toBe(8 * 12 + 32 + 16)
  })
})

describe('a sparse matrix as the base of synapses', () => {
  const synapses = (parts: Raw = {}): Raw =>
    scenario({ synapses: { w: { layer: 'visible', base: FILE, ...parts } } })
  // 2 between neurons 0 and 4, -1 of neuron 5 with itself.
  const file = (there: number) =>
    csr({
      shape: Int32Array.of(6, 6),
      data: Float32Array.of(2, there, -1),
      indices: Int32Array.of(4, 0, 5),
      indptr: Int32Array.of(0, 1, 1, 1, 1, 2, 3),
    })

  test('is written out, and planned from its sketch as from itself', async () => {
    const model = await resolve(synapses(), { 'w.npz': file(2) })
    const base = model.synapses[0]!.base
    expect(base.kind).toBe('csr')
    const matrix = 'matrix' in base ? base.matrix : undefined
    expect(matrix).toMatchObject({ rows: 6, columns: 6 })
    const entries = [...matrix!.data].flatMap((value, k) => (value === 0 ? [] : [[k, value]]))
    expect(entries).toEqual([[4, 2], [24, 2], [35, -1]]) // prettier-ignore
    const sketch = sketchOf(undefined, parseScenario(synapses()))
    expect(sketch.synapses[0]!.base).toMatchObject({ matrix: { rows: 6, columns: 6 } })
  })

  test('must be symmetric, of the layer and small enough, each by name', async () => {
    const refused = (raw: Raw, bytes = file(2)) => expect(resolve(raw, { 'w.npz': bytes })).rejects
    await refused(synapses(), file(3)).toThrow(/synapses.w.base: must be symmetric, but entry \[4, 0\] is 3/)
    await resolve(synapses({ symmetric: false }), { 'w.npz': file(3) })
    await refused(synapses(), csr()).toThrow(/synapses.w.base.path: w.npz is \[3, 6\].*matrix of \[6, 6\]/)
    const large = { visible: { size: 16385, lagrangian: { kind: 'tanh' } } }
    await refused({ ...synapses(), neurons: large, memories: {} }).toThrow(
      /synapses.w.base: .*16384 neurons, but layer `visible` has 16385/,
    )
  })
})

describe('sparse synapses', () => {
  const synapses = (parts: Raw = {}): Raw =>
    scenario({ synapses: { w: { kind: 'sparse', layer: 'visible', base: FILE, ...parts } } })
  /** 2 between neurons 0 and 4, -1 of neuron 5 with itself. */
  const entries = (parts: Partial<Members> = {}) =>
    csr({
      shape: Int32Array.of(6, 6),
      data: Float32Array.of(2, 2, -1),
      indices: Int32Array.of(4, 0, 5),
      indptr: Int32Array.of(0, 1, 1, 1, 1, 2, 3),
      ...parts,
    })
  const refused = (raw: Raw, bytes = entries()) => expect(resolve(raw, { 'w.npz': bytes })).rejects

  test('are the entries of a file, without their diagonal where it is to be 0', async () => {
    for (const zeroDiagonal of [false, true]) {
      const model = await resolve(synapses({ zeroDiagonal }), { 'w.npz': entries() })
      const base = model.synapses[0]!.base as { readonly matrix: Rows }
      expect(model.synapses[0]!.kind).toBe('sparse-lateral')
      expect([...base.matrix.data]).toEqual([2, 2, zeroDiagonal ? 0 : -1])
      expect([...base.matrix.pattern!.indices]).toEqual([4, 0, 5])
      const sketch = sketchOf(model, parseScenario(synapses({ zeroDiagonal })))
      expect(sketch.synapses[0]!.base).toMatchObject({ matrix: { rows: 1, columns: 3 } })
    }
  })

  test('must be symmetric, unless they are said to differ', async () => {
    await refused(synapses(), entries({ data: Float32Array.of(2, 3, -1) })).toThrow(
      /synapses\.w\.base: must be symmetric, but entry \[0, 4\] is 2 and \[4, 0\] is 3; use/,
    )
    await refused(synapses(), entries({ indices: Int32Array.of(4, 1, 5) })).toThrow(
      /synapses\.w\.base: must be symmetric, but entry \[0, 4\] is 2 and \[4, 0\] is not there; use/,
    )
    await refused(synapses(), entries({ indices: Int32Array.of(3, 0, 5) })).toThrow(
      /synapses\.w\.base: must be symmetric, but entry \[0, 3\] is 2 and \[3, 0\] is not there; use/,
    )
    const model = await resolve(synapses({ symmetric: false }), {
      'w.npz': entries({ data: Float32Array.of(2, 3, -1) }),
    })
    expect(model.synapses[0]!.symmetric).toBe(false)
  })

  test('need a file of their entries, and begin there', async () => {
    await refused(synapses({ base: 0 })).toThrow(
      /synapses\.w\.base: is 0, but synapses of kind "sparse" need a sparse matrix; give \{"kind": "csr"/,
    )
    const hebbian = { kind: 'hebbian', patterns: { kind: 'random', count: 2, distribution: 'binary' } }
    await refused(synapses({ base: hebbian })).toThrow(/synapses\.w\.base: of kind "hebbian" has all entries/)
    await refused(synapses({ tau: 2, strength: 1, init: FILE })).toThrow(
      /synapses\.w\.init: is not possible for synapses of kind "sparse", which begin at their base; leave it out/,
    )
    const probes = { d: { kind: 'distance', of: 'w', target: { kind: 'zeros' } } }
    await refused({ ...synapses(), probes }).toThrow(
      /probes\.d\.target: compares with a whole matrix, but the synapses `w` are of kind "sparse"; name others/,
    )
  })
})
