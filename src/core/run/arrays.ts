/** The arrays of a network on the host: dense, row-major, with a leading replica axis if replicas differ. */
import { allArraysOf, arrayNames } from '../model/couplings.ts'
import { MAX_HALF } from '../data/half.ts'
import { ModelError } from '../errors.ts'
import type { Model } from '../model/model.ts'
import { show } from '../model/path.ts'
import { cueTable } from '../model/variation.ts'
import { carryNameOf } from '../plan/carry.ts'
import {
  type Matrix,
  blockBytes,
  packBlock,
  slicesOf,
  unitOf,
  unpackBlock,
  vectorStride,
} from '../plan/layout.ts'
import type { Plan } from '../plan/plan.ts'

/** A dense array, row-major. */
export interface DenseArray {
  readonly shape: readonly number[]
  readonly data: Float32Array<ArrayBuffer>
}

/** A buffer to copy, whole or in part. */
export interface Copy {
  readonly buffer: string
  /** First byte, if not 0. */
  readonly offset?: number
  readonly bytes: number
}

/** Some consecutive values of a named array: the copy they need, and how to read them from its bytes. */
export interface Part {
  readonly copy: Copy
  readonly unpack: (bytes: ArrayBuffer) => Float32Array
}

/** Largest size of one part of an array in bytes, as float32. */
const PART_BYTES = 2 ** 22

/** Where the bytes of a copy are on the host, and the first of them. */
export type CopyPlace = readonly [bytes: ArrayBuffer, offset: number]

/** The places of copies that are one behind the other. */
export function placesOf(copies: readonly Copy[], bytes: ArrayBuffer, offset: number): CopyPlace[] {
  let start = offset
  return copies.map((copy): CopyPlace => {
    start += copy.bytes
    return [bytes, start - copy.bytes]
  })
}

export function bytesOf(copies: readonly Copy[]): number {
  return copies.reduce((sum, { bytes }) => sum + bytes, 0)
}

/**
 * The buffers that hold a named array: a layer (its state), a layer's `NAME/activations`, a memory or a synapse,
 * or the second words `NAME/carry` of a group that has them.
 * @throws ModelError if the network has no array of that name
 */
export function copiesOf(plan: Plan, model: Model, name: string): Copy[] {
  const layer = layerOf(model, name)
  if (layer !== undefined) {
    const bytes = model.replicas * vectorStride(layer.size) * 4
    return [{ buffer: layer.name === name ? `${name}/state` : name, bytes }]
  }
  return matrixOf(plan, model, name).blocks.map(({ buffer, bytes }) => ({ buffer, bytes }))
}

/**
 * A named array in parts of whole rows, so that a large matrix need not be in memory as a whole; a layer is one
 * part.
 * @param mostBytes - largest size of a part in bytes as float32; a part has at least one row
 */
export function partsOf(
  plan: Plan,
  model: Model,
  name: string,
  mostBytes = PART_BYTES,
): { shape: readonly number[]; parts: Part[] } {
  if (layerOf(model, name) !== undefined) {
    const unpack = (bytes: ArrayBuffer) => unpackArray(plan, model, name, [[bytes, 0]]).data
    return {
      shape: shapeOf(plan, model, name),
      parts: copiesOf(plan, model, name).map((copy) => ({ copy, unpack })),
    }
  }
  const matrix = matrixOf(plan, model, name)
  const { blocks, columns, rowBytes } = matrix
  const scale = scaleOf(model, name)
  const parts = blocks.flatMap((block) =>
    slicesOf(matrix, block, mostBytes * (rowBytes / (4 * columns))).map(({ slice, offset }) => ({
      copy: { buffer: slice.buffer, offset, bytes: slice.bytes },
      unpack: (bytes: ArrayBuffer) => {
        const data = new Float32Array(slice.count * columns)
        unpackBlock(matrix, { ...slice, start: 0 }, bytes, 0, scale, data)
        return data
      },
    })),
  )
  return { shape: shapeOf(plan, model, name), parts }
}

/** The shape of a named array as `read` returns it. */
export function shapeOf(plan: Plan, model: Model, name: string): readonly number[] {
  const layer = layerOf(model, name)
  if (layer !== undefined) return model.replicas > 1 ? [model.replicas, layer.size] : [layer.size]
  const { copies, rows, columns, isVector } = matrixOf(plan, model, name)
  const own = isVector ? [columns] : [rows, columns]
  return copies > 1 ? [copies, ...own] : own
}

