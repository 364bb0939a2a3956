import { hasSteadyRate, movingRule } from '../../../src/core/kinds/rules/table.ts'
import {
  INTEGRATOR_KINDS,
  type IntegratorKind,
  integratorOf,
} from '../../../src/core/kinds/integrators/table.ts'
import { describe, expect, test } from 'vitest'
import { RandomStream } from '../../../src/core/model/random.ts'
import { type Format, TILES, type Tile, kernelOf } from '../../../src/core/plan/kernels.ts'
import { vectorStride } from '../../../src/core/plan/layout.ts'
import { NO_FAULT } from '../../../src/core/plan/plan.ts'
import { dot, row, times, transposeTimes } from '../../../src/core/math/algebra.ts'
import { expectWithin, ULP } from '../helpers/within.ts'
import { hasSubgroups, runKernel, SENTINEL, sentinels } from './harness.ts'
import { packed, vectorOf, vectors } from './matrices.ts'

const WG = 8
const FORMATS: readonly Format[] = ['f32', 'f16', 'binary']

/** Rows and columns around the workgroup, in invocations of one row (recall) and of four columns (project). */
const sizes = [1, WG - 1, WG, WG + 1, 4 * WG + 1].flatMap((rows) =>
  [1, 4 * WG - 1, 4 * WG, 4 * WG + 1].map((columns) => ({ rows, columns, workgroup: WG })),
)
sizes.push(
  { rows: 63, columns: 253, workgroup: 64 },
  { rows: 64, columns: 256, workgroup: 64 },
  { rows: 65, columns: 257, workgroup: 64 },
)

const abs = (values: Float64Array): Float64Array => values.map(Math.abs)

interface Product {
  readonly kernel: 'matvec' | 'matvec-transposed'
  readonly tile: Tile
  readonly rows: number
  readonly columns: number
  readonly workgroup?: number
  readonly format: Format
  readonly replicas: number
  /** One matrix for all replicas, or one for each. */
  readonly shared: boolean
  readonly halfNorm?: boolean
  readonly accumulate?: boolean
  readonly blockRows?: number
}

/** A x or A^T x, block after block into one output, against the exact product. */
async function expectProduct(product: Product): Promise<void> {
  const { kernel, tile, rows, columns, format, replicas, shared } = product
  const { workgroup = WG, halfNorm = false, accumulate = false } = product
  const stream = new RandomStream(rows, `${kernel} ${columns} ${format}`)
  const A = packed(stream, { ...product, copies: shared ? 1 : replicas })
  const isRecall = kernel === 'matvec'
  const [inputs, outputs] = isRecall ? [columns, rows] : [rows, columns]
  const scale = format === 'binary' ? 0.37 : 1
  // A plan keeps the padding of activations at 0.
  const vector = vectors(stream, replicas, inputs, 0)
  const outputStride = vectorStride(outputs) + 4
  const before = accumulate
    ? vectors(stream, replicas, outputs, SENTINEL, outputStride)
    : sentinels(replicas * outputStride)
  let output = before
  for (const { block, bytes } of A.blocks) {
    const row0 = block.start % rows
    const count = Math.min(rows - row0, block.count)
    const served = shared ? replicas : block.count / count
    const tiles = Math.ceil((isRecall ? count : Math.ceil(columns / 4)) / tile.across)
    const invocations = Math.max(workgroup, tile.lanes)
    const result = await runKernel(kernelOf(`product/${kernel}`, { format, tile, ending: 'store' }), {
      params: {
        row0,
        rows: count,
        columns,
        stride: A.matrix.stride,
        copyRows: shared ? 0 : rows,
        replica0: shared ? 0 : Math.floor(block.start / rows),
        replicas: served,
        vectorStride: vectorStride(inputs),
        outputStride,
        scale,
      },
      buffers: { matrix: bytes, vector, output },
      workgroups: [Math.ceil((tiles * tile.lanes) / invocations), Math.ceil(served / tile.states)],
      constants: {
        WORKGROUP: invocations,
        // Rows of a block are recalled by it alone; what it projects is added to that of the rows before.
        ADDS: accumulate || (!isRecall && row0 > 0) ? 1 : 0,
        ...(isRecall ? { HALF_NORM: halfNorm ? 1 : 0 } : {}),
      },
    })
    output = Float32Array.from(result.output!.floats)
  }
  const single = Math.fround(scale)
  for (let r = 0; r < replicas; r++) {
    const a = A.copy(r)
    const x = vectorOf(vector, r, inputs)
    const multiply = isRecall ? times : transposeTimes
    const start = vectorOf(before, r, outputs, outputStride)
    const halfNorms = Float64Array.from({ length: outputs }, (_, mu) =>
      halfNorm ? (single ** 2 * dot(row(a, columns, mu), row(a, columns, mu))) / 2 : 0,
    )
    const sizes = multiply(abs(a), abs(x))
    const expected = multiply(a, x).map(
      (value, k) => (accumulate ? start[k]! : 0) + single * value - halfNorms[k]!,
    )
    // One rounding a term, a few for scale and sums of blocks.
    const bound = (k: number): number =>
      (inputs + 4 + A.blocks.length) *
      (ULP / 2) *
      (single * sizes[k]! + halfNorms[k]! + (accumulate ? Math.abs(start[k]!) : 0))
    expectWithin(vectorOf(output, r, outputs, outputStride), expected, bound, `replica ${r}: output`)
  }
  output.forEach((value, k) => {
    if (k % outputStride >= outputs) expect([k, value]).toEqual([k, SENTINEL])
  })
}

