/** Convolutional memories: a filter bank K, [F, C kh kw]. */
import { reachBefore } from '../../kinds/couplings/convolution.ts'
import type { ConvolutionMemory } from '../../model/model.ts'
import { carryFields, carryNameOf } from '../carry.ts'
import { CONVOLUTION_TILES, type Taps, type Tile } from '../kernels.ts'
import { vectorStride } from '../layout.ts'
import { stageBuffers } from '../matrices.ts'
import type { Operation } from '../operation.ts'
import { type Planning, faultOf, find, matrixNamed, operation, rateOf, stepOf } from '../planning.ts'
import { storing, type Sending } from '../products.ts'
import type { Turn } from '../stages.ts'
import type { CouplingPlanner, When } from './definition.ts'
import { addMemory, memoryEnergy, onlyBuffer } from './memory.ts'

function buffers(planning: Planning, memory: ConvolutionMemory): Operation[] {
  onlyBuffer(memory, addMemory(planning, memory), 'filters')
  return []
}

/** Constants and fields of shaders/memory/convolution-places.wgsl. */
function places({ geometry }: ConvolutionMemory) {
  const { image, features, kernel, stride, boundary } = geometry
  const [channels, height, width] = image
  const [, down, across] = features
  const [kernelHeight, kernelWidth] = kernel
  return {
    constants: { PERIODIC: boundary === 'periodic' ? 1 : 0 },
    fields: {
      ...{ channels, height, width, down, across, kernelHeight, kernelWidth },
      step: stride,
      beforeY: reachBefore(kernelHeight, boundary),
      beforeX: reachBefore(kernelWidth, boundary),
    },
  }
}

/** The fewest rows for which a tile of several is the better one. */
const SEVERAL = 2

/**
 * Invocations in a workgroup of tiles on a software adapter: a small image has few tiles, and every core should have some.
 */
const FEW = 16

/** How the outputs of a convolution are divided: into tiles, or one for each invocation. */
interface Division {
  readonly tiled?: { readonly tile: Tile; readonly taps: Taps }
  readonly workgroup: number
  /** Invocations for each replica. */
  readonly invocations: number
}

/** Most taps at once: software adapters compile kernels with many loads in the square of their number. */
const MOST_TAPS = 8

/** The taps of a line of a filter, in few blocks of equal length; a long line in blocks that partial sums end with. */
function slidingTaps(count: number): Taps {
  const isStepping = false
  if (count <= MOST_TAPS) return { count, isLong: false, isStepping }
  const blocks = Math.ceil(count / MOST_TAPS)
  return { count: count > PART ? MOST_TAPS : Math.ceil(count / blocks), isLong: true, isStepping }
}

/** One tap at once: places that are more than one pixel apart share no pixels of neighbouring taps. */
function steppingTaps(count: number): Taps {
  return { count: 1, isLong: count > 1, isStepping: true }
}

/** Terms of a partial sum in shaders/memory/convolution-places.wgsl. */
const PART = 16

/**
 * The division of the outputs. Tiles are the default on a software adapter, where loads cost more than arithmetic. A window
 * over the other end of an image moves in steps of one.
 */
function divisionOf(planning: Planning, { geometry }: ConvolutionMemory, isForward: boolean): Division {
  const { software, workgroup, variants } = planning
  const { image, features, kernel, stride, boundary } = geometry
  const [rows, lines, side] = isForward ? features : image
  const wanted = variants.convolution ?? (software ? 'tiled' : 'plain')
  if (wanted === 'plain' || (boundary === 'periodic' && stride > 1))
    return { workgroup, invocations: rows * lines * side }
  const [several, one] = CONVOLUTION_TILES as [Tile, Tile]
  const tile = rows < SEVERAL ? one : several
  // Backward, the pixels of a tile are a stride apart, and every stride-th tap covers them.
  const apart = isForward ? 1 : stride
  const taps = isForward && stride > 1 ? steppingTaps(kernel[1]) : slidingTaps(Math.ceil(kernel[1] / apart))
  const along = apart * Math.ceil(side / (tile.states * apart))
  return {
    tiled: { tile, taps },
    workgroup: software ? Math.min(FEW, workgroup) : workgroup,
    invocations: Math.ceil(rows / tile.across) * lines * along,
  }
}

