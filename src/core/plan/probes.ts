/** Probes as operations that leave each sample in a slot of the ring buffer. */
import { copiedBy, type MeasuredKind, type ProbeKind, type ProbeOf } from '../kinds/probes/table.ts'
import { movingRule } from '../kinds/rules/table.ts'
import { energyTerms, jointMemory } from '../model/joint.ts'
import type { Layer, Memory, Model, Probe, Rows, Synapse } from '../model/model.ts'
import { isPerNeuron } from '../kinds/lagrangians/table.ts'
import { lagrangianFields } from './kernels.ts'
import { type Matrix, unitOf, vectorStride } from './layout.ts'
import type { Operation, Work } from './operation.ts'
import { couplingProducts, planInput, planProduct } from './couplings.ts'
import { addFixedMatrix, baseBlockOf } from './matrices.ts'
import { biasRows, driveBuffers, driveConstants } from './neurons.ts'
import { type Planning, addBuffer, find, matrixNamed, operation, perNeuron, reducing } from './planning.ts'

/** One probe: how it is computed, where its samples stand and how they are shaped. */
export interface ProbePlan {
  readonly probe: Probe
  /** To run on a refreshed state; empty for a snapshot, which is copied. */
  readonly operations: readonly Operation[]
  /** Word of the clock record that holds the slot of the sample. */
  readonly slotWord: number
  /** First word of its part of the ring. */
  readonly ringStart: number
  /** Samples its part of the ring holds. */
  readonly capacity: number
  readonly sampleWords: number
  /** Shape of one sample of one replica: [] or [patterns]; for energy [terms], of which the value is the sum. */
  readonly shape: readonly number[]
  /** Names of the energy terms. */
  readonly terms?: readonly string[]
  /** The layer, memory or synapse that a sample is a copy of; absent where a kernel computes it. */
  readonly copies?: string
  /** What synapses in factors have put off has to be done before a sample. */
  readonly needsFlush: boolean
}

/** Bytes of the ring one probe may take, and the most samples it keeps there. */
const RING_BYTES = 2 ** 20
const RING_SAMPLES = 256

/** How a kind of probe is computed on the GPU. */
interface Planner<P> {
  /** Shape of one sample of one replica; of terms, how many there are. */
  readonly shape: (model: Model, probe: P) => readonly number[]
  /** Names of terms whose sum is the value. */
  readonly terms?: (model: Model) => readonly string[]
  readonly operations: (planning: Planning, probe: P, slot: Slot) => Operation[]
  /** It reads of a synapse in factors what is only up to date when nothing is put off. */
  readonly needsFlush: boolean
  /** It needs L of a layer, not the activation alone. */
  readonly needsLagrangian: boolean
  /** True where resident/probes.ts has a form of it. */
  readonly isResident: boolean
  /** Why that form does not know a model. */
  readonly refuses?: (model: Model) => string | undefined
}

/** Kinds that copy need none. */
const PLANNERS = {
  energy: {
    shape: (model) => [energyTerms(model).length],
    terms: energyTerms,
    operations: (planning, _, slot) => energy(planning, slot),
    needsFlush: true,
    needsLagrangian: true,
    isResident: true,
    // Its memory has no term of its own in the energy: that of the hidden layer holds both.
    refuses: (model) =>
      jointMemory(model) === undefined
        ? undefined
        : 'the energy of its linear layer is computed together with that of its hidden layer',
  },
  overlap: {
    shape: (_, { patterns }) => [patterns.rows],
    operations: overlap,
    needsFlush: false,
    needsLagrangian: false,
    isResident: true,
  },
  similarity: {
    shape: (model, { memory }) => [find(model.memories, memory).init.rows],
    operations: similarity,
    needsFlush: false,
    needsLagrangian: false,
    isResident: true,
  },
  speed: {
    shape: () => [],
    operations: speed,
    needsFlush: false,
    needsLagrangian: false,
    isResident: true,
  },
} as const satisfies { readonly [K in MeasuredKind]: Planner<ProbeOf<K, Rows>> }

