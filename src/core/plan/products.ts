/** Products of a matrix with the activations of every replica, and their receivers. */
import type { Model } from '../model/model.ts'
import { ALONE, type Epilogue } from './kernels.ts'
import { type Matrix, vectorStride } from './layout.ts'
import type { Operation, Stage, Work } from './operation.ts'
import { type Planning, type Receiver, addBuffer, operation, productWorkgroups, tileOf } from './planning.ts'
import { type Form, type Why, chooseForm, shapeKey } from './variants.ts'

/** The arguments of a product in addition to the shape of the matrix. */
export interface Product extends Work {
  readonly stage: Stage
  readonly kernel: 'product/matvec' | 'product/matvec-transposed'
  readonly matrix: Matrix
  readonly vector: { readonly buffer: string; readonly size: number }
  /** Factor of the sum; if it differs by replica, `epilogue` contains it. */
  readonly scale?: (model: Model) => number
  readonly halfNorm?: boolean
  /** An additional term of the product, with its bindings and parameters; for `project`. */
  readonly epilogue?: {
    readonly joined: Epilogue
    readonly buffers?: Readonly<Record<string, string>>
    readonly params?: Readonly<Record<string, number>>
  }
  /** True = the matrix is symmetric, and only its diagonal and the entries above are read. */
  readonly folds?: boolean
  readonly every?: Operation['every']
  /** Operations that compute the vector first. */
  readonly before?: readonly Operation[]
}

function workOf({ owner, act, into, part }: Product): Work {
  return { owner, act, ...(into !== undefined && { into }), ...(part !== undefined && { part }) }
}

/** A vector [replicas, stride] that products set or are added to. */
export interface Output {
  readonly buffer: string
  readonly stride: number
}

/** Sets an output to a product, or adds the product to it. */
export function storing({ buffer, stride }: Output, adds: boolean): Receiver {
  return {
    joined: { ending: 'store' },
    constants: { ADDS: adds ? 1 : 0 },
    buffers: { output: buffer },
    params: () => ({ outputStride: stride }),
  }
}

/**
 * Product of a matrix with a vector for each replica, block by block: `recall` A x, `project` A^T x. Replicas
 * that share the matrix are computed several at a time.
 * @param output - buffer for the sum over blocks, and for the product unless there is a `receiver`
 * @param adds - true = the output holds earlier terms
 * @param receiver - receives the whole product, and whether to add the contents of the output
 */
export function planProduct(
  planning: Planning,
  product: Product,
  output: Output,
  adds = false,
  receiver: (adds: boolean) => Receiver = (more) => storing(output, more),
): Operation[] {
  if (product.folds === true) return planSymv(planning, product, adds, receiver)
  const { model } = planning
  const { kernel, matrix, vector, scale = () => 1, halfNorm = false, epilogue, before = [] } = product
  const { columns, rows, format, blocks } = matrix
  const recalls = kernel === 'product/matvec'
  const shared = matrix.copies === 1
  const states = shared ? model.replicas : 1
  const { form, why } = formOf(planning, product, states)
  const { workgroup, ...tile } = form
  const products = blocks.map((block) => {
    // A block holds whole copies, or rows of one copy.
    const row0 = block.start % rows
    const count = Math.min(rows - row0, block.count)
    const replicas = shared ? model.replicas : block.count / count
    const isLast = recalls || row0 + count === rows
    const more = adds || (!recalls && row0 > 0)
    const { joined, constants, buffers, params } = isLast ? receiver(more) : storing(output, more)
    return operation(planning, {
      ...workOf(product),
      stage: product.stage,
      kernel,
      joined: {
        format,
        tile,
        ...joined,
        ...(epilogue !== undefined && { epilogue: epilogue.joined }),
      },
      constants: {
        WORKGROUP: workgroup,
        ...constants,
        ...(recalls && { HALF_NORM: halfNorm ? 1 : 0 }),
      },
      why,
      buffers: { matrix: block.buffer, vector: vector.buffer, ...epilogue?.buffers, ...buffers },
      workgroups: productWorkgroups(recalls ? 'matvec' : 'matvec-transposed', form, {
        rows: count,
        columns,
        replicas,
      }),
      params: (m) => ({
        row0,
        rows: count,
        columns,
        stride: matrix.stride,
        copyRows: shared ? 0 : rows,
        replica0: shared ? 0 : Math.floor(block.start / rows),
        replicas,
        vectorStride: vectorStride(vector.size),
        scale: scale(m),
        ...epilogue?.params,
        ...params(m),
      }),
      ...(product.every === undefined ? {} : { every: product.every }),
    })
  })
  return [...before, ...products]
}

