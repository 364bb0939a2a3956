import { describe, expect, test } from 'vitest'
import { RandomStream } from '../../../src/core/model/random.ts'
import { type Format, kernelOf, lagrangianFields } from '../../../src/core/plan/kernels.ts'
import { vectorStride } from '../../../src/core/plan/layout.ts'
import { row, squaredDistance } from '../../../src/core/math/algebra.ts'
import { activation, isPerNeuron, lagrangian } from '../../../src/core/kinds/lagrangians/table.ts'
import { errors, signOverlap, similarity, speed } from '../../../src/core/kinds/probes/values.ts'
import { LAGRANGIANS, single, valueBound } from '../../lagrangians.ts'
import { expectWithin, largest, ULP } from '../helpers/within.ts'
import { runKernel, SENTINEL, sentinels } from './harness.ts'
import { pack, packed, vectorOf, vectors } from './matrices.ts'

const WG = 8
const SIZES = [1, WG - 1, WG, WG + 1, 3 * WG + 2]
const cases = SIZES.flatMap((size) =>
  [1, 5].flatMap((replicas) => [1, WG].map((workgroup) => ({ size, replicas, workgroup }))),
)
cases.push(...[63, 64, 65, 200].map((size) => ({ size, replicas: 2, workgroup: 64 })))

/** Where samples go: slot 2 of the ring that starts at word 3; the clock names the slot in its word 1. */
const RING_START = 3
const SLOT = 2
const CLOCK = [7, SLOT]
const slotOf = (sampleWords: number): number => RING_START + SLOT * sampleWords

/** A ring of sentinels with room for one slot too many. */
const ringOf = (sampleWords: number): Float32Array<ArrayBuffer> => sentinels(RING_START + 4 * sampleWords)

/** Everything in the ring but the words named is as it was. */
function expectOnly(ring: Float32Array, words: ReadonlySet<number>): void {
  ring.forEach((value, k) => {
    if (!words.has(k)) expect([k, value]).toEqual([k, SENTINEL])
  })
}

function range(start: number, count: number): Set<number> {
  return new Set(Array.from({ length: count }, (_, k) => start + k))
}

describe('legendre', () => {
  const entries = Object.entries(LAGRANGIANS).map(([name, l]) => ({ name, l: single(l) }))

  test.each(entries)('is (x - b - current).g - L(x) for $name', async ({ l }) => {
    for (const { size, replicas, workgroup } of cases) {
      const stream = new RandomStream(size, l.kind)
      const stride = vectorStride(size)
      const biasRows = 3
      const state = vectors(stream, replicas, size, SENTINEL)
      const bias = vectors(stream, biasRows, size, SENTINEL)
      const current = vectors(stream, replicas, size, SENTINEL)
      const activations = sentinels(replicas * stride)
      const whole = sentinels(replicas)
      for (let r = 0; r < replicas; r++) {
        const x = vectorOf(state, r, size)
        activations.set(activation(l, x), r * stride)
        whole[r] = lagrangian(l, x)
      }
      // A sample of three words a replica; this is the middle one.
      const sampleWords = 3 * replicas
      const perNeuron = isPerNeuron(l)
      for (const stimulated of [false, true]) {
        const { ring } = await runKernel(kernelOf('probe/legendre', { lagrangian: l, reduce: 'tree' }), {
          params: {
            size,
            layerStride: stride,
            biasRows,
            ...lagrangianFields(l),
            ...(!perNeuron && { wholes: 1 }),
            slotWord: 1,
            ringStart: RING_START,
            sampleWords,
            replicaWords: 3,
            word: 1,
          },
          buffers: {
            state,
            activations,
            bias,
            ...(perNeuron ? {} : { whole }),
            ...(stimulated ? { current, hold: new Uint32Array(replicas * stride) } : {}),
            ring: ringOf(sampleWords),
          },
          workgroups: [replicas],
          constants: { WORKGROUP: workgroup, STIMULATED: stimulated ? 1 : 0 },
          clock: CLOCK,
        })
        const words = new Set<number>()
        for (let r = 0; r < replicas; r++) {
          const x = vectorOf(state, r, size)
          const b = vectorOf(bias, r % biasRows, size)
          const injected = vectorOf(current, r, size)
          let product = 0
          let sizes = 0
          vectorOf(activations, r, size).forEach((g, i) => {
            product += (x[i]! - b[i]! - (stimulated ? injected[i]! : 0)) * g
            sizes += (Math.abs(x[i]!) + Math.abs(b[i]!) + Math.abs(injected[i]!)) * Math.abs(g)
          })
          const L = lagrangian(l, x)
          const at = slotOf(sampleWords) + 3 * r + 1
          words.add(at)
          expectWithin(
            [ring!.floats[at]!],
            [product - L],
            (size + 8) * ULP * (sizes + Math.abs(L)) + valueBound(l, x, L),
            `${size} neurons, replica ${r}:`,
          )
        }
        expectOnly(ring!.floats, words)
      }
    }
  })

  const perNeuron = entries.filter(({ l }) => isPerNeuron(l))
  test.each(perNeuron)('has the L of $name near 0 and far out, one neuron a replica', async ({ l }) => {
    const values = [0, 1e-4, -1e-4, 1e-3, -0.05, 0.29, 0.31, -0.7, 2, -5, 17, -44, 88, 100, -100, 1e4, -1e4]
    const state = new Float32Array(values.length * 4)
    values.forEach((x, r) => (state[4 * r] = x))
    const { ring } = await runKernel(kernelOf('probe/legendre', { lagrangian: l, reduce: 'tree' }), {
      params: {
        size: 1,
        layerStride: 4,
        biasRows: 1,
        ...lagrangianFields(l),
        slotWord: 1,
        ringStart: 0,
        sampleWords: values.length,
        replicaWords: 1,
        word: 0,
      },
      buffers: { state, activations: new Float32Array(state.length), ring: sentinels(values.length) },
      workgroups: [values.length],
      constants: { WORKGROUP: 1, STIMULATED: 0 },
      clock: [0, 0],
    })
    values.forEach((value, r) => {
      const x = Float64Array.of(Math.fround(value))
      const L = lagrangian(l, x)
      expectWithin([-ring!.floats[r]!], [L], valueBound(l, x, L), `L(${value}):`)
    })
  })
})

