/** Learning: the step of a coupling matrix by a rule. */
import { gainOf } from '../kinds/integrators/table.ts'
import { type Rule, steadyDecay } from '../kinds/rules/table.ts'
import type { Model } from '../model/model.ts'
import { carryFields, carryNameOf } from './carry.ts'
import { baseBlockOf, stageBuffers } from './matrices.ts'
import type { Operation, Stage } from './operation.ts'
import { type Planning, faultOf, matrixNamed, operation, stepOf } from './planning.ts'
import type { Turn } from './stages.ts'

/** Activations of the rows or columns of a matrix, one vector for each replica. */
interface Vector {
  readonly buffer: string
  readonly stride: number
}

export interface Learning {
  /** The synapse or memory of the matrix, if its name differs. */
  readonly owner?: string
  readonly stage: Stage
  readonly rule: Rule
  /** True if the diagonal has no drive. */
  readonly zeroDiagonal?: boolean
  /** The stage of the step, if there are several. */
  readonly turn: Turn | undefined
  readonly row: Vector
  readonly column: Vector
  /** `parameters` are the vector p of the WGSL of the rule. */
  readonly group: (model: Model) => {
    tau: number
    every: number
    parameters: readonly number[]
    /** The present one; absent = as planned. */
    rule?: Rule
  }
}

/** Rows for each invocation of rule/plasticity-step. */
const STEP_ROWS = 8

export function planLearning(planning: Planning, name: string, learning: Learning): Operation[] {
  const { model, matrices, workgroup, limits } = planning
  const { owner = name, turn, row, column } = learning
  const matrix = matrixNamed(planning, name)
  const base = matrices.get(`${name}/base`)
  return matrix.blocks.map((block, index) => {
    const carried = matrices.get(carryNameOf(name))?.blocks[index]
    const invocations = Math.ceil(block.count / STEP_ROWS) * (matrix.stride / 4)
    const groups = Math.ceil(invocations / workgroup)
    const across = Math.min(groups, limits.maxComputeWorkgroupsPerDimension)
    const baseBlock = base && baseBlockOf(base, block)
    return operation(planning, {
      owner,
      act: 'plasticity-step',
      stage: learning.stage,
      kernel: 'rule/plasticity-step',
      constants: {
        BASED: baseBlock === undefined ? 0 : 1,
        ROWS: STEP_ROWS,
        ...(learning.zeroDiagonal && { ZERO_DIAGONAL: 1 }),
      },
      joined: {
        rule: learning.rule,
        integrator: model.time.integrator,
        ...(carried && { carried: true }),
        ...(turn && { staged: true }),
      },
      buffers: {
        matrix: block.buffer,
        ...(carried && { carry: carried.buffer }),
        ...(turn && stageBuffers(planning, name, index)),
        base: baseBlock?.buffer ?? 'none',
        rowActivations: row.buffer,
        columnActivations: column.buffer,
        faults: 'faults',
      },
      workgroups: [across, Math.ceil(groups / across), 1],
      params: (m) => ({
        start: block.start,
        count: block.count,
        rows: matrix.rows,
        stride: matrix.stride,
        columns: matrix.columns,
        rowStride: row.stride,
        columnStride: column.stride,
        across: across * workgroup,
        baseStart: baseBlock?.start ?? 0,
        baseRows: base === undefined || base.copies === 1 ? 0 : base.rows,
        ...ruleFields(m, owner, learning),
        ...(carried && carryFields(m, owner)),
      }),
      every: (m) => learning.group(m).every,
    })
  })
}

/** Fields of a step by a rule that do not depend on the shape of the coupling. */
export function ruleFields(model: Model, owner: string, learning: Learning): Record<string, number> {
  const { tau, every, parameters, rule = learning.rule } = learning.group(model)
  const ratio = stepOf(model, every) / tau
  const [r0 = 0, r1 = 0, r2 = 0, r3 = 0] = parameters
  return {
    rate: gainOf(model.time.integrator, ratio, 1, steadyDecay(rule)),
    ratio,
    ...{ r0, r1, r2, r3 },
    fault: faultOf(model, owner),
    ...learning.turn,
  }
}