/** An input of a layer: operations, the last of which pass it to a receiver. */
export interface Sending {
  /** Earlier operations, which pass nothing on. */
  readonly before: readonly Operation[]
  /** Buffers that the last operations read, which the receiver cannot write. */
  readonly reads: readonly string[]
  /** The last operations, with the arguments of `planProduct`. */
  readonly hand: (output: Output, adds: boolean, receiver?: (adds: boolean) => Receiver) => Operation[]
}

/** A product as an input. */
export function sendingOf(planning: Planning, product: Product): Sending {
  const { before = [], folds, vector, epilogue } = product
  return {
    before,
    reads: [...(folds === true ? [] : [vector.buffer]), ...Object.values(epilogue?.buffers ?? {})],
    hand: (output, adds, receiver) =>
      planProduct(planning, { ...product, before: [] }, output, adds, receiver),
  }
}

/** Rows for each invocation of synapse/symv on adapters that need many invocations. */
const SYMV_ROWS = 128

/** The same for a symmetric matrix of every replica, folded at its diagonal: partial sums, and their sum. */
function planSymv(
  planning: Planning,
  product: Product,
  adds: boolean,
  receiver: (adds: boolean) => Receiver,
): Operation[] {
  const { model, software, workgroup } = planning
  const { stage, matrix, vector, epilogue, scale = () => 1, every, before = [] } = product
  const { stride, columns } = matrix
  const quads = stride / 4
  const strips = Math.ceil(quads / 2)
  const chunk = software ? 8 * strips : SYMV_ROWS
  const chunks = Math.ceil((8 * strips) / chunk)
  const partials = strips + chunks
  const partial = `${product.into}/partial`
  addBuffer(planning, partial, model.replicas * partials * stride * 4)
  const rate = every === undefined ? {} : { every }
  // Strips have very different lengths: small workgroups balance them over few cores.
  const group = software ? Math.min(8, workgroup) : workgroup
  const sums = matrix.blocks.map(({ buffer, start, count }) => {
    const params = { columns, stride, chunk, replica0: start / matrix.rows, partials }
    return operation(planning, {
      ...workOf(product),
      act: 'symv',
      stage,
      kernel: 'synapse/symv',
      constants: { WORKGROUP: group },
      buffers: { matrix: buffer, vector: vector.buffer, partial },
      workgroups: [Math.ceil(strips / group), chunks, count / matrix.rows],
      params: () => params,
      ...rate,
    })
  })
  const { joined, constants, buffers, params } = receiver(adds)
  const reduction = operation(planning, {
    ...workOf(product),
    stage,
    kernel: 'synapse/symv-reduce',
    joined: { ...joined, ...(epilogue !== undefined && { epilogue: epilogue.joined }) },
    constants,
    buffers: { partial, ...epilogue?.buffers, ...buffers },
    workgroups: [Math.ceil(quads / workgroup), model.replicas, 1],
    params: (m) => ({
      columns,
      stride,
      chunk,
      replica0: 0,
      partials,
      scale: scale(m),
      ...epilogue?.params,
      ...params(m),
    }),
    ...rate,
  })
  return [...before, ...sums, reduction]
}

/** The form of a product for a number of states that share its matrix; the plan records the products of ticks. */
function formOf(
  planning: Planning,
  { kernel, matrix, stage, every }: Pick<Product, 'kernel' | 'matrix' | 'stage' | 'every'>,
  states: number,
): { readonly form: Form; readonly why: Why } {
  const { model, variants, pins, tuned, software, lanes, workgroup, products } = planning
  const product = kernel === 'product/matvec' ? 'matvec' : 'matvec-transposed'
  const { format, rows, columns, copies } = matrix
  const shape = { product, format, rows, columns, states, copies } as const
  const usual = tileOf(planning, shape)
  const all = variants[product]
  // Probes run rarely: they get a tile that compiles quickly on adapters with slow compilers.
  if (stage === 'probe') {
    const quick = { ...ALONE, states: states >= 4 ? 4 : 1 }
    const standard = software ? quick : usual
    return chooseForm(shape, { all, tuned: undefined, standard: { ...standard, workgroup } }, lanes)
  }
  const name = `${product}:${matrix.name}` as const
  const forms = {
    own: { name, form: variants[name] },
    kept: pins[name],
    all,
    tuned: tuned[shapeKey(shape)],
    standard: { ...usual, workgroup },
  }
  const chosen = chooseForm(shape, forms, lanes)
  products.set(name, { name, ...shape, ...chosen, every: every?.(model) ?? 1 })
  return chosen
}
