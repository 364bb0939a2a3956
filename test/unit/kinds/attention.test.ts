import { expect, test } from 'vitest'
import { runningPaths } from '../../../src/core/model/running.ts'
import { withParameter } from '../../../src/core/model/parameters.ts'
import type { AttentionEdge, Model } from '../../../src/core/model/model.ts'
import { createReference } from '../../../src/core/reference/network.ts'
import { resolve, type Raw } from '../model/resolving.ts'
import { attending } from '../../couplings.ts'

/**
 * The energy of attention in arXiv 2302.07253 and minus its derivative, index by index: K_ahB = sum_j WK_ahj g_jB, Q_ahC likewise,
 *   E = -1/beta sum_h sum_C log sum_{B != C} exp(beta sum_a K_ahB Q_ahC)
 *   -dE/dg_iA = sum_{C != A} sum_ah ( WQ_ahi K_ahC softmax_C(beta sum_c K_chC Q_chA) + WK_ahi Q_ahC softmax_A(beta sum_c K_chA Q_chC) )
 */
function paper({ tokens, heads, size, beta, factors }: AttentionEdge, g: ArrayLike<number>) {
  const [count, width] = tokens
  const [wq, wk] = factors.map(({ init }) => init.data) as [Float32Array, Float32Array]
  const over = (n: number, of: (i: number) => number): number => {
    let sum = 0
    for (let i = 0; i < n; i++) sum += of(i)
    return sum
  }
  const project = (w: Float32Array, a: number, h: number, B: number): number =>
    over(width, (j) => w[(h * size + a) * width + j]! * g[B * width + j]!)
  const K = (a: number, h: number, B: number): number => project(wk, a, h, B)
  const Q = (a: number, h: number, C: number): number => project(wq, a, h, C)
  const exponential = (h: number, B: number, C: number): number =>
    B === C ? 0 : Math.exp(beta * over(size, (a) => K(a, h, B) * Q(a, h, C)))
  /** Of key B for query C. */
  const softmax = (h: number, B: number, C: number): number =>
    exponential(h, B, C) / over(count, (other) => exponential(h, other, C))
  const energy =
    -over(heads, (h) => over(count, (C) => Math.log(over(count, (B) => exponential(h, B, C))))) / beta
  const update = Array.from({ length: count * width }, (_, at) => {
    const [A, i] = [Math.floor(at / width), at % width]
    return over(heads, (h) =>
      over(count, (C) => {
        if (C === A) return 0
        const [given, taken] = [softmax(h, C, A), softmax(h, A, C)]
        return over(size, (a) => {
          const at = (h * size + a) * width + i
          return wq[at]! * K(a, h, C) * given + wk[at]! * Q(a, h, C) * taken
        })
      }),
    )
  })
  return { energy, update }
}

test.each([
  { tokens: [5, 4], heads: 2, size: 3, beta: 0.5 },
  { tokens: [3, 2], heads: 1, size: 4, beta: 2 },
] as const)('the energy and the update of $tokens tokens are those of the Energy Transformer', (row) => {
  const { tokens, ...form } = row
  const model = attending(tokens, form, { lagrangian: { kind: 'layernorm', gamma: 1, delta: 0, eps: 1e-5 } })
  const edge = model.hyperedges[0] as AttentionEdge
  const reference = createReference(model)
  reference.step(3)
  reference.activations('v').forEach((g, r) => {
    const { energy, update } = paper(edge, g)
    expect(reference.energy()[r]!.terms.k).toBeCloseTo(energy, 10)
    reference.inputs('v')[r]!.forEach((value, at) => {
      expect(value).toBeCloseTo(update[at]!, 10)
    })
  })
})

test('large scores neither overflow nor lose the largest', () => {
  const { hyperedges, ...model } = attending([4, 3], { heads: 1, size: 2, beta: 3000 })
  const reference = createReference({ ...model, hyperedges } satisfies Model)
  expect(Number.isFinite(reference.energy()[0]!.total)).toBe(true)
  expect(reference.inputs('v')[0]!.every(Number.isFinite)).toBe(true)
})

const scenario = (parts: Raw = {}, layer: Raw = {}): Raw => ({
  version: 1,
  time: { dt: 0.1, ticks: 1 },
  neurons: { tokens: { size: [6, 5], lagrangian: { kind: 'layernorm' }, ...layer } },
  memories: {
    t: {
      kind: 'attention',
      layer: 'tokens',
      heads: 2,
      size: 4,
      beta: 0.5,
      init: {
        query: { kind: 'random', distribution: 'normal', count: 8 },
        key: { kind: 'rows', of: 't.query' },
      },
      ...parts,
    },
  },
})

test('a scenario gives both projections, and one may copy the other', async () => {
  const model = await resolve(scenario())
  const [query, key] = (model.hyperedges[0] as AttentionEdge).factors
  expect([query?.init.rows, query?.init.columns]).toEqual([8, 5])
  expect(key?.init.data).toEqual(query?.init.data)
  expect(model.hyperedges[0]).toMatchObject({ tokens: [6, 5], heads: 2, size: 4, beta: 0.5 })
})

test('beta may change while the network runs', async () => {
  const model = await resolve(scenario())
  expect(runningPaths(model.scenario)).toContain('memories.t.beta')
  expect(withParameter(model, 'memories.t.beta', 2).hyperedges[0]).toMatchObject({ beta: 2 })
})

const seven = { kind: 'random', distribution: 'normal', count: 7 }
const narrow = { kind: 'values', values: Array.from({ length: 8 }, () => [1, 2]) }

test.each([
  ['a layer without tokens', {}, { size: 30 }, /memories\.t\.layer: layer `tokens` has size 30 and no tokens; set neurons\.tokens\.size to \[tokens, width of a token\]/],
  ['a layer of several images', {}, { size: [2, 3, 5] }, /has size \[2,3,5\] and no tokens/],
  ['an adiabatic layer', {}, { tau: 0 }, /memories\.t\.layer: layer `tokens` is adiabatic \(tau 0\).*set neurons\.tokens\.tau above 0/],
  ['an unknown layer', { layer: 'token' }, {}, /memories\.t\.layer: no layer is called `token`.*tokens/],
  ['rows that are not heads times size', { init: { query: seven, key: seven } }, {}, /memories\.t\.init\.query: has 7 rows, heads 2 times size 4 is 8; set count to 8/],
  ['rows of another width', { init: { query: narrow, key: narrow } }, {}, /memories\.t\.init\.query: rows have 2 columns, a token of layer `tokens` has 5 neurons; give rows of 5/],
  ['a beta that is not above 0', { beta: 0 }, {}, /memories\.t\.beta/],
] as const)('refuses %s in one line that names the place', async (_, parts, layer, message) => {
  await expect(resolve(scenario(parts, layer))).rejects.toThrow(message)
}) // prettier-ignore
