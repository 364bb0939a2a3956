/**
 * Attention among the tokens of a layer: queries and keys of all tokens, the weights of every pair, the weighted
 * sums of each token, and these back through both projections (shaders/memory/tokens-*.wgsl).
 */
import { ModelError } from '../../errors.ts'
import { PROJECTIONS } from '../../kinds/couplings/attention.ts'
import type { AttentionEdge, Layer } from '../../model/model.ts'
import { vectorStride } from '../layout.ts'
import { addFixedMatrix } from '../matrices.ts'
import type { Operation } from '../operation.ts'
import { type Planning, addBuffer, find, matrixNamed, operation, perNeuron } from '../planning.ts'
import { type Output, type Sending, storing } from '../products.ts'
import { activationsOf, sum } from '../samples.ts'
import type { CouplingPlanner, When } from './definition.ts'

type Projection = (typeof PROJECTIONS)[number]

/**
 * The weighted sum that goes back through each projection: that of the keys through Q, that of the queries
 * through K.
 */
const SEEN = { query: 'seen-keys', key: 'seen-queries' } as const satisfies Record<Projection, string>

function edgeOf({ couplings }: Planning['model'], name: string): AttentionEdge {
  return find(couplings, name) as AttentionEdge
}

/** [replicas, tokens, heads size]: queries, keys, or their weighted sums. */
function projectedOf({ name, tokens: [count], heads, size }: AttentionEdge, part: string): Output {
  return { buffer: `${name}/${part}`, stride: vectorStride(count * heads * size) }
}

/** log sum exp, [replicas, heads, tokens]. */
function logSumsOf({ name, tokens: [count], heads }: AttentionEdge): Output & { readonly size: number } {
  return { buffer: `${name}/log-sums`, size: heads * count, stride: vectorStride(heads * count) }
}

/** The one buffer of a projection. */
function blockOf(planning: Planning, { name }: AttentionEdge, part: Projection) {
  const matrix = matrixNamed(planning, `${name}.${part}`)
  const [block, ...more] = matrix.blocks
  if (block === undefined || more.length > 0)
    throw new ModelError(
      'does not fit one buffer of this adapter; use fewer heads, or heads of a smaller size',
      {
        path: `memories.${name}.size`,
      },
    )
  return { buffer: block.buffer, stride: matrix.stride }
}

function buffers(planning: Planning, edge: AttentionEdge): Operation[] {
  const { name, tokens, heads } = edge
  const { replicas } = planning.model
  PROJECTIONS.forEach((part, at) => {
    addFixedMatrix(planning, `${name}.${part}`, (m) => edgeOf(m, name).factors[at]!.init)
    blockOf(planning, edge, part)
  })
  for (const part of [...PROJECTIONS, ...Object.values(SEEN)]) {
    const { buffer, stride } = projectedOf(edge, part)
    addBuffer(planning, buffer, 4 * replicas * stride)
  }
  addBuffer(planning, `${name}/weights`, 4 * replicas * heads * tokens[0] ** 2)
  addBuffer(planning, logSumsOf(edge).buffer, 4 * replicas * logSumsOf(edge).stride)
  return []
}

/** Queries and keys, then the weights and their log-sum-exp. */
function weigh(planning: Planning, edge: AttentionEdge, when: When): Operation[] {
  const { name, layer, heads, size } = edge
  const [tokens, width] = edge.tokens
  const vector = activationsOf(find(planning.model.layers, layer))
  const rows = heads * size
  const outputs = tokens * rows
  const work = { ...when, owner: name, into: layer }
  return [
    ...PROJECTIONS.map((part) => {
      const matrix = blockOf(planning, edge, part)
      const projected = projectedOf(edge, part)
      return operation(planning, {
        ...work,
        act: 'project',
        part,
        kernel: 'memory/tokens-project',
        joined: { format: 'f32' },
        buffers: { matrix: matrix.buffer, vector: vector.buffer, projected: projected.buffer },
        workgroups: perNeuron(planning, outputs),
        params: () => ({
          ...{ rows, width, outputs },
          stride: matrix.stride,
          vectorStride: vector.stride,
          outputStride: projected.stride,
        }),
      })
    }),
    operation(planning, {
      ...work,
      act: 'weigh',
      kernel: 'memory/tokens-weigh',
      buffers: {
        queries: projectedOf(edge, 'query').buffer,
        keys: projectedOf(edge, 'key').buffer,
        weights: `${name}/weights`,
        logSums: logSumsOf(edge).buffer,
      },
      workgroups: perNeuron(planning, heads * tokens),
      params: (m) => ({
        ...{ tokens, heads, size },
        projectedStride: projectedOf(edge, 'query').stride,
        sumsStride: logSumsOf(edge).stride,
        beta: edgeOf(m, name).beta,
      }),
    }),
  ]
}

function mix(planning: Planning, edge: AttentionEdge, when: When): Operation {
  const { name, layer, heads, size } = edge
  const [tokens] = edge.tokens
  return operation(planning, {
    ...when,
    owner: name,
    act: 'mix',
    into: layer,
    kernel: 'memory/tokens-mix',
    buffers: {
      queries: projectedOf(edge, 'query').buffer,
      keys: projectedOf(edge, 'key').buffer,
      weights: `${name}/weights`,
      seenKeys: projectedOf(edge, SEEN.query).buffer,
      seenQueries: projectedOf(edge, SEEN.key).buffer,
    },
    workgroups: perNeuron(planning, tokens * heads * size),
    params: () => ({ tokens, heads, size, projectedStride: projectedOf(edge, 'query').stride }),
  })
}

function sends(planning: Planning, edge: AttentionEdge, { size: outputs }: Layer, when: When): Sending[] {
  const { name, layer, heads, size } = edge
  const [, width] = edge.tokens
  const seen = (part: Projection): Output => projectedOf(edge, SEEN[part])
  return [
    {
      before: [...weigh(planning, edge, when), mix(planning, edge, when)],
      reads: PROJECTIONS.map((part) => seen(part).buffer),
      hand: (output, adds, receiver = (more) => storing(output, more)) =>
        PROJECTIONS.map((part, index) => {
          const matrix = blockOf(planning, edge, part)
          const isLast = index === PROJECTIONS.length - 1
          const more = adds || index > 0
          const taken = isLast ? receiver(more) : storing(output, more)
          return operation(planning, {
            ...when,
            owner: name,
            act: 'send',
            into: layer,
            part,
            kernel: 'memory/tokens-send',
            joined: { format: 'f32', ...taken.joined },
            constants: taken.constants,
            buffers: { matrix: matrix.buffer, seen: seen(part).buffer, ...taken.buffers },
            workgroups: perNeuron(planning, outputs),
            params: (m) => ({
              rows: heads * size,
              ...{ width, outputs },
              stride: matrix.stride,
              vectorStride: seen(part).stride,
              ...taken.params(m),
            }),
          })
        }),
    },
  ]
}

/** -(1/beta) sum_h sum_q log sum exp */
const energy: CouplingPlanner<AttentionEdge>['energy'] = (planning, edge, slot, word, isFirst) => [
  ...weigh(planning, edge, { stage: 'probe', every: () => 1 }),
  sum(planning, slot, {
    owner: edge.name,
    act: 'energy',
    size: logSumsOf(edge).size,
    left: logSumsOf(edge),
    factor: (m) => -1 / edgeOf(m, edge.name).beta,
    first: isFirst,
    word,
  }),
]

export const attention: CouplingPlanner<AttentionEdge> = {
  buffers,
  sends,
  moves: () => [],
  energy,
  isResident: false,
  mayDiffer: false,
}
