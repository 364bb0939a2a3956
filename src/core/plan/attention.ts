/** Attention: both products of a memory with an adiabatic softmax layer in one kernel. */
import { layersOf } from '../kinds/couplings/table.ts'
import { isDense } from '../model/couplings.ts'
import { inverseTemperature } from '../kinds/lagrangians/table.ts'
import type { DenseMemory, Layer, Memory, Model } from '../model/model.ts'
import { ALONE } from './kernels.ts'
import { unitOf, vectorStride } from './layout.ts'
import { biasRows } from './neurons.ts'
import type { Operation } from './operation.ts'
import {
  type Planning,
  type Receiver,
  WORKGROUP,
  addBuffer,
  differs,
  find,
  matrixNamed,
  operation,
} from './planning.ts'
import { storing, type Product, type Sending } from './products.ts'
import { type SwitchPlan, type Why, shapeKey } from './variants.ts'

/** Groups of four columns that a lane of memory/attention holds in registers, and the most lanes of a workgroup. */
const ATTENTION_QUADS = 4
const ATTENTION_LANES = 256

/** Rows for each workgroup of memory/attention; its partial result costs as much as one row. */
const ATTENTION_ROWS = 16

/**
 * Smallest memory in bytes for which one read with partial results is faster, on adapters limited by bandwidth.
 */
const LEAST_ATTENTION = 2 ** 18

/**
 * Whether the attention kernel computes a layer. The layer must be adiabatic softmax, and the memory must be
 * fixed and its only coupling. During a tick, then, only the product back reads the layer.
 */
export function attentionOf(planning: Planning, layer: Layer): SwitchPlan | undefined {
  const { model, variants, tuned, software, workgroup } = planning
  const { name } = layer
  const [memory, ...others] = model.couplings.filter((one) => layersOf(one).includes(name))
  if (layer.tau > 0 || inverseTemperature(layer.lagrangian) === undefined) return undefined
  if (memory === undefined || others.length > 0 || !isDense(memory)) return undefined
  if (memory.to !== name || memory.direction !== 'both' || memory.tau !== undefined) return undefined
  if (model.stimulus.some((item) => item.layer === name)) return undefined
  const { blocks, columns, rows, format, copies } = matrixNamed(planning, memory.name)
  const [block] = blocks
  const most = 4 * ATTENTION_QUADS * (workgroup < WORKGROUP ? workgroup : ATTENTION_LANES)
  if (block === undefined || blocks.length > 1 || columns > most) return undefined
  if (differs(model, (m) => given(m, layer, memory))) return undefined
  const shape = { product: 'attention', format, rows, columns, states: model.replicas, copies } as const
  // With two products several states share each read of the matrix; attention reads it again for each state.
  const isOpen = !software && model.replicas === 1 && block.bytes >= LEAST_ATTENTION
  const found = isOpen ? onOff(tuned[shapeKey(shape)]) : undefined
  const { every } = find(model.layers, memory.from)
  const plan = { name: 'attention', ...shape, every, isOpen } as const
  if (variants.attention !== undefined) return { ...plan, form: variants.attention, why: 'forced' }
  if (found !== undefined) return { ...plan, form: found, why: 'tuned' }
  return { ...plan, form: isOpen ? 'on' : 'off', why: 'default' }
}

/** A cache may contain any text. */
function onOff(text: string | undefined): 'on' | 'off' | undefined {
  return text === 'on' || text === 'off' ? text : undefined
}

/** Invocations of a workgroup of memory/attention, groups of four columns that each holds in registers, blocks of rows. */
export function attentionTile(
  { rows, columns }: { readonly rows: number; readonly columns: number },
  workgroup = WORKGROUP,
): { readonly lanes: number; readonly across: number; readonly blocks: number; readonly blockRows: number } {
  const quads = Math.ceil(columns / 4)
  const sizes = workgroup < WORKGROUP ? [workgroup] : [64, 128, ATTENTION_LANES]
  const lanes = sizes.find((size) => size * ATTENTION_QUADS >= quads) ?? ATTENTION_LANES
  const held = Math.ceil(quads / lanes)
  return {
    lanes,
    across: held === 3 ? ATTENTION_QUADS : held,
    blocks: Math.ceil(rows / ATTENTION_ROWS),
    blockRows: ATTENTION_ROWS,
  }
}

/** Parameters that may differ by replica. */
function given(m: Model, { name }: Layer, memory: Memory): Record<string, number> {
  const beta = inverseTemperature(find(m.layers, name).lagrangian) ?? 0
  return { beta, scale: unitOf(find(m.memories, memory.name)) }
}

/** A layer that attention computes, its memory, and the reason. */
interface Attention extends Pick<Product, 'owner' | 'into' | 'matrix' | 'stage'> {
  readonly every: Operation['every']
  readonly layer: Layer
  readonly memory: DenseMemory
  readonly why: Why
}

/** Both products, as the input of the layer on the other side. */
export function attending(planning: Planning, attended: Attention): Sending {
  return {
    before: [],
    reads: [],
    hand: (output, adds, receiver = (more) => storing(output, more)) =>
      planAttention(planning, attended, receiver(adds)),
  }
}

/** Xi^T softmax(beta (b + Xi v)) with one read of Xi: partial results of blocks of rows, and their combination. */
function planAttention(
  planning: Planning,
  { owner, into, stage, matrix, every, layer, memory, why }: Attention,
  { joined, constants, buffers, params }: Receiver,
): Operation[] {
  const { model, workgroup } = planning
  const work = { owner, ...(into !== undefined && { into }), stage, every }
  const { rows, columns, stride, format } = matrix
  const quads = Math.ceil(columns / 4)
  const { lanes, across, blocks, blockRows } = attentionTile(matrix, workgroup)
  const from = find(model.layers, memory.from)
  const partial = `${layer.name}/blocks`
  addBuffer(planning, partial, model.replicas * blocks * (quads + 1) * 16)
  return [
    operation(planning, {
      ...work,
      act: 'attention',
      kernel: 'memory/attention',
      why,
      joined: { format, tile: { ...ALONE, across } },
      constants: { WORKGROUP: lanes, HALF_NORM: memory.inputOffset === 'half-norm' ? 1 : 0 },
      buffers: {
        matrix: matrix.blocks[0]?.buffer as string,
        vector: `${from.name}/activations`,
        bias: `${layer.name}/bias`,
        partial,
      },
      workgroups: [blocks, model.replicas, 1],
      params: (m) => ({
        rows,
        columns,
        stride,
        vectorStride: vectorStride(columns),
        biasRows: biasRows(model, layer),
        biasStride: vectorStride(rows),
        blockRows,
        ...given(m, layer, memory),
      }),
    }),
    operation(planning, {
      ...work,
      act: 'matvec-transposed',
      kernel: 'memory/attention-reduce',
      joined,
      constants,
      buffers: { partial, ...buffers },
      workgroups: [Math.ceil(quads / workgroup), model.replicas, 1],
      params: (m) => ({ columns, blocks, ...given(m, layer, memory), ...params(m) }),
    }),
  ]
}