/** One row, one column, less than a tile, more than one. */
const fewSizes = [
  { rows: 1, columns: 1, workgroup: WG },
  { rows: 7, columns: 4 * WG - 1, workgroup: WG },
  { rows: 4 * WG + 1, columns: 4 * WG + 1, workgroup: WG },
]

describe.each(['matvec', 'matvec-transposed'] as const)('%s', (kernel) => {
  describe.each(TILES[kernel].filter(({ sharing }) => sharing === 1 || hasSubgroups))(
    'in tiles of $across x $states, of $lanes lanes, loads shared by $sharing',
    (tile) => {
      // Several replicas at once share the matrix.
      const layouts =
        tile.states > 1
          ? [1, tile.states, tile.states + 1].map((replicas) => ({ replicas, shared: true }))
          : [
              { replicas: 1, shared: true },
              { replicas: 5, shared: true },
              { replicas: 5, shared: false },
            ]

      const tested = tile.across * tile.states * tile.lanes === 1 ? sizes : fewSizes
      // Large tiles compile slowly, and formats are read in the same way by all.
      const formats = tile.across * tile.states > 16 || tile.lanes > 1 ? (['f32'] as const) : FORMATS
      describe.each(formats)('of format %s', (format) => {
        test.each(tested)(
          'multiplies $rows rows of $columns columns in workgroups of $workgroup, sets or adds',
          async (size) => {
            for (const [index, layout] of layouts.entries())
              await expectProduct({ kernel, tile, format, ...size, ...layout, accumulate: index === 1 })
          },
        )

        test.each([4, 8, 18])('gives the same product of blocks of at most %d rows', async (blockRows) => {
          for (const layout of layouts)
            for (const accumulate of [false, true])
              await expectProduct({
                ...{ kernel, tile, rows: 9, columns: 34, format, blockRows, accumulate },
                ...layout,
              })
        })

        if (kernel === 'matvec') {
          test.each(tested)(
            'takes off half the squared norm of each of $rows rows of $columns columns',
            async (size) => {
              const product = { kernel, tile, format, ...size, halfNorm: true }
              await expectProduct({ ...product, ...layouts[1]! })
              await expectProduct({ ...product, ...layouts[2]!, accumulate: true, blockRows: 4 })
            },
          )
        }
      })
    },
  )
})

