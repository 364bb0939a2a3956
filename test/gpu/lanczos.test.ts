import { describe, expect, it } from 'vitest'
import { createCouplingProduct, createCouplings } from '../../src/core/analysis/coupling-product.ts'
import { createFlow } from '../../src/core/analysis/flow.ts'
import { stabilityAt, stabilityEnds } from '../../src/core/analysis/jacobian.ts'
import { lanczos } from '../../src/core/analysis/lanczos.ts'
import { couplingSpectrum } from '../../src/core/analysis/spectrum.ts'
import type { Model } from '../../src/core/model/model.ts'
import { RandomStream } from '../../src/core/model/random.ts'
import type { Scenario } from '../../src/core/model/schema.ts'
import { buildModel, normalRows, rowsOf, signRows, symmetricRows } from '../build.ts'
import { SMOOTH } from '../lagrangians.ts'
import { testDevice } from './device.ts'

const scenario = {} as Scenario

/** Numbers in order without those that are equal to the one before, up to rounding. */
function distinct(values: ArrayLike<number>, scale: number): number[] {
  return Array.from(values).filter(
    (value, index, all) => index === 0 || Math.abs(value - (all[index - 1] as number)) > 1e-5 * scale,
  )
}

/** W of a model whose only synapses are a matrix. */
function symmetricOf({ synapses: [synapse] }: Model): Float32Array {
  if (synapse?.base.kind !== 'matrix') throw new Error('the base is no matrix')
  return synapse.base.matrix.data
}

describe('Lanczos with products on the GPU', () => {
  it.each(Array.from({ length: 20 }, (_, index) => index))(
    'finds both ends of the spectrum of J as the dense solver does, to 1e-4 (network %d)',
    async (index) => {
      const { device } = await testDevice()
      const stream = new RandomStream(index, 'lanczos test')
      const [visible, hidden] = [40 + stream.integer(100), 20 + stream.integer(120)]
      const xi = index % 2 === 0 ? normalRows(stream, hidden, visible) : signRows(stream, hidden, visible)
      const dense = couplingSpectrum(xi)
      const coupling = await createCouplingProduct(device, xi, scenario)
      const { lowest, highest } = await lanczos(visible, coupling.product, { count: 3 })
      coupling.destroy()
      const largest = dense.at(-1) as number
      // Of equal eigenvalues (J has zeros where N_v > N_h) the method need not see more than one.
      const [low, high] = [distinct(lowest.values, largest), distinct(highest.values, largest)]
      const [denseLow, denseHigh] = [distinct(dense, largest), distinct(dense.toReversed(), largest)]
      low.forEach((value, k) =>
        expect(Math.abs(value - (denseLow[k] as number))).toBeLessThan(1e-4 * largest),
      )
      high.forEach((value, k) =>
        expect(Math.abs(value - (denseHigh[k] as number))).toBeLessThan(1e-4 * largest),
      )
      expect(Math.max(...highest.residuals, ...lowest.residuals)).toBeLessThan(1e-5 * largest)
    },
  )

  it.each(Array.from({ length: 8 }, (_, index) => index))(
    'finds both ends of the Jacobian of a graph of layers as the dense solver does, to 1e-4 (network %d)',
    async (index) => {
      const { device } = await testDevice()
      const stream = new RandomStream(index, 'jacobian')
      const kinds = Object.values(SMOOTH)
      const [a, b, c] = [20 + stream.integer(30), 5 + stream.integer(20), 10 + stream.integer(20)]
      const model = buildModel({
        layers: [
          { name: 'a', size: a, lagrangian: { kind: 'tanh', gain: 2 }, tau: 1.5 },
          { name: 'b', size: b, lagrangian: kinds[index % kinds.length]!, tau: 0 },
          { name: 'c', size: c, lagrangian: kinds[(index * 2) % kinds.length]!, tau: 0.5 },
        ],
        memories: [
          { name: 'ab', from: 'a', to: 'b', init: normalRows(stream, b, a, 0.2) },
          { name: 'bc', from: 'b', to: 'c', init: normalRows(stream, c, b, 0.2) },
        ],
        synapses: [
          { name: 'w', layer: 'a', base: { kind: 'matrix', matrix: symmetricRows(stream, a, 0.3) } },
        ],
      })
      const couplings = {
        ab: model.memories[0]!.init.data,
        bc: model.memories[1]!.init.data,
        w: symmetricOf(model),
      }
      const flow = createFlow(model, couplings)
      const states = flow.states(Float64Array.from(normalRows(stream, 1, flow.size).data))
      const { spectrum } = stabilityAt(model, { ...couplings, ...Object.fromEntries(states) })
      const onGpu = await createCouplings(device, model, couplings)
      const { ends } = await stabilityEnds(flow, states, onGpu.couple, 3)
      onGpu.destroy()
      const scale = Math.max(...spectrum.map(Math.abs))
      const distances = [
        ...distinct(ends.lowest.values, scale).map((value, k) => value - distinct(spectrum, scale)[k]!),
        ...distinct(ends.highest.values, scale).map(
          (value, k) => value - distinct(spectrum.toReversed(), scale)[k]!,
        ),
      ]
      expect(Math.max(...distances.map(Math.abs))).toBeLessThan(1e-4 * scale)
    },
  )

  it('finds equal eigenvalues again, after the subspace that they leave invariant', async () => {
    const { device } = await testDevice()
    const xi = rowsOf([
      [1, 1, 1, 1, 1, 1, 1, 1],
      [1, -1, 1, -1, 1, -1, 1, -1],
      [1, 1, -1, -1, 1, 1, -1, -1],
    ])
    const coupling = await createCouplingProduct(device, xi, scenario)
    const { highest, lowest, steps } = await lanczos(8, coupling.product, { count: 3 })
    coupling.destroy()
    expect(steps).toBe(8)
    highest.values.forEach((value) => expect(value).toBeCloseTo(8 / 3, 5))
    lowest.values.forEach((value) => expect(value).toBeCloseTo(0, 5))
  })

  it('needs no N x N matrix for 8,192 neurons', async () => {
    const { device } = await testDevice()
    const stream = new RandomStream(1, 'large')
    const [visible, hidden] = [8192, 64]
    const coupling = await createCouplingProduct(device, signRows(stream, hidden, visible), scenario)
    const { highest, steps } = await lanczos(visible, coupling.product, { count: 2 })
    coupling.destroy()
    // Marchenko and Pastur: (1 + sqrt q)^2, q = 128, scattered by some N_h^(-2/3) of the width of the bulk.
    const edge = (1 + Math.sqrt(visible / hidden)) ** 2
    expect(Math.abs((highest.values[0] as number) - edge)).toBeLessThan(0.05 * edge)
    expect(steps).toBeLessThan(200)
    expect(coupling.bytes).toBeLessThan(0.02 * visible * visible * 4)
  })
})
