/** The pictures of a network, and their tiles. Pure: no DOM, no GPU. */
import { ruleKindOf } from '../../core/kinds/rules/table.ts'
import { matrixFacts, memoryFacts } from '../../core/kinds/couplings/table.ts'
import { inverseTemperature, lagrangianFacts } from '../../core/kinds/lagrangians/table.ts'
import type { SparsePattern } from '../../core/math/sparse.ts'
import type { Factor, Hyperedge, Layer, Memory, Model, Synapse } from '../../core/model/model.ts'
import { type Block, type Matrix, unitOf, vectorStride } from '../../core/plan/layout.ts'
import type { Plan } from '../../core/plan/plan.ts'
import { axisNames } from '../vary.ts'
import { type Density, blockText, densityOf } from './density.ts'
import { type Entry, type Tiling, channelOf, mosaicOf, tileOf } from './tiling.ts'

/** The place of an entry in words, counted from 0 as in files and in `engram.read`. */
export function placeOf(sheet: Sheet, { row, column }: Entry): string {
  const { kind, shape, rows, density } = sheet
  if (density !== undefined) return blockText(density, { row, column })
  if (kind === 'synapses') return `row ${row}, column ${column}`
  const { channel, line, across } = channelOf(sheet, column)
  const pixel = shape.length < 2 ? `neuron ${column}` : `pixel (${line}, ${across})`
  const place = shape.length < 3 ? pixel : `channel ${channel}, ${pixel}`
  if (kind === 'memories') return `row ${row}, ${place}`
  return rows > 1 ? `replica ${row}, ${place}` : place
}

/** One picture of one array. */
export interface Sheet extends Tiling {
  readonly name: string
  readonly kind: 'neurons' | 'memories' | 'synapses' | 'density'
  /** Description of the picture. */
  readonly note: string
  /** True for the main layer, which is drawn large. */
  readonly isMain: boolean
  /** Number of drawn rows: those of one copy. */
  readonly rows: number
  /** More than 1 if every replica has a separate matrix: row r of replica k is row k * rows + r of the blocks. */
  readonly copies: number
  readonly columns: number
  /** Shape of a row: [N], [height, width] or [channels, height, width]. */
  readonly shape: readonly number[]
  readonly stride: number
  readonly format: Matrix['format']
  readonly scale: number
  readonly blocks: readonly Pick<Block, 'buffer' | 'start' | 'count'>[]
  /** Activations for the frames: one for each row, [replicas, stride]. */
  readonly frames?: {
    readonly buffer: string
    readonly columns: number
    readonly stride: number
    /** True if no activation is larger than 1. */
    readonly isBounded: boolean
  }
  /** A picture that replaces an array and its blocks. */
  readonly density?: Density
  /** The name of the shown array for `engram.read`. */
  readonly array?: string
}

/** True for a layer that is shown next to its cue and target: neither adiabatic nor with a shared activation. */
export function hasCompanions({ tau, lagrangian }: Layer): boolean {
  return tau > 0 && inverseTemperature(lagrangian) === undefined
}

/** True for a layer that is best seen by its state; one whose activation jumps shows that, and no input with its noise. */
function showsState(layer: Layer): boolean {
  return hasCompanions(layer) && lagrangianFacts(layer.lagrangian).withoutHessian === undefined
}

/**
 * Pictures of all layers, memories and synapses, in the order of the scenario. For a matrix with a copy for each
 * replica, one copy is shown.
 */