describe('sum', () => {
  test.each(cases)(
    'is factor * sum a (b) set or added, of $size numbers, $replicas replicas, workgroups of $workgroup',
    async ({ size, replicas, workgroup }) => {
      const stream = new RandomStream(size, 'sum')
      const stride = vectorStride(size)
      const left = vectors(stream, replicas, size, SENTINEL, stride + 4)
      const right = vectors(stream, replicas, size, SENTINEL)
      const factor = Math.fround(-0.7)
      for (const paired of [false, true]) {
        for (const first of [0, 1]) {
          const sampleWords = 2 * replicas
          const { ring } = await runKernel(kernelOf('probe/sum', { reduce: 'tree' }), {
            params: {
              size,
              leftStride: stride + 4,
              rightStride: stride,
              factor,
              first,
              slotWord: 1,
              ringStart: RING_START,
              sampleWords,
              replicaWords: 2,
              word: 1,
            },
            buffers: { left, ...(paired ? { right } : {}), ring: ringOf(sampleWords) },
            workgroups: [replicas],
            constants: { WORKGROUP: workgroup, PAIRED: paired ? 1 : 0 },
            clock: CLOCK,
          })
          const words = new Set<number>()
          for (let r = 0; r < replicas; r++) {
            const b = vectorOf(right, r, size)
            const terms = vectorOf(left, r, size, stride + 4).map((a, i) => (paired ? a * b[i]! : a))
            const sizes = terms.reduce((sum, term) => sum + Math.abs(term), 0)
            const there = first === 1 ? 0 : SENTINEL
            const at = slotOf(sampleWords) + 2 * r + 1
            words.add(at)
            expectWithin(
              [ring!.floats[at]!],
              [there + factor * terms.reduce((a, b) => a + b, 0)],
              (size + 3) * ULP * sizes + ULP * Math.abs(there),
              `replica ${r}:`,
            )
          }
          expectOnly(ring!.floats, words)
        }
      }
    },
  )

  test('of nothing is 0 when it sets, and leaves what is there when it adds', async () => {
    for (const first of [0, 1]) {
      const { ring } = await runKernel(kernelOf('probe/sum', { reduce: 'tree' }), {
        params: {
          size: 0,
          leftStride: 0,
          rightStride: 0,
          factor: 2,
          first,
          slotWord: 1,
          ringStart: 0,
          sampleWords: 1,
          replicaWords: 1,
          word: 0,
        },
        buffers: { ring: sentinels(1) },
        workgroups: [1],
        constants: { WORKGROUP: WG, PAIRED: 0 },
        clock: [0, 0],
      })
      expect(ring!.floats[0]).toBe(first === 1 ? 0 : SENTINEL)
    }
  })
})

