/** Bases of synapses against their definitions, and the patterns that each holds. */
import { describe, expect, test } from 'vitest'
import { type BaseKind, madeOf, STORING_KINDS, storingFacts } from '../../../src/core/kinds/bases/table.ts'
import { dot, times } from '../../../src/core/math/algebra.ts'
import type { Base, Rows } from '../../../src/core/model/model.ts'
import { RandomStream } from '../../../src/core/model/random.ts'
import { createReference } from '../../../src/core/reference/network.ts'
import { buildModel, normalRows, rowsOf, signRows } from '../../build.ts'

/** J of a base as the reference has it. */
function coupling(base: Base, size: number): Float64Array {
  const layer = { name: 'v', size, lagrangian: { kind: 'sign' } as const }
  return createReference(buildModel({ layers: [layer], synapses: [{ name: 'w', layer: 'v', base }] })).read(
    'w',
  )
}

function patternAt({ columns, data }: Rows, p: number): Float64Array {
  return Float64Array.from(data.subarray(p * columns, (p + 1) * columns))
}

/** Patterns of which no neuron of sign +-1 flips: xi_i (J xi)_i > 0 for all i. */
function fixedPatterns(base: Base, patterns: Rows): number {
  const J = coupling(base, patterns.columns)
  return Array.from({ length: patterns.rows }, (_, p) => patternAt(patterns, p)).filter((xi) =>
    times(J, xi).every((field, i) => field * xi[i]! > 0),
  ).length
}

describe('the pseudo-inverse', () => {
  const stream = new RandomStream(1, 'pseudoinverse')

  test('is P^T (P P^T)^-1 P: of two patterns by the inverse written out', () => {
    const patterns = normalRows(stream, 2, 7)
    const [a, b] = [patternAt(patterns, 0), patternAt(patterns, 1)]
    const [aa, ab, bb] = [dot(a, a), dot(a, b), dot(b, b)]
    const J = coupling({ kind: 'pseudoinverse', patterns, zeroDiagonal: false }, 7)
    for (let i = 0; i < 7; i++)
      for (let j = 0; j < 7; j++) {
        const exact = (bb * a[i]! * a[j]! - ab * (a[i]! * b[j]! + b[i]! * a[j]!) + aa * b[i]! * b[j]!) / (aa * bb - ab * ab) // prettier-ignore
        expect(J[i * 7 + j]).toBeCloseTo(exact, 6)
      }
  })

  test('gives every pattern back as it is, however alike they are', () => {
    const patterns = normalRows(stream, 9, 12)
    for (let k = 12; k < 24; k++) patterns.data[k] = patterns.data[k - 12]! + 0.01 * patterns.data[k]!
    const J = coupling({ kind: 'pseudoinverse', patterns, zeroDiagonal: false }, 12)
    for (let p = 0; p < 9; p++)
      times(J, patternAt(patterns, p)).forEach((field, i) =>
        expect(field).toBeCloseTo(patterns.data[p * 12 + i]!, 5),
      )
  })

  test('is the Hebbian coupling where the patterns are orthogonal and of norm sqrt(N)', () => {
    const patterns = rowsOf([[1, 1, 1, 1], [1, -1, 1, -1]]) // prettier-ignore
    const other = coupling({ kind: 'hebbian', patterns, zeroDiagonal: true }, 4)
    coupling({ kind: 'pseudoinverse', patterns, zeroDiagonal: true }, 4).forEach((entry, k) =>
      expect(entry).toBeCloseTo(other[k]!, 7),
    )
  })

  test('gains nothing by patterns that depend on others', () => {
    const few = signRows(stream, 3, 10)
    const sum = Float32Array.from({ length: 10 }, (_, i) => few.data[i]! - few.data[10 + i]!)
    const data = Float32Array.from([...few.data.subarray(0, 20), ...few.data.subarray(0, 10), ...sum, ...few.data.subarray(20)]) // prettier-ignore
    const many = { rows: 5, columns: 10, data }
    const J = coupling({ kind: 'pseudoinverse', patterns: few, zeroDiagonal: false }, 10)
    coupling({ kind: 'pseudoinverse', patterns: many, zeroDiagonal: false }, 10).forEach((entry, k) =>
      expect(entry).toBeCloseTo(J[k]!, 6),
    )
  })

  test('refuses patterns that span all states, one more than it may have', () => {
    const check = (count: number) => storingFacts('pseudoinverse').check?.(normalRows(stream, count, 6))
    check(5)
    expect(() => check(6)).toThrow(/has 6 independent patterns for 6 neurons.*give fewer than 6 patterns/)
  })
})