export function sheetsOf(model: Model, plan: Plan): Sheet[] {
  const learns = model.memories.filter(hasRows).find(({ tau }) => tau !== undefined)
  const main = learns?.name ?? model.layers[0]?.name
  return [
    ...model.layers.map((layer) => layerSheet(layer, model, layer.name === main)),
    ...model.memories.filter(hasRows).map((memory) => memorySheet(memory, model, plan, memory.name === main)),
    ...model.memories.flatMap(({ name, rule, tau, init: { pattern } }) =>
      pattern === undefined
        ? []
        : [
            densitySheet(
              name,
              tau === undefined ? 'entries' : `entries, ${ruleKindOf(rule)} learning`,
              pattern,
            ),
          ],
    ),
    ...model.hyperedges.flatMap((edge) =>
      edge.factors.map((factor) => factorSheet(edge, factor, model, plan)),
    ),
    ...model.synapses.flatMap((synapse) => {
      const pattern = entriesOf(synapse)
      const what = synapse.tau === undefined ? 'entries of W, fixed' : 'entries of W, plastic'
      return pattern === undefined ? [] : [densitySheet(synapse.name, what, pattern)]
    }),
    ...model.synapses
      .filter((one) => matrixFacts(one).isMatrix)
      .map(({ name, tau }): Sheet => {
        const matrix = matrixOf(plan, name)
        const kind = tau === undefined ? 'synapses W, fixed' : 'synapses W, plastic'
        return {
          ...matrixSheet(matrix),
          ...mosaicOf(matrix.rows, tileOf(1, matrix.columns), { across: 1 }),
          kind: 'synapses',
          note: `${kind} · ${matrix.rows} × ${matrix.columns}`,
          isMain: false,
          shape: [matrix.columns],
          scale: 1,
        }
      }),
  ]
}

/** The stored entries of sparse synapses W. */
function entriesOf(synapse: Synapse): SparsePattern | undefined {
  const { base } = synapse
  return matrixFacts(synapse).isMatrix || !('matrix' in base) ? undefined : base.matrix.pattern
}

function layerSheet(layer: Layer, model: Model, isMain: boolean): Sheet {
  const { replicas } = model
  const { name, size, shape } = layer
  const isState = showsState(layer)
  const count = replicas > 1 ? [`${replicas} replicas`] : []
  return {
    ...tilingOf(replicas, layer, false, lineOf(model)),
    name,
    kind: 'neurons',
    note: [
      isState ? 'state' : 'activation',
      ...gridNote(model, layer),
      size === 1 ? '1 neuron' : sizeText(layer),
      ...count,
    ].join(' · '),
    isMain,
    rows: replicas,
    copies: 1,
    columns: size,
    shape,
    stride: vectorStride(size),
    format: 'f32',
    scale: 1,
    blocks: [{ buffer: isState ? `${name}/state` : `${name}/activations`, start: 0, count: replicas }],
    array: isState ? name : `${name}/activations`,
  }
}

/** Others are drawn by where their entries are. */
function hasRows(memory: Memory): boolean {
  return memoryFacts(memory).hasRows
}

function rowsText(rows: number, row: Parameters<typeof sizeText>[0]): string {
  return `${rows} ${rows === 1 ? 'row' : 'rows'} of ${sizeText(row)}`
}

function memorySheet(memory: Memory, model: Model, plan: Plan, isMain: boolean): Sheet {
  const matrix = matrixOf(plan, memory.name)
  const layerOf = (wanted: string): Layer => {
    const layer = model.layers.find(({ name }) => name === wanted)
    if (layer === undefined) throw new Error(`the model has no layer \`${wanted}\``)
    return layer
  }
  const [from, to] = [layerOf(memory.from), layerOf(memory.to)]
  // A filter is drawn as the image that it covers.
  const row = { size: matrix.columns, shape: memoryFacts(memory).rowShape(memory) ?? from.shape }
  const rule = memory.tau === undefined ? 'memories' : `memories, ${ruleKindOf(memory.rule)} learning`
  return {
    ...matrixSheet(matrix),
    ...tilingOf(matrix.rows, row, matrixFacts(memory).isMatrix),
    kind: 'memories',
    note: `${rule} · ${rowsText(matrix.rows, row)}`,
    isMain,
    shape: row.shape,
    scale: unitOf(memory),
    // A filter has many neurons, one at each place.
    ...(matrixFacts(memory).isMatrix && {
      frames: {
        buffer: `${to.name}/activations`,
        columns: to.size,
        stride: vectorStride(to.size),
        isBounded: lagrangianFacts(to.lagrangian).isBounded,
      },
    }),
  }
}

