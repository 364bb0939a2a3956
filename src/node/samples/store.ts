/** Where the samples of a run go as they come: to files, so that none of them stays in memory. */
import type { NpyArray, NpyData } from '../../core/data/npy.ts'
import type { PiecedArray } from '../../core/data/npz.ts'
import type { Sample, Series } from '../../core/run/series.ts'

/** Arrays by their names in results. */
export type Named = Readonly<Record<string, NpyArray | PiecedArray>>

/** What results have beside samples: what varies, and final states. */
export interface Finals {
  readonly axes: Named
  readonly states: Named
}

export interface Store {
  /** @throws RunError if the disk refuses */
  push(sample: Sample): void
  /** Lets others read what has come so far, if that is some time ago. */
  show(): void
  /**
   * Brings to the disk what has come so far.
   * @returns the samples of each probe
   */
  commit(): Readonly<Record<string, number>>
  /**
   * Writes what else there is of a run that has ended.
   * @returns for each file that people look for its name and path
   */
  finish(finals: Finals): Promise<readonly (readonly [name: string, path: string])[]>
  /** Gives the files back; calling it again does nothing. */
  close(): void
}

/** The settings of a store. */
export interface Opening {
  /** The folder of the results. */
  readonly folder: string
  /** A series of each probe that is recorded, empty. */
  readonly series: readonly Series[]
  readonly replicas: number
  /** Samples of each probe to go on behind, and the folder that has them. */
  readonly resumed?: { readonly folder: string; readonly samples: Readonly<Record<string, number>> }
}

/** One array of a series. */
export interface Column {
  /** Its name in results, such as `energy.value`. */
  readonly name: string
  /** Of its type. */
  readonly like: NpyData
  /** Shape of the numbers of a sample. */
  readonly shape: readonly number[]
  /** Numbers and bytes of a sample. */
  readonly width: number
  readonly bytes: number
  readonly dimensions: readonly string[]
  readonly of: (sample: Sample) => ArrayLike<number>
}

/** The arrays of a series as results.npz has them, in its order. */
export function columnsOf({ name, shape, termNames }: Series, replicas: number): Column[] {
  const column = (key: string, like: NpyData, own: readonly number[], of: Column['of']): Column => {
    const width = own.reduce((product, length) => product * length, 1)
    const dimensions = own.map((length, axis) => {
      if (axis === 0 && replicas > 1 && length === replicas) return 'replica'
      return key === 'terms' && axis === own.length - 1 ? `${name}.term` : `${name}.axis${axis}`
    })
    const bytes = width * like.BYTES_PER_ELEMENT
    return {
      name: `${name}.${key}`,
      like,
      shape: own,
      width,
      bytes,
      dimensions: [`${name}.sample`, ...dimensions],
      of,
    }
  }
  const single = new Float32Array()
  const double = new Float64Array()
  return [
    column('tick', new Int32Array(), [], ({ tick }) => [tick]),
    column('time', double, [], ({ time }) => [time]),
    column('value', termNames === undefined ? single : double, shape, ({ value }) => value),
    ...(termNames === undefined
      ? []
      : [column('terms', single, [...shape, termNames.length], ({ terms = [] }) => terms)]),
  ]
}

/** Rows of numbers in the memory of one piece, which is emptied when it is full. */
export interface Piece {
  /** Rows in it. */
  readonly rows: number
  /** The bytes of all rows that fit; those of rows that are not there are zeros. */
  readonly bytes: Uint8Array<ArrayBuffer>
  readonly isFull: boolean
  push(row: ArrayLike<number>): void
  /** Takes the first rows of another piece of that length in bytes. */
  fill(bytes: Uint8Array, rows: number): void
  clear(): void
}

/** @param most - rows that fit */
export function createPiece({ like, width, bytes: rowBytes }: Column, most: number): Piece {
  const bytes = new Uint8Array(most * rowBytes)
  const Type = like.constructor as new (buffer: ArrayBuffer) => NpyData
  const numbers = new Type(bytes.buffer)
  let rows = 0
  return {
    get rows() {
      return rows
    },
    bytes,
    get isFull() {
      return rows === most
    },
    push(row) {
      numbers.set(row, rows * width)
      rows++
    },
    fill(from, count) {
      bytes.set(from.subarray(0, count * rowBytes))
      rows = count
    },
    clear() {
      bytes.fill(0)
      rows = 0
    },
  }
}

/** Numbers of an array in pieces, whether it is whole or not. */
export async function* piecesOf(array: NpyArray | PiecedArray): AsyncGenerator<NpyData, void, undefined> {
  if ('data' in array) yield array.data
  else yield* array.pieces
}

/** An empty array of the type of an array's numbers. */
export function likeOf(array: NpyArray | PiecedArray): NpyData {
  return 'data' in array ? array.data : new Float32Array()
}
