/** Memories that are a sparse matrix: its entries row by row, and once more column by column for the way back. */
import { targetsOf } from '../../kinds/couplings/table.ts'
import { type SparsePattern, transposedPattern } from '../../math/sparse.ts'
import type { Model, SparseMemory } from '../../model/model.ts'
import { vectorStride } from '../layout.ts'
import type { BufferPlan, Operation } from '../operation.ts'
import { type Planning, addBuffer, find, operation, perNeuron } from '../planning.ts'
import { storing, type Sending } from '../products.ts'
import { valuesByColumn } from '../transposed.ts'
import type { CouplingPlanner, When } from './definition.ts'
import { addMemory, memoryEnergy, onlyBuffer } from './memory.ts'

/** Entries a row, in the mean, from which on a workgroup takes a row: its invocations then read neighbouring entries. */
const LONG_ROW = 64

/** The matrix by its rows (forward) or by its columns (backward): its buffers, and what is known of its rows. */
interface Order {
  readonly act: 'matvec' | 'matvec-transposed'
  /** The layer whose activation it takes. */
  readonly source: string
  readonly values: string
  readonly indices: string
  readonly starts: string
  /** Entries of a row, where all rows have as many. */
  readonly degree?: number
}

function orderOf({ name, from, to, init }: SparseMemory, target: string): Order {
  if (target === to) {
    const { degree } = init.pattern ?? {}
    return {
      act: 'matvec',
      source: from,
      values: `${name}/matrix`,
      indices: `${name}/indices`,
      // Of rows of one length nobody asks where they begin.
      starts: degree === undefined ? `${name}/starts` : 'none',
      ...(degree !== undefined && { degree }),
    }
  }
  return {
    act: 'matvec-transposed',
    source: to,
    values: valuesByColumn(name),
    indices: `${name}/transposed/indices`,
    starts: `${name}/transposed/starts`,
  }
}

function buffers(planning: Planning, memory: SparseMemory): Operation[] {
  const { name, from, to } = memory
  const matrix = addMemory(planning, memory)
  onlyBuffer(memory, matrix)
  const initOf = (m: Model): SparseMemory['init'] => find(m.memories, name).init
  const patternOf = (m: Model): SparsePattern => {
    const { pattern } = initOf(m)
    if (pattern === undefined) throw new Error(`\`${name}\` has no entries`)
    return pattern
  }
  const transposedOf = (m: Model) => transposedPattern(patternOf(m))
  const words = (make: (m: Model) => ArrayBufferView<ArrayBuffer>): BufferPlan['initial'] => ({
    kind: 'data',
    make,
  })
  const bytes = matrix.columns * 4
  const startBytes = (layer: string): number => (find(planning.model.layers, layer).size + 1) * 4
  for (const target of targetsOf(memory)) {
    const { indices, starts, values } = orderOf(memory, target)
    if (target === to) {
      addBuffer(
        planning,
        indices,
        bytes,
        words((m) => patternOf(m).indices),
      )
      if (starts !== 'none')
        addBuffer(
          planning,
          starts,
          startBytes(to),
          words((m) => patternOf(m).indptr),
        )
      continue
    }
    addBuffer(
      planning,
      indices,
      bytes,
      words((m) => transposedOf(m).pattern.indices),
    )
    addBuffer(
      planning,
      starts,
      startBytes(from),
      words((m) => transposedOf(m).pattern.indptr),
    )
    addBuffer(
      planning,
      values,
      bytes,
      words((m) => {
        const { data } = initOf(m)
        return Float32Array.from(transposedOf(m).positions, (entry) => data[entry] as number)
      }),
    )
  }
  return []
}

function sends(
  planning: Planning,
  memory: SparseMemory,
  { name, size }: { readonly name: string; readonly size: number },
  when: When,
  label?: string,
): Sending[] {
  const { model, limits, software } = planning
  const { act, source, values, indices, starts, degree = 0 } = orderOf(memory, name)
  const vector = `${source}/activations`
  // Barriers cost a software adapter more than neighbours save.
  const isWide = !software && memory.init.columns / size >= LONG_ROW
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
            act: label ?? act,
            into: name,
            kernel: isWide ? 'memory/sparse-matvec-wide' : 'memory/sparse-matvec',
            joined: taken.joined,
            constants: taken.constants,
            buffers: { values, indices, starts, vector, ...taken.buffers },
            workgroups: isWide
              ? [Math.min(size, limits.maxComputeWorkgroupsPerDimension), model.replicas, 1]
              : perNeuron(planning, size),
            params: (m) => ({
              degree,
              copyStride: 0,
              vectorStride: vectorStride(find(m.layers, source).size),
              outputs: size,
              ...taken.params(m),
            }),
          }),
        ]
      },
    },
  ]
}

/** -g_to . (Xi g_from) */
const energy: CouplingPlanner<SparseMemory>['energy'] = (planning, memory, slot, word, isFirst) =>
  memoryEnergy(planning, memory, slot, word, isFirst, (output) => {
    const to = find(planning.model.layers, memory.to)
    const when = { stage: 'probe', every: () => 1 } as const
    return sends(planning, memory, to, when, 'energy matvec').flatMap(({ hand }) => hand(output, false))
  })

export const sparse: CouplingPlanner<SparseMemory> = {
  buffers,
  sends,
  moves: () => [],
  energy,
  isResident: false,
}
