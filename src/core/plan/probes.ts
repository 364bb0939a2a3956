/** Probes as operations that write each sample to a slot of the ring buffer. */
import { hasEnergy } from '../kinds/couplings/table.ts'
import { leakFacts } from '../kinds/leaks/table.ts'
import { copiedBy, type MeasuredKind, type ProbeKind, type ProbeOf } from '../kinds/probes/table.ts'
import { comparedEntries } from '../kinds/probes/values.ts'
import { energyTerms, jointMemory } from '../model/energy.ts'
import type { Layer, Model, Probe, Rows } from '../model/model.ts'
import { isPerNeuron } from '../kinds/lagrangians/table.ts'
import { lagrangianFields } from './kernels.ts'
import { couplingPlanner } from './couplings/table.ts'
import { unitOf, vectorStride } from './layout.ts'
import { answersByNeuron, readingValues } from './neuron-values.ts'
import type { Operation } from './operation.ts'
import { addFixedMatrix } from './matrices.ts'
import { planInput } from './moves.ts'
import { biasRows, driveBuffers, driveConstants, planGoals, wholesOf } from './neurons.ts'
import { planProduct } from './products.ts'
import { activationsOf, rootUnit, scratch, type Slot, slotFields, sum } from './samples.ts'
import { type Planning, addBuffer, find, matrixNamed, operation, perNeuron, reducing } from './planning.ts'

/** One probe: its operations, and the place and shape of its samples. */
export interface ProbePlan {
  readonly probe: Probe
  /** Operations to run on a refreshed state; empty for a snapshot, which is copied. */
  readonly operations: readonly Operation[]
  /** Word of the clock record that holds the slot of the sample. */
  readonly slotWord: number
  /** First word of its part of the ring. */
  readonly ringStart: number
  /** Number of samples in its part of the ring. */
  readonly capacity: number
  readonly sampleWords: number
  /** Shape of one sample of one replica: [] or [patterns]; for energy [terms], whose sum is the value. */
  readonly shape: readonly number[]
  /** Names of the energy terms. */
  readonly terms?: readonly string[]
  /** The layer, memory or synapse that a sample copies; absent if a kernel computes the sample. */
  readonly copies?: string
  /** True if deferred updates must be applied before a sample. */
  readonly needsFlush: boolean
}

/** Largest size of the ring of one probe in bytes, and its most samples. */
const RING_BYTES = 2 ** 20
const RING_SAMPLES = 256

/** The planner of a kind of probe. */
interface Planner<P> {
  /** Shape of one sample of one replica; for terms, their number. */
  readonly shape: (model: Model, probe: P) => readonly number[]
  /** Names of terms whose sum is the value. */
  readonly terms?: (model: Model) => readonly string[]
  readonly operations: (planning: Planning, probe: P, slot: Slot) => Operation[]
  /** True if it reads arrays of a factored synapse that are up to date only without deferred updates. */
  readonly needsFlush: boolean
  /** True if it needs L of a layer in addition to the activation. */
  readonly needsLagrangian: boolean
  /** True if resident/probes.ts supports it. */
  readonly isResident: boolean
  /** True if replicas may have different patterns, as independent networks have. */
  readonly mayDiffer: boolean
  /** The reason why that form does not support a model. */
  readonly refuses?: (model: Model) => string | undefined
}

