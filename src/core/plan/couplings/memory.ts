/** Shared by the planners of all kinds of memories. */
import { ModelError } from '../../errors.ts'
import { isBiased, movingRule } from '../../kinds/rules/table.ts'
import type { Memory } from '../../model/model.ts'
import { copiesOfFixed } from '../../model/variation.ts'
import { isCarried } from '../carry.ts'
import type { Matrix } from '../layout.ts'
import { addCarry, addFixedMatrix, addStages } from '../matrices.ts'
import type { Operation } from '../operation.ts'
import { type Planning, find, matrixNamed } from '../planning.ts'
import type { Output } from '../products.ts'
import { activationsOf, deviation, scratch, type Slot, sum } from '../samples.ts'
import { isStaged } from '../stages.ts'
import { addTraces } from '../traces.ts'

/**
 * Buffers of the tensor and of Lambda: one tensor for all replicas, or one for each replica if it learns.
 * @param order - order of the numbers of a fixed tensor; absent = ascending index
 */
export function addMemory(planning: Planning, memory: Memory, order?: Matrix['order']): Matrix {
  const { model } = planning
  const { name } = memory
  const rule = movingRule(memory.rule)
  const tensor = addFixedMatrix(
    planning,
    name,
    (m) => find(m.memories, name).init,
    memory.format,
    rule === undefined ? copiesOfFixed(model) : model.replicas,
    rule === undefined ? 'fixed' : 'state',
    order,
  )
  if (isCarried(model, name)) addCarry(planning, name)
  if (isStaged(model, memory)) addStages(planning, name)
  addTraces(planning, memory)
  if ((rule?.base === 'init' && isBiased(memory.rule)) || memory.bias !== undefined)
    addFixedMatrix(planning, `${name}/base`, (m) => {
      const { bias, init } = find(m.memories, name)
      return bias ?? init
    })
  return tensor
}

/**
 * The single buffer of a tensor.
 * @param what - name of the parts of the tensor
 * @throws ModelError if the tensor needs several buffers
 */
export function onlyBuffer(
  { name }: { readonly name: string },
  { blocks, copies, rows, rowBytes }: Matrix,
  what: 'filters' | 'entries' = 'entries',
  path = `memories.${name}`,
): string {
  const [block, more] = blocks
  if (block === undefined || more !== undefined)
    throw new ModelError(
      `the ${what} need ${copies * rows * rowBytes} bytes, but a buffer of this adapter holds at most ${block?.bytes ?? 0}; use fewer replicas or ${what}`,
      { path },
    )
  return block.buffer
}

/**
 * -g_to . h, and for an elastic rule |Xi - Lambda|^2 / 2.
 * @param of.input - writes h, the input of the layer `to`, to an output
 * @param of.deviation - adds |Xi - Lambda|^2 / 2; absent = that of a matrix
 */
export function memoryEnergy(
  planning: Planning,
  memory: Memory,
  slot: Slot,
  word: number,
  isFirst: boolean,
  of: {
    readonly input: (output: Output) => Operation[]
    readonly deviation?: () => Operation[]
  },
): Operation[] {
  const to = find(planning.model.layers, memory.to)
  const output = scratch(planning)
  const operations = [
    ...of.input(output),
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
    operations.push(
      ...(of.deviation?.() ?? deviation(planning, matrixNamed(planning, memory.name), slot, word, () => 0.5)),
    )
  return operations
}