describe('deviation', () => {
  const shapes = [1, WG - 1, WG, WG + 1].flatMap((rows) => [1, 5].map((replicas) => ({ rows, replicas })))

  test.each(shapes)(
    'is the squared distance of each of $rows rows from its base, $replicas replicas, in blocks too',
    async ({ rows, replicas }) => {
      const columns = 6
      const stream = new RandomStream(rows, 'deviation')
      for (const blockRows of [Infinity, rows, Math.ceil(rows / 2)]) {
        for (const based of [false, true]) {
          const A = packed(stream, { copies: replicas, rows, columns, blockRows })
          const base = packed(stream, { copies: 1, rows, columns, blockRows })
          const outputStride = vectorStride(rows) + 4
          let output: Float32Array = sentinels(replicas * outputStride)
          for (const { block, bytes } of A.blocks) {
            const baseBlock = base.blocks.find(({ block: { start, count } }) => {
              const first = block.start % rows
              return first >= start && first < start + count
            })!
            const result = await runKernel(kernelOf('probe/deviation'), {
              params: {
                start: block.start,
                count: block.count,
                rows,
                stride: A.matrix.stride,
                baseStart: based ? baseBlock.block.start : 0,
                baseRows: 0,
                outputStride,
                unit: 1,
              },
              buffers: { matrix: bytes, ...(based ? { base: baseBlock.bytes } : {}), output },
              workgroups: [Math.ceil(block.count / WG)],
              constants: { WORKGROUP: WG, BASED: based ? 1 : 0 },
            })
            output = result.output!.floats
          }
          for (let r = 0; r < replicas; r++) {
            const expected = Float64Array.from({ length: rows }, (_, mu) =>
              squaredDistance(
                row(A.copy(r), columns, mu),
                based ? row(base.copy(0), columns, mu) : new Float64Array(columns),
              ),
            )
            expectWithin(
              vectorOf(output, r, rows, outputStride),
              expected,
              // The differences round in proportion to the entries, which are below 8.
              (k) => (columns + 4) * ULP * (expected[k]! + 64),
              `replica ${r}: row`,
            )
          }
          output.forEach((value, k) => {
            if (k % outputStride >= rows) expect([k, value]).toEqual([k, SENTINEL])
          })
        }
      }
    },
  )
})

describe('store', () => {
  const shapes = [0, 1, WG - 1, WG, WG + 1].flatMap((size) => [1, 5].map((replicas) => ({ size, replicas })))

  test.each(shapes)('copies factor * $size values of $replicas replicas', async ({ size, replicas }) => {
    const stride = vectorStride(size) + 4
    const values = vectors(new RandomStream(size, 'store'), replicas, size, SENTINEL, stride)
    const sampleWords = size * replicas
    const { ring } = await runKernel(kernelOf('probe/store'), {
      params: { size, stride, factor: 0.5, slotWord: 1, ringStart: RING_START, sampleWords },
      buffers: { values, ring: ringOf(sampleWords) },
      workgroups: [Math.max(1, Math.ceil(size / WG)), replicas],
      constants: { WORKGROUP: WG },
      clock: CLOCK,
    })
    const at = slotOf(sampleWords)
    for (let r = 0; r < replicas; r++) {
      expect([...ring!.floats.subarray(at + r * size, at + (r + 1) * size)]).toEqual(
        [...vectorOf(values, r, size, stride)].map((value) => value / 2),
      )
    }
    expectOnly(ring!.floats, range(at, sampleWords))
  })
})