function sends(
  planning: Planning,
  memory: ConvolutionMemory,
  { name, size }: { readonly name: string; readonly size: number },
  when: When,
  act = memory.to === name ? 'forward' : 'backward',
): Sending[] {
  const { model } = planning
  const isForward = memory.to === name
  const source = find(model.layers, isForward ? memory.from : memory.to)
  const vector = `${source.name}/activations`
  const matrix = matrixNamed(planning, memory.name)
  const { constants, fields } = places(memory)
  const { tiled, workgroup, invocations } = divisionOf(planning, memory, isForward)
  const direction = isForward ? 'forward' : 'backward'
  const why = planning.variants.convolution === undefined ? 'default' : 'forced'
  return [
    {
      before: [],
      reads: [vector],
      hand: (output, adds, receiver = (more) => storing(output, more)) => {
        const taken = receiver(adds)
        return [
          operation(planning, {
            ...when,
            owner: memory.name,
            act,
            into: name,
            kernel: `memory/convolution-${direction}${tiled === undefined ? '' : '-tiled'}`,
            joined: { format: 'f32', ...tiled, ...taken.joined },
            constants: {
              ...constants,
              ...taken.constants,
              WORKGROUP: workgroup,
            },
            why,
            ...(tiled === undefined && { variant: { form: `plain/${workgroup}`, why } }),
            buffers: { matrix: onlyBuffer(memory, matrix, 'filters'), vector, ...taken.buffers },
            workgroups: [Math.ceil(invocations / workgroup), model.replicas, 1],
            params: (m) => ({
              ...fields,
              stride: matrix.stride,
              copyRows: matrix.copies === 1 ? 0 : matrix.rows,
              vectorStride: vectorStride(source.size),
              outputs: size,
              features: matrix.rows,
              ...taken.params(m),
            }),
          }),
        ]
      },
    },
  ]
}

function moves(planning: Planning, memory: ConvolutionMemory, turn?: Turn): Operation[] {
  if (memory.tau === undefined) return []
  const { model, matrices, workgroup } = planning
  const { name, from, to, rule } = memory
  const matrix = matrixNamed(planning, name)
  const base = matrices.get(`${name}/base`)
  const carry = matrices.get(carryNameOf(name))
  const strideOf = (layer: string): number => vectorStride(find(model.layers, layer).size)
  const { constants, fields } = places(memory)
  const count = matrix.copies * matrix.rows
  return [
    operation(planning, {
      owner: name,
      act: 'plasticity-step',
      stage: 'learn',
      kernel: 'memory/convolution-plasticity-step',
      constants: { ...constants, BASED: base === undefined ? 0 : 1 },
      joined: { rule, ...(carry && { carried: true }), ...(turn && { staged: true }) },
      buffers: {
        matrix: onlyBuffer(memory, matrix, 'filters'),
        ...(carry && { carry: onlyBuffer(memory, carry, 'filters') }),
        ...(turn && stageBuffers(planning, name, 0)),
        base: base === undefined ? 'none' : onlyBuffer(memory, base, 'filters'),
        features: `${to}/activations`,
        image: `${from}/activations`,
        faults: 'faults',
      },
      workgroups: [Math.ceil(matrix.stride / 4 / workgroup), count, 1],
      params: (m) => {
        const { tau, every } = find(m.memories, name) as ConvolutionMemory & { readonly tau: number }
        return {
          ...fields,
          start: 0,
          count,
          rows: matrix.rows,
          stride: matrix.stride,
          columns: matrix.columns,
          rowStride: strideOf(to),
          columnStride: strideOf(from),
          baseStart: 0,
          rate: rateOf(m, every, tau),
          ratio: stepOf(m, every) / tau,
          ...{ r0: 1, r1: 0, r2: 0, r3: 0 },
          fault: faultOf(m, name),
          ...(carry && carryFields(m, name)),
          ...turn,
        }
      },
      every: (m) => find(m.memories, name).every,
    }),
  ]
}

/** -g_to . (K * g_from), and the term of the rule. */
const energy: CouplingPlanner<ConvolutionMemory>['energy'] = (planning, memory, slot, word, isFirst) =>
  memoryEnergy(planning, memory, slot, word, isFirst, {
    input(output) {
      const to = find(planning.model.layers, memory.to)
      const when = { stage: 'probe', every: () => 1 } as const
      return sends(planning, memory, to, when, 'energy forward').flatMap(({ hand }) => hand(output, false))
    },
  })

export const convolution: CouplingPlanner<ConvolutionMemory> = {
  buffers,
  sends,
  moves,
  energy,
  isResident: false,
  mayDiffer: false,
}
