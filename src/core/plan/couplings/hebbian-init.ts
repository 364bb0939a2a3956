/** Couplings J from a matrix or from patterns. */
import type { Made } from '../../kinds/bases/definition.ts'
import { madeOf } from '../../kinds/bases/table.ts'
import type { Model, Rows, Synapse } from '../../model/model.ts'
import { type Block, type Matrix, vectorStride } from '../layout.ts'
import type { Operation } from '../operation.ts'
import { type Planning, bytesOf, find, operation } from '../planning.ts'

/** Multiply-adds in one dispatch of the set-up, so that no watchdog fires on a slow adapter. */
const SETUP_WORK = 2 ** 28

/** Rows for each invocation of synapse/hebbian-init. */
export const INIT_ROWS = 8

/** J or W(0). */
export type Which = 'base' | 'init'

/** The source of J or W(0) of synapses; undefined = 0. */
export function madeFor(model: Model, name: string, which: Which): Made {
  const { base, init = base } = find(model.synapses, name)
  return madeOf(which === 'init' ? init : base)
}

export function patternsOf(model: Model, name: string, which: Which = 'base'): Rows {
  const made = madeFor(model, name, which)
  if (made === undefined || !('patterns' in made))
    throw new Error(`\`${name}\` has no patterns as its ${which}`)
  return made.patterns
}

export function matrixOf(model: Model, name: string, which: Which = 'base'): Rows {
  const made = madeFor(model, name, which)
  if (made === undefined || !('matrix' in made)) throw new Error(`\`${name}\` has no matrix as its ${which}`)
  return made.matrix
}

/** J = P^T P / N as a matrix, from the buffer that holds P. */
export function hebbianInit(
  planning: Planning,
  synapse: Synapse,
  matrix: Matrix,
  stored: string,
  which: Which = 'base',
): Operation[] {
  const { limits, workgroup } = planning
  // Checked first: a matrix that does not fit would need millions of dispatches.
  bytesOf(planning, false)
  const patterns = patternsOf(planning.model, synapse.name, which)
  const stride = vectorStride(patterns.columns)
  const made = madeFor(planning.model, synapse.name, which)
  const zeroDiagonal = made !== undefined && 'patterns' in made && made.zeroDiagonal
  const work = Math.floor(SETUP_WORK / (stride * Math.max(1, patterns.rows) * INIT_ROWS))
  const rowsPerDispatch = INIT_ROWS * Math.max(1, Math.min(work, limits.maxComputeWorkgroupsPerDimension))
  return matrix.blocks
    .flatMap((block) => copiesIn(matrix, block))
    .flatMap(({ block, copy, first, end }) =>
      Array.from({ length: Math.ceil((end - first) / rowsPerDispatch) }, (_, part) => {
        const offset = first + part * rowsPerDispatch
        const count = Math.min(rowsPerDispatch, end - offset)
        return operation(planning, {
          owner: synapse.name,
          act: 'hebbian-init',
          stage: 'setup',
          kernel: 'synapse/hebbian-init',
          buffers: { patterns: stored, matrix: block.buffer },
          workgroups: [Math.ceil(stride / 4 / workgroup), Math.ceil(count / INIT_ROWS), 1],
          params: () => ({
            // Modulo 2^32, for the copies that begin inside the block.
            start: (block.start - copy * matrix.rows) >>> 0,
            offset,
            rows: end,
            size: matrix.columns,
            stride,
            patternCount: patterns.rows,
            pattern0: copy * patterns.rows,
            zeroDiagonal: zeroDiagonal ? 1 : 0,
          }),
        })
      }),
    )
}

/** The copies of a matrix in a block: the rows [first, end) of the block. */
function copiesIn({ rows }: Matrix, block: Block) {
  const { start, count } = block
  const copies = Array.from({ length: Math.ceil(((start % rows) + count) / rows) }, (_, k) => k)
  return copies.map((k) => {
    const copy = Math.floor(start / rows) + k
    return {
      block,
      copy,
      first: Math.max(0, copy * rows - start),
      end: Math.min(count, (copy + 1) * rows - start),
    }
  })
}