describe('signs', () => {
  test.each(SIZES)(
    'of a layer of %i neurons are errors and overlaps, also with fewer workgroups than patterns and in blocks',
    async (size) => {
      const [rows, replicas] = [5, 3]
      const stream = new RandomStream(size, 'signs')
      // A third of the patterns and of the activations is 0.
      const thirds = (values: Float32Array<ArrayBuffer>): Float32Array<ArrayBuffer> =>
        values.map((value, at) => (at % 3 === 1 && value !== SENTINEL ? 0 : value))
      const stride = vectorStride(size)
      const activations = thirds(vectors(stream, replicas, size, SENTINEL))
      const patterns = thirds(vectors(stream, rows, size, SENTINEL))
      const all = Float64Array.from({ length: rows * size }, (_, at) =>
        Number(patterns[Math.floor(at / size) * stride + (at % size)]),
      )
      const sampleWords = rows * replicas
      for (const [workgroup, groups] of [
        [1, rows],
        [WG, 2],
      ] as const)
        for (const [exact, weights] of [
          [errors, { counted: 0.5, compared: -0.5, factor: 1 }],
          [signOverlap, { counted: 0, compared: 1, factor: 1 / size }],
        ] as const) {
          let ring = ringOf(sampleWords)
          for (const [start, count] of [
            [0, 2],
            [2, 3],
          ] as const) {
            const result = await runKernel(kernelOf('probe/signs', { reduce: 'tree' }), {
              params: {
                size,
                layerStride: stride,
                start,
                count,
                rows,
                copyRows: 0,
                stride,
                ...weights,
                slotWord: 1,
                ringStart: RING_START,
                sampleWords,
              },
              buffers: {
                activations,
                patterns: patterns.slice(start * stride, (start + count) * stride),
                ring,
              },
              workgroups: [groups, replicas],
              constants: { WORKGROUP: workgroup },
              clock: CLOCK,
            })
            ring = Float32Array.from(result.ring!.floats)
          }
          const at = slotOf(sampleWords)
          for (let r = 0; r < replicas; r++)
            expect([...ring.subarray(at + r * rows, at + (r + 1) * rows)]).toEqual(
              exact(vectorOf(activations, r, size), { rows, columns: size, data: all }).map((value) =>
                Math.fround((Math.round((2 * value) / weights.factor) / 2) * Math.fround(weights.factor)),
              ),
            )
          expectOnly(ring, range(at, sampleWords))
        }
    },
  )
})

describe('count', () => {
  test.each([0, ...SIZES])('is how many of %i values are at least the threshold', async (size) => {
    const [replicas, stride] = [3, vectorStride(size) + 4]
    const values = vectors(new RandomStream(size, 'count'), replicas, size, SENTINEL, stride)
    // A value at the threshold counts.
    if (size > 1) values[1] = 0.5
    const { ring } = await runKernel(kernelOf('probe/count', { reduce: 'tree' }), {
      params: {
        size,
        stride,
        factor: 2,
        threshold: 1,
        slotWord: 1,
        ringStart: RING_START,
        sampleWords: replicas,
      },
      buffers: { values, ring: ringOf(replicas) },
      workgroups: [replicas],
      constants: { WORKGROUP: WG },
      clock: CLOCK,
    })
    const at = slotOf(replicas)
    const counts = Array.from({ length: replicas }, (_, r) =>
      [...vectorOf(values, r, size, stride)].filter((value) => 2 * value >= 1),
    ).map(({ length }) => length)
    expect([...ring!.floats.subarray(at, at + replicas)]).toEqual(counts)
    expectOnly(ring!.floats, range(at, replicas))
  })
})