interface Learning {
  readonly rows: number
  readonly columns: number
  readonly replicas: number
  readonly rule: keyof typeof LEARNT
  readonly integrator: IntegratorKind
  readonly based: boolean
  readonly blockRows?: number
  readonly workgroup?: number
  /** Workgroups in x; the others go to y. */
  readonly groupsAcross?: number
}

const FAULT = 2

/** Gate, drive and decay of a row, the factor that synapses have, and whether the rate comes from the host. */
const LEARNT = {
  hebbian: { kind: 'hebbian', factor: 1, gate: () => 1, drive: (to: number) => to, decay: () => 1 },
  plastic: { kind: 'hebbian', factor: 0.7, gate: () => 1, drive: (to: number) => 0.7 * to, decay: () => 1 },
  gated: { kind: 'gated', factor: 1, gate: (to: number) => to, drive: () => 1, decay: () => 1 },
  oja: { kind: 'oja', factor: 1, gate: (to: number) => to, drive: () => 1, decay: (to: number) => to },
} as const

/** One step of every block, against A + rate (base + drive - A). */
async function expectLearnt(learning: Learning, poison?: number): Promise<Uint32Array> {
  const { rows, columns, replicas, rule, integrator, based, blockRows, workgroup = WG } = learning
  const stream = new RandomStream(rows, `learn ${columns} ${rule}`)
  const shape = { rows, columns, ...(blockRows === undefined ? {} : { blockRows }) }
  const A = packed(stream, { ...shape, copies: replicas })
  const base = packed(stream, { ...shape, copies: 1 })
  const { kind, factor, gate, drive, decay } = LEARNT[rule]
  const isRowwise = !hasSteadyRate(kind)
  const to = vectors(stream, replicas, rows, SENTINEL).map((g) =>
    movingRule(kind)?.needsNonNegative ? Math.abs(g) : g,
  )
  const from = vectors(stream, replicas, columns, 0)
  if (poison !== undefined) from[0] = poison
  const ratio = Math.fround(0.13)
  const way = integratorOf(integrator).rate
  const moving = isRowwise ? { ratio } : { rate: Math.fround(way(ratio)) }
  const { stride } = A.matrix
  const fault = new Uint32Array(4).fill(NO_FAULT)
  for (const { block, bytes } of A.blocks) {
    const baseBlock = base.blocks.find(({ block: { start, count } }) => {
      const first = block.start % rows
      return first >= start && first < start + count
    })!
    const groups = Math.ceil((block.count * stride) / 4 / workgroup)
    const across = Math.min(learning.groupsAcross ?? Infinity, groups)
    const { matrix, faults } = await runKernel(kernelOf('rule/plasticity-step', { rule: kind, integrator }), {
      params: {
        start: block.start,
        count: block.count,
        rows,
        stride,
        rowStride: vectorStride(rows),
        columnStride: vectorStride(columns),
        across: across * workgroup,
        baseStart: based ? baseBlock.block.start : 0,
        baseRows: 0,
        ...moving,
        r0: factor,
        r1: 0,
        r2: 0,
        r3: 0,
        fault: FAULT,
      },
      buffers: {
        // Sentinels behind the block: they belong to nobody.
        matrix: Float32Array.from([
          ...new Float32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4),
          ...sentinels(8),
        ]),
        ...(based ? { base: baseBlock.bytes } : {}),
        rowActivations: to,
        columnActivations: from,
        faults: fault,
      },
      // One workgroup too many in x: its invocations belong to no row.
      workgroups: [across + 1, Math.ceil(groups / across)],
      constants: { WORKGROUP: workgroup, BASED: based ? 1 : 0 },
      clock: [23],
    })
    fault.set(faults!.words)
    const after = matrix!.floats
    for (let k = 0; k < block.count; k++) {
      const replica = Math.floor((block.start + k) / rows)
      const mu = (block.start + k) % rows
      const g = vectorOf(from, replica, columns)
      const own = to[replica * vectorStride(rows) + mu]!
      const driven = g.map((value) => drive(own) * value)
      const J = based ? row(base.copy(0), columns, mu) : new Float64Array(columns)
      const step = way(ratio * gate(own) * decay(own)) / decay(own)
      const old = row(A.copy(replica), columns, mu)
      if (poison === undefined) {
        expectWithin(
          after.subarray(k * stride, k * stride + columns),
          old.map((a, i) => a + step * (J[i]! + driven[i]! - decay(own) * a)),
          // Six roundings; 1 - exp(-z) multiplies those of exp by ten where it takes over, at z = 0.1.
          (i) =>
            (6 + (isRowwise ? 40 : 0)) *
            ULP *
            (Math.abs(old[i]!) +
              Math.abs(step) * (Math.abs(J[i]!) + Math.abs(driven[i]!) + Math.abs(decay(own) * old[i]!))),
          `row ${block.start + k}: column`,
        )
        // What pads a row stays 0, so that products may read it.
        for (let i = columns; i < stride; i++) expect(after[k * stride + i]).toBe(0)
      }
    }
    expect([...after.subarray(block.count * stride)]).toEqual([...sentinels(8)])
  }
  return fault
}