/** Kinds that the resident kernel has a form of. */
export type ResidentKind = {
  [K in MeasuredKind]: (typeof PLANNERS)[K]['isResident'] extends true ? K : never
}[MeasuredKind]

/** The planner of a probe; undefined for one that copies. */
function plannerOf({ kind }: Probe): Planner<Probe> | undefined {
  // TypeScript cannot see that the entry under `kind` takes a probe of that kind.
  return (PLANNERS as unknown as Readonly<Partial<Record<ProbeKind, Planner<Probe>>>>)[kind]
}

/** Plans one probe; its samples start at word `ringStart` of the ring. */
export function planProbe(planning: Planning, probe: Probe, slotWord: number, ringStart: number): ProbePlan {
  const { model } = planning
  const copies = copiedBy(probe)
  if (copies !== undefined) {
    return {
      probe,
      operations: [],
      slotWord,
      ringStart,
      capacity: 0,
      sampleWords: 0,
      shape: shapeOf(model, copies),
      copies,
      needsFlush: false,
    }
  }
  const planner = plannerOf(probe) as Planner<Probe>
  const terms = planner.terms?.(model)
  const shape = planner.shape(model, probe)
  const replicaWords = shape.reduce((product, length) => product * length, 1)
  const sampleWords = model.replicas * replicaWords
  const capacity = Math.max(1, Math.min(RING_SAMPLES, Math.floor(RING_BYTES / (sampleWords * 4))))
  const slot: Slot = { slotWord, ringStart, sampleWords, replicaWords }
  const operations = planner.operations(planning, probe, slot)
  return {
    probe,
    operations,
    slotWord,
    ringStart,
    capacity,
    sampleWords,
    shape,
    ...(terms === undefined ? {} : { terms }),
    needsFlush: planner.needsFlush,
  }
}

/** Why the resident kernel cannot take a sample of a probe; undefined where it can, or has nothing to do with it. */
export function residentRefusal(model: Model, probe: Probe): string | undefined {
  const planner = plannerOf(probe)
  if (planner === undefined) return undefined
  if (!planner.isResident) return `only other kernels know the probe \`${probe.name}\` (${probe.kind})`
  return planner.refuses?.(model)
}

/** True for a probe that needs L of a layer. */
export function needsLagrangian(probe: Probe): boolean {
  return plannerOf(probe)?.needsLagrangian ?? false
}

/** Where a kernel finds the place of its sample. */
interface Slot {
  readonly slotWord: number
  readonly ringStart: number
  readonly sampleWords: number
  readonly replicaWords: number
}

/** Shape of a layer [N], memory [N_to, N_from] or synapse [N, N]. */
export function shapeOf(model: Model, name: string): readonly number[] {
  const layer = model.layers.find((item) => item.name === name)
  if (layer !== undefined) return [layer.size]
  const memory = model.memories.find((item) => item.name === name)
  if (memory !== undefined) return [memory.init.rows, memory.init.columns]
  const { size } = find(model.layers, find(model.synapses, name).layer)
  return [size, size]
}

/** Every term in a word of its own. */
function energy(planning: Planning, slot: Slot): Operation[] {
  const { model } = planning
  const terms = energyTerms(model)
  return [...model.layers, ...model.memories, ...model.synapses].flatMap((group) => {
    const word = terms.indexOf(group.name)
    if ('lagrangian' in group) return [legendre(planning, group, slot, word)]
    if (!('from' in group)) return synapseEnergy(planning, group, slot, word)
    // The memory of a joint energy has no term of its own: (h - b).g - L(h) - g.(Xi v + offset) is -L(h).
    return memoryEnergy(planning, group, slot, word < 0 ? terms.indexOf(group.to) : word, word >= 0)
  })
}

/** Fields of `Params` by which a kernel finds its sample. */
function slotFields({ slotWord, ringStart, sampleWords }: Slot): Record<string, number> {
  return { slotWord, ringStart, sampleWords }
}

