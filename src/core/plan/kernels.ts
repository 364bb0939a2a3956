/**
 * The registry of compute kernels. A kernel is one WGSL file plus the files joined to it; its bindings and the
 * fields of its `Params` are read from the WGSL itself, so that they are written down once.
 */
import { customSource, type Written } from '../model/custom.ts'
import type { Lagrangian } from '../model/model.ts'
import random from '../../../shaders/common/random.wgsl?raw'
import real from '../../../shaders/common/real.wgsl?raw'
import reduce from '../../../shaders/common/reduce.wgsl?raw'
import shared from '../../../shaders/common/shared.wgsl?raw'
import varied from '../../../shaders/common/varied.wgsl?raw'
import custom from '../../../shaders/lagrangian/custom.wgsl?raw'
import layernorm from '../../../shaders/lagrangian/layernorm.wgsl?raw'
import linear from '../../../shaders/lagrangian/linear.wgsl?raw'
import power from '../../../shaders/lagrangian/power.wgsl?raw'
import relu from '../../../shaders/lagrangian/relu.wgsl?raw'
import sigmoid from '../../../shaders/lagrangian/sigmoid.wgsl?raw'
import softmax from '../../../shaders/lagrangian/softmax.wgsl?raw'
import spherical from '../../../shaders/lagrangian/spherical.wgsl?raw'
import tanh from '../../../shaders/lagrangian/tanh.wgsl?raw'
import summed from '../../../shaders/lagrangian/summed.wgsl?raw'
import whole from '../../../shaders/lagrangian/whole.wgsl?raw'
import binary from '../../../shaders/matrix/binary.wgsl?raw'
import f16 from '../../../shaders/matrix/f16.wgsl?raw'
import f32 from '../../../shaders/matrix/f32.wgsl?raw'
import imprint from '../../../shaders/matrix/imprint.wgsl?raw'
import learn from '../../../shaders/matrix/learn.wgsl?raw'
import projectBatch from '../../../shaders/matrix/project-batch.wgsl?raw'
import project from '../../../shaders/matrix/project.wgsl?raw'
import recallBatch from '../../../shaders/matrix/recall-batch.wgsl?raw'
import recall from '../../../shaders/matrix/recall.wgsl?raw'
import activate from '../../../shaders/neuron/activate.wgsl?raw'
import drive from '../../../shaders/neuron/drive.wgsl?raw'
import integrate from '../../../shaders/neuron/integrate.wgsl?raw'
import normalize from '../../../shaders/neuron/normalize.wgsl?raw'
import stimulate from '../../../shaders/neuron/stimulate.wgsl?raw'
import deviation from '../../../shaders/probe/deviation.wgsl?raw'
import legendre from '../../../shaders/probe/legendre.wgsl?raw'
import similarity from '../../../shaders/probe/similarity.wgsl?raw'
import speed from '../../../shaders/probe/speed.wgsl?raw'
import store from '../../../shaders/probe/store.wgsl?raw'
import sum from '../../../shaders/probe/sum.wgsl?raw'

const KERNELS = {
  'neuron/stimulate': [stimulate],
  'neuron/activate': [activate, real],
  'neuron/normalize': [normalize, real, reduce],
  'neuron/integrate': [integrate, drive, random, real],
  'matrix/recall': [recall],
  'matrix/recall-batch': [recallBatch],
  'matrix/project': [project],
  'matrix/project-batch': [projectBatch],
  'matrix/learn': [learn, real],
  'matrix/imprint': [imprint],
  'probe/legendre': [legendre, drive, real, reduce],
  'probe/sum': [sum, reduce],
  'probe/deviation': [deviation],
  'probe/store': [store],
  'probe/similarity': [similarity],
  'probe/speed': [speed, drive, reduce],
} as const

const FORMATS = { f32, f16, binary } as const

export type KernelName = keyof typeof KERNELS
export type Format = keyof typeof FORMATS

/** How a Lagrangian's parameters reach its WGSL, and whether its L is a sum over neurons. */
interface LagrangianEntry<L extends Lagrangian = Lagrangian> {
  readonly source: string
  /** WGSL that follows from the Lagrangian itself. */
  readonly written?: (lagrangian: L) => Written
  readonly perNeuron: boolean
  readonly parameters: (lagrangian: L) => readonly number[]
}

const LAGRANGIANS: { readonly [K in Lagrangian['kind']]: LagrangianEntry<Extract<Lagrangian, { kind: K }>> } =
  {
    linear: { source: linear, perNeuron: true, parameters: (l) => [l.gain] },
    relu: { source: relu, perNeuron: true, parameters: () => [] },
    power: { source: power, perNeuron: true, parameters: (l) => [l.degree, l.rectified ? 1 : 0] },
    tanh: { source: tanh, perNeuron: true, parameters: (l) => [l.gain] },
    sigmoid: { source: sigmoid, perNeuron: true, parameters: (l) => [l.gain] },
    softmax: { source: softmax, perNeuron: false, parameters: (l) => [l.beta] },
    layernorm: { source: layernorm, perNeuron: false, parameters: (l) => [l.gamma, l.delta, l.eps] },
    spherical: { source: spherical, perNeuron: false, parameters: (l) => [l.eps] },
    custom: {
      source: custom,
      written: customSource,
      perNeuron: true,
      parameters: (l) => Object.values(l.parameters),
    },
  }

/** True when L(x) is a sum of one term a neuron, so that the activation needs no reduction. */
export function isPerNeuron(kind: Lagrangian['kind']): boolean {
  return LAGRANGIANS[kind].perNeuron
}

/** The WGSL of a Lagrangian. */
export function lagrangianSource(lagrangian: Lagrangian): string {
  const { source, written } = entryOf(lagrangian)
  return [source, ...(written?.(lagrangian).lines ?? [])].join('\n')
}

