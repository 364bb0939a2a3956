/** Coupling matrices as buffers. */
import type { Model, Rows } from '../model/model.ts'
import { copiesOfFixed, networkOf } from '../model/variation.ts'
import { carryNameOf } from './carry.ts'
import { type Block, type Matrix, type MatrixShape, planMatrix } from './layout.ts'
import type { BufferPlan, Lifetime } from './operation.ts'
import { type Planning, addBuffer, matrixNamed } from './planning.ts'

/** Adds a matrix and its buffers to the plan. */
export function addMatrix(
  planning: Planning,
  shape: MatrixShape,
  initialOf: (matrix: Matrix, block: Block) => BufferPlan['initial'],
  lifetime: Lifetime = 'fixed',
): Matrix {
  const matrix = planMatrix(shape, planning.limits)
  planning.matrices.set(matrix.name, matrix)
  for (const block of matrix.blocks)
    addBuffer(planning, block.buffer, block.bytes, initialOf(matrix, block), lifetime)
  return matrix
}

/** A matrix given by its dense rows, as initial contents that are packed at the upload. */
export function addFixedMatrix(
  planning: Planning,
  name: string,
  rowsOf: (model: Model) => Rows,
  format: Matrix['format'] = 'f32',
  copies = copiesOfFixed(planning.model),
  lifetime: Lifetime = 'fixed',
  order?: Matrix['order'],
): Matrix {
  const { rows, columns } = rowsOf(planning.model)
  return addMatrix(
    planning,
    { name, copies, rows, columns, format, ...(order && { order }) },
    (matrix, block) => ({
      kind: 'rows',
      matrix,
      block,
      of: (model, copy) => rowsOf(copies === 1 ? model : networkOf(model, copy)),
    }),
    lifetime,
  )
}

/** The second word of every entry of a slow matrix, in the same blocks as the matrix. */
export function addCarry(planning: Planning, name: string): Matrix {
  const { copies, rows, columns, format, isVector } = matrixNamed(planning, name)
  return addMatrix(
    planning,
    { name: carryNameOf(name), copies, rows, columns, format, ...(isVector && { isVector }) },
    () => ({ kind: 'zero' }),
    'state',
  )
}

/** The values that a matrix keeps between stages, in the same blocks as the matrix (shaders/rule/staged.wgsl). */
export function addStages(planning: Planning, name: string): void {
  const { copies, rows, columns, format } = matrixNamed(planning, name)
  for (const part of ['starts', 'sums'])
    addMatrix(planning, { name: `${name}/${part}`, copies, rows, columns, format }, () => ({ kind: 'zero' }))
}

/** These buffers for one block, by the bindings of the kernel. */
export function stageBuffers(
  planning: Planning,
  name: string,
  block: number,
): Record<'starts' | 'sums', string> {
  const bufferOf = (part: string): string =>
    matrixNamed(planning, `${name}/${part}`).blocks[block]?.buffer as string
  return { starts: bufferOf('starts'), sums: bufferOf('sums') }
}

/** The block of a base matrix for a block of a matrix; blocks of copies are split at the same rows. */
export function baseBlockOf(base: Matrix, { start: first }: Pick<Block, 'start'>): Block {
  const row = base.copies === 1 ? first % base.rows : first
  const block = base.blocks.find(({ start, count }) => row >= start && row < start + count)
  if (block === undefined) throw new Error(`\`${base.name}\` has no row ${row}`)
  return block
}

/** The fewest neurons for which a folded product is faster in spite of its two dispatches. */
const LEAST_FOLDED = 256

/** True if products with a symmetric matrix are folded: every replica has a copy, in one buffer. */
export function mayFold({ model, variants }: Planning, { format, copies, rows, blocks }: Matrix): boolean {
  if (variants.symv === 'off') return false
  const isForced = variants.symv === 'on' || variants.synapses === 'factored'
  const isWhole = blocks.every(({ count }) => count % rows === 0)
  return (isForced || rows >= LEAST_FOLDED) && isWhole && format === 'f32' && copies === model.replicas
}