describe('similarity', () => {
  const shapes = [1, WG - 1, WG, WG + 1].flatMap((rows) =>
    [1, 31, 32, 33].map((columns) => ({ rows, columns })),
  )

  async function expectSimilarity(
    rows: number,
    columns: number,
    format: Format,
    shared: boolean,
    blockRows: number,
    zeros = false,
  ): Promise<void> {
    const replicas = 5
    const stream = new RandomStream(rows, `similarity ${columns}`)
    const copies = shared ? 1 : replicas
    const shape = { copies, rows, columns, format, blockRows }
    const A = zeros
      ? pack(new Float32Array(copies * rows * columns), shape, blockRows)
      : packed(stream, shape)
    const patterns = packed(stream, {
      copies: 1,
      rows,
      columns,
      blockRows: blockRows === Infinity ? Infinity : blockRows + 1,
    })
    const sampleWords = replicas * rows
    let ring: Float32Array = ringOf(sampleWords)
    for (const { block, bytes } of A.blocks) {
      for (const pattern of patterns.blocks) {
        const result = await runKernel(kernelOf('probe/similarity', { format }), {
          params: {
            start: block.start,
            count: block.count,
            rows,
            columns,
            stride: A.matrix.stride,
            replicaStep: shared ? 0 : rows,
            patternStart: pattern.block.start,
            patternCount: pattern.block.count,
            patternStride: patterns.matrix.stride,
            slotWord: 1,
            ringStart: RING_START,
            sampleWords,
          },
          buffers: { matrix: bytes, patterns: pattern.bytes, ring },
          workgroups: [Math.ceil(rows / WG), replicas],
          constants: { WORKGROUP: WG },
          clock: CLOCK,
        })
        ring = result.ring!.floats
      }
    }
    const at = slotOf(sampleWords)
    const data = Float32Array.from(patterns.dense)
    for (let r = 0; r < replicas; r++) {
      expectWithin(
        ring.subarray(at + r * rows, at + (r + 1) * rows),
        similarity(A.copy(r), { rows, columns, data }),
        (columns + 8) * ULP,
        `replica ${r}: row`,
      )
    }
    expectOnly(ring, range(at, sampleWords))
  }

  test.each(shapes)(
    'is the cosine of $rows rows of $columns columns in every format',
    async ({ rows, columns }) => {
      for (const format of ['f32', 'f16', 'binary'] as const) {
        await expectSimilarity(rows, columns, format, true, Infinity)
        await expectSimilarity(rows, columns, format, false, Infinity)
      }
    },
  )

  test.each([4, 8])('is the same of blocks of at most %d rows', async (blockRows) => {
    for (const format of ['f32', 'f16', 'binary'] as const) {
      await expectSimilarity(7, 33, format, true, blockRows)
      await expectSimilarity(7, 33, format, false, blockRows)
    }
  })

  test('of a row of zeros is 0', async () => {
    await expectSimilarity(3, 5, 'f32', false, Infinity, true)
  })
})

describe('speed', () => {
  test.each(cases)(
    'is max |b + current + I - x| / tau of what no clamp holds: $size, $replicas, $workgroup',
    async ({ size, replicas, workgroup }) => {
      const stream = new RandomStream(size, 'speed')
      const stride = vectorStride(size)
      const biasRows = 3
      // What pads a row is far larger than what is in it.
      const input = vectors(stream, replicas, size, SENTINEL)
      const state = vectors(stream, replicas, size, 0)
      const bias = vectors(stream, biasRows, size, SENTINEL)
      const current = vectors(stream, replicas, size, SENTINEL)
      const hold = Uint32Array.from(current, () => stream.word() & 1)
      const perTau = Math.fround(1 / 3)
      for (const stimulated of [false, true]) {
        const { ring } = await runKernel(kernelOf('probe/speed', { reduce: 'tree' }), {
          params: {
            size,
            layerStride: stride,
            biasRows,
            perTau,
            slotWord: 1,
            ringStart: RING_START,
            sampleWords: replicas,
          },
          buffers: { input, state, bias, ...(stimulated ? { current, hold } : {}), ring: ringOf(replicas) },
          workgroups: [replicas],
          constants: { WORKGROUP: workgroup, STIMULATED: stimulated ? 1 : 0 },
          clock: CLOCK,
        })
        const at = slotOf(replicas)
        for (let r = 0; r < replicas; r++) {
          const velocity = Float64Array.from({ length: size }, (_, i) => {
            const k = r * stride + i
            if (stimulated && hold[k]) return 0
            const b = bias[(r % biasRows) * stride + i]! + (stimulated ? current[k]! : 0)
            return perTau * (b + input[k]! - state[k]!)
          })
          const sizes = 4 * Math.max(...[input, state, bias, current].map((z) => largest(z.filter(isInside))))
          expectWithin([ring!.floats[at + r]!], [speed(velocity)], 4 * ULP * sizes, `replica ${r}:`)
        }
        expectOnly(ring!.floats, range(at, replicas))
      }
    },
  )
})

function isInside(value: number): boolean {
  return value !== SENTINEL
}