/** The parameters of a Lagrangian as the WGSL fields p0 ... p3. */
export function lagrangianFields(lagrangian: Lagrangian): Record<'p0' | 'p1' | 'p2' | 'p3', number> {
  const [p0 = 0, p1 = 0, p2 = 0, p3 = 0] = entryOf(lagrangian).parameters(lagrangian)
  return { p0, p1, p2, p3 }
}

/** TypeScript cannot see that the entry under `kind` takes a Lagrangian of that kind. */
function entryOf({ kind }: Lagrangian): LagrangianEntry {
  return LAGRANGIANS[kind] as LagrangianEntry
}

/** One compute kernel, ready to become a pipeline. */
export interface Kernel {
  /** Name and joined parts, such as `matrix/recall+f16`; only what users write themselves may differ under one key. */
  readonly key: string
  readonly entryPoint: string
  readonly source: string
  /** Storage buffers of group 0, in order from binding 1. */
  readonly bindings: readonly Binding[]
  /** Fields of `Params`, in order, four bytes each. */
  readonly fields: readonly Field[]
  /** True when the kernel reads the clock record of the tick (group 1). */
  readonly clocked: boolean
  /** True when binding 0 is a table with a row of `Params` for each replica, in storage. */
  readonly varied: boolean
  /** The last lines of the source, where expressions of the user stand. */
  readonly written?: Written
}

export interface Binding {
  readonly name: string
  readonly index: number
  readonly writes: boolean
}

export interface Field {
  readonly name: string
  readonly type: 'u32' | 'f32'
}

/** What a kernel is joined to: the Lagrangian of its layer, the storage format of its matrix. */
export interface Joined {
  readonly lagrangian?: Lagrangian
  readonly format?: Format
  /** Every replica has its own row of `Params`; only of kernels that ask for it (common/varied.wgsl). */
  readonly varied?: boolean
}

/** True for kernels that say which replica they work on, so that each may have its own row of `Params`. */
export function mayVary(name: KernelName): boolean {
  return KERNELS[name].some((source) => source.includes('useReplica('))
}

const cache = new Map<string, Kernel>()

/** The kernel of a name, joined to what its operation needs. */
export function kernelOf(name: KernelName, joined: Joined = {}): Kernel {
  const { lagrangian, format, varied: isVaried = false } = joined
  const key = [name, lagrangian?.kind, format, isVaried ? 'varied' : undefined]
    .filter((part) => part !== undefined)
    .join('+')
  const entry = lagrangian && entryOf(lagrangian)
  const written = lagrangian && entry?.written?.(lagrangian)
  const identity = written === undefined ? key : `${key}: ${written.lines.join('\n')}`
  let kernel = cache.get(identity)
  if (kernel === undefined) {
    const parts: string[] = [...KERNELS[name]]
    if (entry !== undefined) {
      // The energy of a layer whose L is not a sum needs no term a neuron.
      if (name !== 'probe/legendre') parts.push(entry.source)
      else parts.push(...(entry.perNeuron ? [entry.source, summed] : [whole]))
    }
    if (mayVary(name)) parts.push(isVaried ? varied : shared)
    else if (isVaried) throw new Error(`${name} has one row of Params for all replicas`)
    if (format !== undefined) parts.push(FORMATS[format])
    if (written !== undefined) parts.push(...written.lines)
    const entryPoint = name.slice(name.indexOf('/') + 1).replace('-', '_')
    kernel = { ...parseKernel(key, entryPoint, parts.join('\n')), ...(written !== undefined && { written }) }
    cache.set(identity, kernel)
  }
  return kernel
}

/**
 * Every kernel in every joined form: what a test of all shaders compiles.
 * @param lagrangians - one of each kind at least
 */
export function allKernels(lagrangians: readonly Lagrangian[]): Kernel[] {
  const formats = Object.keys(FORMATS) as Format[]
  const joinedTo = (name: KernelName): Joined[] => {
    if (name === 'neuron/activate')
      return lagrangians.filter(({ kind }) => isPerNeuron(kind)).map((lagrangian) => ({ lagrangian }))
    if (name === 'neuron/normalize')
      return lagrangians.filter(({ kind }) => !isPerNeuron(kind)).map((lagrangian) => ({ lagrangian }))
    if (name === 'probe/legendre') return lagrangians.map((lagrangian) => ({ lagrangian }))
    if (KERNELS[name].some((source) => source.includes('quadAt(')))
      return formats.map((format) => ({ format }))
    return [{}]
  }
  return (Object.keys(KERNELS) as KernelName[]).flatMap((name) =>
    joinedTo(name).flatMap((joined) => [
      kernelOf(name, joined),
      ...(mayVary(name) ? [kernelOf(name, { ...joined, varied: true })] : []),
    ]),
  )
}

/** A kernel from its joined source. */
export function parseKernel(key: string, entryPoint: string, source: string): Kernel {
  const params = /struct Params \{([^}]*)\}/.exec(source)?.[1] ?? ''
  const fields = [...params.matchAll(/(\w+): (u32|f32),/g)].map((match): Field => ({
    name: match[1] as string,
    type: match[2] as 'u32' | 'f32',
  }))
  const isVaried = source.includes('@group(0) @binding(0) var<storage')
  const bindings = [
    ...source.matchAll(/@group\(0\) @binding\(([1-9]\d*)\) var<storage, (read|read_write)> (\w+):/g),
  ]
    .map((match): Binding => ({
      name: match[3] as string,
      index: Number(match[1]),
      writes: match[2] !== 'read',
    }))
    .sort((a, b) => a.index - b.index)
  return {
    key,
    entryPoint,
    source,
    bindings,
    fields,
    clocked: source.includes('@group(1)'),
    varied: isVaried,
  }
}