/** The value of a 1 in the buffer of a matrix. */
function scaleOf(model: Model, name: string): number {
  const memory = model.memories.find((item) => item.name === name)
  return memory === undefined ? 1 : unitOf(memory)
}

/**
 * The dense array in the copied bytes of `copiesOf`.
 * @param places - of each copy
 */
export function unpackArray(
  plan: Plan,
  model: Model,
  name: string,
  places: readonly CopyPlace[],
): DenseArray {
  const layer = layerOf(model, name)
  if (layer !== undefined) {
    const { size } = layer
    const [bytes, offset] = places[0] as CopyPlace
    const data = new Float32Array(model.replicas * size)
    for (let replica = 0; replica < model.replicas; replica++) {
      const start = offset + replica * vectorStride(size) * 4
      data.set(new Float32Array(bytes, start, size), replica * size)
    }
    return { shape: shapeOf(plan, model, name), data }
  }
  const matrix = matrixOf(plan, model, name)
  const { copies, rows, columns } = matrix
  const data = new Float32Array(copies * rows * columns)
  const scale = scaleOf(model, name)
  matrix.blocks.forEach((block, index) => {
    const [bytes, offset] = places[index] as CopyPlace
    unpackBlock(matrix, block, bytes, offset, scale, data)
  })
  return { shape: shapeOf(plan, model, name), data }
}

/** @throws ModelError if a named array has another number of values */
export function checkLength(plan: Plan, model: Model, name: string, given: number): void {
  const expected = shapeOf(plan, model, name).reduce((product, length) => product * length, 1)
  if (given !== expected) throw new ModelError(`\`${name}\` needs ${expected} values, not ${given}`)
}

/**
 * Given numbers as float32; those that are float32 are not copied.
 * @param at - index of the first of them
 * @param format - storage format
 * @throws ModelError with the first value that the format cannot store: NaN, infinity, or too large
 */
export function finiteFloats(
  name: string,
  data: ArrayLike<number>,
  at = 0,
  format: Matrix['format'] = 'f32',
): Float32Array {
  const floats = data instanceof Float32Array ? data : Float32Array.from(data)
  const most = format === 'f16' ? MAX_HALF : MAX_FLOAT
  const wrong = floats.findIndex((value) => !(Math.abs(value) <= most))
  if (wrong < 0) return floats
  throw new ModelError(
    `\`${name}\` cannot store ${show(data[wrong])} at index ${at + wrong}; write numbers of at most ${most} in size`,
  )
}

const MAX_FLOAT = (2 - 2 ** -23) * 2 ** 127

/** Some bytes of a buffer. */
export interface Packed {
  readonly buffer: string
  readonly offset: number
  readonly bytes: Uint8Array<ArrayBuffer>
}

/**
 * Dense values as the bytes of each buffer of `copiesOf`, a matrix in parts of whole rows, so that it is never packed as a whole.
 * @param mostBytes - of a part; a part has at least one row
 * @throws ModelError if the number of values is not that of the array
 */
export function* packArray(
  plan: Plan,
  model: Model,
  name: string,
  data: Float32Array,
  mostBytes = PART_BYTES,
): Generator<Packed, void> {
  const layer = layerOf(model, name)
  const matrix = layer === undefined ? matrixOf(plan, model, name) : undefined
  checkLength(plan, model, name, data.length)
  if (layer !== undefined) {
    const stride = vectorStride(layer.size)
    const padded = new Float32Array(model.replicas * stride)
    for (let replica = 0; replica < model.replicas; replica++)
      padded.set(data.subarray(replica * layer.size, (replica + 1) * layer.size), replica * stride)
    const buffer = layer.name === name ? `${name}/state` : name
    yield { buffer, offset: 0, bytes: new Uint8Array(padded.buffer) }
    return
  }
  const { blocks, rows, copies } = matrix as Matrix
  // A block treats all copies together as one tall matrix.
  const tall = { ...(matrix as Matrix), rows: rows * copies }
  for (const block of blocks)
    for (const { slice, offset } of slicesOf(tall, block, mostBytes))
      yield { buffer: block.buffer, offset, bytes: blockBytes(tall, slice, data) }
}

