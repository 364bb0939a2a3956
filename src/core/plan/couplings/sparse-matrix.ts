/**
 * Sparse matrices of memories and synapses: the entries row by row, and again column by column for products with
 * the transposed matrix. A fixed matrix stores its values in both orders, so that both products read consecutive
 * values. A variable matrix stores each value once, and for each column the index of its values among the rows.
 */
import { forEachEntry, type SparsePattern, rowsOf, transposedPattern } from '../../math/sparse.ts'
import type { Model, Rows } from '../../model/model.ts'
import { carryFields, carryNameOf } from '../carry.ts'
import type { Entries } from '../kernels.ts'
import { type Matrix, packBlock, planMatrix, vectorStride } from '../layout.ts'
import { type Learning, ruleFields } from '../learning.ts'
import { stageBuffers } from '../matrices.ts'
import type { BufferPlan, Operation } from '../operation.ts'
import { type Planning, addBuffer, find, matrixNamed, operation, perNeuron } from '../planning.ts'
import { storing, type Sending } from '../products.ts'
import { rootUnit, scratch, type Slot, sum } from '../samples.ts'
import { valuesByColumn } from '../transposed.ts'
import type { When } from './definition.ts'

/**
 * Smallest mean number of entries in a row for which a workgroup computes a row; its invocations then read
 * adjacent entries.
 */
const LONG_ROW = 64

/** Largest ratio of padded to stored entries for which rows are padded to the longest row. */
const MOST_FILLED = 1.25

/** A sparse matrix of the network; its entries are planned as a matrix of one row under its name. */
export interface SparseMatrix {
  readonly name: string
  /** The layers of its rows and of its columns. */
  readonly to: string
  readonly from: string
  /** Its loaded entries with their rows and columns. */
  readonly initOf: (model: Model) => Rows
  readonly isMoving: boolean
  /** The value of a set bit, if the entries are signs. */
  readonly unit?: number
}

/** The matrix by rows or by columns: its buffers and the lengths of its rows. */
interface Order {
  readonly act: 'matvec' | 'matvec-transposed'
  /** The layer whose activation the product reads. */
  readonly source: string
  readonly entries: Entries
  /** True if a word holds two columns. */
  readonly isShort: boolean
  readonly values: string
  readonly indices: string
  readonly starts: string
  /** The index of each value in row order. */
  readonly positions?: string
  /** Entries of a row, if all rows have the same number. */
  readonly degree?: number
  /** Padded length of all rows, if stored column by column (product/sparse-matvec-equal.wgsl). */
  readonly width?: number
}

/**
 * Padded length of all rows: the longest row, if rows are fixed, short and of similar length; undefined for
 * storage row by row. A software adapter uses row order, because an invocation is faster along its own row.
 * @param isBinary - the entries are signs, of which none is 0
 */
function widthOf({ software }: Planning, pattern: SparsePattern, isBinary: boolean): number | undefined {
  const { rows, degree, indptr, indices } = pattern
  // A sketch has no entries.
  if (software || (degree === undefined && indices.length === 0)) return undefined
  if (degree !== undefined) return degree < LONG_ROW ? degree : undefined
  let width = 0
  for (let row = 0; row < rows; row++) width = Math.max(width, indptr[row + 1]! - indptr[row]!)
  const isEqual = width * rows <= (isBinary ? 1 : MOST_FILLED) * indices.length
  return isEqual && width < LONG_ROW ? width : undefined
}

/** The index of each entry in column order: entry k of row i at k rows + i. */
function placesIn(pattern: SparsePattern): Uint32Array {
  const places = new Uint32Array(pattern.indices.length)
  forEachEntry(pattern, (entry, row) => (places[entry] = (entry - pattern.indptr[row]!) * pattern.rows + row))
  return places
}

/** The columns of a pattern with padded rows, in column order; padding repeats the last column of a row. */
function filled(pattern: SparsePattern, width: number): Uint32Array<ArrayBuffer> {
  const { rows, indices, indptr } = pattern
  const columns = new Uint32Array(rows * width)
  for (let row = 0; row < rows; row++) {
    const [start, end] = [indptr[row]!, indptr[row + 1]!]
    for (let k = 0; k < width && end > start; k++)
      columns[k * rows + row] = indices[Math.min(start + k, end - 1)]!
  }
  return columns
}

/** The order of the entries of a matrix in its buffer; undefined = row by row. */
export function orderOf(
  planning: Planning,
  { initOf, isMoving }: SparseMatrix,
  format: Matrix['format'] = 'f32',
): Matrix['order'] {
  const { pattern } = initOf(planning.model)
  const width =
    isMoving || pattern === undefined ? undefined : widthOf(planning, pattern, format === 'binary')
  if (pattern === undefined || width === undefined) return undefined
  return { stride: width * pattern.rows, places: () => placesIn(pattern) }
}

/** Number of neurons whose indices fit 16 bits. */
const SHORT = 2 ** 16

/** The format of entries that are read in storage order, for the number of columns of a layer. */
function entriesFor(planning: Planning, name: string, source: string): Pick<Order, 'entries' | 'isShort'> {
  const { format } = matrixNamed(planning, name)
  if (format === 'f32' || find(planning.model.layers, source).size > SHORT)
    return { entries: format, isShort: false }
  return { entries: `${format}-short`, isShort: true }
}

