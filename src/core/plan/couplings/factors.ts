/**
 * Synapses W of a layer, in one of two forms. Whole: W is a matrix that every update writes. Factored, if
 * cheaper: W = J + U, where
 *
 *   J Hebbian is P^T P / N and never computed: J g = P^T (P g) / N, less its diagonal where that is 0
 *   U is rewritten once in 16 updates; between, W - J is fade U + sum_k w_k g_k g_k^T, with
 *      the activations g_k of the updates in a ring, and fade and w_k in the clock record
 *
 * J and U are symmetric: products load the diagonal and the entries above (synapse/symv), and only these are
 * stored for U.
 *
 * Both forms give the same W g within rounding. W is materialised the first time something reads it.
 */
import { madeOf } from '../../kinds/bases/table.ts'
import type { Model, Rows, Synapse } from '../../model/model.ts'
import { carryFields, isCarried } from '../carry.ts'
import { MOST_PENDING, pendingWordOf } from '../clock.ts'
import { deferredArrays } from '../deferred.ts'
import type { Deferral } from '../factored.ts'
import { type Block, type Matrix, vectorStride } from '../layout.ts'
import { addCarry, addFixedMatrix, addMatrix, baseBlockOf, mayFold } from '../matrices.ts'
import type { Operation } from '../operation.ts'
import { type Planning, addBuffer, faultOf, find, operation, rateOf } from '../planning.ts'
import { hebbianInit, matrixOf, patternsOf } from './hebbian-init.ts'

/** The factored parts of a synapse. */
export interface Form {
  /** J is P^T P / N. */
  readonly isLowRank: boolean
  /** Updates are deferred. */
  readonly defers: boolean
}

export function updateOf(name: string): Deferral['update'] {
  return (m) => {
    const { tau, every, strength, layer } = find(m.synapses, name)
    return {
      every,
      rate: rateOf(m, every, tau as number),
      factor: strength / find(m.layers, layer).size,
    }
  }
}

/** J as factors or as a matrix, and U with its ring. */
export function planFactors(planning: Planning, synapse: Synapse, { isLowRank, defers }: Form): Operation[] {
  const { model } = planning
  const { name, base } = synapse
  const { size } = find(model.layers, synapse.layer)
  const square = { rows: size, columns: size, format: 'f32' } as const
  const zero = { kind: 'zero' } as const
  let setup: Operation[] = []
  const written = addMatrix(
    planning,
    { name, copies: defers ? model.replicas : 1, ...square },
    () => zero,
    'demand',
  )
  let patterns: Matrix | undefined
  let diagonal: string | undefined
  let baseMatrix: Matrix | undefined
  let makesBase: Operation[] = []
  const made = madeOf(base)
  if (made !== undefined && 'patterns' in made && isLowRank) {
    patterns = addFixedMatrix(planning, `${name}/patterns`, (m) => patternsOf(m, name))
    // The products P g of each replica.
    addBuffer(planning, `${name}/coefficients`, model.replicas * vectorStride(made.patterns.rows) * 4)
    if (made.zeroDiagonal) {
      diagonal = `${name}/diagonal`
      addBuffer(planning, diagonal, vectorStride(size) * 4, {
        kind: 'data',
        make: (m) => diagonalOf(patternsOf(m, name)),
      })
    }
    baseMatrix = defers
      ? addMatrix(planning, { name: `${name}/base`, copies: 1, ...square }, () => zero, 'demand')
      : written
    makesBase = hebbianInit(planning, synapse, baseMatrix, patterns.blocks[0]?.buffer as string)
  } else if (made !== undefined && 'patterns' in made) {
    baseMatrix = addMatrix(planning, { name: `${name}/base`, copies: 1, ...square }, () => zero)
    const stored = addFixedMatrix(planning, `${name}/patterns`, (m) => patternsOf(m, name))
    setup = hebbianInit(planning, synapse, baseMatrix, stored.blocks[0]?.buffer as string)
  } else if (made !== undefined) {
    baseMatrix = addFixedMatrix(planning, `${name}/base`, (m) => matrixOf(m, name))
  }
  const deferral = defers ? planDeferral(planning, synapse) : undefined
  planning.factored.set(name, {
    name,
    ...(patterns === undefined ? (baseMatrix === undefined ? {} : { base: baseMatrix }) : { patterns }),
    ...(diagonal === undefined ? {} : { diagonal }),
    ...(deferral === undefined ? {} : { deferral }),
    hebbianInit: makesBase,
    materialise: deferral === undefined ? [] : materialise(planning, deferral, written, baseMatrix),
    setFromDense: deferral === undefined ? [] : setFromDense(planning, deferral, written, baseMatrix),
  })
  return setup
}

/** The diagonal of P^T P / N, which a zero diagonal omits. */
function diagonalOf({ rows, columns, data }: Rows): Float32Array<ArrayBuffer> {
  const diagonal = new Float32Array(vectorStride(columns))
  for (let column = 0; column < columns; column++) {
    let sum = 0
    for (let row = 0; row < rows; row++) sum += (data[row * columns + column] as number) ** 2
    diagonal[column] = sum / columns
  }
  return diagonal
}

