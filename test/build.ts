/**
 * Small networks by hand, for tests that compare the float64 reference, the GPU and closed forms. Everything not
 * given has the scenario's default.
 */
import type { Geometry } from '../src/core/kinds/couplings/convolution.ts'
import { withViews } from '../src/core/model/couplings.ts'
import type {
  AttentionEdge,
  DenseMemory,
  Layer,
  Memory,
  Model,
  Probe,
  ProductEdge,
  Rows,
  Stimulus,
  Synapse,
} from '../src/core/model/model.ts'
import type { RandomStream } from '../src/core/model/random.ts'
import type { Scenario } from '../src/core/model/schema.ts'

type MemoryPart = Pick<Memory, 'name' | 'from' | 'to' | 'init'> &
  Partial<Omit<DenseMemory, 'kind'>> & { readonly kind?: Memory['kind']; readonly geometry?: Geometry }

export interface Parts {
  readonly layers: readonly (Pick<Layer, 'name' | 'size' | 'lagrangian'> & Partial<Layer>)[]
  readonly synapses?: readonly (Pick<Synapse, 'name' | 'layer'> & Partial<Synapse>)[]
  readonly memories?: readonly MemoryPart[]
  readonly hyperedges?: readonly (Pick<ProductEdge, 'name' | 'factors'> & Partial<ProductEdge>)[]
  readonly attention?: readonly AttentionEdge[]
  readonly stimulus?: readonly (Pick<Stimulus, 'kind' | 'layer' | 'patterns'> & Partial<Stimulus>)[]
  readonly probes?: readonly Probe[]
  readonly time?: Partial<Model['time']>
  readonly replicas?: number
  readonly seed?: number
}

/** A model from its parts. Its `scenario` is empty: nothing that computes reads it. */
export function buildModel(parts: Parts): Model {
  return {
    scenario: {} as Scenario,
    seed: parts.seed ?? 1,
    time: { dt: 0.1, ticks: 100, integrator: 'exponential-euler', ...parts.time },
    replicas: parts.replicas ?? 1,
    layers: parts.layers.map((layer) => ({
      shape: [layer.size],
      tau: 1,
      every: 1,
      temperature: 0,
      noise: 'normal',
      leak: 'input',
      update: 'all',
      bias: zeroRows(1, layer.size),
      init: zeroRows(1, layer.size),
      ...layer,
    })),
    ...withViews([
      ...(parts.memories ?? []).map(
        (memory) =>
          ({
            kind: 'dense',
            direction: 'both',
            rule: 'fixed',
            every: 1,
            inputOffset: 'none',
            format: 'f32',
            scale: 1,
            ...memory,
          }) as Memory,
      ),
      ...(parts.synapses ?? []).map((synapse): Synapse => ({
        kind: 'lateral',
        every: 1,
        strength: 0,
        symmetric: true,
        zeroDiagonal: false,
        base: { kind: 'zero' },
        ...synapse,
      })),
      ...(parts.hyperedges ?? []).map((edge): ProductEdge => ({
        kind: 'product',
        scale: 1,
        rule: 'fixed',
        every: 1,
        ...edge,
      })),
      ...(parts.attention ?? []),
    ]),
    stimulus: (parts.stimulus ?? []).map((item) => ({
      start: 0,
      stop: Infinity,
      dwell: 1,
      gap: 0,
      order: 'cycle',
      ...item,
    })),
    probes: parts.probes ?? [],
    files: {},
    warnings: [],
  }
}

/** Rows from nested arrays; `free` marks the masked entries, in the same shape. */
export function rowsOf(values: readonly ArrayLike<number>[], free?: readonly ArrayLike<number>[]): Rows {
  const rows = values.length
  const columns = values[0]?.length ?? 0
  const data = Float32Array.from(values.flatMap((row) => Array.from(row)))
  if (free === undefined) return { rows, columns, data }
  return { rows, columns, data, free: Uint8Array.from(free.flatMap((row) => Array.from(row))) }
}

export function zeroRows(rows: number, columns: number): Rows {
  return { rows, columns, data: new Float32Array(rows * columns) }
}

/** Normal numbers of standard deviation `scale`. */
export function normalRows(stream: RandomStream, rows: number, columns: number, scale = 1): Rows {
  return {
    rows,
    columns,
    data: Float32Array.from({ length: rows * columns }, () => scale * stream.normal()),
  }
}

/** +1 and -1 with equal chance. */
export function signRows(stream: RandomStream, rows: number, columns: number): Rows {
  return {
    rows,
    columns,
    data: Float32Array.from({ length: rows * columns }, () => (stream.word() & 1 ? 1 : -1)),
  }
}

/** Symmetric normal numbers, [size, size], of standard deviation `scale` off the diagonal. */
export function symmetricRows(stream: RandomStream, size: number, scale = 1): Rows {
  const { data } = normalRows(stream, size, size, scale / Math.SQRT2)
  return {
    rows: size,
    columns: size,
    data: data.map((value, k) => value + data[(k % size) * size + Math.floor(k / size)]!),
  }
}
