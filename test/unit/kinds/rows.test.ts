/** Lagrangians of which each row of a layer has its own (`over: "last"`). */
import { describe, expect, it, test } from 'vitest'
import { activation, hessian, lagrangian } from '../../../src/core/kinds/lagrangians/table.ts'
import type { Lagrangian } from '../../../src/core/model/model.ts'
import { risesOf } from '../../../src/core/model/energy.ts'
import { RandomStream } from '../../../src/core/model/random.ts'
import { createReference } from '../../../src/core/reference/network.ts'
import { attending } from '../../couplings.ts'
import { LAGRANGIANS } from '../../lagrangians.ts'

const SHAPE = [3, 4] as const
const N = 12

const WHOLE = ['softmax', 'layernorm', 'spherical'].map(
  (name) => [name, LAGRANGIANS[name]!, { ...LAGRANGIANS[name]!, over: 'last' } as Lagrangian] as const,
)

describe.each(WHOLE)('%s of each row', (name, whole, rows) => {
  const stream = new RandomStream(4, name)
  const x = Float64Array.from({ length: N }, () => stream.normal())
  const parts = [0, 1, 2].map((row) => x.subarray(4 * row, 4 * row + 4))

  it('is that of a layer for each', () => {
    expect([...activation(rows, x, SHAPE)]).toEqual(parts.flatMap((part) => [...activation(whole, part)]))
    expect(lagrangian(rows, x, SHAPE)).toBeCloseTo(
      parts.reduce((sum, part) => sum + lagrangian(whole, part), 0),
      14,
    )
  })

  it('has a Hessian with a block for each', () => {
    const M = hessian(rows, x, SHAPE)
    const h = 1e-6
    for (let j = 0; j < N; j++) {
      const at = (shift: number) =>
        activation(
          rows,
          x.map((xi, i) => (i === j ? xi + shift : xi)),
          SHAPE,
        )
      const [up, down] = [at(h), at(-h)]
      for (let i = 0; i < N; i++) expect(M[i * N + j]!).toBeCloseTo((up[i]! - down[i]!) / (2 * h), 7)
    }
  })

  it('asks for the shape of its layer', () => {
    expect(() => activation(rows, x)).toThrow('needs the shape of its layer')
  })
})

test.each([
  ['layernorm', 1],
  ['layernorm', 2],
  ['spherical', 1],
  ['spherical', 2],
] as const)('the energy of attention among tokens of %s falls monotonically, %i heads', (kind, heads) => {
  const l = { ...LAGRANGIANS[kind]!, over: 'last' } as Lagrangian
  const model = {
    ...attending([6, 5], { heads, size: 4, beta: 0.7 }, { lagrangian: l }),
    time: { dt: 0.05, ticks: 400, integrator: 'euler' },
  } as const
  expect(risesOf(model)).toEqual([])
  const reference = createReference(model)
  let last = reference.energy().map(() => Infinity)
  const [start] = reference.energy()
  for (let tick = 0; tick < 400; tick++) {
    const energies = reference.energy().map(({ total }) => total)
    energies.forEach((energy, r) => {
      expect(energy - last[r]!).toBeLessThan(1e-12 * (1 + Math.abs(energy)))
    })
    last = energies
    reference.step()
  }
  expect(last[0]!).toBeLessThan(start!.total - 0.1)
})
