/** The context of all planning functions: the model, the limits, the plan so far, and functions to add to it. */
import { groupsOf } from '../model/couplings.ts'
import { ModelError } from '../errors.ts'
import type { ClockPlan } from './clock.ts'
import { INTEGRATORS } from '../kinds/integrators/table.ts'
import { noiseOf } from '../kinds/noises/table.ts'
import type { Layer, Model } from '../model/model.ts'
import { ALONE, type Joined, type KernelName, type Product, type Tile, kernelOf } from './kernels.ts'
import { type Limits, type Matrix, roundUp } from './layout.ts'
import {
  type BufferPlan,
  type Lifetime,
  type Operation,
  type Stage,
  type Work,
  labelOf,
} from './operation.ts'
import type { Factored } from './factored.ts'
import {
  type Form,
  type ProductPlan,
  type ProductShape,
  type Tuned,
  type Variants,
  type Why,
  formText,
} from './variants.ts'

/** Default number of invocations in a workgroup: portable, and the fastest on software adapters. */
export const WORKGROUP = 64

/** Up to this size, one invocation reduces a layer: cheaper than barriers on every adapter. */
const SERIAL_REDUCTION = 128

/** The context of all planning functions: the model, the limits, and the plan so far. */
export interface Planning {
  readonly model: Model
  readonly limits: Limits
  readonly workgroup: number
  readonly variants: Variants
  readonly pins: Variants
  readonly tuned: Tuned
  /** The products of ticks planned so far. */
  readonly products: Map<string, ProductPlan>
  /** The adapter's smallest subgroup size; 1 = no subgroups. */
  readonly lanes: number
  /** True = the adapter computes on the CPU. */
  readonly software: boolean
  readonly matrices: Map<string, Matrix>
  readonly buffers: Map<string, BufferPlan>
  readonly clock: ClockPlan
  readonly factored: Map<string, Factored>
}

/** Adds a buffer to the plan; refuses a buffer that the adapter cannot bind. */
export function addBuffer(
  { buffers, limits }: Planning,
  name: string,
  bytes: number,
  initial: BufferPlan['initial'] = { kind: 'zero' },
  lifetime: Lifetime = 'fixed',
): void {
  const limit = Math.min(limits.maxStorageBufferBindingSize, limits.maxBufferSize)
  if (bytes > limit) {
    throw new ModelError(
      `\`${name}\` needs ${bytes} bytes, but this adapter binds at most ${limit}; use fewer neurons or replicas`,
    )
  }
  buffers.set(name, { name, bytes: Math.max(16, roundUp(bytes, 4)), initial, lifetime })
}

/**
 * Bytes of all buffers that are allocated at the start.
 * @param isWhole - false = the plan is not complete
 * @throws ModelError if the total memory is smaller
 */
export function bytesOf({ buffers, limits }: Pick<Planning, 'buffers' | 'limits'>, isWhole = true): number {
  const kept = [...buffers.values()].filter(({ lifetime }) => lifetime !== 'demand')
  const bytes = kept.reduce((sum, one) => sum + one.bytes, 0)
  if (limits.totalBytes !== undefined && bytes > limits.totalBytes) {
    const largest = kept.reduce((a, b) => (b.bytes > a.bytes ? b : a))
    throw new ModelError(
      `the network needs ${isWhole ? '' : 'at least '}${bytes} bytes (\`${largest.name}\` alone ${largest.bytes}), but only ${limits.totalBytes} are available; ` +
        'use fewer neurons, replicas or plastic synapses',
    )
  }
  return bytes
}

/** The planned matrix of a memory, a synapse or a probe. */
export function matrixNamed({ matrices }: Planning, name: string): Matrix {
  const matrix = matrices.get(name)
  if (matrix === undefined) throw new Error(`the plan has no matrix \`${name}\``)
  return matrix
}

/** The layer, memory, synapse or probe of a name; validation guarantees that it exists. */
export function find<T extends { readonly name: string }>(list: readonly T[], name: string): T {
  const found = list.find((item) => item.name === name)
  if (found === undefined) throw new Error(`the model has no \`${name}\``)
  return found
}

/** The arguments for a new operation; the rest follows from the kernel. */
interface OperationShape extends Work {
  readonly stage: Stage
  readonly kernel: KernelName
  readonly joined?: Joined
  readonly constants?: Readonly<Record<string, number>>
  readonly buffers: Readonly<Record<string, string>>
  readonly workgroups: readonly [number, number, number]
  readonly params: Operation['params']
  readonly every?: Operation['every']
  /** Default: from the parts of the kernel. */
  readonly variant?: Operation['variant']
  /** For a product: the reason for its tile. */
  readonly why?: Why
  readonly pending?: Operation['pending']
}

/** The receiver of a product: a part of a kernel, joined to the kernel of the product. */
export interface Receiver extends Pick<Operation, 'buffers' | 'constants'> {
  readonly joined: Joined
  readonly params: Operation['params']
}

