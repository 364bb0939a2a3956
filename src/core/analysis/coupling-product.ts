/** Products with couplings on the GPU, by the kernels of the network: no extra matrix is formed. */
import { USUAL_LEAK } from '../kinds/leaks/table.ts'
import { USUAL_NOISE } from '../kinds/noises/table.ts'
import { USUAL_UPDATE } from '../kinds/updates/table.ts'
import { ModelError } from '../errors.ts'
import { withViews } from '../model/couplings.ts'
import type { Layer, Memory, Model, Rows } from '../model/model.ts'
import { createSimulation } from '../run/simulation.ts'
import { heldFixed } from './fixed-points.ts'
import type { Moment, Vectors } from './flow.ts'
import { DENSE_LIMIT } from './spectrum.ts'

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
  const simulation = await createSimulation(device, {
    ...linear(scenario, [linearLayer('v', xi.columns, 1, 1), linearLayer('h', xi.rows, 1 / xi.rows, 0)]),
    ...withViews([
      {
        kind: 'dense',
        name: 'xi',
        from: 'v',
        to: 'h',
        direction: 'both',
        rule: 'fixed',
        every: 1,
        init: xi,
        inputOffset: 'none',
        format: 'f32',
        scale: 1,
      },
    ]),
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

export interface Couplings {
  /** Bytes of all buffers on the GPU. */
  readonly bytes: number
  /** C g for all layers, as `Couple`; in float32. */
  readonly couple: (g: Vectors) => Promise<Vectors>
  readonly destroy: () => void
}

/**
 * All couplings of a network at a moment, as a linear network in which an Euler step of length tau takes x to C x.
 * @param moment - the matrices of all synapses and memories
 * @throws ModelError for a coupling that is no matrix
 */
export async function createCouplings(device: GPUDevice, model: Model, moment: Moment): Promise<Couplings> {
  const [edge] = model.hyperedges
  if (edge !== undefined)
    throw new ModelError(
      `is a ${edge.kind}, not a matrix, and its Jacobian needs the dense solver; use at most ${DENSE_LIMIT} neurons`,
      { path: `memories.${edge.name}` },
    )
  const layers = model.layers.map(({ name, size }) => linearLayer(name, size, 1, 1))
  const { memories, synapses } = heldFixed(model, moment)
  // The offset is the same for every g.
  const free = memories.map((memory): Memory => ({ ...memory, every: 1, inputOffset: 'none' }))
  const simulation = await createSimulation(device, {
    ...linear(model.scenario, layers),
    ...withViews([...free, ...synapses]),
  })
  return {
    bytes: simulation.plan.bytes,
    async couple(g) {
      for (const { name, size } of layers) simulation.write(name, g.get(name) ?? new Float32Array(size))
      await simulation.step()
      const input = new Map<string, Float64Array>()
      for (const { name } of layers) input.set(name, Float64Array.from((await simulation.read(name)).data))
      return input
    },
    destroy: () => {
      simulation.destroy()
    },
  }
}

/** A linear network without couplings, one Euler step of length 1 at a time. */
function linear(scenario: Model['scenario'], layers: readonly Layer[]): Model {
  return {
    scenario,
    seed: 1,
    time: { dt: 1, ticks: 1, integrator: 'euler' },
    replicas: 1,
    layers,
    ...withViews([]),
    stimulus: [],
    probes: [],
    files: {},
    warnings: [],
  }
}

const RESTS = {
  every: 1,
  temperature: 0,
  noise: USUAL_NOISE,
  leak: USUAL_LEAK,
  update: USUAL_UPDATE,
} as const

function linearLayer(name: string, size: number, gain: number, tau: number): Layer {
  const zeros = { rows: 1, columns: size, data: new Float32Array(size) }
  const lagrangian = { kind: 'linear', gain } as const
  return { name, size, shape: [size], lagrangian, tau, ...RESTS, bias: zeros, init: zeros }
}