function planDeferral(planning: Planning, synapse: Synapse): Deferral {
  const { model, clock } = planning
  const { name, layer } = synapse
  const { size } = find(model.layers, layer)
  const { replicas } = model
  const square = { copies: replicas, rows: size, columns: size, format: 'f32' } as const
  const [excessName, ringName] = deferredArrays(name)
  const excess = addMatrix(planning, { name: excessName, ...square }, () => ({ kind: 'zero' }), 'state')
  const isFolded = mayFold(planning, excess)
  const carry = isCarried(model, name) ? addCarry(planning, excess.name) : undefined
  const ring = addMatrix(
    planning,
    { name: ringName, copies: replicas, rows: MOST_PENDING, columns: size, format: 'f32' },
    () => ({ kind: 'zero' }),
    'state',
  )
  // The products g_k.g of each replica.
  addBuffer(planning, `${name}/traces`, replicas * MOST_PENDING * 4)
  const ringWord = pendingWordOf(
    clock,
    model.synapses.findIndex((other) => other.name === name),
  )
  const update = updateOf(name)
  const activations = `${layer}/activations`
  const stride = vectorStride(size)
  const ringBuffer = ring.blocks[0]?.buffer as string
  const updating = (act: string, isUpdate: boolean): Operation[] =>
    spansOf(excess).map(({ buffer, params, tiles }, index) =>
      operation(planning, {
        owner: name,
        act,
        stage: isUpdate ? 'plasticity' : 'probe',
        kernel: 'synapse/rank-k-update',
        ...(carry && { joined: { carried: true } }),
        constants: { FOLDED: isFolded ? 1 : 0, CARRIED: carry === undefined ? 0 : 1 },
        buffers: {
          excess: buffer,
          ...(carry && { carry: (carry.blocks[index] as Block).buffer }),
          activations,
          faults: 'faults',
          ring: ringBuffer,
        },
        workgroups: tiles(planning.workgroup),
        params: (m) => {
          const { rate, factor } = update(m)
          return {
            ...params,
            ringWord,
            rate: isUpdate ? rate : 0,
            factor,
            fault: faultOf(m, name),
            ...(carry && carryFields(m, name)),
          }
        },
        ...(isUpdate && { every: (m: Model) => update(m).every, pending: { of: name, when: 'full' } }),
      }),
    )
  return {
    excess,
    isFolded,
    ring,
    ringWord,
    update,
    appendActivation: operation(planning, {
      owner: name,
      act: 'append-activation',
      stage: 'plasticity',
      kernel: 'synapse/append-activation',
      buffers: { activations, ring: ringBuffer },
      workgroups: [Math.ceil(stride / 4 / planning.workgroup), replicas, 1],
      params: () => ({ stride, ringWord }),
      every: (m) => update(m).every,
      pending: { of: name, when: 'open' },
    }),
    rankKUpdate: updating('rank-k-update', true),
    flush: updating('flush', false),
  }
}

/** The rows of each block of a square matrix, and the dispatches over them. */
function spansOf({ blocks, rows, stride }: Matrix): {
  readonly buffer: string
  readonly start: number
  readonly params: { row0: number; rows: number; stride: number; replica0: number }
  /** Workgroups of kernels with tiles of eight rows and two groups of four columns. */
  readonly tiles: (workgroup: number) => [number, number, number]
  readonly lines: (workgroup: number) => [number, number, number]
}[] {
  return blocks.map(({ buffer, start, count }) => {
    const row0 = start % rows
    const own = Math.min(rows - row0, count)
    const copies = count / own
    return {
      buffer,
      start,
      params: { row0, rows: own, stride, replica0: Math.floor(start / rows) },
      tiles: (workgroup) => [Math.ceil(stride / 8 / workgroup), Math.ceil(own / 8), copies],
      lines: (workgroup) => [Math.ceil(stride / 4 / workgroup), own, copies],
    }
  })
}

/** W = J + U with the pending updates of its ring. */
function materialise(
  planning: Planning,
  { excess, isFolded, ring, ringWord }: Deferral,
  written: Matrix,
  base: Matrix | undefined,
): Operation[] {
  return spansOf(excess).map(({ buffer, start, params, tiles }, index) => {
    const block = base && baseBlockOf(base, { start })
    return operation(planning, {
      owner: written.name,
      act: 'materialise',
      stage: 'probe',
      kernel: 'synapse/materialise',
      constants: { BASED: block === undefined ? 0 : 1, FOLDED: isFolded ? 1 : 0 },
      buffers: {
        excess: buffer,
        ring: ring.blocks[0]?.buffer as string,
        base: block?.buffer ?? 'none',
        written: written.blocks[index]?.buffer as string,
      },
      workgroups: tiles(planning.workgroup),
      params: () => ({ ...params, ringWord, baseStart: block?.start ?? 0 }),
    })
  })
}

/** U = W - J. */
function setFromDense(
  planning: Planning,
  { excess }: Deferral,
  written: Matrix,
  base: Matrix | undefined,
): Operation[] {
  return spansOf(excess).map(({ buffer, start, params, lines }, index) => {
    const block = base && baseBlockOf(base, { start })
    return operation(planning, {
      owner: written.name,
      act: 'set-from-dense',
      stage: 'probe',
      kernel: 'synapse/set-from-dense',
      constants: { BASED: block === undefined ? 0 : 1 },
      buffers: {
        written: written.blocks[index]?.buffer as string,
        base: block?.buffer ?? 'none',
        excess: buffer,
      },
      workgroups: lines(planning.workgroup),
      params: () => ({ ...params, baseStart: block?.start ?? 0 }),
    })
  })
}
