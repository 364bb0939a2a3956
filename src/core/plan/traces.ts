/** Buffers and steps of the traces of learning rules (kinds/rules/traced.ts). */
import { ModelError } from '../errors.ts'
import { type Trace, tracesOf } from '../kinds/rules/table.ts'
import type { Memory, Model } from '../model/model.ts'
import { carryFields, carryNameOf, isCarried } from './carry.ts'
import { vectorStride } from './layout.ts'
import { addCarry, addMatrix, addStages, stageBuffers } from './matrices.ts'
import type { Operation } from './operation.ts'
import { type Planning, addBuffer, faultOf, find, matrixNamed, operation, rateOf } from './planning.ts'
import { activationsOf } from './samples.ts'
import { isStaged, type Turn } from './stages.ts'

/** Buffer of the activations of a layer as a rule with a trace modifies them. */
function seenNameOf(trace: string): string {
  return `${trace}/seen`
}

/** Buffers of the traces of a memory, initially 0, and of the activations as modified by its rule. */
export function addTraces(planning: Planning, memory: Memory): void {
  const { model } = planning
  const { replicas } = model
  for (const { name, layer } of tracesOf(memory)) {
    const { size } = find(model.layers, layer)
    const shape = { name, copies: replicas, rows: 1, columns: size, format: 'f32', isVector: true } as const
    const { blocks } = addMatrix(planning, shape, () => ({ kind: 'zero' }), 'state')
    if (blocks.length > 1)
      throw new ModelError(
        `\`${name}\` is in ${blocks.length} buffers, but its rule allows one; use fewer replicas or neurons`,
        { path: `memories.${memory.name}.rule` },
      )
    addBuffer(planning, seenNameOf(name), replicas * vectorStride(size) * 4)
    if (isCarried(model, name)) addCarry(planning, name)
    if (isStaged(model, memory)) addStages(planning, name)
  }
}

/**
 * The drive of a memory on the side of its layer `to` or `from`: activations, or the activations as modified by
 * its rule.
 */
export function drivingOf(
  { model }: Planning,
  memory: Memory,
  side: Trace['of'],
): ReturnType<typeof activationsOf> {
  const activations = activationsOf(find(model.layers, memory[side]))
  const trace = tracesOf(memory).find(({ of }) => of === side)
  return trace === undefined ? activations : { ...activations, buffer: seenNameOf(trace.name) }
}

/** One step of the traces of a memory, before the step of the memory. */
export function planTraces(planning: Planning, memory: Memory, turn?: Turn): Operation[] {
  const { model, matrices, workgroup } = planning
  const timeOf = (m: Model, trace: string): number =>
    find(tracesOf(find(m.memories, memory.name)), trace).time
  return tracesOf(memory).map(({ name, layer }) => {
    const activations = activationsOf(find(model.layers, layer))
    const [block] = matrixNamed(planning, name).blocks
    const carried = matrices.get(carryNameOf(name))?.blocks[0]
    const { size, stride } = activations
    return operation(planning, {
      owner: memory.name,
      act: `follow ${name}`,
      stage: 'learn',
      kernel: 'rule/follow',
      joined: {
        rule: memory.rule,
        ...(carried && { carried: true }),
        ...(turn && { staged: true }),
      },
      buffers: {
        trace: (block as { readonly buffer: string }).buffer,
        followed: activations.buffer,
        seen: seenNameOf(name),
        faults: 'faults',
        ...(carried && { carry: carried.buffer }),
        ...(turn && stageBuffers(planning, name, 0)),
      },
      workgroups: [Math.ceil(stride / 4 / workgroup), model.replicas, 1],
      params: (m) => {
        const { every } = find(m.memories, memory.name)
        return {
          size,
          stride,
          rate: rateOf(m, every, timeOf(m, name)),
          fault: faultOf(m, memory.name),
          ...(carried && carryFields(m, name)),
          ...turn,
        }
      },
      every: (m) => find(m.memories, memory.name).every,
    })
  })
}