/** Completes an operation and checks that it names every binding and that its dispatch is within the limits. */
export function operation(
  { model, limits, workgroup, variants }: Planning,
  shape: OperationShape,
): Operation {
  const label = labelOf(shape)
  const varied = differs(model, shape.params)
  const kernel = kernelOf(shape.kernel, { ...shape.joined, varied })
  for (const { name } of kernel.bindings)
    if (shape.buffers[name] === undefined)
      throw new Error(`${label}: nothing is bound to \`${name}\` of ${kernel.key}`)
  const constants = { WORKGROUP: workgroup, ...shape.constants }
  const { tile, reduce } = shape.joined ?? {}
  const folds = shape.kernel === 'synapse/symv'
  const attends = shape.kernel === 'memory/attention'
  const said = folds ? variants.symv : variants.reduce
  const why = shape.why ?? (said === undefined ? 'default' : 'forced')
  const most = Math.max(...shape.workgroups)
  if (most > limits.maxComputeWorkgroupsPerDimension) {
    throw new ModelError(
      `\`${label}\` needs ${most} workgroups in one dimension, but this adapter allows ` +
        `${limits.maxComputeWorkgroupsPerDimension}; use fewer neurons or replicas`,
    )
  }
  return {
    label,
    owner: shape.owner,
    stage: shape.stage,
    kernel,
    constants,
    buffers: shape.buffers,
    workgroups: shape.workgroups,
    params: shape.params,
    every: shape.every ?? (() => 1),
    ...(tile !== undefined && {
      variant: { form: formText({ ...tile, workgroup: constants.WORKGROUP }), why },
    }),
    ...(attends && { variant: { form: `attend/${constants.WORKGROUP}`, why } }),
    ...(folds && { variant: { form: `symv/${constants.WORKGROUP}`, why } }),
    ...(reduce !== undefined && { variant: { form: `${reduce}/${constants.WORKGROUP}`, why } }),
    ...(shape.variant !== undefined && { variant: shape.variant }),
    ...(shape.pending !== undefined && { pending: shape.pending }),
  }
}

/** Workgroups of a product with these rows, columns and replicas. */
export function productWorkgroups(
  product: Product,
  { across, states, lanes, workgroup }: Form,
  { rows, columns, replicas }: { readonly rows: number; readonly columns: number; readonly replicas: number },
): [number, number, number] {
  const lines = product === 'matvec' ? rows : Math.ceil(columns / 4)
  return [Math.ceil((Math.ceil(lines / across) * lanes) / workgroup), Math.ceil(replicas / states), 1]
}

/** True if the parameters of an operation differ between replicas. */
export function differs({ variation }: Model, params: Operation['params']): boolean {
  const [first, ...others] = variation?.points ?? []
  if (first === undefined || others.length === 0) return false
  const values = Object.entries(params(first))
  return others.some((point) => {
    const other = params(point)
    return values.some(([name, value]) => other[name] !== value)
  })
}

/** Workgroup size and kind of a reduction of n numbers by one workgroup. */
export function reducing(
  planning: Planning,
  n: number,
  joined: Joined = {},
): { readonly joined: Joined; readonly constants: { readonly WORKGROUP: number } } {
  const { workgroup, lanes, software, variants } = planning
  const subgroup = variants.reduce ?? (software && lanes > 1 ? 'subgroup' : 'tree')
  if (n <= SERIAL_REDUCTION && workgroup === WORKGROUP && variants.reduce === undefined)
    return { joined: { ...joined, reduce: 'tree' }, constants: { WORKGROUP: 1 } }
  // On a software adapter barriers cost more than further invocations save.
  if (subgroup === 'subgroup' && lanes > 1)
    return { joined: { ...joined, reduce: 'subgroup' }, constants: { WORKGROUP: lanes } }
  return { joined: { ...joined, reduce: 'tree' }, constants: { WORKGROUP: workgroup } }
}

/** The fewest rows for which tiles of four rows, 16 lanes each, keep all cores of a GPU busy. */
const MANY_ROWS = 1024

/** The default tile of a product. */
export function tileOf(
  { software, workgroup, lanes }: Pick<Planning, 'software' | 'workgroup' | 'lanes'>,
  { product, rows, columns, states }: ProductShape,
): Tile {
  const recalls = product === 'matvec'
  // Larger tiles are hardly faster and take long to compile.
  const several: Tile = recalls
    ? { ...ALONE, across: 4, states: 4 }
    : { ...ALONE, states: states >= 8 ? 8 : 4 }
  // On a software adapter each load costs time, and barriers are very slow.
  if (software && states >= 8 && lanes >= 4 && workgroup >= 4) return { ...several, states: 8, sharing: 4 }
  if (software && states >= 4) return several
  // Results beyond the last row are wasted.
  if (software) return { ...ALONE, across: !recalls ? 2 : rows >= 16 ? 8 : rows >= 8 ? 4 : 1 }
  // On other adapters the invocations must fill all cores, and adjacent invocations must read adjacent addresses.
  const shared: Tile = recalls
    ? states >= 4
      ? { ...several, lanes: 16 }
      : rows >= MANY_ROWS
        ? { ...ALONE, across: 4, lanes: 16 }
        : { ...ALONE, lanes: 64 }
    : states >= 4
      ? { ...ALONE, states: 4, lanes: 4 }
      : { ...ALONE, lanes: 16 }
  const steps = (recalls ? columns : rows) / 4
  if (shared.lanes <= steps && shared.lanes <= workgroup) return shared
  return states >= 4 ? several : ALONE
}

/** Dispatch with one invocation for each neuron and replica. */
export function perNeuron(planning: Planning, size: number): [number, number, number] {
  return [Math.ceil(size / planning.workgroup), planning.model.replicas, 1]
}

/** Step of a group in model time. */
export function stepOf(model: Model, every: number): number {
  return model.time.dt * every
}

/** The rate of the linear leak in one step (docs/theory.md, "Time and rates"). */
export function rateOf(model: Model, every: number, tau: number): number {
  const ratio = stepOf(model, every) / tau
  return INTEGRATORS[model.time.integrator].rate(ratio)
}

/** The factor of the noise in one step of a layer. */
export function sigmaOf(model: Model, { every, tau, temperature, noise }: Layer): number {
  const ratio = stepOf(model, every) / tau
  return noiseOf(noise).amplitude(temperature, model.time.integrator, ratio)
}

/** Index of a group in `groupsOf`, and in the buffer `faults`. */
export function faultOf(model: Model, name: string): number {
  return groupsOf(model).findIndex((group) => group.name === name)
}
