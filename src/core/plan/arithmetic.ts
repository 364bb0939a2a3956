/**
 * The floating-point operations of a dispatch, and the part of its buffers that it moves: what its equation needs, whatever the
 * form. A multiplication and an addition are two operations; an exponential, a division and a comparison are one each. The
 * step of neurons at the end of a product is left out: some operations for each neuron, where the product has some for each
 * entry of the matrix.
 */
import type { Model } from '../model/model.ts'
import { MOST_PENDING } from './clock.ts'
import { INIT_ROWS } from './couplings/hebbian-init.ts'
import type { KernelName } from './kernels.ts'
import type { Matrix } from './layout.ts'
import type { Operation } from './operation.ts'

/** The numbers of a dispatch that a count depends on. */
interface Dispatch {
  /** A field of its parameters. */
  readonly of: (field: string) => number
  readonly replicas: number
  /** Stored entries of its sparse matrix. */
  readonly entries: number
  readonly constants: Operation['constants']
  readonly workgroups: Operation['workgroups']
}

interface Arithmetic {
  readonly operations: (dispatch: Dispatch) => number
  /** By binding: how often the buffer is moved, where its accesses in the WGSL do not tell: 0.5 = a half of it. */
  readonly moves?: (dispatch: Dispatch) => Readonly<Record<string, number>>
}

/** Some operations for each neuron of each replica. */
const perNeuron = (count: number): Arithmetic => ({
  operations: ({ of, replicas }) => count * of('size') * replicas,
})

/** A compared, an exponentiated, a summed and a divided number. */
const NORMALISE = 4

/** Two for each entry of a matrix and state. */
const PRODUCT: Arithmetic = {
  operations: ({ of }) => 2 * of('rows') * of('columns') * of('replicas'),
}

/** Two for each stored entry and replica. */
const SPARSE: Arithmetic = { operations: ({ entries, replicas }) => 2 * entries * replicas }

/** rate (a b - w): a product, a difference, and the step; a base is one more difference. */
const learnt = ({ constants }: Dispatch): number => 4 + (constants.BASED ?? 0)

/** Every weight of a filter at every place. */
const convolved = ({ of }: Dispatch, filters: number): number =>
  2 * filters * of('down') * of('across') * of('channels') * of('kernelHeight') * of('kernelWidth')

const CONVOLUTION: Arithmetic = {
  operations: (dispatch) => convolved(dispatch, dispatch.of('features')) * dispatch.replicas,
}

/** fade U + sum_k w_k g_k g_k^T of 15 updates. */
const PENDING = 1 + 2 * (MOST_PENDING - 1)

/** Entries of the rows of U in this dispatch: of a folded U, half of them. */
const deferred = ({ of, constants, workgroups }: Dispatch): number =>
  of('rows') * of('stride') * workgroups[2] * (constants.FOLDED === 1 ? 0.5 : 1)

