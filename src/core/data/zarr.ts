/**
 * Zarr, version 3: each array is a folder with its `zarr.json` and a file for each chunk; chunks are row-major, little endian
 * and gzip, those at an edge are filled up. The names of dimensions are those that xarray takes.
 * @see https://zarr-specs.readthedocs.io/en/latest/v3/core/index.html
 */
import type { NpyData } from './npy.ts'

export type ZarrType = 'float32' | 'float64' | 'int32' | 'uint32'

/** What an array is before it has values. */
export interface ZarrArray {
  readonly type: ZarrType
  readonly shape: readonly number[]
  /** Ones, then the axis that is cut, then the whole axes: chunks stand one behind the other in the order of the numbers. */
  readonly chunk: readonly number[]
  readonly dimensions: readonly string[]
  readonly attributes?: Readonly<Record<string, unknown>>
}

/** Level of gzip, for readers and writers of all kinds: the quickest. */
export const GZIP_LEVEL = 1

/** How a type is written, and read back. */
export const ZARR_TYPES: Readonly<Record<ZarrType, new (buffer: ArrayBuffer) => NpyData>> = {
  float32: Float32Array,
  float64: Float64Array,
  int32: Int32Array,
  uint32: Uint32Array,
}

/** The type of numbers. */
export function zarrTypeOf(data: NpyData): ZarrType {
  const types = Object.keys(ZARR_TYPES) as ZarrType[]
  const type = types.find((one) => data instanceof ZARR_TYPES[one])
  if (type === undefined) throw new Error('results have no bytes and no short integers')
  return type
}

/** Content of the zarr.json of an array. */
export function arrayMetadata({ type, shape, chunk, dimensions, attributes = {} }: ZarrArray) {
  return {
    zarr_format: 3,
    node_type: 'array',
    shape,
    data_type: type,
    chunk_grid: { name: 'regular', configuration: { chunk_shape: chunk } },
    chunk_key_encoding: { name: 'default', configuration: { separator: '.' } },
    fill_value: 0,
    codecs: [
      { name: 'bytes', configuration: { endian: 'little' } },
      { name: 'gzip', configuration: { level: GZIP_LEVEL } },
    ],
    dimension_names: dimensions,
    attributes,
  }
}

/** Content of the zarr.json of a group; it repeats those of its arrays, so that a reader takes all shapes from one moment. */
export function groupMetadata(
  arrays: Readonly<Record<string, ZarrArray>>,
  attributes: Readonly<Record<string, unknown>>,
) {
  const metadata = Object.entries(arrays).map(([name, array]) => [name, arrayMetadata(array)] as const)
  return {
    zarr_format: 3,
    node_type: 'group',
    attributes,
    consolidated_metadata: {
      kind: 'inline',
      must_understand: false,
      metadata: Object.fromEntries(metadata),
    },
  }
}

/** Of so many numbers at most, so that the chunks follow each other row-major: ones, the axis that is cut, whole axes. */
export function chunkShape(shape: readonly number[], most: number): number[] {
  const chunk = shape.map(() => 1)
  let inner = 1
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const length = Math.max(1, shape[axis] as number)
    chunk[axis] = Math.min(length, Math.max(1, Math.floor(most / inner)))
    if ((chunk[axis] as number) < length) break
    inner *= length
  }
  return chunk
}

/** A chunk: its file in the folder of the array, and how many of its numbers are of the array; zeros fill it up. */
export interface ZarrChunk {
  readonly key: string
  readonly count: number
}

/**
 * The chunks of an array in the order of its numbers, one behind the other.
 * @param chunk - as `chunkShape` gives it
 */
export function* chunksOf(shape: readonly number[], chunk: readonly number[]): Generator<ZarrChunk> {
  const grid = shape.map((length, axis) => Math.ceil(length / (chunk[axis] as number)))
  const cut = Math.max(
    0,
    shape.findLastIndex((length, axis) => (chunk[axis] as number) < length),
  )
  const inner = shape.slice(cut + 1).reduce((product, length) => product * length, 1)
  const [length = 1, step = 1] = [shape[cut], chunk[cut]]
  const total = grid.reduce((product, count) => product * count, 1)
  for (let index = 0; index < total; index++) {
    const place = grid.map((count, axis) => {
      const after = grid.slice(axis + 1).reduce((product, more) => product * more, 1)
      return Math.floor(index / after) % count
    })
    const rows = Math.min(step, length - (place[cut] as number) * step)
    yield { key: `c.${place.join('.')}`, count: rows * inner }
  }
}
