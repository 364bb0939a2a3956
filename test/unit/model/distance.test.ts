/** What the probe `distance` compares with, made of what a scenario says, against the definition. */
import { describe, expect, it } from 'vitest'
import { distance } from '../../../src/core/kinds/probes/values.ts'
import { fitsPatterns } from '../../../src/core/model/fitting.ts'
import type { Probe } from '../../../src/core/model/model.ts'
import { sketchOf } from '../../../src/core/model/sketch.ts'
import { type Raw, resolve, scenario } from './resolving.ts'

const P = [
  [1, -1, 2, 1, 0, 3],
  [1, 1, -1, -1, 2, 0],
]
const N = 6
const patterns = { kind: 'values', values: P }

const raw = (target: Raw, parts: Raw = {}): Raw =>
  scenario({
    synapses: { w: { layer: 'visible', tau: 5, strength: 1 } },
    probes: { d: { kind: 'distance', of: 'w', target, ...parts } },
  })

function only(probes: readonly Probe[]): Extract<Probe, { readonly kind: 'distance' }> {
  const [probe] = probes
  if (probe?.kind !== 'distance') throw new Error('the probe is a distance')
  return probe
}

/** P^T P / N */
const J = (i: number, j: number): number => P.reduce((sum, xi) => sum + xi[i]! * xi[j]!, 0) / N

describe('the target of a distance', () => {
  it.each([true, false])(
    'hebbian is P^T P / N of its patterns, zeroDiagonal %s; scale is 1 when not given',
    async (zeroDiagonal) => {
      const probe = only((await resolve(raw({ kind: 'hebbian', patterns, zeroDiagonal }))).probes)
      const { matrix, isHollow } = probe.target
      expect([matrix.rows, matrix.columns, isHollow, probe.scale]).toEqual([N, N, true, 1])
      matrix.data.forEach((value, at) => {
        const [i, j] = [Math.floor(at / N), at % N]
        expect(value).toBeCloseTo(zeroDiagonal && i === j ? 0 : J(i, j), 6)
      })
    },
  )

  it('is compared off the diagonal of synapses, and in all entries of a memory', async () => {
    const rows = Array.from({ length: N }, (_, i) => Array.from({ length: N }, (_, j) => i + 2 * j))
    const { target } = only((await resolve(raw({ kind: 'values', values: rows }))).probes)
    const W = Float64Array.from({ length: N * N }, (_, at) => (at % (N + 1) === 0 ? 99 : at % 4))
    let sum = 0
    for (let i = 0; i < N; i++)
      for (let j = 0; j < N; j++) if (i !== j) sum += (((i * N + j) % 4) - 3 * (i + 2 * j)) ** 2
    expect(distance(W, target, 3)).toBeCloseTo(sum / (N * (N - 1)), 10)
    const memory = only((await resolve(raw({ kind: 'zeros' }, { of: 'xi' }))).probes).target
    expect(distance(new Float64Array(18).fill(2), memory, 1)).toBe(4)
  })

  it('is sketched without its numbers, and new patterns fit where their shape is the same', async () => {
    const of = (own: Raw) => resolve(raw({ kind: 'hebbian', patterns: own }))
    const model = await of(patterns)
    const { matrix } = only(sketchOf(model, model.scenario).probes).target
    expect([matrix.rows, matrix.columns, matrix.data.length]).toEqual([N, N, 0])
    const negated = { kind: 'values', values: P.map((xi) => xi.map((one) => one + 1)) }
    expect(fitsPatterns(model, await of(negated))).toBe(true)
  })
})
