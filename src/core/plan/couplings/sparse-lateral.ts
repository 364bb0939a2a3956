/** Sparse synapses W of a layer (sparse-matrix.ts): stored entries only, by rows, the order in which W g reads them. */
import { SYNAPTIC } from '../../kinds/rules/table.ts'
import type { Model, Rows, SparseSynapse } from '../../model/model.ts'
import { isCarried } from '../carry.ts'
import { addCarry, addFixedMatrix, addStages } from '../matrices.ts'
import type { Operation } from '../operation.ts'
import { type Planning, find } from '../planning.ts'
import { activationsOf, scratch, sum } from '../samples.ts'
import { isStaged, type Turn } from '../stages.ts'
import type { CouplingPlanner } from './definition.ts'
import { onlyBuffer } from './memory.ts'
import {
  addEntries,
  orderOf,
  planSparseLearning,
  sparseDeviation,
  type SparseMatrix,
  sparseProduct,
} from './sparse-matrix.ts'

function matrixOf({ name, layer, tau }: SparseSynapse): SparseMatrix {
  return { name, from: layer, to: layer, initOf: (m) => entriesOf(m, name), isMoving: tau !== undefined }
}

function entriesOf({ synapses }: Model, name: string): Rows {
  const { base } = find(synapses, name)
  if (!('matrix' in base)) throw new Error(`\`${name}\` has no entries`)
  return base.matrix
}

function buffers(planning: Planning, synapse: SparseSynapse): Operation[] {
  const { model } = planning
  const { name, layer, tau } = synapse
  const { initOf, isMoving } = matrixOf(synapse)
  const [copies, lifetime] = isMoving ? ([model.replicas, 'state'] as const) : ([1, 'fixed'] as const)
  const order = orderOf(planning, matrixOf(synapse))
  const entries = addFixedMatrix(planning, name, initOf, 'f32', copies, lifetime, order)
  onlyBuffer(synapse, entries, 'entries', `synapses.${name}`)
  if (isCarried(model, name)) addCarry(planning, name)
  if (isStaged(model, synapse)) addStages(planning, name)
  if (tau !== undefined) addFixedMatrix(planning, `${name}/base`, initOf)
  addEntries(planning, matrixOf(synapse), [layer])
  return []
}

/** dW/dt of the stored entries. */
function moves(planning: Planning, synapse: SparseSynapse, turn?: Turn): Operation[] {
  if (synapse.tau === undefined) return []
  const { name, layer, zeroDiagonal } = synapse
  const activations = activationsOf(find(planning.model.layers, layer))
  return [
    planSparseLearning(planning, matrixOf(synapse), {
      stage: 'plasticity',
      rule: SYNAPTIC,
      zeroDiagonal,
      turn,
      row: activations,
      column: activations,
      group: (m) => {
        const { tau, every, strength } = find(m.synapses, name)
        return { tau: tau as number, every, parameters: [strength / find(m.layers, layer).size] }
      },
    }),
  ]
}

/** -g^T W g / 2, and for plastic synapses |W - J|^2 / (4 kappa). */
const energy: CouplingPlanner<SparseSynapse>['energy'] = (planning, synapse, slot, word, isFirst) => {
  const layer = find(planning.model.layers, synapse.layer)
  const output = scratch(planning)
  const when = { stage: 'probe', every: () => 1 } as const
  return [
    ...sparseProduct(planning, matrixOf(synapse), layer, when, 'energy matvec').hand(output, false),
    sum(planning, slot, {
      owner: synapse.name,
      act: 'energy',
      size: layer.size,
      left: output,
      right: activationsOf(layer),
      factor: () => -0.5,
      first: isFirst,
      word,
    }),
    ...(synapse.tau === undefined
      ? []
      : sparseDeviation(planning, matrixOf(synapse), slot, word, (m) => {
          const { strength } = find(m.synapses, synapse.name)
          return strength === 0 ? 0 : layer.size / (4 * strength)
        })),
  ]
}

export const sparseLateral: CouplingPlanner<SparseSynapse> = {
  buffers,
  sends: (planning, synapse, layer, when) => [sparseProduct(planning, matrixOf(synapse), layer, when)],
  moves,
  energy,
  isResident: false,
  mayDiffer: false,
}
