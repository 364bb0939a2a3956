/**
 * Hyperedges of shared patterns: A^l of every layer is a separate matrix, [count, N_l]. The input of a layer is
 * its transposed matrix times the products of the overlaps A^k g_k of all other layers: matvecs, each multiplied
 * by the previous one.
 */
import { SYNAPTIC } from '../../kinds/rules/table.ts'
import type { ProductEdge } from '../../model/model.ts'
import { isCarried } from '../carry.ts'
import { vectorStride } from '../layout.ts'
import { planLearning } from '../learning.ts'
import { addCarry, addFixedMatrix, addStages } from '../matrices.ts'
import type { Operation, Work } from '../operation.ts'
import { type Planning, type Receiver, addBuffer, differs, find, matrixNamed } from '../planning.ts'
import { storing, type Output, planProduct, type Product, sendingOf } from '../products.ts'
import { activationsOf, deviation, scratch, sum } from '../samples.ts'
import { isStaged, type Turn } from '../stages.ts'
import type { CouplingPlanner, When } from './definition.ts'

function arrayOf({ name }: ProductEdge, layer: string): string {
  return `${name}.${layer}`
}

function hyperedgeOf(
  planning: { readonly couplings: Planning['model']['couplings'] },
  name: string,
): ProductEdge {
  return find(planning.couplings, name) as ProductEdge
}

/** The buffer of `scale` if it differs by replica. */
function factorsOf({ name }: ProductEdge): string {
  return `${name}/scale`
}

/** Buffer of the products of the overlaps of all layers but one, [replicas, count]. */
function weightsOf(edge: ProductEdge, layer: string): Output & { readonly size: number } {
  const size = edge.factors[0]?.init.rows ?? 0
  return { buffer: `${arrayOf(edge, layer)}/weights`, size, stride: vectorStride(size) }
}

function buffers(planning: Planning, edge: ProductEdge): Operation[] {
  const { model } = planning
  const isMoving = edge.tau !== undefined
  edge.factors.forEach(({ layer }, at) => {
    const name = arrayOf(edge, layer)
    const rowsOf = (m: typeof model) => hyperedgeOf(m, edge.name).factors[at]!.init
    addFixedMatrix(planning, name, rowsOf, 'f32', isMoving ? model.replicas : 1, isMoving ? 'state' : 'fixed')
    if (isCarried(model, edge.name)) addCarry(planning, name)
    if (isStaged(model, edge)) addStages(planning, name)
    if (isMoving) addFixedMatrix(planning, `${name}/base`, rowsOf)
    const { buffer, stride } = weightsOf(edge, layer)
    addBuffer(planning, buffer, model.replicas * stride * 4)
  })
  if (differs(model, scaledBy(edge)))
    addBuffer(
      planning,
      factorsOf(edge),
      model.replicas * 4,
      {
        kind: 'data',
        make: ({ variation }) =>
          Float32Array.from(
            (variation?.points ?? []).flatMap((point) => {
              const { scale } = hyperedgeOf(point, edge.name)
              return Array.from({ length: variation?.repetitions ?? 0 }, () => scale)
            }),
          ),
      },
      'parameter',
    )
  return []
}

/** The product of the overlaps of all layers but one. */
function weigh(
  planning: Planning,
  edge: ProductEdge,
  layer: string,
  when: Pick<Product, 'stage'> & { readonly every?: Operation['every'] },
): Operation[] {
  const output = weightsOf(edge, layer)
  const multiplied: Receiver = {
    joined: { ending: 'store-multiplied' },
    constants: {},
    buffers: { output: output.buffer },
    params: () => ({ outputStride: output.stride }),
  }
  return edge.factors
    .filter((factor) => factor.layer !== layer)
    .flatMap((factor, index) =>
      planProduct(
        planning,
        {
          ...when,
          owner: edge.name,
          act: 'matvec',
          into: layer,
          part: factor.layer,
          kernel: 'product/matvec',
          matrix: matrixNamed(planning, arrayOf(edge, factor.layer)),
          vector: activationsOf(find(planning.model.layers, factor.layer)),
        },
        output,
        false,
        () => (index === 0 ? storing(output, false) : multiplied),
      ),
    )
}

/** The input of a layer. */
function sent(planning: Planning, edge: ProductEdge, layer: string, when: When): Product {
  const work: Work = { owner: edge.name, act: 'matvec-transposed', into: layer }
  return {
    ...when,
    ...work,
    kernel: 'product/matvec-transposed',
    matrix: matrixNamed(planning, arrayOf(edge, layer)),
    vector: weightsOf(edge, layer),
    ...scaling(planning, edge),
    before: weigh(planning, edge, layer, when),
  }
}

/** Factor of the input: one number, or one for each replica. */
function scaling({ model }: Planning, edge: ProductEdge): Pick<Product, 'scale' | 'epilogue'> {
  return differs(model, scaledBy(edge))
    ? { epilogue: { joined: 'scaled-per-replica', buffers: { factors: factorsOf(edge) } } }
    : { scale: (m) => hyperedgeOf(m, edge.name).scale }
}

function scaledBy({ name }: ProductEdge): Operation['params'] {
  return (m) => ({ scale: hyperedgeOf(m, name).scale })
}

function moves(planning: Planning, edge: ProductEdge, turn?: Turn): Operation[] {
  if (edge.tau === undefined) return []
  const every: Operation['every'] = (m) => hyperedgeOf(m, edge.name).every
  return [
    // All products before the first factor moves.
    ...edge.factors.flatMap(({ layer }) => weigh(planning, edge, layer, { stage: 'learn', every })),
    ...edge.factors.flatMap(({ layer }) =>
      planLearning(planning, arrayOf(edge, layer), {
        owner: edge.name,
        stage: 'learn',
        // Hebbian with the factor scale, as kappa for synapses.
        rule: SYNAPTIC,
        turn,
        row: weightsOf(edge, layer),
        column: activationsOf(find(planning.model.layers, layer)),
        group: (m) => {
          const { tau, scale } = hyperedgeOf(m, edge.name)
          return { tau: tau as number, every: every(m), parameters: [scale] }
        },
      }),
    ),
  ]
}

/** -scale sum_mu prod_l (A^l_mu . g_l), and with learning + sum_l |A^l - A^l(0)|^2 / 2. */
const energy: CouplingPlanner<ProductEdge>['energy'] = (planning, edge, slot, word, isFirst) => {
  const [{ layer } = { layer: '' }] = edge.factors
  const first = find(planning.model.layers, layer)
  const output = scratch(planning)
  const operations = [
    ...planProduct(planning, sent(planning, edge, layer, { stage: 'probe', every: () => 1 }), output),
    sum(planning, slot, {
      owner: edge.name,
      act: 'energy',
      size: first.size,
      left: output,
      right: activationsOf(first),
      factor: () => -1,
      first: isFirst,
      word,
    }),
  ]
  if (edge.tau === undefined) return operations
  const apart = edge.factors.flatMap((factor) =>
    deviation(planning, matrixNamed(planning, arrayOf(edge, factor.layer)), slot, word, () => 0.5),
  )
  return [...operations, ...apart]
}

export const product: CouplingPlanner<ProductEdge> = {
  buffers,
  sends: (planning, edge, { name }, when) => [sendingOf(planning, sent(planning, edge, name, when))],
  moves,
  energy,
  isResident: false,
  mayDiffer: false,
}