function byRows(planning: Planning, { name, from, initOf }: SparseMatrix): Order {
  const { pattern } = initOf(planning.model)
  const { degree } = pattern ?? {}
  const { order } = matrixNamed(planning, name)
  const isEqual = order !== undefined && pattern !== undefined
  return {
    act: 'matvec',
    source: from,
    ...entriesFor(planning, name, from),
    values: `${name}/matrix`,
    indices: `${name}/indices`,
    // Rows of equal length need no buffer of their starts.
    starts: degree === undefined && !isEqual ? `${name}/starts` : 'none',
    ...(degree !== undefined && { degree }),
    ...(isEqual && { width: order.stride / pattern.rows }),
  }
}

function byColumns(planning: Planning, matrix: SparseMatrix): Order {
  const { name, to, isMoving, initOf } = matrix
  const { pattern } = initOf(planning.model)
  const { format } = matrixNamed(planning, name)
  // A sketch has no entries.
  const isKnown = !planning.software && !isMoving && pattern !== undefined && pattern.indices.length > 0
  const width = isKnown
    ? widthOf(planning, transposedPattern(pattern).pattern, format === 'binary')
    : undefined
  return {
    act: 'matvec-transposed',
    source: to,
    ...(isMoving ? { entries: 'permuted', isShort: false } : entriesFor(planning, name, to)),
    values: isMoving ? `${name}/matrix` : valuesByColumn(name),
    indices: `${name}/transposed/indices`,
    starts: width === undefined ? `${name}/transposed/starts` : 'none',
    ...(width !== undefined && { width }),
    ...(isMoving && { positions: `${name}/transposed/positions` }),
  }
}

/** Buffers of the positions of the entries, in the orders for products with the matrix (`to`) and its transpose (`from`). */
export function addEntries(planning: Planning, matrix: SparseMatrix, targets: readonly string[]): void {
  const { model } = planning
  const { name, to, from, initOf, isMoving } = matrix
  const values = matrixNamed(planning, name)
  const { columns: count, stride } = values
  const patternOf = (m: Model): SparsePattern => {
    const { pattern } = initOf(m)
    if (pattern === undefined) throw new Error(`\`${name}\` has no entries`)
    return pattern
  }
  const transposedOf = (m: Model) => transposedPattern(patternOf(m))
  const add = (buffer: string, words: number, make: (m: Model) => ArrayBufferView<ArrayBuffer>): void => {
    const initial: BufferPlan['initial'] = { kind: 'data', make }
    if (buffer !== 'none') addBuffer(planning, buffer, words * 4, initial)
  }
  /** The columns of all entries, in the order and word size of their kernel. */
  const addColumns = ({ indices, width, isShort }: Order, of: (m: Model) => SparsePattern): void => {
    const places = width === undefined ? count : width * of(model).rows
    const columnsOf = (m: Model) => (width === undefined ? of(m).indices : filled(of(m), width))
    if (!isShort) add(indices, places, columnsOf)
    else
      add(indices, Math.ceil(places / 2), (m) => {
        const columns = new Uint16Array(2 * Math.ceil(places / 2))
        columns.set(columnsOf(m))
        return columns
      })
  }
  const starts = (layer: string): number => find(model.layers, layer).size + 1
  if (targets.includes(to) || isMoving) {
    const order = byRows(planning, matrix)
    add(order.starts, starts(to), (m) => patternOf(m).indptr)
    if (!isMoving) addColumns(order, patternOf)
    // The rule needs the row of each entry.
    else if (order.degree !== undefined) add(order.indices, stride, (m) => patternOf(m).indices)
    else
      add(order.indices, 2 * stride, (m) => {
        const places = new Uint32Array(2 * stride)
        places.set(patternOf(m).indices)
        places.set(rowsOf(patternOf(m)), stride)
        return places
      })
  }
  if (targets.includes(from) && from !== to) {
    const order = byColumns(planning, matrix)
    addColumns(order, (m) => transposedOf(m).pattern)
    add(order.starts, starts(from), (m) => transposedOf(m).pattern.indptr)
    if (order.positions !== undefined) add(order.positions, count, (m) => transposedOf(m).positions)
    else {
      const { width } = order
      const { order: _, ...plain } = values
      const shape = {
        ...plain,
        ...(width !== undefined && {
          order: {
            stride: width * find(model.layers, from).size,
            places: () => placesIn(transposedOf(model).pattern),
          },
        }),
      }
      const packed = planMatrix(shape, planning.limits)
      add(order.values, packed.rowBytes / 4, (m) => {
        const { data } = initOf(m)
        const [block] = packed.blocks as [Matrix['blocks'][number]]
        const entries = Float32Array.from(transposedOf(m).positions, (entry) => data[entry] as number)
        return packBlock(packed, block, entries)
      })
    }
  }
}

