/** Memories Xi between two layers, as a matrix. */
import { movingRule } from '../../kinds/rules/table.ts'
import type { Layer, Memory } from '../../model/model.ts'
import { attending, attentionOf } from '../attention.ts'
import { isCarried } from '../carry.ts'
import { unitOf } from '../layout.ts'
import { planLearning } from '../learning.ts'
import { addCarry, addFixedMatrix, addStages } from '../matrices.ts'
import type { Operation } from '../operation.ts'
import { type Planning, find, matrixNamed } from '../planning.ts'
import { planProduct, type Product, type Sending, sendingOf } from '../products.ts'
import { activationsOf, deviation, scratch, type Slot, sum } from '../samples.ts'
import { isStaged, type Turn } from '../stages.ts'
import type { CouplingPlanner, When } from './definition.ts'

/** Buffers of Xi and Lambda of one memory. */
function buffers(planning: Planning, memory: Memory): Operation[] {
  const { name } = memory
  const rule = movingRule(memory.rule)
  const learns = rule !== undefined
  const copies = learns ? planning.model.replicas : 1
  addFixedMatrix(
    planning,
    name,
    (m) => find(m.memories, name).init,
    memory.format,
    copies,
    learns ? 'state' : 'fixed',
  )
  if (isCarried(planning.model, name)) addCarry(planning, name)
  if (isStaged(planning.model, memory)) addStages(planning, name)
  if (rule?.base === 'init' || memory.bias !== undefined) {
    addFixedMatrix(planning, `${name}/base`, (m) => {
      const { bias, init } = find(m.memories, name)
      return bias ?? init
    })
  }
  return []
}

/** Xi g_from, and Xi^T g_to. */
function sends(planning: Planning, memory: Memory, { name }: Layer, when: When): Sending[] {
  const { model } = planning
  const common = {
    ...when,
    owner: memory.name,
    into: name,
    matrix: matrixNamed(planning, memory.name),
    scale: unitOf(memory),
  }
  const from = (other: string): Product['vector'] => ({
    buffer: `${other}/activations`,
    size: find(model.layers, other).size,
  })
  if (memory.to === name)
    return [
      sendingOf(planning, {
        ...common,
        act: 'recall',
        kernel: 'matrix/recall',
        vector: from(memory.from),
        halfNorm: memory.inputOffset === 'half-norm',
      }),
    ]
  const to = find(model.layers, memory.to)
  const attention = attentionOf(planning, to)
  // Of a layer that attends nothing else is read in a tick.
  if (when.stage === 'integrate' && attention?.form === 'on')
    return [attending(planning, { ...common, layer: to, memory, why: attention.why })]
  return [
    sendingOf(planning, {
      ...common,
      act: 'project',
      kernel: 'matrix/project',
      vector: from(memory.to),
    }),
  ]
}

/** dXi/dt of one memory. */
function moves(planning: Planning, memory: Memory, turn?: Turn): Operation[] {
  if (memory.tau === undefined) return []
  const { name } = memory
  return planLearning(planning, name, {
    stage: 'learn',
    rule: memory.rule,
    turn,
    rowLayer: memory.to,
    columnLayer: memory.from,
    group: (m) => {
      const { tau, every } = find(m.memories, name)
      return { tau: tau as number, every, parameters: [1] }
    },
  })
}

/** -g_to^T (Xi g_from + offset), and for a hebbian memory |Xi - Lambda|^2 / 2; set in its word or added there. */
function energy(planning: Planning, memory: Memory, slot: Slot, word: number, isFirst: boolean): Operation[] {
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
      first: isFirst,
      word,
    }),
  ]
  if (movingRule(memory.rule)?.isElastic)
    operations.push(...deviation(planning, matrix, slot, word, () => 0.5))
  return operations
}

export const dense: CouplingPlanner<Memory> = {
  buffers,
  sends,
  moves,
  energy,
  shape: (_, { init }) => [init.rows, init.columns],
  isResident: true,
}
