/**
 * Activations and energies of layers whose numbers are as large or as small as float32 holds: what fits float32 has its
 * digits, whatever its square or its product with a gain would be.
 */
import { describe, expect, test } from 'vitest'
import type { Lagrangian } from '../../../src/core/model/model.ts'
import { activation, isPerNeuron, lagrangian } from '../../../src/core/kinds/lagrangians/table.ts'
import { kernelOf, lagrangianFields } from '../../../src/core/plan/kernels.ts'
import { vectorStride } from '../../../src/core/plan/layout.ts'
import { single } from '../../lagrangians.ts'
import { ULP } from '../helpers/within.ts'
import { runKernel, sentinels } from './harness.ts'

/** What a scenario may name as a gain, and states to the ends of float32. */
const GAINS = [1e-30, 1e-20, 1e-5, 1, 1e5, 1e20, 1e30]
const SIZES = Array.from({ length: 73 }, (_, k) => Math.fround(10 ** (k - 35)))
const LEAST = 2 ** -126
const MOST = 2 ** 128 * (1 - 2 ** -24)

const grid: readonly Lagrangian[] = [
  ...GAINS.flatMap((gain): Lagrangian[] => [
    { kind: 'linear', gain },
    { kind: 'tanh', gain },
    { kind: 'sigmoid', gain },
    { kind: 'softmax', beta: gain },
    { kind: 'spherical', eps: gain },
    { kind: 'layernorm', gamma: 1, delta: 0, eps: gain },
  ]),
  { kind: 'relu' },
  ...[2, 3, 4, 7, 16].flatMap((degree): Lagrangian[] => [
    { kind: 'power', degree, rectified: true },
    { kind: 'power', degree, rectified: false },
  ]),
]
const entries = grid.map((l) => ({ name: JSON.stringify(l), l: single(l) }))

/** A replica for each size and sign: a large, a middle and a small number of that size. */
const SHAPE = [1, -0.5, 0.25, -0.3, 0.1]
const rows = SIZES.flatMap((size) =>
  [1, -1].map((sign) => SHAPE.map((part) => Math.fround(sign * part * size))),
)
const stride = vectorStride(SHAPE.length)

/** Further from `expected` than its size in ulp allows, where float32 holds it; below its numbers it may be 0. */
function isFar(actual: number, expected: number, ulp: number, scale: number): boolean {
  if (Math.abs(expected) > MOST) return false
  return !(Math.abs(actual - expected) <= ulp * ULP * scale + 2 * LEAST)
}

describe.each(entries)('$name', ({ l }) => {
  const state = new Float32Array(rows.length * stride)
  rows.forEach((x, r) => state.set(x, r * stride))
  const perNeuron = isPerNeuron(l)

  test('has its activation and its L at every size of the state', async () => {
    const result = await runKernel(
      perNeuron
        ? kernelOf('neuron/activate', { lagrangian: l })
        : kernelOf('neuron/normalize', { lagrangian: l, reduce: 'tree' }),
      {
        params: { size: SHAPE.length, stride, ...(perNeuron ? {} : { rows: 1 }), ...lagrangianFields(l) },
        buffers: {
          state,
          activations: sentinels(state.length),
          ...(perNeuron ? {} : { whole: sentinels(rows.length) }),
        },
        workgroups: perNeuron ? [1, rows.length] : [rows.length],
        constants: { WORKGROUP: 8 },
      },
    )
    // Without activations the energy of a layer is -L.
    const energy = perNeuron
      ? await runKernel(kernelOf('probe/legendre', { lagrangian: l, reduce: 'tree' }), {
          params: {
            size: SHAPE.length,
            layerStride: stride,
            biasRows: 1,
            ...lagrangianFields(l),
            slotWord: 1,
            ringStart: 0,
            sampleWords: rows.length,
            replicaWords: 1,
            word: 0,
          },
          buffers: {
            bias: new Float32Array(stride),
            state,
            activations: new Float32Array(state.length),
            ring: sentinels(rows.length),
          },
          workgroups: [rows.length],
          constants: { WORKGROUP: 1, STIMULATED: 0 },
          clock: [0, 0],
        })
      : undefined
    const wrong = rows.flatMap((given, r) => {
      const x = Float64Array.from(given)
      const g = activation(l, x)
      const L = lagrangian(l, x)
      // Terms of both signs: an L is as good as the largest of them.
      const terms = perNeuron ? given.map((xi) => Math.abs(lagrangian(l, Float64Array.of(xi)))) : [L]
      const scale = Math.max(...terms.map(Math.abs))
      const value = energy === undefined ? result.whole!.floats[r]! : -energy.ring!.floats[r]!
      const far = given.flatMap((xi, i) => {
        const is = result.activations!.floats[r * stride + i]!
        return isFar(is, g[i]!, 300, Math.abs(g[i]!)) ? [`g(${xi}) is ${is}, not ${g[i]!}`] : []
      })
      if (scale <= MOST && isFar(value, L, 300, scale)) far.push(`L(${given.join()}) is ${value}, not ${L}`)
      return far
    })
    expect(wrong).toEqual([])
  })
})