/** Kinds that copy need no planner. */
const PLANNERS = {
  energy: {
    shape: (model) => [energyTerms(model).length],
    terms: energyTerms,
    operations: (planning, _, slot) => energy(planning, slot),
    needsFlush: true,
    needsLagrangian: true,
    isResident: true,
    mayDiffer: true,
    // Its memory has no separate term in the energy: the term of the hidden layer includes it.
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
    mayDiffer: true,
  },
  errors: {
    shape: (_, { patterns }) => [patterns.rows],
    operations: (planning, probe, slot) =>
      signs(planning, probe, slot, { counted: 0.5, compared: -0.5, factor: 1 }),
    needsFlush: false,
    needsLagrangian: false,
    isResident: true,
    mayDiffer: true,
  },
  'sign-overlap': {
    shape: (_, { patterns }) => [patterns.rows],
    operations: (planning, probe, slot) =>
      signs(planning, probe, slot, {
        counted: 0,
        compared: 1,
        factor: 1 / find(planning.model.layers, probe.layer).size,
      }),
    needsFlush: false,
    needsLagrangian: false,
    isResident: true,
    mayDiffer: true,
  },
  kept: {
    shape: () => [],
    operations: kept,
    needsFlush: false,
    needsLagrangian: false,
    isResident: true,
    mayDiffer: true,
  },
  similarity: {
    shape: ({ memories }, { memory, patterns }) => [
      memories.find(({ name }) => name === memory)?.init.rows ?? patterns.rows,
    ],
    operations: similarity,
    needsFlush: false,
    needsLagrangian: false,
    isResident: true,
    mayDiffer: false,
  },
  distance: {
    shape: () => [],
    operations: distance,
    needsFlush: false,
    needsLagrangian: false,
    isResident: false,
    mayDiffer: false,
  },
  speed: {
    shape: () => [],
    operations: speed,
    needsFlush: false,
    needsLagrangian: false,
    isResident: true,
    mayDiffer: true,
  },
} as const satisfies { readonly [K in MeasuredKind]: Planner<ProbeOf<K, Rows>> }

/** Kinds that the resident kernel supports. */
export type ResidentKind = {
  [K in MeasuredKind]: (typeof PLANNERS)[K]['isResident'] extends true ? K : never
}[MeasuredKind]

/** The planner of a probe; undefined for a probe that copies. */
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
      shape: shapeOf(planning, copies),
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

/** The reason why the resident kernel cannot sample a probe; undefined if it can, or if the probe copies. */
export function residentRefusal(model: Model, probe: Probe): string | undefined {
  const planner = plannerOf(probe)
  if (planner === undefined) return undefined
  if (!planner.isResident)
    return `the resident kernel does not support the probe \`${probe.name}\` (${probe.kind})`
  return planner.refuses?.(model)
}

/** True if a probe can compare replicas with different patterns. */
export function mayDiffer(probe: Probe): boolean {
  return plannerOf(probe)?.mayDiffer ?? true
}

/** True for a probe that needs L of a layer. */
export function needsLagrangian(probe: Probe): boolean {
  return plannerOf(probe)?.needsLagrangian ?? false
}

/** Shape of a layer [N] or of an array of a coupling, without replicas. */
function shapeOf(planning: Planning, name: string): readonly number[] {
  const layer = planning.model.layers.find((item) => item.name === name)
  if (layer !== undefined) return [layer.size]
  const { rows, columns, isVector } = matrixNamed(planning, name)
  return isVector ? [columns] : [rows, columns]
}

/** A separate word for every term. */
function energy(planning: Planning, slot: Slot): Operation[] {
  const { model } = planning
  const terms = energyTerms(model)
  const joint = jointMemory(model)
  return [
    ...model.layers.map((layer) => legendre(planning, layer, slot, terms.indexOf(layer.name))),
    ...model.couplings.filter(hasEnergy).flatMap((coupling) => {
      // The memory of a joint energy has no separate term: (h - b).g - L(h) - g.(Xi v + offset) is -L(h).
      const word = terms.indexOf(coupling === joint ? joint.to : coupling.name)
      return couplingPlanner(coupling).energy(planning, coupling, slot, word, coupling !== joint)
    }),
  ]
}

