/** Sparse memories (sparse-matrix.ts). */
import { targetsOf } from '../../kinds/couplings/table.ts'
import { ruleParameters } from '../../kinds/rules/table.ts'
import type { SparseMemory } from '../../model/model.ts'
import { unitOf } from '../layout.ts'
import type { Operation } from '../operation.ts'
import { type Planning, find } from '../planning.ts'
import type { Turn } from '../stages.ts'
import { drivingOf, planTraces } from '../traces.ts'
import type { CouplingPlanner } from './definition.ts'
import { addMemory, memoryEnergy, onlyBuffer } from './memory.ts'
import {
  addEntries,
  orderOf,
  planSparseLearning,
  sparseDeviation,
  type SparseMatrix,
  sparseProduct,
} from './sparse-matrix.ts'

function matrixOf(memory: SparseMemory): SparseMatrix {
  const { name, from, to, tau } = memory
  return {
    name,
    from,
    to,
    initOf: (m) => find(m.memories, name).init,
    isMoving: tau !== undefined,
    unit: unitOf(memory),
  }
}

function buffers(planning: Planning, memory: SparseMemory): Operation[] {
  onlyBuffer(memory, addMemory(planning, memory, orderOf(planning, matrixOf(memory), memory.format)))
  addEntries(planning, matrixOf(memory), targetsOf(memory))
  return []
}

/** dXi/dt of the stored entries. */
function moves(planning: Planning, memory: SparseMemory, turn?: Turn): Operation[] {
  if (memory.tau === undefined) return []
  const { name } = memory
  return [
    ...planTraces(planning, memory, turn),
    planSparseLearning(planning, matrixOf(memory), {
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

/** -g_to . (Xi g_from), and the term of the rule. */
const energy: CouplingPlanner<SparseMemory>['energy'] = (planning, memory, slot, word, isFirst) =>
  memoryEnergy(planning, memory, slot, word, isFirst, {
    input(output) {
      const to = find(planning.model.layers, memory.to)
      const when = { stage: 'probe', every: () => 1 } as const
      return sparseProduct(planning, matrixOf(memory), to, when, 'energy matvec').hand(output, false)
    },
    deviation: () => sparseDeviation(planning, matrixOf(memory), slot, word, () => 0.5),
  })

export const sparse: CouplingPlanner<SparseMemory> = {
  buffers,
  sends: (planning, memory, layer, when) => [sparseProduct(planning, matrixOf(memory), layer, when)],
  moves,
  energy,
  isResident: false,
  mayDiffer: false,
}