/** A vector for intermediate results, large enough for the largest layer and for the rows of every matrix. */
function scratch(planning: Planning): { buffer: string; stride: number } {
  const stride = Math.max(...planning.model.layers.map((layer) => vectorStride(layer.size)))
  addBuffer(planning, 'scratch', planning.model.replicas * stride * 4)
  return { buffer: 'scratch', stride }
}

/** (x - b - current).g - L(x) */
function legendre(planning: Planning, layer: Layer, slot: Slot, word: number): Operation {
  const { model } = planning
  const { name, size } = layer
  const whole = !isPerNeuron(layer.lagrangian)
  const reduction = reducing(planning, size, { lagrangian: layer.lagrangian })
  return operation(planning, {
    owner: name,
    act: 'legendre',
    stage: 'probe',
    kernel: 'probe/legendre',
    joined: reduction.joined,
    constants: { ...driveConstants(model, layer), ...reduction.constants },
    buffers: {
      ...driveBuffers(model, layer),
      state: `${name}/state`,
      activations: `${name}/activations`,
      ...(whole ? { whole: `${name}/whole` } : {}),
      ring: 'ring',
    },
    workgroups: [model.replicas, 1, 1],
    params: (m) => {
      const { lagrangian } = find(m.layers, name)
      return {
        size,
        layerStride: vectorStride(size),
        biasRows: biasRows(model, layer),
        // L as a whole has been computed with them.
        ...(whole ? { p0: 0, p1: 0, p2: 0, p3: 0 } : lagrangianFields(lagrangian)),
        ...slotFields(slot),
        replicaWords: slot.replicaWords,
        word,
      }
    },
  })
}

/** One number a replica: factor * sum left (* right), set in or added to a sample. */
interface Sum extends Work {
  readonly size: number
  readonly left: { readonly buffer: string; readonly stride: number }
  readonly right?: { readonly buffer: string; readonly stride: number }
  readonly factor: (model: Model) => number
  readonly first: boolean
  readonly word: number
}

function sum(planning: Planning, slot: Slot, shape: Sum): Operation {
  const { owner, act, size, left, right } = shape
  const { joined, constants } = reducing(planning, size)
  return operation(planning, {
    owner,
    act,
    stage: 'probe',
    kernel: 'probe/sum',
    joined,
    constants: { PAIRED: right === undefined ? 0 : 1, ...constants },
    buffers: { left: left.buffer, right: right?.buffer ?? 'none', ring: 'ring' },
    workgroups: [planning.model.replicas, 1, 1],
    params: (m) => ({
      size,
      leftStride: left.stride,
      rightStride: right?.stride ?? 0,
      factor: shape.factor(m),
      first: shape.first ? 1 : 0,
      ...slotFields(slot),
      replicaWords: slot.replicaWords,
      word: shape.word,
    }),
  })
}

function activationsOf(layer: Layer): { buffer: string; size: number; stride: number } {
  return { buffer: `${layer.name}/activations`, size: layer.size, stride: vectorStride(layer.size) }
}

/** -g_to^T (Xi g_from + offset), and for a hebbian memory |Xi - Lambda|^2 / 2; set in its word or added there. */
function memoryEnergy(
  planning: Planning,
  memory: Memory,
  slot: Slot,
  word: number,
  first: boolean,
): Operation[] {
  const { model } = planning
  const from = find(model.layers, memory.from)
  const to = find(model.layers, memory.to)
  const matrix = matrixNamed(planning, memory.name)
  const output = scratch(planning)
  const operations = [
    ...planProduct(
      planning,
      {
        owner: memory.name,
        act: 'energy recall',
        stage: 'probe',
        kernel: 'matrix/recall',
        matrix,
        vector: activationsOf(from),
        scale: unitOf(memory),
        halfNorm: memory.inputOffset === 'half-norm',
      },
      output,
    ),
    sum(planning, slot, {
      owner: memory.name,
      act: 'energy',
      size: to.size,
      left: output,
      right: activationsOf(to),
      factor: () => -1,
      first,
      word,
    }),
  ]
  if (movingRule(memory.rule)?.isElastic)
    operations.push(...deviation(planning, matrix, slot, word, () => 0.5))
  return operations
}