/** (x - b - current).g - L(x), or L*(x) - (b + current).x where the output leaks. */
function legendre(planning: Planning, layer: Layer, slot: Slot, word: number): Operation {
  const { model } = planning
  const { name, size } = layer
  const conjugate = leakFacts(layer.leak).sendsState
  const whole = !conjugate && !isPerNeuron(layer.lagrangian)
  const own = answersByNeuron(layer) ? readingValues(model, layer) : undefined
  const reduction = reducing(planning, size, { lagrangian: layer.lagrangian, ...own?.joined })
  return operation(planning, {
    owner: name,
    act: 'legendre',
    stage: 'probe',
    kernel: conjugate ? 'probe/conjugate' : 'probe/legendre',
    joined: reduction.joined,
    constants: { ...driveConstants(model, layer), ...reduction.constants },
    buffers: {
      ...driveBuffers(model, layer),
      state: `${name}/state`,
      ...(!conjugate && { activations: `${name}/activations` }),
      ...(whole ? { whole: `${name}/whole` } : {}),
      ...own?.buffers,
      ring: 'ring',
    },
    workgroups: [model.replicas, 1, 1],
    params: (m) => {
      const { lagrangian } = find(m.layers, name)
      return {
        size,
        layerStride: vectorStride(size),
        biasRows: biasRows(model, layer),
        // L was computed together with the activations.
        ...(whole ? { p0: 0, p1: 0, p2: 0, p3: 0, wholes: wholesOf(layer) } : lagrangianFields(lagrangian)),
        ...own?.fields,
        ...slotFields(slot),
        replicaWords: slot.replicaWords,
        word,
      }
    },
  })
}

/** The target of a probe, from the model at the time of the upload. */
function patternsOf({ name, patterns }: Extract<Probe, { readonly patterns: Rows }>): (model: Model) => Rows {
  return ({ probes }) => {
    const probe = find(probes, name)
    return 'patterns' in probe ? probe.patterns : patterns
  }
}

/** Patterns for the upload, and the value of a 1 in their buffer. */
interface Unit {
  readonly rows: Rows
  readonly unit: number
}

const units = new WeakMap<Rows, Unit>()

/** Patterns whose products may overflow or underflow float32, scaled near 1 by a power of two, which is exact. */
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

/** Operations that compute xi_mu.g / N for every pattern mu, in units of the patterns. */
function overlaps(planning: Planning, probe: ProbeOf<'overlap', Rows> | ProbeOf<'kept', Rows>) {
  const layer = find(planning.model.layers, probe.layer)
  const { rows } = probe.patterns
  const given = patternsOf(probe)
  const patterns = addFixedMatrix(planning, `${probe.name}/patterns`, (m) => nearOne(given(m)).rows)
  const output = { buffer: `${probe.name}/overlaps`, stride: vectorStride(rows) }
  addBuffer(planning, output.buffer, planning.model.replicas * output.stride * 4)
  const operations = planProduct(
    planning,
    {
      owner: probe.name,
      act: 'matvec',
      stage: 'probe',
      kernel: 'product/matvec',
      matrix: patterns,
      vector: activationsOf(layer),
      scale: () => 1 / layer.size,
    },
    output,
  )
  return { operations, output, unit: (m: Model) => nearOne(given(m)).unit }
}

/** The overlaps. */
function overlap(planning: Planning, probe: ProbeOf<'overlap', Rows>, slot: Slot): Operation[] {
  const { rows } = probe.patterns
  const { operations, output, unit } = overlaps(planning, probe)
  return [
    ...operations,
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
        factor: unit(m),
        ...slotFields(slot),
      }),
    }),
  ]
}

/** The number of overlaps that are at least the threshold. */
function kept(planning: Planning, probe: ProbeOf<'kept', Rows>, slot: Slot): Operation[] {
  const { operations, output, unit } = overlaps(planning, probe)
  const size = probe.patterns.rows
  return [
    ...operations,
    operation(planning, {
      owner: probe.name,
      act: 'count',
      stage: 'probe',
      kernel: 'probe/count',
      ...reducing(planning, size),
      buffers: { values: output.buffer, ring: 'ring' },
      workgroups: [planning.model.replicas, 1, 1],
      params: (m) => ({
        size,
        stride: output.stride,
        factor: unit(m),
        threshold: probe.threshold,
        ...slotFields(slot),
      }),
    }),
  ]
}

/** The most workgroups of a dispatch along an axis, everywhere. */
const MOST_WORKGROUPS = 65535