/**
 * Some consecutive values of a named array as bytes of one buffer.
 * @param at - index of the first value in the data of `read`
 * @throws ModelError if the values are not inside one row, or not a whole row of a memory that is not in float32
 */
export function packPart(plan: Plan, model: Model, name: string, at: number, data: Float32Array): Packed {
  const layer = layerOf(model, name)
  const matrix = layer === undefined ? matrixOf(plan, model, name) : undefined
  const columns = layer?.size ?? (matrix as Matrix).columns
  const rows = layer === undefined ? (matrix as Matrix).rows * (matrix as Matrix).copies : model.replicas
  const row = Math.floor(at / columns)
  const column = at % columns
  const isWhole = column === 0 && data.length === columns
  if (!Number.isInteger(at) || at < 0 || row >= rows || column + data.length > columns) {
    throw new ModelError(
      `${data.length} values from ${at} on exceed row ${row} of \`${name}\`, which has ${rows} rows of ${columns}`,
    )
  }
  if (layer !== undefined) {
    const offset = (row * vectorStride(columns) + column) * 4
    return { buffer: `${layer.name}/state`, offset, bytes: bytesOfFloats(data) }
  }
  const { blocks, format, rowBytes, order } = matrix as Matrix
  const block = blocks.find(({ start, count }) => row >= start && row < start + count)
  if (block === undefined) throw new Error(`\`${name}\` has no row ${row}`)
  const offset = (row - block.start) * rowBytes
  if (format === 'f32' && order === undefined)
    return { buffer: block.buffer, offset: offset + column * 4, bytes: bytesOfFloats(data) }
  if (!isWhole) {
    const how = order === undefined ? '' : ' in another order'
    throw new ModelError(
      `\`${name}\` is stored as "${format}"${how} and needs whole rows of ${columns} values`,
    )
  }
  const packed = packBlock(
    { ...(matrix as Matrix), rows: 1 },
    { buffer: block.buffer, start: 0, count: 1, bytes: rowBytes },
    data,
  )
  return { buffer: block.buffer, offset, bytes: packed }
}

/**
 * Some consecutive values of the patterns of a stimulus as bytes of the buffer of cues.
 * @param index - place of the stimulus in the scenario
 * @param at - index of the first value in the data of its patterns
 * @throws ModelError if there is no such stimulus, or the values are not inside one row
 */
export function packCue(model: Model, index: number, at: number, data: Float32Array): Packed {
  const item = model.stimulus[index]
  const { rows, columns } = item?.patterns ?? { rows: 0, columns: 1 }
  const row = Math.floor(at / columns)
  const column = at % columns
  if (
    item === undefined ||
    !Number.isInteger(at) ||
    at < 0 ||
    row >= rows ||
    column + data.length > columns
  ) {
    throw new ModelError(
      `${data.length} values from ${at} on exceed row ${row} of stimulus ${index}, which has ${rows} rows of ${columns}`,
    )
  }
  // The first form of a varied stimulus.
  const before = cueTable(model, item.layer).startOf(index, 0)
  const offset = ((before + row) * vectorStride(columns) + column) * 4
  return { buffer: `${item.layer}/cues`, offset, bytes: bytesOfFloats(data) }
}

function bytesOfFloats(data: Float32Array): Uint8Array<ArrayBuffer> {
  return new Uint8Array(data.slice().buffer)
}

function layerOf(model: Model, name: string): Model['layers'][number] | undefined {
  return model.layers.find(({ name: layer }) =>
    [layer, `${layer}/activations`, carryNameOf(layer)].includes(name),
  )
}

function matrixOf(plan: Plan, model: Model, name: string): Matrix {
  const parts = plan.deferred.flatMap(({ arrays }) => arrays)
  const wholes = [...model.couplings.flatMap(allArraysOf), ...parts]
  const isGroup = wholes.some((whole) => whole === name || carryNameOf(whole) === name)
  const matrix = isGroup ? plan.matrices.get(name) : undefined
  if (matrix === undefined) {
    throw new ModelError(
      `there is no \`${name}\` in this network; choose one of ${arrayNames(model).join(', ')}`,
    )
  }
  return matrix
}
