/** Synapses W of a layer: a matrix, or factors if cheaper. */
import { ModelError } from '../../errors.ts'
import { madeOf } from '../../kinds/bases/table.ts'
import { entriesReadBy } from '../../kinds/probes/table.ts'
import { SYNAPTIC } from '../../kinds/rules/table.ts'
import type { LateralSynapse } from '../../model/model.ts'
import { isCarried } from '../carry.ts'
import { MOST_PENDING } from '../clock.ts'
import type { Factored } from '../factored.ts'
import { copiesOfFixed, networkOf } from '../../model/variation.ts'
import { dealRows, gatherRows, type Matrix, vectorStride } from '../layout.ts'
import { planLearning } from '../learning.ts'
import { addCarry, addFixedMatrix, addMatrix, addStages, baseBlockOf, mayFold } from '../matrices.ts'
import type { Operation } from '../operation.ts'
import { type Planning, type Receiver, addBuffer, differs, find, matrixNamed } from '../planning.ts'
import { planProduct, type Product, sendingOf } from '../products.ts'
import { activationsOf, deviation, scratch, type Slot, sum } from '../samples.ts'
import { isStaged, type Turn } from '../stages.ts'
import type { CouplingPlanner, When } from './definition.ts'
import { type Form, planFactors, updateOf } from './factors.ts'
import { hebbianInit, madeFor, matrixOf, patternsOf, type Which } from './hebbian-init.ts'

/** The fewest neurons for which factors save more than their extra dispatches cost. */
const LEAST_NEURONS = 256

/** A product with P and P^T must cost less than one with J by this factor. */
const LOW_RANK = 3

/** Buffers of one synapse, and the operations that compute its J. */
function buffers(planning: Planning, synapse: LateralSynapse): Operation[] {
  const form = formOf(planning, synapse)
  return form.isLowRank || form.defers ? planFactors(planning, synapse, form) : planWhole(planning, synapse)
}

/** The form that costs less (bytes on hardware, loads on software adapters). */
function formOf(planning: Planning, synapse: LateralSynapse): Form {
  const { model, limits, variants } = planning
  const { base, every } = synapse
  const { size } = find(model.layers, synapse.layer)
  const reader = model.probes.find((probe) => entriesReadBy(probe) === synapse.name)
  const bindable = Math.min(limits.maxStorageBufferBindingSize, limits.maxBufferSize)
  const fits = (rows: number): boolean => rows * vectorStride(size) * 4 <= bindable
  const isForced = variants.synapses === 'factored'
  if (model.variation?.isIndependent) {
    if (isForced)
      throw new ModelError(
        `synapses=factored: each replica has its own \`${synapse.name}\` (replicas.independent), which is not possible in factors; use whole`,
        { path: 'variants' },
      )
    return { isLowRank: false, defers: false }
  }
  if (variants.synapses === 'whole' || !(isForced || size >= LEAST_NEURONS))
    return { isLowRank: false, defers: false }
  const made = madeOf(base)
  const patterns = made !== undefined && 'patterns' in made ? made.patterns.rows : Infinity
  const isLowRank = fits(patterns) && (isForced || LOW_RANK * patterns <= size)
  // If updates are rare, W as a matrix is cheaper than J and U in every tick.
  const isFrequent = every <= (isLowRank || made === undefined ? 8 : 2)
  const isPlastic = synapse.tau !== undefined
  const takesStages = isStaged(model, synapse)
  if (takesStages && isForced)
    throw new ModelError(
      `synapses=factored: ${model.time.integrator} moves \`${synapse.name}\` in several stages, but factors allow one; use whole or ` +
        'an integrator of one stage',
      { path: 'variants' },
    )
  const whole =
    reader !== undefined
      ? `the probe \`${reader.name}\` of its entries`
      : isPlastic
        ? standsWhole(synapse)
        : undefined
  if (whole !== undefined && isForced)
    throw new ModelError(
      `synapses=factored: \`${synapse.name}\` has ${whole}, which is not possible in factors; use whole`,
      {
        path: 'variants',
      },
    )
  const defers =
    isPlastic &&
    !takesStages &&
    whole === undefined &&
    (isForced || isFrequent) &&
    fits(MOST_PENDING * model.replicas) &&
    !differs(model, updateOf(synapse.name))
  return { isLowRank: isLowRank && reader === undefined && (defers || !isPlastic), defers }
}

