/** Convolutional memories: a filter bank K, [F, C kh kw]. */
import { reachBefore } from '../../kinds/couplings/convolution.ts'
import type { ConvolutionMemory } from '../../model/model.ts'
import { carryFields, carryNameOf } from '../carry.ts'
import { vectorStride } from '../layout.ts'
import { stageBuffers } from '../matrices.ts'
import type { Operation } from '../operation.ts'
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
import { storing, type Sending } from '../products.ts'
import type { Turn } from '../stages.ts'
import type { CouplingPlanner, When } from './definition.ts'
import { addMemory, memoryEnergy, onlyBuffer } from './memory.ts'

function buffers(planning: Planning, memory: ConvolutionMemory): Operation[] {
  onlyBuffer(memory, addMemory(planning, memory), 'filters')
  return []
}

/** Constants and fields of shaders/memory/convolution-places.wgsl. */
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
      hand: (output, adds, receiver = (more) => storing(output, more)) => {
        const taken = receiver(adds)
        return [
          operation(planning, {
            ...when,
            owner: memory.name,
            act,
            into: name,
            kernel: isForward ? 'memory/convolution-forward' : 'memory/convolution-backward',
            joined: { format: 'f32', ...taken.joined },
            constants: { ...constants, ...taken.constants },
            buffers: { matrix: onlyBuffer(memory, matrix, 'filters'), vector, ...taken.buffers },
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
  return [
    operation(planning, {
      owner: name,
      act: 'plasticity-step',
      stage: 'learn',
      kernel: 'memory/convolution-plasticity-step',
      constants: { ...constants, BASED: base === undefined ? 0 : 1 },
      joined: { rule, ...(carry && { carried: true }), ...(turn && { staged: true }) },
      buffers: {
        matrix: onlyBuffer(memory, matrix, 'filters'),
        ...(carry && { carry: onlyBuffer(memory, carry, 'filters') }),
        ...(turn && stageBuffers(planning, name, 0)),
        base: base === undefined ? 'none' : onlyBuffer(memory, base, 'filters'),
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

/** -g_to . (K * g_from), and the term of the rule. */
const energy: CouplingPlanner<ConvolutionMemory>['energy'] = (planning, memory, slot, word, isFirst) =>
  memoryEnergy(planning, memory, slot, word, isFirst, {
    input(output) {
      const to = find(planning.model.layers, memory.to)
      const when = { stage: 'probe', every: () => 1 } as const
      return sends(planning, memory, to, when, 'energy forward').flatMap(({ hand }) => hand(output, false))
    },
  })

export const convolution: CouplingPlanner<ConvolutionMemory> = {
  buffers,
  sends,
  moves,
  energy,
  isResident: false,
  mayDiffer: false,
}
