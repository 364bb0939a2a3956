/** Samples: their place, and the sums that form terms of an energy. */
import type { Layer, Model } from '../model/model.ts'
import { type Matrix, vectorStride } from './layout.ts'
import { baseBlockOf } from './matrices.ts'
import type { Operation, Work } from './operation.ts'
import { type Planning, addBuffer, operation, reducing } from './planning.ts'

/** The fields that hold the place of a sample. */
export interface Slot {
  readonly slotWord: number
  readonly ringStart: number
  readonly sampleWords: number
  readonly replicaWords: number
}

/** Fields of `Params` for the place of a sample. */
export function slotFields({ slotWord, ringStart, sampleWords }: Slot): Record<string, number> {
  return { slotWord, ringStart, sampleWords }
}

/** A buffer for intermediate results, as large as the largest layer and the rows of every matrix. */
export function scratch(planning: Planning): { buffer: string; stride: number } {
  const stride = Math.max(...planning.model.layers.map((layer) => vectorStride(layer.size)))
  addBuffer(planning, 'scratch', planning.model.replicas * stride * 4)
  return { buffer: 'scratch', stride }
}

/** One number for each replica: factor * sum left (* right), written or added to a sample. */
interface Sum extends Work {
  readonly size: number
  readonly left: { readonly buffer: string; readonly stride: number }
  readonly right?: { readonly buffer: string; readonly stride: number }
  readonly factor: (model: Model) => number
  readonly first: boolean
  readonly word: number
}

export function sum(planning: Planning, slot: Slot, shape: Sum): Operation {
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

export function activationsOf(layer: Layer): { buffer: string; size: number; stride: number } {
  return { buffer: `${layer.name}/activations`, size: layer.size, stride: vectorStride(layer.size) }
}

/** Approximate root of a factor: a power of two, so that scaling is exact. */
export function rootUnit(factor: number): number {
  return factor > 0 ? 2 ** Math.round(Math.log2(factor) / 2) : 1
}

/** factor * |A - base|^2, added to a sample. */
export function deviation(
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
      const baseBlock = base && baseBlockOf(base, block)
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
          baseRows: base === undefined || base.copies === 1 ? 0 : base.rows,
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