/** @param what - noun for the entries */
function densitySheet(name: string, what: string, pattern: SparsePattern): Sheet {
  const density = densityOf(pattern)
  const { rows, columns, size, block, stride } = density
  const isWhole = block.every((length) => length === 1)
  return {
    ...mosaicOf(rows, tileOf(1, columns), { across: 1 }),
    name,
    kind: 'density',
    note: `${pattern.indices.length} ${what} · ${size.join(' × ')}${isWhole ? '' : ` in blocks of ${block.join(' × ')}`}`,
    isMain: false,
    rows,
    copies: 1,
    columns,
    shape: [columns],
    stride,
    format: 'f32',
    scale: 1,
    blocks: [{ buffer: `${name}/density`, start: 0, count: rows }],
    density,
  }
}

function matrixOf(plan: Plan, name: string): Matrix {
  const matrix = plan.matrices.get(name)
  if (matrix === undefined) throw new Error(`the plan has no matrix \`${name}\``)
  return matrix
}

/** The parts of a sheet that follow from a matrix. */
function matrixSheet(
  matrix: Matrix,
): Omit<Sheet, keyof Tiling | 'kind' | 'note' | 'isMain' | 'shape' | 'scale' | 'frames'> {
  const { name, rows, copies, columns, stride, format } = matrix
  const blocks = matrix.blocks.map(({ buffer, start, count }) => ({ buffer, start, count }))
  return { name, rows, copies, columns, stride, format, blocks, array: name }
}

function sizeText({ shape, size }: Pick<Layer, 'shape' | 'size'>): string {
  return shape.length >= 2 ? shape.join(' × ') : String(size)
}

/** Rows of an image layer become images; other rows become lines, or compact grids if lines would be too long. */
function tilingOf(
  rows: number,
  { shape, size }: Pick<Layer, 'shape' | 'size'>,
  isFramed: boolean,
  across?: number,
): Tiling {
  const [width, height, channels] = shape.toReversed()
  if (width !== undefined && height !== undefined)
    return mosaicOf(rows, tileOf(height, width, channels), {
      isFramed,
      ...(across === undefined ? {} : { across }),
    })
  const lines = rows > 1 && size <= 4 * rows ? 1 : compactHeight(size)
  return mosaicOf(rows, tileOf(lines, Math.ceil(size / lines)), { isFramed })
}

/** Description of the axes in the picture of a grid of replicas. */
function gridNote(model: Model, { shape }: Layer): string[] {
  const axes = model.variation?.axes ?? []
  if (shape.length < 2 || lineOf(model) === undefined || axes.length !== 2) return []
  const [down, right] = axisNames(axes) as [string, string]
  return [`${down} ↓ ${right} →`]
}

/** Replicas in a line of images if at least two parameters vary: the last one goes from left to right. */
function lineOf({ variation, replicas }: Model): number | undefined {
  if (variation === undefined || variation.axes.length < 2) return undefined
  const columns = variation.repetitions * (variation.axes.at(-1)?.values.length ?? 1)
  const lines = replicas / columns
  return columns <= 4 * lines && lines <= 4 * columns ? columns : undefined
}

/** The height of a grid without gaps if one up to twice as wide as high exists, else that of the squarest. */
function compactHeight(size: number): number {
  const square = Math.floor(Math.sqrt(size))
  for (let height = square; 2 * height * height >= size; height--) if (size % height === 0) return height
  return square
}

/** An array of a hyperedge: rows that are patterns of one of its layers, or of a token of it. */
function factorSheet(edge: Hyperedge, { part, layer, init }: Factor, model: Model, plan: Plan): Sheet {
  const matrix = matrixOf(plan, `${edge.name}.${part}`)
  const whole = model.layers.find(({ name }) => name === layer)
  const shape = whole?.size === init.columns ? whole.shape : [matrix.columns]
  const row = { size: matrix.columns, shape }
  const rule = edge.tau === undefined ? 'hyperedge' : `hyperedge, ${ruleKindOf(edge.rule)} learning`
  return {
    ...matrixSheet(matrix),
    ...tilingOf(matrix.rows, row, true),
    kind: 'memories',
    note: `${rule} · ${rowsText(matrix.rows, row)}`,
    isMain: false,
    shape,
    scale: 1,
  }
}
