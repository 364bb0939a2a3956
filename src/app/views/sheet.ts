/** What there is to see of a network, and how its rows become tiles. Pure: no DOM, no GPU. */
import { ruleKindOf } from '../../core/kinds/rules/table.ts'
import { matrixFacts, memoryFacts } from '../../core/kinds/couplings/table.ts'
import { inverseTemperature, lagrangianFacts } from '../../core/kinds/lagrangians/table.ts'
import type { Factor, Hyperedge, Layer, Memory, Model } from '../../core/model/model.ts'
import { type Block, type Matrix, unitOf, vectorStride } from '../../core/plan/layout.ts'
import type { Plan } from '../../core/plan/plan.ts'
import { axisNames } from '../vary.ts'

/** Cells of a tile and how tiles are laid out; see shaders/view/sheet.wgsl. */
export interface Tiling {
  readonly tileHeight: number
  readonly tileWidth: number
  readonly across: number
  /** Cells on each side of a tile that tell how active its neuron is. */
  readonly frameX: number
  readonly frameY: number
  readonly gapX: number
  readonly gapY: number
  /** Size of the whole in cells. */
  readonly width: number
  readonly height: number
}

/** One value of a sheet: its row, as it is drawn, and its column. */
export interface Entry {
  readonly row: number
  readonly column: number
}

/** From one tile to the next, in cells. */
function pitchOf({ tileWidth, tileHeight, frameX, frameY, gapX, gapY }: Tiling): readonly [number, number] {
  return [tileWidth + 2 * frameX + gapX, tileHeight + 2 * frameY + gapY]
}

/** The entry drawn in a cell; undefined in frames, in gaps and beyond the last row. */
export function entryAt(sheet: Sheet, x: number, y: number): Entry | undefined {
  const { tileWidth, tileHeight, frameX, frameY, across, rows, columns } = sheet
  const [pitchX, pitchY] = pitchOf(sheet)
  const [insideX, insideY] = [(x % pitchX) - frameX, (y % pitchY) - frameY]
  const row = Math.floor(y / pitchY) * across + Math.floor(x / pitchX)
  const column = insideY * tileWidth + insideX
  const isInside =
    x >= 0 && y >= 0 && insideX >= 0 && insideY >= 0 && insideX < tileWidth && insideY < tileHeight
  if (!isInside || x >= across * pitchX || row >= rows || column >= columns) return undefined
  return { row, column }
}

/** The cell in which an entry is drawn. */
export function cellOf(sheet: Sheet, { row, column }: Entry): { readonly x: number; readonly y: number } {
  const { tileWidth, frameX, frameY, across } = sheet
  const [pitchX, pitchY] = pitchOf(sheet)
  return {
    x: (row % across) * pitchX + frameX + (column % tileWidth),
    y: Math.floor(row / across) * pitchY + frameY + Math.floor(column / tileWidth),
  }
}

/** Where an entry is, in words, counted from 0 as in files and in `engram.read`. */
export function placeOf({ kind, shape, rows }: Sheet, { row, column }: Entry): string {
  if (kind === 'synapses') return `row ${row}, column ${column}`
  const [, width] = shape
  const place =
    width === undefined ? `neuron ${column}` : `pixel (${Math.floor(column / width)}, ${column % width})`
  if (kind === 'memories') return `row ${row}, ${place}`
  return rows > 1 ? `replica ${row}, ${place}` : place
}

/** One picture of one array. */
export interface Sheet extends Tiling {
  readonly name: string
  readonly kind: 'neurons' | 'memories' | 'synapses'
  /** What is shown, in words. */
  readonly note: string
  /** True for what the network does most of its work on: it is drawn large. */
  readonly isMain: boolean
  /** Rows that are drawn: those of one copy. */
  readonly rows: number
  /** More than 1 where every replica has a matrix for itself: row r of replica k is row k * rows + r of the blocks. */
  readonly copies: number
  readonly columns: number
  /** Of what a row stands for: [N] or [height, width]. */
  readonly shape: readonly number[]
  readonly stride: number
  readonly format: Matrix['format']
  readonly scale: number
  readonly blocks: readonly Pick<Block, 'buffer' | 'start' | 'count'>[]
  /** Activations that the frames show: one a row, [replicas, stride]. */
  readonly frames?: {
    readonly buffer: string
    readonly columns: number
    readonly stride: number
    /** True when no activation is larger than 1. */
    readonly isBounded: boolean
  }
  /** The array that is shown, as `engram.read` takes it. */
  readonly array: string
}

/** True for a layer that is best seen by its state; an adiabatic one, and one of winners and losers, by its activation. */
export function showsState({ tau, lagrangian }: Layer): boolean {
  return tau > 0 && inverseTemperature(lagrangian) === undefined
}

/**
 * Pictures of all layers, memories and synapses, in the order of the scenario. Of a matrix that every replica has for
 * itself, one replica's is shown.
 */