describe('learn', () => {
  const rules = (Object.keys(LEARNT) as (keyof typeof LEARNT)[]).flatMap((rule) =>
    INTEGRATOR_KINDS.map((integrator) => ({ rule, integrator })),
  )

  describe.each(rules)('by the $rule rule, $integrator', ({ rule, integrator }) => {
    // rows * columns / 4 invocations.
    const shapes = [
      { rows: 1, columns: 1 },
      { rows: WG - 1, columns: 4 },
      { rows: WG, columns: 3 },
      { rows: WG + 1, columns: 4 },
      { rows: 5, columns: 4 * WG + 1 },
    ]

    test.each(shapes)('moves $rows rows of $columns columns', async (shape) => {
      for (const replicas of [1, 5])
        for (const based of [false, true]) await expectLearnt({ ...shape, replicas, rule, integrator, based })
    })

    test.each([4, 5, 10])('moves blocks of at most %d rows and no other', async (blockRows) => {
      const shape = { rows: 5, columns: 7, replicas: 5, rule, integrator, blockRows }
      await expectLearnt({ ...shape, based: true })
      await expectLearnt({ ...shape, based: false })
    })
  })

  test('reaches every row when its workgroups take two dimensions', async () => {
    const shape = {
      rows: 9,
      columns: 21,
      replicas: 5,
      rule: 'hebbian',
      integrator: 'exponential-euler',
      based: true,
    } as const
    await expectLearnt({ ...shape, groupsAcross: 3 })
    await expectLearnt({ ...shape, workgroup: 64, rows: 65, groupsAcross: 2 })
  })

  test('keeps W symmetric to the last bit', async () => {
    const size = 9
    const stream = new RandomStream(1, 'symmetric')
    const stride = vectorStride(size)
    const g = vectors(stream, 1, size, 0)
    const { matrix } = await runKernel(kernelOf('rule/plasticity-step', { rule: 'hebbian' }), {
      params: {
        start: 0,
        count: size,
        rows: size,
        stride,
        rowStride: stride,
        columnStride: stride,
        across: 64,
        baseStart: 0,
        baseRows: 0,
        rate: 0.1,
        r0: 0.123,
        r1: 0,
        r2: 0,
        r3: 0,
        fault: 0,
      },
      buffers: {
        matrix: new Float32Array(size * stride),
        rowActivations: g,
        columnActivations: g,
        faults: new Uint32Array(4).fill(NO_FAULT),
      },
      workgroups: [1],
      constants: { WORKGROUP: 64 },
    })
    const W = matrix!.floats
    for (let i = 0; i < size; i++)
      for (let j = 0; j < i; j++) expect(W[i * stride + j]).toBe(W[j * stride + i])
  })

  test.each([NaN, Infinity])('writes the tick at which %d came to its word of faults', async (poison) => {
    const shape = {
      rows: 5,
      columns: 7,
      replicas: 2,
      rule: 'hebbian',
      integrator: 'exponential-euler',
    } as const
    const faults = await expectLearnt({ ...shape, based: true }, poison)
    expect([...faults]).toEqual([NO_FAULT, NO_FAULT, 23, NO_FAULT])
  })

  test('of no rows changes nothing', async () => {
    const { matrix } = await runKernel(kernelOf('rule/plasticity-step', { rule: 'hebbian' }), {
      params: {
        start: 0,
        count: 0,
        rows: 3,
        stride: 4,
        rowStride: 4,
        columnStride: 4,
        across: WG,
        baseStart: 0,
        baseRows: 0,
        rate: 0.5,
        r0: 1,
        r1: 0,
        r2: 0,
        r3: 0,
        fault: 0,
      },
      buffers: { matrix: sentinels(12), rowActivations: sentinels(4), columnActivations: sentinels(4) },
      workgroups: [2],
      constants: { WORKGROUP: WG },
    })
    expect([...matrix!.floats]).toEqual([...sentinels(12)])
  })
})

