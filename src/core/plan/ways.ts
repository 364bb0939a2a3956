/** The alternatives of a choice as dispatches on scratch buffers, which the tuner times. */
import { attentionTile } from './attention.ts'
import { ALONE, type Kernel, type Product, kernelOf } from './kernels.ts'
import { type Limits, planMatrix, vectorStride } from './layout.ts'
import { WORKGROUP, productWorkgroups, tileOf } from './planning.ts'
import { candidatesOf, sliceOf } from './tuning.ts'
import { type Choice, type Form, type ProductShape, formText } from './variants.ts'

/** One alternative: dispatches, in order. */
export interface Way {
  /** The value of the variant. */
  readonly form: string
  readonly steps: readonly Step[]
}

export interface Step {
  readonly kernel: Kernel
  readonly constants: Readonly<Record<string, number>>
  readonly workgroups: readonly [number, number, number]
  /** For parameters with another meaning than in products. */
  readonly values?: Readonly<Record<string, number>>
}

/** For the matrix, independent of the product. */
export type Shape = Omit<ProductShape, 'product'>

/** The alternatives of a choice, the standard one first, and the shape for timing. */
export function waysOf(
  choice: Choice,
  abilities: { readonly lanes: number; readonly software: boolean },
): { readonly shape: Shape; readonly ways: readonly Way[] } {
  if (choice.product !== 'attention') {
    const shape = sliceOf(choice, abilities.software)
    const ways = candidatesOf(choice, choice.form, abilities).map((form) => ({
      form: formText(form),
      steps: [productStep(shape, choice.product, form)],
    }))
    return { shape, ways }
  }
  // A slice would fit into caches, a whole memory would not.
  const shape = { ...choice, rows: Math.min(choice.rows, Math.ceil(ATTENTION_ENTRIES / choice.columns)) }
  const product = (name: Product): Step => {
    const tile = tileOf({ ...abilities, workgroup: WORKGROUP }, { ...shape, product: name })
    return productStep(shape, name, { ...tile, workgroup: WORKGROUP })
  }
  const ways = [
    { form: 'on', steps: attentionSteps(shape) },
    { form: 'off', steps: [product('matvec'), softmaxStep(shape), product('matvec-transposed')] },
  ]
  return { shape, ways: choice.form === 'on' ? ways : ways.reverse() }
}

/** Number of entries of the memory for timing both ways of recall. */
const ATTENTION_ENTRIES = 2 ** 26

function productStep(shape: Shape, product: Product, form: Form): Step {
  const { format, rows, columns } = shape
  return {
    kernel: kernelOf(`product/${product}`, { format, tile: form, ending: 'store' }),
    constants: { WORKGROUP: form.workgroup, ADDS: 0, ...(product === 'matvec' && { HALF_NORM: 0 }) },
    workgroups: productWorkgroups(product, form, { rows, columns, replicas: replicasOf(shape) }),
  }
}

function softmaxStep(shape: Shape): Step {
  const lagrangian = { kind: 'softmax', beta: 1 } as const
  return {
    kernel: kernelOf('neuron/normalize', { lagrangian, reduce: 'tree' }),
    constants: { WORKGROUP },
    workgroups: [replicasOf(shape), 1, 1],
    values: { size: shape.rows, stride: vectorStride(shape.rows), rows: 1, p0: 1, p1: 0, p2: 0, p3: 0 },
  }
}

function attentionSteps(shape: Shape): Step[] {
  const { lanes, across, blocks } = attentionTile(shape)
  const replicas = replicasOf(shape)
  return [
    {
      kernel: kernelOf('memory/attention', { format: shape.format, tile: { ...ALONE, across } }),
      constants: { WORKGROUP: lanes, HALF_NORM: 0 },
      workgroups: [blocks, replicas, 1],
    },
    {
      kernel: kernelOf('memory/attention-reduce', { ending: 'store' }),
      constants: { WORKGROUP, ADDS: 0 },
      workgroups: [Math.ceil(Math.ceil(shape.columns / 4) / WORKGROUP), replicas, 1],
    },
  ]
}

const replicasOf = ({ states, copies }: Shape): number => Math.max(states, copies)

/** The bytes of the buffers of all alternatives of a shape, by binding, and their parameters by field. */
export function scratchOf(
  shape: Shape,
  limits: Limits,
): { readonly bytes: Readonly<Record<string, number>>; readonly values: Readonly<Record<string, number>> } {
  const { format, rows, columns, copies } = shape
  const matrix = planMatrix({ name: 'tuner', copies, rows, columns, format }, limits)
  const replicas = replicasOf(shape)
  const { blocks, blockRows } = attentionTile(shape)
  const longest = vectorStride(Math.max(rows, columns))
  return {
    bytes: {
      matrix: matrix.rowBytes * rows * copies,
      vector: 4 * longest * replicas,
      output: 4 * longest * replicas,
      bias: 4 * vectorStride(rows),
      partial: 16 * replicas * blocks * (Math.ceil(columns / 4) + 1),
      state: 4 * vectorStride(rows) * replicas,
      activations: 4 * vectorStride(rows) * replicas,
      whole: 4 * replicas,
    },
    values: {
      row0: 0,
      rows,
      columns,
      stride: matrix.stride,
      copyRows: copies === 1 ? 0 : rows,
      replica0: 0,
      replicas,
      vectorStride: longest,
      scale: 1,
      outputStride: longest,
      biasRows: 1,
      biasStride: vectorStride(rows),
      blockRows,
      blocks,
      beta: 1,
    },
  }
}
