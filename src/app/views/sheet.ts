/** What there is to see of a network, and how its rows become tiles. Pure: no DOM, no GPU. */
import type { Layer, Memory, Model } from '../../core/model/model.ts'
import { type Block, type Matrix, vectorStride } from '../../core/plan/layout.ts'
import type { Plan } from '../../core/plan/plan.ts'

/** How many rows are drawn as pictures at most; more would be too small to see. */
const MOST_TILES = 400

/** Cells of a tile and how tiles are laid out; see shaders/view/sheet.wgsl. */
export interface Tiling {
  readonly tileHeight: number
  readonly tileWidth: number
  readonly across: number
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

/** The entry drawn in a cell; undefined in gaps and beyond the last row. */
export function entryAt(sheet: Sheet, x: number, y: number): Entry | undefined {
  const { tileWidth, tileHeight, gapX, gapY, across, rows, columns } = sheet
  const [pitchX, pitchY] = [tileWidth + gapX, tileHeight + gapY]
  const [insideX, insideY] = [x % pitchX, y % pitchY]
  const row = Math.floor(y / pitchY) * across + Math.floor(x / pitchX)
  const column = insideY * tileWidth + insideX
  const isInside = x >= 0 && y >= 0 && insideX < tileWidth && insideY < tileHeight
  if (!isInside || x >= across * pitchX || row >= rows || column >= columns) return undefined
  return { row, column }
}

/** One picture of one array. */
export interface Sheet extends Tiling {
  readonly name: string
  /** What is shown, in words. */
  readonly note: string
  /** True for what the network does most of its work on: it is drawn large. */
  readonly isMain: boolean
  readonly rows: number
  readonly columns: number
  readonly stride: number
  readonly format: Matrix['format']
  readonly scale: number
  readonly blocks: readonly Pick<Block, 'buffer' | 'start' | 'count'>[]
}

/**
 * Pictures of all layers, memories and synapses, in the order of the scenario. A layer shows its state; an adiabatic
 * one, and one of winners and losers, its activation. Of a matrix that every replica has for itself, the first replica's is shown.
 */
export function sheetsOf(model: Model, plan: Plan): Sheet[] {
  const learns = model.memories.find(({ rule }) => rule !== 'fixed')
  const main = learns?.name ?? model.layers[0]?.name
  return [
    ...model.layers.map((layer) => layerSheet(layer, model.replicas, layer.name === main)),
    ...model.memories.map((memory) => memorySheet(memory, model, plan, memory.name === main)),
    ...model.synapses.map(({ name, tau }): Sheet => {
      const matrix = matrixOf(plan, name)
      const kind = tau === undefined ? 'synapses W, fixed' : 'synapses W, plastic'
      return {
        ...matrixSheet(matrix, matrix.rows),
        ...tile(matrix.rows, 1, matrix.columns, 1),
        note: `${kind} · ${matrix.rows} × ${matrix.columns}${firstReplica(matrix)}`,
        isMain: false,
        scale: 1,
      }
    }),
  ]
}

function layerSheet(layer: Layer, replicas: number, isMain: boolean): Sheet {
  const { name, size, tau, lagrangian } = layer
  const isState = tau > 0 && lagrangian.kind !== 'softmax'
  const rows = Math.min(replicas, MOST_TILES)
  const replicaText = rows < replicas ? `${rows} of ${replicas} replicas` : `${replicas} replicas`
  return {
    ...tilingOf(rows, layer),
    name,
    note: [isState ? 'state' : 'activation', sizeText(layer), ...(replicas > 1 ? [replicaText] : [])].join(
      ' · ',
    ),
    isMain,
    rows,
    columns: size,
    stride: vectorStride(size),
    format: 'f32',
    scale: 1,
    blocks: [{ buffer: isState ? `${name}/state` : `${name}/activations`, start: 0, count: rows }],
  }
}

function memorySheet(memory: Memory, model: Model, plan: Plan, isMain: boolean): Sheet {
  const matrix = matrixOf(plan, memory.name)
  const from = model.layers.find(({ name }) => name === memory.from)
  if (from === undefined) throw new Error(`the model has no layer \`${memory.from}\``)
  const rows = Math.min(matrix.rows, MOST_TILES)
  const rule = memory.rule === 'fixed' ? 'memories' : `memories, ${memory.rule} learning`
  const count = rows < matrix.rows ? `${rows} of ${matrix.rows}` : String(matrix.rows)
  return {
    ...matrixSheet(matrix, rows),
    ...tilingOf(rows, from),
    note: `${rule} · ${count} rows of ${sizeText(from)}${firstReplica(matrix)}`,
    isMain,
    scale: memory.format === 'binary' ? memory.scale : 1,
  }
}

function matrixOf(plan: Plan, name: string): Matrix {
  const matrix = plan.matrices.get(name)
  if (matrix === undefined) throw new Error(`the plan has no matrix \`${name}\``)
  return matrix
}

/** The parts of a sheet that follow from a matrix; blocks beyond the rows shown are left out. */
function matrixSheet(matrix: Matrix, rows: number): Omit<Sheet, keyof Tiling | 'note' | 'isMain' | 'scale'> {
  const { name, columns, stride, format } = matrix
  const blocks = matrix.blocks
    .filter(({ start }) => start < rows)
    .map(({ buffer, start, count }) => ({ buffer, start, count: Math.min(count, rows - start) }))
  return { name, rows, columns, stride, format, blocks }
}

function sizeText({ shape, size }: Layer): string {
  return shape.length === 2 ? shape.join(' × ') : String(size)
}

function firstReplica({ copies }: Matrix): string {
  return copies > 1 ? ` · replica 1 of ${copies}` : ''
}

/** Rows of an image layer become images; others a line each, or a compact grid each where lines would be too long. */
function tilingOf(rows: number, { shape, size }: Layer): Tiling {
  if (shape.length === 2) return tile(rows, shape[0] as number, shape[1] as number)
  if (rows > 1 && size <= 4 * rows) return tile(rows, 1, size)
  const height = compactHeight(size)
  return tile(rows, height, Math.ceil(size / height))
}

/** The height of a grid without gaps if one up to twice as wide as high exists, else that of the squarest. */
function compactHeight(size: number): number {
  const square = Math.floor(Math.sqrt(size))
  for (let height = square; 2 * height * height >= size; height--) if (size % height === 0) return height
  return square
}

/** Lays out tiles so that the whole is about square; where two ways are as good, the wider one. */
function tile(rows: number, tileHeight: number, tileWidth: number, columns?: number): Tiling {
  const ideal = Math.sqrt((rows * tileHeight) / tileWidth)
  const [wide, narrow] = [Math.ceil(ideal), Math.floor(ideal)].map((across) =>
    mosaic(rows, tileHeight, tileWidth, columns ?? Math.min(rows, Math.max(1, across))),
  ) as [Tiling, Tiling]
  return elongation(narrow) < elongation(wide) ? narrow : wide
}

function elongation({ width, height }: Tiling): number {
  return Math.abs(Math.log(width / height))
}

function mosaic(rows: number, tileHeight: number, tileWidth: number, across: number): Tiling {
  const down = Math.ceil(rows / across)
  const gap = Math.min(tileWidth, tileHeight) >= 12 ? 2 : 1
  const gapX = across > 1 ? gap : 0
  const gapY = down > 1 && tileHeight > 1 ? gap : 0
  return {
    tileHeight,
    tileWidth,
    across,
    gapX,
    gapY,
    width: across * (tileWidth + gapX) - gapX,
    height: down * (tileHeight + gapY) - gapY,
  }
}