export function sheetsOf(model: Model, plan: Plan): Sheet[] {
  const learns = model.memories.find(({ tau }) => tau !== undefined)
  const main = learns?.name ?? model.layers[0]?.name
  return [
    ...model.layers.map((layer) => layerSheet(layer, model, layer.name === main)),
    ...model.memories.map((memory) => memorySheet(memory, model, plan, memory.name === main)),
    ...model.hyperedges.flatMap((edge) =>
      edge.factors.map((factor) => factorSheet(edge, factor, model, plan)),
    ),
    ...model.synapses.map(({ name, tau }): Sheet => {
      const matrix = matrixOf(plan, name)
      const kind = tau === undefined ? 'synapses W, fixed' : 'synapses W, plastic'
      return {
        ...matrixSheet(matrix),
        ...tile(matrix.rows, 1, matrix.columns, { columns: 1 }),
        kind: 'synapses',
        note: `${kind} · ${matrix.rows} × ${matrix.columns}`,
        isMain: false,
        shape: [matrix.columns],
        scale: 1,
      }
    }),
  ]
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
    note: [isState ? 'state' : 'activation', ...gridNote(model, layer), sizeText(layer), ...count].join(
      ' · ',
    ),
    isMain,
    rows: replicas,
    copies: 1,
    columns: size,
    shape: pictureOf(shape),
    stride: vectorStride(size),
    format: 'f32',
    scale: 1,
    blocks: [{ buffer: isState ? `${name}/state` : `${name}/activations`, start: 0, count: replicas }],
    array: isState ? name : `${name}/activations`,
  }
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
    note: `${rule} · ${matrix.rows} rows of ${sizeText(row)}`,
    isMain,
    shape: pictureOf(row.shape),
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

/** [N], or [height, width] of the picture of a row: channels stand one below the other. */
function pictureOf(shape: readonly number[]): readonly number[] {
  const [channels, height, width] = shape
  return width === undefined ? shape : [(channels as number) * (height as number), width]
}

function sizeText({ shape, size }: Pick<Layer, 'shape' | 'size'>): string {
  return shape.length >= 2 ? shape.join(' × ') : String(size)
}

/** Rows of an image layer become images; others a line each, or a compact grid each where lines would be too long. */
function tilingOf(
  rows: number,
  { shape, size }: Pick<Layer, 'shape' | 'size'>,
  isFramed: boolean,
  columns?: number,
): Tiling {
  const line = columns === undefined ? {} : { columns }
  const [down, across] = pictureOf(shape)
  if (down !== undefined && across !== undefined) return tile(rows, down, across, { isFramed, ...line })
  if (rows > 1 && size <= 4 * rows) return tile(rows, 1, size, { isFramed })
  const height = compactHeight(size)
  return tile(rows, height, Math.ceil(size / height), { isFramed })
}

/** What grows in the picture of a grid of replicas, and where to. */
function gridNote(model: Model, { shape }: Layer): string[] {
  const axes = model.variation?.axes ?? []
  if (shape.length < 2 || lineOf(model) === undefined || axes.length !== 2) return []
  const [down, right] = axisNames(axes) as [string, string]
  return [`${down} ↓ ${right} →`]
}

/** Replicas in a line of images where two parameters or more vary: the last one goes from left to right. */
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

interface TileOptions {
  /** Tiles in a line. */
  readonly columns?: number
  readonly isFramed?: boolean
}

/** Lays out tiles so that the whole is about square; where two ways are as good, the wider one. */
function tile(rows: number, tileHeight: number, tileWidth: number, options: TileOptions = {}): Tiling {
  const ideal = Math.sqrt((rows * tileHeight) / tileWidth)
  const [wide, narrow] = [Math.ceil(ideal), Math.floor(ideal)].map((across) =>
    mosaic(rows, tileHeight, tileWidth, {
      ...options,
      columns: options.columns ?? Math.min(rows, Math.max(1, across)),
    }),
  ) as [Tiling, Tiling]
  return elongation(narrow) < elongation(wide) ? narrow : wide
}

function elongation({ width, height }: Tiling): number {
  return Math.abs(Math.log(width / height))
}

function mosaic(
  rows: number,
  tileHeight: number,
  tileWidth: number,
  options: Required<Pick<TileOptions, 'columns'>> & TileOptions,
): Tiling {
  const { columns: across, isFramed = false } = options
  const down = Math.ceil(rows / across)
  const isLarge = Math.min(tileWidth, tileHeight) >= 12
  // A line has its frame at its two ends.
  const frameX = !isFramed ? 0 : tileHeight === 1 ? Math.ceil(tileWidth / 25) : isLarge ? 2 : 1
  const frameY = isFramed && tileHeight > 1 ? frameX : 0
  const gap = isLarge && !isFramed ? 2 : 1
  const gapX = across > 1 ? gap : 0
  const gapY = down > 1 && tileHeight > 1 ? gap : 0
  return {
    tileHeight,
    tileWidth,
    across,
    frameX,
    frameY,
    gapX,
    gapY,
    width: across * (tileWidth + 2 * frameX + gapX) - gapX,
    height: down * (tileHeight + 2 * frameY + gapY) - gapY,
  }
}

/** The patterns of a hyperedge as one of its layers sees them. */
function factorSheet(edge: Hyperedge, { layer }: Factor, model: Model, plan: Plan): Sheet {
  const matrix = matrixOf(plan, `${edge.name}.${layer}`)
  const shape = model.layers.find(({ name }) => name === layer)?.shape ?? [matrix.columns]
  const row = { size: matrix.columns, shape }
  const rule = edge.tau === undefined ? 'hyperedge' : `hyperedge, ${edge.rule} learning`
  return {
    ...matrixSheet(matrix),
    ...tilingOf(matrix.rows, row, true),
    kind: 'memories',
    note: `${rule} · ${matrix.rows} rows of ${sizeText(row)}`,
    isMain: false,
    shape: pictureOf(shape),
    scale: 1,
  }
}