describe('imprint', () => {
  const cases = [1, 4 * WG - 1, 4 * WG, 4 * WG + 1].flatMap((size) =>
    [0, 1, 3].map((count) => ({ size, count })),
  )

  test.each(cases)(
    'is P^T P / N of $count patterns of $size neurons, block by block',
    async ({ size, count }) => {
      const stream = new RandomStream(size, 'imprint')
      const stride = vectorStride(size)
      const patterns = vectors(stream, count, size, 0)
      for (const zeroDiagonal of [0, 1]) {
        for (const { start, rows, offset } of [
          { start: 0, rows: size, offset: 0 },
          { start: 4 * Math.floor(size / 8), rows: size - 4 * Math.floor(size / 8), offset: 0 },
          { start: 0, rows: size, offset: 8 * Math.floor(size / 24) },
        ]) {
          const { matrix } = await runKernel(kernelOf('synapse/hebbian-init'), {
            params: { start, offset, rows, size, stride, patternCount: count, pattern0: 0, zeroDiagonal },
            buffers: { patterns, matrix: sentinels((rows + 1) * stride) },
            workgroups: [Math.ceil(stride / 4 / WG), Math.ceil(rows / 8)],
            constants: { WORKGROUP: WG },
          })
          for (let k = 0; k < rows; k++) {
            const is = matrix!.floats.subarray(k * stride, k * stride + size)
            if (k < offset) {
              expect([...is]).toEqual(new Array(size).fill(SENTINEL))
              continue
            }
            const i = start + k
            const expected = new Float64Array(size)
            const sizes = new Float64Array(size)
            for (let p = 0; p < count; p++) {
              for (let j = 0; j < size; j++) {
                const term = (patterns[p * stride + i]! * patterns[p * stride + j]!) / size
                expected[j]! += term
                sizes[j]! += Math.abs(term)
              }
            }
            if (zeroDiagonal) expected[i] = 0
            // Of the whole matrix, entries left of the first row are written by the dispatch of their mirror image.
            expect([...is.subarray(0, offset)]).toEqual(new Array(offset).fill(SENTINEL))
            const bound = (j: number): number => (count + 3) * ULP * sizes[offset + j]!
            expectWithin(is.subarray(offset), expected.subarray(offset), bound, `row ${i}: column`)
          }
          expect([...matrix!.floats.subarray(rows * stride)]).toEqual([...sentinels(stride)])
        }
      }
    },
  )
})