/** Signs of the layer and of each pattern (shaders/probe/signs.wgsl). */
function signs(
  planning: Planning,
  probe: ProbeOf<'errors', Rows> | ProbeOf<'sign-overlap', Rows>,
  slot: Slot,
  weights: { readonly counted: number; readonly compared: number; readonly factor: number },
): Operation[] {
  const { size, buffer, stride } = activationsOf(find(planning.model.layers, probe.layer))
  const patterns = addFixedMatrix(planning, `${probe.name}/patterns`, patternsOf(probe))
  return patterns.blocks.map((block) =>
    operation(planning, {
      owner: probe.name,
      act: 'signs',
      stage: 'probe',
      kernel: 'probe/signs',
      ...reducing(planning, size),
      buffers: { activations: buffer, patterns: block.buffer, ring: 'ring' },
      workgroups: [Math.min(patterns.rows, MOST_WORKGROUPS), planning.model.replicas, 1],
      params: () => ({
        size,
        layerStride: stride,
        start: block.start,
        count: block.count,
        rows: patterns.rows,
        copyRows: patterns.copies === 1 ? 0 : patterns.rows,
        stride: patterns.stride,
        ...weights,
        ...slotFields(slot),
      }),
    }),
  )
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

/** The mean of (A - scale T)^2: the rows one by one, then their sum. */
function distance(planning: Planning, probe: ProbeOf<'distance', Rows>, slot: Slot): Operation[] {
  const { model, workgroup } = planning
  const matrix = matrixNamed(planning, probe.of)
  const { isHollow } = probe.target
  const name = `${probe.name}/target`
  const aims = addFixedMatrix(planning, name, ({ probes }) => {
    const found = find(probes, probe.name)
    return ('target' in found ? found : probe).target.matrix
  })
  const output = scratch(planning)
  const entries = comparedEntries(probe.target)
  const factor = entries === 0 ? 0 : 1 / entries
  const unit = rootUnit(factor)
  return [
    ...matrix.blocks.flatMap((block) =>
      aims.blocks.map((aim) =>
        operation(planning, {
          owner: probe.name,
          act: 'distance',
          stage: 'probe',
          kernel: 'probe/distance',
          joined: { format: matrix.format },
          constants: { HOLLOW: isHollow ? 1 : 0 },
          buffers: { matrix: block.buffer, aim: aim.buffer, output: output.buffer },
          workgroups: [Math.ceil(matrix.rows / workgroup), model.replicas, 1],
          params: (m) => {
            const memory = m.memories.find((one) => one.name === probe.of)
            return {
              start: block.start,
              count: block.count,
              rows: matrix.rows,
              columns: matrix.columns,
              stride: matrix.stride,
              replicaStep: matrix.copies === 1 ? 0 : matrix.rows,
              matrixUnit: memory === undefined ? 1 : unitOf(memory),
              targetStart: aim.start,
              targetCount: aim.count,
              targetStride: aims.stride,
              scale: probe.scale,
              unit,
              outputStride: output.stride,
            }
          },
        }),
      ),
    ),
    sum(planning, slot, {
      owner: probe.name,
      act: 'distance',
      size: matrix.rows,
      left: output,
      factor: () => factor / unit ** 2,
      first: true,
      word: 0,
    }),
  ]
}

/** max_i |dx_i/dt|: the input of the layer, then the reduction. */
function speed(planning: Planning, probe: ProbeOf<'speed', Rows>, slot: Slot): Operation[] {
  const { model } = planning
  const layer = find(model.layers, probe.layer)
  const { name, size } = layer
  const own = layer.own?.tau === undefined ? undefined : readingValues(model, layer)
  const { joined, constants } = reducing(planning, size, own?.joined)
  const input = planInput(planning, layer, 'probe')
  // The speed counts the pull of g(b + I) only.
  const isLeaking = leakFacts(layer.leak).sendsState
  const nothing = isLeaking ? { bias: `${name}/nothing`, current: `${name}/nothing` } : {}
  return [
    ...input,
    ...(isLeaking ? planGoals(planning, layer, true, 'probe') : []),
    operation(planning, {
      owner: probe.name,
      act: 'speed',
      stage: 'probe',
      kernel: 'probe/speed',
      joined,
      constants: { ...driveConstants(model, layer), ...constants },
      buffers: {
        ...driveBuffers(model, layer),
        ...nothing,
        input: isLeaking ? `${name}/goals` : `${name}/input`,
        state: `${name}/state`,
        ...own?.buffers,
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
          ...own?.fields,
          ...slotFields(slot),
        }
      },
    }),
  ]
}