/** A x for the layer of the rows, A^T x for the layer of the columns. */
export function sparseProduct(
  planning: Planning,
  matrix: SparseMatrix,
  { name, size }: { readonly name: string; readonly size: number },
  when: When,
  label?: string,
): Sending {
  const { model, limits, software } = planning
  const order = matrix.to === name ? byRows(planning, matrix) : byColumns(planning, matrix)
  const { act, source, entries, values, indices, starts, positions, degree = 0, width } = order
  const vector = `${source}/activations`
  const { columns: count, copies, stride } = matrixNamed(planning, matrix.name)
  // On a software adapter barriers cost more than adjacent reads save.
  const isWide = !software && count / size >= LONG_ROW
  return {
    before: [],
    reads: [vector],
    hand: (output, adds, receiver = (more) => storing(output, more)) => {
      const taken = receiver(adds)
      return [
        operation(planning, {
          ...when,
          owner: matrix.name,
          act: label ?? act,
          into: name,
          kernel:
            width !== undefined
              ? 'product/sparse-matvec-equal'
              : isWide
                ? 'product/sparse-matvec-wide'
                : 'product/sparse-matvec',
          joined: { entries, ...taken.joined },
          constants: taken.constants,
          buffers: {
            values,
            indices,
            starts,
            ...(positions !== undefined && { positions }),
            vector,
            ...taken.buffers,
          },
          workgroups:
            isWide && width === undefined
              ? [Math.min(size, limits.maxComputeWorkgroupsPerDimension), model.replicas, 1]
              : perNeuron(planning, size),
          params: (m) => ({
            degree,
            copyStride: copies === 1 ? 0 : stride,
            unit: matrix.unit ?? 1,
            ...(width !== undefined && { width }),
            vectorStride: vectorStride(find(m.layers, source).size),
            outputs: size,
            ...taken.params(m),
          }),
        }),
      ]
    },
  }
}

/** The step of the entries by a rule. */
export function planSparseLearning(planning: Planning, matrix: SparseMatrix, learning: Learning): Operation {
  const { model, matrices, workgroup, limits } = planning
  const { name } = matrix
  const { turn, row, column } = learning
  const { indices, degree = 0 } = byRows(planning, matrix)
  const entries = matrixNamed(planning, name)
  const base = matrices.get(`${name}/base`)
  const carry = matrices.get(carryNameOf(name))
  const groups = Math.ceil(entries.stride / 4 / workgroup)
  const across = Math.min(groups, limits.maxComputeWorkgroupsPerDimension)
  return operation(planning, {
    owner: name,
    act: 'plasticity-step',
    stage: learning.stage,
    kernel: 'rule/sparse-plasticity-step',
    constants: {
      BASED: base === undefined ? 0 : 1,
      ...(learning.zeroDiagonal && { ZERO_DIAGONAL: 1 }),
    },
    joined: {
      rule: learning.rule,
      integrator: model.time.integrator,
      ...(carry && { carried: true }),
      ...(turn && { staged: true }),
    },
    buffers: {
      matrix: bufferOf(entries),
      ...(carry && { carry: bufferOf(carry) }),
      ...(turn && stageBuffers(planning, name, 0)),
      base: base === undefined ? 'none' : bufferOf(base),
      places: indices,
      rowActivations: row.buffer,
      columnActivations: column.buffer,
      faults: 'faults',
    },
    workgroups: [across, Math.ceil(groups / across), model.replicas],
    params: (m) => ({
      entries: entries.columns,
      stride: entries.stride,
      degree,
      rowStride: row.stride,
      columnStride: column.stride,
      across: across * workgroup,
      ...ruleFields(m, name, learning),
      ...(carry && carryFields(m, name)),
    }),
    every: (m) => learning.group(m).every,
  })
}

/** factor * |A - base|^2, added to a sample. */
export function sparseDeviation(
  planning: Planning,
  matrix: SparseMatrix,
  slot: Slot,
  word: number,
  factor: (model: Model) => number,
): Operation[] {
  const { name, to } = matrix
  const { starts, degree = 0 } = byRows(planning, matrix)
  const { size } = find(planning.model.layers, to)
  const output = scratch(planning)
  const entries = matrixNamed(planning, name)
  const base = planning.matrices.get(`${name}/base`)
  const work = { owner: name, act: 'deviation' } as const
  return [
    operation(planning, {
      ...work,
      stage: 'probe',
      kernel: 'probe/sparse-deviation',
      constants: { BASED: base === undefined ? 0 : 1 },
      buffers: {
        matrix: bufferOf(entries),
        base: base === undefined ? 'none' : bufferOf(base),
        starts,
        output: output.buffer,
      },
      workgroups: perNeuron(planning, size),
      params: (m) => ({
        degree,
        outputs: size,
        copyStride: entries.stride,
        outputStride: output.stride,
        unit: rootUnit(factor(m)),
      }),
    }),
    sum(planning, slot, {
      ...work,
      size,
      left: output,
      factor: (m) => factor(m) / rootUnit(factor(m)) ** 2,
      first: false,
      word,
    }),
  ]
}

/** The single buffer of the entries; more than one is refused when they are added. */
function bufferOf({ blocks: [block] }: Matrix): string {
  return (block as Matrix['blocks'][number]).buffer
}
