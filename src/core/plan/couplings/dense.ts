/** Memories Xi between two layers, as a matrix. */
import { ruleParameters } from '../../kinds/rules/table.ts'
import type { DenseMemory, Layer } from '../../model/model.ts'
import { attending, attentionOf } from '../attention.ts'
import { unitOf } from '../layout.ts'
import { planLearning } from '../learning.ts'
import type { Operation } from '../operation.ts'
import { type Planning, find, matrixNamed } from '../planning.ts'
import { planProduct, type Product, type Sending, sendingOf } from '../products.ts'
import { activationsOf } from '../samples.ts'
import type { Turn } from '../stages.ts'
import { drivingOf, planTraces } from '../traces.ts'
import type { CouplingPlanner, When } from './definition.ts'
import { addMemory, memoryEnergy } from './memory.ts'

/** Xi g_from, and Xi^T g_to. */
function sends(planning: Planning, memory: DenseMemory, { name }: Layer, when: When): Sending[] {
  const { model } = planning
  const common = {
    ...when,
    owner: memory.name,
    into: name,
    matrix: matrixNamed(planning, memory.name),
    scale: () => unitOf(memory),
  }
  const from = (other: string): Product['vector'] => ({
    buffer: `${other}/activations`,
    size: find(model.layers, other).size,
  })
  if (memory.to === name)
    return [
      sendingOf(planning, {
        ...common,
        act: 'matvec',
        kernel: 'product/matvec',
        vector: from(memory.from),
        halfNorm: memory.inputOffset === 'half-norm',
      }),
    ]
  const to = find(model.layers, memory.to)
  const attention = attentionOf(planning, to)
  // With attention nothing else reads the layer during a tick.
  if (when.stage === 'integrate' && attention?.form === 'on')
    return [attending(planning, { ...common, layer: to, memory, why: attention.why })]
  return [
    sendingOf(planning, {
      ...common,
      act: 'matvec-transposed',
      kernel: 'product/matvec-transposed',
      vector: from(memory.to),
    }),
  ]
}

/** dXi/dt of one memory. */
function moves(planning: Planning, memory: DenseMemory, turn?: Turn): Operation[] {
  if (memory.tau === undefined) return []
  const { name } = memory
  return [
    ...planTraces(planning, memory, turn),
    ...planLearning(planning, name, {
      stage: 'learn',
      rule: memory.rule,
      turn,
      row: drivingOf(planning, memory, 'to'),
      column: drivingOf(planning, memory, 'from'),
      group: (m) => {
        const { tau, every, rule } = find(m.memories, name)
        return { tau: tau as number, every, rule, parameters: ruleParameters(rule) }
      },
    }),
  ]
}

/** -g_to^T (Xi g_from + offset), and the term of the rule. */
const energy: CouplingPlanner<DenseMemory>['energy'] = (planning, memory, slot, word, isFirst) =>
  memoryEnergy(planning, memory, slot, word, isFirst, {
    input: (output) =>
      planProduct(
        planning,
        {
          owner: memory.name,
          act: 'energy matvec',
          stage: 'probe',
          kernel: 'product/matvec',
          matrix: matrixNamed(planning, memory.name),
          vector: activationsOf(find(planning.model.layers, memory.from)),
          scale: () => unitOf(memory),
          halfNorm: memory.inputOffset === 'half-norm',
        },
        output,
      ),
  })

export const dense: CouplingPlanner<DenseMemory> = {
  buffers(planning, memory) {
    addMemory(planning, memory)
    return []
  },
  sends,
  moves,
  energy,
  isResident: true,
  mayDiffer: true,
}
