/** J x = Xi^T Xi x / N_h by the network's own products on the GPU: J itself is never formed. */
import type { Layer, Model, Rows } from '../model/model.ts'
import { createSimulation } from '../run/simulation.ts'

export interface CouplingProduct {
  /** Bytes of all buffers on the GPU. */
  readonly bytes: number
  /** J x, [N_v]; in float32. */
  readonly product: (x: Float64Array) => Promise<Float32Array>
  readonly destroy: () => void
}

/**
 * A linear network in which one Euler step of length tau takes v to Xi^T Xi v / N_h.
 * @param xi - [N_h, N_v]
 */
export async function createCouplingProduct(
  device: GPUDevice,
  xi: Rows,
  scenario: Model['scenario'],
): Promise<CouplingProduct> {
  const layer = (name: string, size: number, gain: number, tau: number): Layer => ({
    name,
    size,
    shape: [size],
    lagrangian: { kind: 'linear', gain },
    tau,
    every: 1,
    temperature: 0,
    bias: { rows: 1, columns: size, data: new Float32Array(size) },
    init: { rows: 1, columns: size, data: new Float32Array(size) },
  })
  const simulation = await createSimulation(device, {
    scenario,
    seed: 1,
    time: { dt: 1, ticks: 1, integrator: 'euler' },
    replicas: 1,
    layers: [layer('v', xi.columns, 1, 1), layer('h', xi.rows, 1 / xi.rows, 0)],
    synapses: [],
    memories: [
      {
        name: 'xi',
        from: 'v',
        to: 'h',
        rule: 'fixed',
        every: 1,
        init: xi,
        inputOffset: 'none',
        format: 'f32',
        scale: 1,
      },
    ],
    stimulus: [],
    probes: [],
    warnings: [],
  })
  return {
    bytes: simulation.plan.bytes,
    async product(x) {
      simulation.write('v', x)
      await simulation.step()
      return (await simulation.read('v')).data
    },
    destroy: () => {
      simulation.destroy()
    },
  }
}