describe("Storkey's rule", () => {
  const stream = new RandomStream(2, 'storkey')

  test.each([true, false])('is its definition, sum by sum (zeroDiagonal %s)', (zeroDiagonal) => {
    const N = 9
    const patterns = signRows(stream, 5, N)
    const W = new Float64Array(N * N)
    for (let p = 0; p < 5; p++) {
      const xi = patternAt(patterns, p)
      const before = W.slice()
      const h = (i: number, j: number): number => {
        let sum = 0
        for (let k = 0; k < N; k++) if (k !== i && k !== j) sum += before[i * N + k]! * xi[k]!
        return sum
      }
      for (let i = 0; i < N; i++)
        for (let j = 0; j < N; j++)
          W[i * N + j]! += (xi[i]! * xi[j]! - xi[i]! * h(j, i) - xi[j]! * h(i, j)) / N
    }
    coupling({ kind: 'storkey', patterns, zeroDiagonal }, N).forEach((entry, k) =>
      expect(entry).toBeCloseTo(zeroDiagonal && k % (N + 1) === 0 ? 0 : W[k]!, 6),
    )
  })

  test('refuses entries that are no signs, by their place', () => {
    expect(() => storingFacts('storkey').check?.(rowsOf([[1, -1], [1, 0.5]]))).toThrow(
      /row 1, column 1 is 0.5.*patterns of -1 and \+1.*binarize/,
    ) // prettier-ignore
  })
})

describe('N random patterns of 128 neurons', () => {
  const N = 128
  const held = (kind: BaseKind, count: number): number => {
    const patterns = signRows(new RandomStream(3, `held ${count}`), count, N)
    return fixedPatterns({ kind, patterns, zeroDiagonal: true } as Base, patterns) / count
  }

  test.each([
    // Hebb holds N / (2 ln N) = 13 without an error, Storkey N / sqrt(2 ln N) = 41, the projection N - 1.
    { count: 8, hebbian: [1, 1], storkey: [1, 1] },
    { count: 32, hebbian: [0, 0.1], storkey: [0.9, 1] },
    { count: 64, hebbian: [0, 0], storkey: [0.3, 0.85] },
    { count: 127, hebbian: [0, 0], storkey: [0, 0.15] },
  ] as const)('are fixed points as published at $count', ({ count, ...published }) => {
    expect(held('pseudoinverse', count)).toBe(1)
    for (const [kind, [least, most]] of Object.entries<readonly [number, number]>(published)) {
      const part = held(kind as BaseKind, count)
      expect(part, kind).toBeGreaterThanOrEqual(least)
      expect(part, kind).toBeLessThanOrEqual(most)
    }
  })
})

test('a shape without values is enough for the shape of every base', () => {
  const patterns = { rows: 3, columns: 5, data: new Float32Array(0) }
  for (const kind of STORING_KINDS) {
    const made = madeOf({ kind, patterns, zeroDiagonal: true })
    if (made === undefined) throw new Error(`${kind} is made of nothing`)
    const rows = 'matrix' in made ? made.matrix : made.patterns
    expect([rows.columns, rows.data.length]).toEqual([5, 0])
  }
})