/** A kernel that is not here counts as two operations for each number that it moves. */
const ARITHMETIC: Readonly<Partial<Record<KernelName, Arithmetic>>> = {
  'neuron/stimulate': perNeuron(0),
  'neuron/activate': perNeuron(1),
  'neuron/normalize': perNeuron(NORMALISE),
  'neuron/choose': perNeuron(1),
  // The leak, the drive, the rate and the sum.
  'neuron/integrate': perNeuron(4),
  'product/matvec': PRODUCT,
  'product/matvec-transposed': PRODUCT,
  'rule/plasticity-step': {
    operations: (dispatch) => learnt(dispatch) * dispatch.of('count') * dispatch.of('columns'),
  },
  'rule/sparse-plasticity-step': {
    operations: (dispatch) => learnt(dispatch) * dispatch.of('entries') * dispatch.replicas,
  },
  'rule/follow': perNeuron(3),
  'synapse/hebbian-init': {
    operations: ({ of, workgroups }) =>
      2 * of('patternCount') * of('size') * Math.min(of('rows') - of('offset'), INIT_ROWS * workgroups[1]),
  },
  // Both products, and the exponentials.
  'memory/attention': {
    operations: ({ of, replicas }) => (4 * of('columns') + NORMALISE) * of('rows') * replicas,
  },
  'memory/attention-reduce': {
    operations: ({ of, replicas }) => 2 * of('blocks') * of('columns') * replicas,
  },
  'synapse/symv': {
    operations: ({ of, workgroups }) => 2 * of('columns') ** 2 * workgroups[2],
    moves: () => ({ matrix: 0.5, partial: 0.5 }),
  },
  'synapse/symv-reduce': {
    operations: ({ of, replicas }) => 0.5 * of('partials') * of('columns') * replicas,
    moves: () => ({ partial: 0.5 }),
  },
  'synapse/append-activation': { operations: () => 0, moves: () => ({ ring: 1 / MOST_PENDING }) },
  'synapse/rank-k-update': {
    // And the step: rate (factor g g^T - .).
    operations: (dispatch) => (PENDING + 4) * deferred(dispatch),
    moves: ({ constants }) => {
      const both = constants.FOLDED === 1 ? 1 : 2
      return { excess: both, carry: both }
    },
  },
  'synapse/materialise': {
    operations: (dispatch) => (PENDING + (dispatch.constants.BASED ?? 0)) * deferred(dispatch),
  },
  'synapse/set-from-dense': {
    operations: ({ of, workgroups }) => of('rows') * of('stride') * workgroups[2],
  },
  'memory/convolution-forward': CONVOLUTION,
  'memory/convolution-backward': CONVOLUTION,
  'memory/convolution-forward-tiled': CONVOLUTION,
  'memory/convolution-backward-tiled': CONVOLUTION,
  'memory/convolution-plasticity-step': {
    operations: (dispatch) =>
      convolved(dispatch, dispatch.of('count')) +
      learnt(dispatch) * dispatch.of('count') * dispatch.of('columns'),
  },
  'product/sparse-matvec': SPARSE,
  'product/sparse-matvec-equal': SPARSE,
  'product/sparse-matvec-wide': SPARSE,
  'memory/tokens-project': {
    operations: ({ of, replicas }) => 2 * of('outputs') * of('width') * replicas,
  },
  'memory/tokens-weigh': {
    operations: ({ of, replicas }) =>
      of('heads') * of('tokens') ** 2 * (2 * of('size') + NORMALISE) * replicas,
  },
  // Weighted keys, and weighted queries.
  'memory/tokens-mix': {
    operations: ({ of, replicas }) => 4 * of('heads') * of('tokens') ** 2 * of('size') * replicas,
  },
  'memory/tokens-send': {
    operations: ({ of, replicas }) => 2 * of('outputs') * of('rows') * replicas,
  },
  'probe/legendre': perNeuron(4),
  'probe/conjugate': perNeuron(4),
  'probe/sum': perNeuron(2),
  'probe/deviation': { operations: ({ of }) => 3 * of('count') * of('stride') },
  'probe/sparse-deviation': { operations: ({ entries, replicas }) => 3 * entries * replicas },
  'probe/distance': { operations: ({ of }) => 3 * of('count') * of('columns') * of('targetCount') },
  'probe/store': perNeuron(1),
  'probe/signs': perNeuron(2),
  'probe/count': perNeuron(1),
  'probe/similarity': { operations: ({ of }) => 2 * of('count') * of('columns') * of('patternCount') },
  'probe/speed': perNeuron(4),
}

/**
 * The arithmetic of one dispatch.
 * @returns undefined for a kernel whose operations are not counted; `movesOf` is undefined for a buffer that is moved as a whole
 */
export function arithmeticOf(
  operation: Operation,
  model: Model,
  matrices: ReadonlyMap<string, Matrix>,
): { readonly operations: number; readonly movesOf: (binding: string) => number | undefined } | undefined {
  const { kernel, owner, constants, workgroups } = operation
  const [name = ''] = kernel.key.split('+', 1)
  const arithmetic = Object.hasOwn(ARITHMETIC, name) ? ARITHMETIC[name as KernelName] : undefined
  if (arithmetic === undefined) return undefined
  const params = operation.params(model)
  const dispatch: Dispatch = {
    of(field) {
      const value = params[field]
      if (value === undefined) throw new Error(`${operation.label}: ${name} has no field ${field}`)
      return value
    },
    replicas: model.replicas,
    entries: matrices.get(owner)?.columns ?? 0,
    constants,
    workgroups,
  }
  const { operations, moves } = arithmetic
  const factors = moves?.(dispatch) ?? {}
  return { operations: operations(dispatch), movesOf: (binding) => factors[binding] }
}