/** -g^T W g / 2, and for plastic synapses |W - J|^2 / (4 kappa). */
function synapseEnergy(planning: Planning, synapse: Synapse, slot: Slot, word: number): Operation[] {
  const { model } = planning
  const layer = find(model.layers, synapse.layer)
  const { deferral } = planning.factored.get(synapse.name) ?? {}
  const output = scratch(planning)
  const operations = [
    ...couplingProducts(planning, synapse, 'probe', () => 1).flatMap((product, index) =>
      planProduct(planning, product, output, index > 0),
    ),
    sum(planning, slot, {
      owner: synapse.name,
      act: 'energy',
      size: layer.size,
      left: output,
      right: activationsOf(layer),
      factor: () => -0.5,
      first: true,
      word,
    }),
  ]
  if (synapse.tau !== undefined) {
    operations.push(
      // Of U alone, which is up to date whenever an energy is sampled.
      ...deviation(
        planning,
        deferral?.excess ?? matrixNamed(planning, synapse.name),
        slot,
        word,
        (m) => {
          const { strength } = find(m.synapses, synapse.name)
          return strength === 0 ? 0 : layer.size / (4 * strength)
        },
        deferral?.isFolded,
      ),
    )
  }
  return operations
}

/** About the root of a factor: a power of two, which changes no digit of what is squared. */
function rootUnit(factor: number): number {
  return factor > 0 ? 2 ** Math.round(Math.log2(factor) / 2) : 1
}

/** factor * |A - base|^2, added to a sample. */
function deviation(
  planning: Planning,
  matrix: Matrix,
  slot: Slot,
  word: number,
  factor: (model: Model) => number,
  isFolded = false,
): Operation[] {
  const output = scratch(planning)
  const base = planning.matrices.get(`${matrix.name}/base`)
  return [
    ...matrix.blocks.map((block) => {
      const baseBlock = base && baseBlockOf(base, block.start % matrix.rows)
      return operation(planning, {
        owner: matrix.name,
        act: 'deviation',
        stage: 'probe',
        kernel: 'probe/deviation',
        constants: { BASED: baseBlock === undefined ? 0 : 1, FOLDED: isFolded ? 1 : 0 },
        buffers: { matrix: block.buffer, base: baseBlock?.buffer ?? 'none', output: output.buffer },
        workgroups: [Math.ceil(block.count / planning.workgroup), 1, 1],
        params: (m) => ({
          start: block.start,
          count: block.count,
          rows: matrix.rows,
          stride: matrix.stride,
          baseStart: baseBlock?.start ?? 0,
          outputStride: output.stride,
          unit: rootUnit(factor(m)),
        }),
      })
    }),
    sum(planning, slot, {
      owner: matrix.name,
      act: 'deviation',
      size: matrix.rows,
      left: output,
      factor: (m) => factor(m) / rootUnit(factor(m)) ** 2,
      first: false,
      word,
    }),
  ]
}

/** What a probe compares with, in the model as it is when it is uploaded. */
function patternsOf({ name, patterns }: Extract<Probe, { readonly patterns: Rows }>): (model: Model) => Rows {
  return ({ probes }) => {
    const probe = find(probes, name)
    return 'patterns' in probe ? probe.patterns : patterns
  }
}

/** Patterns as they are uploaded, and what a 1 of them stands for. */
interface Unit {
  readonly rows: Rows
  readonly unit: number
}

const units = new WeakMap<Rows, Unit>()

/** Patterns whose products may leave float32, brought near 1 by a power of two, which changes no digit. */
function nearOne(rows: Rows): Unit {
  const known = units.get(rows)
  if (known !== undefined) return known
  const largest = rows.data.reduce((top, value) => Math.max(top, Math.abs(value)), 0)
  const exponent = largest === 0 ? 0 : Math.floor(Math.log2(largest))
  const unit = Math.abs(exponent) <= 30 ? 1 : 2 ** exponent
  const result =
    unit === 1
      ? { rows, unit }
      : {
          rows: { rows: rows.rows, columns: rows.columns, data: rows.data.map((value) => value / unit) },
          unit,
        }
  units.set(rows, result)
  return result
}

