/** Memories that are a filter bank K, [F, C kh kw]. */
import { ModelError } from '../../errors.ts'
import { reachBefore } from '../../kinds/couplings/convolution.ts'
import { movingRule } from '../../kinds/rules/table.ts'
import type { ConvolutionMemory } from '../../model/model.ts'
import { carryFields, carryNameOf, isCarried } from '../carry.ts'
import { type Matrix, vectorStride } from '../layout.ts'
import { addCarry, addFixedMatrix, addStages, stageBuffers } from '../matrices.ts'
import type { Operation, Stage } from '../operation.ts'
import {
  type Planning,
  faultOf,
  find,
  matrixNamed,
  operation,
  perNeuron,
  rateOf,
  stepOf,
} from '../planning.ts'
import { collecting, type Sending } from '../products.ts'
import { activationsOf, deviation, scratch, type Slot, sum } from '../samples.ts'
import { isStaged, type Turn } from '../stages.ts'
import type { CouplingPlanner, When } from './definition.ts'

function buffers(planning: Planning, memory: ConvolutionMemory): Operation[] {
  const { model } = planning
  const { name } = memory
  const rule = movingRule(memory.rule)
  const copies = rule === undefined ? 1 : model.replicas
  const { blocks, rowBytes } = addFixedMatrix(
    planning,
    name,
    (m) => find(m.memories, name).init,
    'f32',
    copies,
    rule === undefined ? 'fixed' : 'state',
  )
  if (blocks.length > 1)
    throw new ModelError(
      `the filters need ${copies * memory.init.rows * rowBytes} bytes, one buffer here holds ${blocks[0]?.bytes}; use fewer replicas or filters`,
      { path: `memories.${name}` },
    )
  if (isCarried(model, name)) addCarry(planning, name)
  if (isStaged(model, memory)) addStages(planning, name)
  if (rule?.base === 'init' || memory.bias !== undefined)
    addFixedMatrix(planning, `${name}/base`, (m) => {
      const { bias, init } = find(m.memories, name)
      return bias ?? init
    })
  return []
}

/** Constants and fields of shaders/convolution/places.wgsl. */
function places({ geometry }: ConvolutionMemory) {
  const { image, features, kernel, stride, boundary } = geometry
  const [channels, height, width] = image
  const [, down, across] = features
  const [kernelHeight, kernelWidth] = kernel
  return {
    constants: { PERIODIC: boundary === 'periodic' ? 1 : 0 },
    fields: {
      ...{ channels, height, width, down, across, kernelHeight, kernelWidth },
      step: stride,
      beforeY: reachBefore(kernelHeight, boundary),
      beforeX: reachBefore(kernelWidth, boundary),
    },
  }
}

function sends(
  planning: Planning,
  memory: ConvolutionMemory,
  { name, size }: { readonly name: string; readonly size: number },
  when: When,
  act = memory.to === name ? 'forward' : 'backward',
): Sending[] {
  const { model } = planning
  const isForward = memory.to === name
  const source = find(model.layers, isForward ? memory.from : memory.to)
  const vector = `${source.name}/activations`
  const matrix = matrixNamed(planning, memory.name)
  const { constants, fields } = places(memory)
  return [
    {
      before: [],
      reads: [vector],
      hand: (output, adds, receiver = (more) => collecting(output, more)) => {
        const taken = receiver(adds)
        return [
          operation(planning, {
            ...when,
            owner: memory.name,
            act,
            into: name,
            kernel: isForward ? 'convolution/forward' : 'convolution/backward',
            joined: { format: 'f32', ...taken.joined },
            constants: { ...constants, ...taken.constants },
            buffers: { matrix: onlyBuffer(matrix), vector, ...taken.buffers },
            workgroups: perNeuron(planning, size),
            params: (m) => ({
              ...fields,
              stride: matrix.stride,
              copyRows: matrix.copies === 1 ? 0 : matrix.rows,
              vectorStride: vectorStride(source.size),
              outputs: size,
              features: matrix.rows,
              ...taken.params(m),
            }),
          }),
        ]
      },
    },
  ]
}

function onlyBuffer({ blocks }: Matrix): string {
  return blocks[0]?.buffer as string
}

function moves(planning: Planning, memory: ConvolutionMemory, turn?: Turn): Operation[] {
  if (memory.tau === undefined) return []
  const { model, matrices, workgroup } = planning
  const { name, from, to, rule } = memory
  const matrix = matrixNamed(planning, name)
  const base = matrices.get(`${name}/base`)
  const carry = matrices.get(carryNameOf(name))
  const strideOf = (layer: string): number => vectorStride(find(model.layers, layer).size)
  const { constants, fields } = places(memory)
  const count = matrix.copies * matrix.rows
  const stage: Stage = 'learn'
  return [
    operation(planning, {
      owner: name,
      act: 'learn',
      stage,
      kernel: 'convolution/learn',
      constants: { ...constants, BASED: base === undefined ? 0 : 1 },
      joined: { rule, ...(carry && { carried: true }), ...(turn && { staged: true }) },
      buffers: {
        matrix: onlyBuffer(matrix),
        ...(carry && { carry: onlyBuffer(carry) }),
        ...(turn && stageBuffers(planning, name, 0)),
        base: base === undefined ? 'none' : onlyBuffer(base),
        features: `${to}/activations`,
        image: `${from}/activations`,
        faults: 'faults',
      },
      workgroups: [Math.ceil(matrix.stride / 4 / workgroup), count, 1],
      params: (m) => {
        const { tau, every } = find(m.memories, name) as ConvolutionMemory & { readonly tau: number }
        return {
          ...fields,
          start: 0,
          count,
          rows: matrix.rows,
          stride: matrix.stride,
          columns: matrix.columns,
          rowStride: strideOf(to),
          columnStride: strideOf(from),
          baseStart: 0,
          rate: rateOf(m, every, tau),
          ratio: stepOf(m, every) / tau,
          ...{ r0: 1, r1: 0, r2: 0, r3: 0 },
          fault: faultOf(m, name),
          ...(carry && carryFields(m, name)),
          ...turn,
        }
      },
      every: (m) => find(m.memories, name).every,
    }),
  ]
}

/** -g_to . (K * g_from), and for an elastic rule |K - Lambda|^2 / 2. */
function energy(
  planning: Planning,
  memory: ConvolutionMemory,
  slot: Slot,
  word: number,
  isFirst: boolean,
): Operation[] {
  const to = find(planning.model.layers, memory.to)
  const output = scratch(planning)
  const when = { stage: 'probe', every: () => 1 } as const
  const operations = [
    ...sends(planning, memory, to, when, 'energy forward').flatMap(({ hand }) => hand(output, false)),
    sum(planning, slot, {
      owner: memory.name,
      act: 'energy',
      size: to.size,
      left: output,
      right: activationsOf(to),
      factor: () => -1,
      first: isFirst,
      word,
    }),
  ]
  if (movingRule(memory.rule)?.isElastic)
    operations.push(...deviation(planning, matrixNamed(planning, memory.name), slot, word, () => 0.5))
  return operations
}

export const convolution: CouplingPlanner<ConvolutionMemory> = {
  buffers,
  sends,
  moves,
  energy,
  shape: (_, { init }) => [init.rows, init.columns],
  isResident: false,
}