/** Properties of plastic synapses that exclude factors: U starts at 0, and g g^T has a diagonal. */
function standsWhole({ init, zeroDiagonal }: LateralSynapse): string | undefined {
  if (init !== undefined) return 'an initial value of its own'
  return zeroDiagonal ? 'a diagonal that stays 0' : undefined
}

/** J or W(0) as a matrix, and the operations that compute it; undefined if 0. */
function planGiven(
  planning: Planning,
  synapse: LateralSynapse,
  which: Which,
  into: string,
): { readonly matrix: Matrix | undefined; readonly operations: Operation[] } {
  const { name } = synapse
  const { size } = find(planning.model.layers, synapse.layer)
  const made = madeFor(planning.model, name, which)
  if (made === undefined) return { matrix: undefined, operations: [] }
  if ('matrix' in made)
    return { matrix: addFixedMatrix(planning, into, (m) => matrixOf(m, name, which)), operations: [] }
  const { rows } = made.patterns
  const matrix = addMatrix(
    planning,
    { name: into, copies: copiesOfFixed(planning.model), rows: size, columns: size, format: 'f32' },
    () => ({ kind: 'zero' }),
  )
  const stored = which === 'base' ? `${name}/patterns` : `${name}/init/patterns`
  const networks = Array.from({ length: matrix.copies }, (_, copy) => copy)
  addBuffer(planning, stored, matrix.copies * rows * vectorStride(size) * 4, {
    kind: 'data',
    make: (m) =>
      matrix.copies === 1
        ? dealRows(patternsOf(m, name, which), rows)
        : gatherRows(
            size,
            networks.flatMap((copy) => {
              const own = patternsOf(networkOf(m, copy), name, which)
              return Array.from({ length: rows }, (_, row) => ({ rows: own, row }))
            }),
          ),
  })
  return { matrix, operations: hebbianInit(planning, synapse, matrix, stored, which) }
}

/** W as a matrix that every update writes, J, and W(0) if different from J. */
function planWhole(planning: Planning, synapse: LateralSynapse): Operation[] {
  const { model } = planning
  const { name } = synapse
  const { size } = find(model.layers, synapse.layer)
  const isPlastic = synapse.tau !== undefined
  const base = planGiven(planning, synapse, 'base', isPlastic ? `${name}/base` : name)
  const start = synapse.init === undefined ? base : planGiven(planning, synapse, 'init', `${name}/init`)
  if (!isPlastic && base.matrix === undefined) {
    addMatrix(planning, { name, copies: 1, rows: size, columns: size, format: 'f32' }, () => ({
      kind: 'zero',
    }))
  }
  if (isPlastic) {
    const { matrix } = start
    addMatrix(
      planning,
      { name, copies: model.replicas, rows: size, columns: size, format: 'f32' },
      (_, block) =>
        matrix === undefined
          ? { kind: 'zero' }
          : {
              kind: 'copies',
              of: baseBlockOf(matrix, block).buffer,
              times: matrix.copies === 1 ? Math.max(1, block.count / size) : 1,
            },
      'state',
    )
    if (isCarried(model, name)) addCarry(planning, name)
    if (isStaged(model, synapse)) addStages(planning, name)
  }
  return start === base ? base.operations : [...base.operations, ...start.operations]
}

/** W g of one synapse, as terms of a sum. */
function productsOf(planning: Planning, synapse: LateralSynapse, when: When): Product[] {
  const { name, layer, symmetric } = synapse
  const { size } = find(planning.model.layers, layer)
  const activations = { buffer: `${layer}/activations`, size }
  const factored = planning.factored.get(name)
  const common = {
    owner: name,
    into: layer,
    ...when,
    kernel: 'product/matvec-transposed',
    vector: activations,
  } as const
  // Where W is symmetric, W g = W^T g.
  const whole = (matrix: Matrix, folds: boolean): Pick<Product, 'act' | 'kernel' | 'matrix' | 'folds'> =>
    symmetric
      ? { act: 'matvec-transposed', kernel: 'product/matvec-transposed', matrix, folds }
      : { act: 'matvec', kernel: 'product/matvec', matrix }
  if (factored === undefined) {
    const matrix = matrixNamed(planning, name)
    // A variable W can be overwritten with any matrix.
    return [{ ...common, ...whole(matrix, synapse.tau === undefined && mayFold(planning, matrix)) }]
  }
  const products: Product[] = []
  const { base, deferral } = factored
  if (factored.patterns !== undefined)
    products.push(hebbianProduct(planning, factored, factored.patterns, common))
  if (base !== undefined) products.push({ ...common, part: 'base', ...whole(base, mayFold(planning, base)) })
  if (deferral !== undefined) {
    const { ring, excess, ringWord } = deferral
    const traces = { buffer: `${name}/traces`, stride: MOST_PENDING }
    const weighed: Receiver = {
      joined: { ending: 'store-weighted' },
      constants: {},
      buffers: { output: traces.buffer },
      params: () => ({ outputStride: MOST_PENDING, ringWord }),
    }
    products.push(
      {
        ...common,
        act: 'matvec-transposed',
        part: 'ring',
        matrix: ring,
        vector: { buffer: traces.buffer, size: MOST_PENDING },
        before: planProduct(
          planning,
          { ...common, act: 'matvec', part: 'ring', kernel: 'product/matvec', matrix: ring },
          traces,
          false,
          () => weighed,
        ),
      },
      {
        ...common,
        act: 'matvec-transposed',
        part: 'excess',
        matrix: excess,
        folds: deferral.isFolded,
        epilogue: { joined: 'decayed', params: { ringWord } },
      },
    )
  }
  return products
}