/** xi_mu.g / N for every pattern mu. */
function overlap(planning: Planning, probe: ProbeOf<'overlap', Rows>, slot: Slot): Operation[] {
  const layer = find(planning.model.layers, probe.layer)
  const { rows } = probe.patterns
  const given = patternsOf(probe)
  const patterns = addFixedMatrix(planning, `${probe.name}/patterns`, (m) => nearOne(given(m)).rows)
  const output = { buffer: `${probe.name}/overlaps`, stride: vectorStride(rows) }
  addBuffer(planning, output.buffer, planning.model.replicas * output.stride * 4)
  return [
    ...planProduct(
      planning,
      {
        owner: probe.name,
        act: 'recall',
        stage: 'probe',
        kernel: 'matrix/recall',
        matrix: patterns,
        vector: activationsOf(layer),
        scale: 1 / layer.size,
      },
      output,
    ),
    operation(planning, {
      owner: probe.name,
      act: 'store',
      stage: 'probe',
      kernel: 'probe/store',
      buffers: { values: output.buffer, ring: 'ring' },
      workgroups: perNeuron(planning, rows),
      params: (m) => ({
        size: rows,
        stride: output.stride,
        factor: nearOne(given(m)).unit,
        ...slotFields(slot),
      }),
    }),
  ]
}

/** cos(Xi_mu, p_mu) for every row mu. */
function similarity(planning: Planning, probe: ProbeOf<'similarity', Rows>, slot: Slot): Operation[] {
  const { model, workgroup } = planning
  const matrix = matrixNamed(planning, probe.memory)
  const stride = vectorStride(matrix.columns)
  const patterns = `${probe.name}/patterns`
  addFixedMatrix(planning, patterns, patternsOf(probe))
  const patternBlocks = matrixNamed(planning, patterns).blocks
  return matrix.blocks.flatMap((block) =>
    patternBlocks.map((patternBlock) =>
      operation(planning, {
        owner: probe.name,
        act: 'similarity',
        stage: 'probe',
        kernel: 'probe/similarity',
        joined: { format: matrix.format },
        buffers: { matrix: block.buffer, patterns: patternBlock.buffer, ring: 'ring' },
        workgroups: [Math.ceil(matrix.rows / workgroup), model.replicas, 1],
        params: () => ({
          start: block.start,
          count: block.count,
          rows: matrix.rows,
          columns: matrix.columns,
          stride: matrix.stride,
          replicaStep: matrix.copies === 1 ? 0 : matrix.rows,
          patternStart: patternBlock.start,
          patternCount: patternBlock.count,
          patternStride: stride,
          ...slotFields(slot),
        }),
      }),
    ),
  )
}

/** max_i |dx_i/dt|: the input of the layer, then the reduction. */
function speed(planning: Planning, probe: ProbeOf<'speed', Rows>, slot: Slot): Operation[] {
  const { model } = planning
  const layer = find(model.layers, probe.layer)
  const { name, size } = layer
  const { joined, constants } = reducing(planning, size)
  return [
    ...planInput(planning, layer, 'probe'),
    operation(planning, {
      owner: probe.name,
      act: 'speed',
      stage: 'probe',
      kernel: 'probe/speed',
      joined,
      constants: { ...driveConstants(model, layer), ...constants },
      buffers: {
        ...driveBuffers(model, layer),
        input: `${name}/input`,
        state: `${name}/state`,
        ring: 'ring',
      },
      workgroups: [model.replicas, 1, 1],
      params: (m) => {
        const { tau } = find(m.layers, name)
        return {
          size,
          layerStride: vectorStride(size),
          biasRows: biasRows(model, layer),
          perTau: 1 / tau,
          ...slotFields(slot),
        }
      },
    }),
  ]
}