/** J g = P^T (P g) / N, without the diagonal where that is 0. */
function hebbianProduct(
  planning: Planning,
  { name, diagonal }: Factored,
  patterns: Matrix,
  common: Pick<Product, 'owner' | 'into' | 'stage' | 'every' | 'kernel' | 'vector'>,
): Product {
  const { vector } = common
  const coefficients = { buffer: `${name}/coefficients`, stride: vectorStride(patterns.rows) }
  return {
    ...common,
    act: 'matvec-transposed',
    part: 'patterns',
    matrix: patterns,
    vector: { buffer: coefficients.buffer, size: patterns.rows },
    scale: () => 1 / patterns.columns,
    before: planProduct(
      planning,
      { ...common, act: 'matvec', part: 'patterns', kernel: 'product/matvec', matrix: patterns },
      coefficients,
    ),
    ...(diagonal !== undefined && {
      epilogue: {
        joined: 'zero-diagonal',
        buffers: { diagonal, own: vector.buffer },
        params: { ownStride: vectorStride(patterns.columns) },
      },
    }),
  }
}

/** dW/dt of one synapse. */
function moves(planning: Planning, synapse: LateralSynapse, turn?: Turn): Operation[] {
  if (synapse.tau === undefined) return []
  const { name, layer } = synapse
  const { deferral } = planning.factored.get(name) ?? {}
  if (deferral !== undefined) return [deferral.appendActivation, ...deferral.rankKUpdate]
  return planLearning(planning, name, {
    stage: 'plasticity',
    rule: SYNAPTIC,
    zeroDiagonal: synapse.zeroDiagonal,
    turn,
    row: activationsOf(find(planning.model.layers, layer)),
    column: activationsOf(find(planning.model.layers, layer)),
    group: (m) => {
      const { tau, every, strength } = find(m.synapses, name)
      return { tau: tau as number, every, parameters: [strength / find(m.layers, layer).size] }
    },
  })
}

/** -g^T W g / 2, and for plastic synapses |W - J|^2 / (4 kappa). */
function energy(
  planning: Planning,
  synapse: LateralSynapse,
  slot: Slot,
  word: number,
  isFirst: boolean,
): Operation[] {
  const { model } = planning
  const layer = find(model.layers, synapse.layer)
  const { deferral } = planning.factored.get(synapse.name) ?? {}
  const output = scratch(planning)
  const operations = [
    ...productsOf(planning, synapse, { stage: 'probe', every: () => 1 }).flatMap((product, index) =>
      planProduct(planning, product, output, index > 0),
    ),
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
  ]
  if (synapse.tau !== undefined) {
    operations.push(
      // From U alone, because no updates are pending when an energy is sampled.
      ...deviation(
        planning,
        deferral?.excess ?? matrixNamed(planning, synapse.name),
        slot,
        word,
        (m) => {
          const { strength } = find(m.synapses, synapse.name)
          return strength === 0 ? 0 : layer.size / (4 * strength)
        },
        deferral?.isFolded,
      ),
    )
  }
  return operations
}

export const lateral: CouplingPlanner<LateralSynapse> = {
  buffers,
  sends: (planning, synapse, _, when) =>
    productsOf(planning, synapse, when).map((product) => sendingOf(planning, product)),
  moves,
  energy,
  isResident: true,
  mayDiffer: true,
}
